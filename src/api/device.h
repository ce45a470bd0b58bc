/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* What is stored of a device, as JSON: what a show has but traces of the phone.  -E_MAC_UNKNOWN. */
int device_json(void *mem, struct db *db, int64_t mac, json_t **ret) MUST_CHECK;
