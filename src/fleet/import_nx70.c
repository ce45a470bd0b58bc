/* SPDX-License-Identifier: MIT */
/* Parameters of the N530 to N870.  Names are taken in any case, as nx70_reserves() does. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "import_found.h"
#include "store/sip_server.h"

struct name {
	const char *name;
	int field;
};

static const struct name account_names[] = {
	{"AuthName", FOUND_AUTH},	{"AuthPassword", FOUND_PASSWORD}, {"UserName", FOUND_USER},
	{"DisplayName", FOUND_DISPLAY}, {"ProviderId", FOUND_SERVER},	  {"DECT_AC", FOUND_PIN},
};
static const struct name server_names[] = {
	{"Name", SERVER_NAME},
	{"Domain", SERVER_DOMAIN},
	{"ProxyServerAddress", SERVER_PROXY},
	{"ProxyServerPort", SERVER_PROXY_PORT},
	{"RegServerAddress", SERVER_REGISTRAR},
	{"RegServerPort", SERVER_REGISTRAR_PORT},
	{"TransportProtocol", SERVER_TRANSPORT},
	{"UseSIPS", SERVER_SIPS},
};

static int field_find(const struct name *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].field;
	return -1;
}

/* "029E74A599", or a slot: "00001", and "0_1" of which the first number is the manager's. */
static bool key_parse(const char *key, char ipui[IPUI_LEN + 1], int *ret_slot)
{
	const char *digits = strncmp(key, "0_", 2) == 0 ? key + 2 : key;
	size_t len = strlen(digits);
	long slot;

	*ret_slot = 0;
	if (ipui_parse(key, ipui) == 0)
		return true;
	ipui[0] = '\0';
	if (len < 1 || len > 5 || strspn(digits, "0123456789") != len)
		return false;
	slot = strtol(digits, NULL, 10);
	*ret_slot = (int)slot;
	return slot >= 1 && slot <= HANDSET_SLOT_MAX;
}

static struct found_account *account_of(struct found *found, const char *key, unsigned line)
{
	char ipui[IPUI_LEN + 1];
	int slot;

	return key_parse(key, ipui, &slot) ? found_account(found, ipui, slot, line) : NULL;
}

static void refuse_key(struct found *found, const struct read_item *item)
{
	import_note(found, item->line, IMPORT_REFUSED, item->name,
		    "a handset is known by its IPUI or by a slot, such as 00001");
}

static void refuse_removal(struct found *found, const struct read_item *item)
{
	import_note(found, item->line, IMPORT_REFUSED, item->name,
		    "a removal is not imported: gigaprovctl handset remove");
}

/* `table` is "hs." or "SipAccount.", `rest` "029e74a599.DECT_AC". */
static void handset_item(struct found *found, const struct read_item *item, const char *table,
			 const char *rest)
{
	const char *dot = strchr(rest, '.');
	const char *field = dot ? dot + 1 : "";
	struct found_account *account;
	int known = field_find(account_names, COUNT_OF(account_names), field);

	if (!dot || !*field) {
		refuse_key(found, item);
		return;
	}
	if (strcasecmp(field, "RegStatus") == 0 && strcasecmp(item->value, "ToReg") != 0) {
		refuse_removal(found, item);
		return;
	}
	account =
		account_of(found, mem_strndup(found->mem, rest, (size_t)(dot - rest)), item->line);
	if (!account)
		refuse_key(found, item);
	else if (strcasecmp(field, "RegStatus") == 0)
		import_note(found, item->line, IMPORT_RECOGNISED, item->name, "handset");
	else if (known >= 0)
		found_put(found, &account->fields[known], item, item->value);
	else
		found_setting(found, account, mem_printf(found->mem, "%s%s", table, field), item);
}

static void server_item(struct found *found, const struct read_item *item, const char *rest)
{
	char *end;
	long n = strtol(rest, &end, 10);
	int known = *end == '.' ? field_find(server_names, COUNT_OF(server_names), end + 1) : -1;

	if (known < 0) {
		found_setting(found, NULL, item->name, item);
		return;
	}
	if (n < 0 || n >= SIP_SERVERS_PER_DEVICE) {
		import_note(found, item->line, IMPORT_REFUSED, item->name,
			    "a device has SIP servers 0 to %d", SIP_SERVERS_PER_DEVICE - 1);
		return;
	}
	found->servers[n].is_there = true;
	found_put(found, &found->servers[n].fields[known], item, item->value);
}

static void add_hs(struct found *found, const struct read_item *item)
{
	struct found_account *account =
		item->value ? account_of(found, item->value, item->line) : NULL;

	if (!account) {
		refuse_key(found, item);
		return;
	}
	import_note(found, item->line, IMPORT_RECOGNISED, item->name, "handset");
	for (size_t i = 0; i < item->param_count; i++) {
		const struct read_item *param = &item->params[i];

		if (!param->value || !*param->value)
			import_note(found, param->line, IMPORT_REFUSED, param->name,
				    "it has no value");
		else if (strcasecmp(param->name, "hs.RegStatus") == 0)
			import_note(found, param->line, IMPORT_RECOGNISED, param->name, "handset");
		else
			found_setting(found, account, param->name, param);
	}
}

static void oper_item(struct found *found, const struct read_item *item)
{
	if (strcasecmp(item->name, "add_hs") == 0)
		add_hs(found, item);
	else if (strcasecmp(item->name, "delete_hs") == 0)
		refuse_removal(found, item);
	else if (strcasecmp(item->name, "DeleteNotProvisionedHS") == 0)
		import_note(found, item->line, IMPORT_REFUSED, item->name,
			    "ours to decide: delete_not_provisioned in the ini file");
	else
		*mem_push(found->mem, &found->opers, &found->oper_count) = item;
}

void import_nx70_item(struct found *found, const struct read_item *item)
{
	if (item->kind == READ_OPER)
		oper_item(found, item);
	else if (strncasecmp(item->name, "hs.", 3) == 0)
		handset_item(found, item, "hs.", item->name + 3);
	else if (strncasecmp(item->name, "SipAccount.", 11) == 0)
		handset_item(found, item, "SipAccount.", item->name + 11);
	else if (strncasecmp(item->name, "SipProvider.", 12) == 0)
		server_item(found, item, item->name + 12);
	else
		found_setting(found, NULL, item->name, item);
}
