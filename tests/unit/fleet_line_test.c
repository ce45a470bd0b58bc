/* SPDX-License-Identifier: MIT */
/* Lines and settings that a device's document could not have are refused when they are given. */
#include "fleet_help.h"

#include "fleet/line.h"
#include "store/line.h"

static int line_make(struct fixture *f, int64_t mac, const char *user, const char *sip)
{
	struct line_input input = {.user = user, .sip = sip};
	struct line *line;

	return fleet_line_add(&f->change, mac, 0, &input, &line);
}

static int begin(void **state)
{
	struct sip_input pbx = {.domain = "pbx.example"};
	struct fixture *f;

	assert_int_equal(fleet_begin(state), 0);
	f = *state;
	assert_int_equal(fleet_sip_add(&f->change, "one", &pbx), 0);
	assert_int_equal(fleet_sip_add(&f->change, "two", &pbx), 0);
	assert_int_equal(fleet_sip_add(&f->change, "das \"alte\"", &pbx), 0);
	return 0;
}

static void the_only_line_takes_another_server(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80000001", "openstage60", NULL);
	struct line_input input = {.has_sip = true, .sip = "two"};
	const struct document *document;
	struct line *line;

	assert_int_equal(line_make(f, mac, "11", "one"), 0);
	assert_int_equal(fleet_line_set(&f->change, mac, 1, &input, &line), 0);
	document = &view_at(f, mac, NOW)->document;
	assert_int_equal(document->server_count, 1);
	assert_int_equal(document->servers[0].position, 0);
	assert_string_equal(document->servers[0].name, "two");
}

static void a_line_has_no_double_quote_where_it_stands_in_them(void **state)
{
	struct fixture *f = *state;
	int64_t n510 = device_make(f, "7C2F80000001", "n510", NULL);
	int64_t de410 = device_make(f, "7C2F80000002", "de410", NULL);
	struct device_input input = {.has_product = true, .product = "n720"};

	assert_int_equal(line_make(f, n510, "a\"b", "one"), -E_VALUE);
	assert_string_equal(f->diag.text, "user: Gigaset N510 IP PRO has it in double quotes, and "
					  "so it cannot hold one");
	assert_int_equal(line_make(f, n510, "11", "das \"alte\""), -E_VALUE);
	assert_int_equal(view_at(f, n510, NOW)->document.line_count, 0);
	assert_int_equal(line_make(f, de410, "a\"b", "one"), 0);
	rendition_at(f, de410, NOW);
	assert_int_equal(fleet_device_set(&f->change, de410, &input), -E_VALUE);
	assert_string_equal(view_at(f, de410, NOW)->document.product, "de410");
}

static void a_setting_that_no_document_can_have_is_refused(void **state)
{
	struct fixture *f = *state;
	struct setting_new quote = {"fleet", "BS_X.aucY", "a\"b", NULL};
	struct setting_new step = {"fleet", "custom.", "http://x.example/", NULL};

	assert_int_equal(fleet_setting_set(&f->change, &quote), -E_VALUE);
	assert_int_equal(fleet_setting_set(&f->change, &step), -E_SETTING_NAME);
	step.name = "custom..1";
	assert_int_equal(fleet_setting_set(&f->change, &step), -E_SETTING_NAME);
	quote.value = "\"ab\"";
	assert_int_equal(fleet_setting_set(&f->change, &quote), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_only_line_takes_another_server, begin,
						fleet_end),
		cmocka_unit_test_setup_teardown(a_line_has_no_double_quote_where_it_stands_in_them,
						begin, fleet_end),
		cmocka_unit_test_setup_teardown(a_setting_that_no_document_can_have_is_refused,
						begin, fleet_end),
	};

	return cmocka_run_group_tests_name("fleet_line", tests, NULL, NULL);
}
