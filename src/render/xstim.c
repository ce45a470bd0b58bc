/* SPDX-License-Identifier: MIT */
/*
 * Documents of XSTIM phones and the Htek phones that they are made from:
 * hl_provision, an element for each P-code.
 *
 *	what decides about the phone's mode, and where it looks for firmware
 *	P25020 to P25041, the schedule: all of them, always, in ascending order,
 *		for a phone keeps what a document does not name
 *	accounts 1 to 4, in SIP mode
 *	settings, in the order of their codes
 *
 * Each code is written once: a setting takes the place of what the format would
 * write by itself.  A phone in XSTIM mode has servers (P5902, P5905), no accounts.
 *
 * That an empty element clears a value: templates of fusionpbx (htek).  Modes and
 * servers: E-MetroTel's portal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "render/format.h"
#include "render/param.h"
#include "render/pcode.h"
#include "render/xml.h"

enum { SIP_PORT = 5060 };

bool xstim_reserves(const char *setting_name)
{
	enum pcode_field field;
	int slot;

	return pcode_is_of_account(param_code(setting_name), &slot, &field);
}

bool xstim_per_handset(const char *setting_name)
{
	(void)setting_name;
	return false;
}

bool xstim_takes(const char *setting_name)
{
	return param_code(setting_name) != 0;
}

static const struct param *param_of(const struct document *document, unsigned code)
{
	for (size_t i = 0; i < document->param_count; i++)
		if (param_code(document->params[i].name) == code)
			return &document->params[i];
	return NULL;
}

bool pcode_is_xstim_mode(const struct document *document)
{
	const struct param *mode = param_of(document, PCODE_MODE);

	if (mode)
		return mode->value && strcmp(mode->value, "1") == 0;
	return param_of(document, PCODE_SERVER_1) || param_of(document, PCODE_SERVER_2);
}

/* A value that has been checked; "" clears what the phone has. */
static void write_element(struct xml *out, unsigned code, const char *para, const char *value)
{
	char element[16];

	snprintf(element, sizeof(element), "P%u", code);
	xml_start(out, element);
	if (para)
		xml_attribute(out, "para", para);
	if (*value)
		xml_string(out, value);
	xml_end(out);
}

/* What the format writes by itself, unless a setting says otherwise. */
static void write_own(struct xml *out, const struct document *document, unsigned code,
		      const char *value)
{
	if (!param_of(document, code))
		write_element(out, code, pcode_name(code), value);
}

static int write_param(struct xml *out, const struct param *param)
{
	const char *value = param_text(param);
	unsigned code = param_code(param->name);
	int r = xml_check(out, param->name, value ? value : "", value ? strlen(value) : 0);

	if (r == 0)
		write_element(out, code, pcode_name(code),
			      param->secret && !out->reveal ? RENDER_REDACTED : value);
	return r;
}

static int check_params(struct xml *out, const struct document *document)
{
	for (size_t i = 0; i < document->param_count; i++) {
		const char *name = document->params[i].name;
		int r = xml_check_name(out, name);

		if (r < 0)
			return r;
		if (!xstim_takes(name))
			return diag_set(out->reterr, -E_SETTING_NAME,
					"%s: a P-code is P and its number, such as P25020", name);
		if (xstim_reserves(name))
			return xml_refuse(out, -E_SETTING_RESERVED, name);
		if (document->schedule && pcode_is_schedule(param_code(name)))
			return diag_set(out->reterr, -E_SETTING_RESERVED,
					"%s: the schedule %s says what it is; unset this setting, "
					"or schedule.config",
					name, document->schedule->name);
	}
	return 0;
}

/* An operation is as good a reason to look there as a version that is wanted. */
static const char *directory_of(const struct document *document)
{
	for (size_t i = 0; i < document->operation_count; i++)
		if (document->operations[i].kind == OPERATION_FIRMWARE &&
		    document->operations[i].url)
			return document->operations[i].url;
	return document->firmware_directory;
}

static int write_management(struct xml *out, const struct document *document)
{
	const char *directory = directory_of(document);
	const struct document_schedule *schedule = document->schedule;
	char minutes[16];
	int r;

	xml_comment(out, "Management/AutoProvision");
	if (directory && !param_of(document, PCODE_FIRMWARE_PATH)) {
		r = xml_check(out, "firmware directory", directory, strlen(directory));
		if (r < 0)
			return r;
		write_own(out, document, PCODE_TRANSPORT,
			  strncmp(directory, "https:", 6) == 0 ? "3" : "1");
		write_own(out, document, PCODE_FIRMWARE_PATH, directory);
	}
	write_own(out, document, PCODE_AUTO_UPGRADE, "1");
	if (schedule && schedule->poll > 0) {
		snprintf(minutes, sizeof(minutes), "%d", schedule->poll);
		write_own(out, document, PCODE_POLL_MINUTES, minutes);
	}
	return 0;
}

static int write_schedule(struct xml *out, const struct document *document)
{
	int values[PCODE_SCHEDULE_COUNT];

	pcode_schedule(document->schedule, values);
	for (unsigned i = 0; i < PCODE_SCHEDULE_COUNT; i++) {
		const struct param *param = param_of(document, PCODE_SCHEDULE + i);
		char value[16];
		int r = param ? write_param(out, param) : 0;

		if (r < 0)
			return r;
		snprintf(value, sizeof(value), "%d", values[i]);
		write_own(out, document, PCODE_SCHEDULE + i, value);
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

struct writing {
	struct xml *out;
	int slot; /* from 1 */
};

static const char *account_para(const struct writing *at, enum pcode_field field)
{
	return mem_printf(at->out->mem, "Account%d.%s", at->slot, pcode_field_name(field));
}

static void write_raw(const struct writing *at, enum pcode_field field, const char *value)
{
	write_element(at->out, pcode_of_account(at->slot, field), account_para(at, field), value);
}

static int write_field(const struct writing *at, enum pcode_field field, const char *value)
{
	int r = xml_check(at->out, account_para(at, field), value ? value : "",
			  value ? strlen(value) : 0);

	if (r == 0)
		write_raw(at, field, value);
	return r;
}

static int write_password(const struct writing *at, const struct secret *password)
{
	const char *value = secret_reveal(password);
	int r = xml_check(at->out, account_para(at, PCODE_PASSWORD), value, secret_len(password));

	if (r == 0)
		write_raw(at, PCODE_PASSWORD, at->out->reveal ? value : RENDER_REDACTED);
	return r;
}

/* "pbx.example.net", with a port that is not SIP's own; "[2001:db8::1]:5070". */
static const char *host_port(void *mem, const char *host, int64_t port)
{
	bool is_bare = strchr(host, ':') && host[0] != '[';

	if (port == SIP_PORT)
		return host;
	return mem_printf(mem, is_bare ? "[%s]:%d" : "%s:%d", host, (int)port);
}

static bool has_text(const char *s)
{
	return s && *s;
}

static bool is_another(const char *address, const char *domain)
{
	return has_text(address) && strcmp(address, domain) != 0;
}

/*
 * Phones register with the domain, by way of an outbound proxy where requests
 * are to go elsewhere.
 */
static int write_server(const struct writing *at, const struct sip_server *server)
{
	const char *domain = server->domain ? server->domain : "";
	bool other = is_another(server->registrar_address, domain);
	const char *transport = strcmp(server->transport, "tls") == 0	? "2"
				: strcmp(server->transport, "tcp") == 0 ? "1"
									: "0";
	const char *proxy = "";
	void *mem = at->out->mem;
	int r = 0;

	if (server->proxy_port < 1 || server->proxy_port > 65535)
		r = xml_refuse(at->out, -E_VALUE, account_para(at, PCODE_PROXY));
	else if (server->registrar_port < 1 || server->registrar_port > 65535)
		r = xml_refuse(at->out, -E_VALUE, account_para(at, PCODE_SERVER));
	if (r == 0 && *domain && !other)
		domain = host_port(mem, domain, server->registrar_port);
	if (r == 0)
		r = write_field(at, PCODE_SERVER, domain);
	if (r < 0)
		return r;
	if (is_another(server->proxy_address, server->domain) ||
	    (has_text(server->proxy_address) &&
	     server->proxy_port != (other ? SIP_PORT : server->registrar_port)))
		proxy = host_port(mem, server->proxy_address, server->proxy_port);
	else if (other)
		proxy = host_port(mem, server->registrar_address, server->registrar_port);
	if (*proxy)
		r = write_field(at, PCODE_PROXY, proxy);
	else
		write_raw(at, PCODE_PROXY, "");
	return r < 0 ? r : write_field(at, PCODE_SIP_TRANSPORT, transport);
}

static int write_account(const struct writing *at, const struct line *line,
			 const struct sip_server *server)
{
	const char *display = xml_either(line->display_name, line->user_name);
	int r;

	if (!server)
		return xml_refuse(at->out, -E_SIP_UNKNOWN, account_para(at, PCODE_SERVER));
	r = write_server(at, server);
	if (r == 0)
		r = write_field(at, PCODE_LABEL, display);
	if (r == 0)
		r = write_field(at, PCODE_USER, line->user_name);
	if (r == 0)
		r = write_field(at, PCODE_AUTH, xml_either(line->auth_name, line->user_name));
	if (r == 0 && line->auth_password)
		r = write_password(at, line->auth_password);
	if (r == 0)
		r = write_field(at, PCODE_DISPLAY, display);
	return r;
}

static int write_accounts(struct xml *out, const struct document *document)
{
	int max = product_find(document->product)->lines_max;
	size_t l = 0;
	int r = 0;

	for (int slot = 1; slot <= PCODE_ACCOUNTS && slot <= max && r == 0; slot++) {
		struct writing at = {out, slot};
		const struct document_line *line =
			l < document->line_count && document->lines[l].line->slot == slot
				? &document->lines[l++]
				: NULL;

		xml_comment(out, mem_printf(out->mem, "Account%d/Basic", slot));
		write_raw(&at, PCODE_ACTIVE, line ? "1" : "0");
		if (line)
			r = write_account(&at, line->line, server_of(document, line));
	}
	if (r == 0 && l < document->line_count)
		r = diag_set(out->reterr, -E_LINES_FULL, "line %d: %s",
			     document->lines[l].line->slot, error_text(-E_LINES_FULL));
	return r;
}

static int by_code(const void *a, const void *b)
{
	const struct param *const *x = a;
	const struct param *const *y = b;
	unsigned left = param_code((*x)->name), right = param_code((*y)->name);

	return left < right ? -1 : left > right;
}

static int write_settings(struct xml *out, const struct document *document)
{
	const struct param **params =
		mem_array(out->mem, const struct param *, document->param_count + 1);
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; i < document->param_count; i++)
		if (!pcode_is_schedule(param_code(document->params[i].name)))
			params[count++] = &document->params[i];
	if (count == 0)
		return 0;
	qsort(params, count, sizeof(*params), by_code);
	xml_comment(out, "Settings");
	for (size_t i = 0; i < count && r == 0; i++)
		r = write_param(out, params[i]);
	return r;
}

static int write_document(struct xml *out, const struct document *document)
{
	bool is_xstim = pcode_is_xstim_mode(document);
	int r = check_params(out, document);

	if (r < 0)
		return r;
	xml_start(out, "hl_provision");
	xml_attribute(out, "version", "1");
	xml_start(out, "config");
	xml_attribute(out, "version", "1");
	if (is_xstim)
		write_own(out, document, PCODE_MODE, "1");
	r = write_management(out, document);
	if (r == 0)
		r = write_schedule(out, document);
	if (r == 0 && !is_xstim)
		r = write_accounts(out, document);
	return r < 0 ? r : write_settings(out, document);
}

int xstim_render(void *mem, const struct document *document, bool reveal, struct buf **ret,
		 struct diag *reterr)
{
	return xml_render(mem, document, reveal, write_document, ret, reterr);
}
