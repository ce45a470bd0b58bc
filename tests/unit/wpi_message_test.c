/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "wpi/answer.h"
#include "wpi/message.h"

#define OPENING                                                                                    \
	"<WorkpointMessage><Message nonce=\"A1\"><ReasonForContact>start-up</ReasonForContact>"
#define CLOSING "</Message></WorkpointMessage>"
#define ITEMS(x) OPENING "<ItemList>" x "</ItemList>" CLOSING

static int setup(void **state)
{
	*state = mem_root("wpi_message_test");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

/* From memory that ends with the last byte, so that a sanitizer sees who reads on. */
static int parse(void *mem, const char *body, size_t len, struct wpi_message **ret,
		 struct diag *reterr)
{
	char *copy = malloc(len ? len : 1);
	int r;

	memcpy(copy, body, len);
	memset(reterr, 0, sizeof(*reterr));
	r = wpi_parse(mem, copy, len, &wpi_limits_default, ret, reterr);
	free(copy);
	return r;
}

static struct wpi_message *parsed(void *mem, const char *body)
{
	struct wpi_message *message = NULL;
	struct diag diag;

	if (parse(mem, body, strlen(body), &message, &diag) < 0)
		fail_msg("%u:%u: %s", diag.line, diag.column, diag.text);
	return message;
}

static void assert_refused(void *mem, const char *body, size_t len, int r, unsigned line)
{
	struct wpi_message *message = NULL;
	struct diag diag;
	int got = parse(mem, body, len, &message, &diag);

	assert_int_equal(got, r);
	assert_null(message);
	assert_int_equal(diag.line, line);
	assert_true(diag.text[0] != '\0');
}

static const char *value_of(const struct wpi_message *message, const char *name)
{
	const char *value = wpi_message_text(message, name);

	return value ? value : "(none)";
}

static void every_word_of_the_tables_is_understood(void **state)
{
	(void)state;
#define REASON(id, word, kind, what, source)                                                       \
	assert_int_equal(wpi_reason_of(word), WPI_REASON_##id);                                    \
	assert_string_equal(wpi_reason_word(WPI_REASON_##id), word);                               \
	assert_int_equal(wpi_reason_kind(WPI_REASON_##id), WPI_KIND_##kind);
#include "wpi/reasons.def"
#undef REASON
#define ACTION(id, word, then, order, what, source)                                                \
	assert_int_equal(wpi_action_of(word), WPI_ACTION_##id);                                    \
	assert_string_equal(wpi_action_word(WPI_ACTION_##id), word);
#include "wpi/actions.def"
#undef ACTION
#define REPLY(id, word, what, source) assert_int_equal(wpi_reply_of(word), WPI_REPLY_##id);
#include "wpi/replies.def"
#undef REPLY
#define ITEM_STATUS(id, word, what, source)                                                        \
	assert_int_equal(wpi_item_status_of(*word ? word : "?"), WPI_ITEM_##id);                   \
	assert_string_equal(wpi_item_status_word(WPI_ITEM_##id), word);
#include "wpi/item_statuses.def"
#undef ITEM_STATUS
	assert_int_equal(WPI_REASON_COUNT - 1, 7);
	assert_int_equal(WPI_ACTION_COUNT - 1, 8);
	assert_int_equal(WPI_ITEM_STATUS_COUNT - 1, 10);
	assert_int_equal(wpi_reply_of("Accepted"), WPI_REPLY_ACCEPTED);
	assert_int_equal(wpi_reason_of("startup"), WPI_REASON_UNKNOWN);
	assert_int_equal(wpi_action_of(""), WPI_ACTION_NONE);
	assert_int_equal(wpi_item_status_of(""), WPI_ITEM_FINE);
}

static void a_message_is_the_same_in_every_form(void **state)
{
	static const char *const forms[] = {
		"<WorkpointMessage xmlns=\"http://www.siemens.com/DLS\"><Message nonce=\"A1\" "
		"maxItems=\"7\" fragment=\"next\"><ReasonForContact action=\"WriteItems\" "
		"status=\"busy\">reply-to</ReasonForContact><ItemList><Item name=\"a\" "
		"index=\"0\" status=\"read only\">x y</Item></ItemList></Message>"
		"</WorkpointMessage>",
		"\xef\xbb\xbf\r\n<?xml version='1.0' encoding='UTF-8'?>\r\n<w:WorkpointMessage "
		"xmlns:w='urn:any'>\r\n<w:Message fragment=' Next ' maxItems=' 7 ' nonce='A1'>"
		"<!-- x --><w:ReasonForContact status='BUSY' action='writeitems'>\r\n\treply-to\r\n"
		"</w:ReasonForContact><w:Other><w:ItemList><w:Item name='b'>z</w:Item>"
		"</w:ItemList></w:Other></w:Message><w:ItemList><w:Item index='0' status='READ "
		"ONLY'"
		" name='a'>\r\n x&#x20;y\r\n</w:Item></w:ItemList></w:WorkpointMessage>\r\n",
		"<nope:WorkpointMessage><Message nonce=\"A1\" maxItems=\"7\"><ReasonForContact "
		"fragment=\"next\" status=\"busy\" action=\"WriteItems\">reply-to"
		"</ReasonForContact><ItemList><Item name=\"a\" index=\"0\" status=\"read only\">x"
		"<i>no</i><![CDATA[ y]]></Item></ItemList></Message></nope:WorkpointMessage>",
	};

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct wpi_message *message = parsed(*state, forms[i]);

		assert_string_equal(message->nonce, "A1");
		assert_int_equal(message->reason, WPI_REASON_REPLY_TO);
		assert_int_equal(message->action, WPI_ACTION_WRITE_ITEMS);
		assert_int_equal(message->reply, WPI_REPLY_BUSY);
		assert_true(message->is_partial);
		assert_int_equal(message->max_items, 7);
		assert_int_equal(message->item_count, 1);
		assert_string_equal(message->items[0].name, "a");
		assert_int_equal(message->items[0].index, 0);
		assert_int_equal(message->items[0].status, WPI_ITEM_READ_ONLY);
		assert_string_equal(message->items[0].value, "x y");
	}
}

static void what_is_left_out_means_the_least(void **state)
{
	struct wpi_message *message = parsed(*state, OPENING CLOSING);

	assert_int_equal(message->reply, WPI_REPLY_ACCEPTED);
	assert_int_equal(message->max_items, 0);
	assert_false(message->is_partial);
	assert_int_equal(message->item_count, 0);
	message = parsed(*state, ITEMS("<Item/><Item name='a b'>x</Item><Item name='a' index='-1'/>"
				       "<Item name='a' index='x'/><Item name='c' index=''/>"
				       "<Item name='d'/>"));
	assert_int_equal(message->left_out, 4);
	assert_int_equal(message->item_count, 2);
	assert_int_equal(message->items[0].index, WPI_NO_INDEX);
	assert_string_equal(value_of(message, "d"), "");
}

static void old_encodings_are_read(void **state)
{
	struct wpi_message *message;

	message = parsed(*state, "<?xml version='1.0' encoding='ISO-8859-1'?>" ITEMS(
					 "<Item name='a'>M\xc3\xbcller</Item>"));
	assert_string_equal(value_of(message, "a"), "M\xc3\x83\xc2\xbcller");
	assert_false(message->mended);
	message = parsed(*state, "<?xml version='1.0' encoding='utf-8'?>" ITEMS(
					 "<Item name='a'>M\xfcller</Item>"
					 "<Item name='b'>S\xc3\xb6hne \xe2\x82\xac</Item>"));
	assert_string_equal(value_of(message, "a"), "M\xc3\xbcller");
	assert_string_equal(value_of(message, "b"), "S\xc3\xb6hne \xe2\x82\xac");
	assert_true(message->mended);
	assert_refused(*state, "\xff\xfe<\0W\0", 6, -E_WPI_XML, 0);
	assert_refused(*state, "\n<a\0>", 5, -E_WPI_XML, 2);
	assert_refused(*state, "<a>\n\x01</a>", 9, -E_WPI_FORM, 1);
	assert_refused(*state, ITEMS("<Item name='a'>\n\x01</Item>"),
		       strlen(ITEMS("<Item name='a'>\n\x01</Item>")), -E_WPI_XML, 2);
}

static struct buf *repeat(void *mem, const char *begin, const char *part, size_t times,
			  const char *end)
{
	struct buf *buf = buf_new(mem);

	buf_adds(buf, begin);
	for (size_t i = 0; i < times; i++)
		buf_adds(buf, part);
	buf_adds(buf, end);
	return buf;
}

static void what_is_longer_than_a_phones_is_refused(void **state)
{
	static const char items[] = OPENING "<ItemList>\n";
	static const char no_items[] = "</ItemList>" CLOSING;
	struct wpi_message *message;
	struct diag diag;
	struct buf *body;

	body = repeat(*state, items, "<Item name='a'>x</Item>\n", 10000, no_items);
	assert_int_equal(parse(*state, body->data, body->len, &message, &diag), 0);
	assert_int_equal(message->item_count, 10000);
	body = repeat(*state, items, "<Item name='a'>x</Item>\n", 10001, no_items);
	assert_refused(*state, body->data, body->len, -E_WPI_LONG, 10002);
	body = repeat(*state, ITEMS("<Item name='a'/>"), " ", 1 << 20, "");
	assert_refused(*state, body->data, body->len, -E_WPI_LONG, 0);
	body = repeat(*state, OPENING "<ItemList><Item name='a'>", "x", 64 << 10,
		      "</Item></ItemList>" CLOSING);
	assert_int_equal(parse(*state, body->data, body->len, &message, &diag), 0);
	body = repeat(*state, OPENING "<ItemList><Item name='a'>", "x", (64 << 10) + 1,
		      "</Item></ItemList>" CLOSING);
	assert_refused(*state, body->data, body->len, -E_WPI_LONG, 1);
	body = repeat(*state, OPENING, "<x>", 14, "");
	assert_refused(*state, body->data, body->len, -E_WPI_XML, 1);
	body = repeat(*state, OPENING, "<x>", 15, "");
	assert_refused(*state, body->data, body->len, -E_WPI_DEPTH, 1);
	/* libxml2 compares each attribute with each other one. */
	body = buf_new(*state);
	buf_adds(body, "<WorkpointMessage\n");
	for (int i = 0; i < 100000; i++)
		buf_printf(body, " a%d=''", i);
	assert_refused(*state, body->data, body->len, -E_WPI_LONG, 1);
}

static void no_entity_but_xmls_own_is_expanded(void **state)
{
	static const char *const types[] = {
		"<!DOCTYPE a [<!ENTITY b \"bb\">]>",
		"\n<!-- <a -->\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
		"<?xml version='1.0'?>\n\n<!ELEMENT a ANY>",
	};
	static const unsigned lines[] = {1, 2, 3};
	struct wpi_message *message;

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		char *body =
			mem_printf(*state, "%s%s", types[i], ITEMS("<Item name='a'>&b;</Item>"));

		assert_refused(*state, body, strlen(body), -E_WPI_DOCTYPE, lines[i]);
	}
	assert_refused(*state, ITEMS("<Item name='a'>&b;</Item>"),
		       strlen(ITEMS("<Item name='a'>&b;</Item>")), -E_WPI_XML, 1);
	message = parsed(*state, ITEMS("<Item name='a'>&lt;&amp;&gt;&apos;&quot;&#228;</Item>"));
	assert_string_equal(value_of(message, "a"), "<&>'\"\xc3\xa4");
}

static void passwords_are_secrets_from_the_start(void **state)
{
	static const char *const secrets[] = {"sip-pwd",
					      "user-pwd",
					      "user-pwd-unicode",
					      "file-pwd",
					      "admin-pwd",
					      "restart-password",
					      "dls-client-certificate",
					      "wbm-server-certificate",
					      "secure-mode-data",
					      "bootstrapping-tan",
					      "User-PWD"};
	static const char *const others[] = {"min-admin-passw-length", "default-passw-policy",
					     "dls-server-ca", "e164",
					     "wbm-server-certificate-info"};
	static const char broken[] =
		ITEMS("<Item name='user-pwd'>geheim</Item><Item name='a'>geheim"
		      "<geheim></Item>");
	struct wpi_message *message;
	struct diag diag;

	for (size_t i = 0; i < COUNT_OF(secrets); i++)
		assert_true(wpi_name_is_secret(secrets[i]));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(wpi_name_is_secret(others[i]));
	message = parsed(*state, ITEMS("<Item name='user-pwd'> geheim\n</Item>"));
	assert_null(message->items[0].value);
	assert_string_equal(secret_reveal(message->items[0].secret), "geheim");
	assert_null(wpi_message_text(message, "user-pwd"));
	assert_int_equal(parse(*state, broken, strlen(broken), &message, &diag), -E_WPI_XML);
	assert_null(strstr(diag.text, "geheim"));
}

static const struct wpi_item sample[] = {
	{.name = "e164", .index = WPI_NO_INDEX, .value = "4242"},
	{.name = "key-label-unicode",
	 .index = 12,
	 .value = "<M\xc3\xbcller> & 'S\xc3\xb6hne' \"]]>"},
	{.name = "dls-server-ca", .index = 0, .value = "-----BEGIN\nMII\n-----END\n"},
	{.name = "locked-*_x", .index = WPI_NO_INDEX, .value = " a\rb\tc "},
	{.name = "reg-addr", .index = WPI_NO_INDEX, .value = ""},
};

static void what_is_written_is_read_as_it_was_meant(void **state)
{
	struct wpi_answer answer = {WPI_ACTION_WRITE_ITEMS, sample, COUNT_OF(sample)};
	size_t size = wpi_answer_size(answer.action, "AB1");
	struct secret *body;
	xmlDoc *document;
	xmlNode *node;

	assert_int_equal(wpi_emit(*state, &answer, "AB1", WPI_ENTITIES, &body, NULL), 0);
	for (size_t i = 0; i < COUNT_OF(sample); i++)
		size += wpi_item_size(&sample[i]);
	assert_int_equal(secret_len(body), size);
	document = xmlReadMemory(secret_reveal(body), (int)secret_len(body), NULL, NULL, 0);
	assert_non_null(document);
	node = xmlDocGetRootElement(document);
	assert_string_equal(node->name, "DLSMessage");
	assert_string_equal(node->ns->href, "http://www.siemens.com/DLS");
	node = xmlFirstElementChild(node);
	assert_string_equal(xmlHasProp(node, BAD_CAST "nonce")->children->content, "AB1");
	node = xmlFirstElementChild(xmlLastElementChild(node));
	for (size_t i = 0; i < COUNT_OF(sample); i++, node = xmlNextElementSibling(node)) {
		xmlChar *text = xmlNodeGetContent(node);

		assert_string_equal(text, sample[i].value);
		assert_string_equal(xmlHasProp(node, BAD_CAST "name")->children->content,
				    sample[i].name);
		assert_true(!xmlHasProp(node, BAD_CAST "index") ==
			    (sample[i].index == WPI_NO_INDEX));
		xmlFree(text);
	}
	assert_null(node);
	xmlFreeDoc(document);
}

static void old_phones_are_given_nothing_that_they_misread(void **state)
{
	static const char *const hard[] = {"a&b", "a<b", "a>b", "a\rb", "&lt;"};
	struct wpi_item item = {.name = "x", .index = WPI_NO_INDEX};
	struct diag diag;

	for (size_t i = 0; i < COUNT_OF(hard); i++) {
		item.value = hard[i];
		item.secret = NULL;
		assert_int_equal(wpi_item_check(&item, WPI_ENTITIES, NULL), 0);
		assert_int_equal(wpi_item_check(&item, WPI_LEGACY_REFUSE, &diag), -E_WPI_ENTITY);
		assert_int_equal(wpi_item_check(&item, WPI_LEGACY_REPLACE, NULL), 0);
		assert_null(strpbrk(wpi_item_value(*state, hard[i], WPI_LEGACY_REPLACE), "&<>\r"));
		item.value = NULL;
		item.secret = secret_new(*state, hard[i]);
		assert_int_equal(wpi_item_check(&item, WPI_LEGACY_REPLACE, &diag), -E_WPI_ENTITY);
		assert_null(strstr(diag.text, hard[i]));
	}
	item.secret = secret_new(*state, "it's \"fine\"");
	assert_int_equal(wpi_item_check(&item, WPI_LEGACY_REFUSE, NULL), 0);
	assert_string_equal(wpi_item_value(*state, "<a> & b", WPI_LEGACY_REPLACE), "a + b");
}

static void what_cannot_be_an_item_is_not_written(void **state)
{
	const struct wpi_item bad[] = {
		{.name = "", .index = WPI_NO_INDEX},
		{.name = "a\"><Item name=\"b", .index = WPI_NO_INDEX},
		{.name = "a", .index = -2},
		{.name = "a", .index = WPI_NO_INDEX, .value = "\x01"},
		{.name = "a", .index = WPI_NO_INDEX, .value = "\xff"},
		{.name = "a", .index = WPI_NO_INDEX, .secret = secret_new_bytes(*state, "a\0b", 3)},
	};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct wpi_answer answer = {WPI_ACTION_WRITE_ITEMS, &bad[i], 1};
		struct secret *body = NULL;
		struct diag diag;

		assert_true(wpi_emit(*state, &answer, "A", WPI_ENTITIES, &body, &diag) < 0);
		assert_null(body);
	}
}

static void people_see_no_password(void **state)
{
	const struct wpi_item item = {
		.name = "sip-pwd", .index = WPI_NO_INDEX, .secret = secret_new(*state, "x")};
	struct wpi_answer answer = {WPI_ACTION_WRITE_ITEMS, &item, 1};
	char *text;

	assert_int_equal(wpi_emit_redacted(*state, &answer, "A", WPI_ENTITIES, &text, NULL), 0);
	assert_non_null(strstr(text, "<Item name=\"sip-pwd\">********</Item>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_the_tables_is_understood),
		cmocka_unit_test(a_message_is_the_same_in_every_form),
		cmocka_unit_test(what_is_left_out_means_the_least),
		cmocka_unit_test(old_encodings_are_read),
		cmocka_unit_test(what_is_longer_than_a_phones_is_refused),
		cmocka_unit_test(no_entity_but_xmls_own_is_expanded),
		cmocka_unit_test(passwords_are_secrets_from_the_start),
		cmocka_unit_test(what_is_written_is_read_as_it_was_meant),
		cmocka_unit_test(old_phones_are_given_nothing_that_they_misread),
		cmocka_unit_test(what_cannot_be_an_item_is_not_written),
		cmocka_unit_test(people_see_no_password),
	};

	xmlInitParser();
	return cmocka_run_group_tests(tests, setup, teardown);
}
