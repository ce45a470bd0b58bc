/* SPDX-License-Identifier: MIT */
#include "fleet/firmware_name.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/format.h"

int firmware_name_check(const char *name, struct diag *reterr)
{
	size_t len = strlen(name);

	if (len == 0 || len > FIRMWARE_NAME_MAX)
		return diag_set(reterr, -E_FIRMWARE_NAME,
				"the name of a firmware file has 1 to %d bytes", FIRMWARE_NAME_MAX);
	if (name[0] == '.' || strstr(name, ".."))
		return diag_set(reterr, -E_FIRMWARE_NAME,
				"the name of a firmware file does not begin with a dot, nor has it "
				"two in a row");
	for (const char *s = name; *s; s++)
		if (*s <= ' ' || *s > '~' || *s == '/' || *s == '\\')
			return diag_set(reterr, -E_FIRMWARE_NAME,
					"character %zu of the file's name is not printable ASCII, "
					"or a blank or a slash",
					(size_t)(s - name) + 1);
	return 0;
}

char *firmware_name_version(void *mem, const char *name)
{
	for (const char *s = name; *s; s++) {
		size_t len;

		if ((*s != 'V' && *s != 'v') || (s > name && isalnum((unsigned char)s[-1])))
			continue;
		len = strspn(s + 1, "0123456789.");
		while (len > 0 && s[len] == '.')
			len--;
		if (len == 0 || len > FIRMWARE_VERSION_MAX || !isdigit((unsigned char)s[1]) ||
		    !memchr(s + 1, '.', len))
			continue;
		return mem_strndup(mem, s + 1, len);
	}
	return NULL;
}

const char *firmware_name_product(const char *name)
{
	for (const struct product *p = product_next(NULL); p; p = product_next(p)) {
		size_t len = strlen(p->name);

		if (strncasecmp(name, p->name, len) == 0 && strchr("-_.", name[len]) && name[len])
			return p->name;
	}
	return NULL;
}

void firmware_name_encode(struct buf *buf, const char *name)
{
	for (; *name; name++) {
		if (isalnum((unsigned char)*name) || strchr("-._~+!$()*,;=:@", *name))
			buf_addc(buf, *name);
		else
			buf_printf(buf, "%%%02X", (unsigned char)*name);
	}
}
