/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "store/mac.h"

struct db;
struct secret;

/* Devices, as stored.  A device is known by its MAC. */

struct device {
	int64_t mac;
	const char *product; /* a row of products.def; NULL: registered only */
	int64_t group_id;    /* 0: none */
	const char *group;   /* its name; read only */
	const char *name;    /* NULL: none */
	const char *mac_id;  /* the suffix, as proof of possession; NULL: never told */
	const struct secret *secret;
	const char *secret_origin; /* "given" or "made"; NULL without secret */
	int64_t secret_account_id; /* to whom a made one was told; 0: nobody */
	const char *user_name;
	const struct secret *user_password;
	int64_t locked_at;	/* 0: not locked */
	int64_t provisioned_at; /* first document that it was given; 0: none yet */
	const char *firmware;	/* as its User-Agent tells it; NULL: not told yet; read only */
	int64_t capacity;	/* of handsets, as it tells; 0: not told; read only */
	int64_t revision;
	int64_t created_at;
};

/* What a document depends on: a counter for each scope row. */
struct device_revision {
	int64_t fleet;
	int64_t product;
	int64_t group;
	int64_t sip;
	int64_t device;
};

/* All that a fetch needs to know, in one statement. */
struct device_fetch {
	int64_t mac;
	const char *product;
	int64_t locked_at;
	int64_t provisioned_at;
	const struct secret *secret;
	const char *user_name;
	const struct secret *user_password;
	struct device_revision revision;
	const char *rendition_revision; /* NULL: no rendition */
	const char *rendition_etag;
	int64_t rendition_until_at;
	int64_t rendition_given_at;
	int64_t rendition_waits_at; /* a schedule makes something wait since; 0: nothing */
	const char *url;	    /* of its registration; NULL: none */
	const char *firmware;
	int64_t capacity;
};

/* 1 found, 0 not. */
int device_find(void *mem, struct db *db, int64_t mac, struct device **ret) MUST_CHECK;
/* The first MAC from this one on: 1 found, 0 there is none. */
int device_next_mac(struct db *db, int64_t mac, int64_t *ret) MUST_CHECK;
/* -E_MAC_UNKNOWN when it is not there. */
int device_get(void *mem, struct db *db, int64_t mac, struct device **ret) MUST_CHECK;
/* 1 found, 0 not. */
int device_fetch_find(void *mem, struct db *db, int64_t mac, struct device_fetch **ret) MUST_CHECK;

struct device_filter {
	int64_t after;	     /* -1: from the first */
	int64_t group_id;    /* 0: any */
	const char *product; /* NULL: any */
	bool held;	     /* only those of whom the shrink guard holds something back */
	bool waiting;	     /* only those for whom a change waits for a window, or is held back */
	int limit;
};

struct device_row {
	int64_t mac;
	const char *product;
	const char *group;
	const char *name;
	int64_t handsets;
	int64_t locked_at;
	const char *firmware;
	int64_t capacity;
	int64_t held_at;  /* since then the shrink guard holds something back; 0: nothing */
	int64_t waits_at; /* a change waits for a window since then; 0: none does */
};

/* By MAC. */
int device_list(void *mem, struct db *db, const struct device_filter *filter,
		struct device_row **ret, size_t *ret_count) MUST_CHECK;

int device_insert(struct db *db, const struct device *device) MUST_CHECK;
/* Devices that are registered only: MAC-ID, secret with its origin and account, and nothing else. */
int device_insert_registered(struct db *db, const struct device *const *devices,
			     size_t count) MUST_CHECK;
/* All columns but the times; the revision grows. */
int device_update(struct db *db, const struct device *device) MUST_CHECK;
int device_touch(struct db *db, int64_t mac) MUST_CHECK;
/* The first document was given; the revision grows. */
int device_provisioned(struct db *db, int64_t mac, int64_t at) MUST_CHECK;
/*
 * What it says about itself; -1: not told, and so as before.  1 when that was
 * not known, and then the revision grows if the firmware is another one; 0.
 */
int device_learn(struct db *db, int64_t mac, const char *firmware, int64_t capacity) MUST_CHECK;
int device_delete(struct db *db, int64_t mac) MUST_CHECK;

/* For `status`. */
struct device_counts {
	int64_t devices;
	int64_t provisioned;
	int64_t locked;
	int64_t registrations;
	int64_t handsets;
	int64_t accounts;
	int64_t providers;
};
int device_counts(struct db *db, struct device_counts *ret) MUST_CHECK;

/* Of each product, the devices that have nothing to prove themselves by. */
typedef void device_product_take(void *arg, const char *product, int64_t count);
int device_unproven_each(struct db *db, device_product_take *take, void *arg) MUST_CHECK;
