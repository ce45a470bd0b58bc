/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct document;

/* A parameter of a document that no setting says. */
struct made {
	const char *from;  /* "line 1", "handset:029e74a599", "sip:pbx", "schedule:night" */
	const char *value; /* RENDER_REDACTED: it is secret */
	bool is_secret;
};

/*
 * Where a parameter of a document comes from, which is found out by leaving
 * things away: 1 found, 0 the document has none of this name, or writes it
 * whatever the device has.  Errors are those of rendering.
 */
int made_find(void *mem, const struct document *document, const char *name, struct made *ret,
	      struct diag *reterr) MUST_CHECK;
