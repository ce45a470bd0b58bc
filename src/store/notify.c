/* SPDX-License-Identifier: MIT */
#include "store/notify.h"

#include "base/mem.h"
#include "db/db.h"

#define COLUMNS                                                                                    \
	"mac, sent_at, outcome, status, words, target, reboot, answered_at, fetched_at "           \
	"FROM notify "

static void notify_from(void *mem, struct db_rows *rows, struct notify *notify)
{
	notify->mac = db_int(rows, 0);
	notify->sent_at = db_int(rows, 1);
	notify->outcome = db_text_copy(mem, rows, 2);
	notify->status = (int)db_int(rows, 3);
	notify->words = db_text_copy(mem, rows, 4);
	notify->target = db_text_copy(mem, rows, 5);
	notify->reboot = db_int(rows, 6) != 0;
	notify->answered_at = db_int(rows, 7);
	notify->fetched_at = db_int(rows, 8);
}

DB_QUERY(seen_notify_by_mac, "SELECT " COLUMNS "WHERE mac = :mac");

int notify_find(void *mem, struct db *db, int64_t mac, struct notify **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &seen_notify_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct notify);
	notify_from(mem, rows, *ret);
	return 1;
}

DB_QUERY(seen_notify_page_open, "SELECT " COLUMNS "WHERE fetched_at IS NULL AND sent_at >= :since "
				"AND outcome IN ('sent', 'accepted', 'no_answer') "
				"ORDER BY sent_at DESC "
				"LIMIT :limit");

int notify_list_open(void *mem, struct db *db, int64_t since, int limit, struct notify **ret,
		     size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &seen_notify_page_open,
			  DB_ARGS(DB_INT("since", since), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		notify_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(seen_notify_set,
	 "INSERT INTO notify (mac, sent_at, outcome, status, words, target, reboot, answered_at, "
	 "fetched_at) "
	 "VALUES (:mac, :sent_at, :outcome, :status, :words, :target, :reboot, :answered_at, "
	 ":fetched_at) "
	 "ON CONFLICT (mac) DO UPDATE SET sent_at = excluded.sent_at, outcome = excluded.outcome, "
	 "status = excluded.status, words = excluded.words, target = excluded.target, "
	 "reboot = excluded.reboot, answered_at = excluded.answered_at, "
	 "fetched_at = excluded.fetched_at");

int notify_put(struct db *db, const struct notify *notify)
{
	return db_run(db, &seen_notify_set,
		      DB_ARGS(DB_INT("mac", notify->mac), DB_INT("sent_at", notify->sent_at),
			      DB_TEXT("outcome", notify->outcome),
			      DB_INT_OR_NULL("status", notify->status),
			      DB_TEXT("words", notify->words), DB_TEXT("target", notify->target),
			      DB_INT("reboot", notify->reboot),
			      DB_INT_OR_NULL("answered_at", notify->answered_at),
			      DB_INT_OR_NULL("fetched_at", notify->fetched_at)));
}
