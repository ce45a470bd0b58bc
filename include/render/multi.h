/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Version 1.0 for old Maxwells: what a document of version 1.1 says, in files.
 *
 *	provisioning.xml    where the others are
 *	updates.xml         the configuration's version: another one is fetched
 *	configuration.xml   its parameters
 *	firmware.xml        what to run; only where the document has firmware
 *
 * There is no public word on the form of custom steps in version 1.0, so those
 * are left out.  The version is a hash of the configuration: the same for the
 * same content.
 */

struct buf;

struct multi {
	int64_t mac;
	const char *base;     /* of the files' URLs, with a slash at its end; "": relative */
	const char *document; /* as the device gets it */
	size_t len;
};

/*
 * `file` is one of the names.  -E_NO_ROUTE for any other, for a document that is no
 * Maxwell's, and for firmware.xml without firmware.
 */
int multi_render(void *mem, const struct multi *in, const char *file, struct buf **ret) MUST_CHECK;
