/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct buf;

/* The redirection methods as a client calls them: XML-RPC through xmlrpc-c. */

enum { AUTOPROV_TEXTS_MAX = 4, AUTOPROV_ANSWER_MAX = 16 * 1024 };

/* [1, text…] or [0, "code:offender"]. */
struct autoprov_answer {
	bool is_fault; /* texts[0] are its words */
	bool good;
	const char *texts[AUTOPROV_TEXTS_MAX]; /* "" where there are fewer */
};

/* Appends a <methodCall> with string parameters. */
int autoprov_call(struct buf *out, const char *method, const char *const *params, size_t count,
		  struct diag *reterr) MUST_CHECK;

/* -E_UPSTREAM_ANSWER for what is none. */
int autoprov_parse(void *mem, const char *xml, size_t len, struct autoprov_answer *ret,
		   struct diag *reterr) MUST_CHECK;

/* Whether a refusal is this one: "mac_not_found:7C2F80820EC0", with or without an offender. */
bool autoprov_is(const struct autoprov_answer *answer, const char *code);

/* Of a good checkDevice: it has this URL and name, in whichever order they come. */
bool autoprov_is_ours(const struct autoprov_answer *answer, const char *url, const char *provider);

/* Of a good registerDevice: the password behind "OK: "; NULL when there is none. */
const char *autoprov_password(const struct autoprov_answer *answer);
