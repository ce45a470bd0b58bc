/* SPDX-License-Identifier: MIT */
/* Statements: prepared once per connection, parameters by name, columns by number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "db/sqlite.h"

/* A statement that does not fit its query is our bug, found by the first test that runs it. */
void sqlite_bug(const struct db_query *query, const char *what, const char *name)
{
	fprintf(stderr, "level=error msg=\"bug in a query\" query=%s what=\"%s\" name=%s\n",
		query->name, what, name);
	abort();
}

static int bind_secret(sqlite3_stmt *stmt, int index, const struct db_arg *arg, void *mem)
{
	const struct secret *secret = arg->p;
	uint8_t *sealed;
	size_t len;

	if (!secret)
		return sqlite3_bind_null(stmt, index);
	secret_seal(mem, arg->where, secret_reveal(secret), secret_len(secret), &sealed, &len);
	return sqlite3_bind_blob64(stmt, index, sealed, len, mem ? SQLITE_STATIC : mem_free);
}

int sqlite_bind(sqlite3_stmt *stmt, int index, const struct db_arg *arg, bool copy, void *mem)
{
	sqlite3_destructor_type life = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;

	switch (arg->kind) {
	case DB_ARG_INT:
		return sqlite3_bind_int64(stmt, index, arg->i);
	case DB_ARG_TEXT:
		if (!arg->p)
			break;
		return sqlite3_bind_text(stmt, index, arg->p, -1, life);
	case DB_ARG_BLOB:
		return sqlite3_bind_blob64(stmt, index, arg->p, arg->len, life);
	case DB_ARG_SECRET:
		return bind_secret(stmt, index, arg, mem);
	case DB_ARG_NULL:
		break;
	}
	return sqlite3_bind_null(stmt, index);
}

/* Where the n-th parameter that is given belongs: where it did the last time, as a rule. */
int sqlite_param_index(struct db_rows *rows, int n, const char *name)
{
	struct db_param *param;

	if (n >= rows->param_count)
		sqlite_bug(rows->query, "is given too many parameters, among them", name);
	param = &rows->params[n];
	if (param->name != name) {
		param->name = name;
		param->index = sqlite3_bind_parameter_index(rows->stmt, name);
		if (param->index == 0)
			sqlite_bug(rows->query, "lacks the parameter", name);
	}
	return param->index;
}

int sqlite_bind_all(struct db_rows *rows, sqlite3_stmt *stmt, const struct db_arg *args, bool copy)
{
	uint64_t bound = 0;
	int given = 0;

	for (const struct db_arg *arg = args; arg && arg->name; arg++) {
		int index = sqlite_param_index(rows, given, arg->name);
		int code;

		if (bound & (uint64_t)1 << index)
			sqlite_bug(rows->query, "is given the parameter twice", arg->name);
		bound |= (uint64_t)1 << index;
		code = sqlite_bind(stmt, index, arg, copy, NULL);
		if (code != SQLITE_OK)
			return sqlite_result(rows->db, code);
		given++;
	}
	if (given != rows->param_count)
		sqlite_bug(rows->query, "is given too few parameters", "");
	return 0;
}

int sqlite_rows(struct db *db, const struct db_query *query, struct db_rows **ret)
{
	struct db_rows *rows = &db->rows[query - db_query_next(NULL)];
	int code;

	if (rows->open)
		sqlite_bug(query, "is being read already", "");
	if (!rows->stmt) {
		code = sqlite3_prepare_v3(db->handle, query->sql, -1, SQLITE_PREPARE_PERSISTENT,
					  &rows->stmt, NULL);
		if (code != SQLITE_OK)
			return sqlite_result(db, code);
		rows->db = db;
		rows->query = query;
		rows->param_count = sqlite3_bind_parameter_count(rows->stmt);
		rows->column_count = sqlite3_column_count(rows->stmt);
		rows->params = mem_array(db, struct db_param, (size_t)rows->param_count);
	}
	*ret = rows;
	return 0;
}

int db_run(struct db *db, const struct db_query *query, const struct db_arg *args)
{
	struct db_rows *rows;
	int code;
	int r = sqlite_rows(db, query, &rows);

	if (r < 0)
		return r;
	r = sqlite_bind_all(rows, rows->stmt, args, false);
	if (r == 0) {
		do {
			code = sqlite3_step(rows->stmt);
		} while (code == SQLITE_ROW);
		r = sqlite_result(db, code);
	}
	sqlite3_reset(rows->stmt);
	sqlite3_clear_bindings(rows->stmt);
	return r;
}

int db_select(struct db *db, const struct db_query *query, const struct db_arg *args,
	      struct db_rows **ret)
{
	struct db_rows *rows;
	int r = sqlite_rows(db, query, &rows);

	if (r < 0)
		return r;
	r = sqlite_bind_all(rows, rows->stmt, args, true);
	if (r < 0) {
		sqlite3_clear_bindings(rows->stmt);
		return r;
	}
	rows->open = true;
	*ret = rows;
	return 0;
}

int db_next(struct db_rows *rows)
{
	int code = sqlite3_step(rows->stmt);

	return code == SQLITE_ROW ? 1 : sqlite_result(rows->db, code);
}

void db_end(struct db_rows *rows)
{
	sqlite3_reset(rows->stmt);
	sqlite3_clear_bindings(rows->stmt);
	rows->open = false;
}

/*
 * A column of the row that was stepped to, or of the one that is being handed
 * over.  SQLite answers NULL for a column that the query does not have.
 */
static void check(struct db_rows *rows, int column)
{
	if (column < 0 || column >= rows->column_count)
		sqlite_bug(rows->query, "lacks a column that is read", "");
}

bool db_is_null(struct db_rows *rows, int column)
{
	check(rows, column);
	if (rows->values)
		return sqlite3_value_type(rows->values[column]) == SQLITE_NULL;
	return sqlite3_column_type(rows->stmt, column) == SQLITE_NULL;
}

int64_t db_int(struct db_rows *rows, int column)
{
	check(rows, column);
	if (rows->values)
		return sqlite3_value_int64(rows->values[column]);
	return sqlite3_column_int64(rows->stmt, column);
}

const char *db_text(struct db_rows *rows, int column)
{
	check(rows, column);
	if (rows->values)
		return (const char *)sqlite3_value_text(rows->values[column]);
	return (const char *)sqlite3_column_text(rows->stmt, column);
}

char *db_text_copy(void *mem, struct db_rows *rows, int column)
{
	const char *text = db_text(rows, column);

	return text ? mem_strdup(mem, text) : NULL;
}

const void *db_blob(struct db_rows *rows, int column, size_t *ret_len)
{
	const void *bytes;

	check(rows, column);
	if (rows->values) {
		bytes = sqlite3_value_blob(rows->values[column]);
		*ret_len = (size_t)sqlite3_value_bytes(rows->values[column]);
	} else {
		bytes = sqlite3_column_blob(rows->stmt, column);
		*ret_len = (size_t)sqlite3_column_bytes(rows->stmt, column);
	}
	return bytes;
}

int db_secret(void *mem, struct db_rows *rows, int column, const char *where, struct secret **ret)
{
	size_t sealed_len;
	const void *sealed = db_blob(rows, column, &sealed_len);
	char *text;
	size_t len;
	int r;

	*ret = NULL;
	if (!sealed)
		return 0;
	r = secret_unseal(mem, where, sealed, sealed_len, &text, &len);
	if (r < 0)
		return r;
	*ret = secret_new_bytes(mem, text, len);
	explicit_bzero(text, len);
	mem_free(text);
	return 0;
}

int db_select_int(struct db *db, const struct db_query *query, const struct db_arg *args,
		  int64_t *ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, query, args, &rows);

	if (r < 0)
		return r;
	r = db_next(rows);
	if (r > 0)
		*ret = db_int(rows, 0);
	return r;
}

int db_has_row(struct db *db, const struct db_query *query, const struct db_arg *args, bool *ret)
{
	int64_t first;
	int r = db_select_int(db, query, args, &first);

	*ret = r > 0;
	return r < 0 ? r : 0;
}
