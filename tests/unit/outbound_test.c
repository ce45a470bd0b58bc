/* SPDX-License-Identifier: MIT */
/* What of telling upstreams needs no network: waits, gates, answers, lists. */
#include "scratch.h"

#include "base/buf.h"
#include "config/config.h"
#include "fleet/upstream.h"
#include "outbound/autoprov.h"
#include "outbound/backoff.h"
#include "outbound/health.h"
#include "outbound/list_parse.h"

static void a_wait_doubles_within_its_bounds(void **state)
{
	static const uint32_t randoms[] = {0, 1, 500, 999, 1000, 123456789, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(randoms); i++) {
		for (int64_t failures = -1; failures < 100; failures++) {
			int64_t wait = backoff_ms(failures, 1, 900, randoms[i]);

			assert_in_range(wait, 1000, 900000);
			if (failures > 1 && failures < 9)
				assert_in_range(wait, (1000 << (failures - 1)) * 3 / 4,
						(1000 << (failures - 1)) * 5 / 4 + 1);
			if (failures > 12)
				assert_in_range(wait, 675000, 900000);
		}
		assert_in_range(backoff_ms(INT64_MAX, 86400, 86400, randoms[i]), 86400000,
				86400000);
	}
	/* Jitter: many do not come back at once. */
	assert_true(backoff_ms(5, 1, 900, 0) < backoff_ms(5, 1, 900, 1000));
}

static void a_failure_closes_the_gate_and_an_answer_opens_it(void **state)
{
	struct config_upstream upstream = {
		.name = "maker", .connections = 4, .retry_seconds = 60, .retry_max_seconds = 600};
	struct upstream_health health;
	int64_t begun = clock_monotonic_ms();
	int64_t opens;

	(void)state;
	assert_int_equal(health_room(&upstream, 0), 1);
	health_good(&upstream);
	assert_int_equal(health_room(&upstream, 0), 4);
	assert_int_equal(health_room(&upstream, 3), 1);
	assert_int_equal(health_room(&upstream, 9), 0);
	health_bad(&upstream, begun, false, "no route");
	assert_int_equal(health_room(&upstream, 0), 0);
	opens = health_opens_at("maker");
	assert_true(opens >= begun + 60000);
	/* Another call that was under way at the same time is not a second failure. */
	health_bad(&upstream, begun - 1, false, "no route");
	assert_int_equal(health_opens_at("maker"), opens);
	health_read("maker", &health);
	assert_int_equal(health.failures, 1);
	assert_string_equal(health.words, "no route");
	health_bad(&upstream, clock_monotonic_ms() + 1, true, "refused");
	assert_true(health_opens_at("maker") >= begun + 600000);
	health_read("maker", &health);
	assert_true(health.denied);
	health_good(&upstream);
	health_read("maker", &health);
	assert_false(health.denied);
	assert_int_equal(health.failures, 0);
	assert_int_equal(health_room(&upstream, 0), 4);
	health_forget("other");
	assert_int_equal(health_room(&upstream, 0), 4);
	health_forget(NULL);
	assert_int_equal(health_room(&upstream, 0), 1);
	health_done();
}

static void a_call_is_xml_rpc(void **state)
{
	static const char *const params[] = {"7C2F80820EC0-55DF", "http://a/%MACD?x&y<"};
	struct buf *out = buf_new(NULL);

	(void)state;
	assert_int_equal(autoprov_call(out, "autoprov.registerDevice", params, 2, NULL), 0);
	assert_non_null(strstr(out->data, "<methodName>autoprov.registerDevice</methodName>"));
	assert_non_null(strstr(out->data, "<string>7C2F80820EC0-55DF</string>"));
	assert_non_null(strstr(out->data, "http://a/%MACD?x&amp;y&lt;"));
	mem_free(out);
}

#define RESPONSE(inside)                                                                           \
	"<?xml version=\"1.0\"?><methodResponse><params><param><value><array><data>" inside        \
	"</data></array></value></param></params></methodResponse>"
#define GOOD "<value><boolean>1</boolean></value>"
#define BAD "<value><boolean>0</boolean></value>"

static int parse(void *mem, const char *xml, struct autoprov_answer *ret)
{
	return autoprov_parse(mem, xml, strlen(xml), ret, NULL);
}

static void answers_are_understood(void **state)
{
	void *mem = mem_root("test");
	struct autoprov_answer answer;

	(void)state;
	assert_int_equal(parse(mem, RESPONSE(GOOD "<value>OK: s3cret</value>"), &answer), 0);
	assert_true(answer.good);
	assert_string_equal(autoprov_password(&answer), "s3cret");
	assert_int_equal(
		parse(mem, " " RESPONSE("<value><i4>1</i4></value><value>OK</value>"), &answer), 0);
	assert_true(answer.good);
	assert_null(autoprov_password(&answer));
	assert_int_equal(parse(mem,
			       RESPONSE(BAD "<value><string>mac_not_found:7C</string></value>"),
			       &answer),
			 0);
	assert_true(autoprov_is(&answer, "mac_not_found"));
	assert_false(autoprov_is(&answer, "mac_not"));
	assert_false(autoprov_is_ours(&answer, NULL, NULL));
	assert_int_equal(
		parse(mem,
		      "<methodResponse><fault><value><struct><member><name>faultCode</name>"
		      "<value><int>7</int></value></member><member><name>faultString</name>"
		      "<value>no</value></member></struct></value></fault></methodResponse>",
		      &answer),
		0);
	assert_true(answer.is_fault);
	assert_string_equal(answer.texts[0], "fault 7: no");
	mem_free(mem);
}

static void the_order_of_check_device_does_not_matter(void **state)
{
	static const char *const answers[] = {
		RESPONSE(GOOD "<value>7C</value><value>Daryna</value><value>2026-05-31</value>"
			      "<value>http://a/</value>"),
		RESPONSE(GOOD "<value>7C</value><value>Daryna</value><value>http://a/</value>"
			      "<value>2026-05-31</value>"),
	};
	void *mem = mem_root("test");
	struct autoprov_answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		assert_int_equal(parse(mem, answers[i], &answer), 0);
		assert_true(autoprov_is_ours(&answer, "http://a/", "Daryna"));
		assert_true(autoprov_is_ours(&answer, NULL, NULL));
		assert_false(autoprov_is_ours(&answer, "http://b/", "Daryna"));
		assert_false(autoprov_is_ours(&answer, "http://a/", "Other"));
	}
	mem_free(mem);
}

static void what_is_no_answer_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"<html>Welcome</html>",
		RESPONSE(""),
		RESPONSE(GOOD),
		RESPONSE("<value>yes</value><value>OK</value>"),
		"<!DOCTYPE x [<!ENTITY a \"b\">]>" RESPONSE(GOOD "<value>&a;</value>"),
		"<methodResponse><params><param><value>OK</value></param></params></"
		"methodResponse>",
		RESPONSE(GOOD "<value>\xff</value>")};
	void *mem = mem_root("test");
	char *deep = mem_zalloc(mem, AUTOPROV_ANSWER_MAX + 2);
	struct autoprov_answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(parse(mem, bad[i], &answer), -E_UPSTREAM_ANSWER);
	for (size_t i = 0; i + 3 <= AUTOPROV_ANSWER_MAX; i += 3)
		memcpy(deep + i, "<a>", 3);
	assert_int_equal(parse(mem, deep, &answer), -E_UPSTREAM_ANSWER);
	memset(deep, ' ', AUTOPROV_ANSWER_MAX + 1);
	deep[0] = '<';
	assert_int_equal(parse(mem, deep, &answer), -E_UPSTREAM_ANSWER);
	mem_free(mem);
}

/* --- lists --- */

static int note(void *arg, const struct upstream_entry *entry)
{
	struct buf *seen = arg;

	buf_printf(seen, "%llX|%s|%s\n", (long long)entry->mac, entry->provider, entry->url);
	return 0;
}

/* All of it, `step` bytes at a time. */
static int list(const char *xml, size_t step, size_t rows_max, struct buf *seen)
{
	struct list_parse *reading;
	void *mem = mem_root("test");
	size_t len = strlen(xml);
	int r = 0;

	buf_cut(seen, 0);
	reading = list_parse_new(mem, rows_max, note, seen);
	for (size_t at = 0; at < len && r == 0; at += step)
		r = list_parse_bytes(reading, xml + at, len - at < step ? len - at : step, NULL);
	if (r == 0)
		r = list_parse_end(reading, NULL);
	mem_free(mem);
	return r;
}

#define ROW(mac, name, url)                                                                        \
	"<value><array><data><value>" mac "</value><value>" name "</value><value>" url             \
	"</value><value>2026-05-31</value></data></array></value>"

static void a_list_is_read_in_whatever_pieces_it_comes(void **state)
{
	static const char compact[] = RESPONSE(ROW("7C2F80820EC0", "A &amp; B", "http://a/?x&#38;y")
						       ROW("7C2F80820EC1", "", "u"));
	static const char typed[] =
		"<?xml "
		"version='1.0'?>\r\n<methodResponse>\r\n<params>\n<param><value><array>\n<data>\n"
		"<value> <array><data>\n<value>\n<string>7C2F80820EC0</string>\n</value>\r\n"
		"<value><string>A &amp; B</string></value><value><string>http://a/?x&amp;y</string>"
		"</value><value><string>2026-05-31</string></value></data></array></value>\n"
		"<value><array><data><value>7C2F80820EC1</value><value><string/></value>"
		"<value>u</value><value/></data></array></value></data></array></value></param>"
		"</params></methodResponse>\n";
	static const char expected[] = "7C2F80820EC0|A & B|http://a/?x&y\n7C2F80820EC1||u\n";
	struct buf *seen = buf_new(NULL);

	(void)state;
	for (size_t step = 1; step < 100; step += 7) {
		assert_int_equal(list(compact, step, 2, seen), 0);
		assert_string_equal(seen->data, expected);
		assert_int_equal(list(typed, step, 2, seen), 0);
		assert_string_equal(seen->data, expected);
	}
	assert_int_equal(list(compact, 10, 1, seen), -E_UPSTREAM_LONG);
	assert_int_equal(list(RESPONSE(""), 10, 1, seen), 0);
	mem_free(seen);
}

static void a_list_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"<html>",
		"nothing",
		"<methodResponse><params>",
		"<!DOCTYPE a [<!ENTITY b \"c\">]>" RESPONSE(ROW("7C2F80820EC0", "a", "u")),
		RESPONSE(ROW("7C2F80820EC0", "&b;", "u")),
		RESPONSE(ROW("7C2F", "a", "u")),
		RESPONSE("<value><array><data><value>7C2F80820EC0</value></data></array></value>"),
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
		"<methodResponse><fault><value><struct><member><name>faultString</name><value>no"
		"</value></member></struct></value></fault></methodResponse>"};
	struct buf *seen = buf_new(NULL);
	struct buf *longest = buf_new(seen);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(list(bad[i], 1000, 9, seen), -E_UPSTREAM_ANSWER);
	for (unsigned i = 0; i < 5000; i++)
		buf_addc(longest, 'x');
	assert_int_equal(
		list(mem_printf(seen, RESPONSE(ROW("7C2F80820EC0", "a", "%s")), longest->data),
		     1000, 9, seen),
		-E_UPSTREAM_ANSWER);
	mem_free(seen);
}

/* More than libxml2 would keep of a document at once. */
static void a_long_list_takes_no_memory(void **state)
{
	static const char head[] = "<methodResponse><params><param><value><array><data>";
	static const char row[] =
		ROW("7C2F80820EC0", "Daryna", "http://provider.example/%MACD.xml");
	void *mem = mem_root("test");
	struct buf *seen = buf_new(mem);
	struct list_parse *reading = list_parse_new(mem, 100000, note, seen);
	size_t before;

	(void)state;
	assert_int_equal(list_parse_bytes(reading, head, strlen(head), NULL), 0);
	assert_int_equal(list_parse_bytes(reading, row, strlen(row), NULL), 0);
	before = talloc_total_size(reading);
	for (unsigned i = 1; i < 100000; i++) {
		buf_cut(seen, 0);
		assert_int_equal(list_parse_bytes(reading, row, strlen(row), NULL), 0);
	}
	assert_int_equal(talloc_total_size(reading), before);
	assert_int_equal(list_parse_bytes(reading, row, strlen(row), NULL), -E_UPSTREAM_LONG);
	mem_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_doubles_within_its_bounds),
		cmocka_unit_test(a_failure_closes_the_gate_and_an_answer_opens_it),
		cmocka_unit_test(a_call_is_xml_rpc),
		cmocka_unit_test(answers_are_understood),
		cmocka_unit_test(the_order_of_check_device_does_not_matter),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(a_list_is_read_in_whatever_pieces_it_comes),
		cmocka_unit_test(a_list_that_is_none_is_refused),
		cmocka_unit_test(a_long_list_takes_no_memory),
	};

	return cmocka_run_group_tests_name("outbound", tests, NULL, NULL);
}
