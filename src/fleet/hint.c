/* SPDX-License-Identifier: MIT */
#include "fleet/hint.h"

#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "fleet/scope.h"
#include "fleet/secrecy.h"
#include "fleet/version.h"
#include "fleet/view.h"
#include "fleet/xstim_hint.h"
#include "render/format.h"
#include "render/parameter.h"
#include "store/handset.h"

static void add(void *mem, struct hints *hints, const char *text)
{
	if (text)
		*mem_push(mem, &hints->texts, &hints->count) = text;
}

/* The device whose product and firmware say what a scope's settings mean; NULL: no single one. */
static int device_of(void *mem, struct db *db, const struct scope *scope, struct device **ret)
{
	struct handset *handset;
	int64_t mac;
	int r = 0;

	*ret = NULL;
	if (scope->kind == SCOPE_DEVICE) {
		r = mac_parse(scope->key, &mac);
	} else if (scope->kind == SCOPE_HANDSET) {
		r = handset_find(mem, db, scope->key, &handset);
		if (r <= 0)
			return r;
		mac = handset->mac;
	} else {
		return 0;
	}
	if (r >= 0)
		r = device_find(mem, db, mac, ret);
	return r < 0 ? r : 0;
}

static const char *on_secrecy(void *mem, const struct setting_new *setting)
{
	if (setting->secret)
		return NULL;
	if (secrecy_of(setting->name, setting->value))
		return mem_printf(mem,
				  "%s is a secret and is kept as one; with --secret-stdin it "
				  "stays out of the shell's history as well",
				  setting->name);
	return NULL;
}

/* What the device runs is older than the parameter. */
static const char *on_firmware(void *mem, const char *family, const char *firmware,
			       const char *name)
{
	const struct parameter *row = parameter_find(family, name);

	if (!firmware || !row || !row->since[0] || version_compare(firmware, row->since) >= 0)
		return NULL;
	return mem_printf(mem, "%s needs firmware %s, the device runs %s", name, row->since,
			  firmware);
}

int hint_setting(void *mem, struct db *db, const struct setting_new *setting, struct hints *ret)
{
	const char *value = setting->secret ? secret_reveal(setting->secret) : setting->value;
	const struct product *product = NULL;
	struct device *device;
	struct scope scope;
	int r = scope_parse(mem, setting->scope, &scope);

	*ret = (struct hints){0};
	if (r == 0)
		r = device_of(mem, db, &scope, &device);
	if (r < 0)
		return r;
	if (scope.kind == SCOPE_PRODUCT)
		product = product_find(scope.key);
	else if (device && device->product)
		product = product_find(device->product);
	if (setting_is_ours(setting->name))
		return 0;
	add(mem, ret, parameter_check(mem, product, setting->name, value));
	if (product && device)
		add(mem, ret,
		    on_firmware(mem, parameter_family(product), device->firmware, setting->name));
	add(mem, ret, on_secrecy(mem, setting));
	return 0;
}

struct looking {
	void *mem;
	const struct product *product;
	const char *firmware;
	struct hints *hints;
	size_t more;
	const char *last; /* handsets share names */
};

static void look(struct looking *at, const struct param *params, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct param *param = &params[i];
		const char *value = param_text(param);
		const char *text = parameter_check(at->mem, at->product, param->name, value);

		if (!text)
			text = on_firmware(at->mem, parameter_family(at->product), at->firmware,
					   param->name);
		if (!text || (at->last && strcmp(text, at->last) == 0))
			continue;
		at->last = text;
		if (at->hints->count < HINTS_MAX)
			add(at->mem, at->hints, text);
		else
			at->more++;
	}
}

void hint_view(void *mem, const struct view *view, struct hints *ret)
{
	const struct document *document = &view->document;
	struct looking at = {
		.mem = mem,
		.product = product_find(document->product),
		.firmware = view->fetch->firmware,
		.hints = ret,
	};
	const char *texts[XSTIM_HINTS_MAX];
	size_t count;

	*ret = (struct hints){0};
	look(&at, document->params, document->param_count);
	for (size_t i = 0; i < document->handset_count; i++)
		look(&at, document->handsets[i].params, document->handsets[i].param_count);
	if (at.more > 0)
		add(mem, ret, mem_printf(mem, "and %zu more parameters that look odd", at.more));
	count = xstim_hint(mem, view, texts);
	for (size_t i = 0; i < count; i++)
		add(mem, ret, texts[i]);
	if (view->opers_left_out > 0)
		add(mem, ret,
		    mem_printf(mem, "opers that name handsets of other devices are left out: %zu",
			       view->opers_left_out));
}
