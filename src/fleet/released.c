/* SPDX-License-Identifier: MIT */
#include "fleet/released.h"

#include "base/mem.h"
#include "fleet/body.h"

static int read(void *mem, const char *body, size_t len, const struct document **ret)
{
	struct document *document = NULL;
	int r = body ? body_read(mem, body, len, &document) : 0;

	*ret = document;
	return r;
}

int released_find(void *mem, struct db *db, int64_t mac, struct released **ret)
{
	struct rendition_past *past;
	struct released *released;
	int r = rendition_past_find(mem, db, mac, &past);

	if (r <= 0)
		return r;
	released = mem_new(mem, struct released);
	released->held = past->held;
	released->waits_at = past->waits_at;
	released->acknowledged = past->acknowledged;
	if (past->given_at) {
		released->given_at = past->given_at;
		r = read(mem, past->body, past->body_len, &released->given);
	} else {
		released->given_at = past->released_at;
		r = read(mem, past->released, past->released_len, &released->given);
		if (r == 0)
			r = read(mem, past->body, past->body_len, &released->offered);
	}
	if (r < 0)
		return r;
	*ret = released;
	return released->given || released->offered;
}
