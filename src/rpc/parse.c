/* SPDX-License-Identifier: MIT */
/*
 * xmlrpc-c's parser expands entities without limit and recurses with the
 * document's depth, so both are looked at before it runs.  It also refuses the
 * blanks and the byte order mark before <?xml that some clients send.
 */
#include "rpc/parse.h"

#include <stdlib.h>
#include <string.h>
#include <xmlrpc-c/base.h>

#include "base/markup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "rpc/parse_plain.h"

enum { PARSER_SIZE_MAX = 1 << 30 }; /* bodies have been bounded before */

void rpc_setup(const struct config *config)
{
	(void)config;
	xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, PARSER_SIZE_MAX);
	xmlrpc_limit_set(XMLRPC_NESTING_LIMIT_ID, 64);
}

static unsigned line_of(const char *body, const char *at)
{
	unsigned line = 1;

	for (; body < at; body++)
		line += *body == '\n';
	return line;
}

/* Walks the tags: no document type, no deeper than it may be. */
static int scan(const char *body, const char *end, unsigned depth_max, struct diag *reterr)
{
	struct markup markup = {.at = body, .end = end};
	unsigned depth = 0;

	while (markup_next(&markup)) {
		if (markup.is_declaration) {
			reterr->line = line_of(body, markup.tag);
			return diag_set(reterr, -E_RPC_DOCTYPE,
					"line %u: a document type declaration is not allowed",
					reterr->line);
		}
		if (markup.tag[1] == '/')
			depth -= depth > 0;
		else if (markup.close && markup.close[-1] != '/')
			depth++;
		if (depth > depth_max) {
			reterr->line = line_of(body, markup.tag);
			return diag_set(reterr, -E_RPC_DEPTH,
					"line %u: nested deeper than %u levels", reterr->line,
					depth_max);
		}
	}
	return 0;
}

static int param_error(struct diag *reterr, unsigned n, const char *words)
{
	return diag_set(reterr, -E_RPC_PARAMS, "parameter %u %s", n, words);
}

/* All texts of a call together are shorter than the call, so there is one place for them. */
struct texts {
	void *mem;
	char *next;
};

static const char *string_read(struct texts *texts, xmlrpc_env *env, xmlrpc_value *value)
{
	const char *text = NULL;
	size_t len = 0;
	char *copy = texts->next;

	if (xmlrpc_value_type(value) != XMLRPC_TYPE_STRING)
		return NULL;
	xmlrpc_read_string_lp(env, value, &len, &text);
	if (env->fault_occurred)
		return NULL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	texts->next += len + 1;
	free((void *)text);
	return copy;
}

/* A boolean or a number that can only mean one. */
static const char *flag_read(xmlrpc_env *env, xmlrpc_value *value)
{
	xmlrpc_bool truth = 0;
	int number = 0;

	if (xmlrpc_value_type(value) == XMLRPC_TYPE_BOOL)
		xmlrpc_read_bool(env, value, &truth);
	else if (xmlrpc_value_type(value) == XMLRPC_TYPE_INT)
		xmlrpc_read_int(env, value, &number);
	else
		return NULL;
	if (env->fault_occurred || number < 0 || number > 1)
		return NULL;
	return truth || number ? "1" : "0";
}

static int array_read(struct texts *texts, xmlrpc_env *env, xmlrpc_value *value, unsigned n,
		      struct rpc_param *param, struct diag *reterr)
{
	int size = xmlrpc_array_size(env, value);

	param->is_array = true;
	param->items = mem_array(texts->mem, const char *, (size_t)size + 1);
	for (int i = 0; i < size; i++) {
		xmlrpc_value *item = NULL;

		xmlrpc_array_read_item(env, value, (unsigned)i, &item);
		if (env->fault_occurred)
			return param_error(reterr, n, env->fault_string);
		param->items[i] = string_read(texts, env, item);
		xmlrpc_DECREF(item);
		if (!param->items[i])
			return param_error(reterr, n, "must be an array of strings");
		param->count++;
	}
	return 0;
}

static int params_read(struct texts *texts, xmlrpc_env *env, xmlrpc_value *array,
		       struct rpc_request *request, struct diag *reterr)
{
	int size = xmlrpc_array_size(env, array);
	int r = 0;

	request->params = mem_array(texts->mem, struct rpc_param, (size_t)size + 1);
	for (int i = 0; i < size && r == 0; i++) {
		struct rpc_param *param = &request->params[i];
		xmlrpc_value *value = NULL;
		unsigned n = (unsigned)i + 1;

		xmlrpc_array_read_item(env, array, (unsigned)i, &value);
		if (env->fault_occurred)
			return param_error(reterr, n, env->fault_string);
		if (xmlrpc_value_type(value) == XMLRPC_TYPE_ARRAY)
			r = array_read(texts, env, value, n, param, reterr);
		else if ((param->text = flag_read(env, value)))
			param->is_flag = true;
		else if (!(param->text = string_read(texts, env, value)))
			r = param_error(reterr, n, "must be a string or an array of strings");
		xmlrpc_DECREF(value);
	}
	request->param_count = (size_t)size;
	return r;
}

static int text_error(const char *body, size_t at, int r, struct diag *reterr)
{
	reterr->line = line_of(body, body + at);
	return diag_set(reterr, r, "line %u, byte %zu: %s", reterr->line, at + 1, error_text(r));
}

/* What may stand before the document as people send it: blanks, a byte order mark. */
static const char *skip_start(const char *body, const char *end)
{
	static const char mark[] = "\xef\xbb\xbf";

	while (body < end && *body && strchr(" \t\r\n", *body))
		body++;
	if ((size_t)(end - body) >= strlen(mark) && memcmp(body, mark, strlen(mark)) == 0)
		body += strlen(mark);
	return body;
}

int rpc_parse(void *mem, const char *body, size_t len, unsigned depth_max, struct rpc_request *ret,
	      struct diag *reterr)
{
	const char *end = body + len;
	xmlrpc_value *params = NULL;
	const char *method = NULL;
	struct texts texts;
	xmlrpc_env env;
	size_t at;
	int r;

	body = skip_start(body, end);
	len = (size_t)(end - body);
	if (depth_max >= PLAIN_DEPTH && parse_plain(mem, body, len, ret))
		return 0;
	r = text_check(body, len, &at);
	if (r < 0)
		return text_error(body, at, r, reterr);
	r = scan(body, end, depth_max, reterr);
	if (r < 0)
		return r;
	xmlrpc_env_init(&env);
	xmlrpc_parse_call(&env, body, len, &method, &params);
	if (env.fault_occurred) {
		r = diag_set(reterr, -E_RPC_PARSE, "not an XML-RPC call: %s", env.fault_string);
	} else {
		ret->method = mem_strdup(mem, method);
		texts = (struct texts){mem, mem_alloc(mem, len)};
		r = params_read(&texts, &env, params, ret, reterr);
		xmlrpc_DECREF(params);
		free((void *)method);
	}
	xmlrpc_env_clean(&env);
	return r;
}
