/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "config/config.h"
#include "fleet/upstream.h"
#include "store/outbox.h"

struct buf;
struct post;

/*
 * One row of the outbox on its way: the questions that it takes, one POST each.
 *
 *     register    (unsure: is it there?) → register → (in use: is it ours?)
 *     deregister  (unsure, or not known to be ours: is it?) → deregister
 *
 * A call belongs to the thread of outbound.c, and is a tree of its own.
 */

enum call_step { CALL_CHECK, CALL_SEND, CALL_VERIFY };

struct call {
	struct call *next;
	struct config_upstream section; /* as it was when the call began */
	struct outbox row;
	enum call_step step;
	struct buf *out;
	struct post *post;
	bool digest;
	int64_t begun_at_ms;
	const char *refusal; /* what `register` was answered, while its reason is looked for */
	struct upstream_result result; /* once it has ended */
};

struct call *call_new(const struct config_upstream *section, const struct outbox *row);
void call_free(struct call *call);

/* Begins with the next POST, or ends at once when that cannot be. */
void call_begin(struct call *call, CURLM *multi);

/* The POST that was under way has ended: goes on, or ends. */
void call_advance(struct call *call, CURLM *multi, CURLcode code);

/* Whether there is a result. */
bool call_has_ended(const struct call *call);
