/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct call;

/*
 * What the outbox has to be told and asked, in one commit: how calls ended,
 * and which rows are due.  Rows that are taken are marked unsure in the same
 * commit, before anything of them is sent.
 */
struct step {
	struct call **ended;	/* a list; those that were written are freed */
	struct call *under_way; /* a list */
	struct call *begun;	/* a list: to be sent now */
	int64_t wait_ms;	/* until something else is due */
};

/* Waits for the commit.  With `is_stopping` nothing is taken. */
int step_run(struct step *step, bool is_stopping) MUST_CHECK;
