/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "wpi/message.h"

/*
 * What is said to desk phones: a DLSMessage with one action, written.
 *
 * One canonical form: UTF-8, the nonce of the message that it answers, each
 * item on a line, & < > as entities.  The bytes hold passwords, so they are a
 * struct secret.  Nothing is written that the phone would misread.
 */

enum wpi_entities {
	WPI_ENTITIES,	    /* as XML has it */
	WPI_LEGACY_REFUSE,  /* firmware V1 to V2.1 takes &amp; literally: refuse such values */
	WPI_LEGACY_REPLACE, /* or write + for &, nothing for < and >; secrets are refused */
};

struct wpi_answer {
	enum wpi_action action;
	const struct wpi_item *items; /* a value of NULL without a secret is "" */
	size_t item_count;
};

/* The bytes as they go to the phone.  The errors are those of wpi_item_check(). */
int wpi_emit(void *mem, const struct wpi_answer *answer, const char *nonce,
	     enum wpi_entities entities, struct secret **ret, struct diag *reterr) MUST_CHECK;

/* The same for people: secrets are a row of asterisks. */
int wpi_emit_redacted(void *mem, const struct wpi_answer *answer, const char *nonce,
		      enum wpi_entities entities, char **ret, struct diag *reterr) MUST_CHECK;

/*
 * What everybody gets who is not understood or not known, with the nonce "" for a
 * message that has none: always the same bytes.
 */
struct secret *wpi_emit_clean_up(void *mem, const char *nonce);

/*
 * Whether a phone can be given the item: -E_WPI_ITEM for its name or index,
 * -E_TEXT_ENCODING, -E_TEXT_CHARACTER, -E_WPI_ENTITY for its value.  The words name
 * the item, never its value.
 */
int wpi_item_check(const struct wpi_item *item, enum wpi_entities entities,
		   struct diag *reterr) MUST_CHECK;

/* The value as the phone will have it: with what WPI_LEGACY_REPLACE replaces. */
const char *wpi_item_value(void *mem, const char *value, enum wpi_entities entities);

/* Bytes that an answer without items has, and that an item adds. */
size_t wpi_answer_size(enum wpi_action action, const char *nonce);
size_t wpi_item_size(const struct wpi_item *item);
