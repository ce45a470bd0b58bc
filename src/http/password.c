/* SPDX-License-Identifier: MIT */
#include "http/password.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 128 };

int password_make(const char *name, const char *realm, const char *text, struct password *ret)
{
	size_t len = strlen(text);

	_Static_assert(sizeof(ret->hash) >= crypto_pwhash_STRBYTES, "a hash fits");
	if (len < PASSWORD_MIN || text_check_line(text, PASSWORD_MAX) < 0)
		return -E_PASSWORD;
	if (crypto_pwhash_str(ret->hash, text, len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
			      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return -E_INTERNAL;
	digest_ha1(DIGEST_MD5, name, realm, text, &ret->ha1_md5);
	digest_ha1(DIGEST_SHA256, name, realm, text, &ret->ha1_sha256);
	return 0;
}
