/* SPDX-License-Identifier: MIT */
/*
 * Copies of a database that is at work.
 *
 * SQLite's backup begins anew whenever another connection has written, and so
 * would never end beside a busy writer.  Here the source's connection keeps a
 * snapshot from the first page to the last: the copy is of one moment, and the
 * writer's pages meanwhile wait in the write-ahead log.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "db/sqlite.h"

enum { PAGES = 256 };

static int copy_pages(struct db *db, sqlite3 *copy, db_backup_step *step, void *arg)
{
	/* so that others get at the disk in between */
	static const struct timespec pause = {.tv_nsec = 500000};
	sqlite3_backup *backup = sqlite3_backup_init(copy, "main", db->handle, "main");
	int code, r = 0;

	if (!backup)
		return sqlite_result(db, sqlite3_errcode(copy));
	while ((code = sqlite3_backup_step(backup, PAGES)) == SQLITE_OK && r >= 0) {
		r = step ? step(arg) : 0;
		nanosleep(&pause, NULL);
	}
	sqlite3_backup_finish(backup);
	if (r < 0)
		return r;
	return sqlite_result(db, code == SQLITE_OK ? SQLITE_ABORT : code);
}

/* One file without a log beside it, wherever it is carried. */
static int copy_into(struct db *db, const char *path, db_backup_step *step, void *arg)
{
	sqlite3 *copy = NULL;
	int code = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	int r = sqlite_result(db, code);

	if (r == 0)
		r = copy_pages(db, copy, step, arg);
	if (r == 0)
		r = sqlite_result(
			db, sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL));
	sqlite3_close(copy);
	return r;
}

/* A snapshot begins with its first read. */
static int snapshot_copy(struct db *db, const char *path, db_backup_step *step, void *arg)
{
	int r = db_snapshot_begin(db);

	if (r < 0)
		return r;
	r = sqlite_script(db, "PRAGMA schema_version");
	if (r == 0)
		r = copy_into(db, path, step, arg);
	db_snapshot_end(db);
	return r;
}

/* The name is on disk only with its directory. */
static int settle(int fd, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];
	int dir, r;

	if (fsync(fd) < 0)
		return -errno;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	r = fsync(dir) < 0 ? -errno : 0;
	close(dir);
	return r;
}

int64_t db_backup(struct db *db, const char *path, db_backup_step *step, void *arg,
		  struct diag *reterr)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat status = {0};
	int r;

	if (fd < 0)
		return diag_set(reterr, -errno, "%s: %s", path, strerror(errno));
	db->words[0] = '\0';
	r = snapshot_copy(db, path, step, arg);
	if (r < 0) {
		diag_set(reterr, r, "%s: %s", path, *db->words ? db->words : error_text(r));
	} else {
		r = settle(fd, path);
		if (r == 0 && fstat(fd, &status) < 0)
			r = -errno;
		if (r < 0)
			diag_set(reterr, r, "%s: %s", path, strerror(-r));
	}
	close(fd);
	if (r < 0)
		unlink(path);
	return r < 0 ? r : (int64_t)status.st_size;
}
