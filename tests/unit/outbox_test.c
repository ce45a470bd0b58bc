/* SPDX-License-Identifier: MIT */
/* The outbox: what is due, in which order, and what becomes of it. */
#include "scratch.h"

#include "config/config.h"
#include "fleet/upstream.h"
#include "redirect/mirror.h"
#include "store/device.h"
#include "store/outbox.h"
#include "store/provider.h"
#include "store/registration.h"
#include "store/upstream_state.h"

#define MAC INT64_C(0x7C2F80820EC0)

static void put(struct scratch *s, const char *upstream, int64_t mac, const char *action,
		int64_t next_at)
{
	struct outbox row = {
		.upstream = upstream,
		.mac = mac,
		.action = action,
		.url = "http://a/",
		.provider = "Daryna",
		.next_at = next_at,
		.created_at = SCRATCH_NOW,
	};

	assert_int_equal(outbox_insert(s->db, &row), 0);
}

static struct outbox *due(struct scratch *s, int limit, size_t expected)
{
	struct outbox *rows;
	size_t count;

	assert_int_equal(outbox_due(s, s->db, "maker", SCRATCH_NOW, limit, &rows, &count), 0);
	assert_int_equal(count, expected);
	return rows;
}

static void only_the_oldest_row_of_a_mac_is_due(void **state)
{
	struct scratch *s = *state;
	struct outbox *rows;

	put(s, "maker", MAC, "register", SCRATCH_NOW);
	put(s, "maker", MAC, "deregister", SCRATCH_NOW);
	put(s, "maker", MAC + 1, "register", SCRATCH_NOW);
	put(s, "other", MAC + 2, "register", SCRATCH_NOW);
	rows = due(s, 10, 2);
	assert_string_equal(rows[0].action, "register");
	assert_int_equal(rows[0].mac, MAC);
	assert_string_equal(rows[0].url, "http://a/");
	assert_string_equal(rows[0].provider, "Daryna");
	assert_null(rows[0].mac_id);
	assert_null(rows[0].state);
	assert_false(rows[0].unsure);
	assert_int_equal(rows[1].mac, MAC + 1);
	assert_int_equal(outbox_delete(s->db, rows[0].id), 0);
	rows = due(s, 10, 2);
	assert_string_equal(rows[0].action, "deregister");
}

/* One that was put off holds back what was written after it, of its MAC and of no other. */
static void a_row_that_was_put_off_keeps_its_place(void **state)
{
	struct scratch *s = *state;
	struct outbox *rows;
	int64_t next_at;

	put(s, "maker", MAC, "register", SCRATCH_NOW);
	put(s, "maker", MAC, "deregister", SCRATCH_NOW);
	put(s, "maker", MAC + 1, "register", SCRATCH_NOW);
	rows = due(s, 1, 1);
	assert_int_equal(outbox_begin(s->db, rows[0].id), 0);
	assert_true(due(s, 1, 1)[0].unsure);
	assert_int_equal(outbox_next(s->db, "maker", SCRATCH_NOW, &next_at), 0);
	assert_int_equal(outbox_again(s->db, rows[0].id, SCRATCH_NOW + 30, false, "no route"), 0);
	rows = due(s, 10, 1);
	assert_int_equal(rows[0].mac, MAC + 1);
	assert_int_equal(outbox_next(s->db, "maker", SCRATCH_NOW, &next_at), 1);
	assert_int_equal(next_at, SCRATCH_NOW + 30);
	clock_set(SCRATCH_NOW);
	assert_int_equal(outbox_hurry(s->db, "maker", -1, SCRATCH_NOW, &next_at), 0);
	assert_int_equal(next_at, 1);
	rows = due(s, 10, 2);
	assert_int_equal(rows[0].mac, MAC);
	assert_int_equal(rows[0].attempts, 1);
	assert_string_equal(rows[0].error, "no route");
	assert_false(rows[0].unsure);
}

static void rows_are_counted_by_upstream(void **state)
{
	struct scratch *s = *state;
	struct outbox_waiting *waiting;
	struct outbox *rows;
	size_t count;
	int64_t n;

	put(s, "b", MAC, "register", SCRATCH_NOW + 5);
	put(s, "a", MAC, "register", SCRATCH_NOW + 9);
	put(s, "b", MAC, "deregister", SCRATCH_NOW + 1);
	assert_int_equal(outbox_waiting(s, s->db, &waiting, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(waiting[0].upstream, "a");
	assert_int_equal(waiting[1].rows, 2);
	assert_int_equal(outbox_count(s->db, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(outbox_count_of(s->db, "b", MAC, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(outbox_list(s, s->db, "b", 1, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].action, "deregister");
	assert_int_equal(outbox_hurry(s->db, "b", MAC, SCRATCH_NOW, &n), 0);
	assert_int_equal(n, 2);
}

static void a_state_is_replaced_and_found(void **state)
{
	struct scratch *s = *state;
	struct upstream_state one = {"maker", MAC, "refused", "mac_invalid:x", SCRATCH_NOW};
	struct upstream_state *found;
	size_t count;
	int64_t n;

	assert_int_equal(upstream_state_find(s, s->db, "maker", MAC, &found), 0);
	assert_int_equal(upstream_state_put(s->db, &one), 0);
	one.mac++;
	assert_int_equal(upstream_state_put(s->db, &one), 0);
	one.state = "registered";
	one.answer = "OK";
	assert_int_equal(upstream_state_put(s->db, &one), 0);
	assert_int_equal(upstream_state_find(s, s->db, "maker", MAC + 1, &found), 1);
	assert_string_equal(found->answer, "OK");
	assert_int_equal(upstream_state_count(s->db, "maker", "refused", &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(upstream_state_list(s, s->db, "maker", "refused", -1, 10, &found, &count),
			 0);
	assert_int_equal(count, 1);
	assert_int_equal(found[0].mac, MAC);
	/* What waits already is nothing to be told again. */
	put(s, "maker", MAC, "register", SCRATCH_NOW);
	assert_int_equal(upstream_state_list(s, s->db, "maker", "refused", -1, 10, &found, &count),
			 0);
	assert_int_equal(count, 0);
	one.state = "well";
	assert_int_equal(upstream_state_put(s->db, &one), -E_DB_CONSTRAINT);
}

/* --- what is mirrored --- */

static struct config_upstream upstream_of(const char *name)
{
	return (struct config_upstream){.name = name, .provider = ""};
}

static void a_provider_is_mirrored_or_not(void **state)
{
	const char *words[] = {"Daryna", "Big Company"};
	struct config_upstream upstream = upstream_of("maker");

	(void)state;
	assert_string_equal(mirror_provider(&upstream, "any"), "any");
	upstream.providers = (struct config_words){words, 2};
	assert_null(mirror_provider(&upstream, "any"));
	assert_string_equal(mirror_provider(&upstream, "Big Company"), "Big Company");
	upstream.provider = "Maker";
	assert_string_equal(mirror_provider(&upstream, "Daryna"), "Maker");
}

static void every_upstream_that_mirrors_a_provider_gets_a_row(void **state)
{
	const char *words[] = {"Other"};
	struct config_upstream upstreams[] = {upstream_of("maker"), upstream_of("second"),
					      upstream_of("third")};
	struct config config = {.upstreams = upstreams, .upstream_count = 3};
	struct registration registration = {.mac = MAC, .provider = "Daryna", .url = "http://a/"};
	struct scratch *s = *state;
	struct outbox *rows;
	int64_t n;

	upstreams[1].providers = (struct config_words){words, 1};
	assert_int_equal(mirror_register(s->db, &config, &registration, "55DF"), 0);
	assert_int_equal(mirror_deregister(s->db, &config, &registration), 0);
	assert_int_equal(mirror_deregister(s->db, NULL, &registration), 0);
	assert_int_equal(outbox_count(s->db, &n), 0);
	assert_int_equal(n, 4);
	rows = due(s, 10, 1);
	assert_string_equal(rows[0].mac_id, "55DF");
	assert_int_equal(outbox_delete(s->db, rows[0].id), 0);
	rows = due(s, 10, 1);
	assert_string_equal(rows[0].action, "deregister");
	assert_string_equal(rows[0].url, "http://a/");
	assert_null(rows[0].mac_id);
}

/* --- how it ends --- */

static struct outbox *begun(struct scratch *s)
{
	struct outbox *rows;

	put(s, "maker", MAC, "register", SCRATCH_NOW);
	rows = due(s, 1, 1);
	assert_int_equal(outbox_begin(s->db, rows[0].id), 0);
	return rows;
}

static const char *state_after(struct scratch *s, const struct upstream_result *result)
{
	static const struct audit_who who = {"upstream:maker", "", ""};
	struct change change = {.db = s->db, .mem = s, .who = &who};
	struct upstream_state *state;

	assert_int_equal(fleet_upstream_end(&change, begun(s), result), 0);
	if (upstream_state_find(s, s->db, "maker", MAC, &state) == 0)
		return "none";
	return state->state;
}

static void a_password_that_was_told_is_the_devices_own(void **state)
{
	struct scratch *s = *state;
	struct device device = {
		.mac = MAC, .secret_origin = "made", .secret = secret_new(s, "made here")};
	struct upstream_result result = {.end = UPSTREAM_REGISTERED, .answer = "OK"};
	struct device *found;
	int64_t n;

	assert_int_equal(device_insert(s->db, &device), 0);
	assert_string_equal(state_after(s, &result), "confirmed");
	result.secret = secret_new(s, "factory");
	assert_string_equal(state_after(s, &result), "registered");
	assert_int_equal(device_find(s, s->db, MAC, &found), 1);
	assert_string_equal(secret_reveal(found->secret), "factory");
	assert_string_equal(found->secret_origin, "given");
	assert_int_equal(found->secret_account_id, 0);
	/* It is known now, whether or not it is told again. */
	result.secret = NULL;
	assert_string_equal(state_after(s, &result), "registered");
	assert_int_equal(outbox_count(s->db, &n), 0);
	assert_int_equal(n, 0);
}

static void what_is_tried_again_stays(void **state)
{
	struct scratch *s = *state;
	struct upstream_result result = {.end = UPSTREAM_AGAIN,
					 .answer = "timeout",
					 .unsure = true,
					 .next_at = SCRATCH_NOW + 7};
	struct outbox *rows;
	size_t count;

	assert_string_equal(state_after(s, &result), "none");
	assert_int_equal(outbox_list(s, s->db, "maker", 10, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_true(rows[0].unsure);
	assert_int_equal(rows[0].next_at, SCRATCH_NOW + 7);
	assert_int_equal(rows[0].attempts, 1);
	assert_string_equal(rows[0].error, "timeout");
}

/* --- retry --- */

static int retry(struct scratch *s, struct config_upstream *upstream, int64_t mac, int64_t *rows)
{
	static const struct audit_who who = {"anna", "", ""};
	struct config config = {.upstreams = upstream, .upstream_count = 1};
	struct change change = {.db = s->db, .mem = s, .who = &who, .config = &config};
	bool more = true;
	int r = fleet_upstream_retry(&change, "maker", mac, rows, &more);

	assert_true(r < 0 || !more);
	return r;
}

static void a_retry_makes_it_there_what_it_is_here(void **state)
{
	struct scratch *s = *state;
	struct config_upstream upstream = upstream_of("maker");
	struct upstream_state refused = {"maker", MAC, "refused", "x", SCRATCH_NOW};
	struct upstream_state confirmed = {"maker", MAC + 1, "confirmed", "x", SCRATCH_NOW};
	struct upstream_state gone_here = {"maker", MAC + 2, "refused", "x", SCRATCH_NOW};
	struct outbox *rows;
	int64_t n;
	size_t count;

	assert_int_equal(provider_insert(s->db, "Daryna", NULL, SCRATCH_NOW), 0);
	for (int64_t mac = MAC; mac < MAC + 2; mac++) {
		struct device device = {.mac = mac};
		struct registration registration = {
			.mac = mac, .provider_id = 1, .url = "http://a/"};

		assert_int_equal(device_insert(s->db, &device), 0);
		assert_int_equal(registration_insert(s->db, &registration), 0);
	}
	assert_int_equal(upstream_state_put(s->db, &refused), 0);
	assert_int_equal(upstream_state_put(s->db, &confirmed), 0);
	assert_int_equal(upstream_state_put(s->db, &gone_here), 0);
	assert_int_equal(retry(s, &upstream, MAC + 3, &n), -E_NOT_REGISTERED);
	assert_int_equal(retry(s, &upstream, -1, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(outbox_list(s, s->db, "maker", 10, &rows, &count), 0);
	assert_int_equal(count, 4);
	assert_string_equal(rows[0].action, "register");
	assert_string_equal(rows[1].action, "deregister");
	assert_int_equal(rows[1].mac, MAC + 2);
	assert_null(rows[1].url);
	assert_string_equal(rows[2].action, "deregister");
	assert_string_equal(rows[3].action, "register");
	assert_int_equal(rows[3].mac, MAC + 1);
	/* Once is enough. */
	assert_int_equal(retry(s, &upstream, -1, &n), 0);
	assert_int_equal(n, 0);
	upstream.name = "another";
	assert_int_equal(retry(s, &upstream, -1, &n), -E_UPSTREAM_UNKNOWN);
}

/* --- waking whoever sends --- */

static int quiet_op(struct db *db, void *arg, struct diag *diag)
{
	(void)db;
	(void)arg;
	(void)diag;
	return 0;
}

static int waking_op(struct db *db, void *arg, struct diag *diag)
{
	(void)arg;
	(void)diag;
	writer_wake(db);
	return 0;
}

static void woken(void *arg)
{
	++*(unsigned *)arg;
}

static void a_commit_that_left_work_wakes_and_no_other(void **state)
{
	struct scratch *s = *state;
	struct writer *writer;
	unsigned count = 0;

	assert_int_equal(writer_start(s, s->url, DB_SYNC_NORMAL, "sql/sqlite/", &writer, NULL), 0);
	writer_on_wake(writer, woken, &count);
	assert_int_equal(writer_do(writer, quiet_op, NULL, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(writer_do(writer, waking_op, NULL, NULL), 0);
	assert_int_equal(count, 1);
	writer_on_wake(writer, NULL, NULL);
	assert_int_equal(writer_do(writer, waking_op, NULL, NULL), 0);
	writer_stop(writer);
	assert_int_equal(count, 1);
}

#define IN_MEMORY(test) cmocka_unit_test_setup_teardown(test, scratch_memory, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(only_the_oldest_row_of_a_mac_is_due),
		IN_MEMORY(a_row_that_was_put_off_keeps_its_place),
		IN_MEMORY(rows_are_counted_by_upstream),
		IN_MEMORY(a_state_is_replaced_and_found),
		cmocka_unit_test(a_provider_is_mirrored_or_not),
		IN_MEMORY(every_upstream_that_mirrors_a_provider_gets_a_row),
		IN_MEMORY(a_password_that_was_told_is_the_devices_own),
		IN_MEMORY(what_is_tried_again_stays),
		IN_MEMORY(a_retry_makes_it_there_what_it_is_here),
		cmocka_unit_test_setup_teardown(a_commit_that_left_work_wakes_and_no_other,
						scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
