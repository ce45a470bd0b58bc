/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "base/macros.h"

struct config;
struct db;

/* What of desk phones needs attention, for the status. */
int wpi_notices(void *mem, struct db *db, const struct config *config, json_t *notices) MUST_CHECK;
