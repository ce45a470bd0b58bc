/* SPDX-License-Identifier: MIT */
#include "sip_digest.h"

#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

enum { HEX_MAX = 2 * SHA256_DIGEST_SIZE + 1 };

struct challenge {
	const char *realm; /* without its quotes; escapes are left as they are */
	const char *nonce;
	const char *opaque; /* NULL: none */
	const char *qop;    /* that is answered: "auth" or "auth-int"; NULL: none is asked */
	bool is_sha256;
};

static void hash(bool is_sha256, const char *text, char out[HEX_MAX])
{
	uint8_t bytes[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha256;
	struct md5_ctx md5;

	if (is_sha256) {
		sha256_init(&sha256);
		sha256_update(&sha256, strlen(text), (const uint8_t *)text);
		sha256_digest(&sha256, SHA256_DIGEST_SIZE, bytes);
		hex_encode(out, bytes, SHA256_DIGEST_SIZE);
	} else {
		md5_init(&md5);
		md5_update(&md5, strlen(text), (const uint8_t *)text);
		md5_digest(&md5, MD5_DIGEST_SIZE, bytes);
		hex_encode(out, bytes, MD5_DIGEST_SIZE);
	}
}

/* NULL for NULL. */
static const char *unquoted(void *mem, const char *s)
{
	size_t len = s ? strlen(s) : 0;

	if (len >= 2 && s[0] == '"' && s[len - 1] == '"')
		return mem_strndup(mem, s + 1, len - 2);
	return s ? mem_strdup(mem, s) : NULL;
}

/* Whether the list of words has this one. */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n;

		list += strspn(list, " ,\t");
		n = strcspn(list, " ,\t");
		if (n == len && strncasecmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

static bool challenge_read(void *mem, const osip_www_authenticate_t *header, struct challenge *ret)
{
	const char *algorithm = unquoted(mem, header->algorithm);
	const char *qop = unquoted(mem, header->qop_options);

	*ret = (struct challenge){0};
	if (!header->auth_type || strcasecmp(header->auth_type, "Digest") != 0)
		return false;
	ret->is_sha256 = algorithm && strcasecmp(algorithm, "SHA-256") == 0;
	if (algorithm && !ret->is_sha256 && strcasecmp(algorithm, "MD5") != 0)
		return false;
	if (qop && *qop) {
		ret->qop = has_word(qop, "auth")       ? "auth"
			   : has_word(qop, "auth-int") ? "auth-int"
						       : NULL;
		if (!ret->qop)
			return false;
	}
	ret->realm = unquoted(mem, header->realm);
	ret->nonce = unquoted(mem, header->nonce);
	ret->opaque = unquoted(mem, header->opaque);
	return ret->realm && ret->nonce;
}

static char *answer(void *mem, const struct challenge *challenge, const struct sip_login *login)
{
	char ha1[HEX_MAX], ha2[HEX_MAX], body[HEX_MAX], response[HEX_MAX];
	bool sha = challenge->is_sha256;
	struct buf *out = buf_new(mem);
	char *clear = mem_printf(mem, "%s:%s:%s", login->user, challenge->realm,
				 secret_reveal(login->password));

	hash(sha, clear, ha1);
	sodium_memzero(clear, strlen(clear));
	/* Of the whole message, which has no body. */
	hash(sha, "", body);
	hash(sha,
	     challenge->qop && strcmp(challenge->qop, "auth-int") == 0
		     ? mem_printf(mem, "%s:%s:%s", login->method, login->uri, body)
		     : mem_printf(mem, "%s:%s", login->method, login->uri),
	     ha2);
	hash(sha,
	     challenge->qop ? mem_printf(mem, "%s:%s:00000001:%s:%s:%s", ha1, challenge->nonce,
					 login->cnonce, challenge->qop, ha2)
			    : mem_printf(mem, "%s:%s:%s", ha1, challenge->nonce, ha2),
	     response);
	sodium_memzero(ha1, sizeof(ha1));
	buf_printf(out,
		   "Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", "
		   "response=\"%s\", algorithm=%s",
		   login->user, challenge->realm, challenge->nonce, login->uri, response,
		   sha ? "SHA-256" : "MD5");
	if (challenge->qop)
		buf_printf(out, ", qop=%s, nc=00000001, cnonce=\"%s\"", challenge->qop,
			   login->cnonce);
	if (challenge->opaque)
		buf_printf(out, ", opaque=\"%s\"", challenge->opaque);
	return out->data;
}

int sip_login_answer(void *mem, const osip_message_t *response, const struct sip_login *login,
		     const char **ret_name, char **ret_value, bool *ret_stale)
{
	bool is_proxy = response->status_code == 407;
	const osip_list_t *list =
		is_proxy ? &response->proxy_authenticates : &response->www_authenticates;
	const osip_www_authenticate_t *header;
	struct challenge challenge;

	for (int i = 0; (header = osip_list_get(list, i)); i++) {
		if (!challenge_read(mem, header, &challenge))
			continue;
		*ret_name = is_proxy ? "Proxy-Authorization" : "Authorization";
		*ret_value = answer(mem, &challenge, login);
		*ret_stale = header->stale && has_word(unquoted(mem, header->stale), "true");
		return 1;
	}
	return 0;
}
