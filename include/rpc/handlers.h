/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/call.h"

/* Handlers of methods.def; each is a file of src/rpc. */
#define METHOD(name, handler, role, signatures, help) rpc_handler handler;
#include "rpc/methods.def"
#undef METHOD
