/* SPDX-License-Identifier: MIT */
#include "store/mac.h"

#include <endian.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* Reads a MAC at the start of s; how many bytes it took, or 0. */
static size_t mac_scan(const char *s, int64_t *ret)
{
	char separator = '\0';
	int64_t mac = 0;
	size_t at = 0;

	for (int pair = 0; pair < 6; pair++) {
		int high, low;

		if (pair == 1 && (s[at] == ':' || s[at] == '-'))
			separator = s[at];
		if (pair > 0 && separator && s[at++] != separator)
			return 0;
		high = hex_digit(s[at]);
		low = high < 0 ? -1 : hex_digit(s[at + 1]);
		if (low < 0)
			return 0;
		mac = mac << 8 | high << 4 | low;
		at += 2;
	}
	*ret = mac;
	return at;
}

int mac_parse(const char *s, int64_t *ret)
{
	size_t len = mac_scan(s, ret);

	return len > 0 && !s[len] ? 0 : -E_MAC_MALFORMED;
}

int mac_id_parse(const char *s, int64_t *ret, char suffix[MAC_ID_LEN + 1])
{
	size_t len = mac_scan(s, ret);

	if (len == 0)
		return -E_MAC_MALFORMED;
	suffix[0] = '\0';
	if (!s[len])
		return 0;
	if (s[len] != '-' || strlen(s + len + 1) != MAC_ID_LEN)
		return -E_MAC_ID_MALFORMED;
	for (int i = 0; i < MAC_ID_LEN; i++) {
		char c = s[len + 1 + (size_t)i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')))
			return -E_MAC_ID_MALFORMED;
		suffix[i] = c;
	}
	suffix[MAC_ID_LEN] = '\0';
	return 0;
}

/* Eight digits at once, a byte each: long lists have a million MACs. */
static void hex_put(char out[8], uint32_t value)
{
	uint64_t n = value;
	uint64_t letters;

	n = (n << 16 & 0x0000ffff00000000) | (n & 0x000000000000ffff);
	n = (n << 8 & 0x00ff000000ff0000) | (n & 0x000000ff000000ff);
	n = (n << 4 & 0x0f000f000f000f00) | (n & 0x000f000f000f000f);
	letters = (n + 0x0606060606060606) >> 4 & 0x0101010101010101;
	n = htobe64(n + 0x3030303030303030 + letters * ('A' - '9' - 1));
	memcpy(out, &n, sizeof(n));
}

void mac_format(int64_t mac, char out[MAC_LEN + 1])
{
	hex_put(out + 4, (uint32_t)mac);
	hex_put(out, (uint32_t)(mac >> 16));
	out[MAC_LEN] = '\0';
}

void mac_format_colons(int64_t mac, char out[MAC_COLONS_LEN + 1])
{
	char plain[MAC_LEN + 1];

	mac_format(mac, plain);
	for (int i = 0; i < 6; i++) {
		out[3 * i] = plain[2 * i];
		out[3 * i + 1] = plain[2 * i + 1];
		out[3 * i + 2] = i < 5 ? ':' : '\0';
	}
}

int ipui_parse(const char *s, char ipui[IPUI_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < IPUI_LEN; i++) {
		int digit = hex_digit(s[i]);

		if (digit < 0)
			return -E_IPUI_MALFORMED;
		ipui[i] = digits[digit];
	}
	ipui[IPUI_LEN] = '\0';
	return s[IPUI_LEN] ? -E_IPUI_MALFORMED : 0;
}
