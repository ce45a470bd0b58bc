/* SPDX-License-Identifier: MIT */
/*
 * Rows in series: one statement with places for DB_SERIES rows is made of a
 * query's one VALUES tuple.  What a statement costs before and after its row,
 * in SQLite as much as the row itself, is paid once for all of them.
 */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/sqlite.h"

enum { SEALED_BYTES = 256 }; /* as a rule; nothing depends on it */

static const char *tuple_of(const struct db_query *query)
{
	static const char mark[] = "VALUES ";
	const char *tuple = strstr(query->sql, mark);

	if (tuple && query->sql[strlen(query->sql) - 1] == ')')
		return tuple + strlen(mark);
	sqlite_bug(query, "does not end with its one VALUES", "");
}

/* Places have no names here: they are as many in each tuple, and in the same order. */
static void tuple_write(struct buf *sql, const char *tuple)
{
	while (*tuple) {
		if (*tuple == ':') {
			buf_addc(sql, '?');
			tuple += 1 + strspn(tuple + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
		} else {
			buf_addc(sql, *tuple++);
		}
	}
}

static int series_prepare(struct db_rows *rows)
{
	struct buf *sql = buf_new(rows->db);
	const char *tuple = tuple_of(rows->query);
	int code;

	buf_add(sql, rows->query->sql, (size_t)(tuple - rows->query->sql));
	for (int i = 0; i < DB_SERIES; i++) {
		buf_adds(sql, i ? ", " : "");
		tuple_write(sql, tuple);
	}
	code = sqlite3_prepare_v3(rows->db->handle, sql->data, -1, SQLITE_PREPARE_PERSISTENT,
				  &rows->made, NULL);
	mem_free(sql);
	if (code == SQLITE_OK &&
	    sqlite3_bind_parameter_count(rows->made) != DB_SERIES * rows->param_count)
		sqlite_bug(rows->query, "has a parameter that is not once in its VALUES", "");
	return sqlite_result(rows->db, code);
}

static int series_bind(struct db_rows *rows, const struct db_arg *args, void *mem)
{
	int index[64];

	for (int i = 0; i < rows->param_count; i++)
		index[i] = sqlite_param_index(rows, i, args[i].name);
	for (int n = 0; n < DB_SERIES; n++) {
		for (int i = 0; i < rows->param_count; i++, args++) {
			int code;

			if (args->name != rows->params[i].name)
				sqlite_bug(rows->query, "is given rows unlike each other at",
					   args->name);
			code = sqlite_bind(rows->made, n * rows->param_count + index[i], args,
					   false, mem);
			if (code != SQLITE_OK)
				return sqlite_result(rows->db, code);
		}
	}
	return 0;
}

static int series_run(struct db_rows *rows, const struct db_arg *args)
{
	CLEANUP(mem_freep) void *sealed = mem_pool(rows->db, DB_SERIES * SEALED_BYTES);
	int r = rows->made ? 0 : series_prepare(rows);

	if (r == 0)
		r = series_bind(rows, args, sealed);
	if (r == 0)
		r = sqlite_result(rows->db, sqlite3_step(rows->made));
	sqlite3_reset(rows->made);
	sqlite3_clear_bindings(rows->made);
	return r;
}

static int one_run(struct db *db, const struct db_query *query, const struct db_arg *args,
		   size_t columns)
{
	struct db_arg row[64];

	memcpy(row, args, columns * sizeof(*row));
	row[columns].name = NULL;
	return db_run(db, query, row);
}

int db_insert(struct db *db, const struct db_query *query, const struct db_arg *args,
	      size_t columns, size_t count)
{
	struct db_rows *rows;
	int r = sqlite_rows(db, query, &rows);

	if (r == 0 && columns != (size_t)rows->param_count)
		sqlite_bug(query, "is given rows of another width", "");
	for (; r == 0 && count >= DB_SERIES; count -= DB_SERIES) {
		r = series_run(rows, args);
		args += DB_SERIES * columns;
	}
	for (; r == 0 && count > 0; count--) {
		r = one_run(db, query, args, columns);
		args += columns;
	}
	return r;
}
