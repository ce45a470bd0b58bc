/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"

struct device;
struct param;
struct secret;
struct setting;

/*
 * Scopes and the resolution of settings: fleet → product → group → device →
 * handset; the nearer wins.  Names that product_per_handset() knows
 * (hs.DirectAccessDir) hold for each handset.
 */

enum scope_kind { SCOPE_FLEET, SCOPE_PRODUCT, SCOPE_GROUP, SCOPE_DEVICE, SCOPE_HANDSET };

struct scope {
	enum scope_kind kind;
	const char *text; /* as stored: MACs upper case, IPUIs lower case */
	const char *key;  /* behind the colon; NULL for fleet */
};

/* Form only: -E_SCOPE, -E_PRODUCT_UNKNOWN, -E_MAC_MALFORMED, -E_IPUI_MALFORMED. */
int scope_parse(void *mem, const char *s, struct scope *ret) MUST_CHECK;

/* "device:7C2F80E0D605", a device's own scope and what the audit log calls it. */
char *scope_device(void *mem, int64_t mac);

/* "7C2F80E0D605-00001", the key of a handset without an IPUI. */
bool scope_slot_parse(const char *key, int64_t *ret_mac, int *ret_slot);

/*
 * Letters, digits, `.`, `_` and `-`, beginning with a letter, at most 128; names
 * of older phones (BS_…) also `[`, `]` and `%`, items of desk phones an index: `name[1]`.
 */
int setting_name_check(const char *name) MUST_CHECK;

/* Whether it is for us and never written to a phone: schedule.…, firmware.…, notify.… */
bool setting_is_ours(const char *name);

/* The scopes that a device's settings come from, farthest first; at most four. */
enum { DEVICE_SCOPES_MAX = 4 };
size_t scope_of_device(void *mem, const struct device *device, const char *ret[DEVICE_SCOPES_MAX]);

/* All settings that hold for a device, by name, nearest scope applied. */
int scope_resolve(void *mem, struct db *db, const struct device *device, struct setting **ret,
		  size_t *ret_count) MUST_CHECK;

/* `base` with the settings of one more scope laid over it; both by name, so is the result. */
int scope_overlay(void *mem, struct db *db, const char *scope, const struct setting *base,
		  size_t base_count, struct setting **ret, size_t *ret_count) MUST_CHECK;

/*
 * What documents have of this scope has changed: its counter grows, and so what
 * hangs on it is made again when it is asked for.  -E_GROUP_UNKNOWN, -E_MAC_UNKNOWN,
 * -E_IPUI_UNKNOWN.
 */
int scope_changed(struct change *change, const struct scope *scope) MUST_CHECK;

/*
 * Commands.  A value of a name that is known to hold a secret becomes one,
 * however it is given (parameter_is_secret()).  A name that the device's format makes by itself is -E_SETTING_RESERVED. */
struct setting_new {
	const char *scope;
	const char *name;
	const char *value; /* exactly one of the two */
	const struct secret *secret;
};
int fleet_setting_set(struct change *change, const struct setting_new *new) MUST_CHECK;
int fleet_setting_unset(struct change *change, const char *scope, const char *name) MUST_CHECK;

/* The counter of a scope grows, and with it the revisions of all documents that hang on it. */
int fleet_scope_touch(struct change *change, const char *text) MUST_CHECK;
