/* SPDX-License-Identifier: MIT */
#pragma once

/* Fleets of phones without handsets: a model of them, and what holds of their documents. */

#include "property_help.h"

#include "base/buf.h"
#include "nx70_rules.h"
#include "render/format.h"
#include "render/param.h"
#include "render/pcode.h"
#include "render/raw.h"
#include "store/line.h"

enum { DEVICES_MAX = 7, SERVERS = 4 };

static const char *const products[] = {"maxwell3", "maxwellc", "n510", "n720",	      "de410",
				       "xstim",	   "uc924",    "raw",  "openstage60", "dx800"};
/* A device with handsets, which nothing of this reaches unless it says so. */
#define OTHER "n670"

/* clang-format off */
static const char *const names[] = {
	"Telephony.0.ToneScheme", "SIP.TransportProtocol", "WebUI.Password", "custom.Redirect",
	"custom.Redirect.2", "custom.UnlockAllFunctionKeys", "custom.",
	"BS_IP_Data1.aucS_STUN_SERVER", "BS_X.astY[%].uiZ",
	"BS_Accounts.astAccounts[0].uiSendMask", "BS_X.aucPassword[0]", "S_STUN_SERVER_1",
	"B_X", "I_NUMBER", "S_DEVICE_PIN", "P64", "P192", "P5900", "P5902", "P23379", "P25020",
	"P25031", "realm", "e164", "sip-pwd", "function-key-def[1]", "function-key-def[12]",
	"x-unicode", "hs.DirectAccessDir",
};
/* clang-format on */
enum { NAMES = COUNT_OF(names) - 1 }; /* of devices */

/* A file is a setting of the model, too. */
#define TEMPLATE "(template)"

static const char *const servers[SERVERS] = {"pbx", "a <pbx> & 'more'", "das \"Ü\"", "π"};

struct model_device {
	int64_t mac;
	char text[MAC_LEN + 1];
	const char *product, *group;
	const char *signature; /* what the model says that its settings come to */
	const char *bytes;     /* NULL: it cannot be made */
	const char *revision;
	bool reached; /* by the last change */
};

struct world {
	struct fixture *f;
	struct property *p;
	struct model_device devices[DEVICES_MAX];
	size_t device_count;
	int64_t quoted_server; /* the one whose name has double quotes */
};

static inline struct line *lines_of(struct world *w, const struct model_device *device,
				    size_t *count)
{
	struct line *lines;

	assert_int_equal(line_list(w->f, w->f->db, device->mac, &lines, count), 0);
	return lines;
}

static inline struct model_device *device_pick(struct world *w)
{
	return &w->devices[dice(w->p, (unsigned)w->device_count - 1)];
}

static inline const char *group_pick(struct world *w)
{
	return dice(w->p, 3) ? mem_printf(w->f, "group%u", dice(w->p, 2)) : NULL;
}

static inline void make_fleet(struct world *w)
{
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(fleet_group_add(&w->f->change, mem_printf(w->f, "group%u", i)), 0);
	for (unsigned i = 0; i < SERVERS; i++) {
		struct sip_input input = {.domain = mem_printf(w->f, "pbx%u.example", i)};
		struct sip_server *server;

		assert_int_equal(fleet_sip_add(&w->f->change, servers[i], &input), 0);
		assert_int_equal(sip_server_find(w->f, w->f->db, servers[i], &server), 1);
		if (strchr(servers[i], '"'))
			w->quoted_server = server->id;
	}
	w->device_count = 3 + dice(w->p, DEVICES_MAX - 2);
	for (size_t i = 0; i < w->device_count; i++) {
		struct model_device *device = &w->devices[i];

		snprintf(device->text, sizeof(device->text), "7C2F80%06X", (unsigned)i + 1);
		device->product = products[dice(w->p, COUNT_OF(products))];
		if (i + 1 == w->device_count)
			device->product = OTHER;
		device->group = group_pick(w);
		device->mac = device_make(w->f, device->text, device->product, device->group);
	}
	handset_make(w->f, w->devices[w->device_count - 1].mac, "0200000001");
}

/* --- the model */

static inline const char *value_in(struct world *w, const struct model_device *device,
				   const char *name)
{
	return model_value(w->p, NULL, device->text, device->group, device->product, name);
}

static inline bool is_raw(const struct model_device *device)
{
	return product_find(device->product)->format->render == raw_render;
}

static inline char *placeholder(struct world *w, const char *name)
{
	return mem_printf(w->f, "%%{%s}", name);
}

static inline bool is_expected(struct world *w, const struct model_device *device)
{
	const char *template = value_in(w, device, TEMPLATE);
	struct line *lines;
	size_t count;

	if (!is_raw(device))
		return true;
	for (size_t i = 0; i < NAMES; i++)
		if (strstr(template, placeholder(w, names[i])) && !*value_in(w, device, names[i]))
			return false;
	lines = lines_of(w, device, &count);
	if (strstr(template, "%{line.1.user}") && (count == 0 || lines[0].slot != 1))
		return false;
	return *template;
}

static inline const char *signature_of(struct world *w, const struct model_device *device)
{
	const struct product *product = product_find(device->product);
	const char *template = is_raw(device) ? value_in(w, device, TEMPLATE) : NULL;
	struct buf *buf = buf_new(w->f);

	buf_adds(buf, template ? template : "");
	for (size_t i = 0; i < NAMES; i++)
		if (template ? strstr(template, placeholder(w, names[i])) != NULL
			     : product_takes(product, names[i]))
			buf_printf(buf, "\n%s=%s", names[i], value_in(w, device, names[i]));
	return buf->data;
}

/* N510 and N720 have texts in double quotes. */
static inline bool is_quoting(const struct model_device *device)
{
	return device->product[0] == 'n';
}

/* --- what holds of each document */

/* Whether two elements set the same. */
static inline bool is_twice(xmlNode *a, xmlNode *b)
{
	static const char *const keys[] = {"name", "ID", "index"};

	if (strcmp((const char *)a->name, (const char *)b->name) != 0 ||
	    strcmp((const char *)a->name, "step") == 0 || xmlFirstElementChild(a))
		return false;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const char *x = nx70_attribute(a, keys[i]), *y = nx70_attribute(b, keys[i]);

		if (strcmp(x ? x : "", y ? y : "") != 0)
			return false;
	}
	return true;
}

static inline void assert_element(xmlNode *node, const char *document)
{
	enum pcode_field field;
	int slot;

	for (const xmlAttr *attr = node->properties; attr; attr = attr->next) {
		const char *value = nx70_attribute(node, (const char *)attr->name);

		if (!*value || strcmp(value, "\"\"") == 0)
			fail_msg("%s: an empty value in\n%s", node->name, document);
	}
	if (!node->children &&
	    (param_code((const char *)node->name) ||
	     strcmp((const char *)node->name, "Item") == 0) &&
	    !(pcode_is_of_account(param_code((const char *)node->name), &slot, &field) &&
	      field == PCODE_PROXY))
		fail_msg("%s is empty in\n%s", node->name, document);
	for (xmlNode *other = xmlNextElementSibling(node); other;
	     other = xmlNextElementSibling(other))
		if (is_twice(node, other))
			fail_msg("%s is there twice in\n%s", node->name, document);
	for (xmlNode *child = xmlFirstElementChild(node); child;
	     child = xmlNextElementSibling(child))
		assert_element(child, document);
}

static inline void assert_document(const struct model_device *device, const char *bytes, size_t len)
{
	xmlDoc *doc;

	if (is_raw(device) && bytes[0] != '<')
		return;
	doc = xmlReadMemory(bytes, (int)len, "x.xml", NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS);
	if (!doc)
		fail_msg("%s: no XML:\n%s", device->product, bytes);
	if (doc && !is_raw(device) && strcmp(device->product, OTHER) != 0)
		assert_element(xmlDocGetRootElement(doc), bytes);
	xmlFreeDoc(doc);
}

/* NULL when there is no document, which only raw ones may say. */
static inline const char *render(struct world *w, const struct model_device *device,
				 const struct view *view, bool reveal)
{
	bool expected = is_expected(w, device);
	struct rendition *rendition;
	int r = rendition_make(w->f, view, reveal, &rendition, &w->f->diag);

	if (expected != (r == 0))
		fail_msg("%s %s: %s", device->product, device->text,
			 r == 0 ? "made without what it needs" : diag_text(&w->f->diag, r));
	if (r < 0 && r != -E_TEMPLATE_VALUE)
		assert_int_equal(r, -E_TEMPLATE_UNKNOWN);
	if (r < 0)
		return NULL;
	assert_document(device, rendition->document, rendition->document_len);
	return rendition->document;
}

static inline void look_at(struct world *w, struct model_device *device)
{
	struct view *view = view_at(w->f, device->mac, NOW);
	const char *again, *preview;

	device->bytes = render(w, device, view, true);
	again = render(w, device, view_at(w->f, device->mac, NOW), true);
	if (device->bytes)
		assert_string_equal(device->bytes, again);
	preview = render(w, device, view, false);
	assert_no_secret_shows(w->p, preview ? preview : "");
	device->revision = view->revision;
	device->signature = signature_of(w, device);
}

static inline bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static inline void look_at_all(struct world *w, bool is_setting)
{
	for (size_t i = 0; i < w->device_count; i++) {
		struct model_device *device = &w->devices[i];
		struct model_device before = *device;
		bool stays, same;

		look_at(w, device);
		same = is_same(before.bytes, device->bytes);
		stays = strcmp(before.signature, device->signature) == 0;
		if (!device->reached && (!same || strcmp(before.revision, device->revision) != 0))
			fail_msg("%s %s: changed by what does not reach it", device->product,
				 device->text);
		if (!is_setting || strcmp(device->product, OTHER) == 0 ||
		    (!before.bytes && !device->bytes))
			continue;
		if (same != stays)
			fail_msg("%s: the resolution %s, the document does %s", device->product,
				 stays ? "stays" : "changes", stays ? "not stay" : "not");
		if (device->reached && strcmp(before.revision, device->revision) == 0)
			fail_msg("%s: a scope reaches it, its revision stays", device->text);
	}
}
