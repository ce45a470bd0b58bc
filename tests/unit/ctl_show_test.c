/* SPDX-License-Identifier: MIT */
#include "ctl_help.h"

#include <locale.h>
#include <stdlib.h>
#include <time.h>

#include "ctl/show.h"
#include "ctl/table.h"

static const char *object(void *mem, const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	struct buf *out = buf_new(mem);

	assert_non_null(json);
	ctl_show_object(mem, json, out);
	json_decref(json);
	return out->data;
}

static const char *list(void *mem, const char *words, const char *text, bool bold)
{
	const struct ctl_list *of = ctl_list_of(ctl_verb_find(words));
	struct ctl_table *table = ctl_show_list_head(mem, of, bold);
	json_t *json = json_loads(text, 0, NULL);
	struct buf *out = buf_new(mem);
	json_t *row;
	size_t i;

	assert_non_null(json);
	json_array_foreach(json_object_get(json, of->array), i, row)
		ctl_show_list_row(table, of, row);
	ctl_table_print(table, out);
	json_decref(json);
	return out->data;
}

static void an_object_is_a_line_for_each_field(void **state)
{
	assert_string_equal(object(*state,
				   "{\"mac\":\"7C2F80820EC0\",\"group\":null,\"locked\":false,"
				   "\"seen\":{\"at\":1780239540,\"address\":\"::1\"},"
				   "\"registration\":null,\"handsets\":3}"),
			    "mac           7C2F80820EC0\n"
			    "group         -\n"
			    "locked        no\n"
			    "seen.at       2026-05-31 14:59:00 UTC\n"
			    "seen.address  ::1\n"
			    "registration  -\n"
			    "handsets      3\n");
}

static void a_secret_is_shown_as_set_or_not(void **state)
{
	assert_string_equal(object(*state, "{\"secret\":\"set\",\"password\":null}"),
			    "secret    (set)\n"
			    "password  -\n");
}

static void spans_and_notices_are_for_people(void **state)
{
	assert_string_equal(
		object(*state, "{\"uptime_seconds\":90061,\"notices\":[\"a b\",\"c\"]}"),
		"uptime_seconds  1d 1h\n"
		"notices         a b\n"
		"                c\n");
	assert_string_equal(object(*state, "{\"uptime_seconds\":61,\"notices\":[]}"),
			    "uptime_seconds  1min 1s\n"
			    "notices         -\n");
}

static void a_list_has_aligned_columns_and_no_blanks_at_the_end(void **state)
{
	assert_string_equal(
		list(*state, "device list",
		     "{\"devices\":[{\"mac\":\"7C2F80820EC0\",\"product\":\"n870\","
		     "\"name\":\"B\xc3\xbcro\",\"handsets\":12,\"firmware\":\"83.V2.43.0\","
		     "\"locked\":true,\"held\":false},"
		     "{\"mac\":\"7C2F80820EC1\",\"group\":\"g\",\"name\":\"Halle\","
		     "\"handsets\":0,\"seen_at\":1780239540}]}",
		     false),
		"MAC           PRODUCT  GROUP  NAME   HANDSETS  FIRMWARE    LOCKED  HELD  WAITS "
		"(UTC)  SEEN (UTC)\n"
		"7C2F80820EC0  n870     -      B\xc3\xbcro   12        83.V2.43.0  yes     no    "
		"-            -\n"
		"7C2F80820EC1  -        g      Halle  0         -           -       -     "
		"-            2026-05-31 14:59:00\n");
}

static void an_empty_list_is_its_heads(void **state)
{
	assert_string_equal(list(*state, "group list", "{\"groups\":[]}", false),
			    "NAME  DEVICES  CREATED (UTC)\n");
	assert_string_equal(list(*state, "group list", "{\"groups\":[]}", true),
			    "\033[1mNAME  DEVICES  CREATED (UTC)\033[0m\n");
}

static void a_setting_shows_its_value_or_that_it_is_secret(void **state)
{
	assert_string_equal(list(*state, "setting why",
				 "{\"name\":\"a\",\"chain\":["
				 "{\"scope\":\"fleet\",\"value\":\"1\",\"wins\":false},"
				 "{\"scope\":\"group:g\",\"secret\":\"set\",\"wins\":true}]}",
				 false),
			    "SCOPE    VALUE  WINS\n"
			    "fleet    1      no\n"
			    "group:g  (set)  yes\n");
}

static void an_account_shows_its_providers(void **state)
{
	assert_string_equal(list(*state, "account list",
				 "{\"accounts\":[{\"name\":\"a\",\"role\":\"integrator\","
				 "\"providers\":[\"p\",\"q\"],\"require_mac_id\":null,"
				 "\"created_at\":1780239540}]}",
				 false),
			    "NAME  ROLE        PROVIDERS  REQUIRE-MAC-ID  CREATED (UTC)\n"
			    "a     integrator  p, q       -               2026-05-31 14:59:00\n");
}

static void times_are_those_of_the_server_s_zone(void **state)
{
	static const struct {
		const char *zone;
		const char *shown;
	} rows[] = {
		{"Europe/Berlin", "seen_at  2026-05-31 16:59:00 Europe/Berlin\n"},
		{"America/St_Johns", "seen_at  2026-05-31 12:29:00 America/St_Johns\n"},
		{"No/Where", "seen_at  2026-05-31 14:59:00 UTC\n"},
		{NULL, "seen_at  2026-05-31 14:59:00 UTC\n"},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ctl_show_use_zone(rows[i].zone);
		assert_string_equal(object(*state, "{\"seen_at\":1780239540}"), rows[i].shown);
	}
	ctl_show_use_zone("Europe/Berlin");
	assert_string_equal(list(*state, "group list",
				 "{\"groups\":[{\"name\":\"g\",\"created_at\":1774745999},"
				 "{\"name\":\"h\",\"created_at\":1774746000}]}",
				 false),
			    "NAME  DEVICES  CREATED (Europe/Berlin)\n"
			    "g     -        2026-03-29 01:59:59\n"
			    "h     -        2026-03-29 03:00:00\n");
	ctl_show_use_zone(NULL);
}

static void what_is_inside_of_rows_is_readable(void **state)
{
	assert_string_equal(object(*state, "{\"fetches\":[{\"at\":1780239540,\"address\":\"::1\","
					   "\"etag\":null}]}"),
			    "fetches  at 2026-05-31 14:59:00, address ::1\n");
	assert_string_equal(
		list(*state, "oper list",
		     "{\"opers\":[{\"id\":1,\"name\":\"n\",\"params\":[{\"name\":\"send\","
		     "\"value\":\"11\"},{\"name\":\"receive\",\"value\":\"12\"}]}]}",
		     false),
		"ID  NAME  VALUE  PARAMS               CREATED (UTC)\n"
		"1   n     -      send=11, receive=12  -\n");
}

static void a_long_cell_is_cut_between_characters(void **state)
{
	struct buf *text = buf_new(*state);
	const char *shown;

	buf_adds(text, "{\"opers\":[{\"params\":[\"");
	for (int i = 0; i < 59; i++)
		buf_addc(text, 'a');
	buf_adds(text, "\xc3\xbc and more\"]}]}");
	shown = list(*state, "oper list", text->data, false);
	assert_non_null(strstr(shown, "aaa...  "));
	assert_null(strstr(shown, "\xc3"));
}

static void strangers_cannot_command_the_terminal(void **state)
{
	assert_string_equal(object(*state, "{\"user_agent\":\"a\\u001b[2Jb\\nc\\u009bd\"}"),
			    "user_agent  a?[2Jb?c??d\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_object_is_a_line_for_each_field, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_secret_is_shown_as_set_or_not, setup, teardown),
		cmocka_unit_test_setup_teardown(spans_and_notices_are_for_people, setup, teardown),
		cmocka_unit_test_setup_teardown(a_list_has_aligned_columns_and_no_blanks_at_the_end,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_list_is_its_heads, setup, teardown),
		cmocka_unit_test_setup_teardown(a_setting_shows_its_value_or_that_it_is_secret,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_account_shows_its_providers, setup, teardown),
		cmocka_unit_test_setup_teardown(times_are_those_of_the_server_s_zone, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_inside_of_rows_is_readable, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_long_cell_is_cut_between_characters, setup,
						teardown),
		cmocka_unit_test_setup_teardown(strangers_cannot_command_the_terminal, setup,
						teardown),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
