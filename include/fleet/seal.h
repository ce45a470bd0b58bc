/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

struct db;

/*
 * Seals settings that are secrets by the rules of this version and were stored
 * in clear by an older one; audited.  Inside of a write operation; looks at
 * nothing when the rules are those of the last time.  How many there were.
 */
int fleet_seal(struct db *db, struct diag *reterr) MUST_CHECK;
