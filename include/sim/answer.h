/* SPDX-License-Identifier: MIT */
#pragma once

#include "sim/item.h"

/*
 * What the service answers: a DLSMessage, read strictly.  What phones were seen
 * to tolerate is wrong here, so that whoever tries a service hears of it.
 */

enum sim_action {
#define ACTION(id, word) SIM_ACTION_##id,
#include "sim/actions.def"
#undef ACTION
	SIM_ACTION_COUNT,
};

struct sim_answer {
	const char *nonce;
	enum sim_action action;
	struct sim_items items;
};

enum { SIM_ANSWER_MAX = 50 * 1024 }; /* bytes; guide, p. 28 */

/*
 * -EBADMSG with words for what a phone could not read.  `weak`: as a phone reads it
 * that does not decode &amp; &lt; &gt;.
 */
int sim_answer_read(void *mem, const char *xml, size_t len, bool weak, struct sim_answer **ret,
		    struct diag *reterr) MUST_CHECK;

const char *sim_action_word(enum sim_action action);
