/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/import_xml.h"
#include "import_names.h"
#include "store/handset.h"
#include "store/part.h"

/* What was found in a document, by what it belongs to, whatever its format calls it. */

enum found_field {
	FOUND_USER,
	FOUND_AUTH,
	FOUND_PASSWORD,
	FOUND_DISPLAY,
	FOUND_LABEL, /* what an account is called, which is its display name or its user here */
	FOUND_PIN,
	FOUND_SERVER, /* index of its SIP server */
	FOUND_ACTIVE,
	FOUND_FIELDS,
};

enum found_server_field {
	SERVER_NAME,
	SERVER_DOMAIN,
	SERVER_PROXY,
	SERVER_PROXY_PORT,
	SERVER_REGISTRAR,
	SERVER_REGISTRAR_PORT,
	SERVER_TRANSPORT,
	SERVER_SIPS,
	SERVER_FIELDS,
};

struct found_value {
	const char *name; /* as in the file; NULL: not there */
	const char *text;
	unsigned line;
	bool is_refused; /* which has been told */
};

/* A handset, or a line of a device without handsets. */
struct found_account {
	char ipui[IPUI_LEN + 1]; /* "": known by its slot */
	int slot;		 /* 0: known by its IPUI */
	unsigned line;
	struct found_value fields[FOUND_FIELDS];
	struct found_value *settings; /* by their short names */
	size_t setting_count;
	struct import_names setting_names;
};

enum { FOUND_SERVERS_MAX = 100 };

struct found_server {
	bool is_there;
	struct found_value fields[SERVER_FIELDS];
	const char *sip; /* the server's name here; NULL: none */
};

/* What is written as it was found. */
struct found_kept {
	struct part *parts;
	size_t count;
	unsigned *lines; /* of the parts */
};

struct found {
	void *mem;
	struct import_document *import;
	struct found_account *accounts;
	size_t account_count;
	struct import_names account_names;
	struct found_server servers[FOUND_SERVERS_MAX];
	struct found_value *settings; /* of the device */
	size_t setting_count;
	struct import_names setting_names;
	struct found_kept kept[PART_PLACES];
	const struct read_item **opers;
	size_t oper_count;
	const char *transport; /* of servers that tell none: "udp", "tcp" or "tls" */
	bool has_own_servers;  /* each account brings the data of its own */
};

void import_note(struct found *found, unsigned line, enum import_fate fate, const char *name,
		 const char *format, ...) PRINTF(5, 6);

/* The same of what was taken already. */
void import_refuse(struct found *found, struct found_value *value, const char *format, ...)
	PRINTF(3, 4);

/* The account with this key, which is made where there is none. */
struct found_account *found_account(struct found *found, const char *ipui, int slot, unsigned line);

/* The last one wins, as it does in the phone. */
void found_put(struct found *found, struct found_value *value, const struct read_item *item,
	       const char *text);
void found_setting(struct found *found, struct found_account *account, const char *name,
		   const struct read_item *item);

/* One item of a document in the format's own terms. */
void import_nx70_item(struct found *found, const struct read_item *item);
void import_maxwell_item(struct found *found, const struct read_item *item);
void import_frame_item(struct found *found, const struct read_item *item);
void import_xstim_item(struct found *found, const struct read_item *item);
/* Once all of them are there. */
void import_xstim_end(struct found *found);

/* A step that a setting says all of. */
bool import_is_plain_step(const struct read_item *item, const struct read_item *next);
/* Of <firmware> or <custom>. */
void import_kept_item(struct found *found, const struct read_item *item);
int import_kept_put(struct found *found, struct change *change) MUST_CHECK;

/* Servers get a place on the device; those of found->servers that can be used have names after it. */
int import_servers_put(struct found *found, struct change *change) MUST_CHECK;

/* An update_dm, whose time may be still to come. */
int import_operation_put(struct found *found, struct change *change, const struct read_item *item,
			 bool force) MUST_CHECK;
