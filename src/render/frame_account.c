/* SPDX-License-Identifier: MIT */
/* Accounts of a ProviderFrame.  Names and their order are those of files that phones take. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "frame.h"
#include "render/format.h"
#include "render/xml.h"

/* A parameter's name, of which there is one for each account. */
#define NAME(...) mem_printf(out->mem, __VA_ARGS__)

static const struct sip_server *server_of(const struct document *document,
					  const struct document_line *line)
{
	for (size_t i = 0; i < document->server_count; i++)
		if (document->servers[i].position == line->provider)
			return &document->servers[i];
	return NULL;
}

static bool has_param(const struct document *document, const char *name)
{
	for (size_t i = 0; i < document->param_count; i++)
		if (strcmp(document->params[i].name, name) == 0)
			return true;
	return false;
}

/* With the masks' defaults all handsets ring for all lines; so line n is handset n's. */
static void n510_mask(struct frame *out, const char *name, int index)
{
	if (!has_param(out->document, name))
		frame_symbol_number(out, name, 1u << index);
}

static int n510_server(struct frame *out, const char *suffix, const struct sip_server *server)
{
	const char *data = "BS_IP_Data1";
	int r;

	r = frame_symbol_text(out, NAME("%s.aucS_SIP_DOMAIN%s", data, suffix), server->domain);
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucS_SIP_SERVER%s", data, suffix),
				      xml_either(server->proxy_address, server->domain));
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucS_SIP_REGISTRAR%s", data, suffix),
				      xml_either(server->registrar_address, server->domain));
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucS_SIP_PROVIDER_NAME%s", data, suffix),
				      server->name);
	if (r < 0)
		return r;
	frame_symbol_number(out, NAME("%s.uiI_SIP_SERVER_PORT%s", data, suffix),
			    (unsigned)server->proxy_port);
	frame_symbol_number(out, NAME("%s.uiI_SIP_REGISTRAR_PORT%s", data, suffix),
			    (unsigned)server->registrar_port);
	return 0;
}

static int n510_account(struct frame *out, const struct line *line, const struct sip_server *server)
{
	const char *display = xml_either(line->display_name, line->user_name);
	const char *suffix = line->slot == 1 ? "" : NAME("_%d", line->slot);
	const char *account = NAME("BS_Accounts.astAccounts[%d]", line->slot - 1);
	const char *data = "BS_IP_Data1";
	int r;

	r = frame_symbol_text(out, NAME("%s.aucAccountName[0]", account), display);
	if (r < 0)
		return r;
	n510_mask(out, NAME("%s.uiSendMask", account), line->slot - 1);
	n510_mask(out, NAME("%s.uiReceiveMask", account), line->slot - 1);
	r = frame_symbol_text(out, NAME("%s.aucS_SIP_ACCOUNT_NAME_%d", data, line->slot), display);
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucS_SIP_DISPLAYNAME%s", data, suffix),
				      display);
	if (r == 0)
		r = frame_symbol_text(out, NAME("BS_IP_Data3.aucS_SIP_LOGIN_ID%s", suffix),
				      xml_either(line->auth_name, line->user_name));
	if (r == 0 && line->auth_password)
		r = frame_symbol_secret(out, NAME("%s.aucS_SIP_PASSWORD%s", data, suffix),
					line->auth_password);
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucS_SIP_USER_ID%s", data, suffix),
				      line->user_name);
	return r < 0 ? r : n510_server(out, suffix, server);
}

static void n510_active(struct frame *out, int slot, bool active)
{
	frame_symbol_number(out, NAME("BS_IP_Data1.ucB_SIP_ACCOUNT_IS_ACTIVE_%d", slot), active);
}

static int de_account(struct frame *out, const struct line *line, const struct sip_server *server)
{
	int n = line->slot;
	const char *display = xml_either(line->display_name, line->user_name);
	int r;

	r = frame_element(out, NAME("S_SIP_ACCOUNT_NAME_%d", n), display);
	if (r == 0)
		r = frame_element(out, NAME("S_SIP_LOGIN_ID_%d", n),
				  xml_either(line->auth_name, line->user_name));
	if (r == 0 && line->auth_password)
		r = frame_element_secret(out, NAME("S_SIP_PASSWORD_%d", n), line->auth_password);
	if (r == 0)
		r = frame_element(out, NAME("S_SIP_USER_ID_%d", n), line->user_name);
	if (r == 0)
		r = frame_element(out, NAME("S_SIP_DISPLAYNAME_%d", n), display);
	if (r == 0)
		r = frame_element(out, NAME("S_SIP_PROVIDER_NAME_%d", n), server->name);
	if (r == 0)
		r = frame_element(out, NAME("S_SIP_DOMAIN_%d", n), server->domain);
	if (r == 0)
		r = frame_element(out, NAME("S_SIP_SERVER_%d", n),
				  xml_either(server->proxy_address, server->domain));
	if (r < 0)
		return r;
	frame_element_number(out, NAME("I_SIP_SERVER_PORT_%d", n), (unsigned)server->proxy_port);
	r = frame_element(out, NAME("S_SIP_REGISTRAR_%d", n),
			  xml_either(server->registrar_address, server->domain));
	if (r < 0)
		return r;
	frame_element_number(out, NAME("I_SIP_REGISTRAR_PORT_%d", n),
			     (unsigned)server->registrar_port);
	return 0;
}

static void de_active(struct frame *out, int slot, bool active)
{
	int r = frame_element(out, NAME("B_SIP_ACCOUNT_IS_ACTIVE_%d", slot),
			      active ? "true" : "false");

	(void)r; /* neither is empty */
}

static int n720_server(struct frame *out, const struct sip_server *server)
{
	const char *provider = NAME("BS_VOIP_Data.astVoipProviders[%d]", server->position);
	int r;

	r = frame_symbol_text(out, NAME("%s.aucSIP_PROVIDER_NAME[%%]", provider), server->name);
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucSIP_DOMAIN[%%]", provider), server->domain);
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucSIP_SERVER[%%]", provider),
				      xml_either(server->proxy_address, server->domain));
	if (r < 0)
		return r;
	frame_symbol_number(out, NAME("%s.uiSIP_SERVER_PORT", provider),
			    (unsigned)server->proxy_port);
	r = frame_symbol_text(out, NAME("%s.aucSIP_REGISTRAR[%%]", provider),
			      xml_either(server->registrar_address, server->domain));
	if (r < 0)
		return r;
	frame_symbol_number(out, NAME("%s.uiSIP_REGISTRAR_PORT", provider),
			    (unsigned)server->registrar_port);
	return 0;
}

static int n720_account(struct frame *out, const struct line *line, const struct sip_server *server)
{
	const char *account = NAME("BS_VOIP_Data.astVoipAccounts[%d]", line->slot - 1);
	int r;

	r = frame_symbol_text(out, NAME("%s.aucS_SIP_DISPLAYNAME[0]", account),
			      xml_either(line->display_name, line->user_name));
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucS_SIP_LOGIN_ID[0]", account),
				      xml_either(line->auth_name, line->user_name));
	if (r == 0 && line->auth_password)
		r = frame_symbol_secret(out, NAME("%s.aucS_SIP_PASSWORD[0]", account),
					line->auth_password);
	if (r == 0)
		r = frame_symbol_text(out, NAME("%s.aucS_SIP_USER_ID[0]", account),
				      line->user_name);
	if (r < 0)
		return r;
	frame_symbol_number(out, NAME("%s.ucVoipProviderIndex", account),
			    (unsigned)server->position);
	frame_symbol_number(out, NAME("%s.ucB_SIP_ACCOUNT_IS_ACTIVE_1", account), 1);
	return 0;
}

static void n720_active(struct frame *out, int slot, bool active)
{
	(void)out;
	(void)slot;
	(void)active; /* n720_start() switches all off, n720_account() one on */
}

/* [%] is each one of an array. */
static int n720_start(struct frame *out)
{
	const struct document *document = out->document;
	int r = 0;

	for (size_t i = 0; i < document->server_count && r == 0; i++)
		r = n720_server(out, &document->servers[i]);
	frame_symbol_number(out, "BS_VOIP_Data.astVoipAccounts[%].ucB_SIP_ACCOUNT_IS_ACTIVE_1", 0);
	return r;
}

static const struct dialect {
	const char *prefix; /* of the products' names */
	int (*start)(struct frame *out);
	int (*account)(struct frame *out, const struct line *line, const struct sip_server *server);
	void (*active)(struct frame *out, int slot, bool active);
} dialects[] = {
	{"de", NULL, de_account, de_active},
	{"n720", n720_start, n720_account, n720_active},
	{"", NULL, n510_account, n510_active},
};

static const struct dialect *dialect_of(const char *product)
{
	const struct dialect *dialect = dialects;

	while (strncmp(product, dialect->prefix, strlen(dialect->prefix)) != 0)
		dialect++;
	return dialect;
}

/* Those of DE phones are elements, which XML alone escapes. */
bool frame_takes_text(const char *product, const char *text)
{
	return dialect_of(product)->account == de_account || !strchr(text, '"');
}

int frame_slot_of_mask(const char *product, const char *name, const char *value)
{
	int max = product_find(product)->lines_max;
	char text[64];

	if (dialect_of(product)->account != n510_account)
		return 0;
	for (int slot = 1; slot <= max; slot++) {
		snprintf(text, sizeof(text), "0x%x", 1U << (slot - 1));
		if (strcmp(value, text) != 0)
			continue;
		snprintf(text, sizeof(text), "BS_Accounts.astAccounts[%d].uiSendMask", slot - 1);
		if (strcmp(name, text) == 0)
			return slot;
		snprintf(text, sizeof(text), "BS_Accounts.astAccounts[%d].uiReceiveMask", slot - 1);
		return strcmp(name, text) == 0 ? slot : 0;
	}
	return 0;
}

static int check_ports(struct frame *out)
{
	for (size_t i = 0; i < out->document->server_count; i++) {
		const struct sip_server *server = &out->document->servers[i];

		if (server->proxy_port < 1 || server->proxy_port > 65535 ||
		    server->registrar_port < 1 || server->registrar_port > 65535)
			return diag_set(out->reterr, -E_VALUE, "a port is from 1 to 65535");
	}
	return 0;
}

int frame_accounts(struct frame *out)
{
	const struct document *document = out->document;
	const struct dialect *dialect = dialect_of(document->product);
	int max = product_find(document->product)->lines_max;
	size_t l = 0;
	int r = check_ports(out);

	if (r == 0 && dialect->start)
		r = dialect->start(out);
	for (int slot = 1; slot <= max && r == 0; slot++) {
		const struct document_line *line =
			l < document->line_count ? &document->lines[l] : NULL;
		const struct sip_server *server;

		if (!line || line->line->slot != slot) {
			dialect->active(out, slot, false);
			continue;
		}
		l++;
		server = server_of(document, line);
		if (!server)
			return frame_refuse(out, -E_SIP_UNKNOWN, NAME("line %d", slot));
		dialect->active(out, slot, true);
		r = dialect->account(out, line->line, server);
	}
	if (r == 0 && l < document->line_count)
		r = frame_refuse(out, -E_LINES_FULL,
				 NAME("line %d", document->lines[l].line->slot));
	return r;
}
