/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * What is known of opers (opers.def): <oper> elements that gigaprovd does not
 * make from handsets or operations, and those that it does.
 */

enum oper_form {
	OPER_FORM_NONE,	     /* there is no value */
	OPER_FORM_ANY,	     /* any text */
	OPER_FORM_NUMBER,    /* decimal */
	OPER_FORM_TRUNK,     /* trunk_0000 to trunk_0007 */
	OPER_FORM_INTERNALS, /* internal numbers from 11 to 99, "11, 14" */
	OPER_FORM_IPUI,	     /* of one of the device's handsets */
};

struct oper_known {
	const char *name;
	enum oper_form form;
	const char *products; /* with blanks; "": any */
	const char *what;
	const char *source;
};

struct oper_param_known {
	const char *oper;
	const char *name;
	enum oper_form form;
	bool must;
	const char *what;
};

/* NULL when it is none of ours to know. */
const struct oper_known *oper_known_find(const char *name);

/* The parameters of an oper in the table's order, after `last` (NULL: the first); NULL at the end. */
const struct oper_param_known *oper_param_known_next(const struct oper_known *oper,
						     const struct oper_param_known *last);

/* What makes an oper of this name, in any case, by itself; NULL: nothing does. */
const char *oper_made_by(const char *name);

bool oper_takes_product(const struct oper_known *oper, const char *product);

/* Words on what the value should be, or NULL when it is. */
const char *oper_form_check(enum oper_form form, const char *value);
