/* SPDX-License-Identifier: MIT */
/* The writer: results, order, groups, and what it does not take. */
#include "writer_help.h"

#include <stdatomic.h>

#include "base/counter.h"

/* --- results --- */

static void an_operation_that_fails_is_undone_alone(void **state)
{
	struct fixture *f = *state;
	struct put puts[5] = {{.mac = 1, .returns = 3},
			      {.mac = 2, .then = then_refuse},
			      {.mac = 3},
			      {.mac = 1},
			      {.mac = 5}};
	int64_t commits;

	gate_close(f);
	commits = counter_get(M_COMMIT);
	for (size_t i = 0; i < COUNT_OF(puts); i++)
		post_put(f, &puts[i]);
	gate_open(f);
	wait_done(f, COUNT_OF(puts));
	assert_true(counter_get(M_COMMIT) - commits <= 2);
	assert_int_equal(puts[0].result, 3);
	assert_int_equal(puts[1].result, -E_MAC_LOCKED);
	assert_string_equal(puts[1].text, "refused for the test");
	assert_int_equal(puts[2].result, 0);
	assert_string_equal(puts[2].text, "");
	assert_int_equal(puts[3].result, -E_DB_CONSTRAINT);
	assert_int_equal(puts[4].result, 0);
	assert_false(device_is(f, 2));
	assert_int_equal(devices(f), 3);
}

static void done_is_called_after_the_commit(void **state)
{
	struct fixture *f = *state;
	struct put puts[20];

	memset(puts, 0, sizeof(puts));
	for (int i = 0; i < 20; i++) {
		puts[i].mac = i;
		post_put(f, &puts[i]);
	}
	wait_done(f, 20);
	for (int i = 0; i < 20; i++)
		assert_true(puts[i].visible);
}

static int then_misspell(struct db *db, struct diag *diag)
{
	(void)diag;
	return sqlite_script(db, "INSERT INTO mete (name, value) VALUES ('a', 'b')");
}

static void an_error_of_the_engine_comes_with_its_words(void **state)
{
	struct fixture *f = *state;
	struct put bad = {.f = f, .mac = 1, .then = then_misspell};
	struct put twice = {.f = f, .mac = 2};
	struct diag diag = {0};

	assert_int_equal(writer_do(f->writer, put_op, &bad, &diag), -E_DB);
	assert_non_null(strstr(diag.text, "mete"));
	/* What a caller translates has none. */
	assert_int_equal(writer_do(f->writer, put_op, &twice, &diag), 0);
	assert_int_equal(writer_do(f->writer, put_op, &twice, &diag), -E_DB_CONSTRAINT);
	assert_string_equal(diag.text, "");
}

static void who_waits_is_told_result_and_words(void **state)
{
	struct fixture *f = *state;
	struct put good = {.f = f, .mac = 1, .returns = 7};
	struct put bad = {.f = f, .mac = 2, .then = then_refuse};
	struct diag diag = {0};

	assert_int_equal(writer_do(f->writer, put_op, &good, &diag), 7);
	assert_string_equal(diag.text, "");
	assert_int_equal(writer_do(f->writer, put_op, &bad, &diag), -E_MAC_LOCKED);
	assert_string_equal(diag.text, "refused for the test");
	assert_int_equal(writer_do(f->writer, put_op, &bad, NULL), -E_MAC_LOCKED);
	assert_int_equal(devices(f), 1);

	/* A refusal by the queue has no words of its own; old ones must not stay. */
	writer_limit(f->writer, 0);
	assert_int_equal(writer_do(f->writer, put_op, &good, &diag), -E_BUSY);
	assert_string_equal(diag_text(&diag, -E_BUSY), error_text(-E_BUSY));
}

/* --- order and groups --- */

struct order {
	struct fixture *f;
	int n;
	int *next;
	int at;
};

static int order_op(struct db *db, void *arg, struct diag *diag)
{
	struct order *order = arg;

	(void)db;
	(void)diag;
	order->at = (*order->next)++;
	return 0;
}

static void count_done(void *arg, int result, const struct diag *diag)
{
	struct order *order = arg;
	struct fixture *f = order->f;

	(void)diag;
	pthread_mutex_lock(&f->mutex);
	/* Told in the order of running, too. */
	if (result < 0 || order->at != (int)f->done)
		f->failed++;
	f->done++;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->mutex);
}

static void operations_run_in_the_order_of_posting(void **state)
{
	enum { N = 5000 };
	struct fixture *f = *state;
	struct order *orders = mem_array(f, struct order, N);
	int next = 0;

	for (int i = 0; i < N; i++) {
		orders[i] = (struct order){.f = f, .n = i, .next = &next};
		assert_int_equal(
			writer_post(f->writer, WRITER_NORMAL, order_op, count_done, &orders[i]), 0);
	}
	wait_done(f, N);
	for (int i = 0; i < N; i++)
		assert_int_equal(orders[i].at, i);
	assert_int_equal(f->failed, 0);
}

static void low_priority_yields_and_is_not_starved(void **state)
{
	enum { LOW = 5, N = 12000 };
	struct fixture *f = *state;
	struct order *orders = mem_array(f, struct order, LOW + N);
	int next = 0;

	gate_close(f);
	for (int i = 0; i < LOW + N; i++) {
		orders[i] = (struct order){.f = f, .n = i, .next = &next};
		assert_int_equal(writer_post(f->writer, i < LOW ? WRITER_LOW : WRITER_NORMAL,
					     order_op, count_done, &orders[i]),
				 0);
	}
	gate_open(f);
	wait_done(f, LOW + N);
	/* Posted first, run behind at least one operation of each group before its turn. */
	assert_true(orders[0].at >= 6);
	/* Its turn comes while others wait. */
	assert_true(orders[0].at < N);
	/* In order, and never two in a row while others wait. */
	for (int i = 1; i < LOW; i++) {
		assert_true(orders[i].at > orders[i - 1].at);
		if (orders[i].at < orders[LOW + N - 1].at)
			assert_true(orders[i].at > orders[i - 1].at + 6);
	}
	assert_int_equal(f->failed, 0);
}

struct poster {
	struct fixture *f;
	pthread_t thread;
	struct put puts[500];
};

static void *poster_main(void *arg)
{
	struct poster *poster = arg;
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT_OF(poster->puts); i++)
		r = writer_post(poster->f->writer, i % 10 ? WRITER_NORMAL : WRITER_LOW, put_op,
				put_done, &poster->puts[i]);
	return r < 0 ? poster : NULL;
}

static void many_threads_share_few_commits(void **state)
{
	enum { THREADS = 16 };
	struct fixture *f = *state;
	struct poster *posters = mem_array(f, struct poster, THREADS);
	int64_t commits = counter_get(M_COMMIT), writes = counter_get(M_WRITE);
	unsigned all = THREADS * (unsigned)COUNT_OF(posters->puts);
	void *failed;

	for (int t = 0; t < THREADS; t++) {
		posters[t].f = f;
		for (size_t i = 0; i < COUNT_OF(posters[t].puts); i++)
			posters[t].puts[i] = (struct put){.f = f, .mac = t * 1000 + (int)i};
	}
	for (int t = 0; t < THREADS; t++)
		assert_int_equal(pthread_create(&posters[t].thread, NULL, poster_main, &posters[t]),
				 0);
	for (int t = 0; t < THREADS; t++) {
		pthread_join(posters[t].thread, &failed);
		assert_null(failed);
	}
	wait_done(f, all);
	assert_int_equal(f->failed, 0);
	assert_int_equal(devices(f), all);
	for (int t = 0; t < THREADS; t++)
		for (size_t i = 0; i < COUNT_OF(posters[t].puts); i++)
			assert_true(posters[t].puts[i].visible);
	assert_int_equal(counter_get(M_WRITE) - writes, all);
	assert_true(counter_get(M_COMMIT) - commits < all / 2);
	assert_int_equal(counter_get(M_WRITE_QUEUE), 0);
}

/* --- what is not taken --- */

static void a_full_queue_is_busy(void **state)
{
	struct fixture *f = *state;
	struct put puts[4] = {{.mac = 1}, {.mac = 2}, {.mac = 3}, {.mac = 4, .f = f}};

	gate_close(f);
	writer_limit(f->writer, 3);
	for (int i = 0; i < 3; i++)
		post_put(f, &puts[i]);
	assert_int_equal(writer_post(f->writer, WRITER_NORMAL, put_op, put_done, &puts[3]),
			 -E_BUSY);
	assert_int_equal(writer_post(f->writer, WRITER_LOW, put_op, put_done, &puts[3]), -E_BUSY);
	assert_int_equal(counter_get(M_WRITE_QUEUE), 3);
	gate_open(f);
	wait_done(f, 3);
	post_put(f, &puts[3]);
	wait_done(f, 4);
	assert_int_equal(f->failed, 0);
	assert_int_equal(devices(f), 4);
}

struct chain {
	struct writer *writer;
	_Atomic int refused;
	_Atomic int runs;
};

static int chain_op(struct db *db, void *arg, struct diag *diag)
{
	struct chain *chain = arg;

	(void)db;
	(void)diag;
	return ++chain->runs;
}

static void chain_done(void *arg, int result, const struct diag *diag)
{
	struct chain *chain = arg;
	int r = writer_post(chain->writer, WRITER_NORMAL, chain_op, chain_done, chain);

	(void)result;
	(void)diag;
	if (r < 0)
		chain->refused = r;
}

static void a_writer_that_stops_takes_no_more(void **state)
{
	struct fixture *f = *state;
	struct chain chain = {.writer = f->writer};

	/* Each posts the next, until that is refused. */
	assert_int_equal(writer_post(f->writer, WRITER_NORMAL, chain_op, chain_done, &chain), 0);
	writer_stop(f->writer);
	f->writer = NULL;
	assert_int_equal(chain.refused, -E_STOPPING);
	assert_true(chain.runs > 0);
}

static void stopping_runs_what_was_posted(void **state)
{
	enum { N = 3000 };
	struct fixture *f = *state;
	struct order *orders = mem_array(f, struct order, N);
	struct put put = {.mac = 9, .f = f};
	int next = 0;

	gate_close(f);
	for (int i = 0; i < N; i++) {
		orders[i] = (struct order){.f = f, .n = i, .next = &next};
		assert_int_equal(writer_post(f->writer, i % 100 ? WRITER_NORMAL : WRITER_LOW,
					     order_op, count_done, &orders[i]),
				 0);
	}
	assert_int_equal(writer_post(f->writer, WRITER_LOW, put_op, NULL, &put), 0);
	gate_open(f);
	writer_stop(f->writer);
	f->writer = NULL;
	assert_int_equal(f->done, N);
	assert_int_equal(f->failed, 0);
	assert_true(device_is(f, 9));
}

/* --- starting --- */

static void a_second_daemon_is_refused_with_words(void **state)
{
	struct fixture *f = *state;
	struct diag diag = {0};
	struct writer *second;

	assert_int_equal(
		writer_start(NULL, f->scratch->url, DB_SYNC_FULL, "sql/sqlite/", &second, &diag),
		-E_DB_LOCKED);
	assert_non_null(strstr(diag.text, "another gigaprovd"));
}

static void *read_in_thread(void *arg)
{
	struct fixture *f = arg;
	struct db *mine, *again;

	if (readers_get(f->readers, &mine) < 0 || readers_get(f->readers, &again) < 0)
		return NULL;
	return mine == again ? mine : NULL;
}

static void each_thread_has_a_reader_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct db *mine;
	pthread_t thread;
	void *other;

	assert_int_equal(readers_get(f->readers, &mine), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_in_thread, f), 0);
	pthread_join(thread, &other);
	assert_non_null(other);
	assert_ptr_not_equal(other, mine);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_operation_that_fails_is_undone_alone),
		TEST(done_is_called_after_the_commit),
		TEST(who_waits_is_told_result_and_words),
		TEST(an_error_of_the_engine_comes_with_its_words),
		TEST(operations_run_in_the_order_of_posting),
		TEST(low_priority_yields_and_is_not_starved),
		TEST(many_threads_share_few_commits),
		TEST(a_full_queue_is_busy),
		TEST(a_writer_that_stops_takes_no_more),
		TEST(stopping_runs_what_was_posted),
		TEST(a_second_daemon_is_refused_with_words),
		TEST(each_thread_has_a_reader_of_its_own),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
