/* SPDX-License-Identifier: MIT */
#include "wpi_payload.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"

enum { WORDS_FILES = 3 };

static struct secret *sealed_text(void *mem, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	struct secret *ret = secret_new(mem, text);

	sodium_memzero(text, strlen(text));
	free(text);
	json_decref(json);
	return ret;
}

static json_t *items_json(const struct wpi_order_item *items, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array,
				      json_pack("{s:s, s:i, s:s*}", "name", items[i].name, "index",
						items[i].index, "value", items[i].value));
	return array;
}

struct secret *wpi_payload_write(void *mem, const struct wpi_payload *payload)
{
	json_t *files = json_array();

	for (size_t i = 0; i < payload->file_count; i++)
		json_array_append_new(files, json_pack("{s:s, s:s}", "name", payload->files[i].name,
						       "type", payload->files[i].type));
	return sealed_text(mem, json_pack("{s:o, s:o, s:s*, s:s*, s:b}", "items",
					  items_json(payload->items, payload->item_count), "files",
					  files, "version", payload->version, "firmware",
					  payload->firmware, "at_once", payload->at_once));
}

struct secret *wpi_answer_write(void *mem, const struct wpi_order_item *items, size_t count)
{
	return sealed_text(mem, items_json(items, count));
}

static const char *text_of(void *mem, const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text ? mem_strdup(mem, text) : NULL;
}

int wpi_payload_read(void *mem, const struct secret *text, struct wpi_payload *ret)
{
	json_t *json = json_loads(secret_reveal(text), 0, NULL);
	json_t *one;
	size_t i;

	*ret = (struct wpi_payload){0};
	if (!json)
		return -E_DB;
	json_array_foreach(json_object_get(json, "items"), i, one)
	{
		struct wpi_order_item *item = mem_push(mem, &ret->items, &ret->item_count);

		item->name = text_of(mem, one, "name");
		item->index = (int)json_integer_value(json_object_get(one, "index"));
	}
	json_array_foreach(json_object_get(json, "files"), i, one)
	{
		struct wpi_order_file *file = mem_push(mem, &ret->files, &ret->file_count);

		file->name = text_of(mem, one, "name");
		file->type = text_of(mem, one, "type");
	}
	ret->version = text_of(mem, json, "version");
	ret->firmware = text_of(mem, json, "firmware");
	ret->at_once = json_is_true(json_object_get(json, "at_once"));
	json_decref(json);
	return 0;
}

static void add_name(struct buf *out, const char *name, int index, size_t i, size_t count)
{
	if (i > WORDS_FILES)
		return;
	if (i == WORDS_FILES) {
		buf_printf(out, " and %zu more", count - i);
		return;
	}
	buf_printf(out, "%s%s", i ? ", " : "", name);
	if (index >= 0)
		buf_printf(out, "[%d]", index);
}

char *wpi_payload_words(void *mem, const struct wpi_payload *payload)
{
	struct buf *out = buf_new(mem);

	if (payload->version)
		return mem_strdup(mem, payload->version);
	for (size_t i = 0; i < payload->file_count; i++)
		add_name(out, payload->files[i].name, -1, i, payload->file_count);
	for (size_t i = 0; i < payload->item_count; i++)
		add_name(out, payload->items[i].name, payload->items[i].index, i,
			 payload->item_count);
	return out->len ? out->data : NULL;
}
