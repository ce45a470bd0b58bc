/* SPDX-License-Identifier: MIT */
#include "store/outbox.h"

#include "base/mem.h"
#include "db/db.h"

DB_QUERY(outbox_add, "INSERT INTO outbox (upstream, mac, action, mac_id, url, provider, next_at, "
		     "created_at) "
		     "VALUES (:upstream, :mac, :action, :mac_id, :url, :provider, :next_at, "
		     ":created_at)");

int outbox_insert(struct db *db, const struct outbox *row)
{
	return db_run(db, &outbox_add,
		      DB_ARGS(DB_TEXT("upstream", row->upstream), DB_INT("mac", row->mac),
			      DB_TEXT("action", row->action), DB_TEXT("mac_id", row->mac_id),
			      DB_TEXT("url", row->url), DB_TEXT("provider", row->provider),
			      DB_INT("next_at", row->next_at),
			      DB_INT("created_at", row->created_at)));
}

#define COLUMNS                                                                                    \
	"o.id, o.upstream, o.mac, o.action, o.mac_id, o.url, o.provider, o.attempts, o.next_at, "  \
	"o.unsure, o.error, o.created_at"

/* Nothing older of the same MAC. */
#define OLDEST                                                                                     \
	"NOT EXISTS (SELECT 1 FROM outbox p "                                                      \
	"WHERE p.upstream = o.upstream AND p.mac = o.mac AND p.id < o.id) "

static void outbox_from(void *mem, struct db_rows *rows, struct outbox *row)
{
	row->id = db_int(rows, 0);
	row->upstream = db_text_copy(mem, rows, 1);
	row->mac = db_int(rows, 2);
	row->action = db_text_copy(mem, rows, 3);
	row->mac_id = db_text_copy(mem, rows, 4);
	row->url = db_text_copy(mem, rows, 5);
	row->provider = db_text_copy(mem, rows, 6);
	row->attempts = db_int(rows, 7);
	row->next_at = db_int(rows, 8);
	row->unsure = db_int(rows, 9) != 0;
	row->error = db_text_copy(mem, rows, 10);
	row->created_at = db_int(rows, 11);
}

DB_QUERY(outbox_page_due, "SELECT " COLUMNS ", s.state FROM outbox o "
			  "LEFT JOIN upstream_state s ON s.upstream = o.upstream AND s.mac = o.mac "
			  "WHERE o.upstream = :upstream AND o.next_at <= :now AND " OLDEST
			  "ORDER BY o.next_at, o.id "
			  "LIMIT :limit");

int outbox_due(void *mem, struct db *db, const char *upstream, int64_t now, int limit,
	       struct outbox **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(
		db, &outbox_page_due,
		DB_ARGS(DB_TEXT("upstream", upstream), DB_INT("now", now), DB_INT("limit", limit)),
		&rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct outbox *row = mem_push(mem, ret, ret_count);

		outbox_from(mem, rows, row);
		row->state = db_text_copy(mem, rows, 12);
	}
	return r;
}

DB_QUERY(outbox_first_due,
	 "SELECT o.next_at FROM outbox o "
	 "WHERE o.upstream = :upstream AND o.next_at > :now AND " OLDEST "ORDER BY o.next_at, o.id "
	 "LIMIT 1");

int outbox_next(struct db *db, const char *upstream, int64_t now, int64_t *ret)
{
	return db_select_int(db, &outbox_first_due,
			     DB_ARGS(DB_TEXT("upstream", upstream), DB_INT("now", now)), ret);
}

DB_QUERY(outbox_set_unsure, "UPDATE outbox SET unsure = 1 WHERE id = :id");

int outbox_begin(struct db *db, int64_t id)
{
	return db_run(db, &outbox_set_unsure, DB_ARGS(DB_INT("id", id)));
}

DB_QUERY(outbox_put_off, "UPDATE outbox SET attempts = attempts + 1, next_at = :next_at, "
			 "unsure = :unsure, error = :error "
			 "WHERE id = :id");

int outbox_again(struct db *db, int64_t id, int64_t next_at, bool unsure, const char *error)
{
	return db_run(db, &outbox_put_off,
		      DB_ARGS(DB_INT("id", id), DB_INT("next_at", next_at),
			      DB_INT("unsure", unsure), DB_TEXT("error", error)));
}

DB_QUERY(outbox_remove, "DELETE FROM outbox WHERE id = :id");

int outbox_delete(struct db *db, int64_t id)
{
	return db_run(db, &outbox_remove, DB_ARGS(DB_INT("id", id)));
}

DB_QUERY(outbox_make_due, "UPDATE outbox SET next_at = :now "
			  "WHERE upstream = :upstream AND next_at > :now");
DB_QUERY(outbox_make_due_of, "UPDATE outbox SET next_at = :now "
			     "WHERE upstream = :upstream AND mac = :mac");

int outbox_hurry(struct db *db, const char *upstream, int64_t mac, int64_t now, int64_t *ret_count)
{
	int r = mac < 0 ? db_run(db, &outbox_make_due,
				 DB_ARGS(DB_TEXT("upstream", upstream), DB_INT("now", now)))
			: db_run(db, &outbox_make_due_of,
				 DB_ARGS(DB_TEXT("upstream", upstream), DB_INT("mac", mac),
					 DB_INT("now", now)));

	if (r == 0)
		*ret_count = db_changes(db);
	return r;
}

DB_QUERY(outbox_count_by_mac, "SELECT count(*) FROM outbox "
			      "WHERE upstream = :upstream AND mac = :mac");

int outbox_count_of(struct db *db, const char *upstream, int64_t mac, int64_t *ret)
{
	int r = db_select_int(db, &outbox_count_by_mac,
			      DB_ARGS(DB_TEXT("upstream", upstream), DB_INT("mac", mac)), ret);

	return r < 0 ? r : 0;
}

DB_QUERY(outbox_count_all, "SELECT count(*) FROM outbox");

int outbox_count(struct db *db, int64_t *ret)
{
	int r = db_select_int(db, &outbox_count_all, NULL, ret);

	return r < 0 ? r : 0;
}

DB_QUERY(outbox_count_by_upstream, "SELECT upstream, count(*) FROM outbox "
				   "GROUP BY upstream "
				   "ORDER BY upstream");

int outbox_waiting(void *mem, struct db *db, struct outbox_waiting **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &outbox_count_by_upstream, NULL, &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct outbox_waiting *waiting = mem_push(mem, ret, ret_count);

		waiting->upstream = db_text_copy(mem, rows, 0);
		waiting->rows = db_int(rows, 1);
	}
	return r;
}

DB_QUERY(outbox_page, "SELECT " COLUMNS " FROM outbox o "
		      "WHERE o.upstream = :upstream "
		      "ORDER BY o.next_at, o.id "
		      "LIMIT :limit");

int outbox_list(void *mem, struct db *db, const char *upstream, int limit, struct outbox **ret,
		size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &outbox_page,
			  DB_ARGS(DB_TEXT("upstream", upstream), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		outbox_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}
