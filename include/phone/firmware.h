/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/macros.h"

struct request;

/*
 * Serves a firmware file, if it is the time for it; what a handler returns.  `mac`
 * -1: nobody knows whose.  Whether the device may have it has been looked at.
 */
int firmware_serve(struct request *req, int64_t mac, const char *name) MUST_CHECK;
