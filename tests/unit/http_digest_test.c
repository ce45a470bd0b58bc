/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/digest.h"

enum { NOW = 1780000000, LIFE = 300 };

static int setup(void **state)
{
	*state = mem_root("test");
	clock_set(NOW);
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	clock_set(0);
	return 0;
}

/* The nonces of the RFCs are not ours: a right response is stale, a wrong one is wrong. */
static void the_rfcs_examples_are_understood(void **state)
{
	static const struct {
		enum digest_algorithm algorithm;
		const char *user;
		const char *realm;
		const char *password;
		const char *path;
		const char *header;
	} vectors[] = {
		{DIGEST_MD5, "Mufasa", "testrealm@host.com", "Circle Of Life", "/dir/index.html",
		 "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
		 "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "
		 "qop=auth, nc=00000001, cnonce=\"0a4f113b\", "
		 "response=\"6629fae49393a05397450978507c4ef1\", "
		 "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""},
		{DIGEST_MD5, "Mufasa", "http-auth@example.org", "Circle of Life", "/dir/index.html",
		 "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
		 "uri=\"/dir/index.html\", algorithm=MD5, "
		 "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
		 "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
		 "response=\"8ca523f5e9506fed4657c9700eebdbec\", "
		 "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""},
		{DIGEST_SHA256, "Mufasa", "http-auth@example.org", "Circle of Life",
		 "/dir/index.html",
		 "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
		 "uri=\"/dir/index.html\", algorithm=SHA-256, "
		 "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
		 "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
		 "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\", "
		 "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""},
	};

	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		struct digest_ha1 ha1;
		struct digest *digest;

		assert_int_equal(digest_parse(*state, vectors[i].header, &digest), 0);
		assert_string_equal(digest->username, vectors[i].user);
		assert_int_equal(digest->algorithm, vectors[i].algorithm);
		assert_int_equal(digest->nc_value, 1);
		digest_ha1(vectors[i].algorithm, vectors[i].user, vectors[i].realm,
			   vectors[i].password, &ha1);
		assert_int_equal(digest_check(digest, &ha1, vectors[i].realm, "GET",
					      vectors[i].path, vectors[i].path, LIFE),
				 -E_NONCE_STALE);
		assert_int_equal(digest_check(digest, &ha1, vectors[i].realm, "POST",
					      vectors[i].path, vectors[i].path, LIFE),
				 -E_CREDENTIALS);
		assert_int_equal(digest_check(digest, &ha1, "other", "GET", vectors[i].path,
					      vectors[i].path, LIFE),
				 -E_CREDENTIALS);
		ha1.bytes[3] ^= 1;
		assert_int_equal(digest_check(digest, &ha1, vectors[i].realm, "GET",
					      vectors[i].path, vectors[i].path, LIFE),
				 -E_CREDENTIALS);
	}
}

static void hash(const char *text, char *out)
{
	struct digest_ha1 ha1;
	char copy[512];
	char *realm;
	char *password;

	/* An MD5 over any text with two colons: the only hash that the header offers. */
	snprintf(copy, sizeof(copy), "%s", text);
	realm = strchr(copy, ':');
	*realm++ = '\0';
	password = strchr(realm, ':');
	*password++ = '\0';
	digest_ha1(DIGEST_MD5, copy, realm, password, &ha1);
	hex_encode(out, ha1.bytes, 16);
}

/* As RFC 2069 has it, without qop: H(HA1:nonce:H(method:uri)). */
static char *answer_2069(void *mem, const char *ha1_hex, const char *nonce, const char *uri)
{
	/* H("GET:/xml/7C2F80820EC0.xml") and H("GET:/xml/7C2F80820EC0.xml?v=1"), by md5sum */
	const char *ha2 = strchr(uri, '?') ? "a518f077a06a01cb660ce5a877ef0a0f"
					   : "fdd238b878c8c64f4a2a627e1fca8eda";
	char response[33];

	hash(mem_printf(mem, "%s:%s:%s", ha1_hex, nonce, ha2), response);
	return mem_printf(mem,
			  "Digest username=\"7C2F80820EC0\", realm=\"gigaprovd\", nonce=\"%s\", "
			  "uri=\"%s\", response=\"%s\"",
			  nonce, uri, response);
}

#define PATH "/xml/7C2F80820EC0.xml"

static int check(void *mem, const char *nonce, const char *uri, const char *path,
		 const char *target)
{
	struct digest_ha1 ha1;
	struct digest *digest;
	char hex[33];

	digest_ha1(DIGEST_MD5, "7C2F80820EC0", "gigaprovd", "secret", &ha1);
	hex_encode(hex, ha1.bytes, 16);
	assert_int_equal(digest_parse(mem, answer_2069(mem, hex, nonce, uri), &digest), 0);
	assert_null(digest->nc);
	return digest_check(digest, &ha1, "gigaprovd", "GET", path, target, LIFE);
}

static void a_phone_may_hash_the_path_or_the_whole_target(void **state)
{
	char nonce[DIGEST_NONCE_MAX];

	digest_nonce("gigaprovd", nonce);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), 0);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH "?v=1"), 0);
	assert_int_equal(check(*state, nonce, PATH "?v=1", PATH, PATH "?v=1"), 0);
	assert_int_equal(check(*state, nonce, PATH "?v=1", PATH, PATH), -E_CREDENTIALS);
	assert_int_equal(check(*state, nonce, PATH, "/xml/other.xml", "/xml/other.xml"),
			 -E_CREDENTIALS);
}

static void a_nonce_grows_old(void **state)
{
	char nonce[DIGEST_NONCE_MAX];

	digest_nonce("gigaprovd", nonce);
	clock_set(NOW + LIFE);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), 0);
	clock_set(NOW + LIFE + 1);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), -E_NONCE_STALE);
	clock_set(NOW - 1);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), -E_NONCE_STALE);
}

static void a_nonce_of_another_realm_or_key_is_stale(void **state)
{
	static const uint8_t other[32] = {7};
	static const uint8_t key[32] = {1};
	char nonce[DIGEST_NONCE_MAX];

	digest_nonce("elsewhere", nonce);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), -E_NONCE_STALE);
	digest_nonce("gigaprovd", nonce);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), 0);
	digest_setup(other);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), -E_NONCE_STALE);
	digest_setup(key);
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), 0);
	nonce[0] = nonce[0] == '0' ? '1' : '0';
	assert_int_equal(check(*state, nonce, PATH, PATH, PATH), -E_NONCE_STALE);
}

static void no_two_nonces_are_the_same(void **state)
{
	char a[DIGEST_NONCE_MAX];
	char b[DIGEST_NONCE_MAX];

	(void)state;
	digest_nonce("gigaprovd", a);
	digest_nonce("gigaprovd", b);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), strlen(b));
}

static void an_ha1_of_zeros_is_proved_by_nothing(void **state)
{
	static const struct digest_ha1 none;
	char nonce[DIGEST_NONCE_MAX];
	struct digest *digest;

	digest_nonce("gigaprovd", nonce);
	assert_int_equal(
		digest_parse(*state,
			     answer_2069(*state, "00000000000000000000000000000000", nonce, PATH),
			     &digest),
		0);
	assert_int_equal(digest_check(digest, &none, "gigaprovd", "GET", PATH, PATH, LIFE),
			 -E_CREDENTIALS);
}

static void what_phones_write_is_understood(void **state)
{
	static const char *const headers[] = {
		"Digest username=u, realm=r, nonce=n, uri=/a, response=00",
		"digest USERNAME=\"u\",Realm=\"r\",nOnce=\"n\",uri=\"/a\",response=\"00\"",
		"Digest\t username = \"u\" ,, realm =\"r\", nonce= n ,uri=\"/a\" , response=00 ,",
		"Digest ,username=\"\\u\", realm=\"\\r\", nonce=\"n\", uri=\"/\\a\", "
		"response=\"00\"",
		"Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/a\", response=\"00\", "
		"algorithm=\"md5\", qop=\"auth\", nc=1, cnonce=, opaque=\"a,b=c\", x=y",
	};

	for (size_t i = 0; i < COUNT_OF(headers); i++) {
		struct digest *digest;

		assert_int_equal(digest_parse(*state, headers[i], &digest), 0);
		assert_string_equal(digest->username, "u");
		assert_string_equal(digest->realm, "r");
		assert_string_equal(digest->nonce, "n");
		assert_string_equal(digest->uri, "/a");
		assert_string_equal(digest->response, "00");
	}
}

static void what_cannot_be_understood_is_refused(void **state)
{
#define FIELDS "username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/a\", response=\"00\""
	static const struct {
		const char *header;
		int r;
	} refused[] = {
		{"", -E_UNAUTHORIZED},
		{"Basic dTpw", -E_UNAUTHORIZED},
		{"Digester a=b", -E_UNAUTHORIZED},
		{"Digest", -E_UNAUTHORIZED},
		{"Digest ", -E_BAD_REQUEST},
		{"Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"/a\"", -E_BAD_REQUEST},
		{"Digest " FIELDS ", username=\"v\"", -E_BAD_REQUEST},
		{"Digest " FIELDS ", qop=auth-int, nc=1, cnonce=c", -E_BAD_REQUEST},
		{"Digest " FIELDS ", qop=auth, cnonce=c", -E_BAD_REQUEST},
		{"Digest " FIELDS ", qop=auth, nc=1", -E_BAD_REQUEST},
		{"Digest " FIELDS ", qop=auth, nc=123456789, cnonce=c", -E_BAD_REQUEST},
		{"Digest " FIELDS ", qop=auth, nc=-1, cnonce=c", -E_BAD_REQUEST},
		{"Digest " FIELDS ", algorithm=MD5-sess", -E_BAD_REQUEST},
		{"Digest " FIELDS ", userhash=true", -E_BAD_REQUEST},
		{"Digest " FIELDS ", x=\"open", -E_BAD_REQUEST},
		{"Digest " FIELDS ", x", -E_BAD_REQUEST},
		{"Digest " FIELDS ", =x", -E_BAD_REQUEST},
		{"Digest " FIELDS " x=\"a\"b", -E_BAD_REQUEST},
	};
	char *huge = mem_zalloc(*state, DIGEST_HEADER_MAX + 100);
	struct digest *digest;

	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_int_equal(digest_parse(*state, refused[i].header, &digest), refused[i].r);
	memset(huge, ' ', DIGEST_HEADER_MAX + 99);
	memcpy(huge, "Digest " FIELDS, strlen("Digest " FIELDS));
	assert_int_equal(digest_parse(*state, huge, &digest), -E_BAD_REQUEST);
}

int main(void)
{
	static const uint8_t key[32] = {1};
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(the_rfcs_examples_are_understood),
		TEST(a_phone_may_hash_the_path_or_the_whole_target),
		TEST(a_nonce_grows_old),
		TEST(a_nonce_of_another_realm_or_key_is_stale),
		TEST(no_two_nonces_are_the_same),
		TEST(an_ha1_of_zeros_is_proved_by_nothing),
		TEST(what_phones_write_is_understood),
		TEST(what_cannot_be_understood_is_refused),
#undef TEST
	};

	assert_true(sodium_init() >= 0);
	digest_setup(key);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
