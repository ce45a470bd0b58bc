/* SPDX-License-Identifier: MIT */
#include "render/param.h"

#include <string.h>

bool param_is_symbol(const char *name)
{
	return strncmp(name, "BS_", 3) == 0;
}

bool param_is_element(const char *name)
{
	return strchr("SBI", name[0]) && name[0] && name[1] == '_' && !strpbrk(name, ".[]%");
}

bool param_is_dotted(const char *name)
{
	return !param_is_symbol(name) && !param_is_element(name) &&
	       strncmp(name, PARAM_CUSTOM, strlen(PARAM_CUSTOM)) != 0;
}
