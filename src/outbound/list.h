/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "fleet/upstream.h"

/*
 * autoprov.listDevices of an upstream, row by row as the bytes come: nothing
 * is kept, however long it is.  On the caller's thread; breaks off when
 * `is_stopping` becomes true.
 */
int list_read(const struct config_upstream *upstream, int64_t timeout_ms,
	      const atomic_bool *is_stopping, upstream_each *each, void *arg,
	      struct diag *reterr) MUST_CHECK;
