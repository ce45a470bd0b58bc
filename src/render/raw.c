/* SPDX-License-Identifier: MIT */
#include "render/raw.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "render/format.h"
#include "render/xml.h"

enum { NAME_MAX_LEN = 128 };

enum what { MACD, MACC, DVID, PERCENT, NAMED };

static const struct {
	const char *text;
	enum what what;
} words[] = {{"%MACD", MACD}, {"%MACC", MACC}, {"%DVID", DVID}, {"%%", PERCENT}};

static const char *const line_fields[] = {
	"user",	 "auth",       "password",  "display",	      "server",	   "domain",
	"proxy", "proxy_port", "registrar", "registrar_port", "transport",
};

enum line_field {
	USER,
	AUTH,
	PASSWORD,
	DISPLAY,
	SERVER,
	DOMAIN,
	PROXY,
	PROXY_PORT,
	REGISTRAR,
	REGISTRAR_PORT,
	TRANSPORT,
};

struct placeholder {
	enum what what;
	size_t len; /* in the template */
	char name[NAME_MAX_LEN + 1];
	int slot; /* 0: a setting */
	enum line_field field;
};

static bool name_is_good(const char *name)
{
	for (const char *s = name; *s; s++)
		if (!isascii((unsigned char)*s) ||
		    (!isalnum((unsigned char)*s) && !strchr("._-[]%", *s)))
			return false;
	return isalpha((unsigned char)name[0]) != 0;
}

/* "line.1.user"; false when it is none that there is. */
static bool line_parse(const char *name, struct placeholder *ret)
{
	const char *field = name + strlen("line.");
	size_t digits = strspn(field, "0123456789");
	char number[8];
	uint64_t slot;

	if (digits == 0 || digits >= sizeof(number) || field[digits] != '.')
		return false;
	memcpy(number, field, digits);
	number[digits] = '\0';
	if (!text_to_uint(number, 20000, &slot) || slot == 0)
		return false;
	ret->slot = (int)slot;
	for (size_t i = 0; i < COUNT_OF(line_fields); i++)
		if (strcmp(field + digits + 1, line_fields[i]) == 0) {
			ret->field = (enum line_field)i;
			return true;
		}
	return false;
}

/* What stands at a percent sign. */
static bool placeholder_parse(const char *s, struct placeholder *ret)
{
	size_t len;

	*ret = (struct placeholder){.what = NAMED};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strncmp(s, words[i].text, strlen(words[i].text)) == 0) {
			ret->what = words[i].what;
			ret->len = strlen(words[i].text);
			return true;
		}
	if (s[1] != '{')
		return false;
	len = strcspn(s + 2, "}\n");
	if (s[2 + len] != '}' || len == 0 || len > NAME_MAX_LEN)
		return false;
	memcpy(ret->name, s + 2, len);
	ret->len = len + 3;
	if (strncmp(ret->name, "line.", 5) == 0)
		return line_parse(ret->name, ret);
	return name_is_good(ret->name);
}

static int refuse(struct diag *reterr, int r, const char *text, const char *at, const char *why)
{
	unsigned line, column;

	text_place(text, at, &line, &column);
	return diag_set(reterr, r, "line %u, column %u: %s", line, column, why);
}

int raw_check(const char *text, size_t len, struct diag *reterr)
{
	struct placeholder placeholder;
	size_t at;
	int r = len > 0 ? text_check(text, len, &at) : -E_TEXT_EMPTY;

	if (r == -E_TEXT_EMPTY)
		return diag_set(reterr, r, "the file is empty");
	if (r < 0)
		return refuse(reterr, r, text, text + at, error_text(r));
	for (const char *s = strchr(text, '%'); s; s = strchr(s + placeholder.len, '%'))
		if (!placeholder_parse(s, &placeholder))
			return refuse(
				reterr, -E_TEMPLATE_PLACEHOLDER, text, s,
				"not a placeholder that is known; there are %MACD, %MACC, "
				"%DVID, %{NAME} of a setting, %{line.1.user}, "
				"%{line.1.password} and the like; write %% for a percent sign");
	return 0;
}

bool raw_reserves(const char *setting_name)
{
	(void)setting_name;
	return false;
}

bool raw_per_handset(const char *setting_name)
{
	(void)setting_name;
	return false;
}

bool raw_takes(const char *setting_name)
{
	(void)setting_name;
	return true;
}

struct raw {
	const struct document *document;
	bool reveal, is_xml;
	struct buf *out;
	char number[16];
};

static const char *shown(const struct raw *raw, const struct secret *secret)
{
	if (!secret)
		return NULL;
	return raw->reveal ? secret_reveal(secret) : RENDER_REDACTED;
}

static const char *server_value(struct raw *raw, const struct sip_server *server,
				enum line_field field)
{
	switch (field) {
	case SERVER:
		return server->name;
	case DOMAIN:
		return server->domain;
	case PROXY:
		return xml_either(server->proxy_address, server->domain);
	case REGISTRAR:
		return xml_either(server->registrar_address, server->domain);
	case TRANSPORT:
		return server->transport;
	default:
		snprintf(raw->number, sizeof(raw->number), "%d",
			 field == PROXY_PORT ? server->proxy_port : server->registrar_port);
		return raw->number;
	}
}

static const char *line_value(struct raw *raw, const struct document_line *line,
			      enum line_field field)
{
	const struct document *document = raw->document;

	switch (field) {
	case USER:
		return line->line->user_name;
	case AUTH:
		return xml_either(line->line->auth_name, line->line->user_name);
	case PASSWORD:
		return shown(raw, line->line->auth_password);
	case DISPLAY:
		return xml_either(line->line->display_name, line->line->user_name);
	default:
		break;
	}
	for (size_t i = 0; i < document->server_count; i++)
		if (document->servers[i].position == line->provider)
			return server_value(raw, &document->servers[i], field);
	return NULL;
}

/* NULL: there is none. */
static const char *value_of(struct raw *raw, const struct placeholder *placeholder)
{
	const struct document *document = raw->document;

	if (placeholder->slot) {
		for (size_t i = 0; i < document->line_count; i++)
			if (document->lines[i].line->slot == placeholder->slot)
				return line_value(raw, &document->lines[i], placeholder->field);
		return NULL;
	}
	for (size_t i = 0; i < document->param_count; i++)
		if (strcmp(document->params[i].name, placeholder->name) == 0)
			return document->params[i].secret ? shown(raw, document->params[i].secret)
							  : document->params[i].value;
	return NULL;
}

static int fill(struct raw *raw, const struct placeholder *placeholder, const char *text,
		const char *at, struct diag *reterr)
{
	char mac[MAC_LEN + 1], why[NAME_MAX_LEN + 80];
	const char *value;

	mac_format(raw->document->mac, mac);
	switch (placeholder->what) {
	case PERCENT:
		buf_addc(raw->out, '%');
		return 0;
	case MACD:
		buf_adds(raw->out, mac);
		return 0;
	case MACC:
		for (size_t i = 0; i < MAC_LEN; i += 2)
			buf_printf(raw->out, "%s%.2s", i ? ":" : "", mac + i);
		return 0;
	case DVID:
		value = product_find(raw->document->product)->dvid;
		if (!value)
			return refuse(reterr, -E_TEMPLATE_VALUE, text, at,
				      "nobody knows the device id (%DVID) of this product");
		break;
	default:
		value = value_of(raw, placeholder);
		if (!value) {
			snprintf(why, sizeof(why), "%%{%s}: the device has no such %s",
				 placeholder->name,
				 placeholder->slot ? "line, or the line lacks it" : "setting");
			return refuse(reterr, -E_TEMPLATE_VALUE, text, at, why);
		}
	}
	if (raw->is_xml)
		buf_add_xml(raw->out, value);
	else
		buf_adds(raw->out, value);
	return 0;
}

int raw_render(void *mem, const struct document *document, bool reveal, struct buf **ret,
	       struct diag *reterr)
{
	struct raw raw = {.document = document, .reveal = reveal, .out = buf_new(mem)};
	const char *text, *percent;
	int r;

	if (!document->template)
		return diag_set(reterr, -E_TEMPLATE_UNKNOWN,
				"there is no file for this device; keep one with: "
				"gigaprovctl template set SCOPE --file FILE");
	text = secret_reveal(document->template->text);
	raw.is_xml = strstr(document->template->content_type, "xml") != NULL;
	r = raw_check(text, secret_len(document->template->text), reterr);
	for (const char *s = text; r == 0 && *s;) {
		struct placeholder placeholder;

		percent = strchrnul(s, '%');
		buf_add(raw.out, s, (size_t)(percent - s));
		s = percent;
		if (*s && placeholder_parse(s, &placeholder)) {
			r = fill(&raw, &placeholder, text, s, reterr);
			s += placeholder.len;
		}
	}
	if (r < 0) {
		mem_free(raw.out);
		return r;
	}
	*ret = raw.out;
	return 0;
}
