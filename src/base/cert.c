/* SPDX-License-Identifier: MIT */
#include "base/cert.h"

#include <gnutls/crypto.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/net.h"
#include "base/secret.h"
#include "base/text.h"

enum { SERIAL_LEN = 16, KEY_ID_MAX = 64, CERTS_MAX = 8, DIGEST_LEN = 32 };

static inline void cert_deinitp(gnutls_x509_crt_t *cert)
{
	if (*cert)
		gnutls_x509_crt_deinit(*cert);
}

static inline void key_deinitp(gnutls_x509_privkey_t *key)
{
	if (*key)
		gnutls_x509_privkey_deinit(*key);
}

/* Wiped: it holds a private key. */
static inline void datum_freep(gnutls_datum_t *datum)
{
	if (datum->data)
		explicit_bzero(datum->data, datum->size);
	gnutls_free(datum->data);
}

static int wrong(struct diag *reterr, const char *what, int r)
{
	return diag_set(reterr, -E_CERT, "%s: %s", what, gnutls_strerror(r));
}

static gnutls_datum_t datum_of(const char *s)
{
	return (gnutls_datum_t){(unsigned char *)(uintptr_t)s, (unsigned)strlen(s)};
}

static int key_import(const struct secret *secret, gnutls_x509_privkey_t *ret)
{
	gnutls_datum_t pem = datum_of(secret_reveal(secret));
	int r = gnutls_x509_privkey_init(ret);

	return r < 0 ? r : gnutls_x509_privkey_import(*ret, &pem, GNUTLS_X509_FMT_PEM);
}

static int cert_import(const char *text, gnutls_x509_crt_t *ret)
{
	gnutls_datum_t pem = datum_of(text);
	int r = gnutls_x509_crt_init(ret);

	return r < 0 ? r : gnutls_x509_crt_import(*ret, &pem, GNUTLS_X509_FMT_PEM);
}

/* What becomes of the two, once they are good. */
static int finish(void *mem, gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, struct cert **ret)
{
	CLEANUP(datum_freep) gnutls_datum_t pem = {0};
	CLEANUP(datum_freep) gnutls_datum_t key_pem = {0};
	struct cert *cert;
	uint8_t digest[DIGEST_LEN];
	size_t size = sizeof(digest);
	int r = gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, digest, &size);

	if (r == 0)
		r = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);
	if (r == 0)
		r = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
						      GNUTLS_PKCS_PLAIN, &key_pem);
	if (r < 0)
		return r;
	cert = mem_new(mem, struct cert);
	cert->pem = mem_strndup(cert, (const char *)pem.data, pem.size);
	cert->key = secret_new_bytes(cert, key_pem.data, key_pem.size);
	hex_encode(cert->fingerprint, digest, sizeof(digest));
	cert->from = gnutls_x509_crt_get_activation_time(crt);
	cert->until = gnutls_x509_crt_get_expiration_time(crt);
	*ret = cert;
	return 0;
}

static int set_names(gnutls_x509_crt_t crt, const struct cert_wish *wish)
{
	int r = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, wish->name,
					      (unsigned)strlen(wish->name));

	if (r == 0 && wish->host)
		r = gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, wish->host,
							 (unsigned)strlen(wish->host),
							 GNUTLS_FSAN_APPEND);
	for (size_t i = 0; i < wish->address_count && r == 0; i++)
		r = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, wish->addresses[i].bytes, wish->addresses[i].len,
			GNUTLS_FSAN_APPEND);
	return r;
}

static int set_use(gnutls_x509_crt_t crt, enum cert_use use)
{
	unsigned usage = GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT;
	int r;

	if (use == CERT_AUTHORITY) {
		r = gnutls_x509_crt_set_basic_constraints(crt, 1, 0);
		return r < 0 ? r
			     : gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN |
									  GNUTLS_KEY_CRL_SIGN);
	}
	r = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (r == 0)
		r = gnutls_x509_crt_set_key_usage(crt, usage);
	if (r == 0)
		r = gnutls_x509_crt_set_key_purpose_oid(
			crt,
			use == CERT_SERVER ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT,
			0);
	return r;
}

static int set_numbers(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
		       const struct cert_wish *wish)
{
	uint8_t serial[SERIAL_LEN], id[KEY_ID_MAX];
	size_t size = sizeof(id);
	int r = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	/* A positive number, and never 0. */
	serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
	if (r == 0)
		r = gnutls_x509_crt_set_version(crt, 3);
	if (r == 0)
		r = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (r == 0)
		r = gnutls_x509_crt_set_activation_time(crt, wish->from);
	if (r == 0)
		r = gnutls_x509_crt_set_expiration_time(crt, wish->until);
	if (r == 0)
		r = gnutls_x509_crt_set_key(crt, key);
	if (r == 0)
		r = gnutls_x509_crt_get_key_id(crt, 0, id, &size);
	return r < 0 ? r : gnutls_x509_crt_set_subject_key_id(crt, id, size);
}

static int sign(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const struct cert *authority)
{
	CLEANUP(cert_deinitp) gnutls_x509_crt_t issuer = NULL;
	CLEANUP(key_deinitp) gnutls_x509_privkey_t issuer_key = NULL;
	uint8_t id[KEY_ID_MAX];
	size_t size = sizeof(id);
	int r;

	if (!authority)
		return gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
	r = cert_import(authority->pem, &issuer);
	if (r == 0)
		r = key_import(authority->key, &issuer_key);
	if (r == 0)
		r = gnutls_x509_crt_get_subject_key_id(issuer, id, &size, NULL);
	if (r == 0)
		r = gnutls_x509_crt_set_authority_key_id(crt, id, size);
	return r < 0 ? r : gnutls_x509_crt_sign2(crt, issuer, issuer_key, GNUTLS_DIG_SHA256, 0);
}

int cert_make(void *mem, const struct cert_wish *wish, const struct cert *authority,
	      struct cert **ret, struct diag *reterr)
{
	CLEANUP(cert_deinitp) gnutls_x509_crt_t crt = NULL;
	CLEANUP(key_deinitp) gnutls_x509_privkey_t key = NULL;
	int r = gnutls_x509_crt_init(&crt);

	if (r == 0)
		r = gnutls_x509_privkey_init(&key);
	if (r == 0)
		r = gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, CERT_BITS, 0);
	if (r == 0)
		r = set_names(crt, wish);
	if (r == 0)
		r = set_use(crt, wish->use);
	if (r == 0)
		r = set_numbers(crt, key, wish);
	if (r == 0)
		r = sign(crt, key, authority);
	if (r == 0)
		r = finish(mem, crt, key, ret);
	return r < 0 ? wrong(reterr, "a certificate cannot be made", r) : 0;
}

static bool belong_together(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
	uint8_t a[KEY_ID_MAX], b[KEY_ID_MAX];
	size_t a_len = sizeof(a), b_len = sizeof(b);

	return gnutls_x509_crt_get_key_id(crt, 0, a, &a_len) == 0 &&
	       gnutls_x509_privkey_get_key_id(key, 0, b, &b_len) == 0 && a_len == b_len &&
	       memcmp(a, b, a_len) == 0;
}

int cert_read(void *mem, const char *pem, const struct secret *secret, struct cert **ret,
	      struct diag *reterr)
{
	CLEANUP(cert_deinitp) gnutls_x509_crt_t crt = NULL;
	CLEANUP(key_deinitp) gnutls_x509_privkey_t key = NULL;
	int r = cert_import(pem, &crt);

	if (r < 0)
		return wrong(reterr, "a certificate cannot be read", r);
	r = key_import(secret, &key);
	if (r < 0)
		return wrong(reterr, "a certificate's key cannot be read", r);
	if (!belong_together(crt, key))
		return diag_set(reterr, -E_CERT,
				"a certificate and its key do not belong together");
	r = finish(mem, crt, key, ret);
	return r < 0 ? wrong(reterr, "a certificate cannot be read", r) : 0;
}

bool cert_is_of(const struct cert *cert, const struct cert *authority)
{
	CLEANUP(cert_deinitp) gnutls_x509_crt_t crt = NULL;
	CLEANUP(cert_deinitp) gnutls_x509_crt_t issuer = NULL;
	unsigned status = 0;

	return cert_import(cert->pem, &crt) == 0 && cert_import(authority->pem, &issuer) == 0 &&
	       gnutls_x509_crt_verify(crt, &issuer, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS,
				      &status) == 0 &&
	       status == 0;
}

static inline void bag_deinitp(gnutls_pkcs12_bag_t *bag)
{
	if (*bag)
		gnutls_pkcs12_bag_deinit(*bag);
}

static inline void pkcs12_deinitp(gnutls_pkcs12_t *pkcs12)
{
	if (*pkcs12)
		gnutls_pkcs12_deinit(*pkcs12);
}

/* Puts one thing into a bag of its own, encrypted with an empty password. */
static int put(gnutls_pkcs12_t pkcs12, gnutls_pkcs12_bag_type_t type, const gnutls_datum_t *data,
	       gnutls_x509_crt_t crt, const char *name, const gnutls_datum_t *id)
{
	CLEANUP(bag_deinitp) gnutls_pkcs12_bag_t bag = NULL;
	int r = gnutls_pkcs12_bag_init(&bag);
	int at;

	if (r < 0)
		return r;
	at = crt ? gnutls_pkcs12_bag_set_crt(bag, crt)
		 : gnutls_pkcs12_bag_set_data(bag, type, data);
	if (at >= 0 && name)
		r = gnutls_pkcs12_bag_set_friendly_name(bag, (unsigned)at, name);
	if (at >= 0 && r == 0 && id)
		r = gnutls_pkcs12_bag_set_key_id(bag, (unsigned)at, id);
	/* A key is encrypted by itself (PKCS#8) already. */
	if (at >= 0 && r == 0 && crt)
		r = gnutls_pkcs12_bag_encrypt(bag, "", GNUTLS_PKCS_PKCS12_3DES);
	if (at < 0)
		return at;
	return r < 0 ? r : gnutls_pkcs12_set_bag(pkcs12, bag);
}

static int put_pair(gnutls_pkcs12_t pkcs12, const struct cert *cert, const char *name)
{
	CLEANUP(cert_deinitp) gnutls_x509_crt_t crt = NULL;
	CLEANUP(key_deinitp) gnutls_x509_privkey_t key = NULL;
	CLEANUP(datum_freep) gnutls_datum_t sealed = {0};
	uint8_t bytes[KEY_ID_MAX];
	size_t size = sizeof(bytes);
	gnutls_datum_t id = {bytes, 0};
	int r = cert_import(cert->pem, &crt);

	if (r == 0)
		r = key_import(cert->key, &key);
	if (r == 0)
		r = gnutls_x509_crt_get_key_id(crt, 0, bytes, &size);
	id.size = (unsigned)size;
	if (r == 0)
		r = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_DER, "",
						      GNUTLS_PKCS_PKCS12_3DES, &sealed);
	if (r == 0)
		r = put(pkcs12, 0, NULL, crt, name, &id);
	return r < 0 ? r : put(pkcs12, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, &sealed, NULL, name, &id);
}

static int pack(const struct cert *cert, const struct cert *authority, const char *name,
		gnutls_datum_t *ret)
{
	CLEANUP(pkcs12_deinitp) gnutls_pkcs12_t pkcs12 = NULL;
	CLEANUP(cert_deinitp) gnutls_x509_crt_t issuer = NULL;
	int r = gnutls_pkcs12_init(&pkcs12);

	if (r == 0)
		r = put_pair(pkcs12, cert, name);
	if (r == 0)
		r = cert_import(authority->pem, &issuer);
	if (r == 0)
		r = put(pkcs12, 0, NULL, issuer, NULL, NULL);
	if (r == 0)
		r = gnutls_pkcs12_generate_mac(pkcs12, "");
	return r < 0 ? r : gnutls_pkcs12_export2(pkcs12, GNUTLS_X509_FMT_DER, ret);
}

int cert_pkcs12(void *mem, const struct cert *cert, const struct cert *authority, const char *name,
		struct secret **ret, struct diag *reterr)
{
	CLEANUP(datum_freep) gnutls_datum_t der = {0};
	CLEANUP(datum_freep) gnutls_datum_t base64 = {0};
	int r = pack(cert, authority, name, &der);

	if (r == 0)
		r = gnutls_base64_encode2(&der, &base64);
	if (r < 0)
		return wrong(reterr, "a certificate cannot be packed", r);
	*ret = secret_new_bytes(mem, base64.data, base64.size);
	return 0;
}

int cert_trust(void *mem, const char *text, const char ***ret, size_t *ret_count,
	       struct diag *reterr)
{
	gnutls_datum_t pem = datum_of(text);
	gnutls_x509_crt_t *list = NULL;
	unsigned count = 0;
	int r = gnutls_x509_crt_list_import2(&list, &count, &pem, GNUTLS_X509_FMT_PEM, 0);

	if (r < 0)
		return wrong(reterr, "certificates cannot be read", r);
	*ret = mem_array(mem, const char *, count);
	*ret_count = 0;
	for (unsigned i = count > 1; i < count && i <= CERTS_MAX && r >= 0; i++) {
		CLEANUP(datum_freep) gnutls_datum_t one = {0};

		r = gnutls_x509_crt_export2(list[i], GNUTLS_X509_FMT_PEM, &one);
		if (r == 0)
			(*ret)[(*ret_count)++] = mem_strndup(mem, (const char *)one.data, one.size);
	}
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(list[i]);
	gnutls_free(list);
	return r < 0 ? wrong(reterr, "certificates cannot be written", r) : 0;
}
