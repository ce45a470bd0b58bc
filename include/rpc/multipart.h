/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/error.h"

/*
 * multipart/form-data (RFC 7578), as far as one document in a form needs it.
 *
 * Finds the one part that holds something; empty fields of the form do not
 * count.  -E_BAD_TYPE when it is no form, -E_BAD_REQUEST when it is cut off, has
 * no document, or has two; the words say which.  The bytes stay where they are.
 */
int multipart_document(const char *content_type, const char *body, size_t len, const char **ret,
		       size_t *ret_len, struct diag *reterr) MUST_CHECK;
