/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>

#include "ctl/request.h"

struct secret;

/*
 * The way to a server, by libcurl: a UNIX socket, or HTTP and HTTPS.  Nothing
 * is followed, cached or sent through a proxy.
 */

struct ctl_target {
	const char *socket; /* NULL: none */
	const char *base;   /* "http://host:8081", no slash at its end */
	const char *user;   /* NULL: nobody */
	const struct secret *password;
	bool preemptive; /* Basic at once, and Digest only when that was refused */
	bool insecure;
	const char *cacert; /* NULL: those of the system */
};

struct ctl_answer {
	long status;
	struct buf *body;
	const char *zone;   /* the server's, X-Timezone; NULL: it does not tell */
	const char **notes; /* what the server says beside a document: X-Document-Note */
	size_t note_count;
};

struct ctl_connection;

/* From --socket, --url and what goes with them; asks for a password where one is needed. */
int ctl_target_of(void *mem, const struct ctl_options *options, struct ctl_target *ret,
		  struct diag *reterr) MUST_CHECK;

struct ctl_connection *ctl_connection_open(void *mem, const struct ctl_target *target);

/* From now on the bodies of good answers are written there as they come, however long they are. */
void ctl_connection_print(struct ctl_connection *connection, FILE *out);

/* Negative when no answer came.  Any status is an answer. */
int ctl_connection_send(void *mem, struct ctl_connection *connection,
			const struct ctl_request *request, struct ctl_answer *ret,
			struct diag *reterr) MUST_CHECK;
