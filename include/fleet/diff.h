/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct db;
struct device;
struct document;

/*
 * What changes for a device between two documents, as parameters.
 *
 * Both are written as the device gets them and read again, so that this is
 * about what stands in a document, whatever its format.  Each is written a
 * second time without its secrets: a value that differs between the two is one.
 *
 * What is inside of an element is known by the element ("add_hs 029e74a599");
 * what stands there more than once by its number ("RegStart #2").
 */
struct difference {
	const char *kind;   /* "param", "oper", "file", "step", "other", "document" */
	const char *in;	    /* the element around it; NULL: none */
	const char *name;   /* of an oper: "add_hs 029e74a599" */
	const char *what;   /* what a P-code means; NULL: not known, or the name says it */
	const char *before; /* NULL: was not there; "" for what has no value */
	const char *after;  /* NULL: goes */
	bool is_secret;	    /* one of the two is */
	const char *scope;  /* of the setting that `after` comes from; NULL: of none */
};

/* Is it added, removed or changed? */
const char *difference_change(const struct difference *difference);

/*
 * In the order of kind, element and name.  `before` NULL: nothing is known of
 * it, and everything is added.  Without `reveal`, RENDER_REDACTED stands in place
 * of secrets.  Errors are those of rendering.
 */
int diff_documents(void *mem, const struct document *before, const struct document *after,
		   bool reveal, struct difference **ret, size_t *ret_count,
		   struct diag *reterr) MUST_CHECK;

/* Fills in the scopes. */
int diff_scopes(void *mem, struct db *db, const struct device *device,
		struct difference *differences, size_t count) MUST_CHECK;
