/* SPDX-License-Identifier: MIT */
/* Numbered files of sql/<engine>/ become the schema, once each and in order. */
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/clock.h"
#include "db/sqlite.h"

static int question(struct db *db, const char *sql, int64_t *ret)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
	int r;

	*ret = 0;
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*ret = sqlite3_column_int64(stmt, 0);
	r = sqlite_result(db, code);
	sqlite3_finalize(stmt);
	return r;
}

/* Next file directly below the prefix; its number. */
static const struct asset *file_next(const char *prefix, const struct asset *last, int64_t *ret)
{
	size_t len = strlen(prefix);
	const struct asset *file = last;

	while ((file = asset_next(prefix, file)))
		if (file->name[len] >= '0' && file->name[len] <= '9')
			break;
	*ret = file ? strtol(file->name + len, NULL, 10) : 0;
	return file;
}

static int apply(struct db *db, const struct asset *file, int64_t number, struct diag *reterr)
{
	char *note = sqlite3_mprintf("INSERT INTO migration (number, name, applied_at) "
				     "VALUES (%lld, %Q, %lld)",
				     (long long)number, file->name, (long long)clock_now());
	int r = db_begin(db);

	if (r == 0)
		r = sqlite_script(db, file->data);
	if (r == 0)
		r = sqlite_script(db, note);
	sqlite3_free(note);
	if (r == 0)
		r = db_commit(db);
	if (r < 0) {
		db_rollback(db);
		return diag_set(reterr, r, "%s: %s", file->name, db_words(db));
	}
	return 0;
}

static int prepare(struct db *db, int64_t *ret_last, struct diag *reterr)
{
	int64_t tables, ours;
	int r = question(db, "SELECT count(*) FROM sqlite_master WHERE type = 'table'", &tables);

	if (r == 0)
		r = question(db, "SELECT count(*) FROM sqlite_master WHERE name = 'migration'",
			     &ours);
	if (r < 0)
		return diag_set(reterr, r, "the database cannot be read: %s", db_words(db));
	if (tables > 0 && ours == 0)
		return diag_set(reterr, -E_DB,
				"the database holds something else than a fleet; "
				"name another file");
	/* The mode is kept in the file, so it waits until the file is known to be ours. */
	r = sqlite_script(db, "PRAGMA journal_mode = WAL");
	if (r == 0)
		r = sqlite_script(
			db, "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, "
			    "name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
	if (r == 0)
		r = question(db, "SELECT coalesce(max(number), 0) FROM migration", ret_last);
	if (r < 0)
		return diag_set(reterr, r, "the database cannot be prepared: %s", db_words(db));
	return 0;
}

/*
 * A version that was not finished may have had later files without this one.
 * Nothing would miss its tables before somebody asks for them.
 */
static int was_applied(struct db *db, const struct asset *file, int64_t number, struct diag *reterr)
{
	char *sql = sqlite3_mprintf("SELECT count(*) FROM migration WHERE number = %lld",
				    (long long)number);
	int64_t count;
	int r = question(db, sql, &count);

	sqlite3_free(sql);
	if (r < 0)
		return diag_set(reterr, r, "the database cannot be read: %s", db_words(db));
	if (count == 0)
		return diag_set(
			reterr, -E_DB,
			"the database has later changes, but not %s: no release has made it; "
			"restore a backup of one that a release has made",
			file->name);
	return 0;
}

int db_migrate(struct db *db, const char *prefix, struct diag *reterr)
{
	const struct asset *file = NULL;
	int64_t last, number, newest = 0;
	int r = prepare(db, &last, reterr);

	if (r < 0)
		return r;
	while ((file = file_next(prefix, file, &number)))
		newest = number;
	if (last > newest)
		return diag_set(reterr, -E_DB_NEWER,
				"the database is at version %lld, this gigaprovd knows %lld; "
				"run the newer gigaprovd, or restore a backup",
				(long long)last, (long long)newest);
	while ((file = file_next(prefix, file, &number))) {
		r = number <= last ? was_applied(db, file, number, reterr)
				   : apply(db, file, number, reterr);
		if (r < 0)
			return r;
	}
	return 0;
}
