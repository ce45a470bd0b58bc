/* SPDX-License-Identifier: MIT */
#pragma once

#include "wpi/message.h"

/*
 * Bytes of a phone as UTF-8 that is fit for a parser: without what stands before
 * the first <, ISO-8859-1 converted (where it is declared, and byte by byte
 * where a byte cannot be UTF-8), looked through for what would cost libxml2 much
 * (a document type, thousands of attributes).  `ret` is under `mem`; wipe it.
 */
int wpi_bytes(void *mem, const char *data, size_t len, const struct wpi_limits *limits,
	      struct wpi_message *message, char **ret, size_t *ret_len,
	      struct diag *reterr) MUST_CHECK;
