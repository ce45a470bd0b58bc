/* SPDX-License-Identifier: MIT */
#include "render/oper.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "store/mac.h"

enum { MAY, MUST };

static const struct oper_known opers[] = {
#define OPER(name, form, products, what, source) {#name, OPER_FORM_##form, products, what, source},
#define OPER_PARAM(oper, name, form, need, what)
#define OPER_MADE(name, by)
#include "render/opers.def"
#undef OPER
#undef OPER_PARAM
#undef OPER_MADE
};

static const struct oper_param_known params[] = {
#define OPER(name, form, products, what, source)
#define OPER_PARAM(oper, name, form, need, what) {#oper, #name, OPER_FORM_##form, need, what},
#define OPER_MADE(name, by)
#include "render/opers.def"
#undef OPER
#undef OPER_PARAM
#undef OPER_MADE
};

static const struct {
	const char *name;
	const char *by;
} made[] = {
#define OPER(name, form, products, what, source)
#define OPER_PARAM(oper, name, form, need, what)
#define OPER_MADE(name, by) {#name, by},
#include "render/opers.def"
#undef OPER
#undef OPER_PARAM
#undef OPER_MADE
};

const struct oper_known *oper_known_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(opers); i++)
		if (strcmp(opers[i].name, name) == 0)
			return &opers[i];
	return NULL;
}

const struct oper_param_known *oper_param_known_next(const struct oper_known *oper,
						     const struct oper_param_known *last)
{
	for (size_t i = last ? (size_t)(last - params) + 1 : 0; i < COUNT_OF(params); i++)
		if (strcmp(params[i].oper, oper->name) == 0)
			return &params[i];
	return NULL;
}

const char *oper_made_by(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(made); i++)
		if (strcasecmp(made[i].name, name) == 0)
			return made[i].by;
	return NULL;
}

bool oper_takes_product(const struct oper_known *oper, const char *product)
{
	size_t len = strlen(product);
	const char *s = oper->products;

	if (!*s)
		return true;
	while (*s) {
		size_t word = strcspn(s, " ");

		if (word == len && strncmp(s, product, len) == 0)
			return true;
		s += word;
		s += strspn(s, " ");
	}
	return false;
}

static bool is_trunk(const char *s)
{
	return strlen(s) == 10 && strncmp(s, "trunk_000", 9) == 0 && s[9] >= '0' && s[9] <= '7';
}

/* "11, 14": at least one, blanks where people put them. */
static bool is_internals(const char *s)
{
	while (true) {
		s += strspn(s, " ");
		if (s[0] < '1' || s[0] > '9' || s[1] < '0' || s[1] > '9' ||
		    (s[0] == '1' && s[1] == '0'))
			return false;
		s += 2;
		s += strspn(s, " ");
		if (!*s)
			return true;
		if (*s++ != ',')
			return false;
	}
}

const char *oper_form_check(enum oper_form form, const char *value)
{
	char ipui[IPUI_LEN + 1];
	uint64_t n;

	switch (form) {
	case OPER_FORM_NONE:
		return value ? "takes no value" : NULL;
	case OPER_FORM_ANY:
		return value ? NULL : "needs a value";
	case OPER_FORM_NUMBER:
		return value && text_to_uint(value, UINT32_MAX, &n) ? NULL : "is a number";
	case OPER_FORM_TRUNK:
		return value && is_trunk(value) ? NULL : "is one of trunk_0000 to trunk_0007";
	case OPER_FORM_INTERNALS:
		return value && is_internals(value)
			       ? NULL
			       : "is a list of internal numbers from 11 to 99, such as \"11, 14\"";
	case OPER_FORM_IPUI:
		return value && ipui_parse(value, ipui) == 0 ? NULL : "is an IPUI: 10 hex digits";
	}
	return NULL;
}
