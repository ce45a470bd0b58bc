/* SPDX-License-Identifier: MIT */
/*
 * Documents of OpenStage desk phones: all of their items as one DLSMessage that
 * would write them.  No phone is ever sent it: what is sent is what differs from
 * what a phone tells (src/wpi).  This is what people see, and what revisions,
 * gates and differences are made of.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/secret.h"
#include "render/format.h"
#include "render/item.h"
#include "render/param.h"
#include "render/xml.h"

/* What phones tell of themselves, and what makes them do something: no configuration. */
static const char *const reserved[] = {
	"mac-addr",	    "contact-me-uri",	    "device-type",
	"related-*-type",   "software-type",	    "*software-version",
	"part-number",	    "configuration-*-flag", "configuration-attached-number",
	"file-*",	    "restart-password",	    "restart-type",
	"send-solicited",   "cleanup-reason",	    "goto-secure-mode",
	"secure-mode-data", "max-pin-retries",	    "bootstrapping-tan",
};

bool wpi_reserves(const char *setting_name)
{
	char name[ITEM_NAME_MAX + 1];
	int index;

	if (!item_parse(setting_name, name, &index))
		return false;
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (fnmatch(reserved[i], name, 0) == 0)
			return true;
	return false;
}

bool wpi_per_handset(const char *setting_name)
{
	(void)setting_name;
	return false;
}

bool wpi_takes(const char *setting_name)
{
	char name[ITEM_NAME_MAX + 1];
	int index;

	return item_parse(setting_name, name, &index);
}

static int write_item(struct xml *out, const struct item *item)
{
	const char *value = item->secret ? secret_reveal(item->secret) : item->value;
	char index[16];
	int r = xml_check(out, item->name, value ? value : "", value ? strlen(value) : 0);

	if (r < 0)
		return r;
	xml_start(out, "Item");
	xml_attribute(out, "name", item->name);
	if (item->index != ITEM_NO_INDEX) {
		snprintf(index, sizeof(index), "%d", item->index);
		xml_attribute(out, "index", index);
	}
	xml_string(out, item->secret && !out->reveal ? RENDER_REDACTED : value);
	xml_end(out);
	return 0;
}

static int write_message(struct xml *out, const struct document *document)
{
	struct item *items;
	size_t count;
	int r = item_list(out->mem, document, &items, &count, out->reterr);

	if (r < 0)
		return r;
	xml_start(out, "DLSMessage");
	xml_attribute(out, "xmlns", "http://www.siemens.com/DLS");
	xml_start(out, "Message");
	xml_start(out, "Action");
	xml_string(out, "WriteItems");
	xml_end(out);
	xml_start(out, "ItemList");
	for (size_t i = 0; i < count && r == 0; i++)
		r = write_item(out, &items[i]);
	return r;
}

int wpi_render(void *mem, const struct document *document, bool reveal, struct buf **ret,
	       struct diag *reterr)
{
	return xml_render(mem, document, reveal, write_message, ret, reterr);
}
