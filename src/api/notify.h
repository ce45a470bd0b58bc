/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "store/notify.h"

/* The last time that a device was told to fetch; null when it never was. */
int notify_json(void *mem, struct db *seen, int64_t mac, json_t **ret) MUST_CHECK;
