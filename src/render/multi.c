/* SPDX-License-Identifier: MIT */
#include "render/multi.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "render/read.h"
#include "store/mac.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define VERSION " version=\"1.0\" productID=\"mx3b\""

struct parts {
	const struct multi *in;
	const struct read_document *document;
	const struct read_item *firmware; /* NULL: none */
	char mac[18];			  /* 7c:2f:80:e0:d6:05 */
};

static void add_attribute(struct buf *buf, const char *name, const char *value)
{
	buf_printf(buf, " %s=\"", name);
	buf_add_xml(buf, value);
	buf_addc(buf, '"');
}

static void add_url(struct buf *buf, const struct parts *parts, const char *file)
{
	buf_adds(buf, " url=\"");
	buf_add_xml(buf, parts->in->base);
	buf_printf(buf, "%s\"/>\n", file);
}

static int provisioning(struct buf *buf, const struct parts *parts)
{
	buf_adds(buf, HEAD "<provisioning" VERSION ">\n");
	if (parts->firmware) {
		buf_adds(buf, "  <category type=\"firmware\"");
		add_url(buf, parts, "firmware.xml");
	}
	buf_adds(buf, "  <category type=\"nvm\"");
	add_url(buf, parts, "updates.xml");
	buf_adds(buf, "</provisioning>\n");
	return 0;
}

static int configuration(struct buf *buf, const struct parts *parts)
{
	buf_adds(buf, HEAD "<settings" VERSION);
	add_attribute(buf, "macAddress", parts->mac);
	buf_adds(buf, ">\n");
	for (size_t i = 0; i < parts->document->item_count; i++) {
		const struct read_item *item = &parts->document->items[i];

		if (item->kind != READ_PARAM)
			continue;
		buf_adds(buf, "  <param");
		add_attribute(buf, "name", item->name);
		add_attribute(buf, "value", item->value);
		buf_adds(buf, "/>\n");
	}
	buf_adds(buf, "</settings>\n");
	return 0;
}

static int updates(struct buf *buf, const struct parts *parts)
{
	CLEANUP(mem_freep) void *scratch = mem_root("updates");
	struct buf *body = buf_new(scratch);
	uint8_t hash[16];
	char hex[2 * sizeof(hash) + 1];
	int r = configuration(body, parts);

	if (r < 0)
		return r;
	crypto_generichash(hash, sizeof(hash), (const uint8_t *)body->data, body->len, NULL, 0);
	hex_encode(hex, hash, sizeof(hash));
	buf_adds(buf, HEAD "<nvm" VERSION ">\n  <file");
	add_attribute(buf, "version", hex);
	add_url(buf, parts, "configuration.xml");
	buf_adds(buf, "</nvm>\n");
	return 0;
}

static const char *param_of(const struct read_item *item, const char *name)
{
	for (size_t i = 0; i < item->param_count; i++)
		if (strcmp(item->params[i].name, name) == 0)
			return item->params[i].value;
	return NULL;
}

static int firmware(struct buf *buf, const struct parts *parts)
{
	if (!parts->firmware)
		return -E_NO_ROUTE;
	buf_adds(buf, HEAD "<firmware" VERSION);
	add_attribute(buf, "macAddress", parts->mac);
	buf_adds(buf, ">\n  <file");
	add_attribute(buf, "version", param_of(parts->firmware, "version"));
	buf_adds(buf, " type=\"update\"");
	add_attribute(buf, "url", param_of(parts->firmware, "url"));
	buf_adds(buf, "/>\n</firmware>\n");
	return 0;
}

static const struct {
	const char *name;
	int (*write)(struct buf *buf, const struct parts *parts);
} files[] = {
	{"provisioning.xml", provisioning},
	{"updates.xml", updates},
	{"configuration.xml", configuration},
	{"firmware.xml", firmware},
};

static void mac_with_colons(int64_t mac, char out[18])
{
	for (int i = 0; i < 6; i++)
		snprintf(out + 3 * i, 4, "%02x%s", (unsigned)(mac >> (40 - 8 * i)) & 0xff,
			 i < 5 ? ":" : "");
}

int multi_render(void *mem, const struct multi *in, const char *file, struct buf **ret)
{
	/* It is our own, and what it may hold was bounded when it was made. */
	static const struct read_limits limits = {.depth = 16, .items = 1000000};
	CLEANUP(mem_freep) void *scratch = mem_root("multi");
	struct parts parts = {.in = in};
	struct read_document *document;
	struct diag diag = {0};
	struct buf *buf;
	int r = read_document(scratch, in->document, in->len, &limits, &document, &diag);

	/* Other formats, and files that are kept as they are, need not be XML at all. */
	if (r < 0 || document->format != READ_MAXWELL)
		return -E_NO_ROUTE;
	parts.document = document;
	mac_with_colons(in->mac, parts.mac);
	/* One that an import found may lack either. */
	for (size_t i = 0; i < document->item_count; i++)
		if (document->items[i].kind == READ_FILE &&
		    param_of(&document->items[i], "version") &&
		    param_of(&document->items[i], "url"))
			parts.firmware = &document->items[i];
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		if (strcmp(files[i].name, file) != 0)
			continue;
		buf = buf_new(mem);
		r = files[i].write(buf, &parts);
		if (r < 0)
			mem_free(buf);
		else
			*ret = buf;
		return r;
	}
	return -E_NO_ROUTE;
}
