/* SPDX-License-Identifier: MIT */
#include "fleet/rendition.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/lifecycle.h"
#include "fleet/body.h"
#include "fleet/job.h"
#include "fleet/operation.h"
#include "render/format.h"

bool rendition_is_current(const struct device_fetch *fetch, int64_t at)
{
	CLEANUP(mem_freep) char *revision = NULL;

	if (!fetch->rendition_revision)
		return false;
	if (fetch->rendition_until_at && at >= fetch->rendition_until_at)
		return false;
	revision = view_revision(NULL, &fetch->revision);
	return strcmp(revision, fetch->rendition_revision) == 0;
}

/* Of all that a device sees of it: with another content type it is another document. */
static const char *etag_of(void *mem, const struct buf *document, const char *content_type)
{
	uint8_t hash[16];
	char hex[2 * sizeof(hash) + 1];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)document->data, document->len,
			   (const uint8_t *)content_type,
			   content_type ? strnlen(content_type, crypto_generichash_KEYBYTES_MAX)
					: 0);
	hex_encode(hex, hash, sizeof(hash));
	return mem_printf(mem, "\"%s\"", hex);
}

static const char *operation_words(void *mem, const struct document *document)
{
	struct buf *buf = buf_new(mem);

	for (size_t i = 0; i < document->operation_count; i++)
		buf_printf(buf, "%s%lld", i ? " " : "", (long long)document->operations[i].id);
	return buf->data;
}

static void keep_body(struct rendition *rendition, const struct document *document)
{
	const struct buf *body = body_write(rendition, document);

	rendition->body = body->data;
	rendition->body_len = body->len;
}

int rendition_make(void *mem, const struct view *view, bool reveal, struct rendition **ret,
		   struct diag *reterr)
{
	const struct product *product = product_find(view->document.product);
	struct rendition *rendition;
	struct buf *buf;
	int r;

	if (!product)
		return -E_PRODUCT_UNKNOWN;
	r = product->format->render(mem, &view->document, reveal, &buf, reterr);
	if (r < 0)
		return r;
	rendition = mem_new(mem, struct rendition);
	rendition->mac = view->document.mac;
	rendition->revision = view->revision;
	rendition->content_type =
		view->document.template ? view->document.template->content_type : NULL;
	rendition->etag = etag_of(mem, buf, rendition->content_type);
	rendition->until_at = view->until_at;
	rendition->operations = operation_words(mem, &view->document);
	rendition->document = buf->data;
	rendition->document_len = buf->len;
	rendition->made_at = view->at;
	rendition->held = view->held;
	rendition->acknowledged_over = view->acknowledged_over;
	rendition->waits_at = view->waits_at;
	rendition->over = view->fetch->rendition_etag;
	if (reveal)
		keep_body(rendition, &view->document);
	*ret = rendition;
	return 0;
}

/* Marks the operations with these ids; whether one of them has got an end by it. */
static int carry_operations(void *scratch, struct db *db, int64_t mac, const char *ids, int64_t at,
			    bool *ret_ended, int64_t *ret_count)
{
	struct operation *operations;
	size_t count;
	int r = operation_list(scratch, db, mac, &operations, &count);

	*ret_ended = false;
	*ret_count = 0;
	/* Both are in the order of ids; one that is gone since ends nothing. */
	for (size_t i = 0; i < count && r == 0 && *ids;) {
		char *end;
		int64_t id = strtoll(ids, &end, 10), until;

		while (i < count && operations[i].id < id)
			i++;
		ids = end + (*end == ' ');
		if (i == count || operations[i].id != id)
			continue;
		until = operation_end(&operations[i], at);
		r = operation_carried(db, operations[i].id, at, until);
		*ret_ended = *ret_ended || until;
		*ret_count += 1;
	}
	return r;
}

int rendition_evidence(struct db *db, int64_t mac, const char *etag, int64_t at,
		       int64_t *ret_operations)
{
	CLEANUP(mem_freep) void *scratch = mem_root("evidence");
	char *operations;
	bool ended;
	int r = rendition_given(scratch, db, mac, etag, at, &operations);

	/* Known already, or the document has changed meanwhile: then it will be offered again. */
	if (r <= 0)
		return r;
	r = carry_operations(scratch, db, mac, operations, at, &ended, ret_operations);
	/* Before what has been given makes the device's revision grow. */
	if (r == 0)
		r = job_note_fetch(scratch, db, mac, at);
	if (r == 0)
		r = device_provisioned(db, mac, at);
	if (r < 0)
		return r;
	if (db_changes(db) == 0 && ended)
		r = device_touch(db, mac);
	if (r >= 0)
		r = lifecycle_given(scratch, db, mac, at);
	writer_touch(db);
	return r < 0 ? r : 1;
}
