/* SPDX-License-Identifier: MIT */
/*
 * Lenient, since models and firmware differ: the model ends at the first
 * slash, the version at the first semicolon, the first field of 12 hex digits
 * is the MAC, other fields are NAME=VALUE, and quotes around all of it come
 * from proxies.  What is not understood is skipped.  XSTIM and Htek phones have
 * words instead, of which the last two count.
 */
#include "fleet/user_agent.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "fleet/version.h"
#include "store/mac.h"

enum { MAC_TEXT_LEN = 17 /* with its colons */ };

/* A piece of the header, without blanks at its ends. */
struct piece {
	const char *s;
	size_t len;
};

static struct piece trim(const char *s, size_t len)
{
	while (len > 0 && (*s == ' ' || *s == '\t' || *s == '"')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '"'))
		len--;
	return (struct piece){s, len};
}

/* Cuts `rest` behind the first `end`, or at its end. */
static struct piece next(struct piece *rest, char end)
{
	const char *at = memchr(rest->s, end, rest->len);
	size_t len = at ? (size_t)(at - rest->s) : rest->len;
	struct piece piece = trim(rest->s, len);

	rest->s += len + (at != NULL);
	rest->len -= len + (at != NULL);
	return piece;
}

static bool copy(char out[USER_AGENT_FIELD_MAX + 1], struct piece piece, const char *extra)
{
	if (piece.len == 0 || piece.len > USER_AGENT_FIELD_MAX)
		return false;
	for (size_t i = 0; i < piece.len; i++) {
		char c = piece.s[i];

		if (c == '\0' || (!isalnum((unsigned char)c) && !strchr(extra, c)) || c & '\x80')
			return false;
		out[i] = c;
	}
	out[piece.len] = '\0';
	return true;
}

static bool is_mac(struct piece piece, int64_t *ret)
{
	char text[MAC_LEN + 1];

	if (piece.len != MAC_LEN)
		return false;
	for (int i = 0; i < MAC_LEN; i++)
		if (hex_digit(piece.s[i]) < 0)
			return false;
	memcpy(text, piece.s, MAC_LEN);
	text[MAC_LEN] = '\0';
	return mac_parse(text, ret) == 0;
}

static void capacity(struct piece piece, int64_t *ret)
{
	static const char name[] = "Handset=";
	size_t skip = sizeof(name) - 1;
	int64_t n = 0;

	if (piece.len <= skip || piece.len > skip + 5 || strncasecmp(piece.s, name, skip) != 0)
		return;
	for (size_t i = skip; i < piece.len; i++) {
		if (piece.s[i] < '0' || piece.s[i] > '9')
			return;
		n = n * 10 + (piece.s[i] - '0');
	}
	if (n <= USER_AGENT_CAPACITY_MAX)
		*ret = n;
}

/* The last word, cut off `rest`. */
static struct piece last(struct piece *rest)
{
	size_t at = rest->len;
	struct piece word;

	while (at > 0 && rest->s[at - 1] != ' ')
		at--;
	word = (struct piece){rest->s + at, rest->len - at};
	*rest = trim(rest->s, at);
	return word;
}

/* "Htek UC926 2.0.4.2 00:1f:c1:00:00:00": the last word is the MAC, the one before it the version. */
static bool parse_words(struct piece rest, struct user_agent *ret)
{
	struct piece mac = last(&rest), version = last(&rest);
	char text[MAC_TEXT_LEN + 1];

	if (mac.len != MAC_TEXT_LEN || !copy(ret->model, rest, "-_.()+ ") ||
	    !copy(ret->version, version, ".+-_") || !version_is(ret->version))
		return false;
	memcpy(text, mac.s, MAC_TEXT_LEN);
	text[MAC_TEXT_LEN] = '\0';
	ret->capacity = -1;
	return mac_parse(text, &ret->mac) == 0;
}

bool user_agent_parse(const char *s, struct user_agent *ret)
{
	struct piece rest = trim(s, strlen(s));

	if (!memchr(rest.s, '/', rest.len))
		return parse_words(rest, ret);
	if (!copy(ret->model, next(&rest, '/'), " -_.()+"))
		return false;
	if (!copy(ret->version, next(&rest, ';'), ".+-_") || !version_is(ret->version))
		return false;
	ret->mac = -1;
	ret->capacity = -1;
	while (rest.len > 0) {
		struct piece piece = next(&rest, ';');

		if (ret->mac < 0 && is_mac(piece, &ret->mac))
			continue;
		capacity(piece, &ret->capacity);
	}
	return true;
}

bool user_agent_is_of(const struct user_agent *agent, int64_t mac)
{
	const char *model = agent->model;

	if (agent->mac >= 0)
		return agent->mac == mac;
	/* "N720-DM-PRO", "Gigaset N510 IP PRO"; not "curl". */
	return strncmp(model, "Gigaset ", 8) == 0 ||
	       (model[0] == 'N' && strspn(model + 1, "0123456789") == 3);
}
