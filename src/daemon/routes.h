/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "http/route.h"

/* routes.def as an array. */
const struct route *routes_all(size_t *ret_count);
