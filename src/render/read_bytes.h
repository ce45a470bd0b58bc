/* SPDX-License-Identifier: MIT */
#pragma once

#include "render/read.h"

/*
 * Bytes of a file as UTF-8: as its XML declaration says, and where it says
 * nothing, UTF-8 if they are, else Windows-1252 (of which ISO-8859-1 is what
 * files mean that say it).  `ret` is under `mem` or is `data` itself; a byte
 * order mark is left away.  Notes belong to `notes_mem`.
 */
int read_bytes(void *mem, void *notes_mem, const char *data, size_t len, const char **ret,
	       size_t *ret_len, struct read_mends *mends, struct diag *reterr) MUST_CHECK;

/* Notes that something was set right. */
void read_mend_note(void *mem, struct read_mends *mends, unsigned line, unsigned column,
		    const char *what);
