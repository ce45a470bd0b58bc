/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "fleet/firmware.h"

/* For the status: files that are not as they should be. */
int firmware_notices(void *mem, struct db *db, json_t *notices) MUST_CHECK;

/* A file as people see it. */
json_t *firmware_json(void *mem, struct db *db, const struct firmware *firmware);
