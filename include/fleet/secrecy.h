/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/*
 * Which values are secrets, however they were given: one answer for settings,
 * opers and imports alike.
 */

/* The name says so: the table of parameters knows it for one, or it is in no table and ends like one. */
bool secrecy_of_name(const char *name);

/* The name says so, or the value is a URL with user:password@. */
bool secrecy_of(const char *name, const char *value);
