/* SPDX-License-Identifier: MIT */
#include "fleet/oper.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "fleet/secrecy.h"
#include "render/document.h"
#include "render/oper.h"
#include "store/device.h"

enum { OPERS_MAX = 256, PARAMS_MAX = 64, NAME_MAX_BYTES = 64, VALUE_MAX_BYTES = 4096 };

/* What looks wrong is refused, unless forced: then it is a warning. */
static int doubt(struct change *change, const struct oper_new *new, const char **warning, int r,
		 const char *words)
{
	if (!new->force)
		return diag_set(change->diag, r, "%s; --force takes it as it is", words);
	*warning = *warning ? mem_printf(change->mem, "%s; %s", *warning, words) : words;
	return 0;
}

static int value_check(struct change *change, const char *name, const char *value, size_t len)
{
	int r = 0;

	if (len == 0)
		return diag_set(change->diag, -E_TEXT_EMPTY,
				"%s: an empty value makes phones behave unpredictably", name);
	if (len > VALUE_MAX_BYTES)
		r = -E_TEXT_LONG;
	if (r == 0)
		r = text_check(value, len, NULL);
	return r < 0 ? diag_set(change->diag, r, "%s: %s", name, error_text(r)) : 0;
}

static const struct param *param_find(const struct oper_new *new, const char *name)
{
	for (size_t i = 0; i < new->param_count; i++)
		if (strcmp(new->params[i].name, name) == 0)
			return &new->params[i];
	return NULL;
}

/* What no phone can take, whoever insists. */
static int texts_check(struct change *change, const struct oper_new *new)
{
	const char *by = oper_made_by(new->name);
	int r = text_check_line(new->name, NAME_MAX_BYTES);

	if (r < 0)
		return diag_set(change->diag, r, "name: %s", error_text(r));
	if (by)
		return diag_set(change->diag, -E_OPER_MADE, "%s is made by: %s", new->name, by);
	if (new->value)
		r = value_check(change, new->name, new->value, strlen(new->value));
	if (r == 0 && new->param_count > PARAMS_MAX)
		r = diag_set(change->diag, -E_VALUE, "an oper has at most %d parameters",
			     PARAMS_MAX);
	for (size_t i = 0; i < new->param_count &&r == 0; i++) {
		const struct param *param = &new->params[i];

		r = setting_name_check(param->name);
		if (r == 0)
			r = value_check(change, param->name, param_text(param),
					strlen(param_text(param)));
		if (r == 0 && param_find(new, param->name) != param)
			r = diag_set(change->diag, -E_VALUE, "%s is given twice", param->name);
	}
	return r;
}

static int param_check(struct change *change, const struct oper_new *new,
		       const struct oper_param_known *known, const char **warning)
{
	const struct param *param = param_find(new, known->name);
	const char *wrong;

	if (!param && !known->must)
		return 0;
	if (!param)
		return doubt(change, new, warning, -E_OPER_FORM,
			     mem_printf(change->mem, "%s needs %s: %s", new->name, known->name,
					known->what));
	wrong = oper_form_check(known->form, param_text(param));
	if (!wrong)
		return 0;
	return doubt(change, new, warning, -E_OPER_FORM,
		     mem_printf(change->mem, "%s %s", known->name, wrong));
}

/* Parameters that the table does not have, where it has any. */
static int strangers_check(struct change *change, const struct oper_new *new,
			   const struct oper_known *known, const char **warning)
{
	int r = 0;

	if (!oper_param_known_next(known, NULL))
		return 0;
	for (size_t i = 0; i < new->param_count &&r == 0; i++) {
		const struct oper_param_known *param = NULL;

		while ((param = oper_param_known_next(known, param)))
			if (strcmp(param->name, new->params[i].name) == 0)
				break;
		if (!param)
			r = doubt(change, new, warning, -E_OPER_FORM,
				  mem_printf(change->mem, "%s is not known to take %s", new->name,
					     new->params[i].name));
	}
	return r;
}

/* Nothing that needs force: it is written either way. */
static void secrecy_check(struct change *change, const struct oper_new *new, const char **warning)
{
	for (size_t i = 0; i < new->param_count; i++)
		if (new->params[i].value && secrecy_of(new->params[i].name, new->params[i].value))
			*warning = mem_printf(change->mem,
					      "%s%s%s is a secret and is kept as one; "
					      "--secret-param keeps it out of the shell's history",
					      *warning ? *warning : "", *warning ? "; " : "",
					      new->params[i].name);
}

static int known_check(struct change *change, const struct device *device,
		       const struct oper_new *new, const char **warning)
{
	const struct oper_known *known = oper_known_find(new->name);
	const struct oper_param_known *param = NULL;
	const char *wrong;
	int r = 0;

	if (!known)
		return doubt(change, new, warning, -E_OPER_UNKNOWN,
			     mem_printf(change->mem, "no oper '%s' is known", new->name));
	if (device->product && !oper_takes_product(known, device->product))
		r = doubt(change, new, warning, -E_OPER_FORM,
			  mem_printf(change->mem, "%s is known of %s, not of %s", known->name,
				     known->products, device->product));
	wrong = oper_form_check(known->form, new->value);
	if (r == 0 && wrong)
		r = doubt(change, new, warning, -E_OPER_FORM,
			  mem_printf(change->mem, "%s: its value %s", known->name, wrong));
	while (r == 0 && (param = oper_param_known_next(known, param)))
		r = param_check(change, new, param, warning);
	return r < 0 ? r : strangers_check(change, new, known, warning);
}

static json_t *shown(const struct oper *oper)
{
	json_t *params = json_array();

	for (size_t i = 0; i < oper->param_count; i++) {
		const struct param *param = &oper->params[i];

		json_array_append_new(params,
				      json_pack("{s:s, s:o}", "name", param->name, "value",
						param->secret ? audit_secret(param->secret)
							      : audit_string(param->value)));
	}
	return json_pack("{s:s, s:o, s:o}", "name", oper->name, "value", audit_string(oper->value),
			 "params", params);
}

static char *object_of(struct change *change, const struct oper *oper)
{
	return mem_printf(change->mem, "%s oper:%lld", scope_device(change->mem, oper->mac),
			  (long long)oper->id);
}

/* Phones know handsets by small letters only; a secret is one however it was given. */
static struct param *params_of(struct change *change, const struct oper_new *new)
{
	const struct oper_known *known = oper_known_find(new->name);
	struct param *params = mem_array(change->mem, struct param, new->param_count + 1);
	const struct oper_param_known *row = NULL;
	char ipui[IPUI_LEN + 1];

	for (size_t i = 0; i < new->param_count; i++) {
		params[i] = new->params[i];
		while (known && (row = oper_param_known_next(known, row)))
			if (row->form == OPER_FORM_IPUI && strcmp(row->name, params[i].name) == 0 &&
			    params[i].value && ipui_parse(params[i].value, ipui) == 0)
				params[i].value = mem_strdup(change->mem, ipui);
		if (params[i].value && secrecy_of(params[i].name, params[i].value)) {
			params[i].secret = secret_new(change->mem, params[i].value);
			params[i].value = NULL;
		}
	}
	return params;
}

static int count_check(struct change *change, int64_t mac)
{
	struct oper *opers;
	size_t count;
	int r = oper_list(change->mem, change->db, mac, &opers, &count);

	if (r == 0 && count >= OPERS_MAX)
		return diag_set(change->diag, -E_VALUE, "a device has at most %d opers", OPERS_MAX);
	return r;
}

int fleet_oper_add(struct change *change, int64_t mac, const struct oper_new *new, int64_t *ret_id,
		   const char **ret_warning)
{
	struct oper oper = {.mac = mac, .name = new->name, .value = new->value};
	const char *warning = NULL;
	struct device *device;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0)
		r = texts_check(change, new);
	if (r == 0)
		r = known_check(change, device, new, &warning);
	if (r == 0)
		r = count_check(change, mac);
	if (r < 0)
		return r;
	secrecy_check(change, new, &warning);
	oper.params = params_of(change, new);
	oper.param_count = new->param_count;
	oper.created_at = clock_now();
	r = oper_insert(change->db, &oper);
	if (r == 0)
		r = device_touch(change->db, mac);
	if (r < 0)
		return r;
	writer_touch(change->db);
	*ret_id = oper.id;
	*ret_warning = warning;
	return fleet_audit(change, "oper.add", object_of(change, &oper), NULL, shown(&oper));
}

int fleet_oper_remove(struct change *change, int64_t mac, int64_t id)
{
	const struct oper *found = NULL;
	struct device *device;
	struct oper *opers;
	size_t count;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0)
		r = oper_list(change->mem, change->db, mac, &opers, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		if (opers[i].id == id)
			found = &opers[i];
	if (!found)
		return -E_OPER_NONE;
	r = oper_delete(change->db, mac, id);
	if (r >= 0)
		r = device_touch(change->db, mac);
	if (r < 0)
		return r;
	writer_touch(change->db);
	return fleet_audit(change, "oper.remove", object_of(change, found), shown(found), NULL);
}

static bool has_handset(const struct document *document, const char *ipui)
{
	for (size_t i = 0; i < document->handset_count; i++)
		if (strcmp(document->handsets[i].handset->ipui, ipui) == 0)
			return true;
	return false;
}

bool oper_names_a_stranger(const struct document *document, const struct document_oper *oper)
{
	const struct oper_known *known = oper_known_find(oper->name);
	const struct oper_param_known *row = NULL;

	while (known && (row = oper_param_known_next(known, row))) {
		if (row->form != OPER_FORM_IPUI)
			continue;
		for (size_t i = 0; i < oper->param_count; i++)
			if (strcmp(oper->params[i].name, row->name) == 0 && oper->params[i].value &&
			    !has_handset(document, oper->params[i].value))
				return true;
	}
	return false;
}

int oper_read(void *mem, struct db *db, struct document *document, size_t *ret_left_out)
{
	struct oper *opers;
	size_t count;
	int r = oper_list(mem, db, document->mac, &opers, &count);

	*ret_left_out = 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct document_oper written = {.name = opers[i].name,
						.value = opers[i].value,
						.params = opers[i].params,
						.param_count = opers[i].param_count};

		if (oper_names_a_stranger(document, &written))
			++*ret_left_out;
		else
			*mem_push(mem, &document->opers, &document->oper_count) = written;
	}
	return r;
}
