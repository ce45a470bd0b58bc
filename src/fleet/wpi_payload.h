/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/wpi_order.h"

struct device;

/* The id of one that settings want and that is not stored yet, before its version. */
#define WPI_ORDER_ID_FIRMWARE "firmware:"

/* What an order needs besides its kind: JSON in the database. */

struct wpi_payload {
	struct wpi_order_item *items;
	size_t item_count;
	struct wpi_order_file *files;
	size_t file_count;
	const char *version;
	const char *firmware; /* file */
	bool at_once;
};

struct secret *wpi_payload_write(void *mem, const struct wpi_payload *payload);
/* -E_DB for what is none. */
int wpi_payload_read(void *mem, const struct secret *text, struct wpi_payload *ret) MUST_CHECK;

/* "logo.png, ring.wav and 3 more" */
char *wpi_payload_words(void *mem, const struct wpi_payload *payload);

/* What a phone told, and the way back: [{"name", "index", "value"}]. */
struct secret *wpi_answer_write(void *mem, const struct wpi_order_item *items, size_t count);

/*
 * Ends of an order, and of a try.  Each writes the row and sees to the job that
 * it belongs to.
 */
int wpi_order_done(struct change *change, struct wpi_order_row *row, const char *reason,
		   int64_t now) MUST_CHECK;
int wpi_order_end(struct change *change, struct wpi_order_row *row, enum wpi_order_state state,
		  const char *reason, int64_t now) MUST_CHECK;
/* Another one after a while, or the end. */
int wpi_order_try_failed(struct change *change, struct wpi_order_row *row, const char *reason,
			 int64_t now) MUST_CHECK;

/*
 * The firmware that settings want for the phone, now: 1 and the name and version, 0.
 * `words` say why not; NULL when nothing is wanted.
 */
struct wpi_choice {
	const char *version;
	const char *file;
	const char *words;
};
int wpi_firmware_choose(void *mem, struct db *db, const struct config *config, int64_t mac,
			const char *version, int64_t now, struct wpi_choice *ret) MUST_CHECK;
/* The version of an order: known for the product, not older than what runs unless told, no loop. */
int wpi_firmware_take(struct change *change, int64_t mac, const struct device *device,
		      const struct wpi_order_new *new, struct wpi_payload *payload) MUST_CHECK;
/* Whether another attempt at the version may be made; words in `reterr`: -E_WPI_FIRMWARE_LOOP. */
int wpi_firmware_guard(struct db *db, const struct config *config, int64_t mac, const char *version,
		       int64_t now, struct diag *reterr) MUST_CHECK;
