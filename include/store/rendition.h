/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/*
 * Renditions: the exact bytes a device is given, and what they were made of.
 * Both are sealed at rest, since they hold passwords.
 */

/* While the shrink guard holds a change back: what would go by it. */
struct rendition_held {
	int64_t mac;
	int64_t at;	      /* since when; 0: nothing is held */
	int64_t missing;      /* so many handsets */
	int64_t all;	      /* of those that the device has */
	const char *handsets; /* which: their keys in order, separated by blanks */
};

struct rendition {
	int64_t mac;
	const char *revision;	  /* of what it was made from */
	const char *etag;	  /* with its quotes */
	int64_t until_at;	  /* an operation or a window begins or ends then; 0: never */
	const char *operations;	  /* ids that it carries, separated by blanks */
	const char *content_type; /* NULL: that of the device's format */
	const char *document;	  /* clear */
	size_t document_len;
	int64_t made_at;
	int64_t given_at; /* first fetch; 0: none yet */

	/* Only put, never found: rendition_past_find() has them. */
	const char *body; /* fleet/body.h, clear; NULL: not kept */
	size_t body_len;
	struct rendition_held held;
	bool acknowledged_over; /* what was acknowledged has gone */
	int64_t waits_at;	/* since when a schedule makes something wait; 0: nothing */
	const char *over;	/* the ETag of what it replaces; NULL: of whatever there is */
};

/* 1 found, 0 not; -E_SEAL when the key is another one. */
int rendition_find(void *mem, struct db *db, int64_t mac, struct rendition **ret) MUST_CHECK;
/*
 * Sets or replaces; it has not been given yet.  Nothing is done when there is
 * something else by now than what it is to replace.
 */
int rendition_put(struct db *db, const struct rendition *rendition) MUST_CHECK;

/*
 * The device has it: 1 for the first time (and which operations it carried), 0
 * when this was known or the device's rendition is another one by now.
 */
int rendition_given(void *mem, struct db *db, int64_t mac, const char *etag, int64_t at,
		    char **ret_operations) MUST_CHECK;

/* What the device was made documents of so far; bodies are clear. */
struct rendition_past {
	int64_t made_at;
	int64_t given_at; /* 0: there is no record that it was given the last one */
	const char *body; /* of the last one; NULL: not kept */
	size_t body_len;
	int64_t released_at;
	const char *released; /* of the one that it was given before; only while given_at is 0 */
	size_t released_len;
	struct rendition_held held;
	int64_t waits_at;
	const char *acknowledged; /* keys as in `held`, of handsets that may go; NULL: none */
};

/* 1 found, 0 not; -E_SEAL. */
int rendition_past_find(void *mem, struct db *db, int64_t mac,
			struct rendition_past **ret) MUST_CHECK;

/*
 * For a device that is being removed: what it was given last or, without a
 * record of that, may have been given, until the next one of that MAC is given
 * something.  Nothing is done when nothing is known.
 */
int rendition_keep(struct db *db, int64_t mac, int64_t at) MUST_CHECK;
/* 1 and what an earlier device of that MAC was given; the body is clear.  0; -E_SEAL. */
int rendition_kept_forget(struct db *db, int64_t before) MUST_CHECK;
int rendition_kept_find(void *mem, struct db *db, int64_t mac, int64_t *ret_given_at,
			const char **ret_body, size_t *ret_len) MUST_CHECK;

/* 1 something is held, 0 nothing is. */
int rendition_held_find(void *mem, struct db *db, int64_t mac,
			struct rendition_held **ret) MUST_CHECK;
/* By MAC, at most `limit`. */
int rendition_held_list(void *mem, struct db *db, int limit, struct rendition_held **ret,
			size_t *ret_count) MUST_CHECK;
int rendition_held_count(struct db *db, int64_t *ret) MUST_CHECK;
/* Devices for whom a schedule makes something wait. */
int rendition_waiting_count(struct db *db, int64_t *ret) MUST_CHECK;
/* 1 something waits, 0 nothing does. */
int rendition_waiting_find(struct db *db, int64_t mac, int64_t *ret_at) MUST_CHECK;
/* What is held may go. */
int rendition_acknowledge(struct db *db, int64_t mac) MUST_CHECK;
