/* SPDX-License-Identifier: MIT */
#pragma once

#include <sqlite3.h>

#include "db/db.h"

/* Inside of the SQLite engine, shared by the files of src/db. */

/* A parameter, in the order in which it was given last. */
struct db_param {
	const char *name; /* compared by address: a call's names are literals */
	int index;
};

struct db_rows {
	struct db *db;
	const struct db_query *query;
	sqlite3_stmt *stmt;
	sqlite3_stmt *made;	/* of the same query, by db_insert() or db_each(); NULL: not yet */
	sqlite3_value **values; /* of the row that db_each() hands over; NULL: there is none */
	struct db_param *params;
	int param_count; /* fewer than 64, says a test */
	int column_count;
	bool open;
};

struct run;

enum db_control {
	CONTROL_BEGIN,
	CONTROL_COMMIT,
	CONTROL_ROLLBACK,
	CONTROL_SAVEPOINT,
	CONTROL_RELEASE,
	CONTROL_ROLLBACK_SAVEPOINT,
	CONTROL_SNAPSHOT,
	CONTROL_COUNT,
};

struct db {
	sqlite3 *handle;
	enum db_mode mode;
	int lock_fd;
	bool touched;		     /* see writer_touch() */
	bool woken;		     /* see writer_wake() */
	_Atomic uint64_t *heartbeat; /* of the writer; NULL: nobody looks at it */
	int error; /* the last one, and its words, which a rollback would wipe in the handle */
	char words[300];
	sqlite3_stmt *control[CONTROL_COUNT];
	struct run *each;     /* db_each()'s own */
	struct db_rows *rows; /* one for each query of the program */
};

/* The row of errors.def for a result code of SQLite's; an error is kept with its words. */
int sqlite_result(struct db *db, int code) MUST_CHECK;

/* Runs a script of several statements. */
int sqlite_script(struct db *db, const char *sql) MUST_CHECK;

/* A statement that does not fit its query is our bug, found by the first test that runs it. */
_Noreturn void sqlite_bug(const struct db_query *query, const char *what, const char *name);

/* The statement of a query on this connection, prepared if it was not yet. */
int sqlite_rows(struct db *db, const struct db_query *query, struct db_rows **ret) MUST_CHECK;

/* Where the n-th parameter that is given belongs: where it did the last time, as a rule. */
int sqlite_param_index(struct db_rows *rows, int n, const char *name);

/*
 * A result code of SQLite's.  Unless `copy` the value must last until the
 * bindings are cleared; sealed bytes are `mem`'s, which must as well (NULL: their own).
 */
int sqlite_bind(sqlite3_stmt *stmt, int index, const struct db_arg *arg, bool copy, void *mem);

/* All parameters of a query, to `stmt`, which was made of it. */
int sqlite_bind_all(struct db_rows *rows, sqlite3_stmt *stmt, const struct db_arg *args,
		    bool copy) MUST_CHECK;

/* Once for a connection, before db_each(). */
int sqlite_each_setup(struct db *db) MUST_CHECK;
