/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "redirect/url.h"
#include "store/mac.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

static void mac_id_fuzz(const char *s)
{
	char suffix[MAC_ID_LEN + 1], plain[MAC_LEN + 1], again[MAC_LEN + MAC_ID_LEN + 2];
	int64_t mac, other;
	int r = mac_id_parse(s, &mac, suffix);

	demand(r == 0 || r == -E_MAC_MALFORMED || r == -E_MAC_ID_MALFORMED);
	if (r == -E_MAC_MALFORMED)
		return;
	demand(mac >= 0 && mac >> 48 == 0);
	mac_format(mac, plain);
	demand(mac_parse(plain, &other) == 0 && other == mac);
	if (r < 0)
		return;
	demand(strlen(suffix) == 0 || strlen(suffix) == MAC_ID_LEN);
	demand(strlen(s) <= MAC_COLONS_LEN + 1 + MAC_ID_LEN);
	strcpy(again, plain);
	if (*suffix) {
		strcat(again, "-");
		strcat(again, suffix);
	}
	demand(mac_id_parse(again, &other, suffix) == 0 && other == mac);
}

/* What is taken is one line of plain ASCII that names a host over http. */
static void url_fuzz(void *mem, const char *s)
{
	struct diag diag = {0};
	int r = url_check(s, NULL, &diag);
	char *shown = url_redact(mem, s);

	demand(strlen(shown) <= strlen(s) + 8);
	if (r < 0) {
		demand(text_check(diag.text, strlen(diag.text), NULL) == 0);
		return;
	}
	demand(strlen(s) <= URL_MAX && strncasecmp(s, "http", 4) == 0);
	for (; *s; s++)
		demand(*s > ' ' && *s < 0x7f && *s != '"' && *s != '<' && *s != '>');
	(void)url_is_per_device(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	const char *s = mem_strndup(mem, (const char *)data, size);

	mac_id_fuzz(s);
	url_fuzz(mem, s);
	return 0;
}
