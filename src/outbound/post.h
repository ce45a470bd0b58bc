/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct buf;
struct config_upstream;

/*
 * One POST to an upstream: Basic credentials are sent at once, Digest when
 * the other server wants it.  Belongs to one thread; a tree of its own.
 */

enum post_end {
	POST_ANSWERED, /* status 200: `in` has the body */
	POST_DIGEST,   /* Basic is refused, Digest is offered; nothing was done there */
	POST_DENIED,   /* 401 or 403 */
	POST_FAILED,   /* it was not done there */
	POST_UNSURE,   /* nobody knows */
};

struct post {
	CURL *easy;
	struct curl_slist *headers;
	const struct buf *out;
	struct buf *in;
	size_t in_max;
	char words[CURL_ERROR_SIZE];
};

/* `out` must live as long; the section's strings need not. */
int post_new(void *mem, const struct config_upstream *section, bool digest, const struct buf *out,
	     struct post **ret, struct diag *reterr) MUST_CHECK;

/* How it ended; `words` is for people, and never empty but for POST_ANSWERED. */
enum post_end post_end(struct post *post, CURLcode code, struct diag *words);
