/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "render/document.h"

/* Formats (formats.def) and the products that take them (products.def). */

/*
 * Grows when a format's output changes for the same input, so that renditions
 * made by an older program are made again.
 */
enum { RENDER_VERSION = 1 };

/* What stands in place of a secret in a preview. */
#define RENDER_REDACTED "********"

/* How devices are told that they should fetch; a row of triggers.def. */
enum trigger_way { TRIGGER_SIP, TRIGGER_CONTACT_ME, TRIGGER_POLL };
struct trigger {
	const char *name;
	enum trigger_way way;
	const char *event;	  /* of a NOTIFY; NULL: not SIP */
	const char *reboot_event; /* the same, and the phone is to restart */
	const char *what;
};

struct format {
	const char *name;
	const char *content_type;
	const struct trigger *trigger;
	const char *what; /* "provisioning version 1.1, productID e2" */
	/*
	 * `reveal` false puts RENDER_REDACTED in place of secrets; they are
	 * checked all the same, so that a preview fails where the document would.
	 * -E_TEXT_ENCODING, -E_TEXT_CHARACTER, -E_TEXT_EMPTY, -E_VALUE for a
	 * value that must not be written, -E_SETTING_RESERVED and
	 * -E_SETTING_NAME for a parameter in the wrong place; `reterr` names the
	 * parameter, never its value.  libxml2 must have been initialised
	 * (xmlInitParser()) before there were threads.
	 */
	int (*render)(void *mem, const struct document *document, bool reveal, struct buf **ret,
		      struct diag *reterr);
	/* See product_reserves(), product_per_handset() and product_takes(). */
	bool (*reserves)(const char *setting_name);
	bool (*per_handset)(const char *setting_name);
	bool (*takes)(const char *setting_name);
};

/* nx70_render(), nx70_reserves() and so on: each in its format's file. */
#define FORMAT(id, content_type, trigger, what)                                                    \
	int id##_render(void *mem, const struct document *document, bool reveal, struct buf **ret, \
			struct diag *reterr) MUST_CHECK;                                           \
	bool id##_reserves(const char *setting_name);                                              \
	bool id##_per_handset(const char *setting_name);                                           \
	bool id##_takes(const char *setting_name);
#include "render/formats.def"
#undef FORMAT

struct product {
	const char *name;
	const struct format *format;
	const char *dvid;    /* %DVID; NULL: not known */
	int handsets_max;    /* 0: none that are known by their IPUIs */
	int lines_max;	     /* of the device itself; 0: lines belong to handsets */
	int sip_servers_max; /* that its lines may use */
	const char *what;    /* "Gigaset N870 IP PRO" */
};

/* NULL when there is none; of NULL as well. */
const struct product *product_find(const char *name);
/* After `last` (NULL: the first), in the table's order; NULL at the end. */
const struct product *product_next(const struct product *last);

/* Whether it is told its items one by one, instead of fetching a document; NULL is none. */
bool product_is_desk_phone(const struct product *product);

/*
 * Whether a setting of this name would contradict what the format writes by
 * itself: "SipProvider.0.Domain", "hs.029e74a599.DirectAccessDir" (in whatever
 * scope: that handset's own scope takes "hs.DirectAccessDir"), "hs.RegStatus".
 * A NULL product, for scopes that hold several: whether any format reserves it.
 */
bool product_reserves(const struct product *product, const char *setting_name);

/*
 * Whether a setting of this name is written once for each handset
 * ("hs.DirectAccessDir"), and so belongs in document_handset, never in the
 * device's own parameters.  NULL: in any format.
 */
bool product_per_handset(const struct product *product, const char *setting_name);

/*
 * Whether a setting of this name can be one of the product's parameters at all:
 * settings of wide scopes are for devices of several formats, and what has the
 * form of another one's is not written.
 */
bool product_takes(const struct product *product, const char *setting_name);

/*
 * Whether a text of a line (its user, password, the name of its server) can be
 * written for the product: where it stands in double quotes, it cannot hold one.
 */
bool product_takes_text(const struct product *product, const char *text);

/*
 * The slot of the line with which the product's documents hold this very
 * parameter, unless a setting says otherwise; 0: they do not.
 */
int product_slot_of(const struct product *product, const char *name, const char *value);
