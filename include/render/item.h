/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Items of OpenStage desk phones, as a document wants them.
 *
 * A setting is named as its item, with the index in brackets where it has one:
 * "realm", "function-key-def[1]".  What lines and SIP servers come to stands
 * beside the settings, which win: firmware differs in what it calls things.
 */

struct document;
struct secret;

enum {
	ITEM_NAME_MAX = 64,
	ITEM_NO_INDEX = -1,
	ITEM_INDEX_MAX = 999999,
};

/* Exactly one of `value` and `secret` is set. */
struct item {
	const char *name;
	int index; /* ITEM_NO_INDEX: none */
	const char *value;
	const struct secret *secret;
};

/* The order of items: by index, none first, so that a key's are together, and by name. */
int item_order(const char *a, int a_index, const char *b, int b_index);

/*
 * In that order, each once; all belongs to `mem`.
 * -E_SETTING_NAME, -E_SETTING_RESERVED for a parameter that is no item.
 */
int item_list(void *mem, const struct document *document, struct item **ret, size_t *ret_count,
	      struct diag *reterr) MUST_CHECK;

/* "function-key-def[1]"; for people. */
char *item_text(void *mem, const char *name, int index);

/* The way back: false for what is no item's name. */
bool item_parse(const char *text, char ret_name[ITEM_NAME_MAX + 1], int *ret_index);

/*
 * Whether a phone that tells `told` has what is wanted: it trims, spells true and
 * false in any case, and tells nothing where NULL was written, which resets an item.
 */
bool item_is_same(const char *want, const char *told);

/* Whether its value is a secret, whoever sends it (secret_items.def). */
bool item_is_secret(const char *name);
