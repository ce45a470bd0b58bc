/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "render/format.h"
#include "render/param.h"

int frame_refuse(struct frame *out, int r, const char *name)
{
	return diag_set(out->reterr, r, "%s: %s", name, error_text(r));
}

int frame_check_name(struct frame *out, const char *name)
{
	for (const char *s = name; *s; s++)
		if (!isascii((unsigned char)*s) ||
		    (!isalnum((unsigned char)*s) && !strchr("._-[]%", *s)))
			return diag_set(out->reterr, -E_SETTING_NAME, "a parameter's name: %s",
					error_text(-E_SETTING_NAME));
	if (!provider_frame_takes(name))
		return diag_set(out->reterr, -E_SETTING_NAME,
				"%s: parameters of such phones begin with BS_, S_, B_ or I_", name);
	return 0;
}

/* The value of an attribute in single quotes, in ISO-8859-1; it has been checked. */
static void add_value(struct buf *buf, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	while (*s) {
		uint32_t c = *s++;
		int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

		if (more)
			c &= 0x3fu >> more;
		for (; more > 0; more--)
			c = c << 6 | (*s++ & 0x3f);
		if (c == '&')
			buf_adds(buf, "&amp;");
		else if (c == '<')
			buf_adds(buf, "&lt;");
		else if (c == '>')
			buf_adds(buf, "&gt;");
		else if (c == '\'' || c < ' ' || (c >= 0x7f && c < 0xa0) || c > 0xff)
			buf_printf(buf, "&#%u;", c);
		else
			buf_addc(buf, (char)c);
	}
}

static int check(struct frame *out, const char *name, const char *value, size_t len)
{
	int r = len > 0 ? text_check(value, len, NULL) : -E_TEXT_EMPTY;

	return r < 0 ? frame_refuse(out, r, name) : 0;
}

static void add_symbol(struct frame *out, const char *name, const char *value, bool quoted)
{
	const char *quote = quoted ? "\"" : "";

	buf_printf(out->body, "    <SYMB_ITEM ID=\"%s\" class=\"symb_item\" value=%s%s", name,
		   quoted || strchr(value, '"') ? "'" : "\"", quote);
	add_value(out->body, value);
	buf_printf(out->body, "%s%s/>\n", quote, quoted || strchr(value, '"') ? "'" : "\"");
}

static int check_text(struct frame *out, const char *name, const char *text, size_t len)
{
	int r = check(out, name, text, len);

	if (r == 0 && strchr(text, '"'))
		r = diag_set(out->reterr, -E_VALUE,
			     "%s: stands in double quotes, and so cannot hold one", name);
	return r;
}

int frame_symbol_text(struct frame *out, const char *name, const char *text)
{
	int r = check_text(out, name, text ? text : "", text ? strlen(text) : 0);

	if (r == 0)
		add_symbol(out, name, text, true);
	return r;
}

int frame_symbol_secret(struct frame *out, const char *name, const struct secret *secret)
{
	const char *text = secret_reveal(secret);
	int r = check_text(out, name, text, secret_len(secret));

	if (r == 0)
		add_symbol(out, name, out->reveal ? text : RENDER_REDACTED, true);
	return r;
}

void frame_symbol_number(struct frame *out, const char *name, unsigned number)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%x", number);
	add_symbol(out, name, text, false);
}

static void add_element(struct frame *out, const char *name, const char *value)
{
	const char *class = name[0] == 'B' ? "boolean" : name[0] == 'I' ? "integer" : "string";
	char quote = strchr(value, '"') ? '\'' : '"';

	buf_printf(out->body, "    <%s class=\"%s\" value=%c", name, class, quote);
	add_value(out->body, value);
	buf_printf(out->body, "%c/>\n", quote);
}

int frame_element(struct frame *out, const char *name, const char *value)
{
	int r = check(out, name, value ? value : "", value ? strlen(value) : 0);

	if (r == 0)
		add_element(out, name, value);
	return r;
}

int frame_element_secret(struct frame *out, const char *name, const struct secret *secret)
{
	int r = check(out, name, secret_reveal(secret), secret_len(secret));

	if (r == 0)
		add_element(out, name, out->reveal ? secret_reveal(secret) : RENDER_REDACTED);
	return r;
}

void frame_element_number(struct frame *out, const char *name, unsigned number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	add_element(out, name, text);
}

/* "0x34,0x34" */
static bool is_bytes(const char *s)
{
	do {
		size_t digits;

		s += *s == ',';
		if (strncmp(s, "0x", 2) != 0)
			return false;
		digits = strspn(s + 2, "0123456789abcdefABCDEF");
		if (digits == 0)
			return false;
		s += 2 + digits;
	} while (*s == ',');
	return *s == '\0';
}

/*
 * A text's name begins with "auc" behind its last dot; other numbers are
 * numbers.  Whoever means something else writes the double quotes himself.
 */
static bool is_plain(const char *name, const char *value)
{
	const char *dot = strrchr(name, '.');
	size_t len = strlen(value);

	if (is_bytes(value))
		return true;
	if (len >= 2 && value[0] == '"' && strchr(value + 1, '"') == value + len - 1)
		return true;
	return strncmp(dot ? dot + 1 : name, "auc", 3) != 0 && strspn(value, "0123456789") == len;
}

bool frame_symbol_takes(const char *name, const char *value)
{
	return is_plain(name, value) || !strchr(value, '"');
}

static int symbol_param(struct frame *out, const struct param *param)
{
	const char *value = param_text(param);
	size_t len = param->secret ? secret_len(param->secret) : value ? strlen(value) : 0;
	int r = check(out, param->name, value ? value : "", len);

	if (r < 0)
		return r;
	if (is_plain(param->name, value))
		add_symbol(out, param->name,
			   param->secret && !out->reveal ? RENDER_REDACTED : value, false);
	else if (param->secret)
		r = frame_symbol_secret(out, param->name, param->secret);
	else
		r = frame_symbol_text(out, param->name, value);
	return r;
}

int frame_param(struct frame *out, const struct param *param)
{
	if (param_is_symbol(param->name))
		return symbol_param(out, param);
	if (param->secret)
		return frame_element_secret(out, param->name, param->secret);
	return frame_element(out, param->name, param->value);
}
