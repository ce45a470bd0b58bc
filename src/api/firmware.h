/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "fleet/firmware.h"

/* A file as people see it. */
json_t *firmware_json(void *mem, struct db *db, const struct firmware *firmware);
