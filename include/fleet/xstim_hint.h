/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/*
 * Words on the document of an XSTIM or Htek phone: by whose clock it keeps its
 * schedule, whether it still asks at all, what is left out.
 */

struct view;

enum { XSTIM_HINTS_MAX = 8 };

/* None for other devices. */
size_t xstim_hint(void *mem, const struct view *view, const char *ret[XSTIM_HINTS_MAX]);
