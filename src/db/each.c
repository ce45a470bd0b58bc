/* SPDX-License-Identifier: MIT */
/*
 * Rows that are handed over inside the engine.  To step to a row, and to ask for
 * its columns one by one, costs as much as finding it; as arguments of a
 * function in the WHERE of a query around the query they come for less.  The
 * function says no to each row, so that the engine goes on to the next, until
 * who asked has had enough.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "db/sqlite.h"

#define FUNCTION "each_row"

/* One run; a row may lead to another query that is run so. */
struct run {
	struct db_rows *rows;
	db_row *row;
	void *arg;
};

static void each_row(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct db *db = sqlite3_user_data(context);
	const struct run *run = db->each;

	(void)count;
	run->rows->values = values;
	sqlite3_result_int(context, !run->row(run->arg, run->rows));
	run->rows->values = NULL;
}

int sqlite_each_setup(struct db *db)
{
	return sqlite_result(db, sqlite3_create_function_v2(db->handle, FUNCTION, -1,
							    SQLITE_UTF8 | SQLITE_DIRECTONLY, db,
							    each_row, NULL, NULL, NULL));
}

static void columns_write(struct buf *sql, int count)
{
	for (int i = 0; i < count; i++)
		buf_printf(sql, "%sc%d", i ? ", " : "", i);
}

static int each_prepare(struct db_rows *rows)
{
	struct buf *sql = buf_new(rows->db);
	int code;

	buf_adds(sql, "WITH query(");
	columns_write(sql, rows->column_count);
	buf_printf(sql, ") AS (%s) SELECT 1 FROM query WHERE " FUNCTION "(", rows->query->sql);
	columns_write(sql, rows->column_count);
	buf_adds(sql, ")");
	code = sqlite3_prepare_v3(rows->db->handle, sql->data, -1, SQLITE_PREPARE_PERSISTENT,
				  &rows->made, NULL);
	mem_free(sql);
	return sqlite_result(rows->db, code);
}

static int each_run(struct db_rows *rows, struct run *run)
{
	struct run *outer = rows->db->each;
	int code;

	rows->db->each = run;
	code = sqlite3_step(rows->made);
	rows->db->each = outer;
	/* What is sorted afterwards was handed over before. */
	if (sqlite3_stmt_status(rows->made, SQLITE_STMTSTATUS_SORT, 0) > 0)
		sqlite_bug(rows->query, "sorts its rows, which db_each() cannot", "");
	return code == SQLITE_ROW ? 1 : sqlite_result(rows->db, code);
}

int db_each(struct db *db, const struct db_query *query, const struct db_arg *args, db_row *row,
	    void *arg)
{
	struct db_rows *rows;
	struct run run = {.row = row, .arg = arg};
	int r = sqlite_rows(db, query, &rows);

	if (r == 0 && !rows->made)
		r = each_prepare(rows);
	if (r < 0)
		return r;
	run.rows = rows;
	rows->open = true;
	r = sqlite_bind_all(rows, rows->made, args, false);
	if (r == 0)
		r = each_run(rows, &run);
	sqlite3_reset(rows->made);
	sqlite3_clear_bindings(rows->made);
	rows->open = false;
	return r;
}
