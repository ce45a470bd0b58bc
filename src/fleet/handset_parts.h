/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "fleet/fleet.h"
#include "store/operation.h"

struct handset;
struct line;

/* What the commands on handsets have in common. */

/* As the audit log shows it; `line` may be NULL. */
json_t *handset_shown(const struct handset *handset, const struct line *line);
char *handset_object(struct change *change, const struct handset *handset);

/* Texts and PIN of a handset and its line (NULL: none). */
int handset_texts_check(struct change *change, const struct handset *handset,
			const struct line *line, bool force) MUST_CHECK;
/* Whether the device is there and takes one more. */
int handset_room_check(struct change *change, int64_t mac) MUST_CHECK;
/* Whether it may be used; 0 is always good. */
int handset_slot_check(struct change *change, int64_t mac, int slot) MUST_CHECK;
/* Whether nobody has it; `mac` is who wants it. */
int handset_ipui_check(struct change *change, int64_t mac, const char *ipui) MUST_CHECK;

/* By IPUI or slot.  -E_MAC_UNKNOWN, -E_IPUI_UNKNOWN, -E_IPUI_MALFORMED. */
int handset_find_key(struct change *change, int64_t mac, const char *key,
		     struct handset **ret) MUST_CHECK;

/* `ret` NULL: none. */
int handset_line_find(struct change *change, const struct handset *handset,
		      struct line **ret) MUST_CHECK;
/* With the server's place on the device; and without it, when no line uses it any more. */
int handset_line_put(struct change *change, const struct line *line) MUST_CHECK;
int handset_line_take(struct change *change, const struct line *line) MUST_CHECK;
int handset_server_find(struct change *change, const char *name, int64_t *ret) MUST_CHECK;

/* Puts it and its line (NULL: none) on its device; `handset->slot` 0: the first free one. */
int handset_place(struct change *change, struct handset *handset, struct line *line) MUST_CHECK;
/* Takes it and its line off its device. */
int handset_take(struct change *change, const struct handset *handset,
		 struct line **ret_line) MUST_CHECK;
/* The operation that makes its device forget it. */
int handset_removal_add(struct change *change, const struct handset *handset,
			enum operation_mode mode) MUST_CHECK;
