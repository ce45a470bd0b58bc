/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xmlrpc-c/base.h>

#include "base/mem.h"
#include "ctl/rpc.h"

/* Answers hold whole fleets; the library's own limit is half a megabyte. */
enum { ANSWER_SIZE_MAX = 1 << 30 };

static json_t *convert(xmlrpc_env *env, xmlrpc_value *value);

static json_t *convert_string(xmlrpc_env *env, xmlrpc_value *value)
{
	const char *text = NULL;
	size_t len = 0;
	json_t *json;

	xmlrpc_read_string_lp(env, value, &len, &text);
	if (env->fault_occurred)
		return json_null();
	json = json_stringn(text, len);
	free((void *)text);
	return json ? json : json_null();
}

static json_t *convert_integer(xmlrpc_env *env, xmlrpc_value *value)
{
	xmlrpc_int64 wide = 0;
	xmlrpc_int32 n = 0;

	if (xmlrpc_value_type(value) == XMLRPC_TYPE_I8) {
		xmlrpc_read_i8(env, value, &wide);
		return json_integer(wide);
	}
	xmlrpc_read_int(env, value, &n);
	return json_integer(n);
}

static json_t *convert_array(xmlrpc_env *env, xmlrpc_value *value)
{
	json_t *array = json_array();
	int size = xmlrpc_array_size(env, value);

	for (int i = 0; !env->fault_occurred && i < size; i++) {
		xmlrpc_value *item = NULL;

		xmlrpc_array_read_item(env, value, (unsigned)i, &item);
		if (env->fault_occurred)
			break;
		json_array_append_new(array, convert(env, item));
		xmlrpc_DECREF(item);
	}
	return array;
}

static json_t *convert_struct(xmlrpc_env *env, xmlrpc_value *value)
{
	json_t *object = json_object();
	int size = xmlrpc_struct_size(env, value);

	for (int i = 0; !env->fault_occurred && i < size; i++) {
		xmlrpc_value *name = NULL;
		xmlrpc_value *member = NULL;
		json_t *key;

		xmlrpc_struct_read_member(env, value, (unsigned)i, &name, &member);
		if (env->fault_occurred)
			break;
		key = convert_string(env, name);
		if (json_is_string(key))
			json_object_set_new(object, json_string_value(key), convert(env, member));
		json_decref(key);
		xmlrpc_DECREF(name);
		xmlrpc_DECREF(member);
	}
	return object;
}

/* Never NULL.  Dates and bytes are not in any answer of the methods here. */
static json_t *convert(xmlrpc_env *env, xmlrpc_value *value)
{
	xmlrpc_bool truth = 0;
	double real = 0;
	json_t *json;

	switch (xmlrpc_value_type(value)) {
	case XMLRPC_TYPE_INT:
	case XMLRPC_TYPE_I8:
		return convert_integer(env, value);
	case XMLRPC_TYPE_BOOL:
		xmlrpc_read_bool(env, value, &truth);
		return json_boolean(truth);
	case XMLRPC_TYPE_DOUBLE:
		xmlrpc_read_double(env, value, &real);
		json = json_real(real);
		return json ? json : json_null();
	case XMLRPC_TYPE_STRING:
		return convert_string(env, value);
	case XMLRPC_TYPE_ARRAY:
		return convert_array(env, value);
	case XMLRPC_TYPE_STRUCT:
		return convert_struct(env, value);
	default:
		return json_null();
	}
}

static int parse(void *mem, xmlrpc_env *env, const char *xml, size_t len,
		 struct ctl_rpc_answer *ret)
{
	xmlrpc_value *value = NULL;
	const char *words = NULL;
	int fault = 0;

	xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, ANSWER_SIZE_MAX);
	xmlrpc_parse_response2(env, xml, len, &value, &fault, &words);
	if (env->fault_occurred)
		return -EPROTO;
	if (words) {
		ret->fault = fault;
		ret->words = mem_strdup(mem, words);
		free((void *)words);
		return 0;
	}
	ret->value = convert(env, value);
	xmlrpc_DECREF(value);
	return env->fault_occurred ? -EPROTO : 0;
}

int ctl_rpc_parse(void *mem, const char *xml, size_t len, struct ctl_rpc_answer *ret,
		  struct diag *reterr)
{
	xmlrpc_env env;
	int r;

	memset(ret, 0, sizeof(*ret));
	while (len && strchr(" \t\r\n", *xml)) {
		xml++;
		len--;
	}
	/* no answer has one, and the parser would expand its entities without end */
	if (memmem(xml, len, "<!DOCTYPE", strlen("<!DOCTYPE")))
		return diag_set(reterr, -EPROTO, "the answer holds a document type declaration");
	xmlrpc_env_init(&env);
	r = parse(mem, &env, xml, len, ret);
	if (r < 0) {
		diag_set(reterr, r, "the answer is not one to an XML-RPC call: %s",
			 env.fault_string ? env.fault_string : "");
		ctl_rpc_answer_done(ret);
	}
	xmlrpc_env_clean(&env);
	return r;
}

void ctl_rpc_answer_done(struct ctl_rpc_answer *answer)
{
	json_decref(answer->value);
	answer->value = NULL;
}
