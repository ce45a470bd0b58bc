/* SPDX-License-Identifier: MIT */
#include "store/wpi_file.h"

#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"

#define COLUMNS "name, type, sha256, size, added_at "

static void file_from(void *mem, struct db_rows *rows, struct wpi_file *file)
{
	file->name = db_text_copy(mem, rows, 0);
	file->type = db_text_copy(mem, rows, 1);
	file->sha256 = db_text_copy(mem, rows, 2);
	file->size = db_int(rows, 3);
	file->added_at = db_int(rows, 4);
}

DB_QUERY(wpi_file_by_name, "SELECT " COLUMNS "FROM wpi_file WHERE name = :name");

int wpi_file_find(void *mem, struct db *db, const char *name, struct wpi_file **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_file_by_name, DB_ARGS(DB_TEXT("name", name)), &rows);

	if (r == 0)
		r = db_next(rows);
	if (r <= 0)
		return r;
	*ret = mem_new(mem, struct wpi_file);
	file_from(*ret, rows, *ret);
	return 1;
}

DB_QUERY(wpi_file_page, "SELECT " COLUMNS "FROM wpi_file "
			"WHERE name > coalesce(:after, '') "
			"ORDER BY name "
			"LIMIT :limit");

int wpi_file_list(void *mem, struct db *db, const char *after, int limit, struct wpi_file **ret,
		  size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_file_page,
			  DB_ARGS(DB_TEXT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	if (r < 0)
		return r;
	while ((r = db_next(rows)) > 0)
		file_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(wpi_file_add, "INSERT INTO wpi_file (name, type, sha256, size, added_at) "
		       "VALUES (:name, :type, :sha256, :size, :added_at)");

int wpi_file_insert(struct db *db, const struct wpi_file *file)
{
	return db_run(db, &wpi_file_add,
		      DB_ARGS(DB_TEXT("name", file->name), DB_TEXT("type", file->type),
			      DB_TEXT("sha256", file->sha256), DB_INT("size", file->size),
			      DB_INT("added_at", file->added_at)));
}

DB_QUERY(wpi_file_drop, "DELETE FROM wpi_file WHERE name = :name");

int wpi_file_delete(struct db *db, const char *name)
{
	return db_run(db, &wpi_file_drop, DB_ARGS(DB_TEXT("name", name)));
}

DB_QUERY(wpi_file_number, "SELECT count(*) FROM wpi_file WHERE sha256 = :sha256");

int wpi_file_count(struct db *db, const char *sha256, int64_t *ret)
{
	int r = db_select_int(db, &wpi_file_number, DB_ARGS(DB_TEXT("sha256", sha256)), ret);

	return r < 0 ? r : 0;
}
