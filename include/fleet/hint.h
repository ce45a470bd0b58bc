/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/macros.h"

struct db;
struct scope;
struct setting_new;
struct view;

/*
 * Hints: words on settings that look odd, from what is known of parameters.
 * They never keep anybody from anything.
 */

struct hints {
	const char **texts;
	size_t count;
};

/*
 * On a setting that somebody has just set.  A value's type is looked at, also
 * of a secret; no text has the value in it.
 */
int hint_setting(void *mem, struct db *db, const struct setting_new *setting,
		 struct hints *ret) MUST_CHECK;

/* On everything in a device's document, at most HINTS_MAX and how many more there are. */
enum { HINTS_MAX = 20 };
void hint_view(void *mem, const struct view *view, struct hints *ret);
