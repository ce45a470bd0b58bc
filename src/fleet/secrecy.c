/* SPDX-License-Identifier: MIT */
#include "fleet/secrecy.h"

#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "base/mem.h"
#include "redirect/url.h"
#include "render/item.h"
#include "render/param.h"
#include "render/parameter.h"
#include "render/pcode.h"

static bool is_secret_item(const char *text)
{
	char name[ITEM_NAME_MAX + 1];
	int index;

	return item_parse(text, name, &index) && item_is_secret(name);
}

bool secrecy_of_name(const char *name)
{
	static const char *const ends[] = {"password", "passwd", "pwd", "secret", "pin"};
	size_t len = strlen(name);

	if (parameter_is_secret(name) || pcode_is_secret(param_code(name)) || is_secret_item(name))
		return true;
	if (parameter_find(NULL, name))
		return false;
	/* aucPassword[2] and S_PASSWORD_2 are among several. */
	while (len > 0 && strchr("0123456789[]_.", name[len - 1]))
		len--;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		size_t end = strlen(ends[i]);

		if (len >= end && strncasecmp(name + len - end, ends[i], end) == 0)
			return true;
	}
	return false;
}

bool secrecy_of(const char *name, const char *value)
{
	CLEANUP(mem_freep) char *shown = NULL;

	if (secrecy_of_name(name))
		return true;
	shown = url_redact(NULL, value);
	return strcmp(shown, value) != 0;
}
