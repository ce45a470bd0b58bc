/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/secret.h"
#include "fleet/audit.h"
#include "fleet/device.h"
#include "fleet/oper.h"
#include "fleet/scope.h"
#include "import_found.h"
#include "render/format.h"
#include "store/device.h"
#include "store/setting.h"

enum { OPERS_MAX = 1000 };

static const char *const format_names[] = {
	[READ_NX70] = "nx70",
	[READ_MAXWELL] = "maxwell",
	[READ_PROVIDER_FRAME] = "provider_frame",
	[READ_XSTIM] = "xstim",
};

int import_document_mac(const struct read_document *document, const char *file, struct diag *reterr,
			int64_t *ret)
{
	char name[MAC_COLONS_LEN + 1] = "";
	int r;

	if (document->mac) {
		r = mac_parse(document->mac, ret);
		return r < 0 ? diag_set(reterr, r, "line %u: %s", document->mac_line, error_text(r))
			     : 0;
	}
	if (file && strcspn(file, ".") <= MAC_COLONS_LEN)
		memcpy(name, file, strcspn(file, "."));
	/* cfg7c2f80e0d605.xml */
	r = mac_parse(strncasecmp(name, "cfg", 3) == 0 ? name + 3 : name, ret);
	if (r < 0)
		return diag_set(reterr, r,
				"the file does not tell which device it is for; "
				"say it: --mac MAC");
	return 0;
}

static void classify(struct found *found, const struct read_item *item,
		     const struct read_item *next)
{
	bool is_maxwell = found->import->document->format == READ_MAXWELL;

	if (item->place != READ_ELSEWHERE && !(is_maxwell && import_is_plain_step(item, next)))
		import_kept_item(found, item);
	else if (item->kind == READ_OTHER || item->kind == READ_FILE)
		import_note(found, item->line, IMPORT_REFUSED, item->name,
			    "an element that is not known");
	else if (item->kind == READ_PCODE)
		import_xstim_item(found, item);
	else if (!*item->name)
		import_note(found, item->line, IMPORT_REFUSED, "", "it has no name");
	else if (item->kind != READ_OPER && item->kind != READ_STEP &&
		 (!item->value || !*item->value))
		import_note(found, item->line, IMPORT_REFUSED, item->name,
			    "an empty value makes phones behave unpredictably");
	else if (found->import->document->format == READ_NX70)
		import_nx70_item(found, item);
	else if (is_maxwell)
		import_maxwell_item(found, item);
	else
		import_frame_item(found, item);
}

/* "N510 IP PRO" as n510, where there is such a product. */
static const char *product_of_profile(void *mem, const char *profile)
{
	char *name = mem_strndup(mem, profile, strcspn(profile, " "));
	const struct product *product;

	for (char *s = name; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	product = product_find(name);
	return product ? product->name : NULL;
}

static int device_put(struct found *found, struct change *change, const struct product **ret)
{
	struct import_document *import = found->import;
	const char *name = import->product;
	struct device *device = NULL;
	int r = device_find(change->mem, change->db, import->mac, &device);

	if (r < 0)
		return r;
	if (!name && import->document->profile)
		name = product_of_profile(change->mem, import->document->profile);
	if (device && device->product)
		name = device->product;
	if (!name)
		return diag_set(change->diag, -E_FIELD_MISSING,
				"the device is new; say what it is: --product PRODUCT");
	*ret = product_find(name);
	if (!*ret)
		return diag_set(change->diag, -E_PRODUCT_UNKNOWN, "there is no product '%s'", name);
	if (strcmp((*ret)->format->name, format_names[import->document->format]) != 0)
		return diag_set(change->diag, -E_XML_FORMAT,
				"the file is of the format %s, and %s takes %s",
				format_names[import->document->format], (*ret)->what,
				(*ret)->format->name);
	if (device && device->product)
		return 0;
	import->is_new = true;
	return fleet_device_add(change, import->mac,
				&(struct device_input){.has_product = true, .product = name});
}

static const char *field(const struct found_account *account, enum found_field which)
{
	return account->fields[which].name ? account->fields[which].text : NULL;
}

static bool is_off(const char *s)
{
	return s &&
	       (strcmp(s, "0") == 0 || strcasecmp(s, "0x0") == 0 || strcasecmp(s, "false") == 0);
}

static bool is_same_or_none(const char *a, const char *b)
{
	return !a || (b && strcmp(a, b) == 0);
}

/* The server that an account uses; NULL where there is none. */
static const char *server_of(const struct found *found, const struct found_account *account)
{
	const char *told = field(account, FOUND_SERVER);
	size_t index = found->has_own_servers && account->slot ? (size_t)account->slot - 1 : 0;

	if (told)
		index = (size_t)strtoul(told, NULL, 0);
	return index < FOUND_SERVERS_MAX ? found->servers[index].sip : NULL;
}

static void refuse_account(struct found *found, struct found_account *account, const char *why)
{
	/* That it is switched off is what will be written of it. */
	for (size_t i = 0; i < FOUND_FIELDS; i++)
		if (account->fields[i].name && !account->fields[i].is_refused &&
		    !(i == FOUND_ACTIVE && is_off(account->fields[i].text)))
			import_refuse(found, &account->fields[i], "%s", why);
}

static bool has_line(const struct found *found, int slot)
{
	for (size_t i = 0; i < found->account_count; i++) {
		const struct found_account *account = &found->accounts[i];

		if (account->slot == slot)
			return !is_off(field(account, FOUND_ACTIVE)) &&
			       (field(account, FOUND_USER) || field(account, FOUND_AUTH));
	}
	return false;
}

/* Where accounts bring their servers, one without an account would never be written. */
static void refuse_lone_servers(struct found *found)
{
	for (int i = 0; i < FOUND_SERVERS_MAX; i++) {
		struct found_server *server = &found->servers[i];

		if (!server->is_there || has_line(found, i + 1))
			continue;
		server->is_there = false;
		for (size_t f = 0; f < SERVER_FIELDS; f++)
			if (server->fields[f].name && !server->fields[f].is_refused)
				import_refuse(found, &server->fields[f],
					      "the server of an account that is not in use");
	}
}

static void row_make(struct found *found, struct found_account *account)
{
	struct import_table *table = found->import->handsets;
	struct import_row row = {.line = account->line, .mac = found->import->mac};
	const char *user = field(account, FOUND_USER);

	if (is_off(field(account, FOUND_ACTIVE))) {
		refuse_account(found, account, "the account is switched off; it has no line here");
		return;
	}
	if (!user)
		user = field(account, FOUND_AUTH);
	if (!user && table->kind == IMPORT_LINES) {
		refuse_account(found, account, "an account without a user is no line");
		return;
	}
	memcpy(row.ipui, account->ipui, sizeof(row.ipui));
	row.slot = account->slot;
	row.cells[CELL_USER] = user;
	row.cells[CELL_AUTH] = field(account, FOUND_AUTH);
	row.cells[CELL_PASSWORD] = field(account, FOUND_PASSWORD);
	row.cells[CELL_DISPLAY] = field(account, FOUND_DISPLAY);
	row.cells[CELL_PIN] = field(account, FOUND_PIN);
	if (user || field(account, FOUND_SERVER))
		row.cells[CELL_SIP] = server_of(found, account);
	if (user && !row.cells[CELL_SIP])
		import_complain(table, account->line,
				"there is no SIP server for the account of '%s'; name one: --sip "
				"NAME",
				user);
	if (!is_same_or_none(field(account, FOUND_LABEL), user) &&
	    !is_same_or_none(field(account, FOUND_LABEL), row.cells[CELL_DISPLAY]))
		import_refuse(found, &account->fields[FOUND_LABEL],
			      "an account is called as its user or its display name is");
	*mem_push(found->mem, &table->rows, &table->count) = row;
}

/* Those that must have a certain slot come first. */
static int by_slot(const void *a, const void *b)
{
	const struct import_row *x = a, *y = b;

	if (!x->slot != !y->slot)
		return x->slot ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int members_put(struct found *found, struct change *change, const struct product *product,
		       const struct import_options *options)
{
	struct import_document *import = found->import;
	struct import_table *table = import->handsets;

	table->kind = product->handsets_max ? IMPORT_HANDSETS : IMPORT_LINES;
	for (size_t i = 0; i < found->account_count; i++)
		row_make(found, &found->accounts[i]);
	if (table->count)
		qsort(table->rows, table->count, sizeof(*table->rows), by_slot);
	return fleet_import_table(change, table, options, &import->counts);
}

static int value_put(struct found *found, struct change *change, const char *scope,
		     struct found_value *value)
{
	struct setting *there;
	struct setting_new new = {.scope = scope, .name = value->name, .value = value->text};
	const char *was;
	int r = setting_find(change->mem, change->db, scope, value->name, &there);

	if (r < 0)
		return r;
	was = r == 0 ? NULL : there->secret ? secret_reveal(there->secret) : there->value;
	if (was && strcmp(was, value->text) == 0)
		return 0;
	r = fleet_setting_set(change, &new);
	if (r == -E_DB || r == -E_DB_FULL)
		return r;
	if (r < 0)
		import_refuse(found, value, "%s", diag_text(change->diag, r));
	if (r < 0 && change->diag)
		*change->diag = (struct diag){0};
	return 0;
}

static int settings_put(struct found *found, struct change *change, const char *scope,
			struct found_value *settings, size_t count, const char *what)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		r = value_put(found, change, scope, &settings[i]);
		if (!settings[i].is_refused)
			import_note(found, settings[i].line, IMPORT_RAW, settings[i].name, "%s",
				    what);
	}
	return r;
}

/*
 * What a line brings along is no setting, or a file that is written here would
 * come back as another one; unless a setting would say otherwise.
 */
static int lines_bring(struct found *found, struct change *change, const struct product *product)
{
	struct setting *settings;
	struct device *device;
	size_t kept = 0, count;
	int r = device_get(change->mem, change->db, found->import->mac, &device);

	if (r == 0)
		r = scope_resolve(change->mem, change->db, device, &settings, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < found->setting_count; i++) {
		struct found_value *value = &found->settings[i];
		int slot = product_slot_of(product, value->name, value->text);
		bool is_set = false;

		for (size_t n = 0; n < count && slot; n++)
			is_set |= strcmp(settings[n].name, value->name) == 0;
		if (slot && !is_set && has_line(found, slot))
			import_note(found, value->line, IMPORT_RECOGNISED, value->name, "line");
		else
			found->settings[kept++] = *value;
	}
	found->setting_count = kept;
	return 0;
}

static int all_settings_put(struct found *found, struct change *change,
			    const struct product *product)
{
	int r = lines_bring(found, change, product);

	if (r == 0)
		r = settings_put(found, change, scope_device(found->mem, found->import->mac),
				 found->settings, found->setting_count, "setting of the device");
	for (size_t i = 0; i < found->account_count && r == 0; i++) {
		struct found_account *account = &found->accounts[i];
		struct handset handset = {.mac = found->import->mac, .slot = account->slot};
		const char *scope;

		memcpy(handset.ipui, account->ipui, sizeof(handset.ipui));
		scope = handset_scope(found->mem, &handset);

		r = settings_put(found, change, scope, account->settings, account->setting_count,
				 "setting of the handset");
	}
	return r;
}

static bool is_same_oper(const struct oper *oper, const struct read_item *item)
{
	bool same = strcmp(oper->name, item->name) == 0 && oper->param_count == item->param_count &&
		    !oper->value == !item->value &&
		    (!oper->value || strcmp(oper->value, item->value) == 0);

	for (size_t i = 0; i < item->param_count && same; i++)
		same = strcmp(oper->params[i].name, item->params[i].name) == 0 &&
		       item->params[i].value &&
		       strcmp(param_text(&oper->params[i]), item->params[i].value) == 0;
	return same;
}

static int oper_put(struct found *found, struct change *change, const struct read_item *item)
{
	struct oper_new new = {.name = item->name, .value = item->value, .force = true};
	struct param *params = mem_array(found->mem, struct param, item->param_count + 1);
	struct oper *opers;
	const char *warning = NULL;
	size_t count;
	int64_t id;
	int r = oper_list(found->mem, change->db, found->import->mac, &opers, &count);

	for (size_t i = 0; i < count && r >= 0; i++)
		if (is_same_oper(&opers[i], item)) {
			import_note(found, item->line, IMPORT_RAW, item->name, "oper");
			return 0;
		}
	for (size_t i = 0; i < item->param_count; i++)
		params[i] =
			(struct param){.name = item->params[i].name,
				       .value = item->params[i].value ? item->params[i].value : ""};
	new.params = params;
	new.param_count = item->param_count;
	if (r >= 0)
		r = fleet_oper_add(change, found->import->mac, &new, &id, &warning);
	if (r == -E_DB || r == -E_DB_FULL)
		return r;
	if (r < 0)
		import_note(found, item->line, IMPORT_REFUSED, item->name, "%s",
			    diag_text(change->diag, r));
	else
		import_note(found, item->line, IMPORT_RAW, item->name, "oper%s%s",
			    warning ? "; " : "", warning ? warning : "");
	if (r < 0 && change->diag)
		*change->diag = (struct diag){0};
	return 0;
}

static int by_line(const void *a, const void *b)
{
	const struct import_note *x = a, *y = b;

	return x->line < y->line ? -1 : x->line > y->line;
}

static void notes_end(struct found *found)
{
	struct import_document *import = found->import;
	const struct read_mends *mends = &import->document->mends;

	for (size_t i = 0; i < mends->count; i++)
		import_note(found, mends->mends[i].line, IMPORT_MENDED, "", "%s",
			    mends->mends[i].what);
	import->found[IMPORT_MENDED] = mends->found;
	for (size_t i = 0; i < found->account_count; i++)
		for (size_t f = 0; f < FOUND_FIELDS; f++) {
			const struct found_value *value = &found->accounts[i].fields[f];

			if (value->name && !value->is_refused)
				import_note(found, value->line, IMPORT_RECOGNISED, value->name,
					    "%s",
					    import->handsets->kind == IMPORT_LINES ? "line"
										   : "handset");
		}
	for (size_t i = 0; i < FOUND_SERVERS_MAX; i++)
		for (size_t f = 0; f < SERVER_FIELDS; f++) {
			const struct found_value *value = &found->servers[i].fields[f];

			if (value->name && !value->is_refused)
				import_note(found, value->line, IMPORT_RECOGNISED, value->name,
					    "SIP server '%s'",
					    found->servers[i].sip ? found->servers[i].sip : "");
		}
	if (import->note_count)
		qsort(import->notes, import->note_count, sizeof(*import->notes), by_line);
}

static int audit(struct found *found, struct change *change, const struct import_options *options)
{
	const struct import_document *import = found->import;

	return fleet_audit(change, "import.document", scope_device(found->mem, import->mac), NULL,
			   json_pack("{s:s*, s:I, s:I, s:I, s:I}", "file", options->file,
				     "recognised", (json_int_t)import->found[IMPORT_RECOGNISED],
				     "raw", (json_int_t)import->found[IMPORT_RAW], "refused",
				     (json_int_t)import->found[IMPORT_REFUSED], "mended",
				     (json_int_t)import->found[IMPORT_MENDED]));
}

/* Everybody else waits while it is written. */
static int check_count(const struct found *found, struct change *change)
{
	size_t count = found->account_count + found->setting_count + found->oper_count +
		       found->kept[PART_FIRMWARE].count + found->kept[PART_CUSTOM].count;

	for (size_t i = 0; i < found->account_count; i++)
		count += found->accounts[i].setting_count;
	if (count <= found->import->rows_max && found->oper_count <= OPERS_MAX)
		return 0;
	return diag_set(change->diag, -E_IMPORT_LONG,
			"the file has %zu handsets, lines, settings and the like, %zu of them "
			"opers; [limits] max_import_rows is %zu, and of opers there may be %d",
			count, found->oper_count, found->import->rows_max, OPERS_MAX);
}

int fleet_import_document(struct change *change, void *mem, struct import_document *import,
			  const struct import_options *options)
{
	struct found *found = mem_new(mem, struct found);
	const struct product *product = NULL;
	int64_t audits, audits_before;
	int r = audit_last(change->db, &audits_before);

	found->mem = mem;
	found->import = import;
	found->transport = "udp";
	import->handsets = mem_new(mem, struct import_table);
	import->handsets->mem = mem;
	import->handsets->told_max = import->told_max;
	if (r == 0)
		r = device_put(found, change, &product);
	if (r < 0)
		return r;
	found->has_own_servers =
		product->handsets_max == 0 && strncmp(product->name, "n720", 4) != 0;
	for (size_t i = 0; i < import->document->item_count; i++)
		classify(found, &import->document->items[i],
			 i + 1 < import->document->item_count ? &import->document->items[i + 1]
							      : NULL);
	r = check_count(found, change);
	if (r < 0)
		return r;
	if (import->document->format == READ_XSTIM)
		import_xstim_end(found);
	if (found->has_own_servers)
		refuse_lone_servers(found);
	r = import_servers_put(found, change);
	if (r == 0)
		r = members_put(found, change, product, options);
	if (r == 0)
		r = all_settings_put(found, change, product);
	if (r == 0)
		r = import_kept_put(found, change);
	for (size_t i = 0; i < found->oper_count && r == 0; i++)
		r = strcmp(found->opers[i]->name, "update_dm") == 0
			    ? import_operation_put(found, change, found->opers[i], options->force)
			    : oper_put(found, change, found->opers[i]);
	notes_end(found);
	if (r == 0)
		r = audit_last(change->db, &audits);
	/* Nothing was written that a row would tell of. */
	if (r < 0 || audits == audits_before)
		return r;
	return audit(found, change, options);
}
