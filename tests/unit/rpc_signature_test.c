/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rpc/signature.h"

/* Parameters as letters: s a string, f a flag, a an array. */
static int check(const char *signatures, const char *kinds, struct diag *reterr)
{
	struct rpc_param params[8] = {0};
	const struct rpc_method method = {.name = "m", .signatures = signatures};
	struct rpc_call call = {.method = &method, .params = params};

	for (; kinds[call.param_count]; call.param_count++) {
		struct rpc_param *param = &params[call.param_count];

		param->is_array = kinds[call.param_count] == 'a';
		param->is_flag = kinds[call.param_count] == 'f';
		param->text = param->is_array ? NULL : param->is_flag ? "1" : "text";
	}
	return rpc_signature_check(&call, reterr);
}

static void parameters_fit_one_of_the_signatures(void **state)
{
	static const struct {
		const char *signatures, *good, *bad;
	} rows[] = {
		{"array", "", "s a f ss"},
		{"array,string", "s", " a f ss sa"},
		{"array,string,string,string", "sss", " s ss ssss sas fss ass"},
		{"array,array,string,string", "ass", " sss as aass saa asf"},
		{"array|array,string,…", " s ss ssssssss", "a sa as f sf"},
		{"array,string|array,array", "s a", " ss sa aa f"},
		{"array,string,boolean", "sf", " s ss fs sa sff"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (int good = 0; good < 2; good++) {
			const char *s = good ? rows[i].good : rows[i].bad;

			/* Words between single blanks; a blank at the beginning is an empty one. */
			for (;;) {
				char kinds[16] = "";
				size_t len = strcspn(s, " ");
				int r;

				memcpy(kinds, s, len);
				r = check(rows[i].signatures, kinds, NULL);
				if (r != (good ? 0 : -E_RPC_PARAMS))
					fail_msg("'%s' against %s", kinds, rows[i].signatures);
				if (!s[len])
					break;
				s += len + 1;
			}
		}
	}
}

static void the_words_tell_the_types(void **state)
{
	struct diag diag = {0};

	(void)state;
	assert_int_equal(check("array,string|array", "aa", &diag), -E_RPC_PARAMS);
	assert_string_equal(diag.text, "m does not take these 2 parameters; its types are: "
				       "array,string|array");
}

static void types_are_taken_one_by_one(void **state)
{
	const char *at = "array,string,…|array";
	const char *second = rpc_signature_after(at);
	char type[RPC_TYPE_MAX];

	(void)state;
	assert_true(rpc_signature_next(&at, type));
	assert_string_equal(type, "array");
	assert_true(rpc_signature_next(&at, type));
	assert_string_equal(type, "string");
	assert_true(rpc_signature_next(&at, type));
	assert_string_equal(type, "…");
	assert_false(rpc_signature_next(&at, type));
	assert_true(rpc_signature_next(&second, type));
	assert_string_equal(type, "array");
	assert_false(rpc_signature_next(&second, type));
	assert_null(rpc_signature_after("array"));
}

static void every_signature_of_the_table_can_be_read(void **state)
{
	unsigned count = 0;

	(void)state;
	for (const struct rpc_method *m = rpc_method_next(NULL); m; m = rpc_method_next(m)) {
		assert_ptr_equal(rpc_method_find(m->name), m);
		assert_non_null(m->handler);
		assert_true(strlen(m->help) > 10);
		for (const char *s = m->signatures; s; s = rpc_signature_after(s)) {
			const char *at = s;
			char type[RPC_TYPE_MAX];

			for (unsigned n = 0; rpc_signature_next(&at, type); n++)
				if (strcmp(type, "array") != 0 && strcmp(type, "string") != 0 &&
				    strcmp(type, "boolean") != 0 &&
				    (n < 2 || strcmp(type, "…") != 0))
					fail_msg("%s: '%s'", m->name, type);
		}
		count++;
	}
	assert_true(count >= 9);
	assert_null(rpc_method_find("system.shutdown"));
	assert_null(rpc_method_find("system.multicall"));
	assert_null(rpc_method_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_fit_one_of_the_signatures),
		cmocka_unit_test(the_words_tell_the_types),
		cmocka_unit_test(types_are_taken_one_by_one),
		cmocka_unit_test(every_signature_of_the_table_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
