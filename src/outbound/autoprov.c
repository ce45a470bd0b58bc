/* SPDX-License-Identifier: MIT */
#include "autoprov.h"

#include <stdlib.h>
#include <string.h>
#include <xmlrpc-c/base.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static void params_add(xmlrpc_env *env, xmlrpc_value *array, const char *const *params,
		       size_t count)
{
	for (size_t i = 0; i < count && !env->fault_occurred; i++) {
		xmlrpc_value *value = xmlrpc_string_new(env, params[i]);

		if (!env->fault_occurred)
			xmlrpc_array_append_item(env, array, value);
		if (value)
			xmlrpc_DECREF(value);
	}
}

int autoprov_call(struct buf *out, const char *method, const char *const *params, size_t count,
		  struct diag *reterr)
{
	xmlrpc_mem_block *xml;
	xmlrpc_value *array;
	xmlrpc_env env;
	int r = 0;

	xmlrpc_env_init(&env);
	xml = XMLRPC_MEMBLOCK_NEW(char, &env, 0);
	array = xmlrpc_array_new(&env);
	params_add(&env, array, params, count);
	if (!env.fault_occurred)
		xmlrpc_serialize_call(&env, xml, method, array);
	if (env.fault_occurred)
		r = diag_set(reterr, -E_INTERNAL, "%s: %s", method, env.fault_string);
	else
		buf_add(out, XMLRPC_MEMBLOCK_CONTENTS(char, xml), XMLRPC_MEMBLOCK_SIZE(char, xml));
	xmlrpc_DECREF(array);
	XMLRPC_MEMBLOCK_FREE(char, xml);
	xmlrpc_env_clean(&env);
	return r;
}

static const char *text_read(void *mem, xmlrpc_env *env, xmlrpc_value *value)
{
	const char *text = NULL;
	char *copy;

	if (xmlrpc_value_type(value) != XMLRPC_TYPE_STRING)
		return "";
	xmlrpc_read_string(env, value, &text);
	if (env->fault_occurred)
		return "";
	copy = mem_strdup(mem, text);
	free((void *)text);
	return copy;
}

/* Servers have been seen to write 1 and "1" for true. */
static int truth_read(void *mem, xmlrpc_env *env, xmlrpc_value *value, bool *ret)
{
	xmlrpc_int32 number = 0;
	xmlrpc_bool truth = 0;
	const char *text;

	switch (xmlrpc_value_type(value)) {
	case XMLRPC_TYPE_BOOL:
		xmlrpc_read_bool(env, value, &truth);
		*ret = truth != 0;
		return 0;
	case XMLRPC_TYPE_INT:
		xmlrpc_read_int(env, value, &number);
		*ret = number != 0;
		return 0;
	case XMLRPC_TYPE_STRING:
		text = text_read(mem, env, value);
		*ret = strcmp(text, "1") == 0;
		return *ret || strcmp(text, "0") == 0 ? 0 : -E_UPSTREAM_ANSWER;
	default:
		return -E_UPSTREAM_ANSWER;
	}
}

static int array_read(void *mem, xmlrpc_env *env, xmlrpc_value *array, struct autoprov_answer *ret)
{
	int size =
		xmlrpc_value_type(array) == XMLRPC_TYPE_ARRAY ? xmlrpc_array_size(env, array) : 0;
	int r = size < 2 ? -E_UPSTREAM_ANSWER : 0;

	for (int i = 0; i < size && i <= AUTOPROV_TEXTS_MAX && r == 0; i++) {
		xmlrpc_value *item = NULL;

		xmlrpc_array_read_item(env, array, (unsigned)i, &item);
		if (env->fault_occurred)
			return -E_UPSTREAM_ANSWER;
		if (i == 0)
			r = truth_read(mem, env, item, &ret->good);
		else
			ret->texts[i - 1] = text_read(mem, env, item);
		xmlrpc_DECREF(item);
	}
	return r;
}

static int response_read(void *mem, xmlrpc_env *env, const char *xml, size_t len,
			 struct autoprov_answer *ret, struct diag *reterr)
{
	xmlrpc_value *value = NULL;
	const char *words = NULL;
	int fault = 0;
	int r;

	xmlrpc_parse_response2(env, xml, len, &value, &fault, &words);
	if (env->fault_occurred)
		return diag_set(reterr, -E_UPSTREAM_ANSWER, "not an answer to an XML-RPC call: %s",
				env->fault_string);
	if (words) {
		ret->is_fault = true;
		ret->texts[0] = mem_printf(mem, "fault %d: %s", fault, words);
		free((void *)words);
		return 0;
	}
	r = array_read(mem, env, value, ret);
	xmlrpc_DECREF(value);
	return r < 0 ? diag_set(reterr, r, "an answer that none of the methods gives") : 0;
}

int autoprov_parse(void *mem, const char *xml, size_t len, struct autoprov_answer *ret,
		   struct diag *reterr)
{
	xmlrpc_env env;
	int r;

	*ret = (struct autoprov_answer){.texts = {"", "", "", ""}};
	while (len && strchr(" \t\r\n", *xml)) {
		xml++;
		len--;
	}
	/* What the parser should not see; the length bounds how deep it can get. */
	if (len > AUTOPROV_ANSWER_MAX || memmem(xml, len, "<!DOCTYPE", strlen("<!DOCTYPE")) ||
	    text_check(xml, len, NULL) < 0)
		return diag_set(reterr, -E_UPSTREAM_ANSWER,
				"not an answer to an XML-RPC call: too long, not UTF-8, or with a "
				"document type");
	xmlrpc_env_init(&env);
	r = response_read(mem, &env, xml, len, ret, reterr);
	xmlrpc_env_clean(&env);
	return r;
}

bool autoprov_is(const struct autoprov_answer *answer, const char *code)
{
	size_t len = strlen(code);

	return !answer->is_fault && !answer->good && strncmp(answer->texts[0], code, len) == 0 &&
	       (answer->texts[0][len] == ':' || answer->texts[0][len] == '\0');
}

bool autoprov_is_ours(const struct autoprov_answer *answer, const char *url, const char *provider)
{
	if (answer->is_fault || !answer->good)
		return false;
	if (provider && strcmp(answer->texts[1], provider) != 0)
		return false;
	return !url || strcmp(answer->texts[2], url) == 0 || strcmp(answer->texts[3], url) == 0;
}

const char *autoprov_password(const struct autoprov_answer *answer)
{
	const char *text = answer->texts[0];

	if (strncmp(text, "OK:", 3) != 0)
		return NULL;
	text += 3;
	text += strspn(text, " ");
	return *text ? text : NULL;
}
