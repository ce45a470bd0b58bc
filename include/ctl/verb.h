/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The tables: verbs.def with its arguments and lists, exits.def. */

enum ctl_output { CTL_OBJECT, CTL_LIST, CTL_DOCUMENT, CTL_STEPS, CTL_RPC, CTL_SEND, CTL_LOCAL };
enum ctl_where { CTL_PATH, CTL_QUERY, CTL_BODY, CTL_HERE };
enum ctl_need { CTL_MUST, CTL_MAY, CTL_ONE, CTL_FIXED };

enum ctl_type {
#define TYPE(id, note) CTL_##id,
#include "ctl/types.def"
#undef TYPE
	CTL_TYPES,
};

enum ctl_verb_id {
#define VERB(id, words, method, path, output, what) CTL_VERB_##id,
#define LIST(id, array, cursor, key, columns)
#define ARG(id, spelling, where, type, field, need, what)
#include "ctl/verbs.def"
#undef VERB
#undef LIST
#undef ARG
	CTL_VERBS,
};

struct ctl_verb {
	enum ctl_verb_id id;
	const char *words; /* "device add" */
	const char *method;
	const char *path; /* "/api/v1/devices/{mac}" */
	enum ctl_output output;
	const char *what;
};

struct ctl_list {
	enum ctl_verb_id verb;
	const char *array;
	const char *cursor; /* "": the list has one page */
	const char *key;
	const char *columns;
};

struct ctl_arg {
	enum ctl_verb_id verb;
	const char *spelling; /* "MAC", "--product PRODUCT", "--reveal" */
	enum ctl_where where;
	enum ctl_type type;
	const char *field;
	enum ctl_need need;
	const char *what;
};

/* The verb of exactly these words, or NULL. */
const struct ctl_verb *ctl_verb_find(const char *words);
/* The one after `last` (NULL: the first) that is `words` or begins with them; "" are all. */
const struct ctl_verb *ctl_verb_next(const char *words, const struct ctl_verb *last);
/* The words, or as many of them as `words` has, that look most like `words`; NULL: none does. */
const char *ctl_verb_nearest(void *mem, const char *words);

/* The verb's arguments in the order of the table. */
const struct ctl_arg *ctl_arg_next(const struct ctl_verb *verb, const struct ctl_arg *last);
bool ctl_arg_is_option(const struct ctl_arg *arg);

/* NULL for a verb that does not list. */
const struct ctl_list *ctl_list_of(const struct ctl_verb *verb);

/* What `--help` says about a type; "" for nothing. */
const char *ctl_type_note(enum ctl_type type);
