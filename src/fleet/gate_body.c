/* SPDX-License-Identifier: MIT */
/* Bodies: what a device keeps while changes wait. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/body.h"
#include "fleet/gate.h"
#include "fleet/oper.h"
#include "store/mac.h"

struct key {
	char s[IPUI_LEN + 1];
};

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct key *)a)->s, ((const struct key *)b)->s);
}

static struct key *keys_of(void *mem, const struct document *document)
{
	struct key *keys = mem_array(mem, struct key, document->handset_count + 1);

	for (size_t i = 0; i < document->handset_count; i++)
		handset_key(document->handsets[i].handset, keys[i].s);
	qsort(keys, document->handset_count, sizeof(*keys), by_text);
	return keys;
}

static int by_slot(const void *key, const void *member)
{
	return *(const int *)key - ((const struct document_handset *)member)->handset->slot;
}

static int by_line(const void *key, const void *member)
{
	return *(const int *)key - ((const struct document_line *)member)->line->slot;
}

static int by_ipui(const void *key, const void *member)
{
	const struct document_handset *const *handset = member;

	return strcmp(key, (*handset)->handset->ipui);
}

static int handsets_by_ipui(const void *a, const void *b)
{
	const struct document_handset *const *x = a;
	const struct document_handset *const *y = b;

	return strcmp((*x)->handset->ipui, (*y)->handset->ipui);
}

/* Lists of what may be empty are NULL, which bsearch() must not see. */
static const void *find(const void *key, const void *list, size_t count, size_t size,
			int (*compare)(const void *, const void *))
{
	return count ? bsearch(key, list, count, size, compare) : NULL;
}

struct reduction {
	void *mem;
	const struct document *wanted;
	const struct key *keys;
	const struct document_handset **by_ipui; /* of `wanted` */
	int64_t given_at;
};

/* One that was known by its slot may have got an IPUI, and have been removed then. */
static bool was_removed_from_slot(const struct reduction *now, int slot)
{
	for (size_t i = 0; i < now->wanted->operation_count; i++) {
		const struct operation *operation = &now->wanted->operations[i];

		if (operation->kind == OPERATION_REMOVE_HANDSET && operation->slot == slot &&
		    operation->created_at > now->given_at)
			return true;
	}
	return false;
}

/* What is wanted of the same handset; NULL: it was removed. */
static const struct document_handset *counterpart(const struct reduction *now,
						  const struct handset *handset)
{
	const struct document *wanted = now->wanted;
	const struct document_handset *const *same;
	struct key key;

	if (handset->ipui[0]) {
		same = find(handset->ipui, now->by_ipui, wanted->handset_count,
			    sizeof(const struct document_handset *), by_ipui);
		return same ? *same : NULL;
	}
	handset_key(handset, key.s);
	if (!find(&key, now->keys, wanted->handset_count, sizeof(key), by_text) &&
	    was_removed_from_slot(now, handset->slot))
		return NULL;
	return find(&handset->slot, wanted->handsets, wanted->handset_count,
		    sizeof(*wanted->handsets), by_slot);
}

static bool has_param(const struct param *params, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(params[i].name, name) == 0)
			return true;
	return false;
}

/* Secrets that were unset are not given out any more; all else stays. */
static void reduce_params(void *mem, struct param **params, size_t *count,
			  const struct param *wanted, size_t wanted_count)
{
	struct param *kept = NULL;
	size_t kept_count = 0;

	for (size_t i = 0; i < *count; i++)
		if (!(*params)[i].secret || has_param(wanted, wanted_count, (*params)[i].name))
			*mem_push(mem, &kept, &kept_count) = (*params)[i];
	*params = kept;
	*count = kept_count;
}

static void reduce_handsets(const struct reduction *now, struct document *document)
{
	struct document_handset *kept = NULL;
	size_t count = 0;

	for (size_t i = 0; i < document->handset_count; i++) {
		const struct document_handset *same =
			counterpart(now, document->handsets[i].handset);
		struct document_handset *member;

		if (!same)
			continue;
		member = mem_push(now->mem, &kept, &count);
		*member = document->handsets[i];
		if (!same->line)
			member->line = NULL;
		reduce_params(now->mem, &member->params, &member->param_count, same->params,
			      same->param_count);
	}
	document->handsets = kept;
	document->handset_count = count;
}

static void reduce_lines(const struct reduction *now, struct document *document)
{
	const struct document *wanted = now->wanted;
	struct document_line *kept = NULL;
	size_t count = 0;

	for (size_t i = 0; i < document->line_count; i++)
		if (find(&document->lines[i].line->slot, wanted->lines, wanted->line_count,
			 sizeof(*wanted->lines), by_line))
			*mem_push(now->mem, &kept, &count) = document->lines[i];
	document->lines = kept;
	document->line_count = count;
}

/* A device refuses a file that tells of a handset which is not there. */
static void reduce_opers(const struct reduction *now, struct document *document)
{
	struct document_oper *kept = NULL;
	size_t count = 0;

	for (size_t i = 0; i < document->oper_count; i++)
		if (!oper_names_a_stranger(document, &document->opers[i]))
			*mem_push(now->mem, &kept, &count) = document->opers[i];
	document->opers = kept;
	document->oper_count = count;
}

static bool is_same_firmware(const struct document_firmware *a, const struct document_firmware *b)
{
	return a && b && strcmp(a->version, b->version) == 0 && strcmp(a->url, b->url) == 0;
}

void gate_reduce(void *mem, const struct document *base, const struct document *wanted,
		 int64_t given_at, struct document *ret)
{
	struct reduction now = {
		.mem = mem,
		.wanted = wanted,
		.keys = keys_of(mem, wanted),
		.by_ipui =
			mem_array(mem, const struct document_handset *, wanted->handset_count + 1),
		.given_at = given_at,
	};

	for (size_t i = 0; i < wanted->handset_count; i++)
		now.by_ipui[i] = &wanted->handsets[i];
	qsort(now.by_ipui, wanted->handset_count, sizeof(*now.by_ipui), handsets_by_ipui);
	*ret = *base;
	ret->delete_not_provisioned = false;
	ret->operations = wanted->operations;
	ret->operation_count = wanted->operation_count;
	if (!is_same_firmware(base->firmware, wanted->firmware))
		ret->firmware = NULL;
	/* Those that were taken away are not offered any more. */
	if (wanted->file_count == 0)
		ret->file_count = 0;
	reduce_params(mem, &ret->params, &ret->param_count, wanted->params, wanted->param_count);
	reduce_handsets(&now, ret);
	reduce_lines(&now, ret);
	reduce_opers(&now, ret);
}

static struct buf *written(void *mem, const struct document *document)
{
	struct document bare = *document;

	bare.operations = NULL;
	bare.operation_count = 0;
	return body_write(mem, &bare);
}

bool gate_is_same(const struct document *a, const struct document *b)
{
	CLEANUP(mem_freep) void *scratch = mem_root("gate");
	const struct buf *one = written(scratch, a);
	const struct buf *two = written(scratch, b);

	return one->len == two->len && memcmp(one->data, two->data, one->len) == 0;
}
