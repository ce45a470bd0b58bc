/* SPDX-License-Identifier: MIT */
/* What values of each type look like, for a program and in words. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "render/parameter.h"

enum { PORT_MAX = 65535, BITS_MAX = 255, HOST_MAX = 253 };

static const char *const type_names[] = {
	[PARAMETER_ANY] = "any",	   [PARAMETER_BOOL] = "bool", [PARAMETER_INT] = "int",
	[PARAMETER_NUMBER] = "number",	   [PARAMETER_ENUM] = "enum", [PARAMETER_BITS] = "bits",
	[PARAMETER_PORT] = "port",	   [PARAMETER_HOST] = "host", [PARAMETER_HOSTS] = "hosts",
	[PARAMETER_URL] = "url",	   [PARAMETER_TIME] = "time", [PARAMETER_ZONE] = "zone",
	[PARAMETER_DAYS] = "days",	   [PARAMETER_TEXT] = "text", [PARAMETER_SECRET] = "secret",
	[PARAMETER_NOT_REAL] = "not_real",
};

const char *parameter_type_name(enum parameter_type type)
{
	return type_names[type];
}

/* The next word of a form, or of a list with commas; NULL at its end. */
static const char *word_next(const char *s, const char *between, size_t *len)
{
	s += strspn(s, between);
	*len = strcspn(s, between);
	return *s ? s : NULL;
}

static bool is_in(const char *form, const char *value)
{
	const char *word = form;
	size_t len = 0;
	uint64_t n, edge;

	if (!text_to_uint(value, INT64_MAX, &n))
		return false;
	while ((word = word_next(word + len, " ", &len))) {
		const char *dash = memchr(word, '-', len);
		char *end;

		edge = strtoull(word, &end, 10);
		if (!dash && n == edge)
			return true;
		if (dash && n >= edge &&
		    (dash + 1 == word + len || n <= strtoull(dash + 1, &end, 10)))
			return true;
	}
	return false;
}

static bool is_number(const char *value)
{
	uint64_t n;

	if (value[0] == '0' && (value[1] | 32) == 'x')
		return value[2] && strspn(value + 2, "0123456789abcdefABCDEF") == strlen(value + 2);
	return text_to_uint(value, INT64_MAX, &n);
}

static bool is_word(const char *form, const char *value)
{
	const char *word = form;
	size_t len = 0;

	while ((word = word_next(word + len, " ", &len))) {
		const char *equals = memchr(word, '=', len);
		size_t word_len = equals ? (size_t)(equals - word) : len;

		if (strlen(value) == word_len && strncmp(word, value, word_len) == 0)
			return true;
	}
	return false;
}

static bool is_bits(const char *form, const char *value)
{
	const char *word = form;
	uint64_t n, all = 0;
	size_t len = 0;

	while ((word = word_next(word + len, " ", &len)))
		all |= strtoull(word, NULL, 10);
	return text_to_uint(value, BITS_MAX, &n) && n > 0 && (n & ~all) == 0;
}

static bool is_host(const char *s, size_t len)
{
	if (len == 0 || len > HOST_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr(".-_:[]", s[i]))
			return false;
	return s[0] != '.' && s[0] != '-';
}

static bool is_hosts(const char *s)
{
	while (true) {
		size_t len = strcspn(s, ",");
		const char *end = s + len;

		while (*s == ' ')
			s++;
		len = (size_t)(end - s);
		while (len > 0 && s[len - 1] == ' ')
			len--;
		if (!is_host(s, len))
			return false;
		if (!*end)
			return true;
		s = end + 1;
	}
}

static bool is_url(const char *s, size_t max)
{
	size_t scheme = strncmp(s, "http://", 7) == 0 ? 7 : strncmp(s, "https://", 8) == 0 ? 8 : 0;

	return scheme > 0 && s[scheme] && !strpbrk(s, " \t\"<>") && strlen(s) <= max;
}

static bool is_time(const char *s)
{
	return strlen(s) == 5 && s[2] == ':' && isdigit((unsigned char)s[0]) &&
	       isdigit((unsigned char)s[1]) && s[3] >= '0' && s[3] <= '5' &&
	       isdigit((unsigned char)s[4]) && (s[0] - '0') * 10 + (s[1] - '0') < 24;
}

static bool is_zone(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+-/";

	return isupper((unsigned char)s[0]) && s[strspn(s, letters)] == '\0' &&
	       s[strlen(s) - 1] != '/';
}

static bool is_days(const char *s)
{
	static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	unsigned seen = 0;

	while (true) {
		size_t len = strcspn(s, ",");
		size_t day = 0;

		while (day < COUNT_OF(days) && (len != 3 || strncmp(s, days[day], 3) != 0))
			day++;
		if (day == COUNT_OF(days) || seen & 1u << day)
			return false;
		seen |= 1u << day;
		if (!s[len])
			return true;
		s += len + 1;
	}
}

static size_t most(const struct parameter *row)
{
	return row->form[0] ? strtoul(row->form, NULL, 10) : SIZE_MAX;
}

bool parameter_takes(const struct parameter *row, const char *value)
{
	uint64_t n;

	switch (row->type) {
	case PARAMETER_BOOL:
		return strcmp(value, "0") == 0 || strcmp(value, "1") == 0;
	case PARAMETER_INT:
		return is_in(row->form, value);
	case PARAMETER_NUMBER:
		return is_number(value);
	case PARAMETER_ENUM:
		return is_word(row->form, value);
	case PARAMETER_BITS:
		return is_bits(row->form, value);
	case PARAMETER_PORT:
		return text_to_uint(value, PORT_MAX, &n) && n > 0;
	case PARAMETER_HOST:
		return is_host(value, strlen(value));
	case PARAMETER_HOSTS:
		return is_hosts(value);
	case PARAMETER_URL:
		return is_url(value, most(row));
	case PARAMETER_TIME:
		return is_time(value);
	case PARAMETER_ZONE:
		return is_zone(value);
	case PARAMETER_DAYS:
		return is_days(value);
	case PARAMETER_TEXT:
		return strlen(value) <= most(row);
	case PARAMETER_ANY:
	case PARAMETER_SECRET:
	case PARAMETER_NOT_REAL:
		break;
	}
	return true;
}

/* "1 (UDP), 2 (TCP) or 3 (TLS)"; "0 or 1800 and more". */
static const char *choices(void *mem, const char *form)
{
	struct buf *buf = buf_new(mem);
	const char *word = form;
	size_t len = 0;

	while ((word = word_next(word + len, " ", &len))) {
		const char *equals = memchr(word, '=', len);
		const char *dash = equals ? NULL : memchr(word, '-', len);
		bool is_last = !strchr(word, ' ');

		if (buf->len > 0)
			buf_adds(buf, is_last ? " or " : ", ");
		if (equals) {
			buf_add(buf, word, (size_t)(equals - word));
			buf_adds(buf, " (");
			for (const char *s = equals + 1; s < word + len; s++)
				buf_addc(buf, *s == '_' ? ' ' : *s);
			buf_addc(buf, ')');
		} else if (dash) {
			buf_add(buf, word, (size_t)(dash - word));
			if (dash + 1 == word + len)
				buf_adds(buf, " and more");
			else
				buf_printf(buf, " to %.*s", (int)(word + len - dash - 1), dash + 1);
		} else {
			buf_add(buf, word, len);
		}
	}
	return buf->len ? buf->data : "";
}

const char *parameter_values(void *mem, const struct parameter *row)
{
	switch (row->type) {
	case PARAMETER_BOOL:
		return "0 or 1";
	case PARAMETER_INT:
	case PARAMETER_ENUM:
		return choices(mem, row->form);
	case PARAMETER_NUMBER:
		return "a number, decimal or with 0x";
	case PARAMETER_BITS:
		return mem_printf(mem, "%s, or a sum of them", choices(mem, row->form));
	case PARAMETER_PORT:
		return "1 to 65535";
	case PARAMETER_HOST:
		return "a host name or an address";
	case PARAMETER_HOSTS:
		return "host names or addresses with commas between them";
	case PARAMETER_URL:
		return mem_printf(mem, "an http or https URL of at most %s bytes", row->form);
	case PARAMETER_TIME:
		return "a time of day as HH:MM";
	case PARAMETER_ZONE:
		return "a time zone such as Europe/Berlin";
	case PARAMETER_DAYS:
		return "days such as mon,tue,wed";
	case PARAMETER_TEXT:
		return row->form[0] ? mem_printf(mem, "a text of at most %s bytes", row->form)
				    : "a text";
	case PARAMETER_SECRET:
		return "a secret";
	case PARAMETER_NOT_REAL:
		return mem_printf(mem, "nothing: %s is meant", row->form);
	case PARAMETER_ANY:
		break;
	}
	return "";
}
