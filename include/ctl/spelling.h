/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * How an option is spelt in a table, "--product PRODUCT" or "--json", and what
 * people type: --product n870, --product=n870.
 */

/* The arguments of a program and the place that has been reached. */
struct ctl_words {
	char **words; /* ends with NULL */
	int at;
};

bool ctl_spelling_has_value(const char *spelling);

/* Does the word name this option?  What stands after a `=` is left aside. */
bool ctl_spelling_matches(const char *spelling, const char *word);

/*
 * Goes past the option at `words` and gives its value: what is after the `=`,
 * or the next word.  NULL for an option without a value.
 */
int ctl_spelling_take(const char *spelling, struct ctl_words *words, const char **ret,
		      struct diag *reterr) MUST_CHECK;
