/* SPDX-License-Identifier: MIT */
#include "cookie.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"

static const char name[] = "JSESSIONID";

void cookie_make(char out[COOKIE_LEN + 1])
{
	uint8_t bytes[COOKIE_LEN / 2];

	randombytes_buf(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		out[2 * i] = "0123456789ABCDEF"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789ABCDEF"[bytes[i] & 15];
	}
	out[COOKIE_LEN] = '\0';
}

const char *cookie_header(void *mem, const char cookie[COOKIE_LEN + 1])
{
	return mem_printf(mem, "%s=%s; Path=/DeploymentService; Secure", name, cookie);
}

/* Exactly so many hex digits, perhaps in quotes. */
static bool take(const char *s, size_t len, char out[COOKIE_LEN + 1])
{
	if (len == COOKIE_LEN + 2 && s[0] == '"' && s[len - 1] == '"') {
		s++;
		len -= 2;
	}
	if (len != COOKIE_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(s[i]);

		if (digit < 0)
			return false;
		out[i] = "0123456789ABCDEF"[digit];
	}
	out[len] = '\0';
	return true;
}

const char *cookie_next(const char **at, char out[COOKIE_LEN + 1])
{
	const char *s = *at;

	while (s && *s) {
		size_t len;

		s += strspn(s, " \t;,");
		len = strcspn(s, ";,");
		*at = s + len;
		while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
			len--;
		if (len > sizeof(name) && strncasecmp(s, name, sizeof(name) - 1) == 0 &&
		    s[sizeof(name) - 1] == '=' && take(s + sizeof(name), len - sizeof(name), out))
			return out;
		s = *at;
	}
	return NULL;
}
