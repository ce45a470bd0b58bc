/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

/*
 * What is known of parameters (parameters.def), for advice: public material is
 * not complete, so a name that is not known, or a value that is not expected,
 * is worth a word and never a refusal.
 */

struct product;

enum parameter_type {
	PARAMETER_ANY,	  /* nothing is known of its values */
	PARAMETER_BOOL,	  /* 0 or 1 */
	PARAMETER_INT,	  /* form: numbers and ranges, "0 1800-", "1-7" */
	PARAMETER_NUMBER, /* decimal, or hexadecimal with 0x */
	PARAMETER_ENUM,	  /* form: words, each with its meaning if it needs one, "1=UDP 2=TCP" */
	PARAMETER_BITS,	  /* form: bits with their meanings, "1=in-band 2=RFC_2833"; at least one */
	PARAMETER_PORT,	  /* 1 to 65535 */
	PARAMETER_HOST,	  /* a name or an address */
	PARAMETER_HOSTS,  /* several, with commas */
	PARAMETER_URL,	  /* http or https; form: most bytes */
	PARAMETER_TIME,	  /* HH:MM */
	PARAMETER_ZONE,	  /* Europe/Berlin */
	PARAMETER_DAYS,	  /* mon,tue */
	PARAMETER_TEXT,	  /* form: most bytes, "" for no bound */
	PARAMETER_SECRET, /* nobody but phones sees it */
	PARAMETER_NOT_REAL, /* form: what is meant */
};

struct parameter {
	const char *family; /* nx70, maxwell, n510, n720, de */
	const char *name;
	enum parameter_type type;
	const char *form;
	const char *since; /* firmware; "": not known */
	const char *what;
	const char *source;
};

/* In the table's order, after `last` (NULL: the first); NULL at the end. */
const struct parameter *parameter_next(const struct parameter *last);

/* The family whose names a product takes; NULL: none that the table has. */
const char *parameter_family(const struct product *product);

/* The row that a name is an instance of, or spelt like; NULL family: of any.  NULL: none. */
const struct parameter *parameter_find(const char *family, const char *name);

/*
 * What is nearest to a name that is not known: another case, a letter or two.
 * Its numbers are put in place of #.  NULL when nothing is near.
 */
const char *parameter_suggest(void *mem, const char *family, const char *name);

/* "BOOL" */
const char *parameter_type_name(enum parameter_type type);

/* Words on what a value may be: "1 (UDP), 2 (TCP) or 3 (TLS)"; "" for ANY. */
const char *parameter_values(void *mem, const struct parameter *row);
bool parameter_takes(const struct parameter *row, const char *value);

/* Whether any family knows this name as a secret. */
bool parameter_is_secret(const char *name);

/*
 * NULL, or words on what is odd about a parameter of this product (NULL: of any
 * device): unknown, not real, not of this product, out of its table, or a value
 * (NULL: not looked at) that is none.
 */
const char *parameter_check(void *mem, const struct product *product, const char *name,
			    const char *value);
