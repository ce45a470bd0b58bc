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
 * What may be written at all is xml.c's to say.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "render/format.h"
#include "render/param.h"
#include "render/xml.h"
#include "render/oper.h"

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

bool nx70_takes(const char *setting_name)
{
	return param_is_dotted(setting_name);
}

static int check_ipui(struct xml *out, const char *oper, const char *ipui)
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
static int check_key(struct xml *out, const struct handset *handset, char key[IPUI_LEN + 1])
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
static void start(struct xml *out, const char *element, const char *name, const char *value)
{
	xml_start(out, element);
	xml_attribute(out, "name", name);
	if (value)
		xml_attribute(out, "value", value);
}

static int write_params(struct xml *out, const struct document *document)
{
	for (size_t i = 0; i < document->param_count; i++) {
		const struct param *param = &document->params[i];
		int r = xml_check_name(out, param->name);

		if (r < 0)
			return r;
		if (nx70_reserves(param->name))
			return xml_refuse(out, -E_SETTING_RESERVED, param->name);
		if (handset_rest(param->name))
			return diag_set(out->reterr, -E_SETTING_RESERVED,
					"%s: belongs to a handset, not to the device", param->name);
		r = xml_param(out, param->name, param);
		if (r < 0)
			return r;
	}
	return 0;
}

static int transport_number(const char *transport)
{
	static const char *const names[] = {"udp", "tcp", "tls"};

	for (size_t i = 0; transport && i < COUNT_OF(names); i++)
		if (strcmp(transport, names[i]) == 0)
			return (int)i + 1;
	return 0;
}

static int write_server(struct xml *out, const struct sip_server *server)
{
	int transport = transport_number(server->transport);
	char n[16];
	int r;

	snprintf(n, sizeof(n), "%d", server->position);
#define FIELD(field) xml_name(out, "SipProvider", n, field)
	r = xml_text(out, FIELD("Name"), server->name);
	if (r == 0)
		r = xml_text(out, FIELD("Domain"), server->domain);
	if (r == 0)
		r = xml_text(out, FIELD("ProxyServerAddress"),
			     xml_either(server->proxy_address, server->domain));
	if (r == 0)
		r = xml_number(out, FIELD("ProxyServerPort"), server->proxy_port, 1, 65535);
	if (r == 0)
		r = xml_text(out, FIELD("RegServerAddress"),
			     xml_either(server->registrar_address, server->domain));
	if (r == 0)
		r = xml_number(out, FIELD("RegServerPort"), server->registrar_port, 1, 65535);
	if (r == 0)
		r = xml_number(out, FIELD("TransportProtocol"), transport, 1, 3);
	/* With sips: addresses the phones fail to register over TLS. */
	if (r == 0 && transport == 3)
		r = xml_number(out, FIELD("UseSIPS"), 0, 0, 0);
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

static int write_account(struct xml *out, const struct document *document,
			 const struct document_handset *handset, const char *key)
{
	const struct line *line = handset->line;
	int r;

#define FIELD(field) xml_name(out, "SipAccount", key, field)
	r = xml_text(out, FIELD("AuthName"), xml_either(line->auth_name, line->user_name));
	if (r == 0 && line->auth_password)
		r = xml_secret(out, FIELD("AuthPassword"), line->auth_password);
	if (r == 0)
		r = xml_text(out, FIELD("UserName"), line->user_name);
	if (r == 0)
		r = xml_text(out, FIELD("DisplayName"),
			     xml_either(line->display_name, line->user_name));
	if (r < 0)
		return r;
	if (!has_server(document, handset->provider))
		return xml_refuse(out, -E_SIP_UNKNOWN, FIELD("ProviderId"));
	return xml_number(out, FIELD("ProviderId"), handset->provider, 0, INT32_MAX);
#undef FIELD
}

/* "hs.DirectAccessDir" as "hs.029e74a599.DirectAccessDir". */
static int write_handset_param(struct xml *out, const char *key, const struct param *param)
{
	const char *rest = handset_rest(param->name);
	int r = xml_check_name(out, param->name);

	if (r < 0)
		return r;
	if (!rest)
		return diag_set(out->reterr, -E_SETTING_NAME,
				"%s: belongs to the device, not to a handset", param->name);
	if (nx70_reserves(param->name))
		return xml_refuse(out, -E_SETTING_RESERVED, param->name);
	buf_cut(out->name, 0);
	buf_add(out->name, param->name, (size_t)(rest - param->name));
	buf_printf(out->name, "%s.%s", key, rest);
	return xml_param(out, out->name->data, param);
}

static int write_handset(struct xml *out, const struct document *document,
			 const struct document_handset *handset)
{
	char key[IPUI_LEN + 1];
	int r = check_key(out, handset->handset, key);

	if (r < 0)
		return r;
	start(out, "oper", "add_hs", key);
	start(out, "param", "hs.RegStatus", "ToReg");
	xml_end(out);
	xml_end(out);
	if (handset->handset->pin)
		r = xml_secret(out, xml_name(out, "hs", key, "DECT_AC"), handset->handset->pin);
	if (r == 0 && handset->line)
		r = write_account(out, document, handset, key);
	for (size_t i = 0; r == 0 && i < handset->param_count; i++)
		r = write_handset_param(out, key, &handset->params[i]);
	return r;
}

static int write_removal(struct xml *out, const struct operation *operation)
{
	int r = check_ipui(out, "delete_hs", operation->ipui);

	if (r < 0)
		return r;
	if (operation->mode == OPERATION_DELETE)
		start(out, "oper", "delete_hs", operation->ipui);
	else
		start(out, "param", xml_name(out, "hs", operation->ipui, "RegStatus"), "ToDeReg");
	xml_end(out);
	return 0;
}

/* As it stands.  What this file makes by itself has its place elsewhere. */
static int write_oper(struct xml *out, const struct document_oper *oper)
{
	int r = xml_check_name(out, oper->name);

	if (r == 0 && oper_made_by(oper->name))
		r = xml_refuse(out, -E_OPER_MADE, oper->name);
	if (r == 0 && oper->value)
		r = xml_check(out, oper->name, oper->value, strlen(oper->value));
	if (r < 0)
		return r;
	start(out, "oper", oper->name, oper->value);
	for (size_t i = 0; i < oper->param_count && r == 0; i++) {
		r = xml_check_name(out, oper->params[i].name);
		if (r == 0)
			r = xml_param(out, oper->params[i].name, &oper->params[i]);
	}
	xml_end(out);
	return r;
}

static int write_update_dm(struct xml *out, const struct operation *operation)
{
	const char *dm = operation->dm ? operation->dm : "";
	int r = xml_check(out, "update_dm", dm, strlen(dm));

	if (r < 0)
		return r;
	start(out, "oper", "update_dm", dm);
	if (operation->kind == OPERATION_FIRMWARE) {
		r = xml_text(out, "FwUpdateUrl", operation->url);
		if (r == 0)
			r = xml_number(out, "FwUpdateStart", operation->start_at, 1, INT64_MAX);
	} else {
		r = xml_number(out, "RegStart", operation->start_at, 1, INT64_MAX);
		if (r == 0)
			r = xml_number(out, "RegDuration", operation->duration, 1, INT64_MAX);
		if (r == 0 && operation->password)
			r = xml_secret(out, "DMPpasswd", operation->password);
	}
	xml_end(out);
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

static int write_nvm(struct xml *out, const struct document *document,
		     const struct operation **operation)
{
	const char *removed = "";
	int r = 0;

	if (document->delete_not_provisioned) {
		/* Without handsets in the file this line empties the site. */
		assert(document->handset_count > 0);
		start(out, "oper", "DeleteNotProvisionedHS", NULL);
		xml_end(out);
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

static int write_document(struct xml *out, const struct document *document)
{
	int r;

	if (document->delete_not_provisioned && document->handset_count == 0)
		return diag_set(out->reterr, -E_INTERNAL,
				"DeleteNotProvisionedHS without handsets would remove them all");
	xml_start(out, "provisioning");
	xml_attribute(out, "version", "1.1");
	xml_attribute(out, "productID", "e2");
	r = document->firmware	   ? xml_firmware(out, document->firmware)
	    : document->file_count ? xml_files(out, document)
				   : 0;
	if (r < 0)
		return r;
	xml_start(out, "nvm");
	r = write_nvm(out, document, sort(out->mem, document));
	if (r < 0 || document->custom_count == 0)
		return r;
	xml_end(out);
	xml_start(out, "custom");
	return xml_parts(out, document->customs, document->custom_count);
}

int nx70_render(void *mem, const struct document *document, bool reveal, struct buf **ret,
		struct diag *reterr)
{
	return xml_render(mem, document, reveal, write_document, ret, reterr);
}
