/* SPDX-License-Identifier: MIT */
/*
 * One 32-byte key in a file; three keys are derived from it with keyed BLAKE2b:
 * one seals, one makes fingerprints, others are handed out by secret_derive().
 *
 * A sealed value is   1 | nonce (24) | ciphertext | tag (16)
 * where the leading 1 is the version of this format and of the key.
 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

enum {
	NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	SEAL_VERSION = 1,
};

_Static_assert(SECRET_SEAL_OVERHEAD == 1 + NONCE_LEN + TAG_LEN, "the header tells the overhead");

struct secret {
	size_t len;
	char text[];
};

static uint8_t file_key[32];
static uint8_t seal_key[32];
static uint8_t fingerprint_key[32];

/*
 * A system call for each nonce would cost as much as sealing itself, and the
 * kernel's generator more than ours: a seed from there is stretched.  What has
 * been handed out is wiped; this process does not fork.
 */
static void random_take(uint8_t *out, size_t len)
{
	static _Thread_local uint8_t pool[4096];
	static _Thread_local size_t left;

	if (left < len) {
		uint8_t seed[randombytes_SEEDBYTES];

		randombytes_buf(seed, sizeof(seed));
		randombytes_buf_deterministic(pool, sizeof(pool), seed);
		sodium_memzero(seed, sizeof(seed));
		left = sizeof(pool);
	}
	left -= len;
	memcpy(out, pool + left, len);
	sodium_memzero(pool + left, len);
}

static int wipe(struct secret *secret)
{
	sodium_memzero(secret->text, secret->len);
	return 0;
}

static int key_create(const char *path, struct diag *reterr)
{
	char hex[sizeof(file_key) * 2 + 2];
	int fd;
	ssize_t n;
	int r = 0;

	randombytes_buf(file_key, sizeof(file_key));
	hex_encode(hex, file_key, sizeof(file_key));
	hex[sizeof(hex) - 2] = '\n';
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return diag_set(reterr, -E_SEAL_KEY, "%s: cannot be made: %s", path,
				strerror(errno));
	n = write(fd, hex, sizeof(hex) - 1);
	if (n != (ssize_t)sizeof(hex) - 1 || fsync(fd) < 0)
		r = diag_set(reterr, -E_SEAL_KEY, "%s: cannot be written: %s", path,
			     strerror(errno));
	close(fd);
	sodium_memzero(hex, sizeof(hex));
	if (r < 0)
		unlink(path);
	return r;
}

static int key_read(int fd, const char *path, struct diag *reterr)
{
	char hex[sizeof(file_key) * 2 + 2];
	struct stat st;
	ssize_t n;
	bool good;

	if (fstat(fd, &st) < 0)
		return diag_set(reterr, -E_SEAL_KEY, "%s: %s", path, strerror(errno));
	if (st.st_mode & 077)
		return diag_set(reterr, -E_SEAL_KEY,
				"%s: others may read the key; run chmod 600 on it", path);
	n = read(fd, hex, sizeof(hex));
	if (n > 0 && hex[n - 1] == '\n')
		n--;
	good = n > 0 && hex_decode(file_key, sizeof(file_key), hex, (size_t)n);
	sodium_memzero(hex, sizeof(hex));
	if (!good)
		return diag_set(reterr, -E_SEAL_KEY, "%s: must hold 64 hex digits and nothing else",
				path);
	return 0;
}

int secret_setup(const char *path, bool may_create, struct diag *reterr)
{
	int fd;
	int r;

	if (sodium_init() < 0)
		return diag_set(reterr, -E_INTERNAL, "libsodium cannot start");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && may_create) {
		r = key_create(path, reterr);
	} else if (fd < 0) {
		return diag_set(reterr, -E_SEAL_KEY, "%s: %s", path, strerror(errno));
	} else {
		r = key_read(fd, path, reterr);
		close(fd);
	}
	if (r < 0)
		return r;
	secret_derive("seal", seal_key);
	secret_derive("fingerprint", fingerprint_key);
	return 0;
}

struct secret *secret_new_bytes(void *mem, const void *data, size_t len)
{
	struct secret *secret = mem_alloc(mem, sizeof(*secret) + len + 1);

	secret->len = len;
	if (len)
		memcpy(secret->text, data, len);
	secret->text[len] = '\0';
	talloc_set_destructor(secret, wipe);
	return secret;
}

struct secret *secret_new(void *mem, const char *text)
{
	return secret_new_bytes(mem, text, strlen(text));
}

struct secret *secret_copy(void *mem, const struct secret *secret)
{
	return secret ? secret_new_bytes(mem, secret->text, secret->len) : NULL;
}

struct secret *secret_generate(void *mem)
{
	uint8_t bits[16];
	char hex[sizeof(bits) * 2 + 1];
	struct secret *secret;

	random_take(bits, sizeof(bits));
	hex_encode(hex, bits, sizeof(bits));
	secret = secret_new(mem, hex);
	sodium_memzero(bits, sizeof(bits));
	sodium_memzero(hex, sizeof(hex));
	return secret;
}

const char *secret_reveal(const struct secret *secret)
{
	return secret->text;
}

size_t secret_len(const struct secret *secret)
{
	return secret->len;
}

bool secret_equals(const struct secret *a, const struct secret *b)
{
	if (!a || !b)
		return a == b;
	return a->len == b->len && sodium_memcmp(a->text, b->text, a->len) == 0;
}

void secret_fingerprint(const struct secret *secret, char out[SECRET_FINGERPRINT_LEN + 1])
{
	uint8_t hash[16];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)secret->text, secret->len,
			   fingerprint_key, sizeof(fingerprint_key));
	hex_encode(out, hash, SECRET_FINGERPRINT_LEN / 2);
}

void secret_seal(void *mem, const char *where, const void *data, size_t len, uint8_t **ret,
		 size_t *ret_len)
{
	uint8_t *out = mem_alloc(mem, len + SECRET_SEAL_OVERHEAD);

	out[0] = SEAL_VERSION;
	random_take(out + 1, NONCE_LEN);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + 1 + NONCE_LEN, NULL, data, len,
						   (const uint8_t *)where, strlen(where), NULL,
						   out + 1, seal_key);
	*ret = out;
	*ret_len = len + SECRET_SEAL_OVERHEAD;
}

int secret_unseal(void *mem, const char *where, const void *sealed, size_t sealed_len, char **ret,
		  size_t *ret_len)
{
	const uint8_t *in = sealed;
	size_t len = sealed_len - SECRET_SEAL_OVERHEAD;
	char *out;

	if (sealed_len < SECRET_SEAL_OVERHEAD || in[0] != SEAL_VERSION)
		return -E_SEAL;
	out = mem_alloc(mem, len + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    (uint8_t *)out, NULL, NULL, in + 1 + NONCE_LEN, sealed_len - 1 - NONCE_LEN,
		    (const uint8_t *)where, strlen(where), in + 1, seal_key) != 0) {
		mem_free(out);
		return -E_SEAL;
	}
	out[len] = '\0';
	*ret = out;
	*ret_len = len;
	return 0;
}

void secret_derive(const char *purpose, uint8_t key[32])
{
	crypto_generichash(key, 32, (const uint8_t *)purpose, strlen(purpose), file_key,
			   sizeof(file_key));
}
