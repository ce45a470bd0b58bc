/* SPDX-License-Identifier: MIT */
#include "store/group.h"

#include "base/mem.h"
#include "db/db.h"

static void group_from(void *mem, struct db_rows *rows, struct group *group)
{
	group->id = db_int(rows, 0);
	group->name = db_text_copy(mem, rows, 1);
	group->created_at = db_int(rows, 2);
}

DB_QUERY(group_by_name, "SELECT id, name, created_at FROM device_group WHERE name = :name");

int group_find(void *mem, struct db *db, const char *name, struct group **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &group_by_name, DB_ARGS(DB_TEXT("name", name)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct group);
	group_from(mem, rows, *ret);
	return 1;
}

DB_QUERY(group_page, "SELECT id, name, created_at, "
		     "(SELECT count(*) FROM device WHERE group_id = device_group.id) "
		     "FROM device_group "
		     "WHERE name > coalesce(:after, '') "
		     "ORDER BY name "
		     "LIMIT :limit");

int group_list(void *mem, struct db *db, const char *after, int limit, struct group **ret,
	       size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &group_page, DB_ARGS(DB_TEXT("after", after), DB_INT("limit", limit)),
			  &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct group *group = mem_push(mem, ret, ret_count);

		group_from(mem, rows, group);
		group->devices = db_int(rows, 3);
	}
	return r;
}

DB_QUERY(group_add, "INSERT INTO device_group (name, created_at) VALUES (:name, :created_at)");

int group_insert(struct db *db, const char *name, int64_t at)
{
	return db_run(db, &group_add, DB_ARGS(DB_TEXT("name", name), DB_INT("created_at", at)));
}

DB_QUERY(group_remove, "DELETE FROM device_group WHERE id = :id");

int group_delete(struct db *db, int64_t id)
{
	return db_run(db, &group_remove, DB_ARGS(DB_INT("id", id)));
}

DB_QUERY(group_bump, "UPDATE device_group SET revision = revision + 1 WHERE id = :id");

int group_touch(struct db *db, int64_t id)
{
	return db_run(db, &group_bump, DB_ARGS(DB_INT("id", id)));
}
