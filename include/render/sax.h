/* SPDX-License-Identifier: MIT */
#pragma once

#include <libxml/parser.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Reading XML by libxml2's callbacks, for what strangers send: strictly, without
 * the network, without entities but those of XML itself, and without a tree.
 *
 * The bytes are UTF-8, whatever they say.  libxml2 compares each attribute of a tag
 * with each other one, so whoever calls has counted those before, and bounds depth,
 * elements and texts in the callbacks: xmlStopParser() ends it.
 */

struct sax {
	startElementNsSAX2Func start;
	endElementNsSAX2Func end;
	charactersSAXFunc text;	       /* blanks and CDATA as well */
	internalSubsetSAXFunc doctype; /* NULL where none gets so far */
	xmlStructuredErrorFunc complain;
};

/* Of the attributes that `start` gets: local name, prefix, URI, value, end of the value. */
enum { SAX_ATTRIBUTE_PARTS = 5 };

/*
 * 1: well-formed, 0: not, or stopped; -E_INTERNAL.  `*at` is the parser while the
 * callbacks, which get `arg`, are running, and NULL afterwards.
 */
int sax_parse(const struct sax *sax, void *arg, xmlParserCtxt **at, const char *data, size_t len,
	      struct diag *reterr) MUST_CHECK;
