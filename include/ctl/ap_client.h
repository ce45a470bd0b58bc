/* SPDX-License-Identifier: MIT */
#pragma once

#include "ctl/connection.h"

/*
 * ap-client AUTH-NAME AUTH-PASS HOST METHOD [s:… | sl:…]…
 *
 * The manufacturer's script of that name took a bare host and added scheme and
 * path by itself, http and its default port as far as anyone can tell.  So a
 * bare host is http here; a scheme, a port or --https says otherwise.
 */

struct ap_client_call {
	struct ctl_target target;
	const char *path; /* /apxml/rpc.do, unless HOST has one */
	const char *method;
	const char **words;
	size_t count;
	struct ctl_options options;
};

/*
 * Takes the password out of argv, where other users' `ps` would show it.  With
 * --help nothing but the options is filled.
 */
int ap_client_parse(void *mem, int argc, char **argv, struct ap_client_call *ret,
		    struct diag *reterr) MUST_CHECK;
