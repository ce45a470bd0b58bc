/* SPDX-License-Identifier: MIT */
#pragma once

#include "table.h"

/*
 * Text to typed values.  A parser is given a value without blanks around it
 * and says in `reterr` what was wrong with it, not what was expected: that is
 * config_expected()'s.
 */

enum { QUOTE_MAX = 128 };

/*
 * Parses `value` into the key's field of `section`, its struct.  -E_VALUE.
 * An empty value is taken where the key's default is empty.
 */
int config_parse(const struct config_origin *origin, const struct config_key *key,
		 const char *value, void *section, struct diag *reterr) MUST_CHECK;

/* Writes the key's field of `section` as config_parse() takes it. */
void config_unparse(const struct config_key *key, const void *section, struct buf *buf);

/* "no or yes", "a number from 0 to 65535". */
void config_expected(const struct config_type *type, struct buf *buf);

/* The text in quotes, cut where it is long: for messages. */
const char *config_quote(char out[QUOTE_MAX], const char *text);

/* A parser for each row PARSED() of types.def. */
#define PARSED(name, function, shape, expected)                                                    \
	int parse_##function(const struct config_origin *origin, const char *value, void *field,   \
			     struct diag *reterr) MUST_CHECK;
#include "config/types.def"
