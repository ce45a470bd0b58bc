/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_upstream;
struct upstream_health;

/*
 * How each upstream is doing: a failure closes its gate for a while, longer
 * each time; when it opens, one call goes first, and the first answer opens it
 * for all.  From any thread; what is remembered ends with the process.
 */

/* How many more calls may begin now, when so many are under way. */
unsigned health_room(const struct config_upstream *upstream, unsigned under_way);

/* Monotonic time at which the gate opens; 0: it is open. */
int64_t health_opens_at(const char *name);

void health_good(const struct config_upstream *upstream);

/* `begun_at_ms` is when the call began: those that fail together are one failure. */
void health_bad(const struct config_upstream *upstream, int64_t begun_at_ms, bool denied,
		const char *words);

/* Whether Digest is what the server wants. */
bool health_digest(const char *name);
void health_set_digest(const char *name);

void health_read(const char *name, struct upstream_health *ret);

/* Opens the gate; NULL: of all. */
void health_forget(const char *name);
void health_done(void);
