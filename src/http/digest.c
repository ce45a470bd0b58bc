/* SPDX-License-Identifier: MIT */
/*
 * A nonce is 16 hex digits of a number and 32 of an HMAC-SHA-256, cut off,
 * over that number and the realm.  The number's upper 40 bits are the time in
 * seconds; the lower 24 count up, so that two clients that ask in the same
 * second do not share a nonce and with it the count of its uses.
 */
#include "http/digest.h"

#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"

enum { COUNT_BITS = 24, NUMBER_BYTES = 8, MAC_BYTES = 16, SIZE_MAX_BYTES = SHA256_DIGEST_SIZE };

_Static_assert((NUMBER_BYTES + MAC_BYTES) * 2 < DIGEST_NONCE_MAX, "a nonce fits");

static struct hmac_sha256_ctx keyed; /* copied for each use */
static _Atomic uint32_t nonce_count;

void digest_setup(const uint8_t key[32])
{
	hmac_sha256_set_key(&keyed, 32, key);
	nonce_count = randombytes_random();
}

struct hash {
	enum digest_algorithm algorithm;
	union {
		struct md5_ctx md5;
		struct sha256_ctx sha256;
	};
};

static void hash_init(struct hash *hash, enum digest_algorithm algorithm)
{
	hash->algorithm = algorithm;
	if (algorithm == DIGEST_MD5)
		md5_init(&hash->md5);
	else
		sha256_init(&hash->sha256);
}

static void hash_add(struct hash *hash, const char *s)
{
	if (hash->algorithm == DIGEST_MD5)
		md5_update(&hash->md5, strlen(s), (const uint8_t *)s);
	else
		sha256_update(&hash->sha256, strlen(s), (const uint8_t *)s);
}

static size_t size_of(enum digest_algorithm algorithm)
{
	return algorithm == DIGEST_MD5 ? MD5_DIGEST_SIZE : SHA256_DIGEST_SIZE;
}

static void hash_end(struct hash *hash, uint8_t *out)
{
	if (hash->algorithm == DIGEST_MD5)
		md5_digest(&hash->md5, MD5_DIGEST_SIZE, out);
	else
		sha256_digest(&hash->sha256, SHA256_DIGEST_SIZE, out);
}

void digest_ha1(enum digest_algorithm algorithm, const char *user, const char *realm,
		const char *password, struct digest_ha1 *ret)
{
	struct hash hash;

	memset(ret, 0, sizeof(*ret));
	hash_init(&hash, algorithm);
	hash_add(&hash, user);
	hash_add(&hash, ":");
	hash_add(&hash, realm);
	hash_add(&hash, ":");
	hash_add(&hash, password);
	hash_end(&hash, ret->bytes);
}

static void nonce_mac(const uint8_t number[NUMBER_BYTES], const char *realm, uint8_t out[MAC_BYTES])
{
	struct hmac_sha256_ctx ctx = keyed;

	hmac_sha256_update(&ctx, NUMBER_BYTES, number);
	hmac_sha256_update(&ctx, strlen(realm), (const uint8_t *)realm);
	hmac_sha256_digest(&ctx, MAC_BYTES, out);
}

void digest_nonce(const char *realm, char *out)
{
	uint64_t number = (uint64_t)clock_now() << COUNT_BITS;
	uint8_t bytes[NUMBER_BYTES + MAC_BYTES];

	number |= atomic_fetch_add_explicit(&nonce_count, 1, memory_order_relaxed) &
		  ((1u << COUNT_BITS) - 1);
	for (int i = NUMBER_BYTES - 1; i >= 0; i--, number >>= 8)
		bytes[i] = (uint8_t)number;
	nonce_mac(bytes, realm, bytes + NUMBER_BYTES);
	hex_encode(out, bytes, sizeof(bytes));
}

bool digest_nonce_read(const char *nonce, const char *realm, uint64_t *ret_number,
		       int64_t *ret_made_at)
{
	uint8_t bytes[NUMBER_BYTES + MAC_BYTES];
	uint8_t mac[MAC_BYTES];
	uint64_t number = 0;

	if (!hex_decode(bytes, sizeof(bytes), nonce, strlen(nonce)))
		return false;
	nonce_mac(bytes, realm, mac);
	if (sodium_memcmp(mac, bytes + NUMBER_BYTES, MAC_BYTES) != 0)
		return false;
	for (int i = 0; i < NUMBER_BYTES; i++)
		number = number << 8 | bytes[i];
	*ret_number = number;
	*ret_made_at = (int64_t)(number >> COUNT_BITS);
	return true;
}

/* Some clients put the absolute URI there, as it would go to a proxy. */
static const char *skip_authority(const char *uri)
{
	const char *rest;

	if (strncasecmp(uri, "http://", 7) == 0)
		rest = uri + 7;
	else if (strncasecmp(uri, "https://", 8) == 0)
		rest = uri + 8;
	else
		return uri;
	rest += strcspn(rest, "/?");
	return *rest == '/' ? rest : "/";
}

static bool is_same_resource(const char *uri, const char *path, const char *target)
{
	uri = skip_authority(uri);
	return strcmp(uri, path) == 0 || strcmp(uri, target) == 0;
}

static void response_make(const struct digest *digest, const struct digest_ha1 *ha1,
			  const char *method, uint8_t *out)
{
	size_t size = size_of(digest->algorithm);
	char hex[SIZE_MAX_BYTES * 2 + 1];
	uint8_t ha2[SIZE_MAX_BYTES];
	struct hash hash;

	hash_init(&hash, digest->algorithm);
	hash_add(&hash, method);
	hash_add(&hash, ":");
	hash_add(&hash, digest->uri);
	hash_end(&hash, ha2);

	hash_init(&hash, digest->algorithm);
	hex_encode(hex, ha1->bytes, size);
	hash_add(&hash, hex);
	hash_add(&hash, ":");
	hash_add(&hash, digest->nonce);
	if (digest->nc) {
		hash_add(&hash, ":");
		hash_add(&hash, digest->nc);
		hash_add(&hash, ":");
		hash_add(&hash, digest->cnonce);
		hash_add(&hash, ":auth");
	}
	hash_add(&hash, ":");
	hex_encode(hex, ha2, size);
	hash_add(&hash, hex);
	hash_end(&hash, out);
	sodium_memzero(hex, sizeof(hex));
}

int digest_check(const struct digest *digest, const struct digest_ha1 *ha1, const char *realm,
		 const char *method, const char *path, const char *target, unsigned nonce_seconds)
{
	size_t size = size_of(digest->algorithm);
	uint8_t expected[SIZE_MAX_BYTES];
	uint8_t response[SIZE_MAX_BYTES];
	uint64_t number;
	int64_t made_at;
	bool good;

	/* All of it is computed whatever is wrong, so that time does not tell what. */
	response_make(digest, ha1, method, expected);
	good = hex_decode(response, size, digest->response, strlen(digest->response));
	good = good && sodium_memcmp(expected, response, size) == 0;
	good = good && !sodium_is_zero(ha1->bytes, size);
	good = good && strcmp(digest->realm, realm) == 0;
	good = good && is_same_resource(digest->uri, path, target);
	if (!good)
		return -E_CREDENTIALS;
	if (!digest_nonce_read(digest->nonce, realm, &number, &made_at) || made_at > clock_now() ||
	    clock_now() - made_at > (int64_t)nonce_seconds)
		return -E_NONCE_STALE;
	return 0;
}
