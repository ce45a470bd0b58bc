/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/* SIP accounts, as stored: one for a slot (a handset, or a desk phone's key) of a device. */

struct line {
	int64_t mac;
	int slot;
	int64_t sip_server_id;
	const char *user_name;
	const char *auth_name;
	const struct secret *auth_password; /* NULL: none */
	const char *display_name;
};

/* In slot order. */
int line_list(void *mem, struct db *db, int64_t mac, struct line **ret,
	      size_t *ret_count) MUST_CHECK;
/* 1 found, 0 not. */
int line_at(void *mem, struct db *db, int64_t mac, int slot, struct line **ret) MUST_CHECK;
int line_insert(struct db *db, const struct line *line) MUST_CHECK;
/* All but the slot. */
int line_update(struct db *db, const struct line *line) MUST_CHECK;
int line_delete(struct db *db, int64_t mac, int slot) MUST_CHECK;

/* 1 when a line of the device uses the server. */
int line_uses_server(struct db *db, int64_t mac, int64_t sip_server_id) MUST_CHECK;
