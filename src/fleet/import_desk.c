/* SPDX-License-Identifier: MIT */
/*
 * Parameters of devices without handsets: Maxwell, N510, N720, DE.  They number
 * their accounts, in the name's [n] or behind its last _; only the N720 tells
 * servers apart from accounts.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "import_found.h"
#include "render/format.h"

enum { ACCOUNT, SERVER };

struct name {
	const char *name;
	int of;
	int field;
};

static const struct name maxwell_names[] = {
	{"AccountName", ACCOUNT, FOUND_LABEL},
	{"Active", ACCOUNT, FOUND_ACTIVE},
	{"AuthName", ACCOUNT, FOUND_AUTH},
	{"AuthPassword", ACCOUNT, FOUND_PASSWORD},
	{"DisplayName", ACCOUNT, FOUND_DISPLAY},
	{"Username", ACCOUNT, FOUND_USER},
	{"Provider", SERVER, SERVER_NAME},
	{"Domain", SERVER, SERVER_DOMAIN},
	{"ProxyServer.Address", SERVER, SERVER_PROXY},
	{"ProxyServer.Port", SERVER, SERVER_PROXY_PORT},
	{"RegistrationServer.Address", SERVER, SERVER_REGISTRAR},
	{"RegistrationServer.Port", SERVER, SERVER_REGISTRAR_PORT},
};

/* Behind "aucS_", "uiI_", "S_" and the like. */
static const struct name frame_names[] = {
	{"AccountName", ACCOUNT, FOUND_LABEL},
	{"SIP_ACCOUNT_NAME", ACCOUNT, FOUND_LABEL},
	{"SIP_ACCOUNT_IS_ACTIVE", ACCOUNT, FOUND_ACTIVE},
	{"SIP_LOGIN_ID", ACCOUNT, FOUND_AUTH},
	{"SIP_PASSWORD", ACCOUNT, FOUND_PASSWORD},
	{"SIP_USER_ID", ACCOUNT, FOUND_USER},
	{"SIP_DISPLAYNAME", ACCOUNT, FOUND_DISPLAY},
	{"VoipProviderIndex", ACCOUNT, FOUND_SERVER},
	{"SIP_PROVIDER_NAME", SERVER, SERVER_NAME},
	{"SIP_DOMAIN", SERVER, SERVER_DOMAIN},
	{"SIP_SERVER", SERVER, SERVER_PROXY},
	{"SIP_SERVER_PORT", SERVER, SERVER_PROXY_PORT},
	{"SIP_REGISTRAR", SERVER, SERVER_REGISTRAR},
	{"SIP_REGISTRAR_PORT", SERVER, SERVER_REGISTRAR_PORT},
};

static void take(struct found *found, const struct read_item *item, const struct name *name,
		 int index, const char *text)
{
	struct found_account *account;

	if (index < 0 || index >= FOUND_SERVERS_MAX) {
		import_note(found, item->line, IMPORT_REFUSED, item->name,
			    "accounts are numbered from 0 to %d", FOUND_SERVERS_MAX - 1);
		return;
	}
	if (name->of == SERVER) {
		found->servers[index].is_there = true;
		found_put(found, &found->servers[index].fields[name->field], item, text);
		return;
	}
	account = found_account(found, "", index + 1, item->line);
	found_put(found, &account->fields[name->field], item, text);
}

static const char *transport_of(const char *number)
{
	return strcmp(number, "2") == 0 ? "tcp" : strcmp(number, "3") == 0 ? "tls" : "udp";
}

enum { STEPS_MAX = 100 };

/* A second step of its type is another one, not a better value. */
static void step_item(struct found *found, const struct read_item *item)
{
	const char *url = item->param_count ? item->params[0].value : "1";
	const char *name = mem_printf(found->mem, "custom.%s", item->name);

	for (unsigned n = 2; n <= STEPS_MAX && import_names_has(&found->setting_names, name); n++)
		name = mem_printf(found->mem, "custom.%s.%u", item->name, n);
	found_setting(found, NULL, name,
		      &(struct read_item){.name = item->name, .value = url, .line = item->line});
}

void import_maxwell_item(struct found *found, const struct read_item *item)
{
	static const char prefix[] = "SIP.Account.";
	char *end;
	long n;

	if (item->kind == READ_STEP) {
		step_item(found, item);
		return;
	}
	if (item->kind == READ_OPER) {
		import_note(found, item->line, IMPORT_REFUSED, item->name,
			    "a Maxwell has no opers");
		return;
	}
	if (strcasecmp(item->name, "SIP.TransportProtocol") == 0)
		found->transport = transport_of(item->value);
	if (strncasecmp(item->name, prefix, strlen(prefix)) == 0) {
		n = strtol(item->name + strlen(prefix), &end, 10);
		for (size_t i = 0; i < COUNT_OF(maxwell_names) && *end == '.'; i++) {
			if (strcasecmp(end + 1, maxwell_names[i].name) != 0)
				continue;
			take(found, item, &maxwell_names[i], (int)n, item->value);
			return;
		}
	}
	found_setting(found, NULL, item->name, item);
}

/* A text of a SYMB_ITEM is in double quotes inside of the attribute. */
static const char *unquoted(void *mem, const char *value)
{
	size_t len = strlen(value);

	if (len < 2 || value[0] != '"' || value[len - 1] != '"')
		return value;
	return mem_strndup(mem, value + 1, len - 2);
}

/* The last word without its type ("auc", "ucB_", "I_") and its number; the account's index. */
static char *stem_of(void *mem, const char *name, bool is_symbol, int *ret_index)
{
	const char *dot = strrchr(name, '.');
	const char *array = strchr(name, '[');
	char *stem = mem_strdup(mem, dot ? dot + 1 : name);
	char *word = stem;
	char *last;

	*ret_index = 0;
	stem[strcspn(stem, "[")] = '\0';
	if (is_symbol)
		while (islower((unsigned char)*word))
			word++;
	if (word[0] && word[1] == '_' && strchr("SBI", word[0]))
		word += 2;
	last = strrchr(word, '_');
	if (last && last[1] && strspn(last + 1, "0123456789") == strlen(last + 1)) {
		*ret_index = (int)strtol(last + 1, NULL, 10) - 1;
		*last = '\0';
	}
	if (array && (!dot || array < dot))
		*ret_index = array[1] == '%' ? -1 : (int)strtol(array + 1, NULL, 10);
	return word;
}

void import_frame_item(struct found *found, const struct read_item *item)
{
	bool is_symbol = item->kind == READ_SYMB_ITEM && strchr(item->name, '.');
	int index;
	const char *stem;

	if (!product_reserves(NULL, item->name)) {
		struct read_item plain = *item;

		/* S_… is written as an element, which has no quotes inside. */
		if (item->kind == READ_SYMB_ITEM && !is_symbol)
			plain.value = unquoted(found->mem, item->value);
		found_setting(found, NULL, item->name, &plain);
		return;
	}
	stem = stem_of(found->mem, item->name, is_symbol, &index);
	if (index < 0) {
		bool is_start = strcmp(stem, "SIP_ACCOUNT_IS_ACTIVE") == 0 &&
				strtoul(item->value, NULL, 0) == 0;

		/* So the file begins, and so does ours. */
		import_note(found, item->line, is_start ? IMPORT_RECOGNISED : IMPORT_REFUSED,
			    item->name, "%s",
			    is_start ? "accounts without a line"
				     : "for all accounts at once: ours to write");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(frame_names); i++) {
		if (strcmp(stem, frame_names[i].name) != 0)
			continue;
		take(found, item, &frame_names[i], index, unquoted(found->mem, item->value));
		return;
	}
	import_note(found, item->line, IMPORT_REFUSED, item->name,
		    "made from lines and SIP servers, and not by this name");
}
