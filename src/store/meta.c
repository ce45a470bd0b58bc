/* SPDX-License-Identifier: MIT */
#include "store/meta.h"

#include "base/mem.h"
#include "db/db.h"

DB_QUERY(meta_by_name, "SELECT value FROM meta WHERE name = :name");

int meta_find(void *mem, struct db *db, const char *name, char **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &meta_by_name, DB_ARGS(DB_TEXT("name", name)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = db_text_copy(mem, rows, 0);
	return 1;
}

DB_QUERY(meta_set, "INSERT INTO meta (name, value) VALUES (:name, :value) "
		   "ON CONFLICT (name) DO UPDATE SET value = excluded.value");

int meta_put(struct db *db, const char *name, const char *value)
{
	return db_run(db, &meta_set, DB_ARGS(DB_TEXT("name", name), DB_TEXT("value", value)));
}
