/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"

struct device;
struct document_template;
struct secret;
struct template;

/*
 * Templates: files that devices of raw products get, kept for a product, a group
 * or a device; the nearest one is the device's.
 */

/*
 * The scope as it is stored.  -E_TEMPLATE_SCOPE for a product whose documents are
 * made here, and for fleet and handsets.
 */
int template_scope_parse(void *mem, const char *scope, const char **ret,
			 struct diag *reterr) MUST_CHECK;

/* NULL as the content type: text/xml for what begins with <, text/plain otherwise. */
int fleet_template_set(struct change *change, const char *scope, const struct secret *text,
		       const char *content_type, struct template **ret) MUST_CHECK;
int fleet_template_remove(struct change *change, const char *scope) MUST_CHECK;

/* For rendering: `ret` is NULL when there is none, or the device's product is not raw. */
int template_resolve(void *mem, struct db *db, const struct device *device,
		     const struct document_template **ret) MUST_CHECK;
