/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct config;
struct config_guard;
struct document;
struct view;

/*
 * Interlocks: a site must not lose its handsets by a typing mistake.
 *
 * The shrink guard compares the handsets that the device has (released.h) with
 * those of the document that it would be given.  When more are missing than the
 * guard allows, in percent and in number, and nobody has acknowledged that, the
 * device gets the body that it has once more.  Operations are written as ever,
 * but for removals of handsets that are in that body.  What was acknowledged
 * counts as gone already, so a further shrink is judged by itself.
 *
 * DeleteNotProvisionedHS is a loaded gun; whether a document carries it:
 *
 *   never   not at all;
 *   auto    from the second document on, when one with handsets has been fetched;
 *   always  on the first one, too;
 *
 * in no case without a handset in the document, nor while the guard holds
 * something back (what the device has then stays as it is), nor when the device
 * was given documents of which nobody knows what was in them.
 *
 * All this follows from the rows and the configuration, so it stays as it is
 * until they change.
 */

struct shrink {
	unsigned all;	  /* handsets that the device has */
	unsigned missing; /* of those, in the document that it would get */
	unsigned acknowledged;
	const char *handsets; /* the missing ones' keys in order, separated by blanks */
};

/* `acknowledged`: keys as in `handsets`, or NULL. */
void shrink_count(void *mem, const struct document *before, const struct document *now,
		  const char *acknowledged, struct shrink *ret);
bool shrink_trips(const struct config_guard *guard, const struct shrink *shrink);

/* Fills in what the view says about it; with its `released`, and all of its document. */
void interlock_apply(void *mem, const struct config *config, struct view *view);
