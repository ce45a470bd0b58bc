/* SPDX-License-Identifier: MIT */
/*
 * Bytes become a document; what is rendered of it must parse, keep the rules of
 * order and give back every character of every value.  What is refused must
 * have a reason: something in the document that may not be written.
 */
#include <libxml/parser.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "nx70_rules.h"
#include "render/format.h"

static const char *const operation_names[] = {"removal", "registration window", "firmware block"};

struct input {
	void *mem;
	const uint8_t *at, *end;
	bool bad; /* something was made that must be refused */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned byte(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* Any code point from U+0800 on, the ones that XML lacks and the surrogates among them. */
static void add_code_point(struct buf *buf, struct input *in, unsigned plane)
{
	uint32_t c = plane << 16;

	c |= byte(in) << 8;
	c |= byte(in);
	c = 0x800 + c % (0x110000 - 0x800);
	if (c >= 0x10000) {
		buf_addc(buf, (char)(0xf0 | c >> 18));
		buf_addc(buf, (char)(0x80 | (c >> 12 & 0x3f)));
	} else {
		buf_addc(buf, (char)(0xe0 | c >> 12));
	}
	buf_addc(buf, (char)(0x80 | (c >> 6 & 0x3f)));
	buf_addc(buf, (char)(0x80 | (c & 0x3f)));
}

/* Mostly what XML treats in a special way; sometimes what must not be written. */
static struct buf *bytes(struct input *in)
{
	static const char *const pieces[] = {
		"<",	"&",	 "\"", "'",  "\t",   "\n",	 "\r",		 "\r\n", "]]>", "ä",
		"日本", "&amp;", "🎉",  "  ", "<!--", "\xc2\x85", "\xe2\x80\xa8", "&#0;", "%",	"z",
	};
	struct buf *buf = buf_new(in->mem);
	unsigned count = byte(in) % 32;

	if (count == 31)
		return buf;
	for (unsigned i = 0; i <= count % 8; i++) {
		unsigned c = byte(in);

		if (c < COUNT_OF(pieces))
			buf_adds(buf, pieces[c]);
		else if (c == 0xff)
			buf_addc(buf, (char)byte(in));
		else if (c >= 0x80)
			add_code_point(buf, in, c % 0x11);
		else
			buf_addc(buf, (char)(c < ' ' ? c + 'A' : c));
	}
	return buf;
}

/* NULL only where something else takes its place. */
static const char *text(struct input *in, bool may_be_empty)
{
	struct buf *buf = bytes(in);

	buf_cut(buf, strlen(buf->data));
	if (buf->len == 0 && may_be_empty)
		return byte(in) % 2 ? buf->data : NULL;
	in->bad |= buf->len == 0 || text_check(buf->data, buf->len, NULL) < 0;
	return buf->data;
}

static const struct secret *secret(struct input *in)
{
	const struct buf *buf = byte(in) % 4 ? bytes(in) : NULL;

	if (!buf)
		return NULL;
	in->bad |= buf->len == 0 || text_check(buf->data, buf->len, NULL) < 0;
	return secret_new_bytes(in->mem, buf->data, buf->len);
}

static struct param *params(struct input *in, const char *prefix, size_t count)
{
	struct param *list = mem_array(in->mem, struct param, count + 1);

	for (size_t i = 0; i < count; i++) {
		list[i].name = mem_printf(in->mem, "%sX%zu", prefix, i);
		list[i].secret = secret(in);
		if (!list[i].secret)
			list[i].value = text(in, false);
	}
	return list;
}

static void servers(struct input *in, struct document *d)
{
	static const char *const transports[] = {"udp", "tcp", "tls"};

	d->server_count = byte(in) % 4;
	d->servers = mem_array(in->mem, struct sip_server, d->server_count + 1);
	for (size_t i = 0; i < d->server_count; i++) {
		struct sip_server *server = &d->servers[i];

		/* One by one: the order within an initializer is the compiler's. */
		server->position = (int)i * 3;
		server->name = text(in, false);
		server->domain = text(in, false);
		server->proxy_address = text(in, true);
		server->proxy_port = 5060;
		server->registrar_address = text(in, true);
		server->registrar_port = 1 + (int)byte(in);
		server->transport = transports[byte(in) % 3];
	}
}

static void handsets(struct input *in, struct document *d)
{
	d->handset_count = byte(in) % 4;
	d->handsets = mem_array(in->mem, struct document_handset, d->handset_count + 1);
	for (size_t i = 0; i < d->handset_count; i++) {
		struct document_handset *row = &d->handsets[i];
		struct handset *handset = mem_new(in->mem, struct handset);
		struct line *line = mem_new(in->mem, struct line);

		snprintf(handset->ipui, sizeof(handset->ipui), "01%08x", 0xabcu - (unsigned)i);
		handset->pin = secret(in);
		row->handset = handset;
		row->param_count = byte(in) % 3;
		row->params = params(in, i % 2 ? "hs." : "SipAccount.", row->param_count);
		if (d->server_count == 0 || byte(in) % 4 == 0)
			continue;
		line->user_name = text(in, false);
		line->auth_name = text(in, true);
		line->auth_password = secret(in);
		line->display_name = text(in, true);
		row->line = line;
		row->provider = (int)(byte(in) % d->server_count) * 3;
	}
}

static void operations(struct input *in, struct document *d)
{
	d->operation_count = byte(in) % 8;
	d->operations = mem_array(in->mem, struct operation, d->operation_count + 1);
	for (size_t i = 0; i < d->operation_count; i++) {
		struct operation *o = &d->operations[i];

		o->id = (int64_t)i;
		o->kind = byte(in) % 3;
		o->mode = byte(in) % 2 ? OPERATION_DELETE : OPERATION_DEREGISTER;
		if (o->kind == OPERATION_REMOVE_HANDSET) {
			snprintf(o->ipui, sizeof(o->ipui), "02%08x", byte(in));
			continue;
		}
		o->dm = text(in, false);
		o->start_at = 1 + (int64_t)byte(in) * 10000000;
		o->duration = 1 + byte(in);
		if (o->kind == OPERATION_FIRMWARE)
			o->url = text(in, false);
		else
			o->password = secret(in);
	}
}

static void opers(struct input *in, struct document *d)
{
	d->oper_count = byte(in) % 4;
	d->opers = mem_array(in->mem, struct document_oper, d->oper_count + 1);
	for (size_t i = 0; i < d->oper_count; i++) {
		struct document_oper *oper = &d->opers[i];

		oper->name = mem_printf(in->mem, "oper%zu", i);
		oper->value = byte(in) % 2 ? text(in, false) : NULL;
		oper->param_count = byte(in) % 4;
		oper->params = params(in, "X.", oper->param_count);
	}
	if (byte(in) % 4 == 1) {
		struct document_firmware *firmware = mem_new(in->mem, struct document_firmware);

		firmware->version = text(in, false);
		firmware->url = text(in, false);
		d->firmware = firmware;
	}
}

static void report(const char *what, const char *name, const struct buf *xml)
{
	fprintf(stderr, "%s: %s\n%s\n", what, name, xml ? xml->data : "");
	abort();
}

/* What the document is held against. */
struct output {
	const struct buf *xml;
	const xmlNode *nvm;
	bool reveal;
};

static void expect(const struct output *out, const char *table, const char *key, const char *field,
		   const char *value)
{
	const xmlNode *node;
	const char *got;
	char name[100];

	snprintf(name, sizeof(name), "%s%s%s%s%s", table, *table ? "." : "", key, *key ? "." : "",
		 field);
	node = nx70_find(out->nvm, name);
	got = node ? nx70_attribute(node, "value") : NULL;
	if (!value != !got || (value && strcmp(got, value) != 0))
		report("lost, changed or invented", name, out->xml);
}

static const char *shown(const struct output *out, const struct secret *secret)
{
	if (!secret)
		return NULL;
	return out->reveal ? secret_reveal(secret) : RENDER_REDACTED;
}

static void expect_params(const struct output *out, const char *ipui, const struct param *list,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *value = list[i].secret ? shown(out, list[i].secret) : list[i].value;
		const char *dot = strchr(list[i].name, '.');
		char table[20];

		snprintf(table, sizeof(table), "%.*s", (int)(dot - list[i].name), list[i].name);
		expect(out, table, ipui, dot + 1, value);
	}
}

static const char *either(const char *s, const char *otherwise)
{
	return s && *s ? s : otherwise;
}

static void expect_server(const struct output *out, const struct sip_server *server)
{
	char n[12];

	snprintf(n, sizeof(n), "%d", server->position);
	expect(out, "SipProvider", n, "Name", server->name);
	expect(out, "SipProvider", n, "Domain", server->domain);
	expect(out, "SipProvider", n, "ProxyServerAddress",
	       either(server->proxy_address, server->domain));
	expect(out, "SipProvider", n, "RegServerAddress",
	       either(server->registrar_address, server->domain));
	expect(out, "SipProvider", n, "UseSIPS",
	       strcmp(server->transport, "tls") == 0 ? "0" : NULL);
}

static void expect_handset(const struct output *out, const struct document_handset *row)
{
	const char *ipui = row->handset->ipui;
	const struct line *line = row->line;

	expect(out, "hs", ipui, "DECT_AC", shown(out, row->handset->pin));
	expect(out, "SipAccount", ipui, "UserName", line ? line->user_name : NULL);
	expect(out, "SipAccount", ipui, "AuthName",
	       line ? either(line->auth_name, line->user_name) : NULL);
	expect(out, "SipAccount", ipui, "AuthPassword",
	       line ? shown(out, line->auth_password) : NULL);
	expect(out, "SipAccount", ipui, "DisplayName",
	       line ? either(line->display_name, line->user_name) : NULL);
	expect_params(out, ipui, row->params, row->param_count);
}

static bool is_block_of(const struct output *out, const xmlNode *node, const struct operation *o)
{
	bool firmware = o->kind == OPERATION_FIRMWARE;
	const char *value = firmware ? o->url : shown(out, o->password);
	const xmlNode *param = nx70_find(node, firmware ? "FwUpdateUrl" : "DMPpasswd");
	const xmlNode *start = nx70_find(node, firmware ? "FwUpdateStart" : "RegStart");

	return nx70_is(node, "oper", "update_dm") &&
	       strcmp(nx70_attribute(node, "value"), o->dm) == 0 && start &&
	       strtoll(nx70_attribute(start, "value"), NULL, 10) == o->start_at &&
	       !param == !value && (!param || strcmp(nx70_attribute(param, "value"), value) == 0);
}

static bool is_removal_of(const xmlNode *node, const struct operation *o)
{
	char name[40];

	snprintf(name, sizeof(name), "hs.%s.RegStatus", o->ipui);
	return nx70_is(node, "param", name) ||
	       (nx70_is(node, "oper", "delete_hs") &&
		strcmp(nx70_attribute(node, "value"), o->ipui) == 0);
}

static void expect_operation(const struct output *out, const struct operation *o)
{
	xmlNode *n = xmlFirstElementChild((xmlNode *)out->nvm);

	for (; n; n = xmlNextElementSibling(n))
		if (o->kind == OPERATION_REMOVE_HANDSET ? is_removal_of(n, o)
							: is_block_of(out, n, o))
			return;
	report("lost", operation_names[o->kind], out->xml);
}

static void expect_oper(const struct output *out, const struct document_oper *oper)
{
	struct output inside = *out;
	const char *value;

	for (xmlNode *n = xmlFirstElementChild((xmlNode *)out->nvm); n;
	     n = xmlNextElementSibling(n))
		if (nx70_is(n, "oper", oper->name))
			inside.nvm = n;
	value = nx70_attribute(inside.nvm, "value");
	if (inside.nvm == out->nvm || !value != !oper->value ||
	    (value && strcmp(value, oper->value) != 0) ||
	    xmlChildElementCount((xmlNode *)inside.nvm) != oper->param_count)
		report("lost or changed", oper->name, out->xml);
	expect_params(&inside, "", oper->params, oper->param_count);
}

static void expect_firmware(const struct output *out, const struct document *d)
{
	const xmlNode *firmware = xmlPreviousElementSibling((xmlNode *)out->nvm);
	const xmlNode *file = firmware ? xmlFirstElementChild((xmlNode *)firmware) : NULL;

	if (!file != !d->firmware ||
	    (file && (strcmp(nx70_attribute(file, "version"), d->firmware->version) != 0 ||
		      strcmp(nx70_attribute(file, "url"), d->firmware->url) != 0)))
		report("lost, changed or invented", "firmware", out->xml);
}

static void expect_all(const struct output *out, const struct document *d)
{
	xmlNode *first = xmlFirstElementChild((xmlNode *)out->nvm);

	if (d->delete_not_provisioned !=
	    (first && nx70_is(first, "oper", "DeleteNotProvisionedHS")))
		report("lost or invented", "DeleteNotProvisionedHS", out->xml);
	expect_params(out, "", d->params, d->param_count);
	for (size_t i = 0; i < d->server_count; i++)
		expect_server(out, &d->servers[i]);
	for (size_t i = 0; i < d->handset_count; i++)
		expect_handset(out, &d->handsets[i]);
	for (size_t i = 0; i < d->operation_count; i++)
		expect_operation(out, &d->operations[i]);
	for (size_t i = 0; i < d->oper_count; i++)
		expect_oper(out, &d->opers[i]);
	expect_firmware(out, d);
}

static void judge(const struct document *d, bool reveal, const struct buf *xml)
{
	struct output out = {.xml = xml, .reveal = reveal};
	xmlDoc *doc = xmlReadMemory(xml->data, (int)xml->len, "fuzz.xml", NULL,
				    XML_PARSE_NOENT | XML_PARSE_NONET);
	const char *wrong = doc ? nx70_check(doc) : "it does not parse";

	if (wrong)
		report("wrong", wrong, xml);
	out.nvm = xmlLastElementChild(xmlDocGetRootElement(doc));
	expect_all(&out, d);
	xmlFreeDoc(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	struct input in = {.mem = mem, .at = data, .end = data + size};
	unsigned flags = byte(&in);
	struct document d = {.product = "n870", .delete_not_provisioned = flags & 1};
	bool reveal = flags & 2;
	struct buf *xml = NULL, *again = NULL;
	struct diag diag = {0};
	int r;

	servers(&in, &d);
	handsets(&in, &d);
	operations(&in, &d);
	d.param_count = byte(&in) % 6;
	d.params = params(&in, "Telephony.", d.param_count);
	opers(&in, &d);
	in.bad |= d.delete_not_provisioned && d.handset_count == 0;
	r = nx70_render(mem, &d, reveal, &xml, &diag);
	if ((r < 0) != in.bad)
		report(in.bad ? "written" : "refused", diag.text, xml);
	if (r < 0)
		return 0;
	judge(&d, reveal, xml);
	if (nx70_render(mem, &d, reveal, &again, &diag) < 0 || xml->len != again->len ||
	    memcmp(xml->data, again->data, xml->len) != 0)
		report("not the same twice", "", again);
	return 0;
}
