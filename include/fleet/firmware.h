/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet/fleet.h"
#include "store/firmware.h"

struct device_fetch;
struct document_firmware;
struct firmware_file;
struct operation;
struct product;
struct scope;
struct setting;
struct setting_new;
struct view;

/*
 * Firmware: which files there are, who may have which, and under what link.
 *
 * A file is known by its name, and is served only while it is the one that was
 * hashed when it was added.  Which of them a device is told of is said by
 * settings that are ours: firmware.version (none, newest or a version; none
 * where nothing is set) and firmware.downgrade (yes or no).
 */

/* Commands.  What documents say of firmware hangs on the products of the file. */
struct firmware_new {
	const char *name;
	const char *version;   /* NULL: what the name tells */
	const char **products; /* none: the one that the name tells, or those that it had */
	size_t product_count;
	const char *source; /* URL; NULL: none */
	const char *note;   /* NULL: none */
	const char *sha256; /* of the file; what it must become, when it is to be fetched */
	int64_t size;
	int64_t modified_ns;
};

/* What can be wrong before there is a file. */
int firmware_new_check(const struct firmware_new *new, struct diag *reterr) MUST_CHECK;

/* The file has been hashed.  Again: whatever lies there now is good. */
int fleet_firmware_add(struct change *change, const struct firmware_new *new) MUST_CHECK;
/* -E_FIRMWARE_IN_USE while a setting names its version and no other file has that. */
int fleet_firmware_remove(struct change *change, const char *name) MUST_CHECK;

/*
 * What was found at a file that did not look as it was added: the same bytes
 * (`file`), and it is good; or others, or nothing, and it is not served until
 * somebody adds it again.
 */
int fleet_firmware_look(struct change *change, const char *name, const struct firmware_file *file,
			const char *error) MUST_CHECK;

/* To be fetched from new->source, whose host has been looked at. */
int fleet_firmware_fetch(struct change *change, const struct firmware_new *new) MUST_CHECK;
/* A failed one is tried again. */
int fleet_firmware_retry(struct change *change, const char *name) MUST_CHECK;
/* Fetching has ended: well (`file`), or with words. */
int fleet_firmware_fetched(struct change *change, const char *name,
			   const struct firmware_file *file, const char *error) MUST_CHECK;

/* A setting of ours, before it is written.  Words for a version that no file has. */
int firmware_setting_check(struct change *change, const struct scope *scope,
			   const struct setting_new *new) MUST_CHECK;

/*
 * Links.  The token is a keyed hash over MAC and name: always the same for the
 * two, and nothing that anybody could guess or make of another one.
 */
enum { FIRMWARE_TOKEN_LEN = 20 };
void firmware_token(int64_t mac, const char *name, char out[FIRMWARE_TOKEN_LEN + 1]);
/* In constant time. */
bool firmware_token_is(int64_t mac, const char *name, const char *token);

/*
 * Whether a device gets a file by a link: 0, -E_FIRMWARE_TOKEN before anything
 * is looked up, -E_MAC_UNKNOWN, -E_MAC_LOCKED.  Then, whether the file is good:
 * 0 with the file, -E_FIRMWARE_UNKNOWN, -E_FIRMWARE_CHANGED, which sets `ret`, too.
 */
int firmware_judge_link(void *mem, struct db *db, int64_t mac, const char *token,
			const char *name) MUST_CHECK;
int firmware_judge_file(void *mem, struct db *db, const char *name,
			struct firmware **ret) MUST_CHECK;

/*
 * Directories, for phones that look for a name of their own (fw926.rom) where
 * they are told: the token is of the MAC alone, and what is there is the file
 * that the device is to have now, under the name that it has or that it begins
 * with (fw926.rom for fw926-2.42.6.rom).
 */
bool firmware_uses_directory(const struct product *product);
/* -E_FIRMWARE_LINK with words. */
int firmware_directory(void *mem, const struct config *config, const struct device_fetch *fetch,
		       char **ret, struct diag *reterr) MUST_CHECK;
/* The file that a link of ours names; NULL for any other URL. */
const char *firmware_file_of_link(void *mem, int64_t mac, const char *url);
/* 1 when an operation tells the device of a file here that it would not get any more. */
int firmware_operation_lost(void *mem, struct db *db, const struct operation *operation,
			    const char **ret_name) MUST_CHECK;
/* Firmware operations of such a device: it is told of the directory, in place of the file. */
void firmware_point_operations(void *mem, const struct config *config, struct view *view);
/*
 * Which file a device gets under a name: as firmware_judge_link(), and
 * -E_FIRMWARE_NOT_ITS for any but the one that it is to have.
 */
int firmware_judge_directory(void *mem, struct db *db, const struct config *config, int64_t mac,
			     const char *token, const char *name, int64_t at,
			     const char **ret) MUST_CHECK;
/*
 * Which file a link leads to: the one that it names, or what the phone is to
 * find in its directory at that time.
 */
int firmware_follow(void *mem, struct db *db, const struct config *config, int64_t mac,
		    const char *token, const char *name, int64_t at, const char **ret) MUST_CHECK;

/* The link by which a device gets a file; -E_FIRMWARE_LINK with words. */
int firmware_link(void *mem, const struct config *config, const struct device_fetch *fetch,
		  const char *name, char **ret, struct diag *reterr) MUST_CHECK;

/* The link for an operation: the file must be good, and one for the device's product. */
int firmware_link_of(void *mem, struct db *db, const struct config *config, int64_t mac,
		     const char *name, bool force, char **ret, struct diag *reterr) MUST_CHECK;

/* What a device is told of, and why nothing. */
struct firmware_choice {
	const char *wanted; /* firmware.version */
	const char *name;   /* of the file that comes into question; NULL: none does */
	const char *notice; /* why the device is told of none; NULL: nothing to say */
	const struct document_firmware *firmware; /* NULL: it keeps what it has */
	const char *directory; /* where it looks for firmware; NULL: only by links, or for none */
};

/* `settings` are those that hold for the device, by name. */
int firmware_choose(void *mem, struct db *db, const struct config *config,
		    const struct device_fetch *fetch, const struct setting *settings, size_t count,
		    struct firmware_choice *ret) MUST_CHECK;

/* What src/outbound does for others: how far a file has been fetched; false when it is not. */
typedef bool firmware_progress(const char *name, int64_t *ret_bytes, int64_t *ret_total);
void fleet_firmware_setup(firmware_progress *progress);
bool fleet_firmware_progress(const char *name, int64_t *ret_bytes, int64_t *ret_total);
