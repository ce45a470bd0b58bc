/* SPDX-License-Identifier: MIT */
/* Commands on firmware files; fetching them is firmware_fetch.c. */
#include "fleet/firmware.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "firmware_row.h"
#include "fleet/audit.h"
#include "fleet/firmware_file.h"
#include "fleet/firmware_name.h"
#include "fleet/version.h"
#include "redirect/url.h"
#include "render/format.h"
#include "store/setting.h"

enum { NOTE_MAX = 400, SOURCE_MAX = 1024, PRODUCTS_MAX = 64 };

static int version_check(const char *version, struct diag *reterr)
{
	if (text_check_line(version, FIRMWARE_VERSION_MAX) < 0 || !version_is(version) ||
	    strcmp(version, "none") == 0 || strcmp(version, "newest") == 0)
		return diag_set(reterr, -E_FIRMWARE_VERSION,
				"a version has numbers with dots between them, such as 2.65.0");
	return 0;
}

int firmware_new_check(const struct firmware_new *new, struct diag *reterr)
{
	int r = firmware_name_check(new->name, reterr);

	if (r == 0 && new->version)
		r = version_check(new->version, reterr);
	if (r == 0 && new->note && text_check_line(new->note, NOTE_MAX) < 0)
		r = diag_set(reterr, -E_VALUE, "the note is one line of at most %d bytes",
			     NOTE_MAX);
	if (r == 0 && new->source && text_check_line(new->source, SOURCE_MAX) < 0)
		r = diag_set(reterr, -E_VALUE, "the source is a URL of at most %d bytes",
			     SOURCE_MAX);
	if (r == 0 && new->product_count > PRODUCTS_MAX)
		r = diag_set(reterr, -E_VALUE, "at most %d products", PRODUCTS_MAX);
	for (size_t i = 0; i < new->product_count &&r == 0; i++)
		if (!product_find(new->products[i]))
			r = diag_set(reterr, -E_PRODUCT_UNKNOWN, "there is no product '%.40s'",
				     new->products[i]);
	return r;
}

json_t *firmware_shown(struct change *change, const struct firmware *firmware)
{
	json_t *names = json_array();
	const char **products;
	size_t count;

	if (firmware_products(change->mem, change->db, firmware->name, &products, &count) == 0)
		for (size_t i = 0; i < count; i++)
			json_array_append_new(names, json_string(products[i]));
	return json_pack(
		"{s:s, s:o, s:s, s:I, s:o, s:o, s:o, s:o}", "state",
		firmware_state_name(firmware->state), "version", audit_string(firmware->version),
		"sha256", firmware->sha256, "size", (json_int_t)firmware->size, "products", names,
		"source",
		audit_string(firmware->source ? url_redact_query(change->mem, firmware->source)
					      : NULL),
		"note", audit_string(firmware->note), "error", audit_string(firmware->error));
}

int firmware_touch(struct change *change, const char *name)
{
	const char **products;
	size_t count;
	int r = firmware_products(change->mem, change->db, name, &products, &count);

	for (size_t i = 0; i < count && r >= 0; i++)
		r = scope_touch(change->db, mem_printf(change->mem, "product:%s", products[i]));
	writer_touch(change->db);
	return r;
}

int firmware_audit(struct change *change, const char *action, const char *name,
		   json_t *before_steal, json_t *after_steal)
{
	return fleet_audit(change, action, mem_printf(change->mem, "firmware:%s", name),
			   before_steal, after_steal);
}

/* Those that were named; else those that it had; else what the name tells. */
static int products_put(struct change *change, const struct firmware_new *new, bool is_known)
{
	const char *guess = firmware_name_product(new->name);
	int r = 0;

	if (new->product_count == 0 && !is_known && guess)
		return firmware_product_put(change->db, new->name, guess);
	if (new->product_count > 0)
		r = firmware_product_clear(change->db, new->name);
	for (size_t i = 0; i < new->product_count &&r == 0; i++)
		r = firmware_product_put(change->db, new->name, new->products[i]);
	return r;
}

/* What was not said stays as it was. */
void firmware_fill(struct change *change, const struct firmware_new *new,
		   const struct firmware *before, struct firmware *ret)
{
	*ret = (struct firmware){
		.name = new->name,
		.version = new->version ? new->version
			   : before	? before->version
					: NULL,
		.sha256 = new->sha256,
		.size = new->size,
		.modified_ns = new->modified_ns,
		.source = new->source ? new->source
			  : before    ? before->source
				      : NULL,
		.note = new->note ? new->note
			: before  ? before->note
				  : NULL,
		.added_at = clock_now(),
	};
	if (!ret->version)
		ret->version = firmware_name_version(change->mem, new->name);
}

int firmware_write(struct change *change, const struct firmware_new *new,
		   const struct firmware *firmware, const struct firmware *before)
{
	/* Those that lose it depend on it as those that get it. */
	int r = before ? firmware_touch(change, new->name) : 0;

	if (r == 0)
		r = before ? firmware_update(change->db, firmware)
			   : firmware_insert(change->db, firmware);
	if (r == 0)
		r = products_put(change, new, before != NULL);
	return r < 0 ? r : firmware_touch(change, new->name);
}

int fleet_firmware_add(struct change *change, const struct firmware_new *new)
{
	struct firmware *before = NULL;
	struct firmware firmware;
	json_t *was;
	int r = firmware_new_check(new, change->diag);

	if (r == 0)
		r = firmware_find(change->mem, change->db, new->name, &before);
	if (r < 0)
		return r;
	if (before && before->state == FIRMWARE_FETCHING)
		return diag_set(change->diag, -E_FIRMWARE_EXISTS, "%s is just being fetched",
				new->name);
	was = before ? firmware_shown(change, before) : NULL;
	firmware_fill(change, new, before, &firmware);
	firmware.state = FIRMWARE_GOOD;
	r = firmware_write(change, new, &firmware, before);
	if (r < 0) {
		json_decref(was);
		return r;
	}
	return firmware_audit(change, "firmware.add", new->name, was,
			      firmware_shown(change, &firmware));
}

/* Whether settings name the version, and no other good file has it. */
static int in_use(struct change *change, const struct firmware *firmware)
{
	struct firmware *others;
	const char *scope = NULL;
	size_t count;
	int r;

	if (!firmware->version)
		return 0;
	r = firmware_of_product(change->mem, change->db, NULL, &others, &count);
	for (size_t i = 0; i < count && r >= 0; i++)
		if (strcmp(others[i].name, firmware->name) != 0 &&
		    version_compare(others[i].version, firmware->version) == 0)
			return 0;
	if (r == 0)
		r = setting_scope_of(change->mem, change->db, "firmware.version", firmware->version,
				     &scope);
	if (r <= 0)
		return r;
	return diag_set(change->diag, -E_FIRMWARE_IN_USE,
			"%s asks for firmware.version %s, and no other file has it", scope,
			firmware->version);
}

int fleet_firmware_remove(struct change *change, const char *name)
{
	struct firmware *firmware;
	json_t *was;
	int r = firmware_find(change->mem, change->db, name, &firmware);

	if (r <= 0)
		return r < 0 ? r : -E_FIRMWARE_UNKNOWN;
	r = in_use(change, firmware);
	if (r == 0)
		r = firmware_touch(change, name);
	if (r < 0)
		return r;
	was = firmware_shown(change, firmware);
	r = firmware_delete(change->db, name);
	if (r < 0) {
		json_decref(was);
		return r;
	}
	/* It may be under way. */
	writer_wake(change->db);
	return firmware_audit(change, "firmware.remove", name, was, NULL);
}

int fleet_firmware_look(struct change *change, const char *name, const struct firmware_file *file,
			const char *error)
{
	struct firmware *firmware;
	struct firmware found;
	int r = firmware_find(change->mem, change->db, name, &firmware);

	if (r <= 0 || firmware->state != FIRMWARE_GOOD)
		return r < 0 ? r : 0;
	found = *firmware;
	/* Copied or touched: nobody needs to know. */
	if (file && strcmp(file->sha256, firmware->sha256) == 0) {
		found.size = (int64_t)file->size;
		found.modified_ns = file->modified_ns;
		return firmware_update(change->db, &found);
	}
	found.state = FIRMWARE_CHANGED;
	found.error = error ? error
			    : "the file is not the one that was added; if it is the right one, "
			      "add it again";
	r = firmware_update(change->db, &found);
	if (r == 0)
		r = firmware_touch(change, name);
	if (r < 0)
		return r;
	return firmware_audit(change, "firmware.changed", name, firmware_shown(change, firmware),
			      firmware_shown(change, &found));
}
