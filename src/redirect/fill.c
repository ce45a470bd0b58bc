/* SPDX-License-Identifier: MIT */
#include "redirect/fill.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "redirect/url.h"

enum what { MACD, MACC, DVID, DURL, ACTC, SUBLIST, PERCENT };

/* %25MACD is %MACD in percent-encoding, as some integrators send it. */
static const struct placeholder {
	const char *text;
	enum what what;
} placeholders[] = {
	{"%MACD", MACD},   {"%25MACD", MACD},	  {"%MACC", MACC},
	{"%25MACC", MACC}, {"%DVID", DVID},	  {"%DURL", DURL},
	{"%ACTC", ACTC},   {"%SUBLIST", SUBLIST}, {"%%", PERCENT},
};

static const struct placeholder *placeholder_at(const char *s)
{
	for (size_t i = 0; i < COUNT_OF(placeholders); i++)
		if (strncmp(s, placeholders[i].text, strlen(placeholders[i].text)) == 0)
			return &placeholders[i];
	return NULL;
}

static size_t scheme_len(const char *url)
{
	if (strncasecmp(url, "http://", 7) == 0)
		return 7;
	return strncasecmp(url, "https://", 8) == 0 ? 8 : 0;
}

static void add_mac_with_colons(struct buf *out, const char *mac)
{
	for (size_t i = 0; mac[i]; i++) {
		if (i > 0 && i % 2 == 0)
			buf_addc(out, ':');
		buf_addc(out, mac[i]);
	}
}

/* URLs have %DURL behind their own scheme and before a slash. */
static void add_data_url(struct buf *out, const char *data_url)
{
	const char *start = data_url + scheme_len(data_url);
	size_t len = strlen(start);

	while (len > 0 && start[len - 1] == '/')
		len--;
	buf_add(out, start, len);
}

static const char *value_of(const struct fill *fill, enum what what)
{
	switch (what) {
	case MACD:
	case MACC:
		return fill->mac;
	case DVID:
		return fill->dvid;
	case DURL:
		return fill->data_url;
	case ACTC:
		return fill->code;
	case SUBLIST:
		return fill->slots;
	default:
		return "%";
	}
}

static void add_value(struct buf *out, const struct fill *fill,
		      const struct placeholder *placeholder)
{
	const char *value = value_of(fill, placeholder->what);

	if (!value)
		buf_adds(out, placeholder->text);
	else if (placeholder->what == MACC)
		add_mac_with_colons(out, value);
	else if (placeholder->what == DURL)
		add_data_url(out, value);
	else
		buf_adds(out, value);
}

static int result_check(const char *url, const struct config_words *schemes)
{
	for (const char *s = url; *s; s++)
		if (!isascii(*s) || !isgraph(*s) || strchr("\"<>\\^`{|}", *s))
			return -E_URL_CHARACTER;
	return url_scheme_is(url, schemes) ? 0 : -E_URL_SCHEME;
}

int fill_url(void *mem, const char *url, const struct config_words *schemes,
	     const struct fill *fill, char **ret)
{
	struct buf *out = buf_new(mem);
	int r = 0;

	while (*url && out->len <= FILL_MAX) {
		const struct placeholder *placeholder = placeholder_at(url);

		if (placeholder) {
			add_value(out, fill, placeholder);
			url += strlen(placeholder->text);
		} else {
			buf_addc(out, *url++);
		}
	}
	if (out->len > FILL_MAX)
		r = -E_TEXT_LONG;
	else
		r = result_check(out->data, schemes);
	if (r < 0) {
		mem_free(out);
		return r;
	}
	*ret = out->data;
	return 0;
}

bool fill_wants_slots(const char *url)
{
	return strstr(url, "%SUBLIST");
}
