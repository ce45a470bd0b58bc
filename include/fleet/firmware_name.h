/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

struct buf;

/*
 * Names of firmware files, which are the vendor's: a phone may look at the end
 * of a URL for the name that it knows.
 */

enum { FIRMWARE_NAME_MAX = 128, FIRMWARE_VERSION_MAX = 64 };

/*
 * 1 to 128 printable ASCII characters without blanks and slashes, no dot first
 * (such are ours, while they are being made) and no two dots in a row.
 * -E_FIRMWARE_NAME.
 */
int firmware_name_check(const char *name, struct diag *reterr) MUST_CHECK;

/* "2.65.0" of Gigaset-Nx70-V2.65.0-build.8504c90.bin; NULL where there is no V with numbers. */
char *firmware_name_version(void *mem, const char *name);

/* "n870" of N870-V2.20.0.update.bin: a product that stands at its start; NULL: none does. */
const char *firmware_name_product(const char *name);

/* As a segment of a URL's path: + and its like stay, what would end the path is encoded. */
void firmware_name_encode(struct buf *buf, const char *name);
