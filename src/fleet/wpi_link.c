/* SPDX-License-Identifier: MIT */
/*
 * Links to files, for one phone each: /file/MAC-TOKEN/NAME, where the token is a
 * keyed hash over MAC and name, so that nobody can make one, or find out by it
 * which phones or files there are.
 */
#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "file_token.h"
#include "fleet/firmware_name.h"
#include "fleet/wpi_file.h"
#include "store/mac.h"

enum { TOKEN_LEN = 20, ORIGIN_MAX = 280, HTTPS_PORT = 443, HTTP_PORT = 80 };

static void token_make(int64_t mac, const char *name, char out[TOKEN_LEN + 1])
{
	file_token("wpi file token", mac, name, out, TOKEN_LEN);
}

char *wpi_file_link(void *mem, const char *origin, int64_t mac, const char *name)
{
	struct buf *url = buf_new(mem);
	char token[TOKEN_LEN + 1];
	char mac_text[MAC_LEN + 1];

	token_make(mac, name, token);
	mac_format(mac, mac_text);
	buf_printf(url, "%s/file/%s-%s/", origin, mac_text, token);
	firmware_name_encode(url, name);
	return url->data;
}

int wpi_file_token_check(const char *token, const char *name, int64_t *ret_mac)
{
	char mac_text[MAC_LEN + 1];
	char right[TOKEN_LEN + 1];
	int64_t mac;

	if (strlen(token) != MAC_LEN + 1 + TOKEN_LEN || token[MAC_LEN] != '-')
		return -E_WPI_FILE_TOKEN;
	memcpy(mac_text, token, MAC_LEN);
	mac_text[MAC_LEN] = '\0';
	if (mac_parse(mac_text, &mac) < 0)
		return -E_WPI_FILE_TOKEN;
	token_make(mac, name, right);
	if (sodium_memcmp(right, token + MAC_LEN + 1, TOKEN_LEN) != 0)
		return -E_WPI_FILE_TOKEN;
	*ret_mac = mac;
	return 0;
}

int wpi_file_token_split(void *mem, const char *segment, const char **ret_token,
			 const char **ret_name)
{
	size_t len = MAC_LEN + 1 + TOKEN_LEN;

	if (strlen(segment) < len + 2 || segment[len] != '-')
		return -E_WPI_FILE_TOKEN;
	*ret_token = mem_strndup(mem, segment, len);
	*ret_name = segment + len + 1;
	return 0;
}

/* Behind the scheme; NULL: it has none that is known. */
static const char *host_of(const char *origin, unsigned *ret_port)
{
	static const char https[] = "https://", http[] = "http://";

	if (strncmp(origin, https, strlen(https)) == 0) {
		*ret_port = HTTPS_PORT;
		return origin + strlen(https);
	}
	*ret_port = HTTP_PORT;
	return strncmp(origin, http, strlen(http)) == 0 ? origin + strlen(http) : NULL;
}

/* The port's colon; NULL: there is none. */
static const char *colon_of(const char *host)
{
	const char *bracket = strchr(host, ']');

	return strchr(bracket ? bracket : host, ':');
}

bool wpi_file_origin_is(const char *origin)
{
	unsigned port;
	const char *host = host_of(origin, &port);
	const char *s = host;
	bool brackets;

	if (!host || strlen(origin) > ORIGIN_MAX)
		return false;
	brackets = *s == '[';
	for (s += brackets; isalnum((unsigned char)*s) || *s == '-' || *s == '.' || *s == '_' ||
			    (brackets && *s == ':');
	     s++)
		;
	if (s == host + brackets || (brackets && *s++ != ']'))
		return false;
	if (!*s)
		return true;
	return *s == ':' && s[1] && strlen(s + 1) <= 5 &&
	       strspn(s + 1, "0123456789") == strlen(s + 1);
}

unsigned wpi_file_origin_port(const char *origin)
{
	unsigned port;
	const char *host = host_of(origin, &port);
	const char *colon = host ? colon_of(host) : NULL;
	unsigned long said = colon ? strtoul(colon + 1, NULL, 10) : 0;

	return said > 0 && said <= UINT16_MAX ? (unsigned)said : port;
}
