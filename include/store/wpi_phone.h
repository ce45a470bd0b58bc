/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* OpenStage desk phones, as stored: what they say of themselves when they call. */

struct wpi_phone {
	int64_t mac;
	const char *product;	 /* of its device; read only */
	int64_t locked_at;	 /* the same; 0: not locked */
	const char *reason;	 /* why it called last; NULL: it never did */
	const char *address;	 /* from where */
	int64_t contacted_at;	 /* when */
	int64_t contacts;	 /* how often; read only */
	const char *device_type; /* NULL, as what follows: not told */
	const char *software_type;
	const char *software_version;
	const char *part_number;
	const char *contact_me_uri;
	const char *e164;
	const char *outcome; /* of its last dialogue, a row of records.def; NULL: not known */
	int64_t ended_at;
	int64_t configured_at;	     /* when it last had all that it was to have; 0: never */
	const char *configured_etag; /* of the document that this was */
	int64_t told_at;	     /* when it last told all of its items; 0: never */
	int64_t refused, kept;	     /* items; read only */
};

/*
 * What decides whether a phone is answered, and nothing else, so that it takes as
 * long for each: 1 found, 0 there is none.  `ret_product` may be NULL.
 */
int wpi_phone_admission(void *mem, struct db *db, int64_t mac, const char **ret_product,
			int64_t *ret_locked_at) MUST_CHECK;

/* A device, whether it has ever called or not: 1 found, 0 there is none. */
int wpi_phone_find(void *mem, struct db *db, int64_t mac, struct wpi_phone **ret) MUST_CHECK;
/* Those that have called, by MAC after `after` (-1: from the first), at most `limit`. */
int wpi_phone_list(void *mem, struct db *db, int64_t after, int limit, struct wpi_phone **ret,
		   size_t *ret_count) MUST_CHECK;

/* It calls: what it says of itself, as far as it does; the outcome is open. */
int wpi_phone_contact(struct db *db, const struct wpi_phone *phone) MUST_CHECK;
int wpi_phone_end(struct db *db, int64_t mac, const char *outcome, int64_t at) MUST_CHECK;
int wpi_phone_configured(struct db *db, int64_t mac, const char *etag, int64_t at) MUST_CHECK;

/* All that it tells, in a form of the caller's: sealed at rest, and written when it has changed. */
int wpi_phone_tell(struct db *db, int64_t mac, const char *told, size_t len, int64_t at) MUST_CHECK;
/* 1 found, 0 it has told nothing; -E_SEAL. */
int wpi_phone_told(void *mem, struct db *db, int64_t mac, char **ret, size_t *ret_len,
		   int64_t *ret_at) MUST_CHECK;
