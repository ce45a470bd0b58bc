/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/*
 * The tags of XML, one after the other, before a parser is let at it that costs
 * more for some than for others.  Comments, CDATA and instructions are passed
 * over; nothing is understood, so what is not well-formed goes by as well.
 */

struct markup {
	const char *at, *end; /* what is left of it; the caller sets both */
	const char *tag;      /* its < */
	const char *close;    /* its >, which is not one between quotes; NULL: there is none */
	unsigned attributes;  /* it has no more than these */
	bool is_declaration;  /* <!DOCTYPE and its like */
};

/* False at the end. */
bool markup_next(struct markup *markup);
