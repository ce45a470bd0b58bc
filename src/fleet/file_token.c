/* SPDX-License-Identifier: MIT */
#include "file_token.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "store/mac.h"

void file_token(const char *purpose, int64_t mac, const char *name, char *out, size_t len)
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	crypto_generichash_state state;
	char mac_text[MAC_LEN + 1];
	uint8_t key[32];

	secret_derive(purpose, key);
	mac_format(mac, mac_text);
	crypto_generichash_init(&state, key, sizeof(key), sizeof(hash));
	crypto_generichash_update(&state, (const uint8_t *)mac_text, MAC_LEN);
	crypto_generichash_update(&state, (const uint8_t *)name, strlen(name));
	crypto_generichash_final(&state, hash, sizeof(hash));
	hex_encode(out, hash, len / 2);
	sodium_memzero(key, sizeof(key));
}
