/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/* What desk phones are to be told to do, and that they are wanted, as stored. */

enum wpi_order_state {
	WPI_ORDER_WAITING,
	WPI_ORDER_SENT,	 /* the phone was told; it has said nothing yet */
	WPI_ORDER_TAKEN, /* it has said that it does it */
	WPI_ORDER_DONE,
	WPI_ORDER_FAILED,
	WPI_ORDER_CANCELLED,
};

struct wpi_order_row {
	int64_t id;
	int64_t mac;
	const char *kind; /* a row of wpi_orders.def */
	enum wpi_order_state state;
	const char *what; /* in a few words; NULL: nothing to say */
	const struct secret *payload;
	const struct secret *answer; /* JSON of what the phone told; NULL: nothing */
	int64_t attempts;
	int64_t next_at;    /* waiting: not sent before; else it has had its time then */
	int64_t until_at;   /* not sent any more */
	const char *reason; /* of the last attempt, or how it ended; NULL: none */
	const char *actor;
	int64_t job_id; /* 0: none */
	int64_t created_at;
	int64_t sent_at;  /* the last time; 0: never */
	int64_t ended_at; /* 0: it has not */
};

const char *wpi_order_state_name(enum wpi_order_state state);

int wpi_order_insert(struct db *db, struct wpi_order_row *row) MUST_CHECK;
/* What changes in its life. */
int wpi_order_update(struct db *db, const struct wpi_order_row *row) MUST_CHECK;
/* 1 found, 0 not. */
int wpi_order_find(void *mem, struct db *db, int64_t mac, int64_t id,
		   struct wpi_order_row **ret) MUST_CHECK;
/* Those that have not ended, oldest first. */
int wpi_order_list_open(void *mem, struct db *db, int64_t mac, struct wpi_order_row **ret,
			size_t *ret_count) MUST_CHECK;
/* All, newest first, of ids below `before` (0: from the newest). */
int wpi_order_list(void *mem, struct db *db, int64_t mac, int64_t before, int limit,
		   struct wpi_order_row **ret, size_t *ret_count) MUST_CHECK;
/* Open ones whose next_at has come, or whose until_at has passed; the longest first. */
int wpi_order_list_due(void *mem, struct db *db, int64_t now, int limit, struct wpi_order_row **ret,
		       size_t *ret_count) MUST_CHECK;
/* Whether there is one. */
int wpi_order_is_due(struct db *db, int64_t now, bool *ret) MUST_CHECK;
int wpi_order_count_open(struct db *db, int64_t mac, int64_t *ret) MUST_CHECK;
/* Files of an order; open orders that are about one, of all phones. */
int wpi_order_file_insert(struct db *db, int64_t id, const char *name) MUST_CHECK;
int wpi_order_count_naming(struct db *db, const char *name, int64_t *ret) MUST_CHECK;
/* Deletes ended ones but the newest `keep` of the phone. */
int wpi_order_prune(struct db *db, int64_t mac, int64_t keep) MUST_CHECK;

struct wpi_call {
	int64_t mac;
	int64_t due_at; /* 0: it is not called, only told so when it asks */
	int64_t until_at;
	int64_t calls; /* in vain */
};

/* 1 found, 0 not. */
int wpi_call_find(struct db *db, int64_t mac, struct wpi_call *ret) MUST_CHECK;
int wpi_call_put(struct db *db, const struct wpi_call *call) MUST_CHECK;
int wpi_call_delete(struct db *db, int64_t mac) MUST_CHECK;
int wpi_call_list_due(void *mem, struct db *db, int64_t now, int limit, struct wpi_call **ret,
		      size_t *ret_count) MUST_CHECK;
int wpi_call_is_due(struct db *db, int64_t now, bool *ret) MUST_CHECK;

/* Whether the job has an open one for the phone; whether an open one is about the file. */
int wpi_order_has_job(struct db *db, int64_t mac, int64_t job_id, bool *ret) MUST_CHECK;
int wpi_order_has_file(struct db *db, int64_t mac, const char *name, bool *ret) MUST_CHECK;

/* Whether the phone is wanted now: it has an order that may be sent, or is to be called. */
int wpi_order_is_pending(struct db *db, int64_t mac, int64_t now, bool *ret) MUST_CHECK;

/* Where it has reached us; 1 found, 0 not. */
int wpi_origin_find(void *mem, struct db *db, int64_t mac, char **ret) MUST_CHECK;
int wpi_origin_put(struct db *db, int64_t mac, const char *origin) MUST_CHECK;

/* Attempts at a version; 0 and 0 when there were none. */
int wpi_firmware_try_find(struct db *db, int64_t mac, const char *version, int64_t *ret_tries,
			  int64_t *ret_last_at) MUST_CHECK;
int wpi_firmware_try_add(struct db *db, int64_t mac, const char *version, int64_t at) MUST_CHECK;
int wpi_firmware_try_delete(struct db *db, int64_t mac, const char *version) MUST_CHECK;
