/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/* How far desk phones are believed, as stored: sql/sqlite/0014-wpi-trust.sql tells what is what. */

struct wpi_trust {
	int64_t mac;
	const char *address; /* NULL: not bound */
	int64_t bound_at;
	int64_t enrolled_until; /* 0, as with all times here: never */
	const char *told_to;
	int64_t told_at;
	int64_t taken_at;
	const char *fingerprint; /* NULL: not in secure mode */
	int64_t certificate_until;
	int64_t secured_at;
	const char *next_fingerprint; /* NULL: nothing is to be given */
	int64_t next_until;
	int64_t next_give_until;
	const char *next_told_to;
	int64_t next_told_at;
};

/* 1 found, 0 nothing is known of it.  Reads no secret, so that it takes as long for each. */
int wpi_trust_find(void *mem, struct db *db, int64_t mac, struct wpi_trust **ret) MUST_CHECK;

/* By MAC after `after` (-1: from the first), at most `limit`. */
int wpi_trust_list(void *mem, struct db *db, int64_t after, int limit, struct wpi_trust **ret,
		   size_t *ret_count) MUST_CHECK;

/* What is to be given; -E_SEAL; 0 when there is none. */
int wpi_trust_pkcs12(void *mem, struct db *db, int64_t mac, struct secret **ret) MUST_CHECK;

/* The row with these values, in place of what there was; what is to be given stays. */
int wpi_trust_put(struct db *db, const struct wpi_trust *trust) MUST_CHECK;

/* What is to be given, of a row that is there. */
int wpi_trust_give(struct db *db, int64_t mac, const char *fingerprint, int64_t until,
		   const struct secret *pkcs12, int64_t give_until) MUST_CHECK;
/* It has been shown, or shall not be given any more. */
int wpi_trust_given(struct db *db, int64_t mac) MUST_CHECK;

/* Phones whose certificates end before `until`. */
int wpi_trust_count_ending(struct db *db, int64_t until, int64_t *ret) MUST_CHECK;
