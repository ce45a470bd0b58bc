/* SPDX-License-Identifier: MIT */
/* Jobs: who is offered what, when; what confirms it; what becomes of who does not come. */
#include "job_help.h"

#include "store/firmware.h"
#include "window/due.h"
#include "window/spread.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static bool all_deaf(int64_t mac)
{
	(void)mac;
	return true;
}

static bool is_third_deaf(int64_t mac)
{
	return mac % 100 < 3;
}

static bool is_second_deaf(int64_t mac)
{
	return mac == BASE + 1;
}

static void a_device_is_offered_at_its_slot_in_its_window(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("reprovision");
	const struct due_state enrolled = {.enrolled_at = NOW};
	struct due due;
	int64_t id;

	fleet_make(f, 20);
	new.everything = true;
	new.schedule = "night";
	id = job_make(f, &new);
	world_tick(&w);
	assert_int_equal(w.told_count, 0);
	assert_string_equal(reason_of(f, id, BASE), "outside-window");
	for (int i = 0; i < 20; i++) {
		struct job_device *row = row_of(f, id, BASE + i);

		assert_true(due_next(&config_schedule_find(&f->config, "night")->schedule,
				     BASE + (uint64_t)i, NOW, &enrolled, &due));
		assert_int_equal(row->due_at, due.at);
		assert_in_range(row->due_at, OPENS, CLOSES - 1);
		clock_set(due.at - 1);
		assert_string_equal(reason_of(f, id, BASE + i),
				    due.at - 1 < OPENS ? "outside-window" : "not-due");
	}
	for (int64_t at = OPENS; at < CLOSES; at += 15) {
		clock_set(at);
		world_tick(&w);
		for (size_t i = 0; i < w.told_count; i++)
			assert_in_range(row_of(f, id, w.told[i])->offered_at, at, at);
		phones_come(&w);
	}
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
	assert_int_equal(numbers_of(f, id).confirmed, 20);
	for (int i = 0; i < 20; i++)
		assert_in_range(row_of(f, id, BASE + i)->offered_at, OPENS, CLOSES - 1);
}

static void a_blackout_and_a_wave_that_is_closed_are_reasons(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("reprovision");
	const char *const first[] = {"7C2F80000000"};
	int64_t id;

	fleet_make(f, 3);
	new.everything = true;
	new.schedule = "break";
	new.canaries = first;
	new.canary_count = 1;
	id = job_make(f, &new);
	world_tick(&w);
	assert_string_equal(reason_of(f, id, BASE), "outside-window");
	clock_set(OPENS + HOUR);
	assert_string_equal(reason_of(f, id, BASE), "blackout");
	assert_true(row_of(f, id, BASE)->due_at > 1527984000 /* 2018-06-03 */);
	assert_string_equal(reason_of(f, id, BASE + 1), "wave-closed");
	assert_int_equal(fleet_job_pause(&f->change, id), 0);
	assert_string_equal(reason_of(f, id, BASE), "paused");
	assert_int_equal(fleet_job_pause(&f->change, id), -E_JOB_STATE);
}

static void no_more_are_offered_than_there_is_room_for(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("reprovision");
	int64_t id;

	fleet_make(f, 40);
	new.everything = true;
	new.now = true;
	new.max_concurrent = 7;
	new.per_minute = 10;
	id = job_make(f, &new);
	world_tick(&w);
	assert_int_equal(w.told_count, 7);
	assert_string_equal(reason_of(f, id, BASE + 39), "no-token");
	assert_string_equal(reason_of(f, id, w.told[0]), "offered");
	phones_come(&w);
	world_tick(&w);
	assert_int_equal(w.told_count, 3);
	phones_come(&w);
	world_tick(&w);
	assert_int_equal(w.told_count, 0);
	clock_set(NOW + MINUTE);
	world_tick(&w);
	assert_int_equal(w.told_count, 7);
}

static void who_does_not_come_is_tried_again_then_in_the_next_window_then_has_failed(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f, .is_deaf = all_deaf};
	struct job_new new = job_usual("reprovision");
	struct job_device *row;
	int64_t id;

	fleet_make(f, 1);
	new.everything = true;
	new.schedule = "night";
	id = job_make(f, &new);
	world_run(&w, id, CLOSES + 2 * HOUR - NOW);
	row = row_of(f, id, BASE);
	assert_int_equal(row->state, JOB_WAITING);
	assert_int_equal(row->windows, 1);
	assert_in_range(row->attempts, 1, 3);
	assert_in_range(row->due_at, OPENS + DAY, CLOSES + DAY - 1);
	world_run(&w, id, 2 * DAY);
	row = row_of(f, id, BASE);
	assert_int_equal(row->state, JOB_FAILED);
	assert_string_equal(row->reason, "not-fetched");
	assert_int_equal(row->windows, 2);
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
}

static void tries_of_one_window_have_growing_distances(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f, .is_deaf = all_deaf};
	struct job_new new = job_usual("reprovision");
	int64_t id;

	fleet_make(f, 1);
	new.everything = true;
	new.now = true;
	id = job_make(f, &new);
	world_tick(&w);
	assert_int_equal(row_of(f, id, BASE)->due_at, NOW + 5 * MINUTE);
	world_run(&w, id, 5 * MINUTE);
	assert_int_equal(row_of(f, id, BASE)->attempts, 2);
	assert_int_equal(row_of(f, id, BASE)->due_at, NOW + 20 * MINUTE);
	world_run(&w, id, 15 * MINUTE);
	assert_int_equal(row_of(f, id, BASE)->attempts, 3);
	assert_int_equal(row_of(f, id, BASE)->due_at, NOW + 65 * MINUTE);
	/* One that comes late has come. */
	phone_come(&w, BASE);
	assert_int_equal(row_of(f, id, BASE)->state, JOB_CONFIRMED);
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
}

static void only_a_fetch_of_what_was_offered_is_evidence(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("reprovision");
	struct rendition *before;
	int64_t operations, id;

	fleet_make(f, 1);
	/* Made before the offer, and recorded behind it: the fetch was of another document. */
	before = rendition_at(f, BASE, NOW);
	assert_int_equal(rendition_put(f->db, before), 0);
	new.everything = true;
	new.now = true;
	id = job_make(f, &new);
	world_tick(&w);
	assert_int_equal(rendition_evidence(f->db, BASE, before->etag, NOW, &operations), 1);
	assert_int_equal(row_of(f, id, BASE)->state, JOB_OFFERED);
	phone_come(&w, BASE);
	assert_int_equal(row_of(f, id, BASE)->state, JOB_CONFIRMED);
}

static void a_device_is_offered_one_thing_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("reprovision");
	struct job_new again = job_usual("restart");
	int64_t first, second;

	fleet_make(f, 1);
	new.everything = again.everything = true;
	new.now = again.now = true;
	first = job_make(f, &new);
	second = job_make(f, &again);
	world_tick(&w);
	assert_int_equal(row_of(f, first, BASE)->state, JOB_OFFERED);
	assert_int_equal(row_of(f, second, BASE)->state, JOB_WAITING);
	assert_string_equal(reason_of(f, second, BASE), "busy");
	phones_come(&w);
	clock_set(NOW + MINUTE);
	world_tick(&w);
	assert_int_equal(w.restart_count, 1);
	assert_true(w.restart[0]);
	phones_come(&w);
	assert_int_equal(job_now(f, second)->phase, JOB_DONE);
}

static void a_registration_window_is_in_the_document_while_it_lasts(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("open_registration");
	int64_t id;

	fleet_make(f, 1);
	device_make(f, "7C2F80E0D605", "maxwell3", NULL);
	handset_make(f, BASE, "029e74a599");
	new.everything = true;
	new.now = true;
	new.duration = HOUR;
	id = job_make(f, &new);
	world_tick(&w);
	assert_non_null(strstr(rendition_at(f, BASE, NOW)->document, "RegStart"));
	assert_null(strstr(rendition_at(f, BASE, NOW + HOUR)->document, "RegStart"));
	phones_come(&w);
	assert_string_equal(row_of(f, id, BASE)->reason, "carried");
	assert_non_null(strstr(rendition_at(f, BASE, NOW + 1)->document, "RegStart"));
	/* A desk phone has none to open. */
	assert_int_equal(row_of(f, id, mac_of("7C2F80E0D605"))->state, JOB_FAILED);
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
}

static void firmware_make(struct fixture *f)
{
	const char *product = "n870";
	struct firmware_new new = {.name = "N870-V2.65.0.bin",
				   .products = &product,
				   .product_count = 1,
				   .sha256 = HASH,
				   .size = 7,
				   .modified_ns = 8};

	assert_int_equal(fleet_firmware_add(&f->change, &new), 0);
}

static void firmware_is_confirmed_by_the_version_that_comes_back(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("firmware");
	struct operation *operations;
	size_t count;
	int64_t id;

	fleet_make(f, 3);
	firmware_make(f);
	assert_true(device_learn(f->db, BASE + 2, "2.65.0", 0) >= 0);
	new.everything = true;
	new.now = true;
	new.version = "2.65.0";
	id = job_make(f, &new);
	world_tick(&w);
	assert_string_equal(row_of(f, id, BASE + 2)->reason, "runs 2.65.0");
	assert_int_equal(w.told_count, 2);
	/* It has fetched, and that is not enough. */
	phone_come(&w, BASE);
	assert_string_equal(reason_of(f, id, BASE), "fetched");
	assert_true(device_learn(f->db, BASE, "2.60.0", 0) >= 0);
	assert_int_equal(job_note_version(f, f->db, BASE, "2.60.0", NOW), 0);
	assert_int_equal(row_of(f, id, BASE)->state, JOB_OFFERED);
	w.version = "2.65.0";
	phone_come(&w, BASE + 1);
	assert_int_equal(job_note_version(f, f->db, BASE, "2.65.0", NOW), 0);
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
	assert_int_equal(numbers_of(f, id).confirmed, 3);
	/* What was done is not offered any more. */
	assert_int_equal(operation_list(f, f->db, BASE, &operations, &count), 0);
	assert_int_equal(count, 0);
}

static void a_job_that_is_stopped_withdraws_its_offers_and_can_be_resumed(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f, .is_deaf = is_second_deaf};
	struct job_new new = job_usual("firmware");
	struct operation *operations;
	size_t count;
	int64_t id;

	fleet_make(f, 2);
	firmware_make(f);
	new.everything = true;
	new.now = true;
	new.version = "2.65.0";
	w.version = "2.65.0";
	id = job_make(f, &new);
	world_tick(&w);
	phones_come(&w);
	assert_int_equal(fleet_job_stop(&f->change, id), 0);
	world_tick(&w);
	assert_int_equal(job_now(f, id)->phase, JOB_STOPPED);
	assert_int_equal(operation_list(f, f->db, BASE + 1, &operations, &count), 0);
	assert_int_equal(count, 0);
	assert_string_equal(reason_of(f, id, BASE + 1), "stopped");
	/* What it does now is not because of the job. */
	phone_come(&w, BASE + 1);
	assert_int_equal(numbers_of(f, id).confirmed, 1);
	w.is_deaf = NULL;
	assert_int_equal(fleet_job_resume(&f->change, id), 0);
	world_run(&w, id, HOUR);
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
	assert_int_equal(numbers_of(f, id).confirmed, 2);
	assert_int_equal(fleet_job_resume(&f->change, id), -E_JOB_STATE);
}

static void a_wave_opens_when_the_one_before_has_ended(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("reprovision");
	const char *const first[] = {"7C2F80000005", "7C2F80000006"};
	struct job_wave *waves;
	size_t count;
	int64_t id;

	fleet_make(f, 200);
	new.everything = true;
	new.now = true;
	new.canaries = first;
	new.canary_count = 2;
	new.waves = "10,50,100";
	new.rollout = "fw-2.42.6";
	new.soak = HOUR;
	new.max_concurrent = new.per_minute = 0;
	id = job_make(f, &new);
	world_tick(&w);
	assert_int_equal(w.told_count, 2);
	phones_come(&w);
	world_tick(&w);
	assert_int_equal(w.told_count, 0);
	assert_int_equal(job_now(f, id)->next_wave_at, NOW + HOUR);
	for (int64_t wave = 1; wave <= 3; wave++) {
		clock_set(NOW + wave * HOUR);
		world_tick(&w);
		assert_int_equal(job_now(f, id)->wave, wave);
		assert_true(w.told_count > 0);
		for (size_t i = 0; i < w.told_count; i++) {
			static const unsigned percents[] = {0, 10, 50, 100};

			assert_true(spread_wave_is_open((uint64_t)w.told[i], "fw-2.42.6",
							percents[wave]));
			assert_false(wave > 1 &&
				     spread_wave_is_open((uint64_t)w.told[i], "fw-2.42.6",
							 percents[wave - 1]));
		}
		phones_come(&w);
	}
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
	assert_int_equal(numbers_of(f, id).confirmed, 200);
	assert_int_equal(job_wave_list(f, f->db, id, &waves, &count), 0);
	assert_int_equal(waves[0].devices, 2);
}

static void a_device_that_is_removed_holds_nobody_up(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f, .is_deaf = all_deaf};
	struct job_new new = job_usual("reprovision");
	int64_t id;

	fleet_make(f, 2);
	new.everything = true;
	new.schedule = "night";
	id = job_make(f, &new);
	world_tick(&w);
	assert_int_equal(fleet_device_remove(&f->change, BASE, true), 0);
	w.is_deaf = NULL;
	world_run(&w, id, DAY);
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
	assert_int_equal(numbers_of(f, id).gone, 1);
	assert_int_equal(numbers_of(f, id).confirmed, 1);
}

static void a_schedule_that_has_gone_pauses_the_job(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("reprovision");
	int64_t id;

	fleet_make(f, 2);
	new.everything = true;
	new.schedule = "night";
	id = job_make(f, &new);
	world_tick(&w);
	f->config.schedule_count = 0;
	clock_set(CLOSES - 1);
	world_tick(&w);
	assert_true(job_now(f, id)->paused_at != 0);
	assert_int_equal(w.told_count, 0);
}

static void what_is_wrong_with_a_job_is_said_and_nothing_is_written(void **state)
{
	struct fixture *f = *state;
	static const struct {
		struct job_new new;
		int r;
		const char *words;
	} cases[] = {
		{{.kind = "reboot", .everything = true}, E_JOB_KIND, "restart"},
		{{.kind = "restart"}, E_JOB_SELECTOR, "which devices"},
		{{.kind = "restart", .everything = true, .group = "ward"}, E_JOB_SELECTOR, ""},
		{{.kind = "restart", .group = "ward"}, E_GROUP_UNKNOWN, ""},
		{{.kind = "restart", .product = "n1"}, E_PRODUCT_UNKNOWN, "n1"},
		{{.kind = "restart", .everything = true, .schedule = "noon"},
		 E_SCHEDULE_UNKNOWN,
		 "night"},
		{{.kind = "restart", .everything = true, .schedule = "night", .now = true},
		 E_VALUE,
		 "when"},
		{{.kind = "restart", .everything = true, .waves = "50,10,100"}, E_VALUE, "grow"},
		{{.kind = "restart", .everything = true, .waves = "50"}, E_VALUE, "100"},
		{{.kind = "restart", .everything = true, .stop_after = "0%"}, E_VALUE, "3%"},
		{{.kind = "firmware", .everything = true}, E_FIRMWARE_VERSION, ""},
		{{.kind = "firmware", .everything = true, .version = "9.9"},
		 E_FIRMWARE_UNKNOWN,
		 "9.9"},
		{{.kind = "restart", .everything = true, .version = "9.9"}, E_VALUE, "firmware"},
	};
	struct job_counts counts;
	int64_t id;

	fleet_make(f, 1);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct job_new new = cases[i].new;

		new.minimum = new.soak = new.advance = new.max_concurrent = -1;
		new.per_minute = new.tries = new.windows = -1;
		f->diag.text[0] = '\0';
		assert_int_equal(fleet_job_start(&f->change, &new, &id), -cases[i].r);
		assert_non_null(strstr(f->diag.text, cases[i].words));
	}
	assert_int_equal(job_count(f->db, &counts), 0);
	assert_int_equal(counts.active, 0);
}

/* Canary, waves, 3 % that never come. */
static int64_t rollout_make(struct fixture *f, int count, int64_t tries)
{
	struct job_new new = job_usual("reprovision");
	const char *const first[] = {"7C2F80000005", "7C2F8000000A"};

	fleet_make(f, count);
	new.everything = true;
	new.now = true;
	new.canaries = first;
	new.canary_count = 2;
	new.waves = "10,50,100";
	new.rollout = "rollout";
	new.stop_after = "2%";
	new.minimum = 50;
	new.per_minute = 0;
	new.max_concurrent = 100;
	new.tries = tries;
	return job_make(f, &new);
}

static void a_rollout_stops_at_its_threshold_and_finishes_when_it_is_resumed(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f, .is_deaf = is_third_deaf};
	int64_t id = rollout_make(f, 2000, 3);
	struct numbers n;
	int stops = 0;

	world_run(&w, id, 10 * DAY);
	assert_int_equal(job_now(f, id)->phase, JOB_STOPPED);
	n = numbers_of(f, id);
	assert_int_equal(n.offered, 0);
	assert_true(n.failed * 100 >= 2 * (n.failed + n.confirmed));
	assert_true(n.waiting > 800);
	assert_non_null(strstr(job_now(f, id)->reason, "failed"));
	while (job_now(f, id)->phase == JOB_STOPPED && stops++ < 100) {
		assert_int_equal(fleet_job_resume(&f->change, id), 0);
		world_run(&w, id, 10 * DAY);
	}
	n = numbers_of(f, id);
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
	assert_int_equal(n.devices, 2000);
	assert_int_equal(n.confirmed, 2000 - 60 + 0);
	assert_int_equal(n.failed, 60);
}

static void killed_anywhere_a_rollout_ends_in_the_same_state(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f, .is_deaf = is_third_deaf, .kill_every = 20, .random = 4711};
	int64_t id = rollout_make(f, 600, 5);
	struct numbers n;

	for (int i = 0; i < 200 && job_now(f, id)->phase != JOB_DONE; i++) {
		if (job_now(f, id)->phase == JOB_STOPPED)
			assert_int_equal(fleet_job_resume(&f->change, id), 0);
		world_run(&w, id, 10 * DAY);
	}
	assert_true(w.kills > 30);
	n = numbers_of(f, id);
	assert_int_equal(job_now(f, id)->phase, JOB_DONE);
	for (int i = 0; i < 600; i++)
		assert_int_equal(row_of(f, id, BASE + i)->state,
				 is_third_deaf(BASE + i) ? JOB_FAILED : JOB_CONFIRMED);
	assert_int_equal(n.failed, 18);
}

static void a_tick_with_nothing_due_reads_an_index(void **state)
{
	struct fixture *f = *state;
	struct world w = {.f = f};
	struct job_new new = job_usual("reprovision");
	int64_t begun, spent;
	bool due;

	fleet_make(f, 2000);
	new.everything = true;
	new.schedule = "night";
	(void)job_make(f, &new);
	world_tick(&w);
	begun = clock_monotonic_ms();
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(turn_is_due(f->db, clock_now(), &due), 0);
		assert_false(due);
	}
	spent = clock_monotonic_ms() - begun;
	/* 2,000 rows looked at 1,000 times would take seconds; so does no machine this. */
	assert_in_range(spent, 0, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, job_begin, fleet_end)
		TEST(a_device_is_offered_at_its_slot_in_its_window),
		TEST(a_blackout_and_a_wave_that_is_closed_are_reasons),
		TEST(no_more_are_offered_than_there_is_room_for),
		TEST(who_does_not_come_is_tried_again_then_in_the_next_window_then_has_failed),
		TEST(tries_of_one_window_have_growing_distances),
		TEST(only_a_fetch_of_what_was_offered_is_evidence),
		TEST(a_device_is_offered_one_thing_at_a_time),
		TEST(a_registration_window_is_in_the_document_while_it_lasts),
		TEST(firmware_is_confirmed_by_the_version_that_comes_back),
		TEST(a_job_that_is_stopped_withdraws_its_offers_and_can_be_resumed),
		TEST(a_wave_opens_when_the_one_before_has_ended),
		TEST(a_device_that_is_removed_holds_nobody_up),
		TEST(a_schedule_that_has_gone_pauses_the_job),
		TEST(what_is_wrong_with_a_job_is_said_and_nothing_is_written),
		TEST(a_rollout_stops_at_its_threshold_and_finishes_when_it_is_resumed),
		TEST(killed_anywhere_a_rollout_ends_in_the_same_state),
		TEST(a_tick_with_nothing_due_reads_an_index),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
