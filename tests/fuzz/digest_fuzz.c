/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An Authorization header of any kind; what can be read must also bear being checked. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[32] = {1};
	static const struct digest_ha1 ha1 = {{1}};
	void *mem = mem_root("fuzz");
	char *header = mem_strndup(mem, (const char *)data, size);
	struct digest *digest;
	uint64_t number;
	int64_t made_at;

	digest_setup(key);
	if (digest_parse(mem, header, &digest) == 0) {
		if (digest_check(digest, &ha1, "r", "GET", "/", "/?a", 300) == 0)
			abort();
		if (digest_nonce_read(digest->nonce, "r", &number, &made_at) && !*digest->nonce)
			abort();
	}
	mem_free(mem);
	return 0;
}
