/* SPDX-License-Identifier: MIT */
/* The writer: commits that fail, and the generation that grows with those that do not. */
#include "writer_help.h"

#include "base/counter.h"

/* --- commits that fail --- */

static int make_promises(struct db *db, void *arg, struct diag *diag)
{
	(void)arg;
	(void)diag;
	return sqlite_script(db, "CREATE TABLE promise (mac INTEGER REFERENCES device (mac) "
				 "DEFERRABLE INITIALLY DEFERRED) STRICT");
}

static int then_promise(struct db *db, struct diag *diag)
{
	(void)diag;
	writer_touch(db);
	return sqlite_script(db, "INSERT INTO promise (mac) VALUES (4711)");
}

static void a_commit_that_fails_fails_all(void **state)
{
	struct fixture *f = *state;
	struct put puts[4] = {{.mac = 1}, {.mac = 2, .then = then_promise}, {.mac = 3}, {.mac = 4}};
	uint64_t generation = writer_generation(f->writer);
	int64_t commits, failed;

	assert_int_equal(writer_do(f->writer, make_promises, NULL, NULL), 0);
	/* From inside the group, so that all three are in it. */
	gate_close(f);
	commits = counter_get(M_COMMIT);
	failed = counter_get(M_WRITE_FAILED);
	for (int i = 0; i < 3; i++)
		post_put(f, &puts[i]);
	gate_open(f);
	wait_done(f, 3);
	assert_int_equal(puts[1].result, -E_DB_CONSTRAINT);
	assert_non_null(strstr(puts[1].text, "FOREIGN KEY"));
	assert_int_equal(puts[2].result, -E_DB_CONSTRAINT);
	assert_non_null(strstr(puts[2].text, "FOREIGN KEY"));
	assert_false(device_is(f, 2));
	assert_false(device_is(f, 3));
	assert_int_equal(device_is(f, 1), puts[0].result == 0);
	assert_true(counter_get(M_WRITE_FAILED) - failed >= 2);
	assert_true(counter_get(M_COMMIT) - commits <= 1);
	assert_int_equal(writer_generation(f->writer), generation);

	post_put(f, &puts[3]);
	wait_done(f, 4);
	assert_int_equal(puts[3].result, 0);
	assert_true(device_is(f, 4));
}

static int then_need_room(struct db *db, struct diag *diag)
{
	(void)diag;
	return sqlite_script(db, "INSERT INTO meta (name, value) "
				 "VALUES ('large', hex(zeroblob(1000000)))");
}

static int limit_room(struct db *db, void *arg, struct diag *diag)
{
	char sql[60];

	(void)arg;
	(void)diag;
	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d",
		 (int)scratch_ask(db->handle, "PRAGMA page_count") + 10);
	return sqlite_script(db, sql);
}

/* A full disk makes SQLite undo the whole transaction, not only the statement. */
static void a_transaction_that_is_lost_is_told_to_all_that_were_in_it(void **state)
{
	struct fixture *f = *state;
	struct put puts[] = {
		{.mac = 1}, {.mac = 2, .then = then_need_room}, {.mac = 3}, {.mac = 4}};

	assert_int_equal(writer_do(f->writer, limit_room, NULL, NULL), 0);
	gate_close(f);
	for (size_t i = 0; i < COUNT_OF(puts); i++)
		post_put(f, &puts[i]);
	gate_open(f);
	wait_done(f, COUNT_OF(puts));
	assert_int_equal(puts[1].result, -E_DB_FULL);
	assert_non_null(strstr(puts[1].text, "full"));
	/* What is told is what is there, whatever else was in the group. */
	for (size_t i = 0; i < COUNT_OF(puts); i++)
		assert_int_equal(device_is(f, puts[i].mac), puts[i].result == 0);
	/* And who came behind it was not harmed. */
	assert_int_equal(puts[2].result, 0);
	assert_int_equal(puts[3].result, 0);
}

/* --- generation --- */

static int then_touch(struct db *db, struct diag *diag)
{
	(void)diag;
	writer_touch(db);
	return 0;
}

static int then_touch_and_refuse(struct db *db, struct diag *diag)
{
	writer_touch(db);
	return then_refuse(db, diag);
}

static void the_generation_grows_with_what_touches_documents(void **state)
{
	struct fixture *f = *state;
	struct put plain = {.mac = 1}, touch = {.mac = 2, .then = then_touch};
	struct put refused = {.mac = 3, .then = then_touch_and_refuse}, last = {.mac = 4};
	uint64_t generation = writer_generation(f->writer);

	post_put(f, &plain);
	wait_done(f, 1);
	assert_int_equal(writer_generation(f->writer), generation);

	post_put(f, &touch);
	wait_done(f, 2);
	assert_int_equal(touch.generation, generation + 1);
	assert_true(touch.visible);

	post_put(f, &refused);
	wait_done(f, 3);
	post_put(f, &last);
	wait_done(f, 4);
	assert_int_equal(writer_generation(f->writer), generation + 1);
}

struct look {
	struct fixture *f;
	uint64_t before;
};

static int look_op(struct db *db, void *arg, struct diag *diag)
{
	struct look *look = arg;

	(void)diag;
	writer_touch(db);
	look->before = writer_generation(look->f->writer);
	return 0;
}

static void the_generation_does_not_grow_before_the_commit(void **state)
{
	struct fixture *f = *state;
	struct look look = {.f = f};
	uint64_t generation = writer_generation(f->writer);

	assert_int_equal(writer_do(f->writer, look_op, &look, NULL), 0);
	assert_int_equal(look.before, generation);
	assert_int_equal(writer_generation(f->writer), generation + 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_commit_that_fails_fails_all),
		TEST(a_transaction_that_is_lost_is_told_to_all_that_were_in_it),
		TEST(the_generation_grows_with_what_touches_documents),
		TEST(the_generation_does_not_grow_before_the_commit),
	};

	return cmocka_run_group_tests_name("writer_commit", tests, NULL, NULL);
}
