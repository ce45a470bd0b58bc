/* SPDX-License-Identifier: MIT */
/*
 * JSON by tables: a shape is a struct and those of its members that are kept.
 * What is zero, NULL or empty in memory is left out of the bytes, but for "",
 * which is not NULL.
 */
#include "fleet/body.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"

enum kind {
	TEXT,	/* const char * */
	SECRET, /* const struct secret * */
	CHARS,	/* char[] */
	NUMBER, /* bool, int, an enum, int64_t */
	ONE,	/* a pointer to a struct, or NULL */
	LIST,	/* a pointer to many, with their number in another member */
};

struct shape;

struct field {
	const char *key;
	enum kind kind;
	size_t offset;
	size_t size;
	size_t count_offset;	   /* LIST */
	const struct shape *shape; /* ONE, LIST */
};

struct shape {
	size_t size;
	const struct field *fields;
	size_t count;
};

#define FIELD(type, member, kind)                                                                  \
	{                                                                                          \
#member, kind, offsetof(type, member), sizeof(((type *)0)->member), 0, NULL        \
	}
#define MEMBER(type, member, shape)                                                                \
	{                                                                                          \
#member, ONE, offsetof(type, member), 0, 0, &(shape)                               \
	}
#define MEMBERS(type, member, number, shape)                                                       \
	{                                                                                          \
#member, LIST, offsetof(type, member), 0, offsetof(type, number), &(shape)         \
	}
#define SHAPE(name, type)                                                                          \
	static const struct shape name = {sizeof(type), name##_fields, COUNT_OF(name##_fields)}

static const struct field param_fields[] = {
	FIELD(struct param, name, TEXT),
	FIELD(struct param, value, TEXT),
	FIELD(struct param, secret, SECRET),
};
SHAPE(param, struct param);

static const struct field server_fields[] = {
	FIELD(struct sip_server, position, NUMBER),
	FIELD(struct sip_server, name, TEXT),
	FIELD(struct sip_server, domain, TEXT),
	FIELD(struct sip_server, proxy_address, TEXT),
	FIELD(struct sip_server, proxy_port, NUMBER),
	FIELD(struct sip_server, registrar_address, TEXT),
	FIELD(struct sip_server, registrar_port, NUMBER),
	FIELD(struct sip_server, transport, TEXT),
};
SHAPE(server, struct sip_server);

static const struct field line_fields[] = {
	FIELD(struct line, slot, NUMBER),	FIELD(struct line, user_name, TEXT),
	FIELD(struct line, auth_name, TEXT),	FIELD(struct line, auth_password, SECRET),
	FIELD(struct line, display_name, TEXT),
};
SHAPE(line, struct line);

static const struct field handset_fields[] = {
	FIELD(struct handset, slot, NUMBER), FIELD(struct handset, ipui, CHARS),
	FIELD(struct handset, name, TEXT),   FIELD(struct handset, pin, SECRET),
	FIELD(struct handset, origin, TEXT),
};
SHAPE(handset, struct handset);

static const struct field member_fields[] = {
	MEMBER(struct document_handset, handset, handset),
	MEMBER(struct document_handset, line, line),
	FIELD(struct document_handset, provider, NUMBER),
	MEMBERS(struct document_handset, params, param_count, param),
};
SHAPE(member, struct document_handset);

static const struct field account_fields[] = {
	MEMBER(struct document_line, line, line),
	FIELD(struct document_line, provider, NUMBER),
};
SHAPE(account, struct document_line);

static const struct field template_fields[] = {
	FIELD(struct document_template, text, SECRET),
	FIELD(struct document_template, content_type, TEXT),
};
SHAPE(template, struct document_template);

static const struct field oper_fields[] = {
	FIELD(struct document_oper, name, TEXT),
	FIELD(struct document_oper, value, TEXT),
	MEMBERS(struct document_oper, params, param_count, param),
};
SHAPE(oper, struct document_oper);

static const struct field firmware_fields[] = {
	FIELD(struct document_firmware, version, TEXT),
	FIELD(struct document_firmware, url, TEXT),
};
SHAPE(firmware, struct document_firmware);

static const struct field operation_fields[] = {
	FIELD(struct operation, id, NUMBER),	   FIELD(struct operation, kind, NUMBER),
	FIELD(struct operation, ipui, CHARS),	   FIELD(struct operation, slot, NUMBER),
	FIELD(struct operation, name, TEXT),	   FIELD(struct operation, mode, NUMBER),
	FIELD(struct operation, dm, TEXT),	   FIELD(struct operation, start_at, NUMBER),
	FIELD(struct operation, duration, NUMBER), FIELD(struct operation, password, SECRET),
	FIELD(struct operation, url, TEXT),
};
SHAPE(operation, struct operation);

static const struct field document_fields[] = {
	FIELD(struct document, mac, NUMBER),
	FIELD(struct document, product, TEXT),
	FIELD(struct document, delete_not_provisioned, NUMBER),
	MEMBERS(struct document, params, param_count, param),
	MEMBERS(struct document, servers, server_count, server),
	MEMBERS(struct document, handsets, handset_count, member),
	MEMBERS(struct document, lines, line_count, account),
	MEMBERS(struct document, opers, oper_count, oper),
	MEMBER(struct document, template, template),
	MEMBER(struct document, firmware, firmware),
	MEMBERS(struct document, operations, operation_count, operation),
};
SHAPE(document, struct document);

static int64_t number_get(const char *at, size_t size)
{
	int64_t n64 = 0;
	int32_t n32 = 0;

	if (size == sizeof(bool))
		return *(const bool *)at;
	if (size == sizeof(n32))
		return memcpy(&n32, at, sizeof(n32)), n32;
	memcpy(&n64, at, sizeof(n64));
	return n64;
}

static void number_put(char *at, size_t size, int64_t n)
{
	int32_t n32 = (int32_t)n;

	if (size == sizeof(bool))
		*(bool *)at = n != 0;
	else if (size == sizeof(n32))
		memcpy(at, &n32, sizeof(n32));
	else
		memcpy(at, &n, sizeof(n));
}

static void *pointer_get(const char *at)
{
	void *p;

	memcpy(&p, at, sizeof(p));
	return p;
}

static json_t *object_write(const struct shape *shape, const char *from);

static json_t *list_write(const struct shape *shape, const char *from, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, object_write(shape, from + i * shape->size));
	return list;
}

static json_t *field_write(const struct field *field, const char *from)
{
	const char *at = from + field->offset;
	size_t count;

	switch (field->kind) {
	case NUMBER:
		return number_get(at, field->size) ? json_integer(number_get(at, field->size))
						   : NULL;
	case CHARS:
		return *at ? json_string_nocheck(at) : NULL;
	case TEXT:
		return pointer_get(at) ? json_string_nocheck(pointer_get(at)) : NULL;
	case SECRET:
		if (!pointer_get(at))
			return NULL;
		return json_stringn_nocheck(secret_reveal(pointer_get(at)),
					    secret_len(pointer_get(at)));
	case ONE:
		return pointer_get(at) ? object_write(field->shape, pointer_get(at)) : NULL;
	case LIST:
		break;
	}
	memcpy(&count, from + field->count_offset, sizeof(count));
	return count ? list_write(field->shape, pointer_get(at), count) : NULL;
}

static json_t *object_write(const struct shape *shape, const char *from)
{
	json_t *object = json_object();

	for (size_t i = 0; i < shape->count; i++) {
		json_t *value = field_write(&shape->fields[i], from);

		if (value)
			json_object_set_new_nocheck(object, shape->fields[i].key, value);
	}
	return object;
}

int body_write(void *mem, const struct document *from, char **ret, size_t *ret_len)
{
	json_t *json = object_write(&document, (const char *)from);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	if (!text)
		return -E_TEXT_ENCODING;
	*ret_len = strlen(text);
	*ret = mem_memdup(mem, text, *ret_len + 1);
	free(text);
	return 0;
}

static bool object_read(void *mem, const struct shape *shape, const json_t *json, char *to);

static bool list_read(void *mem, const struct field *field, const json_t *json, char *to)
{
	size_t count = json_array_size(json);
	char *list = mem_zalloc(mem, count * field->shape->size + 1);

	for (size_t i = 0; i < count; i++)
		if (!object_read(mem, field->shape, json_array_get(json, i),
				 list + i * field->shape->size))
			return false;
	memcpy(to + field->offset, &list, sizeof(list));
	memcpy(to + field->count_offset, &count, sizeof(count));
	return json_is_array(json);
}

static bool text_read(void *mem, const struct field *field, const json_t *json, char *at)
{
	const char *text = json_string_value(json);
	size_t len = json_string_length(json);
	const void *copy;

	if (!text)
		return false;
	if (field->kind == CHARS) {
		if (len >= field->size)
			return false;
		memcpy(at, text, len + 1);
		return true;
	}
	if (field->kind == SECRET)
		copy = secret_new_bytes(mem, text, len);
	else
		copy = mem_strndup(mem, text, len);
	memcpy(at, &copy, sizeof(copy));
	return true;
}

static bool field_read(void *mem, const struct field *field, const json_t *json, char *to)
{
	char *at = to + field->offset;
	char *one;

	switch (field->kind) {
	case NUMBER:
		number_put(at, field->size, json_integer_value(json));
		return json_is_integer(json);
	case CHARS:
	case TEXT:
	case SECRET:
		return text_read(mem, field, json, at);
	case ONE:
		one = mem_zalloc(mem, field->shape->size);
		memcpy(at, &one, sizeof(one));
		return object_read(mem, field->shape, json, one);
	case LIST:
		break;
	}
	return list_read(mem, field, json, to);
}

static bool object_read(void *mem, const struct shape *shape, const json_t *json, char *to)
{
	for (size_t i = 0; i < shape->count; i++) {
		const json_t *value = json_object_get(json, shape->fields[i].key);

		if (value && !field_read(mem, &shape->fields[i], value, to))
			return false;
	}
	return json_is_object(json);
}

int body_read(void *mem, const char *bytes, size_t len, struct document **ret)
{
	json_t *json = json_loadb(bytes, len, JSON_ALLOW_NUL, NULL);
	struct document *made = mem_new(mem, struct document);
	bool good = json && object_read(made, &document, json, (char *)made);

	json_decref(json);
	/* What has no product, or a handset without itself, is no document. */
	for (size_t i = 0; good && i < made->handset_count; i++)
		good = made->handsets[i].handset != NULL;
	for (size_t i = 0; good && i < made->line_count; i++)
		good = made->lines[i].line != NULL;
	if (!good || !made->product) {
		mem_free(made);
		return -E_INTERNAL;
	}
	*ret = made;
	return 0;
}
