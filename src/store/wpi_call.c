/* SPDX-License-Identifier: MIT */
/* Which desk phones are wanted, and where they can be told so. */
#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"
#include "store/wpi_order.h"

static void call_from(struct db_rows *rows, struct wpi_call *call)
{
	call->mac = db_int(rows, 0);
	call->due_at = db_int(rows, 1);
	call->until_at = db_int(rows, 2);
	call->calls = db_int(rows, 3);
}

DB_QUERY(wpi_call_by_mac, "SELECT mac, due_at, until_at, calls FROM wpi_call WHERE mac = :mac");

int wpi_call_find(struct db *db, int64_t mac, struct wpi_call *ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_call_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r == 0)
		r = db_next(rows);
	if (r > 0)
		call_from(rows, ret);
	return r;
}

DB_QUERY(wpi_call_set, "INSERT INTO wpi_call (mac, due_at, until_at, calls) "
		       "VALUES (:mac, :due_at, :until_at, :calls) "
		       "ON CONFLICT (mac) DO UPDATE SET due_at = excluded.due_at, "
		       "until_at = excluded.until_at, calls = excluded.calls");

int wpi_call_put(struct db *db, const struct wpi_call *call)
{
	return db_run(db, &wpi_call_set,
		      DB_ARGS(DB_INT("mac", call->mac), DB_INT_OR_NULL("due_at", call->due_at),
			      DB_INT("until_at", call->until_at), DB_INT("calls", call->calls)));
}

DB_QUERY(wpi_call_drop, "DELETE FROM wpi_call WHERE mac = :mac");

int wpi_call_delete(struct db *db, int64_t mac)
{
	return db_run(db, &wpi_call_drop, DB_ARGS(DB_INT("mac", mac)));
}

DB_QUERY(wpi_call_page_due, "SELECT mac, due_at, until_at, calls FROM wpi_call "
			    "WHERE due_at IS NOT NULL AND due_at <= :now "
			    "ORDER BY due_at, mac "
			    "LIMIT :limit");

int wpi_call_list_due(void *mem, struct db *db, int64_t now, int limit, struct wpi_call **ret,
		      size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_call_page_due,
			  DB_ARGS(DB_INT("now", now), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	if (r < 0)
		return r;
	while ((r = db_next(rows)) > 0)
		call_from(rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(wpi_call_first_due, "SELECT mac FROM wpi_call "
			     "WHERE due_at IS NOT NULL AND due_at <= :now "
			     "LIMIT 1");

int wpi_call_is_due(struct db *db, int64_t now, bool *ret)
{
	return db_has_row(db, &wpi_call_first_due, DB_ARGS(DB_INT("now", now)), ret);
}

DB_QUERY(wpi_origin_by_mac, "SELECT origin FROM wpi_origin WHERE mac = :mac");

int wpi_origin_find(void *mem, struct db *db, int64_t mac, char **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_origin_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r == 0)
		r = db_next(rows);
	if (r > 0)
		*ret = db_text_copy(mem, rows, 0);
	return r;
}

DB_QUERY(wpi_origin_set, "INSERT INTO wpi_origin (mac, origin) VALUES (:mac, :origin) "
			 "ON CONFLICT (mac) DO UPDATE SET origin = excluded.origin");

int wpi_origin_put(struct db *db, int64_t mac, const char *origin)
{
	return db_run(db, &wpi_origin_set, DB_ARGS(DB_INT("mac", mac), DB_TEXT("origin", origin)));
}

DB_QUERY(wpi_firmware_try_by_version, "SELECT tries, last_at FROM wpi_firmware_try "
				      "WHERE mac = :mac AND version = :version");

int wpi_firmware_try_find(struct db *db, int64_t mac, const char *version, int64_t *ret_tries,
			  int64_t *ret_last_at)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_firmware_try_by_version,
			  DB_ARGS(DB_INT("mac", mac), DB_TEXT("version", version)), &rows);

	if (r == 0)
		r = db_next(rows);
	if (r < 0)
		return r;
	*ret_tries = r > 0 ? db_int(rows, 0) : 0;
	*ret_last_at = r > 0 ? db_int(rows, 1) : 0;
	return 0;
}

DB_QUERY(wpi_firmware_try_count,
	 "INSERT INTO wpi_firmware_try (mac, version, tries, last_at) "
	 "VALUES (:mac, :version, 1, :at) "
	 "ON CONFLICT (mac, version) DO UPDATE SET tries = wpi_firmware_try.tries + 1, "
	 "last_at = excluded.last_at");

int wpi_firmware_try_add(struct db *db, int64_t mac, const char *version, int64_t at)
{
	return db_run(db, &wpi_firmware_try_count,
		      DB_ARGS(DB_INT("mac", mac), DB_TEXT("version", version), DB_INT("at", at)));
}

DB_QUERY(wpi_firmware_try_drop, "DELETE FROM wpi_firmware_try "
				"WHERE mac = :mac AND version = :version");

int wpi_firmware_try_delete(struct db *db, int64_t mac, const char *version)
{
	return db_run(db, &wpi_firmware_try_drop,
		      DB_ARGS(DB_INT("mac", mac), DB_TEXT("version", version)));
}
