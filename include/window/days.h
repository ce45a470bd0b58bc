/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

struct buf;

/* Days of the week as bits, 0 Sunday to 6 Saturday, and as words: "mon tue wed". */

/*
 * Words in any order and case, in full or their first three letters, separated
 * by blanks or commas; mon-fri is a range, which may go over the end of the
 * week; `all` is all.  -E_VALUE for anything else, a day given twice, no day.
 */
int days_parse(const char *s, unsigned *ret, struct diag *reterr) MUST_CHECK;

void days_print(unsigned days, struct buf *buf);
