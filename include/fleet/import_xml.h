/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/import.h"
#include "render/read.h"

/*
 * A configuration as phones take it becomes a device with its handsets, lines
 * and settings.
 *
 * What has a place of its own here (handsets, lines, SIP servers) goes there;
 * any other parameter is kept raw, as a setting of the device or of the
 * handset, any other oper as it stands.  What is ours to decide (which handsets
 * are removed, when DECT registration is open, what firmware there is) is told
 * and left out.  Rendering the device gives the parameters that were taken.
 *
 * As with tables: whole or not at all, nothing is removed, and doing it again
 * changes nothing.
 */

enum import_fate {
	IMPORT_RECOGNISED, /* has a place of its own */
	IMPORT_RAW,	   /* kept as it is */
	IMPORT_REFUSED,	   /* left out, and why */
	IMPORT_MENDED,	   /* of the file itself: set right */
	IMPORT_FATES,
};

const char *import_fate_name(enum import_fate fate);

enum { IMPORT_NOTES_MAX = 5000 };

struct import_note {
	unsigned line;
	enum import_fate fate;
	const char *name; /* of the parameter; "" for the file itself */
	const char *text; /* words; "" where there is nothing to say */
};

struct import_document {
	const struct read_document *document;
	int64_t mac;
	const char *product;	/* of a new device; NULL: not told */
	const char *const *sip; /* names of servers in place of the file's; NULL: none */
	size_t sip_count;
	size_t rows_max; /* handsets, lines, settings and the like */
	size_t told_max; /* of handsets and lines */

	struct import_note *notes; /* the first IMPORT_NOTES_MAX, by line */
	size_t note_count;
	size_t found[IMPORT_FATES];
	struct import_table *handsets; /* what is wrong with handsets and lines */
	struct import_counts counts;   /* of handsets or lines */
	bool is_new;		       /* the device was made */
};

/* The MAC of the file, of its name ("7C2F80E0D605.xml"), or -E_MAC_MALFORMED. */
int import_document_mac(const struct read_document *document, const char *file, struct diag *reterr,
			int64_t *ret) MUST_CHECK;

/* Writes it; `mem` is for the notes.  -E_IMPORT_LONG; -E_IMPORT with what is wrong in handsets->errors. */
int fleet_import_document(struct change *change, void *mem, struct import_document *import,
			  const struct import_options *options) MUST_CHECK;
