/* SPDX-License-Identifier: MIT */
/*
 * The files are type-length-value: a byte of type, a byte of length, so many
 * bytes.  An entry holds one value of type 3, a NUL-terminated URL, relative
 * to the file that it stands in.
 *
 * Known from files that other servers give to such phones: the whole of
 * master.bin (3: the sifs tree, 5: languages of the web pages and help texts,
 * of which this server has none), the whole of siu_444.bin (0: the profile),
 * and that the nodes between them have entries of type 4.  Inferred: that a
 * node holds nothing else, and that an entry's URL is the bare name of the next
 * one.  An N720's master.bin has entries of types 1 (languages) and 2
 * (baselines.bin) besides, which lead to firmware; they are left out.
 */
#include "redirect/chain.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/config.h"

enum entry { ENTRY_PROFILE = 0, ENTRY_SIFS = 3, ENTRY_NODE = 4, ENTRY_TEXTS = 5 };
enum { VALUE_URL = 3, NAME_MAX_LEN = 16 };

static void add_entry(struct buf *out, enum entry type, const char *url)
{
	size_t len = strlen(url) + 1;
	uint8_t head[] = {type, (uint8_t)(len + 2), VALUE_URL, (uint8_t)len};

	assert(len + 2 <= UINT8_MAX);
	buf_add(out, head, sizeof(head));
	buf_add(out, url, len);
}

void chain_master(struct buf *out)
{
	add_entry(out, ENTRY_SIFS, "../../sifs/sifsroot.bin");
	add_entry(out, ENTRY_TEXTS, "webuil/");
	add_entry(out, ENTRY_TEXTS, "sht/");
}

bool chain_node(struct buf *out, const char *name, const char *code, const char *url)
{
	char hundreds[NAME_MAX_LEN], tens[NAME_MAX_LEN], units[NAME_MAX_LEN];

	snprintf(hundreds, sizeof(hundreds), "sih_%.1sxx.bin", code);
	snprintf(tens, sizeof(tens), "sit_%.2sx.bin", code);
	snprintf(units, sizeof(units), "siu_%.3s.bin", code);
	if (strcmp(name, "sifsroot.bin") == 0)
		add_entry(out, ENTRY_NODE, hundreds);
	else if (strcmp(name, hundreds) == 0)
		add_entry(out, ENTRY_NODE, tens);
	else if (strcmp(name, tens) == 0)
		add_entry(out, ENTRY_NODE, units);
	else if (strcmp(name, units) == 0)
		add_entry(out, ENTRY_PROFILE, url);
	else
		return false;
	return true;
}

/* Of which the paths of such phones are made: 42/2, 70/222. */
static bool is_number(const char *s)
{
	size_t len = strlen(s);

	return len >= 1 && len <= 3 && strspn(s, "0123456789") == len;
}

int chain_file(struct buf *out, const struct config_redirect *config, const char *dvid,
	       const char *part, const char *file)
{
	if (!*config->chain_code || (dvid && !(is_number(dvid) && is_number(part))))
		return -E_NO_ROUTE;
	if (!file)
		chain_master(out);
	else if (!chain_node(out, file, config->chain_code, config->chain_url))
		return -E_NO_ROUTE;
	return 0;
}
