/* SPDX-License-Identifier: MIT */
/*
 * Documents of the N530 to N870: provisioning version 1.1, productID e2.
 *
 * A phone refuses the whole file when its parts stand in another order than
 * this one, so the order is that of the calls in write_nvm(); <firmware>, where
 * there is one, stands before all of them:
 *
 *	DeleteNotProvisionedHS    what is not in the file is removed
 *	delete_hs, ToDeReg        removals, by IPUI
 *	param                     the device's parameters, then its SIP servers
 *	add_hs                    each handset with its PIN, account and parameters
 *	oper                      trunks, a spare manager and the like, as they stand
 *	update_dm                 firmware, by manager
 *	update_dm                 registration windows, by manager: must be last
 *
 * An empty value has unpredictable effects on the phone, so there is none.
 * libxml2's writer drops characters that XML does not have without a word;
 * therefore every text is checked here before it is written.
 */
#include <assert.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "render/format.h"
#include "render/oper.h"

DEFINE_CLEANUP(xmlTextWriter, xmlFreeTextWriter);

struct nx70 {
	xmlTextWriter *xml;
	bool failed; /* libxml2 did, which only lack of memory explains */
	bool reveal;
	struct buf *name; /* of the parameter being written, where it is put together */
	struct diag *reterr;
};

/* What is written for handsets, lines and servers, and so cannot be set. */
static const char *const handset_fields[] = {
	"RegStatus", "DECT_AC", "AuthName", "AuthPassword", "UserName", "DisplayName", "ProviderId",
};
static const char *const provider_fields[] = {
	"Name",
	"Domain",
	"ProxyServerAddress",
	"ProxyServerPort",
	"RegServerAddress",
	"RegServerPort",
	"TransportProtocol",
	"UseSIPS",
};
static const char *const operation_fields[] = {
	"RegStatus", "RegStart", "RegDuration", "DMPpasswd", "FwUpdateUrl", "FwUpdateStart",
};

/* Nobody knows whether phones mind the case of names, so these take any. */
static bool is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(name, list[i]) == 0)
			return true;
	return false;
}

/* What follows "hs." or "SipAccount." in any case, or NULL. */
static const char *handset_rest(const char *name)
{
	if (strncasecmp(name, "hs.", 3) == 0)
		return name + 3;
	if (strncasecmp(name, "SipAccount.", 11) == 0)
		return name + 11;
	return NULL;
}

bool nx70_reserves(const char *setting_name)
{
	const char *rest = handset_rest(setting_name);
	size_t digits;

	if (rest && strncmp(setting_name, "hs.", 3) != 0 &&
	    strncmp(setting_name, "SipAccount.", 11) != 0)
		return true; /* "HS.RegStatus" */
	if (rest)
		return !*rest || strchr(rest, '.') ||
		       is_one_of(rest, handset_fields, COUNT_OF(handset_fields));
	if (strncasecmp(setting_name, "SipProvider.", 12) != 0)
		return is_one_of(setting_name, operation_fields, COUNT_OF(operation_fields));
	rest = setting_name + 12;
	digits = strspn(rest, "0123456789");
	return digits > 0 && rest[digits] == '.' &&
	       is_one_of(rest + digits + 1, provider_fields, COUNT_OF(provider_fields));
}

bool nx70_per_handset(const char *setting_name)
{
	return handset_rest(setting_name) && !nx70_reserves(setting_name);
}

static int refuse(struct nx70 *out, int r, const char *name)
{
	return diag_set(out->reterr, r, "%s: %s", name, error_text(r));
}

/* "hs.029e74a599.DECT_AC"; good until the next call. */
static const char *name_of(struct nx70 *out, const char *table, const char *key, const char *field)
{
	buf_cut(out->name, 0);
	buf_printf(out->name, "%s.%s.%s", table, key, field);
	return out->name->data;
}

static int check(struct nx70 *out, const char *name, const char *value, size_t len)
{
	int r = len > 0 ? text_check(value, len, NULL) : -E_TEXT_EMPTY;

	return r < 0 ? refuse(out, r, name) : 0;
}

static int check_ipui(struct nx70 *out, const char *oper, const char *ipui)
{
	char canonical[IPUI_LEN + 1];
	int r = ipui_parse(ipui, canonical);

	/* Firmware 2.36 does not know a handset by capitals. */
	if (r == 0 && strcmp(ipui, canonical) == 0)
		return 0;
	return diag_set(out->reterr, -E_IPUI_MALFORMED,
			"%s: an IPUI has 10 hex digits in lower case", oper);
}

/* What the document calls a handset; a slot without a PIN would take any handset that comes by. */
static int check_key(struct nx70 *out, const struct handset *handset, char key[IPUI_LEN + 1])
{
	handset_key(handset, key);
	if (handset->ipui[0])
		return check_ipui(out, "add_hs", key);
	if (handset->slot < 1 || handset->slot > 99999)
		return diag_set(out->reterr, -E_VALUE, "add_hs: slots count from 1");
	if (!handset->pin)
		return diag_set(out->reterr, -E_PIN,
				"add_hs: the handset in slot %d has neither an IPUI nor a PIN",
				handset->slot);
	return 0;
}

/* Leaves the element open. */
static void start(struct nx70 *out, const char *element, const char *name, const char *value)
{
	out->failed |= xmlTextWriterStartElement(out->xml, BAD_CAST element) < 0;
	out->failed |= xmlTextWriterWriteAttribute(out->xml, BAD_CAST "name", BAD_CAST name) < 0;
	if (value)
		out->failed |=
			xmlTextWriterWriteAttribute(out->xml, BAD_CAST "value", BAD_CAST value) < 0;
}

static void end(struct nx70 *out)
{
	out->failed |= xmlTextWriterEndElement(out->xml) < 0;
}

static int write_text(struct nx70 *out, const char *name, const char *value)
{
	int r = check(out, name, value ? value : "", value ? strlen(value) : 0);

	if (r < 0)
		return r;
	start(out, "param", name, value);
	end(out);
	return 0;
}

static int write_secret(struct nx70 *out, const char *name, const struct secret *secret)
{
	const char *value = secret_reveal(secret);
	int r = check(out, name, value, secret_len(secret));

	if (r < 0)
		return r;
	return write_text(out, name, out->reveal ? value : RENDER_REDACTED);
}

static int write_number(struct nx70 *out, const char *name, int64_t value, int64_t min, int64_t max)
{
	char text[24];

	if (value < min || value > max)
		return refuse(out, -E_VALUE, name);
	snprintf(text, sizeof(text), "%lld", (long long)value);
	return write_text(out, name, text);
}

/* Before a name is put into words for a person. */
static int check_name(struct nx70 *out, const char *name)
{
	int r = text_check(name, strlen(name), NULL);

	if (r < 0)
		return diag_set(out->reterr, r, "a parameter's name: %s", error_text(r));
	if (!*name)
		return diag_set(out->reterr, -E_SETTING_NAME, "a parameter has no name");
	return 0;
}

/* `name` is param->name as the phone knows it. */
static int write_param(struct nx70 *out, const char *name, const struct param *param)
{
	if (param->secret)
		return write_secret(out, name, param->secret);
	return write_text(out, name, param->value);
}

static int write_params(struct nx70 *out, const struct document *document)
{
	for (size_t i = 0; i < document->param_count; i++) {
		const struct param *param = &document->params[i];
		int r = check_name(out, param->name);

		if (r < 0)
			return r;
		if (nx70_reserves(param->name))
			return refuse(out, -E_SETTING_RESERVED, param->name);
		if (handset_rest(param->name))
			return diag_set(out->reterr, -E_SETTING_RESERVED,
					"%s: belongs to a handset, not to the device", param->name);
		r = write_param(out, param->name, param);
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *either(const char *s, const char *otherwise)
{
	return s && *s ? s : otherwise;
}

static int transport_number(const char *transport)
{
	static const char *const names[] = {"udp", "tcp", "tls"};

	for (size_t i = 0; transport && i < COUNT_OF(names); i++)
		if (strcmp(transport, names[i]) == 0)
			return (int)i + 1;
	return 0;
}

static int write_server(struct nx70 *out, const struct sip_server *server)
{
	int transport = transport_number(server->transport);
	char n[16];
	int r;

	snprintf(n, sizeof(n), "%d", server->position);
#define FIELD(field) name_of(out, "SipProvider", n, field)
	r = write_text(out, FIELD("Name"), server->name);
	if (r == 0)
		r = write_text(out, FIELD("Domain"), server->domain);
	if (r == 0)
		r = write_text(out, FIELD("ProxyServerAddress"),
			       either(server->proxy_address, server->domain));
	if (r == 0)
		r = write_number(out, FIELD("ProxyServerPort"), server->proxy_port, 1, 65535);
	if (r == 0)
		r = write_text(out, FIELD("RegServerAddress"),
			       either(server->registrar_address, server->domain));
	if (r == 0)
		r = write_number(out, FIELD("RegServerPort"), server->registrar_port, 1, 65535);
	if (r == 0)
		r = write_number(out, FIELD("TransportProtocol"), transport, 1, 3);
	/* With sips: addresses the phones fail to register over TLS. */
	if (r == 0 && transport == 3)
		r = write_number(out, FIELD("UseSIPS"), 0, 0, 0);
#undef FIELD
	return r;
}

static bool has_server(const struct document *document, int position)
{
	for (size_t i = 0; i < document->server_count; i++)
		if (document->servers[i].position == position)
			return true;
	return false;
}

static int write_account(struct nx70 *out, const struct document *document,
			 const struct document_handset *handset, const char *key)
{
	const struct line *line = handset->line;
	int r;

#define FIELD(field) name_of(out, "SipAccount", key, field)
	r = write_text(out, FIELD("AuthName"), either(line->auth_name, line->user_name));
	if (r == 0 && line->auth_password)
		r = write_secret(out, FIELD("AuthPassword"), line->auth_password);
	if (r == 0)
		r = write_text(out, FIELD("UserName"), line->user_name);
	if (r == 0)
		r = write_text(out, FIELD("DisplayName"),
			       either(line->display_name, line->user_name));
	if (r < 0)
		return r;
	if (!has_server(document, handset->provider))
		return refuse(out, -E_SIP_UNKNOWN, FIELD("ProviderId"));
	return write_number(out, FIELD("ProviderId"), handset->provider, 0, INT32_MAX);
#undef FIELD
}

/* "hs.DirectAccessDir" as "hs.029e74a599.DirectAccessDir". */
static int write_handset_param(struct nx70 *out, const char *key, const struct param *param)
{
	const char *rest = handset_rest(param->name);
	int r = check_name(out, param->name);

	if (r < 0)
		return r;
	if (!rest)
		return diag_set(out->reterr, -E_SETTING_NAME,
				"%s: belongs to the device, not to a handset", param->name);
	if (nx70_reserves(param->name))
		return refuse(out, -E_SETTING_RESERVED, param->name);
	buf_cut(out->name, 0);
	buf_add(out->name, param->name, (size_t)(rest - param->name));
	buf_printf(out->name, "%s.%s", key, rest);
	return write_param(out, out->name->data, param);
}

static int write_handset(struct nx70 *out, const struct document *document,
			 const struct document_handset *handset)
{
	char key[IPUI_LEN + 1];
	int r = check_key(out, handset->handset, key);

	if (r < 0)
		return r;
	start(out, "oper", "add_hs", key);
	start(out, "param", "hs.RegStatus", "ToReg");
	end(out);
	end(out);
	if (handset->handset->pin)
		r = write_secret(out, name_of(out, "hs", key, "DECT_AC"), handset->handset->pin);
	if (r == 0 && handset->line)
		r = write_account(out, document, handset, key);
	for (size_t i = 0; r == 0 && i < handset->param_count; i++)
		r = write_handset_param(out, key, &handset->params[i]);
	return r;
}

static int write_removal(struct nx70 *out, const struct operation *operation)
{
	int r = check_ipui(out, "delete_hs", operation->ipui);

	if (r < 0)
		return r;
	if (operation->mode == OPERATION_DELETE)
		start(out, "oper", "delete_hs", operation->ipui);
	else
		start(out, "param", name_of(out, "hs", operation->ipui, "RegStatus"), "ToDeReg");
	end(out);
	return 0;
}

/* As it stands.  What this file makes by itself has its place elsewhere. */
static int write_oper(struct nx70 *out, const struct document_oper *oper)
{
	int r = check_name(out, oper->name);

	if (r == 0 && oper_made_by(oper->name))
		r = refuse(out, -E_OPER_MADE, oper->name);
	if (r == 0 && oper->value)
		r = check(out, oper->name, oper->value, strlen(oper->value));
	if (r < 0)
		return r;
	start(out, "oper", oper->name, oper->value);
	for (size_t i = 0; i < oper->param_count && r == 0; i++) {
		r = check_name(out, oper->params[i].name);
		if (r == 0)
			r = write_param(out, oper->params[i].name, &oper->params[i]);
	}
	end(out);
	return r;
}

static int write_update_dm(struct nx70 *out, const struct operation *operation)
{
	const char *dm = operation->dm ? operation->dm : "";
	int r = check(out, "update_dm", dm, strlen(dm));

	if (r < 0)
		return r;
	start(out, "oper", "update_dm", dm);
	if (operation->kind == OPERATION_FIRMWARE) {
		r = write_text(out, "FwUpdateUrl", operation->url);
		if (r == 0)
			r = write_number(out, "FwUpdateStart", operation->start_at, 1, INT64_MAX);
	} else {
		r = write_number(out, "RegStart", operation->start_at, 1, INT64_MAX);
		if (r == 0)
			r = write_number(out, "RegDuration", operation->duration, 1, INT64_MAX);
		if (r == 0 && operation->password)
			r = write_secret(out, "DMPpasswd", operation->password);
	}
	end(out);
	return r;
}

/* Where in the file an operation stands. */
static int phase(const struct operation *operation)
{
	switch (operation->kind) {
	case OPERATION_REMOVE_HANDSET:
		return 0;
	case OPERATION_FIRMWARE:
		return 1;
	case OPERATION_OPEN_REGISTRATION:
		break;
	}
	return 2;
}

static int compare(const void *left, const void *right)
{
	const struct operation *a = *(const struct operation *const *)left;
	const struct operation *b = *(const struct operation *const *)right;
	int order = phase(a) - phase(b);

	if (order == 0 && a->kind == OPERATION_REMOVE_HANDSET) {
		order = strcmp(a->ipui, b->ipui);
		if (order == 0)
			order = (int)a->mode - (int)b->mode;
	} else if (order == 0) {
		order = strcmp(a->dm ? a->dm : "", b->dm ? b->dm : "");
	}
	if (order == 0)
		order = (a->id > b->id) - (a->id < b->id);
	/* Both are members of one array, whose order decides at last. */
	return order ? order : (a > b) - (a < b);
}

static const struct operation **sort(void *mem, const struct document *document)
{
	const struct operation **sorted =
		mem_array(mem, const struct operation *, document->operation_count + 1);

	for (size_t i = 0; i < document->operation_count; i++)
		sorted[i] = &document->operations[i];
	qsort(sorted, document->operation_count, sizeof(*sorted), compare);
	return sorted; /* ends with a NULL */
}

static int write_nvm(struct nx70 *out, const struct document *document,
		     const struct operation **operation)
{
	const char *removed = "";
	int r = 0;

	if (document->delete_not_provisioned) {
		/* Without handsets in the file this line empties the site. */
		assert(document->handset_count > 0);
		start(out, "oper", "DeleteNotProvisionedHS", NULL);
		end(out);
	}
	for (; r == 0 && *operation && phase(*operation) == 0; operation++) {
		/* Of two removals of a handset, the first (delete_hs) will do. */
		if ((*operation)->mode == OPERATION_ABSENCE ||
		    strcmp(removed, (*operation)->ipui) == 0)
			continue;
		r = write_removal(out, *operation);
		removed = (*operation)->ipui;
	}
	if (r == 0)
		r = write_params(out, document);
	for (size_t i = 0; r == 0 && i < document->server_count; i++)
		r = write_server(out, &document->servers[i]);
	for (size_t i = 0; r == 0 && i < document->handset_count; i++)
		r = write_handset(out, document, &document->handsets[i]);
	for (size_t i = 0; r == 0 && i < document->oper_count; i++)
		r = write_oper(out, &document->opers[i]);
	for (; r == 0 && *operation; operation++)
		r = write_update_dm(out, *operation);
	return r;
}

/* The phone takes a version that is newer than its own as soon as it has read the file. */
static int write_firmware(struct nx70 *out, const struct document_firmware *firmware)
{
	const char *version = firmware->version ? firmware->version : "";
	const char *url = firmware->url ? firmware->url : "";
	int r = check(out, "firmware version", version, strlen(version));

	if (r == 0)
		r = check(out, "firmware url", url, strlen(url));
	if (r < 0)
		return r;
	out->failed |= xmlTextWriterStartElement(out->xml, BAD_CAST "firmware") < 0;
	out->failed |= xmlTextWriterStartElement(out->xml, BAD_CAST "file") < 0;
	out->failed |=
		xmlTextWriterWriteAttribute(out->xml, BAD_CAST "version", BAD_CAST version) < 0;
	out->failed |= xmlTextWriterWriteAttribute(out->xml, BAD_CAST "url", BAD_CAST url) < 0;
	end(out);
	end(out);
	return 0;
}

static int write_document(struct nx70 *out, const struct document *document,
			  const struct operation **operations)
{
	int r;

	out->failed |= xmlTextWriterSetIndent(out->xml, 1) < 0;
	out->failed |= xmlTextWriterSetIndentString(out->xml, BAD_CAST "  ") < 0;
	out->failed |= xmlTextWriterStartDocument(out->xml, NULL, "UTF-8", NULL) < 0;
	out->failed |= xmlTextWriterStartElement(out->xml, BAD_CAST "provisioning") < 0;
	out->failed |=
		xmlTextWriterWriteAttribute(out->xml, BAD_CAST "version", BAD_CAST "1.1") < 0;
	out->failed |=
		xmlTextWriterWriteAttribute(out->xml, BAD_CAST "productID", BAD_CAST "e2") < 0;
	r = document->firmware ? write_firmware(out, document->firmware) : 0;
	if (r < 0)
		return r;
	out->failed |= xmlTextWriterStartElement(out->xml, BAD_CAST "nvm") < 0;
	r = write_nvm(out, document, operations);
	if (r < 0)
		return r;
	/* Closes what is open and flushes. */
	out->failed |= xmlTextWriterEndDocument(out->xml) < 0;
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

int nx70_render(void *mem, const struct document *document, bool reveal, struct buf **ret,
		struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("nx70");
	CLEANUP(xmlFreeTextWriterp) xmlTextWriter *xml = NULL;
	struct nx70 out = {.reveal = reveal, .name = buf_new(scratch), .reterr = reterr};
	struct buf *buf = buf_new(scratch);
	xmlOutputBuffer *output;
	int r;

	if (document->delete_not_provisioned && document->handset_count == 0)
		return diag_set(reterr, -E_INTERNAL,
				"DeleteNotProvisionedHS without handsets would remove them all");
	output = xmlOutputBufferCreateIO(sink, NULL, buf, NULL);
	xml = output ? xmlNewTextWriter(output) : NULL;
	if (!xml) {
		xmlOutputBufferClose(output);
		return diag_set(reterr, -E_INTERNAL, "libxml2 cannot start a document");
	}
	out.xml = xml;
	r = write_document(&out, document, sort(scratch, document));
	if (r < 0)
		return r;
	*ret = talloc_steal(mem, buf);
	return 0;
}
