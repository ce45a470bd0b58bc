/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "fleet/firmware.h"

/* What commands on firmware have in common. */

/* For the audit log. */
json_t *firmware_shown(struct change *change, const struct firmware *firmware);
int firmware_audit(struct change *change, const char *action, const char *name,
		   json_t *before_steal, json_t *after_steal) MUST_CHECK;

/* Documents of the products that may have it are made anew. */
int firmware_touch(struct change *change, const char *name) MUST_CHECK;

/* The row that `new` makes, but for its state; `before` may be NULL. */
void firmware_fill(struct change *change, const struct firmware_new *new,
		   const struct firmware *before, struct firmware *ret);
int firmware_write(struct change *change, const struct firmware_new *new,
		   const struct firmware *firmware, const struct firmware *before) MUST_CHECK;
