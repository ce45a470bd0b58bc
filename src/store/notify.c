/* SPDX-License-Identifier: MIT */
#include "store/notify.h"

#include "base/mem.h"
#include "db/db.h"

DB_QUERY(seen_notify_by_mac, "SELECT sent_at, outcome, status, words, target, reboot, answered_at, "
			     "fetched_at FROM notify "
			     "WHERE mac = :mac");

int notify_find(void *mem, struct db *db, int64_t mac, struct notify **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &seen_notify_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct notify);
	(*ret)->mac = mac;
	(*ret)->sent_at = db_int(rows, 0);
	(*ret)->outcome = db_text_copy(mem, rows, 1);
	(*ret)->status = (int)db_int(rows, 2);
	(*ret)->words = db_text_copy(mem, rows, 3);
	(*ret)->target = db_text_copy(mem, rows, 4);
	(*ret)->reboot = db_int(rows, 5) != 0;
	(*ret)->answered_at = db_int(rows, 6);
	(*ret)->fetched_at = db_int(rows, 7);
	return 1;
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
