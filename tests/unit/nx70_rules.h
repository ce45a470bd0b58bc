/* SPDX-License-Identifier: MIT */
#pragma once

#include <ctype.h>
#include <libxml/tree.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a schema cannot say of an Nx70 document: the order of its parts, which
 * handset a parameter belongs to, which values are numbers.
 */

enum nx70_part {
	NX70_CLEAR,	   /* DeleteNotProvisionedHS */
	NX70_REMOVAL,	   /* delete_hs, ToDeReg */
	NX70_PARAM,	   /* parameters and SIP servers */
	NX70_HANDSET,	   /* add_hs and what belongs to it */
	NX70_OPER,	   /* trunks and what else is written as it stands */
	NX70_FIRMWARE,	   /* update_dm with FwUpdate… */
	NX70_REGISTRATION, /* update_dm with Reg… */
};

struct nx70_state {
	enum nx70_part part;
	bool clears;
	size_t handsets;
	const char *removal; /* the last one's IPUI */
	const char *handset; /* the last one's */
	const char *manager; /* the last one's name in this part */
	const xmlNode *nvm;
};

/* Attributes of a parsed document have one text node at most, which belongs to the document. */
static inline const char *nx70_attribute(const xmlNode *node, const char *name)
{
	const xmlAttr *attr = xmlHasProp(node, BAD_CAST name);

	if (!attr)
		return NULL;
	return attr->children ? (const char *)attr->children->content : "";
}

static inline bool nx70_is(const xmlNode *node, const char *element, const char *name)
{
	const char *actual = nx70_attribute(node, "name");

	return strcmp((const char *)node->name, element) == 0 && actual &&
	       strcmp(actual, name) == 0;
}

static inline const xmlNode *nx70_find(const xmlNode *parent, const char *name)
{
	for (const xmlNode *n = xmlFirstElementChild((xmlNode *)parent); n; n = n->next)
		if (n->type == XML_ELEMENT_NODE && nx70_is(n, "param", name))
			return n;
	return NULL;
}

static inline bool nx70_is_ipui(const char *s, size_t len)
{
	return len == 10 && strspn(s, "0123456789abcdef") >= len;
}

/* An IPUI, or a slot. */
static inline bool nx70_is_key(const char *s, size_t len)
{
	return nx70_is_ipui(s, len) || (len == 5 && strspn(s, "0123456789") >= len);
}

static inline bool nx70_is_number(const xmlNode *param)
{
	const char *value = param ? nx70_attribute(param, "value") : NULL;

	return value && isdigit((unsigned char)value[0]) && value[0] != '0' &&
	       value[strspn(value, "0123456789")] == '\0';
}

/* The key in hs.<key>.X and SipAccount.<key>.X (a dot behind it), or NULL. */
static inline const char *nx70_param_ipui(const char *name)
{
	size_t skip = strncmp(name, "hs.", 3) == 0	      ? 3
		      : strncmp(name, "SipAccount.", 11) == 0 ? 11
							      : 0;

	return skip > 0 ? name + skip : NULL;
}

static inline const char *nx70_check_param(const xmlNode *node, struct nx70_state *state)
{
	const char *name = nx70_attribute(node, "name");
	const char *value = nx70_attribute(node, "value");
	const char *ipui = nx70_param_ipui(name);
	size_t len;

	if (!ipui) {
		if (state->part > NX70_PARAM)
			return "a parameter of the device after handsets or managers";
		state->part = NX70_PARAM;
		return NULL;
	}
	len = strcspn(ipui, ".");
	if (!nx70_is_key(ipui, len))
		return "a handset's parameter without an IPUI in lower case";
	if (strcmp(ipui + len, ".RegStatus") == 0) {
		if (strcmp(value, "ToDeReg") != 0)
			return "a RegStatus other than ToDeReg outside add_hs";
		if (state->part > NX70_REMOVAL || !nx70_is_ipui(ipui, len))
			return "ToDeReg is not at the top";
		if (state->removal && strncmp(state->removal, ipui, 10) >= 0)
			return "removals are not in the order of their IPUIs";
		state->part = NX70_REMOVAL;
		state->removal = ipui;
		return NULL;
	}
	if (state->part != NX70_HANDSET || len != strlen(state->handset) ||
	    strncmp(ipui, state->handset, len) != 0)
		return "a handset's parameter that does not follow its add_hs";
	return NULL;
}

static inline const char *nx70_check_add_hs(const xmlNode *node, const char *ipui,
					    struct nx70_state *state)
{
	const xmlNode *status = nx70_find(node, "hs.RegStatus");

	if (state->part > NX70_HANDSET)
		return "add_hs after update_dm or other opers";
	if (!nx70_is_key(ipui, strlen(ipui)))
		return "add_hs without an IPUI in lower case";
	if (!status || strcmp(nx70_attribute(status, "value"), "ToReg") != 0 ||
	    xmlChildElementCount((xmlNode *)node) != 1)
		return "add_hs holds something else than hs.RegStatus ToReg";
	state->part = NX70_HANDSET;
	state->handset = ipui;
	state->handsets++;
	return NULL;
}

static inline const char *nx70_check_update_dm(const xmlNode *node, const char *manager,
					       struct nx70_state *state)
{
	bool registration = nx70_find(node, "RegStart");
	enum nx70_part part = registration ? NX70_REGISTRATION : NX70_FIRMWARE;

	if (state->part > part)
		return "a firmware block after a registration window";
	if (registration && (!nx70_is_number(nx70_find(node, "RegStart")) ||
			     !nx70_is_number(nx70_find(node, "RegDuration"))))
		return "RegStart and RegDuration are not two numbers";
	if (!registration &&
	    (!nx70_find(node, "FwUpdateUrl") || !nx70_is_number(nx70_find(node, "FwUpdateStart"))))
		return "update_dm without RegStart and without FwUpdateUrl and FwUpdateStart";
	if (state->part == part && strcmp(state->manager, manager) > 0)
		return "managers are not in the order of their names";
	state->part = part;
	state->manager = manager;
	return NULL;
}

static inline bool nx70_is_trunk(const char *s)
{
	return strlen(s) == 10 && strncmp(s, "trunk_000", 9) == 0 && strspn(s + 9, "01234567") == 1;
}

static inline bool nx70_has_handset(const xmlNode *nvm, const char *ipui)
{
	for (const xmlNode *n = xmlFirstElementChild((xmlNode *)nvm); n;
	     n = xmlNextElementSibling((xmlNode *)n)) {
		const char *value = nx70_attribute(n, "value");

		if (nx70_is(n, "oper", "add_hs") && value && strcmp(value, ipui) == 0)
			return true;
	}
	return false;
}

/* Opers that are written as they stand, whatever they are called. */
static inline const char *nx70_check_other(const xmlNode *node, const char *value,
					   struct nx70_state *state)
{
	const xmlNode *ipui = nx70_find(node, "Ipui");

	if (state->part > NX70_OPER)
		return "an oper after update_dm";
	state->part = NX70_OPER;
	for (xmlNode *n = xmlFirstElementChild((xmlNode *)node); n; n = xmlNextElementSibling(n))
		if (!nx70_attribute(n, "name") || !nx70_attribute(n, "value") ||
		    !*nx70_attribute(n, "value"))
			return "an oper's parameter without a name or a value";
	if (nx70_is(node, "oper", "assign_handsets_to_trunk"))
		return value && nx70_is_trunk(value) ? NULL : "not a trunk";
	if (nx70_is(node, "oper", "assign_hs_to_trunk") ||
	    nx70_is(node, "oper", "unassign_hs_from_trunk")) {
		if (value || !ipui || !nx70_find(node, "Type"))
			return "an assignment to a trunk without Ipui and Type";
		if (!nx70_has_handset(state->nvm, nx70_attribute(ipui, "value")))
			return "an assignment to a trunk of a handset that is not in the file";
	}
	if (nx70_is(node, "oper", "add_backup_dm") && value)
		return "add_backup_dm has no value";
	return NULL;
}

static inline const char *nx70_check_oper(const xmlNode *node, struct nx70_state *state)
{
	const char *value = nx70_attribute(node, "value");

	if (nx70_is(node, "oper", "DeleteNotProvisionedHS")) {
		if (xmlPreviousElementSibling((xmlNode *)node))
			return "DeleteNotProvisionedHS is not the first";
		if (value || node->children)
			return "DeleteNotProvisionedHS is not empty";
		state->clears = true;
		return NULL;
	}
	if (!nx70_is(node, "oper", "delete_hs") && !nx70_is(node, "oper", "add_hs") &&
	    !nx70_is(node, "oper", "update_dm"))
		return nx70_check_other(node, value, state);
	if (!value || !*value)
		return "an oper without a value";
	if (nx70_is(node, "oper", "delete_hs")) {
		if (state->part > NX70_REMOVAL)
			return "delete_hs is not at the top";
		if (!nx70_is_ipui(value, strlen(value)) || node->children)
			return "delete_hs is not just an IPUI in lower case";
		if (state->removal && strncmp(state->removal, value, 10) >= 0)
			return "removals are not in the order of their IPUIs";
		state->part = NX70_REMOVAL;
		state->removal = value;
		return NULL;
	}
	if (nx70_is(node, "oper", "add_hs"))
		return nx70_check_add_hs(node, value, state);
	return nx70_check_update_dm(node, value, state);
}

/* NULL, or the rule that the document breaks. */
static inline const char *nx70_check(const xmlDoc *doc)
{
	xmlNode *root = xmlDocGetRootElement((xmlDoc *)doc);
	xmlNode *nvm = root ? xmlFirstElementChild(root) : NULL;
	struct nx70_state state = {.part = NX70_CLEAR};

	if (nvm && strcmp((const char *)nvm->name, "firmware") == 0) {
		if (xmlChildElementCount(nvm) != 1)
			return "firmware without a file";
		nvm = xmlNextElementSibling(nvm);
	}
	if (!nvm || strcmp((const char *)nvm->name, "nvm") != 0 || xmlNextElementSibling(nvm))
		return "the root holds something else than firmware and nvm";
	state.nvm = nvm;
	for (xmlNode *n = xmlFirstElementChild(nvm); n; n = xmlNextElementSibling(n)) {
		const char *value = nx70_attribute(n, "value");
		const char *wrong;

		if (!nx70_attribute(n, "name") || (value && !*value))
			return "an element without a name, or with an empty value";
		if (strcmp((const char *)n->name, "oper") == 0)
			wrong = nx70_check_oper(n, &state);
		else
			wrong = value ? nx70_check_param(n, &state) : "a param without a value";
		if (wrong)
			return wrong;
	}
	if (state.clears && state.handsets == 0)
		return "DeleteNotProvisionedHS without a handset";
	return NULL;
}
