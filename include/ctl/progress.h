/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * How far the sending of a big body has come: on standard error, where that is
 * a terminal, and gone when the answer is there.
 */

struct ctl_progress {
	size_t body_len;
	int percent;   /* that was shown last; -1: nothing yet */
	bool is_shown; /* there is something to wipe */
};

void ctl_progress_begin(struct ctl_progress *progress, CURL *curl, size_t body_len);
void ctl_progress_end(struct ctl_progress *progress);
