/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

/*
 * Standard input, output and error.
 *
 * A program that is started with one of them closed opens its first socket or
 * database under that number, and what is printed goes there.
 */

/* Before anything is opened: what is closed is taken, and reading or writing there fails as before. */
void standard_hold(void);

/* At the end: could all be written that was printed?  Otherwise errno says why not. */
bool standard_is_written(void) MUST_CHECK;
