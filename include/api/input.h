/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * JSON that comes in.
 *
 * A body is one JSON object whose fields are rows of a table; each row says
 * what the field is and where it goes in a struct:
 *
 *     struct add { const char *name; struct device_input device; };
 *     static const struct api_field fields[] = {
 *         API_FIELD("name",  TEXT, MUST,   struct add, name),
 *         API_FIELD_HAS("group", TEXT, CLEARS, struct add, device.group, device.has_group),
 *     };
 *
 * A field that no row names, one of another type and one that comes twice are
 * refused, and nothing is done.  A member whose field was not given keeps what
 * the struct had; `has` members tell the difference.  Texts are UTF-8 without
 * NUL; whether they are good for anything is for fleet to say.
 */

struct request;
struct secret;

struct api_texts {
	const char **texts; /* NULL: not given; never NULL for an empty array */
	size_t count;
};

enum api_type {
	API_TEXT,   /* const char * */
	API_SECRET, /* const struct secret *; its text in the body is wiped */
	API_NUMBER, /* int64_t, a whole number */
	API_TRUTH,  /* bool */
	API_CHOICE, /* int: true 1, false 0, null -1 */
	API_TEXTS,  /* struct api_texts, an array of texts */
};

enum api_need {
	API_MAY,    /* may be left out; null is refused */
	API_MUST,   /* must be there */
	API_CLEARS, /* may be left out; null makes the member NULL */
};

struct api_field {
	const char *name;
	enum api_type type;
	enum api_need need;
	size_t at;     /* of the member */
	size_t has_at; /* of a bool; API_HAS_NONE */
};

#define API_HAS_NONE SIZE_MAX

#define API_C_TEXT const char *
#define API_C_SECRET const struct secret *
#define API_C_NUMBER int64_t
#define API_C_TRUTH bool
#define API_C_CHOICE int
#define API_C_TEXTS struct api_texts

/* The offset of a member, if it is of the type's C type; else it does not compile. */
#define API_AT(type, what, member)                                                                 \
	(offsetof(what, member) + 0 * sizeof(_Generic(((what *)0)->member, API_C_##type : 0)))

/* clang-format off */
#define API_FIELD(name, type, need, what, member) \
	{name, API_##type, API_##need, API_AT(type, what, member), API_HAS_NONE}
#define API_FIELD_HAS(name, type, need, what, member, has) \
	{name, API_##type, API_##need, API_AT(type, what, member), API_AT(TRUTH, what, has)}
/* clang-format on */

/*
 * Fills the struct at `ret` from a body; what it holds belongs to `mem`.
 * The number of fields that were given, or -E_JSON with line and column,
 * -E_FIELD_UNKNOWN, -E_FIELD_MISSING, -E_VALUE.
 */
int api_input_parse(void *mem, const char *body, size_t len, const struct api_field *fields,
		    size_t count, void *ret, struct diag *reterr) MUST_CHECK;

/* The same of a request's body, which is wiped; 0 when it is good.  A PATCH needs a field. */
int api_input(struct request *req, const struct api_field *fields, size_t count, void *ret,
	      struct diag *reterr) MUST_CHECK;

/* Whether the body's content type is this one, whatever parameters it has. */
bool api_type_is(const struct request *req, const char *type);

/*
 * A body that is no JSON, with a NUL behind it; it may be changed, and is to be
 * wiped where it has secrets.  -E_BAD_TYPE unless its content type is `type`.
 */
int api_input_text(struct request *req, const char *type, char **ret, size_t *ret_len,
		   struct diag *reterr) MUST_CHECK;

/* A part of a file, which comes in requests of its own: its bytes and how many are before them. */
struct api_piece {
	uint64_t offset;
	char *data;
	size_t len;
};

/* `offset=` and the body.  -E_VALUE, -E_BAD_TYPE. */
int api_input_piece(struct request *req, struct api_piece *ret, struct diag *reterr) MUST_CHECK;
