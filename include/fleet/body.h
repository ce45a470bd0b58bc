/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/macros.h"
#include "render/document.h"

struct buf;

/*
 * A document as bytes and back: what a device was given, kept beside what it
 * was written as.  All that rendering reads is in it, with the operations and
 * with its secrets in clear, so the bytes are to be sealed.
 *
 * A field that struct document gets is a row of a table in body.c.  Bytes of an
 * older program lack it, and it is zero then; those of a newer one may have
 * more, which is passed over.
 */

struct buf *body_write(void *mem, const struct document *from);

/* The document and all in it belong to `mem`.  -E_INTERNAL for bytes of something else. */
int body_read(void *mem, const char *bytes, size_t len, struct document **ret) MUST_CHECK;
