/* SPDX-License-Identifier: MIT */
#include "fleet/released.h"

#include "base/mem.h"
#include "fleet/body.h"
#include "store/handset.h"

static int read(void *mem, const char *body, size_t len, const struct document **ret)
{
	struct document *document = NULL;
	int r = body ? body_read(mem, body, len, &document) : 0;

	*ret = document;
	return r;
}

/* Handsets that live in another device by now are not missed here, nor given once more. */
static int without_moved(void *mem, struct db *db, struct document *document)
{
	struct document_handset *stay =
		mem_array(mem, struct document_handset, document->handset_count + 1);
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; i < document->handset_count && r >= 0; i++) {
		const struct handset *handset = document->handsets[i].handset;
		struct handset *now;

		r = handset->ipui[0] ? handset_find(mem, db, handset->ipui, &now) : 0;
		if (r == 0 || (r > 0 && now->mac == document->mac))
			stay[count++] = document->handsets[i];
	}
	document->handsets = stay;
	document->handset_count = count;
	return r < 0 ? r : 0;
}

/* What a device of this MAC was given that was removed since. */
static int read_kept(void *mem, struct db *db, int64_t mac, struct released *released)
{
	struct document *document;
	const char *body;
	size_t len;
	int r = rendition_kept_find(mem, db, mac, &released->given_at, &body, &len);

	if (r <= 0)
		return r;
	r = body_read(mem, body, len, &document);
	if (r == 0)
		r = without_moved(mem, db, document);
	if (r == 0)
		released->given = document;
	return r;
}

static int read_past(void *mem, const struct rendition_past *past, struct released *released)
{
	int r;

	released->held = past->held;
	released->waits_at = past->waits_at;
	released->acknowledged = past->acknowledged;
	if (past->given_at) {
		released->given_at = past->given_at;
		return read(mem, past->body, past->body_len, &released->given);
	}
	released->given_at = past->released_at;
	r = read(mem, past->released, past->released_len, &released->given);
	return r < 0 ? r : read(mem, past->body, past->body_len, &released->offered);
}

int released_find(void *mem, struct db *db, int64_t mac, struct released **ret)
{
	struct released *released = mem_new(mem, struct released);
	struct rendition_past *past = NULL;
	int r = rendition_past_find(mem, db, mac, &past);

	if (r > 0)
		r = read_past(mem, past, released);
	if (r == 0 && !(past && (past->given_at || released->given)))
		r = read_kept(mem, db, mac, released);
	if (r < 0)
		return r;
	*ret = released;
	return released->given || released->offered;
}
