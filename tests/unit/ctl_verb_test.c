/* SPDX-License-Identifier: MIT */
/* The rows of verbs.def fit each other and the daemon's routes. */
#include "ctl_help.h"

#include "ctl/help.h"
#include "ctl/verb.h"

static const struct {
	const char *method;
	const char *path;
} routes[] = {
#define ROUTE(method, path, plane, auth, how, handler, what) {#method, path},
#include "http/routes.def"
#undef ROUTE
};

static void every_verb_is_a_route_of_the_daemon(void **state)
{
	const struct ctl_verb *verb = NULL;

	(void)state;
	while ((verb = ctl_verb_next("", verb)) != NULL) {
		bool found = verb->output == CTL_LOCAL;

		for (size_t i = 0; i < COUNT_OF(routes); i++)
			found |= strcmp(routes[i].method, verb->method) == 0 &&
				 strcmp(routes[i].path, verb->path) == 0;
		if (!found)
			fail_msg("%s: there is no %s %s", verb->words, verb->method, verb->path);
	}
}

static void every_time_in_a_list_is_shown_as_one(void **state)
{
	static const char times[] =
#define FIELD(name, how) " " #name ":" #how " "
#include "ctl/fields.def"
#undef FIELD
		;
	const struct ctl_verb *verb = NULL;

	(void)state;
	while ((verb = ctl_verb_next("", verb)) != NULL) {
		const struct ctl_list *list = ctl_list_of(verb);
		const char *s = list ? list->columns : "";
		char row[64];

		for (size_t len; *s; s += len + (s[len] == ' ')) {
			len = strcspn(s, " ");
			if (len < 3 || memcmp(s + len - 3, "_at", 3) != 0)
				continue;
			snprintf(row, sizeof(row), " %.*s:TIME ", (int)len, s);
			if (!strstr(times, row))
				fail_msg("%s: fields.def has no %.*s", verb->words, (int)len, s);
		}
	}
}

static void no_verb_begins_with_another(void **state)
{
	const struct ctl_verb *a = NULL;

	(void)state;
	while ((a = ctl_verb_next("", a)) != NULL) {
		assert_ptr_equal(ctl_verb_find(a->words), a);
		assert_ptr_equal(ctl_verb_next(a->words, NULL), a);
		assert_null(ctl_verb_next(a->words, a));
	}
}

static void every_part_of_a_path_has_an_argument(void **state)
{
	const struct ctl_verb *verb = NULL;

	while ((verb = ctl_verb_next("", verb)) != NULL) {
		const struct ctl_arg *arg = NULL;
		size_t in_path = 0;
		size_t braces = 0;

		for (const char *s = verb->path; *s; s++)
			braces += *s == '{';
		while ((arg = ctl_arg_next(verb, arg)) != NULL) {
			if (arg->where != CTL_PATH)
				continue;
			in_path++;
			assert_int_equal(arg->need, CTL_MUST);
			assert_false(ctl_arg_is_option(arg));
			assert_non_null(strstr(verb->path, mem_printf(*state, "{%s}", arg->field)));
		}
		assert_int_equal(in_path, braces);
	}
}

static void only_bodies_have_types_that_need_one(void **state)
{
	const struct ctl_verb *verb = NULL;

	(void)state;
	while ((verb = ctl_verb_next("", verb)) != NULL) {
		const struct ctl_arg *arg = NULL;
		bool carries = verb->method[0] == 'P';

		while ((arg = ctl_arg_next(verb, arg)) != NULL) {
			bool flag = arg->type == CTL_TRUTH || arg->type == CTL_LIE ||
				    arg->type == CTL_CLEAR || arg->type == CTL_EMPTY ||
				    arg->type == CTL_SECRET;

			assert_true(carries || arg->where != CTL_BODY);
			if (arg->where == CTL_QUERY)
				assert_true(arg->type == CTL_TEXT || arg->type == CTL_NUMBER ||
					    arg->type == CTL_LIMIT || arg->type == CTL_TIME ||
					    arg->type == CTL_TRUTH);
			if (ctl_arg_is_option(arg))
				assert_int_equal(strchr(arg->spelling, ' ') == NULL, flag);
			/* what a person is told: FIXED ones are never seen */
			assert_int_equal(*arg->what == '\0', arg->need == CTL_FIXED);
			assert_int_equal(*arg->spelling == '\0', arg->need == CTL_FIXED);
		}
	}
}

static void lists_and_only_lists_have_columns(void **state)
{
	const struct ctl_verb *verb = NULL;

	(void)state;
	while ((verb = ctl_verb_next("", verb)) != NULL) {
		const struct ctl_list *list = ctl_list_of(verb);

		assert_int_equal(verb->output == CTL_LIST, list != NULL);
		if (!list)
			continue;
		assert_true(*list->array && *list->columns);
		assert_int_equal(*list->cursor == '\0', *list->key == '\0');
	}
}

static void every_verb_has_help_that_names_its_arguments(void **state)
{
	const struct ctl_verb *verb = NULL;
	struct buf *all = buf_new(*state);

	ctl_help(all, "");
	while ((verb = ctl_verb_next("", verb)) != NULL) {
		struct buf *help = buf_new(*state);
		const struct ctl_arg *arg = NULL;

		ctl_help(help, verb->words);
		assert_non_null(strstr(all->data, verb->words));
		assert_non_null(strstr(help->data, verb->what));
		while ((arg = ctl_arg_next(verb, arg)) != NULL)
			assert_non_null(strstr(help->data, arg->spelling));
		for (char *line = help->data; *line; line += strcspn(line, "\n") + 1)
			assert_in_range(strcspn(line, "\n"), 0, 100);
	}
}

static void help_of_a_noun_names_its_verbs_and_no_others(void **state)
{
	struct buf *help = buf_new(*state);

	ctl_help(help, "handset");
	assert_non_null(strstr(help->data, "handset add"));
	assert_non_null(strstr(help->data, "handset remove"));
	assert_null(strstr(help->data, "device add"));
}

static void help_tells_exit_codes_times_and_secrets(void **state)
{
	struct buf *all = buf_new(*state);
	struct buf *one = buf_new(*state);
	struct buf *client = buf_new(*state);

	ctl_help(all, "");
	ctl_help(one, "operation add");
	ctl_help_client(client);
	assert_non_null(strstr(all->data, "  4  "));
	assert_non_null(strstr(all->data, "/run/gigaprovd/control.sock"));
	assert_non_null(strstr(one->data, "2026-05-31 14:59"));
	assert_non_null(strstr(one->data, "Secrets are read from standard input"));
	assert_non_null(strstr(client->data, "  4  "));
	assert_null(strstr(client->data, "--socket"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_verb_is_a_route_of_the_daemon),
		cmocka_unit_test(every_time_in_a_list_is_shown_as_one),
		cmocka_unit_test(no_verb_begins_with_another),
		cmocka_unit_test_setup_teardown(every_part_of_a_path_has_an_argument, setup,
						teardown),
		cmocka_unit_test(only_bodies_have_types_that_need_one),
		cmocka_unit_test(lists_and_only_lists_have_columns),
		cmocka_unit_test_setup_teardown(every_verb_has_help_that_names_its_arguments, setup,
						teardown),
		cmocka_unit_test_setup_teardown(help_of_a_noun_names_its_verbs_and_no_others, setup,
						teardown),
		cmocka_unit_test_setup_teardown(help_tells_exit_codes_times_and_secrets, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
