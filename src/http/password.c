/* SPDX-License-Identifier: MIT */
#include "http/password.h"

#include <string.h>

#include "base/text.h"
#include "http/auth.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 128 };

int password_make(const char *name, const char *realm, const char *text, struct password *ret)
{
	size_t len = strlen(text);
	int r;

	if (len < PASSWORD_MIN || text_check_line(text, PASSWORD_MAX) < 0)
		return -E_PASSWORD;
	r = auth_hash_password(text, ret->hash);
	if (r < 0)
		return r;
	digest_ha1(DIGEST_MD5, name, realm, text, &ret->ha1_md5);
	digest_ha1(DIGEST_SHA256, name, realm, text, &ret->ha1_sha256);
	return 0;
}
