/* SPDX-License-Identifier: MIT */
#pragma once

#include "ctl/line.h"

struct buf;

/* A request to the daemon, made from a command line and the tables.  Sends nothing. */

/* Rows that the daemon gives at once. */
enum { CTL_PAGE_MAX = 500 };

struct ctl_request {
	const char *method;
	const char *path; /* percent-encoded, with its query */
	const char *accept;
	const char *content_type; /* NULL: no body */
	const char *body;
	size_t body_len;
};

/* Bytes that are not letters, digits or one of -._~ become %XX. */
void ctl_encode(struct buf *buf, const char *s);

/* A negative value has words for the person who typed the command line. */
int ctl_request_build(void *mem, const struct ctl_line *line, struct ctl_request *ret,
		      struct diag *reterr) MUST_CHECK;

/* The same path with one more name and value in its query. */
const char *ctl_request_with(void *mem, const char *path, const char *name, const char *value);
