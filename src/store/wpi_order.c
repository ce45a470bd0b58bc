/* SPDX-License-Identifier: MIT */
#include "store/wpi_order.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"

static const char payload_place[] = "wpi_order.payload";
static const char answer_place[] = "wpi_order.answer";

static const char *const states[] = {
	[WPI_ORDER_WAITING] = "waiting", [WPI_ORDER_SENT] = "sent",
	[WPI_ORDER_TAKEN] = "taken",	 [WPI_ORDER_DONE] = "done",
	[WPI_ORDER_FAILED] = "failed",	 [WPI_ORDER_CANCELLED] = "cancelled",
};

const char *wpi_order_state_name(enum wpi_order_state state)
{
	return states[state];
}

static enum wpi_order_state state_of(const char *text)
{
	size_t i = 0;

	/* The table's CHECK knows no others. */
	while (i + 1 < COUNT_OF(states) && strcmp(states[i], text) != 0)
		i++;
	return (enum wpi_order_state)i;
}

DB_QUERY(wpi_order_add,
	 "INSERT INTO wpi_order (mac, kind, state, what, payload, attempts, next_at, until_at, "
	 "actor, job_id, created_at, sent_at) "
	 "VALUES (:mac, :kind, :state, :what, :payload, :attempts, :next_at, :until_at, "
	 ":actor, :job_id, :created_at, :sent_at) "
	 "RETURNING id");

int wpi_order_insert(struct db *db, struct wpi_order_row *row)
{
	int r = db_select_int(
		db, &wpi_order_add,
		DB_ARGS(DB_INT("mac", row->mac), DB_TEXT("kind", row->kind),
			DB_TEXT("state", states[row->state]), DB_TEXT("what", row->what),
			DB_SECRET("payload", row->payload, payload_place),
			DB_INT("attempts", row->attempts), DB_INT("next_at", row->next_at),
			DB_INT("until_at", row->until_at), DB_TEXT("actor", row->actor),
			DB_INT_OR_NULL("job_id", row->job_id),
			DB_INT("created_at", row->created_at),
			DB_INT_OR_NULL("sent_at", row->sent_at)),
		&row->id);

	return r < 0 ? r : 0;
}

DB_QUERY(wpi_order_set,
	 "UPDATE wpi_order SET state = :state, answer = :answer, attempts = :attempts, "
	 "next_at = :next_at, until_at = :until_at, reason = :reason, sent_at = :sent_at, "
	 "ended_at = :ended_at "
	 "WHERE id = :id");

int wpi_order_update(struct db *db, const struct wpi_order_row *row)
{
	return db_run(db, &wpi_order_set,
		      DB_ARGS(DB_TEXT("state", states[row->state]),
			      DB_SECRET("answer", row->answer, answer_place),
			      DB_INT("attempts", row->attempts), DB_INT("next_at", row->next_at),
			      DB_INT("until_at", row->until_at), DB_TEXT("reason", row->reason),
			      DB_INT_OR_NULL("sent_at", row->sent_at),
			      DB_INT_OR_NULL("ended_at", row->ended_at), DB_INT("id", row->id)));
}

#define COLUMNS                                                                                    \
	"id, mac, kind, state, what, payload, answer, attempts, next_at, until_at, reason, "       \
	"actor, "                                                                                  \
	"job_id, created_at, sent_at, ended_at "

static int row_from(void *mem, struct db_rows *rows, struct wpi_order_row *row)
{
	struct secret *payload = NULL, *answer = NULL;
	int r = db_secret(mem, rows, 5, payload_place, &payload);

	if (r == 0)
		r = db_secret(mem, rows, 6, answer_place, &answer);
	if (r < 0)
		return r;
	row->id = db_int(rows, 0);
	row->mac = db_int(rows, 1);
	row->kind = db_text_copy(mem, rows, 2);
	row->state = state_of(db_text(rows, 3));
	row->what = db_text_copy(mem, rows, 4);
	row->payload = payload;
	row->answer = answer;
	row->attempts = db_int(rows, 7);
	row->next_at = db_int(rows, 8);
	row->until_at = db_int(rows, 9);
	row->reason = db_text_copy(mem, rows, 10);
	row->actor = db_text_copy(mem, rows, 11);
	row->job_id = db_int(rows, 12);
	row->created_at = db_int(rows, 13);
	row->sent_at = db_int(rows, 14);
	row->ended_at = db_int(rows, 15);
	return 0;
}

static int list(void *mem, struct db_rows *rows, struct wpi_order_row **ret, size_t *ret_count)
{
	int r = 0;

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = row_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(wpi_order_by_id, "SELECT " COLUMNS "FROM wpi_order WHERE id = :id AND mac = :mac");

int wpi_order_find(void *mem, struct db *db, int64_t mac, int64_t id, struct wpi_order_row **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	size_t count = 0;
	int r = db_select(db, &wpi_order_by_id, DB_ARGS(DB_INT("id", id), DB_INT("mac", mac)),
			  &rows);

	if (r == 0)
		r = list(mem, rows, ret, &count);
	return r < 0 ? r : count > 0;
}

DB_QUERY(wpi_order_page_open, "SELECT " COLUMNS "FROM wpi_order "
			      "WHERE mac = :mac AND ended_at IS NULL "
			      "ORDER BY id");

int wpi_order_list_open(void *mem, struct db *db, int64_t mac, struct wpi_order_row **ret,
			size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_order_page_open, DB_ARGS(DB_INT("mac", mac)), &rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

DB_QUERY(wpi_order_page, "SELECT " COLUMNS "FROM wpi_order "
			 "WHERE mac = :mac AND id < :before "
			 "ORDER BY id DESC "
			 "LIMIT :limit");

int wpi_order_list(void *mem, struct db *db, int64_t mac, int64_t before, int limit,
		   struct wpi_order_row **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_order_page,
			  DB_ARGS(DB_INT("mac", mac), DB_INT("before", before ? before : INT64_MAX),
				  DB_INT("limit", limit)),
			  &rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

/*
 * What has to be looked at: one that was sent and has had its time, or one that
 * waits and will not be sent any more.
 */
#define IS_DUE "ended_at IS NULL AND next_at <= :now AND (state <> 'waiting' OR until_at <= :now) "

DB_QUERY(wpi_order_page_due, "SELECT " COLUMNS "FROM wpi_order "
			     "WHERE " IS_DUE "ORDER BY next_at, id "
			     "LIMIT :limit");

int wpi_order_list_due(void *mem, struct db *db, int64_t now, int limit, struct wpi_order_row **ret,
		       size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_order_page_due,
			  DB_ARGS(DB_INT("now", now), DB_INT("limit", limit)), &rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

DB_QUERY(wpi_order_first_due, "SELECT id FROM wpi_order WHERE " IS_DUE "LIMIT 1");

int wpi_order_is_due(struct db *db, int64_t now, bool *ret)
{
	return db_has_row(db, &wpi_order_first_due, DB_ARGS(DB_INT("now", now)), ret);
}

DB_QUERY(wpi_order_number_open,
	 "SELECT count(*) FROM wpi_order WHERE mac = :mac AND ended_at IS NULL");

int wpi_order_count_open(struct db *db, int64_t mac, int64_t *ret)
{
	int r = db_select_int(db, &wpi_order_number_open, DB_ARGS(DB_INT("mac", mac)), ret);

	return r < 0 ? r : 0;
}

DB_QUERY(wpi_order_file_add, "INSERT INTO wpi_order_file (name, order_id) "
			     "VALUES (:name, :order_id) "
			     "ON CONFLICT (name, order_id) DO NOTHING");

int wpi_order_file_insert(struct db *db, int64_t id, const char *name)
{
	return db_run(db, &wpi_order_file_add,
		      DB_ARGS(DB_TEXT("name", name), DB_INT("order_id", id)));
}

DB_QUERY(wpi_order_number_naming,
	 "SELECT count(*) FROM wpi_order_file f JOIN wpi_order o ON o.id = f.order_id "
	 "WHERE f.name = :name AND o.ended_at IS NULL");

int wpi_order_count_naming(struct db *db, const char *name, int64_t *ret)
{
	int r = db_select_int(db, &wpi_order_number_naming, DB_ARGS(DB_TEXT("name", name)), ret);

	return r < 0 ? r : 0;
}

DB_QUERY(wpi_order_of_file, "SELECT 1 FROM wpi_order o JOIN wpi_order_file f ON f.order_id = o.id "
			    "WHERE o.mac = :mac AND o.ended_at IS NULL AND f.name = :name "
			    "LIMIT 1");

int wpi_order_has_file(struct db *db, int64_t mac, const char *name, bool *ret)
{
	return db_has_row(db, &wpi_order_of_file,
			  DB_ARGS(DB_INT("mac", mac), DB_TEXT("name", name)), ret);
}

DB_QUERY(wpi_order_of_job, "SELECT 1 FROM wpi_order "
			   "WHERE mac = :mac AND ended_at IS NULL AND job_id = :job_id "
			   "LIMIT 1");

int wpi_order_has_job(struct db *db, int64_t mac, int64_t job_id, bool *ret)
{
	return db_has_row(db, &wpi_order_of_job,
			  DB_ARGS(DB_INT("mac", mac), DB_INT("job_id", job_id)), ret);
}

DB_QUERY(wpi_order_drop_old,
	 "DELETE FROM wpi_order WHERE mac = :mac AND ended_at IS NOT NULL AND id NOT IN "
	 "(SELECT o.id FROM wpi_order o WHERE o.mac = :mac AND o.ended_at IS NOT NULL "
	 "ORDER BY o.id DESC LIMIT :keep)");

int wpi_order_prune(struct db *db, int64_t mac, int64_t keep)
{
	return db_run(db, &wpi_order_drop_old, DB_ARGS(DB_INT("mac", mac), DB_INT("keep", keep)));
}

DB_QUERY(wpi_order_pending, "SELECT 1 FROM wpi_order o JOIN device d ON d.mac = o.mac "
			    "WHERE o.mac = :mac AND o.ended_at IS NULL AND o.state = 'waiting' "
			    "AND o.next_at <= :now AND o.until_at > :now AND d.locked_at IS NULL "
			    "UNION ALL "
			    "SELECT 1 FROM wpi_call c JOIN device d ON d.mac = c.mac "
			    "WHERE c.mac = :mac AND c.until_at > :now AND d.locked_at IS NULL "
			    "LIMIT 1");

int wpi_order_is_pending(struct db *db, int64_t mac, int64_t now, bool *ret)
{
	return db_has_row(db, &wpi_order_pending, DB_ARGS(DB_INT("mac", mac), DB_INT("now", now)),
			  ret);
}
