/* SPDX-License-Identifier: MIT */
#pragma once

#include "eval_question.h"

/* One for each row of asks.def: fills the object `answer`. */
#define ASK(name, what)                                                                            \
	int ask_##name(const struct question *q, json_t *answer, struct diag *reterr) MUST_CHECK;
#include "ctl/asks.def"
#undef ASK
