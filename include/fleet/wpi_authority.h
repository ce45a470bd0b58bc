/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct cert;
struct config;
struct secret;

/*
 * The authority that gives listeners (tls_cert = own) and desk phones in secure
 * mode their certificates.
 *
 * It is made with the first listener that says own, lives in the state directory,
 * sealed with the file key, and never changes: phones in secure mode know the
 * server by it alone.  The certificate of a listener lies beside it with its key,
 * and is made anew at a start in the last year of its life.
 */

/* Makes what the listeners need.  After secret_setup(), before http_start(). */
int wpi_authority_setup(const struct config *config, struct diag *reterr) MUST_CHECK;

/* After the last user. */
void wpi_authority_done(void);

struct wpi_client_cert {
	const char *fingerprint;
	int64_t until;
	const struct secret *pkcs12; /* base64, without a password */
};

/* A new one for a phone, for `days`; its key is in it and nowhere else.  -E_WPI_NO_SECURE. */
int wpi_authority_issue(void *mem, int64_t mac, unsigned days, struct wpi_client_cert *ret,
			struct diag *reterr) MUST_CHECK;
