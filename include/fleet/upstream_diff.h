/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct config_upstream;

/*
 * What is registered here against what an upstream says is registered there.
 *
 * The other list is read as it comes; of each row only the MAC is kept, and of
 * the differences the first UPSTREAM_DIFF_MAX.
 */

enum { UPSTREAM_DIFF_MAX = 10000 };

struct upstream_difference {
	int64_t mac;
	const char *what;	   /* "only_here", "only_there" or "different" */
	const char *provider_here; /* NULL, as the URL: not here */
	const char *url_here;
	const char *provider_there;
	const char *url_there;
	const char *state; /* "waiting", or of upstream_state; NULL: none */
};

struct upstream_diff {
	struct upstream_difference *rows;
	size_t count;
	int64_t here; /* registrations that are mirrored */
	int64_t there;
	int64_t equal;
	int64_t only_here;
	int64_t only_there;
	int64_t different;
};

/*
 * Blocks while the other server answers, at most so long.  -E_BUSY while
 * another one is being made; -E_UPSTREAM_*.
 */
int upstream_diff_read(void *mem, const struct config_upstream *upstream, int64_t timeout_ms,
		       struct upstream_diff **ret, struct diag *reterr) MUST_CHECK;
