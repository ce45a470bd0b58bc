/* SPDX-License-Identifier: MIT */
#include "render/param.h"

#include <string.h>

#include "frame.h"

enum { CODE_DIGITS = 5 };

bool param_is_symbol(const char *name)
{
	return strncmp(name, "BS_", 3) == 0;
}

bool param_is_element(const char *name)
{
	return strchr("SBI", name[0]) && name[0] && name[1] == '_' && !strpbrk(name, ".[]%");
}

unsigned param_code(const char *name)
{
	unsigned code = 0;
	size_t i;

	if (name[0] != 'P' || name[1] == '0')
		return 0;
	for (i = 1; name[i] >= '0' && name[i] <= '9' && i <= CODE_DIGITS; i++)
		code = code * 10 + (unsigned)(name[i] - '0');
	return name[i] ? 0 : code;
}

bool param_is_item(const char *name)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
	const char *rest = name + len;

	if (len == 0 || param_is_symbol(name) || param_is_element(name) || param_code(name) != 0)
		return false;
	if (*rest != '[')
		return !*rest;
	len = strspn(++rest, "0123456789");
	return len > 0 && rest[len] == ']' && !rest[len + 1];
}

bool param_is_dotted(const char *name)
{
	if (param_is_item(name) && strpbrk(name, "-["))
		return false;
	return !param_is_symbol(name) && !param_is_element(name) && param_code(name) == 0 &&
	       strncmp(name, PARAM_CUSTOM, strlen(PARAM_CUSTOM)) != 0;
}

int param_check(const char *name, const char *value, struct diag *reterr)
{
	size_t len = strlen(PARAM_CUSTOM);

	if (param_is_symbol(name) && !frame_symbol_takes(name, value))
		return diag_set(reterr, -E_VALUE,
				"%s: stands in double quotes, and so cannot hold one", name);
	if (strncmp(name, PARAM_CUSTOM, len) == 0 && (!name[len] || name[len] == '.'))
		return diag_set(reterr, -E_SETTING_NAME,
				"%s: a step is named by its type, such as custom.Redirect", name);
	return 0;
}
