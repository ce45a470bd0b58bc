/* SPDX-License-Identifier: MIT */
/*
 * Documents of Maxwell desk phones: provisioning version 1.1, productID mx3b.
 *
 *	<firmware>    what to run, where there is something
 *	<nvm>         the device's parameters, then SIP.Account.0 to .3
 *	<custom>      what an import found there, then steps: settings custom.TYPE,
 *	              of which Redirect comes last, since it leads to another document
 *
 * A step's value is its URL; "1" stands for one that has none
 * (custom.UnlockAllFunctionKeys).  What follows a second dot only tells several
 * steps of a type apart.
 *
 * A phone keeps what a document does not name, so accounts without a line are
 * switched off.  The transport is one for all accounts: that of the first line's
 * server, unless there is a setting.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/format.h"
#include "render/param.h"
#include "render/xml.h"

#define ACCOUNT "SIP.Account."
#define TRANSPORT "SIP.TransportProtocol"
#define USE_SIPS "SIP.Security.UseSIPS"
#define REDIRECT "Redirect"

static const char *const account_fields[] = {
	"AccountName",
	"Active",
	"Provider",
	"AuthName",
	"AuthPassword",
	"DisplayName",
	"Username",
	"Domain",
	"ProxyServer.Address",
	"ProxyServer.Port",
	"RegistrationServer.Address",
	"RegistrationServer.Port",
};

bool maxwell_reserves(const char *setting_name)
{
	const char *rest = setting_name + strlen(ACCOUNT);
	size_t digits;

	if (strncasecmp(setting_name, ACCOUNT, strlen(ACCOUNT)) != 0)
		return false;
	digits = strspn(rest, "0123456789");
	if (digits == 0 || rest[digits] != '.')
		return false;
	for (size_t i = 0; i < COUNT_OF(account_fields); i++)
		if (strcasecmp(rest + digits + 1, account_fields[i]) == 0)
			return true;
	return false;
}

bool maxwell_per_handset(const char *setting_name)
{
	(void)setting_name;
	return false;
}

static const char *step_of(const char *name)
{
	size_t len = strlen(PARAM_CUSTOM);

	return strncmp(name, PARAM_CUSTOM, len) == 0 ? name + len : NULL;
}

bool maxwell_takes(const char *setting_name)
{
	return param_is_dotted(setting_name) || step_of(setting_name);
}

static bool has_param(const struct document *document, const char *name)
{
	for (size_t i = 0; i < document->param_count; i++)
		if (strcasecmp(document->params[i].name, name) == 0)
			return true;
	return false;
}

static int write_params(struct xml *out, const struct document *document)
{
	for (size_t i = 0; i < document->param_count; i++) {
		const struct param *param = &document->params[i];
		int r = xml_check_name(out, param->name);

		if (r < 0)
			return r;
		if (step_of(param->name))
			continue;
		if (maxwell_reserves(param->name))
			return xml_refuse(out, -E_SETTING_RESERVED, param->name);
		r = xml_param(out, param->name, param);
		if (r < 0)
			return r;
	}
	return 0;
}

static const struct sip_server *server_of(const struct document *document,
					  const struct document_line *line)
{
	for (size_t i = 0; i < document->server_count; i++)
		if (document->servers[i].position == line->provider)
			return &document->servers[i];
	return NULL;
}

static int write_transport(struct xml *out, const struct document *document)
{
	const struct sip_server *server =
		document->line_count ? server_of(document, &document->lines[0]) : NULL;
	bool tls = server && strcmp(server->transport, "tls") == 0;
	int r = 0;

	if (server && !has_param(document, TRANSPORT))
		r = xml_text(out, TRANSPORT, strcmp(server->transport, "udp") == 0 ? "1" : "2");
	if (r == 0 && server && !has_param(document, USE_SIPS))
		r = xml_text(out, USE_SIPS, tls ? "1" : "0");
	return r;
}

static int write_server(struct xml *out, const char *n, const struct sip_server *server)
{
	int r;

#define FIELD(field) xml_name(out, "SIP.Account", n, field)
	r = xml_text(out, FIELD("Domain"), server->domain);
	if (r == 0)
		r = xml_text(out, FIELD("ProxyServer.Address"),
			     xml_either(server->proxy_address, server->domain));
	if (r == 0)
		r = xml_number(out, FIELD("ProxyServer.Port"), server->proxy_port, 1, 65535);
	if (r == 0)
		r = xml_text(out, FIELD("RegistrationServer.Address"),
			     xml_either(server->registrar_address, server->domain));
	if (r == 0)
		r = xml_number(out, FIELD("RegistrationServer.Port"), server->registrar_port, 1,
			       65535);
	return r;
}

static int write_account(struct xml *out, const char *n, const struct line *line,
			 const struct sip_server *server)
{
	int r;

	if (!server)
		return xml_refuse(out, -E_SIP_UNKNOWN, FIELD("Provider"));
	r = xml_text(out, FIELD("AccountName"), line->user_name);
	if (r == 0)
		r = xml_text(out, FIELD("Active"), "1");
	if (r == 0)
		r = xml_text(out, FIELD("Provider"), server->name);
	if (r == 0)
		r = xml_text(out, FIELD("AuthName"), xml_either(line->auth_name, line->user_name));
	if (r == 0 && line->auth_password)
		r = xml_secret(out, FIELD("AuthPassword"), line->auth_password);
	if (r == 0)
		r = xml_text(out, FIELD("DisplayName"),
			     xml_either(line->display_name, line->user_name));
	if (r == 0)
		r = xml_text(out, FIELD("Username"), line->user_name);
	return r < 0 ? r : write_server(out, n, server);
}

static int write_accounts(struct xml *out, const struct document *document)
{
	int max = product_find(document->product)->lines_max;
	size_t l = 0;
	int r = write_transport(out, document);

	for (int slot = 1; slot <= max && r == 0; slot++) {
		const struct document_line *line =
			l < document->line_count && document->lines[l].line->slot == slot
				? &document->lines[l++]
				: NULL;
		char n[16];

		snprintf(n, sizeof(n), "%d", slot - 1);
		if (line)
			r = write_account(out, n, line->line, server_of(document, line));
		else
			r = xml_text(out, FIELD("Active"), "0");
	}
	if (r == 0 && l < document->line_count)
		r = diag_set(out->reterr, -E_LINES_FULL, "line %d: %s",
			     document->lines[l].line->slot, error_text(-E_LINES_FULL));
#undef FIELD
	return r;
}

static int write_step(struct xml *out, const struct param *param, const char *type)
{
	const char *url = param_text(param);
	int r = xml_check(out, param->name, url ? url : "", url ? strlen(url) : 0);

	if (r < 0)
		return r;
	if (!*type || *type == '.')
		return xml_refuse(out, -E_SETTING_NAME, param->name);
	xml_start(out, "step");
	xml_attribute(out, "type", mem_strndup(out->mem, type, strcspn(type, ".")));
	if (strcmp(url, "1") != 0)
		xml_attribute(out, "url", param->secret && !out->reveal ? RENDER_REDACTED : url);
	xml_end(out);
	return 0;
}

static bool is_redirect(const char *type)
{
	return strncmp(type, REDIRECT, strlen(REDIRECT)) == 0 &&
	       (type[strlen(REDIRECT)] == '\0' || type[strlen(REDIRECT)] == '.');
}

static int write_steps(struct xml *out, const struct document *document)
{
	bool any = document->custom_count > 0;
	int r = 0;

	if (any) {
		xml_start(out, "custom");
		r = xml_parts(out, document->customs, document->custom_count);
	}
	for (int last = 0; last <= 1; last++)
		for (size_t i = 0; i < document->param_count && r == 0; i++) {
			const char *type = step_of(document->params[i].name);

			if (!type || is_redirect(type) != last)
				continue;
			if (!any)
				xml_start(out, "custom");
			any = true;
			r = write_step(out, &document->params[i], type);
		}
	if (any)
		xml_end(out);
	return r;
}

static int write_document(struct xml *out, const struct document *document)
{
	int r;

	xml_start(out, "provisioning");
	xml_attribute(out, "version", "1.1");
	xml_attribute(out, "productID", "mx3b");
	r = document->firmware	   ? xml_firmware(out, document->firmware)
	    : document->file_count ? xml_files(out, document)
				   : 0;
	if (r < 0)
		return r;
	xml_start(out, "nvm");
	r = write_params(out, document);
	if (r == 0)
		r = write_accounts(out, document);
	xml_end(out);
	return r < 0 ? r : write_steps(out, document);
}

int maxwell_render(void *mem, const struct document *document, bool reveal, struct buf **ret,
		   struct diag *reterr)
{
	return xml_render(mem, document, reveal, write_document, ret, reterr);
}
