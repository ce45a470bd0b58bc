/* SPDX-License-Identifier: MIT */
/*
 * TLS of listeners.
 *
 * What is offered does not depend on what GnuTLS takes for normal at the time,
 * only on tls_legacy.  The system may forbid protocols behind the back of every
 * program (/etc/gnutls/config), which would make tls_legacy a word without
 * effect: then the listener does not start.
 *
 * Clients' certificates are asked for and not demanded: who has none still
 * learns from an answer that it may not, and a phone whose certificate has run
 * out can be told apart from one that never had any.  They are verified here,
 * not in the handshake, by the daemon's clock.
 */
#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/request.h"

enum { PEM_MAX = 1 << 20, CHAIN_MAX = 8 };

static const char priorities_modern[] =
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1";

/*
 * OpenStage phones up to V3 speak TLS 1.0 with RSA, AES or 3DES in CBC mode, and
 * SHA-1, to keys of 1024 bits (openstage.md has what was seen).  RC4 and single
 * DES stay out: the one is in the same phones beside AES, the other nowhere.
 */
static const char priorities_legacy[] =
	"LEGACY:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:"
	"+RSA:+AES-256-CBC:+AES-128-CBC:+3DES-CBC:-ARCFOUR-128:+SHA1:+SIGN-RSA-SHA1:"
	"%SERVER_PRECEDENCE:%COMPAT:%VERIFY_ALLOW_SIGN_WITH_SHA1:%PROFILE_VERY_WEAK";

static int read_pem(void *mem, const char *path, char **ret, struct diag *reterr)
{
	struct stat st;
	ssize_t n;
	char *text;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return diag_set(reterr, -errno, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || st.st_size > PEM_MAX) {
		close(fd);
		return diag_set(reterr, -EFBIG, "%s: not a PEM file", path);
	}
	text = mem_zalloc(mem, (size_t)st.st_size + 1);
	n = read(fd, text, (size_t)st.st_size);
	close(fd);
	if (n != st.st_size)
		return diag_set(reterr, -EIO, "%s: cannot be read", path);
	*ret = text;
	return 0;
}

static int trust_read(struct http *http, struct listener *listener, const char *path,
		      struct diag *reterr)
{
	gnutls_datum_t pem;
	int r;

	r = read_pem(http, path, &listener->tls_client_ca, reterr);
	if (r < 0)
		return r;
	gnutls_x509_trust_list_init(&listener->client_trust, 0);
	pem.data = (unsigned char *)listener->tls_client_ca;
	pem.size = (unsigned)strlen(listener->tls_client_ca);
	r = gnutls_x509_trust_list_add_trust_mem(listener->client_trust, &pem, NULL,
						 GNUTLS_X509_FMT_PEM, 0, 0);
	if (r < 1)
		return diag_set(reterr, -E_CONFIG, "listener %s: %s holds no certificate in PEM",
				listener->name, path);
	return 0;
}

static bool has_version(const char *words, gnutls_protocol_t version)
{
	gnutls_priority_t priority;
	const unsigned *list;
	bool found = false;
	int count;

	if (gnutls_priority_init2(&priority, words, NULL, 0) < 0)
		return false;
	count = gnutls_priority_protocol_list(priority, &list);
	for (int i = 0; i < count; i++)
		found = found || list[i] == (unsigned)version;
	gnutls_priority_deinit(priority);
	return found;
}

/* Both files may be the same, and are where the daemon has made them. */
static int pair_read(struct http *http, struct listener *listener, const struct config *config,
		     const struct config_listener *from, struct diag *reterr)
{
	const char *cert = from->tls_cert;
	const char *key = from->tls_key;
	int r;

	if (config_is_own(cert))
		cert = key = config_own_cert(http, config, from);
	r = read_pem(http, cert, &listener->tls_cert, reterr);
	return r < 0 ? r : read_pem(http, key, &listener->tls_key, reterr);
}

int tls_setup(struct http *http, struct listener *listener, const struct config *config,
	      const struct config_listener *from, struct diag *reterr)
{
	const char *ca = from->tls_client_ca;
	int r;

	listener->is_tls = from->tls_cert && *from->tls_cert;
	if (!listener->is_tls)
		return 0;
	listener->tls_priorities = from->tls_legacy ? priorities_legacy : priorities_modern;
	if (!has_version(listener->tls_priorities,
			 from->tls_legacy ? GNUTLS_TLS1_0 : GNUTLS_TLS1_2))
		return diag_set(
			reterr, -E_CONFIG,
			"listener %s: the system's GnuTLS configuration forbids %s, expected "
			"none that does, in /etc/gnutls/config or GNUTLS_SYSTEM_PRIORITY_FILE",
			listener->name,
			from->tls_legacy ? "TLS 1.0, which tls_legacy is for" : "TLS 1.2");
	r = pair_read(http, listener, config, from, reterr);
	if (r == 0 && ca)
		r = trust_read(http, listener,
			       config_is_own(ca) ? config_own_authority(http, config) : ca, reterr);
	return r;
}

static struct MHD_OptionItem option(enum MHD_OPTION what, const char *value)
{
	return (struct MHD_OptionItem){what, 0, (void *)(uintptr_t)value};
}

size_t tls_options(const struct listener *listener, struct MHD_OptionItem *options)
{
	size_t n = 0;

	if (!listener->is_tls)
		return 0;
	options[n++] = option(MHD_OPTION_HTTPS_MEM_CERT, listener->tls_cert);
	options[n++] = option(MHD_OPTION_HTTPS_MEM_KEY, listener->tls_key);
	options[n++] = option(MHD_OPTION_HTTPS_PRIORITIES, listener->tls_priorities);
	if (listener->tls_client_ca)
		options[n++] = option(MHD_OPTION_HTTPS_MEM_TRUST, listener->tls_client_ca);
	return n;
}

void tls_done(struct listener *listener)
{
	if (listener->client_trust)
		gnutls_x509_trust_list_deinit(listener->client_trust, 1);
	listener->client_trust = NULL;
}

static void chain_free(gnutls_x509_crt_t *chain, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
}

static unsigned chain_read(const gnutls_datum_t *peers, unsigned count,
			   gnutls_x509_crt_t chain[CHAIN_MAX])
{
	for (unsigned i = 0; i < count; i++) {
		gnutls_x509_crt_init(&chain[i]);
		if (gnutls_x509_crt_import(chain[i], &peers[i], GNUTLS_X509_FMT_DER) < 0) {
			chain_free(chain, i + 1);
			return 0;
		}
	}
	return count;
}

static bool is_vouched_for(const struct listener *listener, gnutls_x509_crt_t *chain,
			   unsigned count)
{
	gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
					 .data = (void *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
	unsigned status = 0;
	int64_t now = clock_now();

	for (unsigned i = 0; i < count; i++)
		if (now < gnutls_x509_crt_get_activation_time(chain[i]) ||
		    now > gnutls_x509_crt_get_expiration_time(chain[i]))
			return false;
	return gnutls_x509_trust_list_verify_crt2(listener->client_trust, chain, count, &purpose, 1,
						  GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status,
						  NULL) == 0 &&
	       status == 0;
}

static struct client_cert *describe(void *mem, gnutls_x509_crt_t cert, const gnutls_datum_t *der)
{
	struct client_cert *found = mem_new(mem, struct client_cert);
	uint8_t digest[CLIENT_CERT_DIGEST_LEN];
	size_t size = sizeof(digest);

	if (gnutls_fingerprint(GNUTLS_DIG_SHA256, der, digest, &size) < 0)
		return NULL;
	hex_encode(found->fingerprint, digest, sizeof(digest));
	size = sizeof(found->subject);
	if (gnutls_x509_crt_get_dn(cert, found->subject, &size) < 0)
		found->subject[0] = '\0';
	found->expires_at = gnutls_x509_crt_get_expiration_time(cert);
	return found;
}

struct client_cert *tls_client_find(void *mem, const struct listener *listener,
				    struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;
	gnutls_x509_crt_t chain[CHAIN_MAX];
	const gnutls_datum_t *peers;
	struct client_cert *found = NULL;
	unsigned count = 0;

	if (!listener->client_trust)
		return NULL;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (!info || !info->tls_session)
		return NULL;
	peers = gnutls_certificate_get_peers(info->tls_session, &count);
	if (!peers || count == 0 || count > CHAIN_MAX)
		return NULL;
	count = chain_read(peers, count, chain);
	if (count > 0 && is_vouched_for(listener, chain, count))
		found = describe(mem, chain[0], &peers[0]);
	chain_free(chain, count);
	return found;
}
