/* SPDX-License-Identifier: MIT */
/*
 * By tables: a shape is a struct and those of its members that are kept.
 *
 * An object is its fields, one after the other: length of the name (a byte, with
 * its NUL), name, length (four bytes, lowest first), value.  A number has eight
 * bytes, a text ends with a NUL, a list is lengths and objects.  What is zero,
 * NULL or empty in memory is left out, but for "", which is not NULL.  No JSON:
 * taking that apart costs more than all the rest of making a document.
 */
#include "fleet/body.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"

#define MAGIC "body" /* other bytes than these would be another way of writing */

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

static const struct field part_fields[] = {
	FIELD(struct document_part, depth, NUMBER),
	FIELD(struct document_part, name, TEXT),
	FIELD(struct document_part, text, SECRET),
	MEMBERS(struct document_part, params, param_count, param),
};
SHAPE(part, struct document_part);

static const struct field firmware_fields[] = {
	FIELD(struct document_firmware, version, TEXT),
	FIELD(struct document_firmware, url, TEXT),
};
SHAPE(firmware, struct document_firmware);

static const struct field schedule_fields[] = {
	FIELD(struct document_schedule, name, TEXT),
	FIELD(struct document_schedule, kind, NUMBER),
	FIELD(struct document_schedule, start, NUMBER),
	FIELD(struct document_schedule, end, NUMBER),
	FIELD(struct document_schedule, interval, NUMBER),
	FIELD(struct document_schedule, days, NUMBER),
	FIELD(struct document_schedule, idle, NUMBER),
	FIELD(struct document_schedule, poll, NUMBER),
};
SHAPE(schedule, struct document_schedule);

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
	MEMBERS(struct document, files, file_count, part),
	MEMBERS(struct document, customs, custom_count, part),
	MEMBER(struct document, template, template),
	MEMBER(struct document, firmware, firmware),
	FIELD(struct document, firmware_directory, TEXT),
	MEMBER(struct document, schedule, schedule),
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

static void put_u32(char *at, size_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(n >> 8 * i & 0xff);
}

static size_t get_u32(const char *at)
{
	size_t n = 0;

	for (int i = 0; i < 4; i++)
		n |= (size_t)(uint8_t)at[i] << 8 * i;
	return n;
}

static void object_write(struct buf *buf, const struct shape *shape, const char *from);

/* What begins here gets its length once it is written: finish(). */
static size_t begin(struct buf *buf)
{
	buf_add(buf, "\0\0\0", 4);
	return buf->len;
}

static void finish(struct buf *buf, size_t start)
{
	put_u32(buf->data + start - 4, buf->len - start);
}

static void list_write(struct buf *buf, const struct shape *shape, const char *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t start = begin(buf);

		object_write(buf, shape, from + i * shape->size);
		finish(buf, start);
	}
}

static size_t count_get(const struct field *field, const char *from)
{
	size_t count;

	memcpy(&count, from + field->count_offset, sizeof(count));
	return count;
}

static bool is_there(const struct field *field, const char *from)
{
	const char *at = from + field->offset;

	switch (field->kind) {
	case NUMBER:
		return number_get(at, field->size) != 0;
	case CHARS:
		return *at != 0;
	case LIST:
		return count_get(field, from) > 0;
	case TEXT:
	case SECRET:
	case ONE:
		break;
	}
	return pointer_get(at) != NULL;
}

static void value_write(struct buf *buf, const struct field *field, const char *from)
{
	const char *at = from + field->offset;
	int64_t n;

	switch (field->kind) {
	case NUMBER:
		n = number_get(at, field->size);
		for (int i = 0; i < 8; i++)
			buf_addc(buf, (char)((uint64_t)n >> 8 * i & 0xff));
		return;
	case CHARS:
		buf_add(buf, at, strlen(at) + 1);
		return;
	case TEXT:
		at = pointer_get(at);
		buf_add(buf, at, strlen(at) + 1);
		return;
	case SECRET:
		buf_add(buf, secret_reveal(pointer_get(at)), secret_len(pointer_get(at)));
		buf_addc(buf, 0);
		return;
	case ONE:
		object_write(buf, field->shape, pointer_get(at));
		return;
	case LIST:
		break;
	}
	list_write(buf, field->shape, pointer_get(at), count_get(field, from));
}

static void object_write(struct buf *buf, const struct shape *shape, const char *from)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct field *field = &shape->fields[i];
		size_t len = strlen(field->key) + 1;
		size_t start;

		if (!is_there(field, from))
			continue;
		buf_addc(buf, (char)len);
		buf_add(buf, field->key, len);
		start = begin(buf);
		value_write(buf, field, from);
		finish(buf, start);
	}
}

struct buf *body_write(void *mem, const struct document *from)
{
	struct buf *buf = buf_new(mem);

	buf_add(buf, MAGIC, sizeof(MAGIC));
	object_write(buf, &document, (const char *)from);
	return buf;
}

/* What is left to read. */
struct bytes {
	const char *at;
	size_t len;
};

static bool take(struct bytes *from, size_t len, struct bytes *ret)
{
	if (from->len < len)
		return false;
	*ret = (struct bytes){from->at, len};
	from->at += len;
	from->len -= len;
	return true;
}

static bool take_value(struct bytes *from, struct bytes *ret)
{
	struct bytes len;

	return take(from, 4, &len) && take(from, get_u32(len.at), ret);
}

static bool ends_with_nul(const struct bytes *bytes)
{
	return bytes->len > 0 && bytes->at[bytes->len - 1] == 0;
}

static bool take_field(struct bytes *from, struct bytes *ret_key, struct bytes *ret_value)
{
	struct bytes len;

	return take(from, 1, &len) && take(from, (uint8_t)*len.at, ret_key) &&
	       ends_with_nul(ret_key) && take_value(from, ret_value);
}

static bool object_read(void *mem, const struct shape *shape, struct bytes from, char *to);

static bool list_read(void *mem, const struct field *field, struct bytes from, char *to)
{
	struct bytes count_from = from, value;
	size_t count = 0;
	char *list;

	for (; count_from.len > 0; count++)
		if (!take_value(&count_from, &value))
			return false;
	list = mem_zalloc(mem, (count + 1) * field->shape->size);
	memcpy(to + field->offset, &list, sizeof(list));
	memcpy(to + field->count_offset, &count, sizeof(count));
	for (; take_value(&from, &value); list += field->shape->size)
		if (!object_read(mem, field->shape, value, list))
			return false;
	return true;
}

static bool number_read(const struct field *field, struct bytes from, char *at)
{
	uint64_t n = 0;

	if (from.len != 8)
		return false;
	for (int i = 0; i < 8; i++)
		n |= (uint64_t)(uint8_t)from.at[i] << 8 * i;
	number_put(at, field->size, (int64_t)n);
	return true;
}

static bool text_read(void *mem, const struct field *field, struct bytes from, char *at)
{
	const void *value = from.at;

	if (!ends_with_nul(&from) || (field->kind == CHARS && from.len > field->size))
		return false;
	if (field->kind == CHARS) {
		memcpy(at, from.at, from.len);
		return true;
	}
	if (field->kind == SECRET)
		value = secret_new_bytes(mem, from.at, from.len - 1);
	memcpy(at, &value, sizeof(value));
	return true;
}

static bool value_read(void *mem, const struct field *field, struct bytes from, char *to)
{
	char *at = to + field->offset;
	char *one;

	switch (field->kind) {
	case NUMBER:
		return number_read(field, from, at);
	case CHARS:
	case TEXT:
	case SECRET:
		return text_read(mem, field, from, at);
	case ONE:
		one = mem_zalloc(mem, field->shape->size);
		memcpy(at, &one, sizeof(one));
		return object_read(mem, field->shape, from, one);
	case LIST:
		break;
	}
	return list_read(mem, field, from, to);
}

static bool object_read(void *mem, const struct shape *shape, struct bytes from, char *to)
{
	struct bytes key, value;
	size_t next = 0; /* they were written in the table's order */

	while (from.len > 0) {
		if (!take_field(&from, &key, &value))
			return false;
		for (size_t i = 0; i < shape->count; i++, next++) {
			const struct field *field = &shape->fields[next % shape->count];

			if (strcmp(field->key, key.at) != 0)
				continue;
			if (!value_read(mem, field, value, to))
				return false;
			break;
		}
	}
	return true;
}

int body_read(void *mem, const char *bytes, size_t len, struct document **ret)
{
	struct document *made = mem_new(mem, struct document);
	struct bytes from = {mem_memdup(made, bytes, len), len};
	struct bytes magic;
	bool good = take(&from, sizeof(MAGIC), &magic) &&
		    memcmp(magic.at, MAGIC, sizeof(MAGIC)) == 0 &&
		    object_read(made, &document, from, (char *)made) && made->product;

	/* A handset without itself is none, nor is a line. */
	for (size_t i = 0; good && i < made->handset_count; i++)
		good = made->handsets[i].handset != NULL;
	for (size_t i = 0; good && i < made->line_count; i++)
		good = made->lines[i].line != NULL;
	if (!good) {
		mem_free(made);
		return -E_INTERNAL;
	}
	*ret = made;
	return 0;
}
