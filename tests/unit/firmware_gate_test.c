/* SPDX-License-Identifier: MIT */
/* Firmware has a window of its own, and what was begun in it may finish. */
#include "gate_help.h"

#include "fleet/firmware.h"
#include "fleet/firmware_gate.h"
#include "render/document.h"
#include "store/device.h"
#include "store/firmware.h"

static void firmware_make(struct fixture *f, int64_t mac)
{
	const char *product = "n870";
	struct firmware_new new = {.name = "N870-V2.65.0.bin",
				   .products = &product,
				   .product_count = 1,
				   .sha256 = "0123456789abcdef0123456789abcdef"
					     "0123456789abcdef0123456789abcdef",
				   .size = 7,
				   .modified_ns = 8};

	assert_int_equal(fleet_firmware_add(&f->change, &new), 0);
	assert_true(device_learn(f->db, mac, "2.20.0", 0) >= 0);
	setting_make(f, "fleet", "firmware.version", "newest");
}

static void firmware_is_in_documents_within_its_window(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, MAC, "n870", NULL);
	struct view *view;

	setting_make(f, "fleet", "schedule.firmware", "night");
	fetch_at(f, mac, NOW);
	firmware_make(f, mac);
	view = view_at(f, mac, NOW + 10);
	assert_null(view->document.firmware);
	assert_non_null(view->firmware.firmware);
	assert_int_equal(view->until_at, OPENS);
	view = view_at(f, mac, OPENS);
	assert_non_null(view->document.firmware);
	assert_int_equal(view->until_at, CLOSES + 10 * MINUTE);
	assert_null(view_at(f, mac, CLOSES + 10 * MINUTE)->document.firmware);
	/* It needs no window where there is none to tell of. */
	setting_make(f, "fleet", "firmware.version", "none");
	assert_int_equal(view_at(f, mac, NOW + 20)->until_at, 0);
}

static void firmware_waits_with_the_rest_and_is_withdrawn_at_once(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, MAC, "n870", NULL);

	setting_make(f, "fleet", "schedule.config", "night");
	fetch_at(f, mac, NOW);
	firmware_make(f, mac);
	assert_null(view_at(f, mac, NOW + 10)->document.firmware);
	fetch_at(f, mac, OPENS);
	assert_non_null(view_at(f, mac, CLOSES + HOUR)->document.firmware);
	setting_make(f, "fleet", "firmware.version", "none");
	assert_null(view_at(f, mac, CLOSES + HOUR)->document.firmware);
}

static int judge(struct fixture *f, int64_t mac, int64_t at, bool is_rest)
{
	struct firmware_pass pass;
	int r = firmware_judge_time(f, f->db, &f->config, mac, "a.bin", at, is_rest, &pass);

	if (r == 0 && pass.begins)
		assert_int_equal(firmware_begun_put(f->db, mac, "a.bin", at), 0);
	return r;
}

static void a_download_that_was_begun_may_finish(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, MAC, "n870", NULL);
	struct firmware_pass pass;

	assert_int_equal(judge(f, mac, NOW, false), 0);
	setting_make(f, "product:n870", "schedule.firmware", "night");
	assert_int_equal(judge(f, mac, NOW, false), -E_OUTSIDE_WINDOW);
	assert_int_equal(judge(f, mac, NOW, true), -E_OUTSIDE_WINDOW);
	/* Whose it is nobody knows: the fleet's schedule counts, and it has none. */
	assert_int_equal(judge(f, -1, NOW, false), 0);
	assert_int_equal(judge(f, mac, CLOSES - 1, false), 0);
	assert_int_equal(judge(f, mac, CLOSES + HOUR, true), 0);
	assert_int_equal(judge(f, mac, CLOSES + HOUR, false), -E_OUTSIDE_WINDOW);
	assert_int_equal(judge(f, mac, CLOSES - 1 + FIRMWARE_FINISH - 1, true), 0);
	assert_int_equal(judge(f, mac, CLOSES - 1 + FIRMWARE_FINISH, true), -E_OUTSIDE_WINDOW);
	/* Of another file nothing was begun. */
	assert_int_equal(
		firmware_judge_time(f, f->db, &f->config, mac, "b.bin", CLOSES + HOUR, true, &pass),
		-E_OUTSIDE_WINDOW);
}

static void an_ordered_update_has_its_file(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, MAC, "n870", NULL);
	struct operation_new new = {.kind = OPERATION_FIRMWARE, .start_at = NOW + HOUR};
	char token[FIRMWARE_TOKEN_LEN + 1];
	int64_t id;

	setting_make(f, "fleet", "schedule.firmware", "night");
	firmware_token(mac, "a.bin", token);
	new.url = mem_printf(f, "http://prov.example.net/firmware/" MAC "/%s/a.bin", token);
	assert_int_equal(judge(f, mac, NOW + 2 * HOUR, false), -E_OUTSIDE_WINDOW);
	assert_int_equal(fleet_operation_add(&f->change, mac, &new, &id), 0);
	assert_int_equal(judge(f, mac, NOW + 2 * HOUR, false), 0);
	assert_int_equal(judge(f, mac, NOW + HOUR + 7 * DAY + 20 * HOUR, false), -E_OUTSIDE_WINDOW);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, gate_begin, fleet_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(firmware_is_in_documents_within_its_window),
		TEST(firmware_waits_with_the_rest_and_is_withdrawn_at_once),
		TEST(a_download_that_was_begun_may_finish),
		TEST(an_ordered_update_has_its_file),
	};

	return cmocka_run_group_tests_name("firmware_gate", tests, NULL, NULL);
}
