/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"
#include "store/wpi_file.h"

struct config;
struct firmware_file;

/*
 * Files for desk phones (wpi_files.def), and the links by which they get them.
 *
 * A phone knows a file by name and type, and does not fetch again what it has
 * under a name.  So a name keeps its bytes for good: others that come under it get
 * another name, and are told so.  The bytes lie in firmware_dir, in a file that is
 * named by their hash.
 */

struct wpi_file_type {
	const char *name;
	int64_t bytes;
	const char *what;
};

/* The first, or the one behind `last`; NULL at the end. */
const struct wpi_file_type *wpi_file_type_next(const struct wpi_file_type *last);
/* In any case of letters; -E_WPI_FILE_TYPE with those that there are. */
int wpi_file_type_check(const char *type, const char **ret, struct diag *reterr) MUST_CHECK;
/* Letters, digits and . - _ up to 100, no dot first, no MAC.  -E_FIRMWARE_NAME. */
int wpi_file_name_check(const char *name, struct diag *reterr) MUST_CHECK;

/* -E_WPI_FILE_UNKNOWN with words. */
int wpi_file_get(void *mem, struct db *db, const char *name, struct wpi_file **ret,
		 struct diag *reterr) MUST_CHECK;

/* What a piece of it is called while it comes (firmware_piece_write()). */
char *wpi_file_piece(void *mem, const char *name);
/* What the bytes are called in firmware_dir. */
char *wpi_file_place(void *mem, const char *sha256);

/* The bytes, as they were hashed: -E_WPI_FILE when they are not there any more, -E_BUSY: not now. */
int wpi_file_open(const struct config *config, const struct wpi_file *file,
		  struct firmware_file *ret) MUST_CHECK;

/* All pieces have come: size and hash, checked for the type, on a worker. */
typedef void wpi_file_tick(void *arg);
int wpi_file_look(void *mem, const struct config *config, const char *piece, const char *type,
		  wpi_file_tick *tick, void *arg, struct wpi_file *ret,
		  struct diag *reterr) MUST_CHECK;

/*
 * Command.  `ret` is what it is called from now on: of the same bytes under the same
 * name nothing changes, others get the name with a part of their hash.
 * -E_WPI_FILE_EXISTS: under the name is one of another type.
 */
int fleet_wpi_file_add(struct change *change, const struct wpi_file *file,
		       struct wpi_file **ret) MUST_CHECK;
/* -E_WPI_FILE_IN_USE while phones are still to get it.  `ret_gone`: nobody has its bytes now. */
int fleet_wpi_file_remove(struct change *change, const char *name, const char **ret_sha256,
			  bool *ret_gone) MUST_CHECK;

/* "https://HOST[:PORT]", and nothing that could mean anything else. */
bool wpi_file_origin_is(const char *origin);
/* Its port, or that of the scheme. */
unsigned wpi_file_origin_port(const char *origin);

/* The link by which the phone, and nobody else, gets a file, firmware too. */
char *wpi_file_link(void *mem, const char *origin, int64_t mac, const char *name);
enum { WPI_FILE_TOKEN_MAX = 40 };
/* MAC and token of a link: 0, or -E_WPI_FILE_TOKEN, before anything is looked up. */
int wpi_file_token_check(const char *token, const char *name, int64_t *ret_mac) MUST_CHECK;
/* "TOKEN-NAME", as one segment: both parts, of `mem`. */
int wpi_file_token_split(void *mem, const char *segment, const char **ret_token,
			 const char **ret_name) MUST_CHECK;
