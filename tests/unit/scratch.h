/* SPDX-License-Identifier: MIT */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "db/sqlite.h"

/*
 * What tests of db and store stand on: a folder of their own that goes with
 * them, a key in it, and databases with the schema of the program.
 */

enum { SCRATCH_NOW = 1750000000 };

struct scratch {
	char *folder;
	char *url;	 /* sqlite:…/fleet.db */
	char *path;	 /* the same without its scheme */
	struct db *db;	 /* of scratch_memory(): the main schema */
	struct db *seen; /* of scratch_memory(): the schema of traces */
};

static inline struct scratch *scratch_new(void)
{
	struct scratch *s = mem_new(NULL, struct scratch);
	const char *tmp = getenv("TMPDIR");

	s->folder = mem_printf(s, "%s/gigaprov-test-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(s->folder));
	s->path = mem_printf(s, "%s/fleet.db", s->folder);
	s->url = mem_printf(s, "sqlite:%s", s->path);
	assert_int_equal(secret_setup(mem_printf(s, "%s/key", s->folder), true, NULL), 0);
	clock_set(SCRATCH_NOW);
	return s;
}

static inline void scratch_free(struct scratch *s)
{
	DIR *dir = opendir(s->folder);
	struct dirent *entry;

	db_close(s->db);
	db_close(s->seen);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlink(mem_printf(s, "%s/%s", s->folder, entry->d_name));
	closedir(dir);
	rmdir(s->folder);
	mem_free(s);
	clock_set(0);
}

/* A migrated database in memory; the caller closes it. */
static inline struct db *scratch_database(const char *migrations)
{
	struct db *db;

	assert_int_equal(db_open(NULL, "sqlite::memory:", DB_WRITE, DB_SYNC_NORMAL, &db, NULL), 0);
	assert_int_equal(db_migrate(db, migrations, NULL), 0);
	return db;
}

/* cmocka's setup and teardown: a folder of its own for each test. */
static inline int scratch_setup(void **state)
{
	*state = scratch_new();
	return 0;
}

/* The same, with both schemas in memory. */
static inline int scratch_memory(void **state)
{
	struct scratch *s = scratch_new();

	s->db = scratch_database("sql/sqlite/");
	s->seen = scratch_database("sql/sqlite/seen/");
	*state = s;
	return 0;
}

static inline int scratch_teardown(void **state)
{
	scratch_free(*state);
	return 0;
}

/* A number that SQLite answers, on any connection. */
static inline int64_t scratch_ask(sqlite3 *handle, const char *sql)
{
	sqlite3_stmt *stmt;
	int64_t answer;

	assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	answer = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return answer;
}

static inline void scratch_exec(sqlite3 *handle, const char *sql)
{
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* Runs a script on the file behind the program's back. */
static inline void scratch_script(const struct scratch *s, const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(s->path, &handle), SQLITE_OK);
	scratch_exec(handle, sql);
	sqlite3_close(handle);
}
