/* SPDX-License-Identifier: MIT */
#include "config_help.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, RELOADS = 2000, PINS = 100000, KEPT = 8 };

static atomic_int alive;
static atomic_int pins;
static atomic_bool over;

static int gone(void *config)
{
	(void)config;
	atomic_fetch_sub(&alive, 1);
	return 0;
}

/* One that is counted; its number of threads is `n`. */
static struct config *make(unsigned n)
{
	struct config *config = mem_new(NULL, struct config);

	config->daemon.threads = n;
	config->daemon.workers = n;
	atomic_fetch_add(&alive, 1);
	talloc_set_destructor((void *)config, gone);
	return config;
}

static void the_last_user_lets_it_go(void **state)
{
	const struct config *held[3];

	(void)state;
	config_use(make(1));
	held[0] = config_pin();
	held[1] = config_pin();
	assert_ptr_equal(held[0], held[1]);
	config_release(held[0]);
	config_use(make(2));
	assert_int_equal(alive, 2);
	held[2] = config_pin();
	assert_int_equal(held[2]->daemon.threads, 2);
	assert_int_equal(held[1]->daemon.threads, 1);
	config_release(held[1]);
	assert_int_equal(alive, 1);
	config_use(NULL);
	assert_int_equal(alive, 1);
	config_release(held[2]);
	assert_int_equal(alive, 0);
}

static void one_that_nobody_pins_goes_at_once(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 1000; i++) {
		config_use(make(i));
		assert_int_equal(alive, 1);
	}
	config_use(NULL);
	assert_int_equal(alive, 0);
}

/* Pins outlive one another, and are released in another order. */
static void *user(void *unused)
{
	const struct config *kept[KEPT] = {NULL};
	unsigned last = 0;

	(void)unused;
	for (size_t i = 0; !atomic_load(&over); i = (i + 1) % KEPT) {
		if (kept[i])
			config_release(kept[i]);
		kept[i] = config_pin();
		atomic_fetch_add(&pins, 1);
		/* Freed memory would not hold twice the same number, nor a newer one. */
		if (kept[i]->daemon.threads != kept[i]->daemon.workers ||
		    kept[i]->daemon.threads < last)
			return (void *)kept[i];
		last = kept[i]->daemon.threads;
	}
	for (size_t i = 0; i < KEPT; i++)
		if (kept[i])
			config_release(kept[i]);
	return NULL;
}

static void pins_hold_while_others_reload(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	atomic_store(&over, false);
	config_use(make(1));
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, user, NULL), 0);
	for (unsigned i = 2; i < RELOADS || atomic_load(&pins) < PINS; i++)
		config_use(make(i));
	atomic_store(&over, true);
	for (size_t i = 0; i < THREADS; i++) {
		void *problem;

		pthread_join(threads[i], &problem);
		assert_null(problem);
	}
	assert_int_equal(alive, 1);
	config_use(NULL);
	assert_int_equal(alive, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_user_lets_it_go),
		cmocka_unit_test(one_that_nobody_pins_goes_at_once),
		cmocka_unit_test(pins_hold_while_others_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
