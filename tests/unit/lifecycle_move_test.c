/* SPDX-License-Identifier: MIT */
/* Handsets that move wait for each other's devices; registration windows follow each other. */
#include "lifecycle_help.h"

static void a_moved_handset_is_removed_there_before_it_is_added_here(void **state)
{
	struct fixture *f = *state;
	int64_t a = device_make(f, A, "n870", NULL), b = device_make(f, B, "n670", NULL);
	struct handset_new new = {.ipui = IPUI,
				  .name = "Ann",
				  .pin = secret_new(f->mem, "4711"),
				  .user = "1001",
				  .sip = "pbx"};
	struct rendition *old;
	int64_t revision, operations;

	server_make(f);
	assert_int_equal(add(f, a, &new), 0);
	setting_make(f, "handset:" IPUI, "hs.IntKeyDir", "20");
	fetch_at(f, a, NOW);
	fetch_at(f, b, NOW);
	/* On its way while the handset moves: it does not carry the removal. */
	old = rendition_at(f, a, NOW + 5);
	assert_int_equal(rendition_put(f->db, old), 0);
	assert_int_equal(move(f, "029E74A599", b, false), 0);
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_MOVING);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, a);
	assert_int_equal(handset_of(f, IPUI)->mac, b);
	assert_false(holds(fetch_at(f, b, NOW + 10), IPUI));
	assert_int_equal(rendition_evidence(f->db, a, old->etag, NOW + 11, &operations), 1);
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_MOVING);
	assert_true(holds(rendition_at(f, a, NOW + 12), DELETE(IPUI)));
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_MOVING);
	revision = revision_of(f, b);
	assert_true(holds(fetch_at(f, a, NOW + 13), DELETE(IPUI)));
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_TO_REGISTER);
	assert_true(revision_of(f, b) > revision);
	struct rendition *here = fetch_at(f, b, NOW + 20);

	assert_true(holds(here, ADD(IPUI)));
	assert_true(holds(here, "DECT_AC\" value=\"4711\""));
	assert_true(holds(here, "hs.029e74a599.IntKeyDir\" value=\"20\""));
	assert_true(holds(here, "SipAccount.029e74a599.UserName\" value=\"1001\""));
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_REGISTERED);
	assert_string_equal(handset_of(f, IPUI)->name, "Ann");
}

static void a_move_does_not_wait_when_it_is_told_or_need_not(void **state)
{
	struct fixture *f = *state;
	int64_t a = device_make(f, A, "n870", NULL), b = device_make(f, B, "n870", NULL);

	/* The old device never heard of it. */
	handset_make(f, a, IPUI);
	assert_int_equal(move(f, IPUI, b, false), 0);
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_TO_REGISTER);
	fetch_at(f, b, NOW);
	/* A document that was made may be on its way. */
	assert_int_equal(move(f, IPUI, a, false), 0);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, b);
	assert_int_equal(move(f, IPUI, a, false), -E_IPUI_EXISTS);
	assert_int_equal(move(f, IPUI, a, true), 0);
	assert_true(holds(fetch_at(f, a, NOW + 10), ADD(IPUI)));
	assert_int_equal(move(f, IPUI, a, true), -E_IPUI_EXISTS);
	assert_int_equal(move(f, IPUI, b, true), 0);
	assert_true(holds(rendition_at(f, b, NOW + 20), ADD(IPUI)));
	assert_true(holds(rendition_at(f, a, NOW + 20), DELETE(IPUI)));
	assert_false(holds(rendition_at(f, b, NOW + 20), DELETE(IPUI)));
	assert_int_equal(move(f, OTHER, b, true), -E_IPUI_UNKNOWN);
	assert_int_equal(move(f, "1", b, true), -E_IPUI_MALFORMED);
	assert_int_equal(move(f, IPUI, 1, true), -E_MAC_UNKNOWN);
}

static void a_move_that_waits_may_go_on_or_back(void **state)
{
	struct fixture *f = *state;
	int64_t a = device_make(f, A, "n870", NULL), b = device_make(f, B, "n870", NULL);
	int64_t c = device_make(f, "7C2F80E0D607", "n870", NULL);

	handset_make(f, a, IPUI);
	fetch_at(f, a, NOW);
	assert_int_equal(move(f, IPUI, b, false), 0);
	/* On to a third: b never had it, and a still has. */
	assert_int_equal(move(f, IPUI, c, false), 0);
	assert_null(removal_of(f, b));
	assert_int_equal(handset_of(f, IPUI)->waits_mac, a);
	fetch_at(f, a, NOW + 10);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, 0);
	fetch_at(f, c, NOW + 20);
	/* And back before it was told anything: as if nothing had been. */
	assert_int_equal(move(f, IPUI, a, false), 0);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, c);
	assert_null(removal_of(f, a));
	assert_int_equal(move(f, IPUI, c, false), 0);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, 0);
	assert_null(removal_of(f, c));
	assert_null(removal_of(f, a));
	assert_false(holds(rendition_at(f, c, NOW + 30), "delete_hs"));
	assert_true(holds(rendition_at(f, c, NOW + 30), ADD(IPUI)));
}

static void a_handset_that_waits_is_let_in_when_the_old_device_goes(void **state)
{
	struct fixture *f = *state;
	int64_t a = device_make(f, A, "n870", NULL), b = device_make(f, B, "n870", NULL);

	handset_make(f, a, IPUI);
	handset_make(f, a, OTHER);
	fetch_at(f, a, NOW);
	assert_int_equal(move(f, IPUI, b, false), 0);
	assert_int_equal(move(f, OTHER, b, false), 0);
	assert_int_equal(fleet_operation_remove(&f->change, a, removal_of(f, a)->id), 0);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, 0);
	assert_int_equal(handset_of(f, OTHER)->waits_mac, a);
	int64_t revision = revision_of(f, b);

	assert_int_equal(fleet_device_remove(&f->change, a, true), 0);
	assert_int_equal(handset_of(f, OTHER)->waits_mac, 0);
	assert_true(revision_of(f, b) > revision);
	assert_true(holds(rendition_at(f, b, NOW + 10), ADD(OTHER)));
}

static void a_handset_removed_there_and_added_here_waits_too(void **state)
{
	struct fixture *f = *state;
	int64_t a = device_make(f, A, "n870", NULL), b = device_make(f, B, "n870", NULL);

	handset_make(f, a, IPUI);
	handset_make(f, a, OTHER);
	fetch_at(f, a, NOW);
	assert_int_equal(remove_as(f, a, IPUI, OPERATION_CHOSEN), 0);
	assert_int_equal(remove_as(f, a, OTHER, OPERATION_CHOSEN), 0);
	handset_make(f, b, IPUI);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, a);
	assert_int_equal(add(f, b, &(struct handset_new){.ipui = OTHER, .now = true}), 0);
	assert_int_equal(handset_of(f, OTHER)->waits_mac, 0);
	fetch_at(f, a, NOW + 10);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, 0);
	/* Removed while it waits: its device has nothing to forget. */
	assert_int_equal(move(f, OTHER, a, false), 0);
	fetch_at(f, b, NOW + 10);
	assert_int_equal(move(f, IPUI, a, false), 0);
	assert_int_equal(handset_of(f, IPUI)->waits_mac, b);
	assert_int_equal(remove_as(f, a, IPUI, OPERATION_CHOSEN), 0);
	assert_false(holds(rendition_at(f, a, NOW + 20), IPUI));
	assert_true(holds(rendition_at(f, b, NOW + 20), DELETE(IPUI)));
}

static int window(struct fixture *f, int64_t mac, const char *dm, int64_t start, int64_t duration)
{
	struct operation_new new = {.kind = OPERATION_OPEN_REGISTRATION,
				    .dm = dm,
				    .start_at = start,
				    .duration = duration,
				    .force = true};
	int64_t id;

	return fleet_operation_add(&f->change, mac, &new, &id);
}

static unsigned windows_in(struct fixture *f, int64_t mac, int64_t at, const char **ret_first)
{
	const char *document = rendition_at(f, mac, at)->document;
	unsigned count = 0;

	*ret_first = strstr(document, "RegStart\" value=\"");
	for (const char *s = document; (s = strstr(s, "RegStart\"")); s++)
		count++;
	return count;
}

static void windows_of_a_manager_never_overlap_and_the_earliest_is_written(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);
	const char *first;

	assert_int_equal(window(f, mac, "local", NOW + 2000, 300), 0);
	assert_int_equal(window(f, mac, "local", NOW + 1701, 300), -E_WINDOW);
	assert_int_equal(window(f, mac, "local", NOW + 2299, 1), -E_WINDOW);
	assert_int_equal(window(f, mac, "local", NOW + 1000, 86400), -E_WINDOW);
	/* Side by side, and of another manager. */
	assert_int_equal(window(f, mac, "local", NOW + 1700, 300), 0);
	assert_int_equal(window(f, mac, "local", NOW + 2300, 300), 0);
	assert_int_equal(window(f, mac, "annex", NOW + 2000, 300), 0);
	assert_int_equal(window(f, mac, "local", 1, 300), -E_WINDOW);
	assert_int_equal(window(f, mac, "cellar", 1, 300), 0);
	assert_int_equal(window(f, mac, "cellar", NOW + 9000, 300), -E_WINDOW);
	assert_int_equal(windows_in(f, mac, NOW, &first), 3);
	fetch_at(f, mac, NOW);
	/* "annex" stands before "local"; what is written of "local" changes as each one ends. */
	assert_int_equal(windows_in(f, mac, NOW + 1999, &first), 2);
	assert_non_null(strstr(first + 10, "RegStart\" value=\"1527773240\""));
	assert_int_equal(windows_in(f, mac, NOW + 2000, &first), 2);
	assert_non_null(strstr(first + 10, "RegStart\" value=\"1527773540\""));
	assert_int_equal(view_at(f, mac, NOW)->until_at, NOW + 2000);
	assert_int_equal(windows_in(f, mac, NOW + 2300, &first), 1);
	assert_int_equal(windows_in(f, mac, NOW + 2600, &first), 0);
	/* What has ended is in nobody's way. */
	clock_set(NOW + 2600);
	assert_int_equal(window(f, mac, "local", NOW + 2601, 10), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fleet_begin, fleet_end)
	const struct CMUnitTest tests[] = {
		TEST(a_moved_handset_is_removed_there_before_it_is_added_here),
		TEST(a_move_does_not_wait_when_it_is_told_or_need_not),
		TEST(a_move_that_waits_may_go_on_or_back),
		TEST(a_handset_that_waits_is_let_in_when_the_old_device_goes),
		TEST(a_handset_removed_there_and_added_here_waits_too),
		TEST(windows_of_a_manager_never_overlap_and_the_earliest_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
