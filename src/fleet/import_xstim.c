/* SPDX-License-Identifier: MIT */
/*
 * P-codes of an hl_provision.  Accounts have codes of their own, each with the
 * data of its server; "host:port" is one code here and two fields there.  Any
 * other code, known or not, is a setting of its name.
 */
#include <string.h>

#include "base/mem.h"
#include "import_found.h"
#include "render/param.h"
#include "render/pcode.h"

/* As phones take it, whatever the transport. */
#define SIP_PORT "5060"

/* "pbx.example.net:5070", "[2001:db8::1]:5070", or an address alone. */
static const char *host_of(void *mem, const char *text, const char **ret_port)
{
	const char *bracket = text[0] == '[' ? strchr(text, ']') : NULL;
	const char *colon = strchr(bracket ? bracket : text, ':');

	*ret_port = SIP_PORT;
	if (bracket && (!bracket[1] || bracket[1] == ':')) {
		*ret_port = bracket[1] && bracket[2] ? bracket + 2 : SIP_PORT;
		return mem_strndup(mem, text + 1, (size_t)(bracket - text) - 1);
	}
	/* More than one colon without brackets: an IPv6 address. */
	if (!colon || !colon[1] || strchr(colon + 1, ':'))
		return text;
	*ret_port = colon + 1;
	return mem_strndup(mem, text, (size_t)(colon - text));
}

/* A second field that the same element tells: it is reported once. */
static void put_along(struct found_value *value, const struct read_item *item, const char *text)
{
	*value = (struct found_value){item->name, text, item->line, true};
}

static void take_server(struct found *found, const struct read_item *item, int slot)
{
	struct found_value *fields = found->servers[slot - 1].fields;
	const char *port;
	const char *host = host_of(found->mem, item->value, &port);

	found->servers[slot - 1].is_there = true;
	found_put(found, &fields[SERVER_DOMAIN], item, host);
	put_along(&fields[SERVER_REGISTRAR], item, host);
	put_along(&fields[SERVER_REGISTRAR_PORT], item, port);
	if (!fields[SERVER_PROXY_PORT].name)
		put_along(&fields[SERVER_PROXY_PORT], item, port);
}

static void take_proxy(struct found *found, const struct read_item *item, int slot)
{
	struct found_value *fields = found->servers[slot - 1].fields;
	const char *port;
	const char *host = host_of(found->mem, item->value, &port);

	found->servers[slot - 1].is_there = true;
	found_put(found, &fields[SERVER_PROXY], item, host);
	put_along(&fields[SERVER_PROXY_PORT], item, port);
}

static void take_transport(struct found *found, const struct read_item *item, int slot)
{
	/* As they are numbered elsewhere (found_server). */
	static const char *const numbers[] = {"1", "2", "3"};
	unsigned n = (unsigned)(item->value[0] - '0');

	if (item->value[1] || n >= COUNT_OF(numbers)) {
		import_note(found, item->line, IMPORT_REFUSED, item->name,
			    "a transport is 0 (UDP), 1 (TCP) or 2 (TLS)");
		return;
	}
	found_put(found, &found->servers[slot - 1].fields[SERVER_TRANSPORT], item, numbers[n]);
}

static void take_account(struct found *found, const struct read_item *item, int slot,
			 enum pcode_field field)
{
	static const enum found_field fields[PCODE_FIELDS] = {
		[PCODE_ACTIVE] = FOUND_ACTIVE,	   [PCODE_LABEL] = FOUND_LABEL,
		[PCODE_USER] = FOUND_USER,	   [PCODE_AUTH] = FOUND_AUTH,
		[PCODE_PASSWORD] = FOUND_PASSWORD, [PCODE_DISPLAY] = FOUND_DISPLAY,
	};
	struct found_account *account = found_account(found, "", slot, item->line);

	found_put(found, &account->fields[fields[field]], item, item->value);
}

static void empty(struct found *found, const struct read_item *item, bool is_proxy)
{
	import_note(found, item->line, is_proxy ? IMPORT_RECOGNISED : IMPORT_REFUSED, item->name,
		    "%s",
		    is_proxy ? "no proxy"
			     : "an empty element clears what the phone has, and no setting says "
			       "that");
}

void import_xstim_item(struct found *found, const struct read_item *item)
{
	enum pcode_field field;
	int slot;

	if (!pcode_is_of_account(param_code(item->name), &slot, &field)) {
		if (*item->value)
			found_setting(found, NULL, item->name, item);
		else
			empty(found, item, false);
		return;
	}
	if (!*item->value)
		empty(found, item, field == PCODE_PROXY);
	else if (field == PCODE_SERVER)
		take_server(found, item, slot);
	else if (field == PCODE_PROXY)
		take_proxy(found, item, slot);
	else if (field == PCODE_SIP_TRANSPORT)
		take_transport(found, item, slot);
	else
		take_account(found, item, slot, field);
}

static const char *setting_of(const struct found *found, unsigned code)
{
	for (size_t i = 0; i < found->setting_count; i++)
		if (param_code(found->settings[i].name) == code)
			return found->settings[i].text;
	return NULL;
}

/* As pcode_is_xstim_mode() judges the document that comes of it. */
static bool is_xstim_mode(const struct found *found)
{
	const char *mode = setting_of(found, PCODE_MODE);

	if (mode)
		return strcmp(mode, "1") == 0;
	return setting_of(found, PCODE_SERVER_1) || setting_of(found, PCODE_SERVER_2);
}

static void refuse_all(struct found *found, struct found_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (values[i].name && !values[i].is_refused)
			import_refuse(found, &values[i],
				      "a phone in XSTIM mode has no SIP accounts");
}

void import_xstim_end(struct found *found)
{
	for (size_t i = 0; i < PCODE_ACCOUNTS; i++) {
		struct found_value *fields = found->servers[i].fields;

		if (fields[SERVER_PROXY].name && fields[SERVER_DOMAIN].name &&
		    strcmp(fields[SERVER_PROXY].text, fields[SERVER_DOMAIN].text) == 0 &&
		    strcmp(fields[SERVER_PROXY_PORT].text, fields[SERVER_REGISTRAR_PORT].text) == 0)
			import_refuse(found, &fields[SERVER_PROXY],
				      "the proxy is the server itself, so none is written");
	}
	if (!is_xstim_mode(found))
		return;
	for (size_t i = 0; i < PCODE_ACCOUNTS; i++) {
		refuse_all(found, found->servers[i].fields, SERVER_FIELDS);
		found->servers[i].is_there = false;
	}
	for (size_t i = 0; i < found->account_count; i++)
		refuse_all(found, found->accounts[i].fields, FOUND_FIELDS);
	found->account_count = 0;
}
