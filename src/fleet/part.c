/* SPDX-License-Identifier: MIT */
#include "fleet/part.h"

#include <libxml/tree.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "fleet/secrecy.h"
#include "render/document.h"
#include "store/device.h"

enum {
	PARTS_MAX = 1000,
	ATTRIBUTES_MAX = 100,
	NAME_BYTES_MAX = 128,
	VALUE_BYTES_MAX = 4096,
	TEXT_BYTES_MAX = 256 * 1024,
};

static int check(struct change *change, const char *name, const char *value, size_t len, size_t max)
{
	int r = strlen(name) > NAME_BYTES_MAX || len > max ? -E_TEXT_LONG : 0;

	if (r == 0 && xmlValidateNCName(BAD_CAST name, 0) != 0)
		r = -E_VALUE;
	if (r == 0 && len > 0)
		r = text_check(value, len, NULL);
	return r < 0 ? diag_set(change->diag, r, "%.64s: %s", name, error_text(r)) : 0;
}

static int part_check(struct change *change, const struct part *part)
{
	const char *text = part->text ? secret_reveal(part->text) : "";
	int r = check(change, part->name, text, strlen(text), TEXT_BYTES_MAX);

	if (r == 0 && part->attribute_count > ATTRIBUTES_MAX)
		r = diag_set(change->diag, -E_VALUE, "%s: an element has at most %d attributes",
			     part->name, ATTRIBUTES_MAX);
	for (size_t i = 0; i < part->attribute_count && r == 0; i++) {
		const char *value = param_text(&part->attributes[i]);

		r = check(change, part->attributes[i].name, value, strlen(value), VALUE_BYTES_MAX);
	}
	return r;
}

static bool is_same(const struct part *a, const struct part *b)
{
	bool same = a->depth == b->depth && strcmp(a->name, b->name) == 0 &&
		    a->attribute_count == b->attribute_count && !a->text == !b->text &&
		    (!a->text || secret_equals(a->text, b->text));

	for (size_t i = 0; i < a->attribute_count && same; i++)
		same = strcmp(a->attributes[i].name, b->attributes[i].name) == 0 &&
		       strcmp(param_text(&a->attributes[i]), param_text(&b->attributes[i])) == 0;
	return same;
}

static bool are_same(const struct part *a, size_t a_count, const struct part *b, size_t b_count)
{
	bool same = a_count == b_count;

	for (size_t i = 0; i < a_count && same; i++)
		same = is_same(&a[i], &b[i]);
	return same;
}

static json_t *shown(const struct part *parts, size_t count)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *attributes = json_object();

		for (size_t a = 0; a < parts[i].attribute_count; a++) {
			const struct param *attribute = &parts[i].attributes[a];

			json_object_set_new(attributes, attribute->name,
					    attribute->secret ? audit_secret(attribute->secret)
							      : audit_string(attribute->value));
		}
		json_array_append_new(rows, json_pack("{s:s, s:i, s:o, s:o}", "name", parts[i].name,
						      "depth", parts[i].depth, "text",
						      audit_secret(parts[i].text), "attributes",
						      attributes));
	}
	return rows;
}

/* name="Password" value="…" is one, too. */
static bool names_a_secret(const struct part *part, size_t but)
{
	for (size_t i = 0; i < part->attribute_count; i++)
		if (i != but && secrecy_of_name(param_text(&part->attributes[i])))
			return true;
	return false;
}

static struct part *sealed(void *mem, const struct part *parts, size_t count)
{
	struct part *copies = mem_array(mem, struct part, count + 1);
	int64_t now = clock_now();

	for (size_t i = 0; i < count; i++) {
		struct part *copy = &copies[i];

		*copy = parts[i];
		copy->created_at = now;
		copy->attributes = mem_array(mem, struct param, parts[i].attribute_count + 1);
		for (size_t a = 0; a < copy->attribute_count; a++) {
			struct param *attribute = &copy->attributes[a];

			*attribute = parts[i].attributes[a];
			if (attribute->secret || (!secrecy_of(attribute->name, attribute->value) &&
						  !names_a_secret(&parts[i], a)))
				continue;
			attribute->secret = secret_new(mem, attribute->value);
			attribute->value = NULL;
		}
	}
	return copies;
}

static int put(struct change *change, int64_t mac, enum part_place place, const struct part *parts,
	       size_t count)
{
	int r = part_delete(change->db, mac, place);

	for (size_t i = 0; i < count && r >= 0; i++)
		r = part_insert(change->db, mac, place, (int)i + 1, &parts[i]);
	if (r >= 0)
		r = device_touch(change->db, mac);
	writer_touch(change->db);
	return r < 0 ? r : 0;
}

static int audit(struct change *change, const char *action, int64_t mac, enum part_place place,
		 json_t *before, json_t *after)
{
	return fleet_audit(change, action,
			   mem_printf(change->mem, "%s %s", scope_device(change->mem, mac),
				      part_place_name(place)),
			   before, after);
}

int fleet_parts_set(struct change *change, int64_t mac, enum part_place place,
		    const struct part *parts, size_t count)
{
	const struct part *sealed_parts;
	struct part *before;
	size_t before_count;
	int r = part_list(change->mem, change->db, mac, place, &before, &before_count);

	if (r >= 0 && are_same(before, before_count, parts, count))
		return 0;
	if (r >= 0 && count > PARTS_MAX)
		r = diag_set(change->diag, -E_VALUE, "<%s> holds at most %d elements",
			     part_place_name(place), PARTS_MAX);
	for (size_t i = 0; i < count && r >= 0; i++)
		r = part_check(change, &parts[i]);
	if (r < 0)
		return r;
	sealed_parts = sealed(change->mem, parts, count);
	r = put(change, mac, place, sealed_parts, count);
	return r < 0 ? r
		     : audit(change, "part.set", mac, place,
			     before_count ? shown(before, before_count) : NULL,
			     shown(sealed_parts, count));
}

int fleet_parts_remove(struct change *change, int64_t mac, enum part_place place)
{
	struct device *device;
	struct part *before = NULL;
	size_t count = 0;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0)
		r = part_list(change->mem, change->db, mac, place, &before, &count);
	if (r == 0 && count == 0)
		r = -E_PART_NONE;
	if (r == 0)
		r = put(change, mac, place, NULL, 0);
	return r < 0 ? r : audit(change, "part.remove", mac, place, shown(before, count), NULL);
}

static int read_place(void *mem, struct db *db, int64_t mac, enum part_place place,
		      struct document_part **ret, size_t *ret_count)
{
	struct part *parts;
	size_t count;
	int r = part_list(mem, db, mac, place, &parts, &count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		struct document_part *part = mem_push(mem, ret, ret_count);

		part->depth = parts[i].depth;
		part->name = parts[i].name;
		part->text = parts[i].text;
		part->params = parts[i].attributes;
		part->param_count = parts[i].attribute_count;
	}
	return r < 0 ? r : 0;
}

int part_read(void *mem, struct db *db, struct document *document)
{
	int r = read_place(mem, db, document->mac, PART_FIRMWARE, &document->files,
			   &document->file_count);

	return r < 0 ? r
		     : read_place(mem, db, document->mac, PART_CUSTOM, &document->customs,
				  &document->custom_count);
}
