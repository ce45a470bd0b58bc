/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rpc/multipart.h"

#define TYPE "multipart/form-data; boundary=xx"
#define HEAD "Content-Disposition: form-data; name=\"f\"; filename=\"c.xml\"\r\n\r\n"

static void a_form_gives_its_one_document(void **state)
{
	static const struct {
		const char *type, *body, *document;
	} rows[] = {
		{TYPE, "--xx\r\n" HEAD "<a/>\r\n--xx--\r\n", "<a/>"},
		{TYPE, "--xx\r\n" HEAD "<a/>\r\n--xx--", "<a/>"},
		{TYPE, "preamble\r\n--xx \r\n" HEAD "\r\n<a/>\r\n\r\n--xx--\r\nend",
		 "\r\n<a/>\r\n"},
		{TYPE, "--xx\r\n\r\n<a/>\r\n--xx--\r\n", "<a/>"},
		{"Multipart/Form-Data; charset=x; boundary=\"x x\"",
		 "--x x\r\n" HEAD "<a/>\r\n--x x--", "<a/>"},
		/* Empty fields of the form do not count, nor does a boundary inside a line. */
		{TYPE, "--xx\r\n" HEAD "\r\n--xx\r\n" HEAD "<a>--xx</a>\r\n--xx--", "<a>--xx</a>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct diag diag = {0};
		const char *document;
		size_t len;

		assert_int_equal(multipart_document(rows[i].type, rows[i].body,
						    strlen(rows[i].body), &document, &len, &diag),
				 0);
		assert_int_equal(len, strlen(rows[i].document));
		assert_memory_equal(document, rows[i].document, len);
	}
}

static void what_is_wrong_with_a_form_is_said(void **state)
{
	static const struct {
		const char *type, *body;
		int r;
		const char *words;
	} rows[] = {
		{NULL, "", -E_BAD_TYPE, "must be multipart/form-data"},
		{"text/xml", "<a/>", -E_BAD_TYPE, "must be multipart/form-data"},
		{"multipart/form-data", "--xx--", -E_BAD_REQUEST, "no boundary"},
		{"multipart/form-data; boundary=", "--xx--", -E_BAD_REQUEST, "no boundary"},
		{TYPE, "", -E_BAD_REQUEST, "no part"},
		{TYPE, "--xx--\r\n", -E_BAD_REQUEST, "0 documents"},
		{TYPE, "--xx\r\n" HEAD "\r\n--xx--", -E_BAD_REQUEST, "0 documents"},
		{TYPE, "--xx\r\n" HEAD "<a/>\r\n--xx\r\n" HEAD "<b/>\r\n--xx--", -E_BAD_REQUEST,
		 "2 documents"},
		{TYPE, "--xx\r\n" HEAD "<a/>", -E_BAD_REQUEST, "closing boundary"},
		{TYPE, "--xx\r\n" HEAD "<a/>\r\n--x", -E_BAD_REQUEST, "closing boundary"},
		{TYPE, "--xx\r\nContent-Dispo", -E_BAD_REQUEST, "end of its headers"},
		{TYPE, "--xx", -E_BAD_REQUEST, "new line"},
		{TYPE, "--xxyy\r\n", -E_BAD_REQUEST, "new line"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct diag diag = {0};
		const char *document;
		size_t len;
		/* Exactly as long as it is, so that a sanitizer sees a step too far. */
		char *body = malloc(strlen(rows[i].body) + 1);

		memcpy(body, rows[i].body, strlen(rows[i].body) + 1);
		assert_int_equal(multipart_document(rows[i].type, body, strlen(body), &document,
						    &len, &diag),
				 rows[i].r);
		assert_non_null(strstr(diag.text, rows[i].words));
		free(body);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_gives_its_one_document),
		cmocka_unit_test(what_is_wrong_with_a_form_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
