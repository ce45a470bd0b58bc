/* SPDX-License-Identifier: MIT */
#include "sim/options.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

enum { NUMBER_MAX = 10000000, COLUMN = 28 };

enum type { FLAG, TEXT, NUMBER, LIST };

static const struct option {
	enum type type;
	const char *spelling;
	char shortened;
	const char *preset;
	const char *what;
	size_t offset;
} table[] = {
#define OPTION(id, type, spelling, shortened, preset, what)                                        \
	{type, spelling, shortened, preset, what, offsetof(struct sim_options, id)},
#include "sim/options.def"
#undef OPTION
};

static size_t name_len(const struct option *option)
{
	return strcspn(option->spelling, " ");
}

static const struct option *option_find(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		size_t len = name_len(&table[i]);

		if (strncmp(word, table[i].spelling, len) == 0 && (!word[len] || word[len] == '='))
			return &table[i];
		if (table[i].shortened && word[0] == '-' && word[1] == table[i].shortened &&
		    !word[2])
			return &table[i];
	}
	return NULL;
}

static int option_set(void *mem, const struct option *option, const char *value,
		      struct sim_options *ret, struct diag *reterr)
{
	void *field = (char *)ret + option->offset;
	struct sim_list *list = field;
	uint64_t number;

	switch (option->type) {
	case FLAG:
		*(bool *)field = true;
		break;
	case TEXT:
		*(const char **)field = value;
		break;
	case NUMBER:
		if (!text_to_uint(value, NUMBER_MAX, &number))
			return diag_set(reterr, -EINVAL, "%s: '%s' is no number up to %d",
					option->spelling, value, NUMBER_MAX);
		*(unsigned *)field = (unsigned)number;
		break;
	case LIST:
		*mem_push(mem, &list->words, &list->count) = value;
	}
	return 0;
}

int sim_options_parse(void *mem, int argc, char **argv, struct sim_options *ret,
		      struct diag *reterr)
{
	int r = 0;

	*ret = (struct sim_options){0};
	for (size_t i = 0; i < COUNT_OF(table) && r >= 0; i++)
		if (table[i].preset)
			r = option_set(mem, &table[i], table[i].preset, ret, reterr);
	for (int at = 2; at < argc && r >= 0; at++) {
		const struct option *option = option_find(argv[at]);
		const char *value = strchr(argv[at], '=');

		if (!option)
			return diag_set(reterr, -EINVAL, "there is no option '%s'", argv[at]);
		if (value && argv[at][1] == '-')
			value++;
		else
			value = option->type == FLAG ? NULL : argv[++at];
		if (option->type == FLAG && value)
			return diag_set(reterr, -EINVAL, "%s takes no value", option->spelling);
		if (option->type != FLAG && !value)
			return diag_set(reterr, -EINVAL, "a value is missing: %s",
					option->spelling);
		r = option_set(mem, option, value, ret, reterr);
	}
	return r;
}

void sim_options_help(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct option *option = &table[i];
		size_t begin = out->len;

		if (option->shortened)
			buf_printf(out, "  -%c, %s", option->shortened, option->spelling);
		else
			buf_printf(out, "  %s", option->spelling);
		do
			buf_addc(out, ' ');
		while (out->len < begin + COLUMN);
		buf_adds(out, option->what);
		if (option->preset && strcmp(option->preset, "0") != 0)
			buf_printf(out, " (%s)", option->preset);
		buf_addc(out, '\n');
	}
}
