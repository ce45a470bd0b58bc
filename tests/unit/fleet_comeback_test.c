/* SPDX-License-Identifier: MIT */
/* Devices that are removed and come back, and phones that had handsets before they came here. */
#include "fleet/acknowledge.h"
#include "fleet_help.h"

#define MAC "7C2F80E0D605"
#define OTHER_MAC "7C2F80E0D606"

static void a_device_with_handsets_goes_only_by_force(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, MAC);

	assert_int_equal(fleet_device_remove(&f->change, mac, false), -E_DEVICE_IN_USE);
	assert_non_null(strstr(diag_text(&f->diag, -E_DEVICE_IN_USE), "50 handsets"));
	assert_non_null(strstr(diag_text(&f->diag, -E_DEVICE_IN_USE), "--force"));
	assert_int_equal(view_at(f, mac, NOW + 1)->document.handset_count, 50);
	assert_int_equal(fleet_device_remove(&f->change, mac, true), 0);
	/* One without any goes as ever. */
	device_make(f, OTHER_MAC, "n870", NULL);
	assert_int_equal(fleet_device_remove(&f->change, mac_of(OTHER_MAC), false), 0);
}

static void a_device_that_comes_back_is_compared_with_what_it_had(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, MAC);
	struct rendition *held;
	struct rendition_held *gone;

	assert_int_equal(fleet_device_remove(&f->change, mac, true), 0);
	device_make(f, MAC, "n870", NULL);
	handset_make(f, mac, ipui_of(f, 7));
	for (int i = 1; i < 4; i++) {
		held = fetch_at(f, mac, NOW + 10 * i);
		assert_int_equal(count_of(held, "add_hs"), 50);
		assert_false(holds(held, DNP));
		assert_int_equal(view_at(f, mac, NOW + 10 * i)->held.missing, 49);
	}
	/* Removed and added once more while it is held: nothing is forgotten. */
	assert_int_equal(fleet_device_remove(&f->change, mac, true), 0);
	device_make(f, MAC, "n870", NULL);
	handset_make(f, mac, ipui_of(f, 7));
	held = fetch_at(f, mac, NOW + 100);
	assert_int_equal(count_of(held, "add_hs"), 50);
	assert_int_equal(fleet_acknowledge(&f->change, mac, 49, &gone), 0);
	assert_int_equal(count_of(fetch_at(f, mac, NOW + 110), "add_hs"), 1);
}

static void a_device_that_never_asked_meanwhile_is_remembered(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, MAC);

	for (int i = 0; i < 3; i++) {
		assert_int_equal(fleet_device_remove(&f->change, mac, true), 0);
		device_make(f, MAC, "n870", NULL);
	}
	handset_make(f, mac, ipui_of(f, 7));
	assert_int_equal(view_at(f, mac, NOW + 10)->held.missing, 49);
}

static void handsets_that_live_elsewhere_by_now_are_not_given_again(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, MAC), other;
	struct rendition *held;

	assert_int_equal(fleet_device_remove(&f->change, mac, true), 0);
	other = device_make(f, OTHER_MAC, "n870", NULL);
	for (int i = 0; i < 10; i++)
		handset_make(f, other, ipui_of(f, i));
	device_make(f, MAC, "n870", NULL);
	handset_make(f, mac, ipui_of(f, 20));
	held = fetch_at(f, mac, NOW + 10);
	assert_int_equal(count_of(held, "add_hs"), 40);
	assert_false(holds(held, ipui_of(f, 3)));
	assert_int_equal(view_at(f, mac, NOW + 10)->held.missing, 39);
}

static void the_first_handset_of_a_phone_deletes_none_that_it_had(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, MAC, "n870", NULL);
	struct device_fetch *fetch;

	/* Taken over: it asks before anybody has told of its handsets. */
	fetch_at(f, mac, NOW);
	fetch_at(f, mac, NOW + 10);
	handset_make(f, mac, ipui_of(f, 1));
	assert_false(holds(fetch_at(f, mac, NOW + 20), DNP));
	/* That was the first document with handsets, so the next one is another. */
	assert_int_equal(device_fetch_find(f, f->db, mac, &fetch), 1);
	assert_false(rendition_is_current(fetch, NOW + 30));
	assert_true(holds(fetch_at(f, mac, NOW + 30), DNP));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fleet_begin, fleet_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_with_handsets_goes_only_by_force),
		TEST(a_device_that_comes_back_is_compared_with_what_it_had),
		TEST(a_device_that_never_asked_meanwhile_is_remembered),
		TEST(handsets_that_live_elsewhere_by_now_are_not_given_again),
		TEST(the_first_handset_of_a_phone_deletes_none_that_it_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
