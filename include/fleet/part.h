/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"
#include "store/part.h"

/*
 * Elements of <firmware> and <custom> that an import found and that have no other
 * place here: they belong to the document's body and are written as they were.
 * A <file> of <firmware> is one of them: the schedule of firmware holds for it,
 * and the setting firmware.version, whatever it says, takes its place.
 */

struct document;

/*
 * All of a place, in order; what is there already is replaced, and the same again
 * changes nothing.  What looks like a secret becomes one.  -E_VALUE, -E_TEXT_LONG,
 * -E_TEXT_ENCODING, -E_TEXT_CHARACTER.
 */
int fleet_parts_set(struct change *change, int64_t mac, enum part_place place,
		    const struct part *parts, size_t count) MUST_CHECK;
/* -E_PART_NONE */
int fleet_parts_remove(struct change *change, int64_t mac, enum part_place place) MUST_CHECK;

int part_read(void *mem, struct db *db, struct document *document) MUST_CHECK;
