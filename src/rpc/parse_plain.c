/* SPDX-License-Identifier: MIT */
/*
 * A value of xmlrpc-c's costs some allocations, and one of its elements some
 * more; a list has thousands.  Here a string is a copy of its bytes.
 */
#include "rpc/parse_plain.h"

#include <string.h>

#include "base/mem.h"

struct plain {
	const char *at;
	const char *end;
	char *text; /* where the next string goes; together they are shorter than the body */
	void *mem;
};

/* For literals, whose length the compiler knows. */
#define TAKE(plain, literal) take(plain, literal, strlen(literal))

static inline bool take(struct plain *plain, const char *literal, size_t len)
{
	if ((size_t)(plain->end - plain->at) < len || memcmp(plain->at, literal, len) != 0)
		return false;
	plain->at += len;
	return true;
}

static void blanks_skip(struct plain *plain)
{
	while (plain->at < plain->end && (*plain->at == ' ' || *plain->at == '\n' ||
					  *plain->at == '\t' || *plain->at == '\r'))
		plain->at++;
}

static bool entity_take(struct plain *plain)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''},
	};

	for (size_t i = 0; i < COUNT_OF(entities); i++)
		if (take(plain, entities[i].name, strlen(entities[i].name))) {
			*plain->text++ = entities[i].c;
			return true;
		}
	return false;
}

/*
 * Up to the next tag.  Blanks other than spaces come back in forms of their own,
 * and `]]>` may not stand in a text: neither is plain.
 */
static const char *text_take(struct plain *plain)
{
	const char *text = plain->text;

	while (plain->at < plain->end && *plain->at != '<') {
		char c = *plain->at;

		if (c == '&') {
			if (!entity_take(plain))
				return NULL;
			continue;
		}
		if (c < ' ' || c > '~' || c == ']')
			return NULL;
		*plain->text++ = c;
		plain->at++;
	}
	*plain->text++ = '\0';
	return text;
}

static const char *string_take(struct plain *plain)
{
	const char *text;

	if (!TAKE(plain, "<string>"))
		return NULL;
	text = text_take(plain);
	return text && TAKE(plain, "</string>") ? text : NULL;
}

static bool value_end(struct plain *plain)
{
	blanks_skip(plain);
	return TAKE(plain, "</value>");
}

/* <value> has been taken. */
static const char *string_value_take(struct plain *plain)
{
	const char *begin = plain->at;
	const char *text;

	blanks_skip(plain);
	if (plain->end - plain->at > 1 && plain->at[0] == '<' && plain->at[1] != '/') {
		text = string_take(plain);
		return text && value_end(plain) ? text : NULL;
	}
	/* Without a type the blanks are the string's. */
	plain->at = begin;
	text = text_take(plain);
	return text && TAKE(plain, "</value>") ? text : NULL;
}

static bool array_take(struct plain *plain, struct rpc_param *param)
{
	param->is_array = true;
	blanks_skip(plain);
	if (!TAKE(plain, "<data>"))
		return false;
	for (blanks_skip(plain); TAKE(plain, "<value>"); blanks_skip(plain)) {
		const char *text = string_value_take(plain);

		if (!text)
			return false;
		*mem_push(plain->mem, &param->items, &param->count) = text;
	}
	if (!TAKE(plain, "</data>"))
		return false;
	blanks_skip(plain);
	return TAKE(plain, "</array>") && value_end(plain);
}

static bool param_take(struct plain *plain, struct rpc_param *param)
{
	const char *begin;

	blanks_skip(plain);
	if (!TAKE(plain, "<value>"))
		return false;
	begin = plain->at;
	blanks_skip(plain);
	if (TAKE(plain, "<array>")) {
		if (!array_take(plain, param))
			return false;
	} else {
		plain->at = begin;
		param->text = string_value_take(plain);
		if (!param->text)
			return false;
	}
	blanks_skip(plain);
	return TAKE(plain, "</param>");
}

static const char *method_take(struct plain *plain)
{
	const char *begin = plain->at;
	const char *text = text_take(plain);

	if (!text || plain->at == begin || memchr(begin, '&', (size_t)(plain->at - begin)) ||
	    memchr(begin, ' ', (size_t)(plain->at - begin)))
		return NULL;
	return TAKE(plain, "</methodName>") ? text : NULL;
}

/* There need be none; what there is says nothing else than XML 1.0 in UTF-8. */
static bool declaration_take(struct plain *plain)
{
	static const char *const forms[] = {
		"<?xml version=\"1.0\"?>",
		"<?xml version='1.0'?>",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>",
		"<?xml version='1.0' encoding='UTF-8'?>",
		"<?xml version='1.0' encoding='utf-8'?>",
		"<?xml version=\"1.0\" ?>",
	};

	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (take(plain, forms[i], strlen(forms[i])))
			return true;
	return !TAKE(plain, "<?");
}

static bool call_take(struct plain *plain, struct rpc_request *request)
{
	if (!declaration_take(plain))
		return false;
	blanks_skip(plain);
	if (!TAKE(plain, "<methodCall>"))
		return false;
	blanks_skip(plain);
	if (!TAKE(plain, "<methodName>"))
		return false;
	request->method = method_take(plain);
	blanks_skip(plain);
	if (!request->method || !TAKE(plain, "<params>"))
		return false;
	for (blanks_skip(plain); TAKE(plain, "<param>"); blanks_skip(plain)) {
		struct rpc_param *param =
			mem_push(plain->mem, &request->params, &request->param_count);

		if (!param_take(plain, param))
			return false;
	}
	if (!TAKE(plain, "</params>"))
		return false;
	blanks_skip(plain);
	if (!TAKE(plain, "</methodCall>"))
		return false;
	blanks_skip(plain);
	return plain->at == plain->end;
}

bool parse_plain(void *mem, const char *body, size_t len, struct rpc_request *ret)
{
	struct rpc_request request = {0};
	struct plain plain = {.at = body, .end = body + len};

	plain.mem = mem_alloc(mem, 0);
	plain.text = mem_alloc(plain.mem, len);
	if (!call_take(&plain, &request)) {
		mem_free(plain.mem);
		return false;
	}
	*ret = request;
	return true;
}
