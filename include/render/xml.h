/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Writing a document as XML, for the formats that are.
 *
 * Every text is checked before it is written: libxml2's writer drops characters
 * that XML does not have without a word.  What cannot be written is refused
 * with the parameter's name, never its value.  An empty value has unpredictable
 * effects on phones, so there is none.
 */

struct buf;
struct document;
struct document_firmware;
struct document_part;
struct param;
struct secret;
struct _xmlTextWriter;

struct xml {
	void *mem; /* lives as long as the rendering */
	struct _xmlTextWriter *writer;
	bool failed; /* libxml2 did, which only lack of memory explains */
	bool reveal;
	struct buf *name; /* of the parameter being written, where it is put together */
	struct diag *reterr;
};

/*
 * Renders a document: indented by two blanks, UTF-8, with `content` between its
 * declaration and its end, where what is open is closed.
 */
typedef int xml_content(struct xml *out, const struct document *document);
int xml_render(void *mem, const struct document *document, bool reveal, xml_content *content,
	       struct buf **ret, struct diag *reterr) MUST_CHECK;

/* Elements and attributes, of texts that have been checked. */
void xml_start(struct xml *out, const char *element);
void xml_attribute(struct xml *out, const char *name, const char *value);
void xml_end(struct xml *out);
void xml_string(struct xml *out, const char *text);  /* between tags */
void xml_comment(struct xml *out, const char *text); /* without -- */

/* `r`, in the words "NAME: what is wrong with it". */
int xml_refuse(struct xml *out, int r, const char *name);
/* Whether it may be written as the value of `name`. */
int xml_check(struct xml *out, const char *name, const char *value, size_t len) MUST_CHECK;
/* Before a name is put into words for a person. */
int xml_check_name(struct xml *out, const char *name) MUST_CHECK;

/* <param name="…" value="…"/> */
int xml_text(struct xml *out, const char *name, const char *value) MUST_CHECK;
int xml_secret(struct xml *out, const char *name, const struct secret *secret) MUST_CHECK;
int xml_number(struct xml *out, const char *name, int64_t value, int64_t min,
	       int64_t max) MUST_CHECK;
/* `name` is param->name as the phone knows it. */
int xml_param(struct xml *out, const char *name, const struct param *param) MUST_CHECK;

/*
 * <firmware><file version="…" url="…"/></firmware>: the phone takes a version that
 * is newer than its own as soon as it has read the file.
 */
int xml_firmware(struct xml *out, const struct document_firmware *firmware) MUST_CHECK;

/* Elements as they were found, with their attributes and texts, into what is open. */
int xml_parts(struct xml *out, const struct document_part *parts, size_t count) MUST_CHECK;
/* <firmware>, as it was found. */
int xml_files(struct xml *out, const struct document *document) MUST_CHECK;

/* "hs.029e74a599.DECT_AC"; good until the next call. */
const char *xml_name(struct xml *out, const char *table, const char *key, const char *field);

/* `s`, or `otherwise` for NULL and "". */
const char *xml_either(const char *s, const char *otherwise);
