/* SPDX-License-Identifier: MIT */
#pragma once

#include "http/route.h"

/* The handlers that routes.def names; each is defined in its surface. */
#define ROUTE(method, path, plane, auth, how, handler, what) request_handler handler;
#include "http/routes.def"
#undef ROUTE
