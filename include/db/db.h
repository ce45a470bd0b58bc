/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * A connection to the store, whatever its engine.
 *
 * Queries are rows of a table that the linker collects: DB_QUERY() beside the
 * function that uses it.  Each is prepared once per connection, on first use.
 * Parameters are named; giving one that the statement lacks, or leaving one
 * out, is a bug and aborts.
 *
 * A connection belongs to one thread at a time.  Errors are rows of
 * errors.def: -E_DB_BUSY may be tried again, -E_DB_CONSTRAINT is the caller's
 * to translate, the rest is -E_DB or -E_DB_FULL; db_words() has the engine's words.
 */

struct db;
struct secret;

enum db_mode {
	DB_READ,  /* a reader: never sees half a transaction, never writes */
	DB_WRITE, /* the one writer */
};

enum db_sync {
	DB_SYNC_FULL,	/* a commit is on disk when it returns */
	DB_SYNC_NORMAL, /* a commit may be lost by a power cut, never torn */
};

struct db_query {
	const char *name;
	const char *sql;
};

/* DB_QUERY(device_by_mac, "SELECT …") makes `device_by_mac`, to be used in this file. */
#define DB_QUERY(id, text)                                                                         \
	static const struct db_query id __attribute__((section("db_query"), used)) = {#id, text}

/* The next of all queries in the program, after `last` (NULL: the first); NULL at the end. */
const struct db_query *db_query_next(const struct db_query *last);

/* One named parameter and its value. */
struct db_arg {
	const char *name; /* with its colon */
	enum { DB_ARG_NULL, DB_ARG_INT, DB_ARG_TEXT, DB_ARG_BLOB, DB_ARG_SECRET } kind;
	int64_t i;
	const void *p; /* text (NULL: SQL NULL), bytes, or a struct secret (NULL: SQL NULL) */
	size_t len;
	const char *where; /* the place a secret is sealed for: "device.secret" */
};

/* clang-format off */
#define DB_INT(n, v) {.name = ":" n, .kind = DB_ARG_INT, .i = (int64_t)(v)}
/* 0 is SQL NULL */
#define DB_INT_OR_NULL(n, v) {.name = ":" n, .kind = (v) ? DB_ARG_INT : DB_ARG_NULL, .i = (int64_t)(v)}
#define DB_TEXT(n, v) {.name = ":" n, .kind = DB_ARG_TEXT, .p = (v)}
#define DB_BLOB(n, v, l) {.name = ":" n, .kind = DB_ARG_BLOB, .p = (v), .len = (l)}
#define DB_SECRET(n, v, w) {.name = ":" n, .kind = DB_ARG_SECRET, .p = (v), .where = (w)}
/* clang-format on */
#ifdef __cppcheck__ /* trips over __VA_OPT__ */
#define DB_ARGS(...) NULL
#else
#define DB_ARGS(...) ((const struct db_arg[]){__VA_ARGS__ __VA_OPT__(, ){.name = NULL}})
#endif

/*
 * `url` is "sqlite:PATH" or "sqlite::memory:".  A writer makes the file when
 * there is none; a reader does not.
 */
int db_open(void *mem, const char *url, enum db_mode mode, enum db_sync sync, struct db **ret,
	    struct diag *reterr) MUST_CHECK;
void db_close(struct db *db);

/*
 * Brings the schema up to date with the numbered files below `prefix`
 * ("sql/sqlite/"), each in one transaction.  -E_DB_NEWER when the database
 * holds a number that this program does not know.
 */
int db_migrate(struct db *db, const char *prefix, struct diag *reterr) MUST_CHECK;

/* The engine's words for the last error of this connection. */
const char *db_words(const struct db *db);

/* Rows that the last db_run() changed. */
int64_t db_changes(const struct db *db);

/* Runs a statement to its end. */
int db_run(struct db *db, const struct db_query *query, const struct db_arg *args) MUST_CHECK;

/*
 * Runs an INSERT for each of `count` rows: `args` are `columns` parameters for
 * the first row, as many for the second, and so on, in the same order.  The
 * query ends with VALUES and one tuple that has every parameter once.  DB_SERIES
 * rows cost much less than as many db_run().
 */
enum { DB_SERIES = 64 };
int db_insert(struct db *db, const struct db_query *query, const struct db_arg *args,
	      size_t columns, size_t count) MUST_CHECK;

/*
 * Rows, one after the other.  The statement is the query's own on this
 * connection, so one query cannot be read twice at once.
 *
 *     r = db_select(db, &device_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);
 *     if (r < 0) return r;
 *     while ((r = db_next(rows)) > 0) …
 *     db_end(rows);
 *
 * db_next(): 1 a row, 0 no more, negative an error.  Values are valid until
 * the next db_next() or db_end().
 */
struct db_rows;
int db_select(struct db *db, const struct db_query *query, const struct db_arg *args,
	      struct db_rows **ret) MUST_CHECK;
int db_next(struct db_rows *rows) MUST_CHECK;
void db_end(struct db_rows *rows);

static inline void db_endp(struct db_rows **rows)
{
	if (*rows)
		db_end(*rows);
}

/* Columns count from 0; reading one that the query lacks is a bug and aborts. */
bool db_is_null(struct db_rows *rows, int column);
int64_t db_int(struct db_rows *rows, int column);
/* NULL for SQL NULL. */
const char *db_text(struct db_rows *rows, int column);
char *db_text_copy(void *mem, struct db_rows *rows, int column);
const void *db_blob(struct db_rows *rows, int column, size_t *ret_len);
/* 0 and NULL for SQL NULL; -E_SEAL when it was not sealed for `where` under this key. */
int db_secret(void *mem, struct db_rows *rows, int column, const char *where,
	      struct secret **ret) MUST_CHECK;

/*
 * Hands over one row after the other until `row` says false: 1 it did, 0 there
 * are no more, negative an error.  A long list costs much less than by
 * db_next(), all the more without a LIMIT.  The query must not need a sort.
 */
typedef bool db_row(void *arg, struct db_rows *rows);
int db_each(struct db *db, const struct db_query *query, const struct db_arg *args, db_row *row,
	    void *arg) MUST_CHECK;

/* Shortcut: the first column of the first row.  1 found, 0 no row, negative an error. */
int db_select_int(struct db *db, const struct db_query *query, const struct db_arg *args,
		  int64_t *ret) MUST_CHECK;

/* Shortcut: whether there is a row.  The query has LIMIT 1 where there could be many. */
int db_has_row(struct db *db, const struct db_query *query, const struct db_arg *args,
	       bool *ret) MUST_CHECK;

/* A transaction; only the writer and migrations use these. */
int db_begin(struct db *db) MUST_CHECK;
int db_commit(struct db *db) MUST_CHECK;
void db_rollback(struct db *db);
/* One level inside a transaction. */
int db_savepoint(struct db *db) MUST_CHECK;
int db_release(struct db *db) MUST_CHECK;
void db_rollback_savepoint(struct db *db);

/* A snapshot for several reads that belong together; end it soon. */
int db_snapshot_begin(struct db *db) MUST_CHECK;
void db_snapshot_end(struct db *db);

/* Moves what is in the write-ahead log into the file; called by the writer when it is idle. */
int db_checkpoint(struct db *db) MUST_CHECK;

/*
 * A copy of the whole database in `path`, which must not exist, for its owner
 * only and on disk.  On a reader's connection, outside of a snapshot; what is
 * copied is what there is when it begins, and other readers and the writer go
 * on.  `step` (NULL: nothing) is called every few hundred pages; a negative
 * value ends it.  The size of the file, or an error, which leaves no file.
 */
typedef int db_backup_step(void *arg);
int64_t db_backup(struct db *db, const char *path, db_backup_step *step, void *arg,
		  struct diag *reterr) MUST_CHECK;
