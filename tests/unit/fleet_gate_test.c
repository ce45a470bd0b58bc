/* SPDX-License-Identifier: MIT */
/* The gate: what waits for a window, what does not, and what the guard says to that. */
#include "gate_help.h"

#include "fleet/acknowledge.h"
#include "fleet/catalogue.h"
#include "fleet/oper.h"
#include "fleet/release.h"
#include "store/device.h"
#include "store/operation.h"

#define TONE "Telephony.0.ToneScheme"

static void line_make(struct fixture *f, int64_t mac, int n)
{
	struct handset_new new = {.ipui = ipui_of(f, n),
				  .user = mem_printf(f, "u%d", n),
				  .password = secret_new(f, mem_printf(f, "geheim%d", n)),
				  .sip = "pbx"};
	struct handset *handset;

	assert_int_equal(fleet_handset_add(&f->change, mac, &new, &handset), 0);
}

/* Handsets with lines, under a schedule; given to their device outside of its window. */
static int64_t site_make(struct fixture *f, const char *schedule, int handsets)
{
	static const struct sip_input pbx = {.domain = "pbx.example.net"};
	int64_t mac = device_make(f, MAC, "n870", NULL);

	assert_int_equal(fleet_sip_add(&f->change, "pbx", &pbx), 0);
	for (int i = 0; i < handsets; i++)
		line_make(f, mac, i);
	setting_make(f, "fleet", "schedule.config", schedule);
	setting_make(f, "fleet", TONE, "Germany");
	fetch_at(f, mac, NOW);
	return mac;
}

static void assert_same(const struct rendition *a, const struct rendition *b)
{
	assert_string_equal(a->document, b->document);
	assert_string_equal(a->etag, b->etag);
}

static void a_change_waits_for_its_window(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 3);
	struct rendition *before = fetch_at(f, mac, NOW + 10);
	struct rendition *closed;
	struct view *view;

	setting_make(f, "fleet", TONE, "Austria");
	line_make(f, mac, 7);
	view = view_at(f, mac, NOW + 20);
	assert_int_equal(view->gate.reason, -E_OUTSIDE_WINDOW);
	assert_int_equal(view->gate.next_at, OPENS);
	assert_int_equal(view->until_at, OPENS);
	assert_int_equal(view->waits_at, NOW + 10);
	assert_int_equal(view->waiting->handset_count, 4);
	closed = fetch_at(f, mac, NOW + 20);
	assert_same(before, closed);
	/* That it was given once more changes nothing. */
	assert_same(before, fetch_at(f, mac, OPENS - 1));
	assert_int_equal(view_at(f, mac, OPENS - 1)->waits_at, NOW + 10);
	assert_true(holds(rendition_at(f, mac, OPENS), "Austria"));
	assert_true(holds(rendition_at(f, mac, CLOSES - 1), "Austria"));
	/* The grace counts behind the end, and what is behind that waits for another night. */
	assert_true(holds(rendition_at(f, mac, CLOSES + 10 * MINUTE - 1), "Austria"));
	assert_same(before, rendition_at(f, mac, CLOSES + 10 * MINUTE));
	assert_int_equal(view_at(f, mac, CLOSES + 10 * MINUTE)->until_at, OPENS + DAY);
	assert_int_equal(count_of(fetch_at(f, mac, OPENS + 60), "add_hs"), 4);
	view = view_at(f, mac, CLOSES + HOUR);
	assert_null(view->waiting);
	assert_int_equal(view->waits_at, 0);
	assert_int_equal(view->until_at, 0);
}

static void what_comes_after_the_window_waits_for_the_next(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "noon", 1);
	struct rendition *lunch;

	/* NOW is in its window. */
	setting_make(f, "fleet", TONE, "Austria");
	assert_true(holds(lunch = fetch_at(f, mac, NOW + 20), "Austria"));
	setting_make(f, "fleet", TONE, "Spain");
	/* 14:04:59 is within the grace, 14:05 is not. */
	assert_true(holds(rendition_at(f, mac, NOW + 65 * MINUTE + 59), "Spain"));
	assert_same(lunch, rendition_at(f, mac, NOW + 66 * MINUTE));
}

static void a_device_that_never_had_a_document_gets_one_at_any_hour(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 1);
	int64_t new = device_make(f, "7C2F80E0D606", "n870", NULL);

	(void)mac;
	line_make(f, new, 8);
	assert_int_equal(count_of(fetch_at(f, new, NOW + 10), "add_hs"), 1);
	/* From then on it waits as others do. */
	line_make(f, new, 9);
	assert_int_equal(count_of(fetch_at(f, new, NOW + 20), "add_hs"), 1);
	assert_int_equal(count_of(fetch_at(f, new, OPENS), "add_hs"), 2);
}

static void a_device_of_another_kind_gets_a_document_at_any_hour(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, MAC, "n870", NULL);

	setting_make(f, "fleet", "schedule.config", "night");
	fetch_at(f, mac, NOW);
	assert_int_equal(fleet_device_set(&f->change, mac,
					  &(struct device_input){.has_product = true,
								 .product = "maxwell3"}),
			 0);
	assert_null(view_at(f, mac, NOW + 10)->waiting);
	assert_string_equal(view_at(f, mac, NOW + 10)->document.product, "maxwell3");
}

static void removals_never_wait(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 3);
	struct rendition *closed;

	line_make(f, mac, 7);
	setting_make(f, "fleet", TONE, "Austria");
	remove_from(f, mac, 1, 2);
	closed = fetch_at(f, mac, NOW + 10);
	assert_int_equal(count_of(closed, "add_hs"), 2);
	assert_true(holds(closed, "delete_hs\" value=\"0290000001\""));
	assert_false(holds(closed, "geheim1"));
	assert_false(holds(closed, "geheim7"));
	assert_true(holds(closed, "Germany"));
	/* Added again it waits, with a place that another may have by now. */
	line_make(f, mac, 1);
	closed = fetch_at(f, mac, NOW + 20);
	assert_int_equal(count_of(closed, "add_hs"), 2);
	assert_false(holds(closed, "delete_hs"));
	assert_int_equal(count_of(fetch_at(f, mac, OPENS), "add_hs"), 4);
}

static void another_handset_in_the_place_of_a_removed_one_waits(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 3);
	struct rendition *closed;

	remove_from(f, mac, 1, 2);
	line_make(f, mac, 9);
	closed = fetch_at(f, mac, NOW + 10);
	assert_int_equal(count_of(closed, "add_hs"), 2);
	assert_true(holds(closed, "delete_hs\" value=\"0290000001\""));
	assert_false(holds(closed, ipui_of(f, 9)));
	assert_true(holds(fetch_at(f, mac, OPENS), ipui_of(f, 9)));
}

static void a_removed_account_goes_and_a_changed_one_waits(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 2);
	struct handset_change none = {.has_user = true};
	struct handset_change other = {.has_password = true, .password = secret_new(f, "neu")};
	struct rendition *closed;
	struct handset *handset;

	assert_int_equal(fleet_handset_set(&f->change, mac, ipui_of(f, 0), &none, &handset), 0);
	assert_int_equal(fleet_handset_set(&f->change, mac, ipui_of(f, 1), &other, &handset), 0);
	closed = fetch_at(f, mac, NOW + 10);
	assert_int_equal(count_of(closed, "add_hs"), 2);
	assert_false(holds(closed, "geheim0"));
	assert_true(holds(closed, "geheim1"));
	assert_true(holds(fetch_at(f, mac, OPENS), ">neu<") ||
		    holds(rendition_at(f, mac, OPENS), "\"neu\""));
}

static void a_secret_that_was_unset_is_not_given_any_more(void **state)
{
	struct fixture *f = *state;
	struct setting_new new = {.scope = "fleet",
				  .name = "WebUIAccounts.1.Password",
				  .secret = secret_new(f, "kennwort")};
	int64_t mac;

	assert_int_equal(fleet_setting_set(&f->change, &new), 0);
	mac = site_make(f, "night", 1);
	assert_true(holds(fetch_at(f, mac, NOW + 10), "kennwort"));
	/* Another one is a change, and so is that a plain setting goes. */
	new.secret = secret_new(f, "anderes");
	assert_int_equal(fleet_setting_set(&f->change, &new), 0);
	assert_int_equal(fleet_setting_unset(&f->change, "fleet", TONE), 0);
	assert_true(holds(fetch_at(f, mac, NOW + 20), "kennwort"));
	assert_true(holds(fetch_at(f, mac, NOW + 20), "Germany"));
	assert_int_equal(fleet_setting_unset(&f->change, "fleet", new.name), 0);
	assert_false(holds(fetch_at(f, mac, NOW + 30), "kennwort"));
	assert_false(holds(rendition_at(f, mac, NOW + 30), "anderes"));
}

static void trunk(struct fixture *f, int64_t mac, int handset)
{
	struct param params[] = {{.name = "Ipui", .value = ipui_of(f, handset)},
				 {.name = "receive", .value = "1"},
				 {.name = "send", .value = "1"}};
	struct oper_new new = {.name = "assign_hs_to_trunk",
			       .value = "trunk_0003",
			       .params = params,
			       .param_count = COUNT_OF(params),
			       .force = true};
	const char *warning;
	int64_t id;

	assert_int_equal(fleet_oper_add(&f->change, mac, &new, &id, &warning), 0);
}

static void an_oper_goes_with_the_handset_that_it_names(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, MAC, "n610", NULL);

	handset_make(f, mac, ipui_of(f, 0));
	handset_make(f, mac, ipui_of(f, 1));
	trunk(f, mac, 0);
	trunk(f, mac, 1);
	setting_make(f, "fleet", "schedule.config", "night");
	assert_int_equal(count_of(fetch_at(f, mac, NOW), "assign_hs_to_trunk"), 2);
	remove_from(f, mac, 1, 2);
	assert_int_equal(count_of(fetch_at(f, mac, NOW + 10), "assign_hs_to_trunk"), 1);
}

static void operations_have_their_own_times(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 1);
	struct rendition *before = fetch_at(f, mac, NOW + 5);
	struct operation_new new = {
		.kind = OPERATION_OPEN_REGISTRATION, .start_at = NOW + 600, .duration = 300};
	int64_t id;

	setting_make(f, "fleet", TONE, "Austria");
	assert_int_equal(fleet_operation_add(&f->change, mac, &new, &id), 0);
	assert_true(holds(fetch_at(f, mac, NOW + 10), "RegStart"));
	assert_true(holds(rendition_at(f, mac, NOW + 10), "Germany"));
	assert_int_equal(view_at(f, mac, NOW + 10)->until_at, NOW + 900);
	assert_same(before, fetch_at(f, mac, NOW + 900));
}

static void delete_not_provisioned_appears_in_a_window(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 2);
	struct rendition *first = rendition_at(f, mac, NOW + 10);

	/* The first document has it not, and the second one waits. */
	assert_false(holds(first, DNP));
	assert_non_null(view_at(f, mac, NOW + 10)->waiting);
	assert_true(holds(fetch_at(f, mac, OPENS), DNP));
	line_make(f, mac, 7);
	/* It stays as it was given, whatever waits. */
	assert_true(holds(fetch_at(f, mac, CLOSES + HOUR), DNP));
}

static void a_removal_by_absence_does_not_wait_for_delete_not_provisioned(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 2);
	struct rendition *closed;

	assert_int_equal(fleet_handset_remove(&f->change, mac, ipui_of(f, 1), OPERATION_ABSENCE),
			 0);
	closed = fetch_at(f, mac, NOW + 10);
	assert_int_equal(count_of(closed, "add_hs"), 1);
	assert_true(holds(closed, DNP));
}

static void the_guard_judges_what_the_gate_lets_through(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 50);
	struct rendition *before = fetch_at(f, mac, OPENS - DAY);
	struct rendition_held *held;
	struct rendition *now;
	struct view *view;

	assert_true(holds(before, DNP));
	remove_from(f, mac, 0, 40);
	line_make(f, mac, 70);
	setting_make(f, "fleet", TONE, "Austria");
	view = view_at(f, mac, NOW + 20);
	assert_int_equal(view->held.missing, 40);
	assert_int_equal(view->wanted->handset_count, 10);
	assert_int_equal(view->waiting->handset_count, 11);
	now = fetch_at(f, mac, NOW + 20);
	assert_int_equal(count_of(now, "add_hs"), 50);
	assert_false(holds(now, DNP));
	assert_true(holds(now, "Germany"));
	/* In the window the guard still holds all of it. */
	now = rendition_at(f, mac, OPENS);
	assert_int_equal(count_of(now, "add_hs"), 50);
	assert_true(holds(now, "Germany"));
	clock_set(NOW + 25);
	assert_int_equal(fleet_release(&f->change, mac), -E_SHRINK_HELD);
	assert_non_null(strstr(f->diag.text, "acknowledge"));
	/* What was acknowledged is a removal and goes; what was added waits. */
	fetch_at(f, mac, NOW + 26);
	assert_int_equal(fleet_acknowledge(&f->change, mac, 40, &held), 0);
	now = fetch_at(f, mac, NOW + 30);
	assert_int_equal(count_of(now, "add_hs"), 10);
	assert_int_equal(count_of(now, "delete_hs"), 40);
	assert_true(holds(now, "Germany"));
	now = fetch_at(f, mac, OPENS);
	assert_int_equal(count_of(now, "add_hs"), 11);
	assert_true(holds(now, "Austria"));
	assert_true(holds(now, DNP));
}

static void what_is_released_is_given_at_any_hour_and_what_comes_later_waits(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 1);
	struct device_fetch *fetch;
	struct rendition *kept;

	fetch_at(f, mac, OPENS - DAY + 1);
	clock_set(NOW + 10);
	assert_int_equal(fleet_release(&f->change, mac), 0);
	setting_make(f, "fleet", TONE, "Austria");
	assert_int_equal(fleet_release(&f->change, mac), 1);
	assert_int_equal(fleet_release(&f->change, mac), 0);
	assert_int_equal(rendition_find(f, f->db, mac, &kept), 1);
	assert_true(holds(kept, "Austria"));
	assert_int_equal(device_fetch_find(f, f->db, mac, &fetch), 1);
	assert_true(rendition_is_current(fetch, NOW + 10));
	/* Before the device has asked: that is not what was released. */
	setting_make(f, "fleet", TONE, "Spain");
	assert_true(holds(fetch_at(f, mac, NOW + 20), "Austria"));
	assert_true(holds(fetch_at(f, mac, OPENS), "Spain"));
}

static void a_document_that_was_being_made_does_not_undo_a_release(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 1);
	struct rendition *late, *kept;

	fetch_at(f, mac, OPENS - DAY + 1);
	clock_set(NOW + 10);
	setting_make(f, "fleet", TONE, "Austria");
	late = rendition_at(f, mac, NOW + 10);
	assert_true(holds(late, "Germany"));
	assert_int_equal(fleet_release(&f->change, mac), 1);
	assert_int_equal(rendition_put(f->db, late), 0);
	assert_int_equal(rendition_find(f, f->db, mac, &kept), 1);
	assert_true(holds(kept, "Austria"));
}

static void a_schedule_that_is_not_there_is_closed(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "night", 1);
	struct rendition *before = fetch_at(f, mac, OPENS - DAY + 1);
	struct view *view;

	setting_make(f, "fleet", TONE, "Austria");
	f->config.schedule_count = 0;
	view = view_at(f, mac, OPENS);
	assert_int_equal(view->gate.reason, -E_SCHEDULE_UNKNOWN);
	assert_same(before, rendition_at(f, mac, OPENS));
	/* Served all the same, and released when somebody says so. */
	clock_set(OPENS);
	assert_int_equal(fleet_release(&f->change, mac), 1);
}

static void a_blackout_closes(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "break", 1);
	struct view *view;

	setting_make(f, "fleet", TONE, "Austria");
	view = view_at(f, mac, OPENS + HOUR);
	assert_int_equal(view->gate.reason, -E_BLACKOUT);
	/* Friday to Sunday. */
	assert_int_equal(view->until_at, OPENS + 3 * DAY);
	assert_true(holds(rendition_at(f, mac, OPENS + 3 * DAY), "Austria"));
}

/* Mondays of every fourth week: 2018-06-11 is the next one. */
static void who_missed_its_week_comes_in_any_week(void **state)
{
	struct fixture *f = *state;
	int64_t mac = site_make(f, "month", 1);
	int64_t monday;

	setting_make(f, "fleet", TONE, "Austria");
	monday = view_at(f, mac, NOW + 10)->gate.next_at;
	assert_true(monday > NOW);
	assert_int_equal(monday % DAY, 0);
	fetch_at(f, mac, NOW + 10);
	/* Mondays of other weeks do not count before that. */
	for (int64_t at = monday - 7 * DAY; at > NOW; at -= 7 * DAY)
		assert_true(holds(rendition_at(f, mac, at), "Germany"));
	assert_true(holds(rendition_at(f, mac, monday), "Austria"));
	assert_true(holds(rendition_at(f, mac, monday + DAY), "Germany"));
	assert_int_equal(view_at(f, mac, monday + DAY)->gate.next_at, monday + 7 * DAY);
	assert_true(holds(rendition_at(f, mac, monday + 7 * DAY + HOUR), "Austria"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, gate_begin, fleet_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_waits_for_its_window),
		TEST(what_comes_after_the_window_waits_for_the_next),
		TEST(a_device_that_never_had_a_document_gets_one_at_any_hour),
		TEST(a_device_of_another_kind_gets_a_document_at_any_hour),
		TEST(removals_never_wait),
		TEST(another_handset_in_the_place_of_a_removed_one_waits),
		TEST(a_removed_account_goes_and_a_changed_one_waits),
		TEST(a_secret_that_was_unset_is_not_given_any_more),
		TEST(an_oper_goes_with_the_handset_that_it_names),
		TEST(operations_have_their_own_times),
		TEST(delete_not_provisioned_appears_in_a_window),
		TEST(a_removal_by_absence_does_not_wait_for_delete_not_provisioned),
		TEST(the_guard_judges_what_the_gate_lets_through),
		TEST(what_is_released_is_given_at_any_hour_and_what_comes_later_waits),
		TEST(a_document_that_was_being_made_does_not_undo_a_release),
		TEST(a_schedule_that_is_not_there_is_closed),
		TEST(a_blackout_closes),
		TEST(who_missed_its_week_comes_in_any_week),
	};

	return cmocka_run_group_tests_name("fleet_gate", tests, NULL, NULL);
}
