/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Certificates (X.509, by GnuTLS): a small authority's, a server's, a client's.
 *
 * All have RSA keys and are signed with SHA-256, since what they are made for
 * is old.  Making a key takes a good part of a second.
 */

struct secret;
struct net_address;

enum { CERT_BITS = 2048, CERT_FINGERPRINT_LEN = 64 };

enum cert_use { CERT_AUTHORITY, CERT_SERVER, CERT_CLIENT };

struct cert {
	const char *pem;
	const struct secret *key;		    /* PEM, PKCS#8 */
	char fingerprint[CERT_FINGERPRINT_LEN + 1]; /* SHA-256, hex in lower case */
	int64_t from, until;			    /* UTC seconds */
};

struct cert_wish {
	enum cert_use use;
	const char *name; /* the subject's common name */
	const char *host; /* a name by which a server is asked for; NULL: none */
	const struct net_address *addresses;
	size_t address_count;
	int64_t from, until;
};

/* `authority` NULL: signed by itself.  The certificate belongs to `mem`. */
int cert_make(void *mem, const struct cert_wish *wish, const struct cert *authority,
	      struct cert **ret, struct diag *reterr) MUST_CHECK;

/* From what was kept of it; -E_CERT when that is no pair. */
int cert_read(void *mem, const char *pem, const struct secret *key, struct cert **ret,
	      struct diag *reterr) MUST_CHECK;

/* Whether `authority` has signed it. */
bool cert_is_of(const struct cert *cert, const struct cert *authority);

/*
 * With its key and the authority's certificate as PKCS#12 in base64, without line
 * breaks.  The password is empty and the cipher 3DES: what is in it is as safe as
 * the way that it goes, and older readers know nothing newer.
 */
int cert_pkcs12(void *mem, const struct cert *cert, const struct cert *authority, const char *name,
		struct secret **ret, struct diag *reterr) MUST_CHECK;

/*
 * Those certificates of a PEM text that somebody has to trust who meets its
 * first one: all behind it, or itself where there are none.
 */
int cert_trust(void *mem, const char *pem, const char ***ret, size_t *ret_count,
	       struct diag *reterr) MUST_CHECK;
