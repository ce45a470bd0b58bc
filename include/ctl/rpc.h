/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct buf;

/* XML-RPC: calls as people type them, answers as scripts read them. */

/*
 * A <methodCall>.  `words` are s:STRING, sl:A,B,C (an array of strings),
 * i:INTEGER, b:0 or b:1.  A negative value has words for who typed them.
 */
int ctl_rpc_call(struct buf *out, const char *method, const char *const *words, size_t count,
		 struct diag *reterr) MUST_CHECK;

struct ctl_rpc_answer {
	json_t *value;	   /* NULL for a fault; ctl_rpc_answer_done() */
	int fault;	   /* its code */
	const char *words; /* NULL unless it is a fault */
};

/* -EPROTO when the bytes are no answer to an XML-RPC call. */
int ctl_rpc_parse(void *mem, const char *xml, size_t len, struct ctl_rpc_answer *ret,
		  struct diag *reterr) MUST_CHECK;
void ctl_rpc_answer_done(struct ctl_rpc_answer *answer);

/*
 * A line for each member of an array, with tabs between the members of an
 * array inside; a line "name<TAB>value" for each member of a struct.
 * Booleans are 1 and 0.
 */
void ctl_rpc_show(const json_t *value, struct buf *out);

/* An array that begins with the boolean 0: how the redirection methods refuse. */
bool ctl_rpc_is_refusal(const json_t *value);
