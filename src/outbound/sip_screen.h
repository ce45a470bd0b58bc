/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/macros.h"

struct buf;

/*
 * What of a SIP message may be seen by a parser: its first line and those
 * headers that are used here, in plain characters and within bounds, each on a
 * line of its own.  Bodies, and headers that say how long or of what type they
 * are, are left out.
 */

enum { SIP_MESSAGE_MAX = 8192, SIP_HEADERS_MAX = 64, SIP_LINE_MAX = 1024 };

/* Appends to `out`.  -E_BAD_REQUEST, -E_TOO_LARGE. */
int sip_screen(const void *data, size_t len, struct buf *out) MUST_CHECK;
