/* SPDX-License-Identifier: MIT */
/*
 * Kill -9: a child registers and reports each registration when it is told
 * that it is done; whatever was reported must be there afterwards.
 */
#include "scratch.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "db/writer.h"

DB_QUERY(test_device, "INSERT INTO device (mac, created_at) VALUES (:mac, 1)");
DB_QUERY(test_provider, "INSERT INTO provider (id, name, created_at) VALUES (1, 'acme', 1)");
DB_QUERY(test_registration, "INSERT INTO registration (mac, provider_id, url, created_at) "
			    "VALUES (:mac, 1, 'http://192.0.2.1/', 1)");
DB_QUERY(test_device_is, "SELECT 1 FROM device d JOIN registration r ON r.mac = d.mac "
			 "WHERE d.mac = :mac");

static int register_op(struct db *db, void *arg, struct diag *diag)
{
	const int64_t *mac = arg;
	int r = db_run(db, &test_device, DB_ARGS(DB_INT("mac", *mac)));

	(void)diag;
	return r < 0 ? r : db_run(db, &test_registration, DB_ARGS(DB_INT("mac", *mac)));
}

static int report_to;

static void report_done(void *arg, int result, const struct diag *diag)
{
	int64_t *mac = arg;

	(void)diag;
	if (result < 0 || write(report_to, mac, sizeof(*mac)) != sizeof(*mac))
		_exit(3);
	mem_free(mac);
}

static int provider_op(struct db *db, void *arg, struct diag *diag)
{
	(void)arg;
	(void)diag;
	return db_run(db, &test_provider, NULL);
}

/* The child: registers and reports until it is killed. */
static void register_forever(const struct scratch *s, int64_t first)
{
	struct writer *writer;
	int r = writer_start(NULL, s->url, DB_SYNC_FULL, "sql/sqlite/", &writer, NULL);

	if (r < 0)
		_exit(2);
	writer_limit(writer, 100);
	r = writer_do(writer, provider_op, NULL, NULL);
	if (r < 0 && r != -E_DB_CONSTRAINT)
		_exit(2);
	for (int64_t mac = first;; mac++) {
		int64_t *posted = mem_memdup(NULL, &mac, sizeof(mac));

		while ((r = writer_post(writer, WRITER_NORMAL, register_op, report_done, posted)) ==
		       -E_BUSY)
			sched_yield();
		if (r < 0)
			_exit(2);
	}
}

/* How many registrations were reported before the child was killed; they are [first, first + n). */
static int64_t kill_after(const struct scratch *s, int64_t first, int64_t n)
{
	int ends[2], status;
	int64_t mac, reported = 0;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		report_to = ends[1];
		register_forever(s, first);
	}
	close(ends[1]);
	while (read(ends[0], &mac, sizeof(mac)) == sizeof(mac)) {
		assert_int_equal(mac, first + reported);
		if (++reported == n)
			kill(pid, SIGKILL);
	}
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_true(reported >= n);
	return reported;
}

static void a_registration_that_was_answered_survives_a_kill(void **state)
{
	struct scratch *s = *state;
	int64_t one, next = 1;

	for (int round = 0; round < 10; round++) {
		int64_t n = kill_after(s, next, 1 + round * 37);
		struct db *db;

		assert_int_equal(db_open(NULL, s->url, DB_WRITE, DB_SYNC_FULL, &db, NULL), 0);
		assert_int_equal(db_migrate(db, "sql/sqlite/", NULL), 0);
		for (int64_t mac = next; mac < next + n; mac++)
			assert_int_equal(db_select_int(db, &test_device_is,
						       DB_ARGS(DB_INT("mac", mac)), &one),
					 1);
		/* Committed, but not reported before the kill: whole, or not there. */
		assert_int_equal(scratch_ask(db->handle, "SELECT count(*) FROM device"),
				 scratch_ask(db->handle, "SELECT count(*) FROM registration"));
		assert_int_equal(scratch_ask(db->handle,
					     "SELECT count(*) FROM pragma_integrity_check "
					     "WHERE integrity_check = 'ok'"),
				 1);
		next = scratch_ask(db->handle, "SELECT max(mac) + 1 FROM device");
		db_close(db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_registration_that_was_answered_survives_a_kill,
						scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("db_crash", tests, NULL, NULL);
}
