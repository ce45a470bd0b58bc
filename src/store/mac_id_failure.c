/* SPDX-License-Identifier: MIT */
#include "store/mac_id_failure.h"

#include "base/mem.h"
#include "db/db.h"

#define COLUMNS "mac, failures, locked_until, last_at"

static void failure_from(struct db_rows *rows, struct mac_id_failure *failure)
{
	failure->mac = db_int(rows, 0);
	failure->failures = db_int(rows, 1);
	failure->locked_until = db_int(rows, 2);
	failure->last_at = db_int(rows, 3);
}

DB_QUERY(mac_id_failure_by_mac, "SELECT " COLUMNS " FROM mac_id_failure WHERE mac = :mac");

int mac_id_failure_find(struct db *db, int64_t mac, struct mac_id_failure *ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &mac_id_failure_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	failure_from(rows, ret);
	return 1;
}

DB_QUERY(mac_id_failure_set, "INSERT INTO mac_id_failure (mac, failures, locked_until, last_at) "
			     "VALUES (:mac, :failures, :locked_until, :last_at) "
			     "ON CONFLICT (mac) DO UPDATE SET failures = excluded.failures, "
			     "locked_until = excluded.locked_until, last_at = excluded.last_at");

int mac_id_failure_put(struct db *db, const struct mac_id_failure *failure)
{
	return db_run(db, &mac_id_failure_set,
		      DB_ARGS(DB_INT("mac", failure->mac), DB_INT("failures", failure->failures),
			      DB_INT("locked_until", failure->locked_until),
			      DB_INT("last_at", failure->last_at)));
}

DB_QUERY(mac_id_failure_remove, "DELETE FROM mac_id_failure WHERE mac = :mac");

int mac_id_failure_delete(struct db *db, int64_t mac)
{
	int r = db_run(db, &mac_id_failure_remove, DB_ARGS(DB_INT("mac", mac)));

	return r < 0 ? r : db_changes(db) > 0;
}

DB_QUERY(mac_id_failure_all_locked, "SELECT " COLUMNS " FROM mac_id_failure "
				    "WHERE locked_until > 0 AND locked_until > :at "
				    "ORDER BY mac "
				    "LIMIT :limit");

int mac_id_failure_locked(void *mem, struct db *db, int64_t at, int limit,
			  struct mac_id_failure **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &mac_id_failure_all_locked,
			  DB_ARGS(DB_INT("at", at), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		failure_from(rows, mem_push(mem, ret, ret_count));
	return r;
}
