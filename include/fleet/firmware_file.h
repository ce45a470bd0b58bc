/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct config;

/*
 * Files in firmware_dir.  Names have been checked (firmware_name_check()); a
 * link that stands for a file is none.  Files of ours that are not whole yet
 * begin with a dot: they are never served, and go when the daemon starts.
 */

enum { FIRMWARE_SHA256_LEN = 64 };

struct firmware_file {
	int fd;
	uint64_t size;
	int64_t modified_ns;
	char sha256[FIRMWARE_SHA256_LEN + 1]; /* "" until firmware_file_hash() */
};

/* Makes the directory where it lacks, and empties it of what was left half-made.  Once. */
int firmware_dir_setup(const struct config *config, struct diag *reterr) MUST_CHECK;

/* -E_FIRMWARE_FILE with words: not there, not readable, empty, not a file; -E_BUSY: not now. */
int firmware_file_open(const struct config *config, const char *name, struct firmware_file *ret,
		       struct diag *reterr) MUST_CHECK;

/* Takes seconds for a large file: on a worker.  `tick` (may be NULL) is called now and then. */
typedef void firmware_tick(void *arg);
int firmware_file_hash(struct firmware_file *file, firmware_tick *tick, void *arg,
		       struct diag *reterr) MUST_CHECK;

void firmware_file_close(struct firmware_file *file);

/*
 * A file that comes in pieces (gigaprovctl, in its own time).  `offset` 0
 * begins anew, and takes away what others have sent in part and left for an
 * hour; -E_FIRMWARE_OFFSET tells how much there is.  After any other error
 * (-E_TOO_LARGE, -E_DB_FULL) nothing of the file is there any more.
 */
int firmware_piece_write(const struct config *config, const char *name, uint64_t offset,
			 const void *data, size_t len, struct diag *reterr) MUST_CHECK;

/* What they are called until they have their name. */
char *firmware_piece_name(void *mem, const char *name);

/* They are not wanted any more. */
void firmware_piece_drop(const struct config *config, const char *name);

/*
 * All pieces are there: gives the file its name.  One of that name that holds
 * the same stays as it is; -E_FIRMWARE_EXISTS for another one.
 */
int firmware_piece_end(const struct config *config, const char *name, firmware_tick *tick,
		       void *arg, struct diag *reterr) MUST_CHECK;

/* A new file of ours that is being made; `made` is what it is called until firmware_file_settle(). */
char *firmware_made_name(void *mem, const char *name);
int firmware_made_open(const struct config *config, const char *made, int *ret_fd,
		       struct diag *reterr) MUST_CHECK;

/* The same of any file of ours in the directory: on disk first, then under its name. */
int firmware_file_settle(const struct config *config, const char *made, const char *name,
			 firmware_tick *tick, void *arg, struct diag *reterr) MUST_CHECK;

/* Names of the files there that could be firmware, sorted. */
int firmware_dir_list(void *mem, const struct config *config, const char ***ret, size_t *ret_count,
		      struct diag *reterr) MUST_CHECK;

int firmware_file_remove(const struct config *config, const char *name) MUST_CHECK;
