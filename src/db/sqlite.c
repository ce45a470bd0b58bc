/* SPDX-License-Identifier: MIT */
/*
 * The SQLite engine: connections and transactions.
 *
 * Connections are opened without SQLite's own mutexes, since each belongs to
 * one thread at a time.  The page cache is small and the file is not mapped:
 * a commit by the writer makes every reader drop either, and dropping a large
 * one stalls it.  A lock file beside the database, under the name that the file
 * has behind all links, keeps a second daemon out.
 */
#include "db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"

enum { BUSY_TIMEOUT_MS = 5000 };

extern const struct db_query __start_db_query[] __attribute__((weak));
extern const struct db_query __stop_db_query[] __attribute__((weak));

const struct db_query *db_query_next(const struct db_query *last)
{
	const struct db_query *next = last ? last + 1 : __start_db_query;

	return next && next < __stop_db_query ? next : NULL;
}

static int error_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -E_DB_BUSY;
	case SQLITE_CONSTRAINT:
		return -E_DB_CONSTRAINT;
	case SQLITE_FULL:
		return -E_DB_FULL;
	default:
		return -E_DB;
	}
}

int sqlite_result(struct db *db, int code)
{
	int r = error_of(code);
	const char *words;

	if (r == 0)
		return 0;
	db->error = r;
	words = db->handle && sqlite3_errcode(db->handle) != SQLITE_OK ? sqlite3_errmsg(db->handle)
								       : sqlite3_errstr(code);
	if (db->handle && (code & 0xff) == SQLITE_READONLY)
		snprintf(db->words, sizeof(db->words),
			 "%s: %s and what lies beside it, with their directory, must belong to the "
			 "user that gigaprovd runs as",
			 words, sqlite3_db_filename(db->handle, "main"));
	else
		snprintf(db->words, sizeof(db->words), "%s", words);
	return r;
}

const char *db_words(const struct db *db)
{
	return db->words;
}

int64_t db_changes(const struct db *db)
{
	return sqlite3_changes64(db->handle);
}

int sqlite_script(struct db *db, const char *sql)
{
	return sqlite_result(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

static void configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_initialize();
}

static int lock_take(struct db *db, const char *path, struct diag *reterr)
{
	char *lock = mem_printf(db, "%s.lock", sqlite3_db_filename(db->handle, "main"));

	db->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (db->lock_fd < 0)
		return diag_set(reterr, -E_DB, "%s: %s", lock, strerror(errno));
	if (flock(db->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return diag_set(reterr, -E_DB_LOCKED, "%s: another gigaprovd uses this database",
				path);
	return 0;
}

static int prepare_control(struct db *db)
{
	static const char *const sql[CONTROL_COUNT] = {
		[CONTROL_BEGIN] = "BEGIN IMMEDIATE",
		[CONTROL_COMMIT] = "COMMIT",
		[CONTROL_ROLLBACK] = "ROLLBACK",
		[CONTROL_SAVEPOINT] = "SAVEPOINT operation",
		[CONTROL_RELEASE] = "RELEASE operation",
		[CONTROL_ROLLBACK_SAVEPOINT] = "ROLLBACK TO operation",
		[CONTROL_SNAPSHOT] = "BEGIN",
	};

	for (int i = 0; i < CONTROL_COUNT; i++) {
		int code = sqlite3_prepare_v3(db->handle, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
					      &db->control[i], NULL);

		if (code != SQLITE_OK)
			return sqlite_result(db, code);
	}
	return 0;
}

/*
 * A statement that changes rows keeps what it replaces until it is over.  In
 * memory SQLite looks for the end of that from its beginning each time, so the
 * writer has it where its transactions' length costs nothing: past 64 KB in a
 * file without a name.
 */
static int configure_connection(struct db *db, enum db_sync sync)
{
	int r = sqlite_script(db, "PRAGMA foreign_keys = ON;"
				  "PRAGMA cache_size = -2000;"
				  "PRAGMA mmap_size = 0;"
				  "PRAGMA trusted_schema = OFF;");

	if (r == 0 && db->mode == DB_WRITE)
		r = sqlite_script(db, "PRAGMA wal_autocheckpoint = 10000;");
	if (r == 0 && db->mode == DB_READ)
		r = sqlite_script(db, "PRAGMA query_only = ON;"
				      "PRAGMA temp_store = MEMORY;");
	if (r == 0)
		r = sqlite_script(db, sync == DB_SYNC_FULL ? "PRAGMA synchronous = FULL;"
							   : "PRAGMA synchronous = NORMAL;");
	return r;
}

/*
 * A file of our own is nobody else's to read; its log gets the same mode.
 * One that is there already is not even opened: closing it would drop the
 * locks that another connection of this process has on it.
 */
static void make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

static int connect(struct db *db, const char *path, enum db_sync sync, struct diag *reterr)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE;
	bool file = strcmp(path, ":memory:") != 0;
	int r;

	if (db->mode == DB_WRITE) {
		flags |= SQLITE_OPEN_CREATE;
		if (file)
			make_private(path);
	}
	r = sqlite_result(db, sqlite3_open_v2(path, &db->handle, flags, NULL));
	if (r == 0 && db->mode == DB_WRITE && file) {
		r = lock_take(db, path, reterr);
		if (r < 0)
			return r;
	}
	if (r == 0) {
		sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
		r = configure_connection(db, sync);
	}
	if (r == 0)
		r = prepare_control(db);
	if (r == 0)
		r = sqlite_each_setup(db);
	if (r < 0)
		return diag_set(reterr, r, "%s: %s", path, db_words(db));
	return 0;
}

int db_open(void *mem, const char *url, enum db_mode mode, enum db_sync sync, struct db **ret,
	    struct diag *reterr)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char scheme[] = "sqlite:";
	const char *path = url + sizeof(scheme) - 1;
	struct db *db;
	int r;

	if (strncmp(url, scheme, sizeof(scheme) - 1) != 0 || !*path)
		return diag_set(reterr, -E_DB_URL, "%s: a database is sqlite:PATH", url);
	pthread_once(&once, configure);
	db = mem_new(mem, struct db);
	db->mode = mode;
	db->lock_fd = -1;
	db->rows = mem_array(db, struct db_rows, (size_t)(__stop_db_query - __start_db_query) + 1);
	r = connect(db, path, sync, reterr);
	if (r < 0) {
		db_close(db);
		return r;
	}
	*ret = db;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (ptrdiff_t i = 0; i < __stop_db_query - __start_db_query; i++) {
		sqlite3_finalize(db->rows[i].stmt);
		sqlite3_finalize(db->rows[i].made);
	}
	for (int i = 0; i < CONTROL_COUNT; i++)
		sqlite3_finalize(db->control[i]);
	sqlite3_close(db->handle);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	mem_free(db);
}

static int control(struct db *db, enum db_control which)
{
	int r = sqlite_result(db, sqlite3_step(db->control[which]));

	sqlite3_reset(db->control[which]);
	return r;
}

int db_begin(struct db *db)
{
	return control(db, CONTROL_BEGIN);
}

int db_commit(struct db *db)
{
	int r = control(db, CONTROL_COMMIT);

	if (r < 0)
		db_rollback(db);
	return r;
}

/* Some errors have rolled back already; then there is nothing left to do. */
void db_rollback(struct db *db)
{
	int r;

	if (sqlite3_get_autocommit(db->handle))
		return;
	r = control(db, CONTROL_ROLLBACK);
	(void)r;
}

int db_savepoint(struct db *db)
{
	return control(db, CONTROL_SAVEPOINT);
}

int db_release(struct db *db)
{
	return control(db, CONTROL_RELEASE);
}

void db_rollback_savepoint(struct db *db)
{
	int r;

	if (sqlite3_get_autocommit(db->handle))
		return;
	r = control(db, CONTROL_ROLLBACK_SAVEPOINT);
	if (r == 0)
		r = control(db, CONTROL_RELEASE);
	(void)r;
}

int db_snapshot_begin(struct db *db)
{
	return control(db, CONTROL_SNAPSHOT);
}

void db_snapshot_end(struct db *db)
{
	int r = control(db, CONTROL_COMMIT);

	(void)r;
}

int db_checkpoint(struct db *db)
{
	return sqlite_result(db, sqlite3_wal_checkpoint_v2(db->handle, NULL,
							   SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
}
