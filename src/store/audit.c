/* SPDX-License-Identifier: MIT */
#include "store/audit.h"

#include "base/clock.h"
#include "base/mem.h"
#include "db/db.h"

DB_QUERY(audit_add,
	 "INSERT INTO audit (at, actor, address, request, action, object, before, after) "
	 "VALUES (:at, :actor, :address, :request, :action, :object, :before, :after)");

int audit_insert(struct db *db, const struct audit_who *who, const char *action, const char *object,
		 const char *before, const char *after)
{
	return db_run(db, &audit_add,
		      DB_ARGS(DB_INT("at", clock_now()), DB_TEXT("actor", who->actor),
			      DB_TEXT("address", who->address), DB_TEXT("request", who->request),
			      DB_TEXT("action", action), DB_TEXT("object", object),
			      DB_TEXT("before", before), DB_TEXT("after", after)));
}

DB_QUERY(audit_newest, "SELECT max(id) FROM audit");

int audit_last(struct db *db, int64_t *ret)
{
	int r = db_select_int(db, &audit_newest, NULL, ret);

	return r < 0 ? r : 0;
}

DB_QUERY(audit_set_after, "UPDATE audit SET after = :after WHERE id = :id");

int audit_amend(struct db *db, int64_t id, const char *after)
{
	return db_run(db, &audit_set_after, DB_ARGS(DB_INT("id", id), DB_TEXT("after", after)));
}

/* An object may be several, one in the other or side by side: "device:… handset:…". */
DB_QUERY(audit_page, "SELECT id, at, actor, address, request, action, object, before, after "
		     "FROM audit "
		     "WHERE id < :before AND (:object IS NULL "
		     "OR replace(' ' || object || ' ', ' ' || :object || ' ', '') "
		     "<> ' ' || object || ' ') "
		     "ORDER BY id DESC "
		     "LIMIT :limit");

int audit_list(void *mem, struct db *db, const char *object, int64_t before, int limit,
	       struct audit **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &audit_page,
			  DB_ARGS(DB_INT("before", before ? before : INT64_MAX),
				  DB_TEXT("object", object), DB_INT("limit", limit)),
			  &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct audit *audit = mem_push(mem, ret, ret_count);

		audit->id = db_int(rows, 0);
		audit->at = db_int(rows, 1);
		audit->who.actor = db_text_copy(mem, rows, 2);
		audit->who.address = db_text_copy(mem, rows, 3);
		audit->who.request = db_text_copy(mem, rows, 4);
		audit->action = db_text_copy(mem, rows, 5);
		audit->object = db_text_copy(mem, rows, 6);
		audit->before = db_text_copy(mem, rows, 7);
		audit->after = db_text_copy(mem, rows, 8);
	}
	return r;
}
