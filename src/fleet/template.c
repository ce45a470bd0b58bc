/* SPDX-License-Identifier: MIT */
#include "fleet/template.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "render/format.h"
#include "render/raw.h"
#include "store/device.h"
#include "store/template.h"

enum { CONTENT_TYPE_MAX = 100 };

static bool is_raw(const struct product *product)
{
	return product && product->format->render == raw_render;
}

int template_scope_parse(void *mem, const char *scope_text, const char **ret, struct diag *reterr)
{
	struct scope scope;
	int r = scope_parse(mem, scope_text, &scope);

	if (r < 0)
		return r;
	if (scope.kind == SCOPE_FLEET || scope.kind == SCOPE_HANDSET)
		return diag_set(reterr, -E_TEMPLATE_SCOPE, "%s", error_text(-E_TEMPLATE_SCOPE));
	if (scope.kind == SCOPE_PRODUCT && !is_raw(product_find(scope.key)))
		return diag_set(reterr, -E_TEMPLATE_SCOPE,
				"documents of %s are made here; a file is for the products raw "
				"and dx800",
				scope.key);
	*ret = scope.text;
	return 0;
}

/* A file for one device that would never get it is a mistake. */
static int device_check(struct change *change, const struct scope *scope)
{
	struct device *device;
	int64_t mac;
	int r = scope->kind == SCOPE_DEVICE ? mac_parse(scope->key, &mac) : 1;

	if (r == 0)
		r = device_get(change->mem, change->db, mac, &device);
	if (r != 0)
		return r < 0 ? r : 0;
	if (device->product && !is_raw(product_find(device->product)))
		return diag_set(change->diag, -E_TEMPLATE_SCOPE,
				"the device is a %s, whose documents are made here; give it the "
				"product raw first",
				device->product);
	return 0;
}

static int text_limit(struct change *change, const struct secret *text)
{
	unsigned max = change->config ? change->config->limits.max_template : UINT32_MAX;

	if (secret_len(text) > max)
		return diag_set(change->diag, -E_TEXT_LONG,
				"the file has %zu bytes; [limits] max_template is %u",
				secret_len(text), max);
	return raw_check(secret_reveal(text), secret_len(text), change->diag);
}

static int type_check(struct change *change, const char *type)
{
	int r = text_check_line(type, CONTENT_TYPE_MAX);

	if (r == 0 && (!strchr(type, '/') || type[0] == '/' || strpbrk(type, "\"\\")))
		r = -E_VALUE;
	for (const char *s = type; r == 0 && *s; s++)
		if ((unsigned char)*s >= 0x7f)
			r = -E_VALUE;
	return r < 0 ? diag_set(change->diag, r, "a content type looks like text/plain") : 0;
}

static json_t *shown(const struct template *template)
{
	return json_pack("{s:s, s:o, s:I}", "content_type", template->content_type, "text",
			 audit_secret(template->text), "bytes",
			 (json_int_t)secret_len(template->text));
}

static int put(struct change *change, struct template *template, struct template **ret)
{
	struct template *before = NULL;
	int r = template_find(change->mem, change->db, template->scope, &before);

	if (r >= 0)
		r = template_put(change->db, template);
	if (r < 0)
		return r;
	*ret = template;
	return fleet_audit(change, "template.set", template->scope, before ? shown(before) : NULL,
			   shown(template));
}

int fleet_template_set(struct change *change, const char *scope_text, const struct secret *text,
		       const char *content_type, struct template **ret)
{
	struct template *template = mem_new(change->mem, struct template);
	struct scope scope;
	int r = template_scope_parse(change->mem, scope_text, &template->scope, change->diag);

	if (r == 0)
		r = scope_parse(change->mem, scope_text, &scope);
	if (r == 0)
		r = text_limit(change, text);
	if (r == 0 && content_type)
		r = type_check(change, content_type);
	if (r == 0)
		r = device_check(change, &scope);
	if (r == 0)
		r = scope_changed(change, &scope);
	if (r < 0)
		return r;
	template->text = text;
	template->content_type = content_type		       ? content_type
				 : *secret_reveal(text) == '<' ? "text/xml; charset=utf-8"
							       : "text/plain; charset=utf-8";
	template->updated_at = clock_now();
	return put(change, template, ret);
}

int fleet_template_remove(struct change *change, const char *scope_text)
{
	struct template *before;
	struct scope scope;
	int r = scope_parse(change->mem, scope_text, &scope);

	if (r == 0)
		r = template_find(change->mem, change->db, scope.text, &before);
	if (r == 0)
		return -E_TEMPLATE_UNKNOWN;
	if (r > 0)
		r = scope_changed(change, &scope);
	if (r >= 0)
		r = template_delete(change->db, scope.text);
	if (r < 0)
		return r;
	return fleet_audit(change, "template.remove", scope.text, shown(before), NULL);
}

int template_resolve(void *mem, struct db *db, const struct device *device,
		     const struct document_template **ret)
{
	const char *scopes[DEVICE_SCOPES_MAX];
	size_t n = scope_of_device(mem, device, scopes);
	struct document_template *made;
	struct template *template;
	int r = 0;

	*ret = NULL;
	if (!device->product || !is_raw(product_find(device->product)))
		return 0;
	while (n > 0 && r == 0)
		r = template_find(mem, db, scopes[--n], &template);
	if (r <= 0)
		return r;
	made = mem_new(mem, struct document_template);
	made->text = template->text;
	made->content_type = template->content_type;
	*ret = made;
	return 0;
}
