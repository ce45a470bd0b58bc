/* SPDX-License-Identifier: MIT */
#include "store/seen.h"

#include "base/mem.h"
#include "db/db.h"

DB_QUERY(seen_by_mac, "SELECT s.seen_at, s.address, a.user_agent, s.redirected_at, "
		      "s.served_at FROM seen s "
		      "LEFT JOIN agent a ON a.mac = s.mac "
		      "WHERE s.mac = :mac");

int seen_find(void *mem, struct db *db, int64_t mac, struct seen **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &seen_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct seen);
	(*ret)->mac = mac;
	(*ret)->at = db_int(rows, 0);
	(*ret)->address = db_text_copy(mem, rows, 1);
	(*ret)->user_agent = db_text_copy(mem, rows, 2);
	(*ret)->redirected_at = db_int(rows, 3);
	(*ret)->served_at = db_int(rows, 4);
	return 1;
}

DB_QUERY(seen_set,
	 "INSERT INTO seen (mac, seen_at, address, redirected_at, served_at) "
	 "VALUES (:mac, :seen_at, :address, :redirected_at, :served_at) "
	 "ON CONFLICT (mac) DO UPDATE SET seen_at = excluded.seen_at, address = excluded.address, "
	 "redirected_at = coalesce(excluded.redirected_at, seen.redirected_at), "
	 "served_at = coalesce(excluded.served_at, seen.served_at)");

int seen_put(struct db *db, const struct seen *seen)
{
	return db_run(db, &seen_set,
		      DB_ARGS(DB_INT("mac", seen->mac), DB_INT("seen_at", seen->at),
			      DB_TEXT("address", seen->address),
			      DB_INT_OR_NULL("redirected_at", seen->redirected_at),
			      DB_INT_OR_NULL("served_at", seen->served_at)));
}

DB_QUERY(seen_agent_set,
	 "INSERT INTO agent (mac, user_agent, changed_at) VALUES (:mac, :user_agent, :changed_at) "
	 "ON CONFLICT (mac) DO UPDATE SET user_agent = excluded.user_agent, "
	 "changed_at = excluded.changed_at "
	 "WHERE agent.user_agent <> excluded.user_agent");

int seen_put_agent(struct db *db, int64_t mac, int64_t at, const char *user_agent)
{
	return db_run(db, &seen_agent_set,
		      DB_ARGS(DB_INT("mac", mac), DB_TEXT("user_agent", user_agent),
			      DB_INT("changed_at", at)));
}

DB_QUERY(seen_old_page, "SELECT mac FROM seen WHERE mac > :after AND seen_at < :before "
			"UNION SELECT mac FROM notify WHERE mac > :after AND sent_at < :before "
			"ORDER BY mac "
			"LIMIT :limit");

int seen_list_old(void *mem, struct db *db, int64_t after, int64_t before, int limit, int64_t **ret,
		  size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(
		db, &seen_old_page,
		DB_ARGS(DB_INT("after", after), DB_INT("before", before), DB_INT("limit", limit)),
		&rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		*mem_push(mem, ret, ret_count) = db_int(rows, 0);
	return r;
}

DB_QUERY(seen_forget_seen, "DELETE FROM seen WHERE mac = :mac");
DB_QUERY(seen_forget_agent, "DELETE FROM agent WHERE mac = :mac");
DB_QUERY(seen_forget_fetch, "DELETE FROM fetch WHERE mac = :mac");
DB_QUERY(seen_forget_notify, "DELETE FROM notify WHERE mac = :mac");

int seen_forget(struct db *db, int64_t mac)
{
	int r = db_run(db, &seen_forget_seen, DB_ARGS(DB_INT("mac", mac)));

	if (r >= 0)
		r = db_run(db, &seen_forget_agent, DB_ARGS(DB_INT("mac", mac)));
	if (r >= 0)
		r = db_run(db, &seen_forget_fetch, DB_ARGS(DB_INT("mac", mac)));
	if (r >= 0)
		r = db_run(db, &seen_forget_notify, DB_ARGS(DB_INT("mac", mac)));
	return r;
}

DB_QUERY(seen_fetches, "SELECT at, address, etag, revision, operations FROM fetch "
		       "WHERE mac = :mac "
		       "ORDER BY id DESC "
		       "LIMIT :limit");

int fetch_list(void *mem, struct db *db, int64_t mac, struct fetch **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &seen_fetches,
			  DB_ARGS(DB_INT("mac", mac), DB_INT("limit", FETCHES_KEPT)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct fetch *fetch = mem_push(mem, ret, ret_count);

		fetch->mac = mac;
		fetch->at = db_int(rows, 0);
		fetch->address = db_text_copy(mem, rows, 1);
		fetch->etag = db_text_copy(mem, rows, 2);
		fetch->revision = db_text_copy(mem, rows, 3);
		fetch->operations = db_int(rows, 4);
	}
	return r;
}

DB_QUERY(seen_fetch_add, "INSERT INTO fetch (mac, at, address, etag, revision, operations) "
			 "VALUES (:mac, :at, :address, :etag, :revision, :operations)");
DB_QUERY(seen_fetch_prune,
	 "DELETE FROM fetch WHERE mac = :mac AND id <= "
	 "(SELECT id FROM fetch WHERE mac = :mac ORDER BY id DESC LIMIT 1 OFFSET :kept)");

int fetch_insert(struct db *db, const struct fetch *fetch)
{
	int r = db_run(db, &seen_fetch_add,
		       DB_ARGS(DB_INT("mac", fetch->mac), DB_INT("at", fetch->at),
			       DB_TEXT("address", fetch->address), DB_TEXT("etag", fetch->etag),
			       DB_TEXT("revision", fetch->revision),
			       DB_INT("operations", fetch->operations)));

	if (r < 0)
		return r;
	return db_run(db, &seen_fetch_prune,
		      DB_ARGS(DB_INT("mac", fetch->mac), DB_INT("kept", FETCHES_KEPT)));
}
