/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* The last time that each device was told to fetch its document; in seen.db. */

struct notify {
	int64_t mac;
	int64_t sent_at;
	const char
		*outcome; /* "sent" (no answer yet), "accepted", "refused", "no_answer", "failed" */
	int status;	  /* of the answer; 0: none */
	const char *words;   /* NULL: none */
	const char *target;  /* where it was sent; NULL: nowhere */
	bool reboot;	     /* it was to restart as well */
	int64_t answered_at; /* 0: not */
	int64_t fetched_at;  /* it came, in time; 0: not, or not yet */
};

/* 1 found, 0 not. */
int notify_find(void *mem, struct db *db, int64_t mac, struct notify **ret) MUST_CHECK;
/* Told at `since` or later, and neither refused nor seen to come; the last first. */
int notify_list_open(void *mem, struct db *db, int64_t since, int limit, struct notify **ret,
		     size_t *ret_count) MUST_CHECK;
/* Sets or replaces. */
int notify_put(struct db *db, const struct notify *notify) MUST_CHECK;
