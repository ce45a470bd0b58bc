/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct config;
struct document;
struct schedule;
struct setting;
struct view;

/*
 * The gate: a schedule holds changes back, not service.
 *
 * A change of the body is given to a poll that comes in a window of the
 * device's schedule (schedule.h) or in the grace behind it, to
 * a device that has never had a document, to one that has become another kind,
 * and when somebody says now (release.h).  Any other poll gets the body that
 * was made for the device last, without
 *
 *   handsets, lines and accounts of handsets that were removed,
 *   secrets that were unset, and firmware that was withdrawn,
 *
 * which never waits.  Operations are written by their own times, and the
 * shrink guard judges what comes out of all this.
 *
 * Firmware in documents has a window of its own (schedule.firmware); without
 * one it is a part of the body.  A schedule that is set and that the
 * configuration does not have is closed: a night too late is better than a
 * restart in office hours.
 *
 * The answer is kept like any rendition, until the time at which it may change.
 */

struct gate {
	const char *name;		 /* of the schedule; NULL: none is set, so always open */
	const struct schedule *schedule; /* NULL: the configuration has none of that name */
	int reason;	 /* 0 open; -E_OUTSIDE_WINDOW, -E_BLACKOUT, -E_SCHEDULE_UNKNOWN */
	int64_t next_at; /* when that may change; 0: not known, or not for three years */
};

/*
 * `waits_at`: something has waited since then, 0: not that one knows.  Who has
 * missed all windows of a week that counts may come in those of any.
 */
struct gate gate_judge(const struct config *config, const char *name, int64_t at, int64_t waits_at);

/* What settings attach; NULL: nothing. */
const char *gate_setting(const struct setting *settings, size_t count, const char *name);

/*
 * Before the interlocks: what passes of the view's document; after them: what
 * waits, and until when that holds.
 */
void gate_apply(void *mem, const struct config *config, struct view *view);
void gate_settle(void *mem, struct view *view);

/* "outside the window of schedule nights until 2026-05-31 22:00:00 UTC", in [daemon] timezone; NULL while it is open. */
const char *gate_words(void *mem, const struct config *config, const struct gate *gate);

/* Words on what waits; NULL when nothing does. */
const char *gate_notice(void *mem, const struct config *config, const struct view *view);

/* Parts: what is left of `base`, and whether two are the same but for operations. */
void gate_reduce(void *mem, const struct document *base, const struct document *wanted,
		 int64_t given_at, struct document *ret);
bool gate_is_same(const struct document *a, const struct document *b);
