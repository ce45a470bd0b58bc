/* SPDX-License-Identifier: MIT */
/* Connections, migrations, transactions, backups, and disks that are full. */
#include "scratch.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/asset.h"

DB_QUERY(test_put, "INSERT INTO meta (name, value) VALUES (:name, :value)");
DB_QUERY(test_get, "SELECT value FROM meta WHERE name = :name");
DB_QUERY(test_count, "SELECT count(*) FROM meta");

static int put(struct db *db, const char *name, const char *value)
{
	return db_run(db, &test_put, DB_ARGS(DB_TEXT("name", name), DB_TEXT("value", value)));
}

static int64_t count(struct db *db)
{
	int64_t n = -1;

	assert_int_equal(db_select_int(db, &test_count, NULL, &n), 1);
	return n;
}

static struct db *open_file(const struct scratch *s, enum db_mode mode)
{
	struct db *db;

	assert_int_equal(db_open(NULL, s->url, mode, DB_SYNC_NORMAL, &db, NULL), 0);
	if (mode == DB_WRITE)
		assert_int_equal(db_migrate(db, "sql/sqlite/", NULL), 0);
	return db;
}

/* --- opening and migrations --- */

static void migrations_are_applied_once_and_in_order(void **state)
{
	static const char *const prefixes[] = {"sql/sqlite/", "sql/sqlite/seen/"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		struct db *db = scratch_database(prefixes[i]);
		const struct asset *file = NULL;
		char sql[200];
		int number = 0, count = 0;

		clock_set(SCRATCH_NOW + 1000);
		assert_int_equal(db_migrate(db, prefixes[i], NULL), 0);
		while ((file = asset_next(prefixes[i], file))) {
			if (strchr(file->name + strlen(prefixes[i]), '/'))
				continue;
			assert_true(atoi(file->name + strlen(prefixes[i])) > number);
			number = atoi(file->name + strlen(prefixes[i]));
			snprintf(sql, sizeof(sql),
				 "SELECT applied_at FROM migration "
				 "WHERE number = %d AND name = '%s' AND number = (SELECT number "
				 "FROM migration ORDER BY rowid LIMIT 1 OFFSET %d)",
				 number, file->name, count++);
			assert_int_equal(scratch_ask(db->handle, sql), SCRATCH_NOW);
		}
		assert_true(count > 0);
		assert_int_equal(scratch_ask(db->handle, "SELECT count(*) FROM migration"), count);
		clock_set(SCRATCH_NOW);
		db_close(db);
	}
}

static void a_migration_that_fails_leaves_nothing(void **state)
{
	struct scratch *s = *state;
	struct diag diag = {0};
	struct db *db;

	scratch_script(s, "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
			  "applied_at INTEGER NOT NULL) STRICT; CREATE TABLE line (x)");
	assert_int_equal(db_open(NULL, s->url, DB_WRITE, DB_SYNC_NORMAL, &db, NULL), 0);
	assert_int_equal(db_migrate(db, "sql/sqlite/", &diag), -E_DB);
	assert_non_null(strstr(diag.text, "0001-"));
	assert_non_null(strstr(diag.text, "line"));
	assert_int_equal(scratch_ask(db->handle, "SELECT count(*) FROM sqlite_master "
						 "WHERE type = 'table'"),
			 2);
	assert_int_equal(scratch_ask(db->handle, "SELECT count(*) FROM migration"), 0);
	db_close(db);
}

static void a_newer_database_is_refused(void **state)
{
	struct scratch *s = *state;
	struct diag diag = {0};
	struct db *db = open_file(s, DB_WRITE);

	scratch_exec(db->handle, "INSERT INTO migration VALUES (9999, 'x', 1)");
	db_close(db);
	assert_int_equal(db_open(NULL, s->url, DB_WRITE, DB_SYNC_NORMAL, &db, NULL), 0);
	assert_int_equal(db_migrate(db, "sql/sqlite/", &diag), -E_DB_NEWER);
	assert_non_null(strstr(diag.text, "version 9999"));
	db_close(db);
}

static void a_database_that_lacks_an_earlier_migration_is_refused(void **state)
{
	struct scratch *s = *state;
	struct diag diag = {0};
	struct db *db = open_file(s, DB_WRITE);

	scratch_exec(db->handle, "DELETE FROM migration WHERE number = 3");
	assert_int_equal(db_migrate(db, "sql/sqlite/", &diag), -E_DB);
	assert_non_null(strstr(diag.text, "0003-"));
	assert_non_null(strstr(diag.text, "restore a backup"));
	db_close(db);
}

static void a_database_that_cannot_be_written_is_named(void **state)
{
	struct scratch *s = *state;
	struct db *db = open_file(s, DB_WRITE);

	scratch_exec(db->handle, "PRAGMA query_only = ON");
	assert_int_equal(sqlite_script(db, "DELETE FROM migration"), -E_DB);
	assert_non_null(strstr(db_words(db), s->url + strlen("sqlite:")));
	assert_non_null(strstr(db_words(db), "must belong to the user"));
	db_close(db);
}

static void somebody_elses_database_is_refused_and_left_alone(void **state)
{
	struct scratch *s = *state;
	struct diag diag = {0};
	struct db *db;
	sqlite3 *handle;
	sqlite3_stmt *stmt;

	scratch_script(s, "CREATE TABLE song (title TEXT)");
	assert_int_equal(db_open(NULL, s->url, DB_WRITE, DB_SYNC_NORMAL, &db, NULL), 0);
	assert_int_equal(db_migrate(db, "sql/sqlite/", &diag), -E_DB);
	assert_non_null(strstr(diag.text, "something else"));
	db_close(db);

	assert_int_equal(sqlite3_open(s->path, &handle), SQLITE_OK);
	assert_int_equal(scratch_ask(handle, "SELECT count(*) FROM sqlite_master"), 1);
	assert_int_equal(sqlite3_prepare_v2(handle, "PRAGMA journal_mode", -1, &stmt, NULL), 0);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal(sqlite3_column_text(stmt, 0), "delete");
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	struct scratch *s = *state;
	struct diag diag = {0};
	struct db *db;
	FILE *file = fopen(s->path, "w");
	int r;

	assert_non_null(file);
	for (int i = 0; i < 200; i++)
		fputs("[daemon]\ndatabase = here\n", file);
	fclose(file);
	r = db_open(NULL, s->url, DB_WRITE, DB_SYNC_NORMAL, &db, &diag);
	if (r == 0) {
		r = db_migrate(db, "sql/sqlite/", &diag);
		db_close(db);
	}
	assert_int_equal(r, -E_DB);
	assert_non_null(strstr(diag.text, "not a database"));
}

static void a_second_writer_is_refused(void **state)
{
	struct scratch *s = *state;
	struct db *first = open_file(s, DB_WRITE);
	struct diag diag = {0};
	struct db *second;

	assert_int_equal(db_open(NULL, s->url, DB_WRITE, DB_SYNC_FULL, &second, &diag),
			 -E_DB_LOCKED);
	assert_non_null(strstr(diag.text, s->path));
	assert_non_null(strstr(diag.text, "another gigaprovd"));
	db_close(first);
	second = open_file(s, DB_WRITE);
	db_close(second);
}

static void a_second_writer_is_refused_by_another_name_too(void **state)
{
	struct scratch *s = *state;
	struct db *first = open_file(s, DB_WRITE);
	char *alias = mem_printf(s, "%s/alias.db", s->folder);
	struct db *second;

	assert_int_equal(symlink("fleet.db", alias), 0);
	assert_int_equal(db_open(NULL, mem_printf(s, "sqlite:%s", alias), DB_WRITE, DB_SYNC_FULL,
				 &second, NULL),
			 -E_DB_LOCKED);
	db_close(first);
}

static void a_url_of_another_kind_is_refused(void **state)
{
	static const char *const urls[] = {"", "sqlite:", "mysql://x", "/var/lib/fleet.db"};
	struct diag diag;
	struct db *db;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		diag = (struct diag){0};
		assert_int_equal(db_open(NULL, urls[i], DB_WRITE, DB_SYNC_FULL, &db, &diag),
				 -E_DB_URL);
		assert_non_null(strstr(diag.text, "sqlite:PATH"));
	}
}

static void a_reader_does_not_make_the_file(void **state)
{
	struct scratch *s = *state;
	struct diag diag = {0};
	struct db *db;

	assert_int_equal(db_open(NULL, s->url, DB_READ, DB_SYNC_NORMAL, &db, &diag), -E_DB);
	assert_non_null(strstr(diag.text, s->path));
	assert_int_equal(access(s->path, F_OK), -1);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
	struct scratch *s = *state;
	struct diag diag = {0};
	char *url = mem_printf(s, "sqlite:%s/none/fleet.db", s->folder);
	struct db *db;

	assert_int_equal(db_open(NULL, url, DB_WRITE, DB_SYNC_NORMAL, &db, &diag), -E_DB);
	assert_non_null(strstr(diag.text, "none/fleet.db"));
}

static void nobody_else_may_read_what_the_writer_makes(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	struct scratch *s = *state;
	struct db *db = open_file(s, DB_WRITE);
	struct stat st;

	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		assert_int_equal(stat(mem_printf(s, "%s%s", s->path, ends[i]), &st), 0);
		assert_int_equal(st.st_mode & 077, 0);
	}
	db_close(db);
}

static void the_writer_keeps_a_write_ahead_log_and_syncs_as_told(void **state)
{
	struct scratch *s = *state;
	struct db *db = open_file(s, DB_WRITE);

	assert_int_equal(access(mem_printf(s, "%s-wal", s->path), F_OK), 0);
	assert_int_equal(scratch_ask(db->handle, "PRAGMA synchronous"), 1);
	assert_int_equal(scratch_ask(db->handle, "PRAGMA foreign_keys"), 1);
	assert_int_equal(scratch_ask(db->handle, "PRAGMA wal_autocheckpoint"), 10000);
	db_close(db);
	assert_int_equal(db_open(NULL, s->url, DB_WRITE, DB_SYNC_FULL, &db, NULL), 0);
	assert_int_equal(scratch_ask(db->handle, "PRAGMA synchronous"), 2);
	db_close(db);
}

/* --- readers and transactions --- */

static void a_reader_never_writes(void **state)
{
	struct scratch *s = *state;
	struct db *writer = open_file(s, DB_WRITE);
	struct db *reader = open_file(s, DB_READ);

	assert_int_equal(put(reader, "a", "1"), -E_DB);
	assert_int_equal(db_migrate(reader, "sql/sqlite/", NULL), 0);
	assert_int_equal(count(writer), 0);
	assert_int_equal(put(writer, "a", "1"), 0);
	assert_int_equal(count(reader), 1);
	db_close(reader);
	db_close(writer);
}

static void a_reader_never_sees_half_a_transaction(void **state)
{
	struct scratch *s = *state;
	struct db *writer = open_file(s, DB_WRITE);
	struct db *reader = open_file(s, DB_READ);

	assert_int_equal(db_begin(writer), 0);
	assert_int_equal(put(writer, "a", "1"), 0);
	assert_int_equal(count(reader), 0);
	assert_int_equal(put(writer, "b", "1"), 0);
	assert_int_equal(db_commit(writer), 0);
	assert_int_equal(count(reader), 2);
	db_close(reader);
	db_close(writer);
}

static void a_snapshot_stands_still(void **state)
{
	struct scratch *s = *state;
	struct db *writer = open_file(s, DB_WRITE);
	struct db *reader = open_file(s, DB_READ);

	assert_int_equal(db_snapshot_begin(reader), 0);
	assert_int_equal(count(reader), 0);
	assert_int_equal(put(writer, "a", "1"), 0);
	assert_int_equal(count(reader), 0);
	db_snapshot_end(reader);
	assert_int_equal(count(reader), 1);
	db_close(reader);
	db_close(writer);
}

static void words_outlive_the_rollback_of_what_failed(void **state)
{
	struct scratch *s = *state;
	struct db *db = s->db;

	scratch_exec(db->handle, "CREATE TABLE promise (mac INTEGER REFERENCES device (mac) "
				 "DEFERRABLE INITIALLY DEFERRED)");
	assert_int_equal(db_begin(db), 0);
	scratch_exec(db->handle, "INSERT INTO promise VALUES (1)");
	assert_int_equal(db_commit(db), -E_DB_CONSTRAINT);
	assert_non_null(strstr(db_words(db), "FOREIGN KEY"));
	assert_int_equal(scratch_ask(db->handle, "SELECT count(*) FROM promise"), 0);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(db_commit(db), 0);
}

static void a_savepoint_is_undone_alone(void **state)
{
	struct scratch *s = *state;
	struct db *db = s->db;
	int64_t n;

	assert_int_equal(db_begin(db), 0);
	assert_int_equal(put(db, "a", "1"), 0);
	assert_int_equal(db_savepoint(db), 0);
	assert_int_equal(put(db, "b", "1"), 0);
	db_rollback_savepoint(db);
	assert_int_equal(db_savepoint(db), 0);
	assert_int_equal(put(db, "c", "1"), 0);
	assert_int_equal(db_release(db), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(count(db), 2);
	assert_int_equal(db_select_int(db, &test_get, DB_ARGS(DB_TEXT("name", "b")), &n), 0);
	assert_int_equal(db_select_int(db, &test_get, DB_ARGS(DB_TEXT("name", "c")), &n), 1);

	assert_int_equal(db_begin(db), 0);
	assert_int_equal(put(db, "d", "1"), 0);
	db_rollback(db);
	db_rollback(db);
	db_rollback_savepoint(db);
	assert_int_equal(count(db), 2);
}

/* --- no room --- */

static int fill(struct db *db)
{
	char value[2000];
	char name[20];
	int r = 0;

	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	for (int i = 0; r == 0 && i < 2000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		r = put(db, name, value);
	}
	return r;
}

static void a_full_database_is_told(void **state)
{
	struct scratch *s = *state;
	struct db *db = s->db;
	int64_t pages = scratch_ask(db->handle, "PRAGMA page_count");
	char sql[60];

	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", (int)pages + 5);
	scratch_exec(db->handle, sql);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(fill(db), -E_DB_FULL);
	assert_non_null(strstr(db_words(db), "full"));
	db_rollback(db);
	assert_int_equal(count(db), 0);
	assert_int_equal(put(db, "a", "1"), 0);
}

/* In a file system of 1 MiB: 0 as it should be, 1 not, 2 there may be none here. */
static int on_a_small_disk(struct scratch *s)
{
	struct db *db;
	int64_t kept = 0;
	int flags = CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER);

	if (unshare(flags) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", s->folder, "tmpfs", 0, "size=1m") < 0)
		return 2;
	if (db_open(NULL, s->url, DB_WRITE, DB_SYNC_FULL, &db, NULL) < 0 ||
	    db_migrate(db, "sql/sqlite/", NULL) < 0 || put(db, "kept", "1") < 0)
		return 1;
	if (fill(db) != -E_DB_FULL || !strstr(db_words(db), "full"))
		return 1;
	if (db_begin(db) < 0 || fill(db) >= 0)
		return 1;
	db_rollback(db);
	db_close(db);
	if (db_open(NULL, s->url, DB_READ, DB_SYNC_FULL, &db, NULL) < 0 ||
	    db_select_int(db, &test_get, DB_ARGS(DB_TEXT("name", "kept")), &kept) != 1 || kept != 1)
		return 1;
	db_close(db);
	return 0;
}

static void a_full_disk_is_told(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(on_a_small_disk(*state));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- backup --- */

static void a_backup_is_whole_and_private(void **state)
{
	struct scratch *s = *state;
	struct db *writer = open_file(s, DB_WRITE);
	struct db *reader = open_file(s, DB_READ);
	char *path = mem_printf(s, "%s/copy ' of.db", s->folder);
	struct stat st;
	struct db *copy;

	assert_int_equal(put(writer, "a", "1"), 0);
	assert_int_equal(db_begin(writer), 0);
	assert_int_equal(put(writer, "b", "1"), 0);
	assert_true(db_backup(reader, path, NULL, NULL, NULL) > 0);
	assert_int_equal(db_commit(writer), 0);
	assert_int_equal(put(reader, "c", "1"), -E_DB);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);

	assert_int_equal(db_open(NULL, mem_printf(s, "sqlite:%s", path), DB_WRITE, DB_SYNC_NORMAL,
				 &copy, NULL),
			 0);
	assert_int_equal(db_migrate(copy, "sql/sqlite/", NULL), 0);
	assert_int_equal(count(copy), 1);
	db_close(copy);
	db_close(reader);
	db_close(writer);
}

static void a_backup_overwrites_nothing(void **state)
{
	struct scratch *s = *state;
	struct db *db = open_file(s, DB_WRITE);
	char *path = mem_printf(s, "%s/copy.db", s->folder);
	struct diag diag = {0};
	struct stat st;
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	close(fd);
	assert_true(db_backup(db, path, NULL, NULL, &diag) < 0);
	assert_non_null(strstr(diag.text, path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_true(db_backup(db, mem_printf(s, "%s/none/copy.db", s->folder), NULL, NULL, &diag) <
		    0);
	db_close(db);
}

static void a_backup_that_fails_leaves_no_file(void **state)
{
	struct scratch *s = *state;
	struct db *db = open_file(s, DB_WRITE);
	char *path = mem_printf(s, "%s/copy.db", s->folder);
	struct diag diag = {0};

	/* Not inside a transaction. */
	assert_int_equal(db_begin(db), 0);
	assert_true(db_backup(db, path, NULL, NULL, &diag) < 0);
	assert_non_null(strstr(diag.text, "transaction"));
	assert_int_equal(access(path, F_OK), -1);
	db_rollback(db);
	assert_true(db_backup(db, path, NULL, NULL, &diag) > 0);
	db_close(db);
}

static void a_checkpoint_moves_the_log_into_the_file(void **state)
{
	struct scratch *s = *state;
	struct db *db = open_file(s, DB_WRITE);
	struct stat before, after;

	assert_int_equal(stat(s->path, &before), 0);
	assert_int_equal(fill(db), 0);
	assert_int_equal(db_checkpoint(db), 0);
	assert_int_equal(stat(s->path, &after), 0);
	assert_true(after.st_size > before.st_size + 2000000);
	db_close(db);
}

#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, scratch_memory, scratch_teardown)
#define IN_FILE(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

/* A backup's copy is another connection than the one whose words are told. */
static void what_failed_elsewhere_is_told_in_words(void **state)
{
	struct scratch *s = *state;
	struct db *db = s->db;

	assert_int_equal(sqlite_result(db, SQLITE_FULL), -E_DB_FULL);
	assert_string_equal(db_words(db), "database or disk is full");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FILE(migrations_are_applied_once_and_in_order),
		IN_FILE(a_migration_that_fails_leaves_nothing),
		IN_FILE(a_newer_database_is_refused),
		IN_FILE(a_database_that_lacks_an_earlier_migration_is_refused),
		IN_FILE(a_database_that_cannot_be_written_is_named),
		IN_FILE(somebody_elses_database_is_refused_and_left_alone),
		IN_FILE(a_file_that_is_no_database_is_refused),
		IN_FILE(a_second_writer_is_refused),
		IN_FILE(a_second_writer_is_refused_by_another_name_too),
		IN_FILE(a_url_of_another_kind_is_refused),
		IN_FILE(a_reader_does_not_make_the_file),
		IN_FILE(a_folder_that_is_not_there_is_told),
		IN_FILE(nobody_else_may_read_what_the_writer_makes),
		IN_FILE(the_writer_keeps_a_write_ahead_log_and_syncs_as_told),
		IN_FILE(a_reader_never_writes),
		IN_FILE(a_reader_never_sees_half_a_transaction),
		IN_FILE(a_snapshot_stands_still),
		IN_MEMORY(words_outlive_the_rollback_of_what_failed),
		IN_MEMORY(a_savepoint_is_undone_alone),
		IN_MEMORY(a_full_database_is_told),
		IN_FILE(a_full_disk_is_told),
		IN_MEMORY(what_failed_elsewhere_is_told_in_words),
		IN_FILE(a_backup_is_whole_and_private),
		IN_FILE(a_backup_overwrites_nothing),
		IN_FILE(a_backup_that_fails_leaves_no_file),
		IN_FILE(a_checkpoint_moves_the_log_into_the_file),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
