/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/macros.h"

struct db;

/* Single facts about the database: "realm", "document_config", "key_mark". */

/* 1 found, 0 not. */
int meta_find(void *mem, struct db *db, const char *name, char **ret) MUST_CHECK;
int meta_put(struct db *db, const char *name, const char *value) MUST_CHECK;
