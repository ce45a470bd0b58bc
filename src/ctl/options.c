/* SPDX-License-Identifier: MIT */
#include "ctl/options.h"

#include <errno.h>
#include <string.h>

static const struct ctl_option table[] = {
#define OPTION(id, spelling, shortened, program, what)                                             \
	{spelling, shortened, CTL_PROGRAM_##program, what, offsetof(struct ctl_options, id)},
#include "ctl/options.def"
#undef OPTION
};

const struct ctl_option *ctl_option_next(enum ctl_program program, const struct ctl_option *last)
{
	for (size_t i = last ? (size_t)(last - table) + 1 : 0; i < COUNT_OF(table); i++)
		if (table[i].program & program)
			return &table[i];
	return NULL;
}

static const struct ctl_option *option_find(enum ctl_program program, const char *word)
{
	const struct ctl_option *option = NULL;

	while ((option = ctl_option_next(program, option)) != NULL) {
		if (ctl_spelling_matches(option->spelling, word))
			return option;
		if (option->shortened && word[0] == '-' && word[1] == option->shortened && !word[2])
			return option;
	}
	return NULL;
}

int ctl_option_take(enum ctl_program program, struct ctl_words *words, struct ctl_options *options,
		    struct diag *reterr)
{
	const struct ctl_option *option = option_find(program, words->words[words->at]);
	const char *value;
	const char **field;
	int r;

	if (!option)
		return 0;
	field = (const char **)(void *)((char *)options + option->offset);
	if (*field && ctl_spelling_has_value(option->spelling))
		return diag_set(reterr, -EINVAL, "%s is given twice", words->words[words->at]);
	r = ctl_spelling_take(option->spelling, words, &value, reterr);
	if (r < 0)
		return r;
	*field = value ? value : "";
	return 1;
}
