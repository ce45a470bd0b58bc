/* SPDX-License-Identifier: MIT */
#pragma once

#include <microhttpd.h>

#include "base/error.h"
#include "server.h"

/* What a listener needs for TLS (GnuTLS, by way of libmicrohttpd), and who its clients are. */

enum { TLS_OPTIONS = 4 };

/* Reads the files; the texts belong to the listener's `http`. */
int tls_setup(struct http *http, struct listener *listener, const struct config *config,
	      const struct config_listener *from, struct diag *reterr) MUST_CHECK;

/* Puts at most TLS_OPTIONS into `options`; how many. */
size_t tls_options(const struct listener *listener, struct MHD_OptionItem *options);

void tls_done(struct listener *listener);

/*
 * The client's certificate, when it has shown one that the listener's
 * tls_client_ca vouches for today; NULL otherwise.  On the connection's thread.
 */
struct client_cert *tls_client_find(void *mem, const struct listener *listener,
				    struct MHD_Connection *connection);
