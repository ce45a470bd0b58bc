/* SPDX-License-Identifier: MIT */
/*
 * Which firmware a device is told of: what its settings want, of the files that
 * are for its product, unless it runs that already or something newer.  All of
 * it is in the device's revision: settings, files, and what the device has said
 * that it runs.
 */
#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "fleet/firmware.h"
#include "fleet/firmware_name.h"
#include "fleet/scope.h"
#include "fleet/version.h"
#include "render/document.h"
#include "render/format.h"
#include "store/device.h"
#include "store/setting.h"

static const char version_name[] = "firmware.version";
static const char downgrade_name[] = "firmware.downgrade";

static bool is_about_firmware(const char *name)
{
	return strncmp(name, "firmware.", strlen("firmware.")) == 0;
}

static const char *value_of(const struct setting *settings, size_t count, const char *name,
			    const char *otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(settings[i].name, name) == 0 && settings[i].value)
			return settings[i].value;
	return otherwise;
}

/* The newest of those that fit; of several the last by name, so that it is always the same one. */
static const struct firmware *pick(const struct firmware *files, size_t count, const char *wanted)
{
	bool newest = strcmp(wanted, "newest") == 0;
	const struct firmware *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!version_is(files[i].version))
			continue;
		if (!newest && version_compare(files[i].version, wanted) != 0)
			continue;
		if (!best || version_compare(files[i].version, best->version) >= 0)
			best = &files[i];
	}
	return best;
}

/* NULL: it may have it. */
static const char *objection(void *mem, const struct config *config,
			     const struct device_fetch *fetch, const struct firmware *file,
			     bool downgrade)
{
	int order;

	if (!version_is(fetch->firmware))
		return config->provisioning.firmware_unidentified == FIRMWARE_ALLOW
			       ? NULL
			       : "the device has not told yet which firmware it runs; it is told "
				 "of "
				 "none until then ([provisioning] firmware_unidentified)";
	order = version_compare(fetch->firmware, file->version);
	if (order == 0)
		return mem_printf(mem, "the device runs %s already", fetch->firmware);
	if (order > 0 && !downgrade)
		return mem_printf(
			mem,
			"the device runs %s, which is newer than %s; firmware.downgrade = "
			"yes would give it the older one",
			fetch->firmware, file->version);
	return NULL;
}

static void offer(void *mem, const struct config *config, const struct device_fetch *fetch,
		  const struct firmware *file, struct firmware_choice *ret)
{
	struct document_firmware *firmware = mem_new(mem, struct document_firmware);
	struct diag diag = {0};
	char *url = NULL;
	/* Desk phones are told in their dialogue, with a link to where they have called. */
	bool has_link = !product_is_desk_phone(product_find(fetch->product));
	int r = has_link ? firmware_link(mem, config, fetch, file->name, &url, &diag) : 0;

	if (r < 0) {
		ret->notice = mem_strdup(mem, diag_text(&diag, r));
		return;
	}
	firmware->version = file->version;
	firmware->url = url;
	ret->firmware = firmware;
}

/* It is the same whether or not there is firmware for it now. */
static void point(void *mem, const struct config *config, const struct device_fetch *fetch,
		  struct firmware_choice *ret)
{
	struct diag diag = {0};
	char *url;
	int r = firmware_directory(mem, config, fetch, &url, &diag);

	if (r < 0)
		ret->notice = mem_strdup(mem, diag_text(&diag, r));
	else
		ret->directory = url;
}

int firmware_choose(void *mem, struct db *db, const struct config *config,
		    const struct device_fetch *fetch, const struct setting *settings, size_t count,
		    struct firmware_choice *ret)
{
	const struct firmware *file;
	struct firmware *files;
	bool downgrade;
	size_t file_count;
	int r;

	*ret = (struct firmware_choice){.wanted = value_of(settings, count, version_name, "none")};
	if (strcmp(ret->wanted, "none") == 0 || !fetch->product)
		return 0;
	r = firmware_of_product(mem, db, fetch->product, &files, &file_count);
	if (r < 0)
		return r;
	if (firmware_uses_directory(product_find(fetch->product)))
		point(mem, config, fetch, ret);
	file = pick(files, file_count, ret->wanted);
	if (!file) {
		ret->notice = mem_printf(mem, "firmware.version is %s, and no file for %s is that",
					 ret->wanted, fetch->product);
		return 0;
	}
	ret->name = file->name;
	downgrade = strcmp(value_of(settings, count, downgrade_name, "no"), "yes") == 0;
	ret->notice = objection(mem, config, fetch, file, downgrade);
	if (!ret->notice)
		offer(mem, config, fetch, file, ret);
	return 0;
}

/* "2.65.0, 2.66.1" */
static const char *versions(void *mem, const struct firmware *files, size_t count)
{
	char *out = NULL;

	for (size_t i = 0; i < count; i++)
		if (version_is(files[i].version))
			out = out ? mem_printf(mem, "%s, %s", out, files[i].version)
				  : mem_strdup(mem, files[i].version);
	return out ? out : "none";
}

static int version_setting_check(struct change *change, const struct scope *scope,
				 const char *value)
{
	const char *product = scope->kind == SCOPE_PRODUCT ? scope->key : NULL;
	struct firmware *files;
	size_t count;
	int r;

	if (strcmp(value, "none") == 0 || strcmp(value, "newest") == 0)
		return 0;
	if (strlen(value) > FIRMWARE_VERSION_MAX || !version_is(value))
		return diag_set(change->diag, -E_VALUE,
				"firmware.version is none, newest or a version such as 2.65.0");
	r = firmware_of_product(change->mem, change->db, product, &files, &count);
	if (r < 0 || pick(files, count, value))
		return r;
	return diag_set(change->diag, -E_VALUE,
			"no firmware%s%s has version %s (there is: %s); add its file first, "
			"with gigaprovctl firmware add",
			product ? " for " : "", product ? product : "", value,
			versions(change->mem, files, count));
}

int firmware_setting_check(struct change *change, const struct scope *scope,
			   const struct setting_new *new)
{
	bool is_version = strcmp(new->name, version_name) == 0;

	if (!is_about_firmware(new->name))
		return 0;
	if (!is_version && strcmp(new->name, downgrade_name) != 0)
		return diag_set(change->diag, -E_SETTING_NAME,
				"settings of firmware are firmware.version and firmware.downgrade");
	if (scope->kind == SCOPE_HANDSET)
		return diag_set(change->diag, -E_SCOPE,
				"a handset has no firmware of its own here");
	if (new->secret)
		return diag_set(change->diag, -E_VALUE, "%s is no secret", new->name);
	if (is_version)
		return version_setting_check(change, scope, new->value);
	if (strcmp(new->value, "yes") != 0 && strcmp(new->value, "no") != 0)
		return diag_set(change->diag, -E_VALUE, "firmware.downgrade is yes or no");
	return 0;
}
