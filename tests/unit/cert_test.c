/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <string.h>

#include "base/cert.h"
#include "base/mem.h"
#include "base/net.h"
#include "base/secret.h"

enum { FROM = 1700000000, UNTIL = 2000000000 };

/* Made once: keys take their time. */
static struct cert *authority, *server, *client;

static struct cert *make(enum cert_use use, const char *name, const struct cert *by)
{
	struct net_address address;
	struct cert_wish wish = {.use = use, .name = name, .from = FROM, .until = UNTIL};
	struct diag diag = {0};
	struct cert *cert = NULL;

	assert_true(net_address_parse("192.0.2.1", &address));
	if (use == CERT_SERVER) {
		wish.host = "desk.example.net";
		wish.addresses = &address;
		wish.address_count = 1;
	}
	if (cert_make(NULL, &wish, by, &cert, &diag) < 0)
		fail_msg("%s", diag.text);
	return cert;
}

static int setup(void **state)
{
	(void)state;
	authority = make(CERT_AUTHORITY, "tests", NULL);
	server = make(CERT_SERVER, "desk", authority);
	client = make(CERT_CLIENT, "0001E300A9F3", authority);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mem_free(authority);
	mem_free(server);
	mem_free(client);
	return 0;
}

static gnutls_x509_crt_t import(const struct cert *cert)
{
	gnutls_datum_t pem = {(unsigned char *)(uintptr_t)cert->pem, (unsigned)strlen(cert->pem)};
	gnutls_x509_crt_t crt;

	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM), 0);
	return crt;
}

/* As somebody judges it who trusts the authority alone. */
static bool is_good_for(const struct cert *cert, const char *purpose, const char *host, time_t at)
{
	gnutls_x509_crt_t crt = import(cert);
	gnutls_x509_crt_t root = import(authority);
	gnutls_typed_vdata_st data[] = {
		{GNUTLS_DT_KEY_PURPOSE_OID, (void *)(uintptr_t)purpose, 0},
		{GNUTLS_DT_DNS_HOSTNAME, (void *)(uintptr_t)host, 0},
	};
	gnutls_x509_trust_list_t list;
	unsigned status = 1;
	bool good;

	gnutls_x509_trust_list_init(&list, 0);
	gnutls_x509_trust_list_add_cas(list, &root, 1, 0);
	good = gnutls_x509_trust_list_verify_crt2(list, &crt, 1, data, host ? 2 : 1,
						  GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status,
						  NULL) == 0 &&
	       status == 0 && at >= gnutls_x509_crt_get_activation_time(crt) &&
	       at <= gnutls_x509_crt_get_expiration_time(crt);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_trust_list_deinit(list, 1);
	return good;
}

static void each_is_good_for_its_use_and_time(void **state)
{
	(void)state;
	assert_true(is_good_for(server, GNUTLS_KP_TLS_WWW_SERVER, "desk.example.net", FROM));
	assert_true(is_good_for(server, GNUTLS_KP_TLS_WWW_SERVER, "192.0.2.1", UNTIL));
	assert_false(is_good_for(server, GNUTLS_KP_TLS_WWW_SERVER, "other.example.net", FROM));
	assert_false(is_good_for(server, GNUTLS_KP_TLS_WWW_CLIENT, NULL, FROM));
	assert_true(is_good_for(client, GNUTLS_KP_TLS_WWW_CLIENT, NULL, FROM));
	assert_false(is_good_for(client, GNUTLS_KP_TLS_WWW_SERVER, NULL, FROM));
	assert_false(is_good_for(client, GNUTLS_KP_TLS_WWW_CLIENT, NULL, UNTIL + 1));
	assert_int_equal(client->from, FROM);
	assert_int_equal(client->until, UNTIL);
}

static void who_signed_is_known(void **state)
{
	struct cert *other = make(CERT_AUTHORITY, "tests", NULL);

	(void)state;
	assert_true(cert_is_of(server, authority));
	assert_true(cert_is_of(authority, authority));
	assert_false(cert_is_of(server, other));
	assert_false(cert_is_of(server, client));
	assert_string_not_equal(other->fingerprint, authority->fingerprint);
	mem_free(other);
}

static void what_was_kept_reads_back(void **state)
{
	struct diag diag = {0};
	struct cert *again;

	(void)state;
	assert_int_equal(cert_read(NULL, server->pem, server->key, &again, &diag), 0);
	assert_string_equal(again->fingerprint, server->fingerprint);
	assert_string_equal(again->pem, server->pem);
	assert_int_equal(again->until, UNTIL);
	mem_free(again);
	assert_int_equal(cert_read(NULL, server->pem, client->key, &again, &diag), -E_CERT);
	assert_non_null(strstr(diag.text, "do not belong together"));
	assert_int_equal(cert_read(NULL, "no PEM", client->key, &again, &diag), -E_CERT);
	assert_null(strstr(diag.text, "PRIVATE"));
}

static void a_package_has_both_certificates_and_the_key(void **state)
{
	gnutls_x509_crt_t *chain = NULL, *extra = NULL;
	gnutls_x509_privkey_t key = NULL;
	unsigned chain_len = 0, extra_len = 0;
	gnutls_datum_t base64, der;
	gnutls_pkcs12_t pkcs12;
	struct secret *packed;
	struct diag diag = {0};
	gnutls_x509_crt_t phone = import(client);
	gnutls_x509_crt_t root = import(authority);

	(void)state;
	assert_int_equal(cert_pkcs12(NULL, client, authority, "a phone", &packed, &diag), 0);
	assert_null(strpbrk(secret_reveal(packed), "\r\n "));
	base64.data = (unsigned char *)(uintptr_t)secret_reveal(packed);
	base64.size = (unsigned)secret_len(packed);
	assert_int_equal(gnutls_base64_decode2(&base64, &der), 0);
	gnutls_pkcs12_init(&pkcs12);
	assert_int_equal(gnutls_pkcs12_import(pkcs12, &der, GNUTLS_X509_FMT_DER, 0), 0);
	assert_int_equal(gnutls_pkcs12_verify_mac(pkcs12, ""), 0);
	assert_int_equal(gnutls_pkcs12_verify_mac(pkcs12, "x"), GNUTLS_E_MAC_VERIFY_FAILED);
	assert_int_equal(gnutls_pkcs12_simple_parse(pkcs12, "", &key, &chain, &chain_len, &extra,
						    &extra_len, NULL, 0),
			 0);
	assert_non_null(key);
	assert_int_equal(chain_len, 1);
	assert_int_equal(gnutls_x509_crt_equals(chain[0], phone), 1);
	assert_int_equal(extra_len, 1);
	assert_int_equal(gnutls_x509_crt_equals(extra[0], root), 1);
	gnutls_x509_crt_deinit(phone);
	gnutls_x509_crt_deinit(root);
	gnutls_x509_crt_deinit(extra[0]);
	for (unsigned i = 0; i < chain_len; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_free(chain);
	gnutls_free(extra);
	gnutls_x509_privkey_deinit(key);
	gnutls_pkcs12_deinit(pkcs12);
	gnutls_free(der.data);
	mem_free(packed);
}

static void trust_goes_to_what_stands_behind_the_first_or_to_it_alone(void **state)
{
	void *mem = mem_root("cert_test");
	struct diag diag = {0};
	const char **list;
	size_t count;

	(void)state;
	assert_int_equal(cert_trust(mem, authority->pem, &list, &count, &diag), 0);
	assert_int_equal(count, 1);
	assert_string_equal(list[0], authority->pem);
	assert_int_equal(cert_trust(mem, mem_printf(mem, "%s%s", server->pem, authority->pem),
				    &list, &count, &diag),
			 0);
	assert_int_equal(count, 1);
	assert_string_equal(list[0], authority->pem);
	assert_int_equal(
		cert_trust(mem, mem_printf(mem, "%s%s%s", server->pem, client->pem, authority->pem),
			   &list, &count, &diag),
		0);
	assert_int_equal(count, 2);
	assert_string_equal(list[0], client->pem);
	assert_int_equal(cert_trust(mem, "", &list, &count, &diag), -E_CERT);
	mem_free(mem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_good_for_its_use_and_time),
		cmocka_unit_test(who_signed_is_known),
		cmocka_unit_test(what_was_kept_reads_back),
		cmocka_unit_test(a_package_has_both_certificates_and_the_key),
		cmocka_unit_test(trust_goes_to_what_stands_behind_the_first_or_to_it_alone),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
