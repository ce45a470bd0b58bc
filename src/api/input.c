/* SPDX-License-Identifier: MIT */
#include "api/input.h"

#include <jansson.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/request.h"

enum { NAME_SHOWN_MAX = 64 };

static const char *const expected[] = {
	[API_TEXT] = "a text",
	[API_SECRET] = "a text",
	[API_NUMBER] = "a whole number",
	[API_TRUTH] = "true or false",
	[API_CHOICE] = "true, false or null",
	[API_TEXTS] = "an array of texts",
};

static int take_texts(void *mem, const json_t *json, struct api_texts *ret)
{
	size_t count = json_array_size(json);
	const char **texts;

	if (!json_is_array(json))
		return -E_VALUE;
	texts = mem_array(mem, const char *, count + 1);
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(json, i);

		if (!json_is_string(item))
			return -E_VALUE;
		texts[i] = mem_strdup(mem, json_string_value(item));
	}
	*ret = (struct api_texts){texts, count};
	return 0;
}

static const struct secret *take_secret(void *mem, const json_t *json)
{
	char *text = (char *)(uintptr_t)json_string_value(json);
	const struct secret *secret = secret_new(mem, text);

	sodium_memzero(text, strlen(text));
	return secret;
}

static int take(void *mem, const struct api_field *field, const json_t *json, void *member)
{
	bool clears = field->need == API_CLEARS && json_is_null(json);

	switch (field->type) {
	case API_TEXT:
		if (!clears && !json_is_string(json))
			return -E_VALUE;
		*(const char **)member = clears ? NULL : mem_strdup(mem, json_string_value(json));
		return 0;
	case API_SECRET:
		if (!clears && !json_is_string(json))
			return -E_VALUE;
		*(const struct secret **)member = clears ? NULL : take_secret(mem, json);
		return 0;
	case API_NUMBER:
		if (!json_is_integer(json))
			return -E_VALUE;
		*(int64_t *)member = json_integer_value(json);
		return 0;
	case API_TRUTH:
		if (!json_is_boolean(json))
			return -E_VALUE;
		*(bool *)member = json_is_true(json);
		return 0;
	case API_CHOICE:
		if (!json_is_boolean(json) && !json_is_null(json))
			return -E_VALUE;
		*(int *)member = json_is_null(json) ? -1 : json_is_true(json);
		return 0;
	case API_TEXTS:
		return take_texts(mem, json, member);
	}
	return -E_VALUE;
}

static const struct api_field *field_find(const struct api_field *fields, size_t count,
					  const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

static int refuse_unknown(const struct api_field *fields, size_t count, const char *name,
			  struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("fields");
	struct buf *buf = buf_new(scratch);

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_adds(buf, ", ");
		buf_adds(buf, fields[i].name);
	}
	return diag_set(reterr, -E_FIELD_UNKNOWN, "unknown field '%.*s'; the fields are %s",
			NAME_SHOWN_MAX, name, buf->data);
}

static int take_all(void *mem, json_t *json, const struct api_field *fields, size_t count,
		    void *ret, struct diag *reterr)
{
	const char *name;
	const json_t *value;

	json_object_foreach(json, name, value)
	{
		const struct api_field *field = field_find(fields, count, name);

		if (!field)
			return refuse_unknown(fields, count, name, reterr);
		if (take(mem, field, value, (char *)ret + field->at) < 0)
			return diag_set(reterr, -E_VALUE, "field '%s' must be %s%s", name,
					expected[field->type],
					field->need == API_CLEARS ? " or null" : "");
		if (field->has_at != API_HAS_NONE)
			*(bool *)((char *)ret + field->has_at) = true;
	}
	for (size_t i = 0; i < count; i++)
		if (fields[i].need == API_MUST && !json_object_get(json, fields[i].name))
			return diag_set(reterr, -E_FIELD_MISSING, "field '%s' is required: %s",
					fields[i].name, expected[fields[i].type]);
	return (int)json_object_size(json);
}

/* jansson quotes what stands there, which may be half a password; the place is enough. */
static int refuse_syntax(json_error_t *error, struct diag *reterr)
{
	static const char *const behind[] = {" near ", " without JSON_"};

	for (size_t i = 0; i < COUNT_OF(behind); i++) {
		char *rest = strstr(error->text, behind[i]);

		if (rest)
			*rest = '\0';
	}
	if (reterr) {
		reterr->line = error->line > 0 ? (unsigned)error->line : 0;
		reterr->column = error->column > 0 ? (unsigned)error->column : 0;
	}
	return diag_set(reterr, -E_JSON, "line %d, column %d: %s", error->line, error->column,
			error->text);
}

int api_input_parse(void *mem, const char *body, size_t len, const struct api_field *fields,
		    size_t count, void *ret, struct diag *reterr)
{
	CLEANUP(json_decrefp) json_t *json = NULL;
	json_error_t error;

	if (len == 0)
		return diag_set(reterr, -E_JSON, "the body is empty; it must be a JSON object");
	json = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return refuse_syntax(&error, reterr);
	if (!json_is_object(json))
		return diag_set(reterr, -E_JSON, "the body is not a JSON object");
	return take_all(mem, json, fields, count, ret, reterr);
}

int api_input(struct request *req, const struct api_field *fields, size_t count, void *ret,
	      struct diag *reterr)
{
	size_t len;
	const char *body = request_body(req, &len);
	int r;

	r = api_input_parse(request_mem(req), body, len, fields, count, ret, reterr);
	if (len > 0)
		sodium_memzero((char *)(uintptr_t)body, len);
	if (r == 0 && request_method(req) == HTTP_PATCH)
		return diag_set(reterr, -E_FIELD_MISSING, "there is nothing to change");
	return r < 0 ? r : 0;
}

bool api_type_is(const struct request *req, const char *type)
{
	const char *given = request_header(req, "Content-Type");
	size_t len = strlen(type);

	return given && strncasecmp(given, type, len) == 0 &&
	       (!given[len] || strchr("; ", given[len]));
}

int api_input_text(struct request *req, const char *type, char **ret, size_t *ret_len,
		   struct diag *reterr)
{
	if (!api_type_is(req, type))
		return diag_set(reterr, -E_BAD_TYPE, "the content type must be %s", type);
	*ret = (char *)(uintptr_t)request_body(req, ret_len);
	return 0;
}

int api_input_piece(struct request *req, struct api_piece *ret, struct diag *reterr)
{
	const char *offset = request_query(req, "offset");

	if (!offset || !text_to_uint(offset, INT64_MAX, &ret->offset))
		return diag_set(reterr, -E_VALUE,
				"offset is the number of bytes before this piece");
	return api_input_text(req, "application/octet-stream", &ret->data, &ret->len, reterr);
}
