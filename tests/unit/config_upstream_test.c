/* SPDX-License-Identifier: MIT */
/* [upstream NAME]: other servers that are told of registrations. */
#include "config_help.h"

#include <stdlib.h>
#include <unistd.h>

static char password_file[] = "/tmp/gigaprov-test-XXXXXX";

static int begin(void **state)
{
	int fd = mkstemp(password_file);

	(void)state;
	close(fd);
	return fd < 0 ? -1 : 0;
}

static int end(void **state)
{
	(void)state;
	return unlink(password_file);
}

static const char *with(void *mem, const char *keys)
{
	return mem_printf(mem, PHONES "[upstream maker]\nuser = acme\npassword_file = %s\n%s",
			  password_file, keys);
}

static void an_upstream_has_defaults(void **state)
{
	void *mem = mem_root("test");
	const struct config *config = good(mem, with(mem, "url = https://maker.example\n"));
	const struct config_upstream *upstream = config_upstream_find(config, "maker");

	(void)state;
	assert_int_equal(config->upstream_count, 1);
	assert_string_equal(upstream->url, "https://maker.example/apxml/rpc.do");
	assert_string_equal(upstream->user, "acme");
	assert_string_equal(upstream->password_file, password_file);
	assert_string_equal(upstream->provider, "");
	assert_int_equal(upstream->providers.count, 0);
	assert_null(upstream->tls_ca);
	assert_int_equal(upstream->connections, 4);
	assert_int_equal(upstream->retry_seconds, 1);
	assert_int_equal(upstream->retry_max_seconds, 900);
	assert_null(config_upstream_find(config, "other"));
	assert_int_equal(good(mem, PHONES)->upstream_count, 0);
	mem_free(mem);
}

static void names_are_separated_by_commas(void **state)
{
	void *mem = mem_root("test");
	const struct config *config =
		good(mem, with(mem, "url = http://[::1]:8081/RPC2\nprovider = Maker & Co\n"
				    "providers = Daryna ,Big Company\n"));
	const struct config_upstream *upstream = &config->upstreams[0];
	struct buf *printed = buf_new(mem);

	(void)state;
	assert_string_equal(upstream->url, "http://[::1]:8081/RPC2");
	assert_string_equal(upstream->provider, "Maker & Co");
	assert_int_equal(upstream->providers.count, 2);
	assert_string_equal(upstream->providers.words[0], "Daryna");
	assert_string_equal(upstream->providers.words[1], "Big Company");
	config_print(config, printed);
	assert_non_null(strstr(printed->data, "providers = Daryna, Big Company\n"));
	mem_free(mem);
}

static void bad_values_are_told(void **state)
{
	static const struct {
		const char *keys;
		const char *words;
	} rows[] = {
		{"url = ftp://a/\n", "does not begin with http:// or https://"},
		{"url = http://u:p@a/\n", "holds a user or a password"},
		{"url = http://a/?x\n", "has more than a path"},
		{"url = http://a/#x\n", "has more than a path"},
		{"url = http://\n", "url: "},
		{"url = http://a b/\n", "holds a character that URLs do not have"},
		{"", "url: missing"},
		{"url = http://a/\nprovider = a,b\n", "holds a comma"},
		{"url = http://a/\nproviders = a,,b\n", "must not be empty"},
		{"url = http://a/\nproviders = a, a\n", "is there twice"},
		{"url = http://a/\nconnections = 65\n", "is out of range"},
		{"url = http://a/\nkind = grape\n", "is not a choice"},
		{"url = http://a/\nretry_seconds = 10\nretry_max_seconds = 5\n",
		 "5 is less than retry_seconds"},
		{"url = http://a/\ntls_ca = /not/there\n", "No such file"},
	};
	void *mem = mem_root("test");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *errors = bad(mem, with(mem, rows[i].keys));

		if (!strstr(errors, rows[i].words))
			fail_msg("%s: %s", rows[i].keys, errors);
		assert_null(strstr(errors, "u:p"));
	}
	mem_free(mem);
}

static void sections_come_and_go_with_a_reload(void **state)
{
	void *mem = mem_root("test");
	const struct config *without = good(mem, PHONES);
	const struct config *one = good(mem, with(mem, "url = http://a/\n"));
	struct buf *errors = buf_new(mem);

	(void)state;
	assert_int_equal(config_check_reload(without, one, errors), 0);
	assert_int_equal(config_check_reload(one, without, errors), 0);
	mem_free(mem);
}

/* The lines behind ; are a section that can be read, once the password file is one that is there. */
static void the_example_in_the_sample_is_good(void **state)
{
	void *mem = mem_root("test");
	struct buf *sample = buf_new(mem);
	struct buf *text = buf_new(mem);

	(void)state;
	config_print_sample(sample);
	buf_adds(text, PHONES);
	for (char *line = sample->data, *stop; (stop = strchr(line, '\n')); line = stop + 1) {
		if (*line != ';')
			continue;
		if (strncmp(line, ";password_file", 14) == 0)
			buf_printf(text, "password_file = %s\n", password_file);
		else
			buf_add(text, line + 1, (size_t)(stop - line));
	}
	assert_int_equal(good(mem, text->data)->upstream_count, 1);
	mem_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_upstream_has_defaults),
		cmocka_unit_test(names_are_separated_by_commas),
		cmocka_unit_test(bad_values_are_told),
		cmocka_unit_test(sections_come_and_go_with_a_reload),
		cmocka_unit_test(the_example_in_the_sample_is_good),
	};

	return cmocka_run_group_tests_name("config_upstream", tests, begin, end);
}
