/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/handset.h"
#include "store/line.h"
#include "store/operation.h"
#include "store/param.h"
#include "store/sip_server.h"

/*
 * What a document is made of, before it has a format.
 *
 * The body (parameters, servers, handsets with their accounts, opers) is what a
 * schedule may hold back; operations are not.  Everything is in the order in
 * which it is written: parameters by name, servers by position, handsets by
 * slot, opers by position.  Values are never "", but for those of parts.
 * Rendering reads nothing else: no clock, no random, no database.
 */

struct buf;
struct secret;

struct document_handset {
	const struct handset *handset;
	const struct line *line; /* NULL: no account */
	int provider;		 /* position of the line's server */
	/*
	 * Settings of this handset by their short names: "hs.DirectAccessDir"
	 * is written as hs.<ipui>.DirectAccessDir, "SipAccount.X" likewise.
	 */
	struct param *params;
	size_t param_count;
};

/* An account of a device without handsets. */
struct document_line {
	const struct line *line; /* its slot counts from 1 */
	int provider;		 /* position of the line's server */
};

/* An <oper> that is written as it stands: name, value, parameters in their order. */
struct document_oper {
	const char *name;
	const char *value; /* NULL: it has none; never "" */
	struct param *params;
	size_t param_count;
};

/* An element that is written as it was found, in <firmware> or <custom>. */
struct document_part {
	int depth; /* 0: directly there; n: in the last one before it that has n - 1 */
	const char *name;
	const struct secret *text; /* NULL: none */
	struct param *params;	   /* its attributes; a value may be "" */
	size_t param_count;
};

/* The firmware that the device is to have; `url` is where it gets it, for itself alone. */
struct document_firmware {
	const char *version;
	const char *url;
};

/*
 * A schedule, for phones that keep one themselves: what is to be written, after
 * all has been thought of.  Minutes are of the day.
 */
enum document_schedule_kind { DOCUMENT_WEEKLY = 1, DOCUMENT_FLEXIBLE };

struct document_schedule {
	const char *name;
	int kind; /* enum document_schedule_kind */
	int start;
	int end;      /* before `start`: on the next day; the same: at once */
	int interval; /* weeks or days */
	int days;     /* weekly: bit 0 Sunday to bit 6 Saturday */
	int idle;     /* weekly: minutes without a call */
	int poll;     /* minutes between fetches beside it; 0: none */
};

/* A file that is kept as it is, but for its placeholders (render/raw.c). */
struct document_template {
	const struct secret *text; /* it may hold passwords */
	const char *content_type;
};

struct document {
	int64_t mac;
	const char *product; /* a row of products.def */

	bool delete_not_provisioned; /* never without handsets: that is refused */
	struct param *params;	     /* none that product_per_handset() claims */
	size_t param_count;
	struct sip_server *servers;
	size_t server_count;
	struct document_handset *handsets;
	size_t handset_count;
	struct document_line *lines; /* in the order of slots; none beside handsets */
	size_t line_count;
	struct document_oper *opers;
	size_t oper_count;
	struct document_part *files; /* of <firmware>, where `firmware` says nothing */
	size_t file_count;
	struct document_part *customs; /* of <custom> */
	size_t custom_count;
	const struct document_template *template; /* NULL: none; only raw ones have one */
	const struct document_firmware *firmware; /* NULL: it keeps what it has */
	/* Where a device looks for firmware by a name of its own; NULL: it is not told. */
	const char *firmware_directory;
	const struct document_schedule *schedule; /* NULL: none is attached */

	/* Only those that are to be written, in any order. */
	struct operation *operations;
	size_t operation_count;
};
