/* SPDX-License-Identifier: MIT */
#include "ctl/verb.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "ctl/spelling.h"

static const struct ctl_verb verbs[] = {
#define VERB(id, words, method, path, output, what)                                                \
	{CTL_VERB_##id, words, #method, path, CTL_##output, what},
#define LIST(id, array, cursor, key, columns)
#define ARG(id, spelling, where, type, field, need, what)
#include "ctl/verbs.def"
#undef VERB
#undef LIST
#undef ARG
};

static const struct ctl_list lists[] = {
#define VERB(id, words, method, path, output, what)
#define LIST(id, array, cursor, key, columns) {CTL_VERB_##id, array, cursor, key, columns},
#define ARG(id, spelling, where, type, field, need, what)
#include "ctl/verbs.def"
#undef VERB
#undef LIST
#undef ARG
};

static const struct ctl_arg args[] = {
#define VERB(id, words, method, path, output, what)
#define LIST(id, array, cursor, key, columns)
#define ARG(id, spelling, where, type, field, need, what)                                          \
	{CTL_VERB_##id, spelling, CTL_##where, CTL_##type, #field, CTL_##need, what},
#include "ctl/verbs.def"
#undef VERB
#undef LIST
#undef ARG
};

static const char *const type_notes[] = {
#define TYPE(id, note) [CTL_##id] = note,
#include "ctl/types.def"
#undef TYPE
};

const struct ctl_verb *ctl_verb_find(const char *words)
{
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (strcmp(verbs[i].words, words) == 0)
			return &verbs[i];
	return NULL;
}

const struct ctl_verb *ctl_verb_next(const char *words, const struct ctl_verb *last)
{
	size_t len = strlen(words);

	for (size_t i = last ? (size_t)(last - verbs) + 1 : 0; i < COUNT_OF(verbs); i++) {
		const char *all = verbs[i].words;

		if (len == 0 || (strncmp(all, words, len) == 0 && (!all[len] || all[len] == ' ')))
			return &verbs[i];
	}
	return NULL;
}

/* As many words of `all` as `words` has. */
static char *cut(void *mem, const char *all, const char *words)
{
	const char *end = all + strcspn(all, " ");

	while (*end && (words = strchr(words, ' ')) != NULL) {
		words++;
		end += 1 + strcspn(end + 1, " ");
	}
	return mem_strndup(mem, all, (size_t)(end - all));
}

const char *ctl_verb_nearest(void *mem, const char *words)
{
	struct nearest nearest = {.word = words};

	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		nearest_offer(&nearest, cut(mem, verbs[i].words, words));
	return nearest.best;
}

const struct ctl_arg *ctl_arg_next(const struct ctl_verb *verb, const struct ctl_arg *last)
{
	for (size_t i = last ? (size_t)(last - args) + 1 : 0; i < COUNT_OF(args); i++)
		if (args[i].verb == verb->id)
			return &args[i];
	return NULL;
}

bool ctl_arg_is_option(const struct ctl_arg *arg)
{
	return arg->spelling[0] == '-';
}

const struct ctl_list *ctl_list_of(const struct ctl_verb *verb)
{
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		if (lists[i].verb == verb->id)
			return &lists[i];
	return NULL;
}

const char *ctl_type_note(enum ctl_type type)
{
	return type_notes[type];
}
