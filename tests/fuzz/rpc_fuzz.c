/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "rpc/parse.h"

enum { DEPTH = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

static void value_check(struct buf *again, const char *s)
{
	demand(text_check(s, strlen(s), NULL) == 0);
	rpc_string(again, s);
}

/* What was understood, written as a call. */
static struct buf *write_again(void *mem, const struct rpc_request *request)
{
	struct buf *again = buf_new(mem);

	buf_adds(again, "<methodCall><methodName>");
	buf_add_xml(again, request->method);
	buf_adds(again, "</methodName><params>");
	for (size_t i = 0; i < request->param_count; i++) {
		const struct rpc_param *param = &request->params[i];

		buf_adds(again, "<param>");
		if (param->is_array) {
			rpc_array_begin(again);
			for (size_t k = 0; k < param->count; k++)
				value_check(again, param->items[k]);
			rpc_array_end(again);
		} else if (param->is_flag) {
			rpc_boolean(again, *param->text == '1');
		} else {
			value_check(again, param->text);
		}
		buf_adds(again, "</param>");
	}
	buf_adds(again, "</params></methodCall>");
	return again;
}

static void params_compare(const struct rpc_request *a, const struct rpc_request *b)
{
	demand(strcmp(a->method, b->method) == 0);
	demand(a->param_count == b->param_count);
	for (size_t i = 0; i < a->param_count; i++) {
		const struct rpc_param *x = &a->params[i], *y = &b->params[i];

		demand(x->is_array == y->is_array && x->is_flag == y->is_flag);
		demand(x->count == y->count);
		demand(x->is_array || strcmp(x->text, y->text) == 0);
		for (size_t k = 0; k < x->count; k++)
			demand(strcmp(x->items[k], y->items[k]) == 0);
	}
}

/* A call is refused with words, or what is understood of it reads back as the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int is_set_up;
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	struct rpc_request request = {0}, second = {0};
	struct diag diag = {0};
	char *body = malloc(size + 1);
	struct buf *again;
	int r;

	if (!is_set_up++)
		rpc_setup(NULL);
	memcpy(body, data, size);
	body[size] = '\0';
	r = rpc_parse(mem, body, size, DEPTH, &request, &diag);
	free(body);
	if (r < 0) {
		demand(diag.text[0] && text_check(diag.text, strlen(diag.text), NULL) == 0);
		return 0;
	}
	/* Method names are limited to what the parser takes; blanks around one are not kept. */
	again = write_again(mem, &request);
	demand(rpc_parse(mem, again->data, again->len, DEPTH, &second, &diag) == 0);
	params_compare(&request, &second);
	/* A comment behind it has it read by xmlrpc-c, however plain it is. */
	again = buf_new(mem);
	buf_add(again, data, size);
	buf_adds(again, "<!-- -->");
	second = (struct rpc_request){0};
	demand(rpc_parse(mem, again->data, again->len, DEPTH, &second, &diag) == 0);
	params_compare(&request, &second);
	return 0;
}
