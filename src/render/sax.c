/* SPDX-License-Identifier: MIT */
#include "render/sax.h"

#include <libxml/parserInternals.h>
#include <string.h>

int sax_parse(const struct sax *sax, void *arg, xmlParserCtxt **at, const char *data, size_t len,
	      struct diag *reterr)
{
	xmlParserCtxt *ctxt = xmlCreateMemoryParserCtxt(data, (int)len);
	int r;

	if (!ctxt)
		return diag_set(reterr, -E_INTERNAL, "libxml2 cannot start to read");
	memset(ctxt->sax, 0, sizeof(*ctxt->sax));
	ctxt->sax->initialized = XML_SAX2_MAGIC;
	ctxt->sax->startElementNs = sax->start;
	ctxt->sax->endElementNs = sax->end;
	ctxt->sax->characters = sax->text;
	ctxt->sax->ignorableWhitespace = sax->text;
	ctxt->sax->cdataBlock = sax->text;
	ctxt->sax->internalSubset = sax->doctype;
	ctxt->sax->serror = sax->complain;
	ctxt->userData = arg;
	/* NOENT: &amp; as the character that it is, not as a reference to it. */
	xmlCtxtUseOptions(ctxt, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
	*at = ctxt;
	xmlParseDocument(ctxt);
	*at = NULL;
	r = ctxt->wellFormed != 0;
	xmlFreeParserCtxt(ctxt);
	return r;
}
