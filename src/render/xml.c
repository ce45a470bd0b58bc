/* SPDX-License-Identifier: MIT */
#include "render/xml.h"

#include <libxml/tree.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "render/format.h"

DEFINE_CLEANUP(xmlTextWriter, xmlFreeTextWriter);

int xml_refuse(struct xml *out, int r, const char *name)
{
	return diag_set(out->reterr, r, "%s: %s", name, error_text(r));
}

int xml_check(struct xml *out, const char *name, const char *value, size_t len)
{
	int r = len > 0 ? text_check(value, len, NULL) : -E_TEXT_EMPTY;

	return r < 0 ? xml_refuse(out, r, name) : 0;
}

int xml_check_name(struct xml *out, const char *name)
{
	int r = text_check(name, strlen(name), NULL);

	if (r < 0)
		return diag_set(out->reterr, r, "a parameter's name: %s", error_text(r));
	if (!*name)
		return diag_set(out->reterr, -E_SETTING_NAME, "a parameter has no name");
	return 0;
}

void xml_start(struct xml *out, const char *element)
{
	out->failed |= xmlTextWriterStartElement(out->writer, BAD_CAST element) < 0;
}

void xml_attribute(struct xml *out, const char *name, const char *value)
{
	out->failed |= xmlTextWriterWriteAttribute(out->writer, BAD_CAST name, BAD_CAST value) < 0;
}

void xml_end(struct xml *out)
{
	out->failed |= xmlTextWriterEndElement(out->writer) < 0;
}

void xml_string(struct xml *out, const char *text)
{
	out->failed |= xmlTextWriterWriteString(out->writer, BAD_CAST text) < 0;
}

void xml_comment(struct xml *out, const char *text)
{
	out->failed |= xmlTextWriterWriteComment(out->writer, BAD_CAST text) < 0;
}

int xml_text(struct xml *out, const char *name, const char *value)
{
	int r = xml_check(out, name, value ? value : "", value ? strlen(value) : 0);

	if (r < 0)
		return r;
	xml_start(out, "param");
	xml_attribute(out, "name", name);
	xml_attribute(out, "value", value);
	xml_end(out);
	return 0;
}

int xml_secret(struct xml *out, const char *name, const struct secret *secret)
{
	const char *value = secret_reveal(secret);
	int r = xml_check(out, name, value, secret_len(secret));

	if (r < 0)
		return r;
	return xml_text(out, name, out->reveal ? value : RENDER_REDACTED);
}

int xml_number(struct xml *out, const char *name, int64_t value, int64_t min, int64_t max)
{
	char text[24];

	if (value < min || value > max)
		return xml_refuse(out, -E_VALUE, name);
	snprintf(text, sizeof(text), "%lld", (long long)value);
	return xml_text(out, name, text);
}

int xml_param(struct xml *out, const char *name, const struct param *param)
{
	if (param->secret)
		return xml_secret(out, name, param->secret);
	return xml_text(out, name, param->value);
}

int xml_firmware(struct xml *out, const struct document_firmware *firmware)
{
	const char *version = firmware->version ? firmware->version : "";
	const char *url = firmware->url ? firmware->url : "";
	int r = xml_check(out, "firmware version", version, strlen(version));

	if (r == 0)
		r = xml_check(out, "firmware url", url, strlen(url));
	if (r < 0)
		return r;
	xml_start(out, "firmware");
	xml_start(out, "file");
	xml_attribute(out, "version", version);
	xml_attribute(out, "url", url);
	xml_end(out);
	xml_end(out);
	return 0;
}

/* Elements and attributes: a letter first, then letters, digits and what XML has besides. */
static int check_tag(struct xml *out, const char *name)
{
	int r = text_check(name, strlen(name), NULL);

	if (r == 0 && xmlValidateNCName(BAD_CAST name, 0) != 0)
		r = -E_VALUE;
	return r < 0 ? diag_set(out->reterr, r, "the name of an element or attribute: %s",
				error_text(r))
		     : 0;
}

static int write_part(struct xml *out, const struct document_part *part)
{
	int r = check_tag(out, part->name);

	if (r < 0)
		return r;
	xml_start(out, part->name);
	for (size_t i = 0; i < part->param_count && r == 0; i++) {
		const struct param *param = &part->params[i];
		const char *value = param_text(param);

		r = check_tag(out, param->name);
		if (r == 0 && value && *value)
			r = xml_check(out, param->name, value, strlen(value));
		if (r == 0)
			xml_attribute(out, param->name,
				      param->secret && !out->reveal ? RENDER_REDACTED
				      : value			    ? value
								    : "");
	}
	if (r == 0 && part->text)
		r = xml_check(out, part->name, secret_reveal(part->text), secret_len(part->text));
	if (r == 0 && part->text)
		xml_string(out, out->reveal ? secret_reveal(part->text) : RENDER_REDACTED);
	return r;
}

int xml_parts(struct xml *out, const struct document_part *parts, size_t count)
{
	int open = 0;
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		if (parts[i].depth > open)
			return diag_set(out->reterr, -E_INTERNAL, "a part stands in nothing");
		for (; open > parts[i].depth; open--)
			xml_end(out);
		r = write_part(out, &parts[i]);
		open++;
	}
	for (; open > 0; open--)
		xml_end(out);
	return r;
}

int xml_files(struct xml *out, const struct document *document)
{
	int r;

	xml_start(out, "firmware");
	r = xml_parts(out, document->files, document->file_count);
	xml_end(out);
	return r;
}

const char *xml_name(struct xml *out, const char *table, const char *key, const char *field)
{
	buf_cut(out->name, 0);
	buf_printf(out->name, "%s.%s.%s", table, key, field);
	return out->name->data;
}

const char *xml_either(const char *s, const char *otherwise)
{
	return s && *s ? s : otherwise;
}

static int write_document(struct xml *out, const struct document *document, xml_content *content)
{
	int r;

	out->failed |= xmlTextWriterSetIndent(out->writer, 1) < 0;
	out->failed |= xmlTextWriterSetIndentString(out->writer, BAD_CAST "  ") < 0;
	out->failed |= xmlTextWriterStartDocument(out->writer, NULL, "UTF-8", NULL) < 0;
	r = content(out, document);
	if (r < 0)
		return r;
	/* Closes what is open and flushes. */
	out->failed |= xmlTextWriterEndDocument(out->writer) < 0;
	if (out->failed)
		return diag_set(out->reterr, -E_INTERNAL, "libxml2 cannot write the document");
	return 0;
}

/* libxml2's bytes go into our buffer: xmlBuffer grows by little steps. */
static int sink(void *buf, const char *data, int len)
{
	buf_add(buf, data, (size_t)len);
	return len;
}

int xml_render(void *mem, const struct document *document, bool reveal, xml_content *content,
	       struct buf **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("xml");
	CLEANUP(xmlFreeTextWriterp) xmlTextWriter *writer = NULL;
	struct xml out = {
		.mem = scratch, .reveal = reveal, .name = buf_new(scratch), .reterr = reterr};
	struct buf *buf = buf_new(scratch);
	xmlOutputBuffer *output;
	int r;

	output = xmlOutputBufferCreateIO(sink, NULL, buf, NULL);
	writer = output ? xmlNewTextWriter(output) : NULL;
	if (!writer) {
		xmlOutputBufferClose(output);
		return diag_set(reterr, -E_INTERNAL, "libxml2 cannot start a document");
	}
	out.writer = writer;
	r = write_document(&out, document, content);
	if (r < 0)
		return r;
	*ret = talloc_steal(mem, buf);
	return 0;
}
