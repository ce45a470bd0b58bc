/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/error.h"

struct buf;

/*
 * Documents of phones, read: bytes in, a flat list out.
 *
 * What a format writes (render/format.h), what other provisioning servers
 * write and what people have edited: provisioning 1.1 (Nx70, Maxwell),
 * settings 1.0, ProviderFrame (N510, N720, DE), hl_provision (XSTIM, Htek).  Real files are seldom
 * well-formed, so read_mend() sets right what has only one meaning and tells
 * each place; what remains must be well-formed.  Document types are refused,
 * nothing is fetched, and no entity is expanded but XML's own five.
 *
 * Pure functions: no clock, no database, no log.  xmlInitParser() must have
 * been called before there were threads.
 */

enum read_kind {
	READ_PARAM,	/* <param name value> of <nvm> or <settings> */
	READ_OPER,	/* <oper name value>, with its params */
	READ_FILE,	/* <file> of <firmware>; its attributes are its params */
	READ_STEP,	/* <step> of <custom>: `name` is its type; its attributes are its params */
	READ_SYMB_ITEM, /* <SYMB_ITEM ID class value> */
	READ_SYMBOL,	/* <S_SIP_SERVER_1 class value>, as the DE and parts of the N510 have it */
	READ_PCODE,	/* <P25020 para>1</P25020>: `name` is the element's, `type` its para */
	READ_OTHER,	/* anything else; its attributes are its params, `value` its text */
};

/* What an element stands in, at whatever depth. */
enum read_place { READ_ELSEWHERE, READ_IN_FIRMWARE, READ_IN_CUSTOM };

struct read_item {
	enum read_kind kind;
	const char *name;  /* never NULL; "" where the attribute is missing */
	const char *value; /* NULL: no such attribute */
	const char *type;  /* class, para; NULL: none */
	enum read_place place;
	unsigned depth; /* 0: directly in its place; n: in the last before it that has n - 1 */
	unsigned line;	/* on which its tag begins */
	struct read_item *params;
	size_t param_count;
};

/* Something that was set right. */
struct read_mend {
	unsigned line;
	unsigned column; /* in bytes, from one */
	const char *what;
};

struct read_mends {
	struct read_mend *mends; /* the first READ_MENDS_MAX, in the order of the file */
	size_t count;
	size_t found; /* all of them */
};

enum { READ_MENDS_MAX = 200 };

/*
 * Bounds that no ini widens: elements have five attributes at most; a larger
 * file, which may triple when it is converted and double when it is set right,
 * would not go into one piece of memory.
 */
enum { READ_ATTRIBUTES_MAX = 100, READ_BYTES_MAX = 64 << 20 };

enum read_format { READ_NX70, READ_MAXWELL, READ_PROVIDER_FRAME, READ_XSTIM };

struct read_document {
	enum read_format format;
	const char *version;	/* of the format: "1.1"; NULL: not told */
	const char *product_id; /* NULL: not told, which Maxwells do not mind */
	const char *mac;	/* MAC_ADDRESS, macAddress, as it is written; NULL: not told */
	unsigned mac_line;
	const char *profile;	     /* PROFILE_NAME; NULL: not told */
	const char *profile_version; /* VERSION of a ProviderFrame; NULL: not told */
	struct read_item *items;     /* in the order of the file */
	size_t item_count;
	struct read_mends mends;
};

struct read_limits {
	unsigned depth; /* levels of elements */
	size_t items;	/* elements */
};

/*
 * The whole way from bytes to a list; the document and its strings belong to
 * `mem`.  Every text is valid UTF-8.  -E_XML, -E_XML_DOCTYPE, -E_XML_FORMAT,
 * -E_XML_LONG, -E_XML_DEPTH with the line and, where it is known, the column.
 */
int read_document(void *mem, const char *data, size_t len, const struct read_limits *limits,
		  struct read_document **ret, struct diag *reterr) MUST_CHECK;

/*
 * Sets right what is told in `mends` and appends to `out` UTF-8 without XML
 * declaration, comments and processing instructions, on the same lines as before:
 *
 *	blanks and byte order marks before <?xml
 *	a raw & (in a URL, say), a < in a value, an attribute without a blank before it
 *	--> without <!--, -- within a comment, ]]> in a text
 *	characters that XML does not have
 *	bytes that are not UTF-8, where that was not declared: read as Windows-1252
 *
 * What was set right once stays as it is when that is done again.
 *
 * -E_XML, -E_XML_DOCTYPE: there is nothing that it could only mean, too much of
 * it would have to be set right, or a tag has more than READ_ATTRIBUTES_MAX.
 * -E_TOO_LARGE: more than READ_BYTES_MAX.
 */
int read_mend(void *mem, const char *data, size_t len, struct buf *out, struct read_mends *mends,
	      struct diag *reterr) MUST_CHECK;
