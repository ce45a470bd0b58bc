/* SPDX-License-Identifier: MIT */
#include "store/rendition.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "db/db.h"

#define PLACE "rendition.document"
#define BODY_PLACE "rendition.body" /* of two columns: one becomes the other */

DB_QUERY(rendition_by_mac,
	 "SELECT revision, etag, until_at, made_at, given_at, operations, document, content_type "
	 "FROM rendition "
	 "WHERE mac = :mac");

int rendition_find(void *mem, struct db *db, int64_t mac, struct rendition **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct rendition *rendition;
	const void *sealed;
	size_t sealed_len;
	char *document;
	int r = db_select(db, &rendition_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	sealed = db_blob(rows, 6, &sealed_len);
	rendition = mem_new(mem, struct rendition);
	r = secret_unseal(rendition, PLACE, sealed, sealed_len, &document,
			  &rendition->document_len);
	if (r < 0)
		return r;
	rendition->mac = mac;
	rendition->document = document;
	rendition->revision = db_text_copy(rendition, rows, 0);
	rendition->etag = db_text_copy(rendition, rows, 1);
	rendition->until_at = db_int(rows, 2);
	rendition->made_at = db_int(rows, 3);
	rendition->given_at = db_int(rows, 4);
	rendition->operations = db_text_copy(rendition, rows, 5);
	rendition->content_type = db_text_copy(rendition, rows, 7);
	*ret = rendition;
	return 1;
}

/* What was given stays until what replaces it has been given. */
DB_QUERY(rendition_set,
	 "INSERT INTO rendition (mac, revision, etag, until_at, made_at, held_at, held_missing, "
	 "held_all, held_handsets, waits_at, operations, document, body, content_type) "
	 "VALUES (:mac, :revision, :etag, :until_at, :made_at, :held_at, :held_missing, "
	 ":held_all, :held_handsets, :waits_at, :operations, :document, :body, :content_type) "
	 "ON CONFLICT (mac) DO UPDATE SET revision = excluded.revision, etag = excluded.etag, "
	 "until_at = excluded.until_at, made_at = excluded.made_at, given_at = NULL, "
	 "released_at = CASE WHEN rendition.given_at IS NULL THEN rendition.released_at "
	 "ELSE rendition.given_at END, "
	 "held_at = excluded.held_at, held_missing = excluded.held_missing, "
	 "held_all = excluded.held_all, held_handsets = excluded.held_handsets, "
	 "waits_at = excluded.waits_at, "
	 "acknowledged = CASE WHEN :acknowledged_over = 1 THEN NULL "
	 "ELSE rendition.acknowledged END, "
	 "operations = excluded.operations, document = excluded.document, body = excluded.body, "
	 "content_type = excluded.content_type, "
	 "released = CASE WHEN rendition.given_at IS NULL THEN rendition.released "
	 "ELSE rendition.body END "
	 "WHERE :over IS NULL OR rendition.etag = :over");

int rendition_put(struct db *db, const struct rendition *rendition)
{
	CLEANUP(mem_freep) void *scratch = mem_root("rendition_put");
	const struct rendition_held *held = &rendition->held;
	uint8_t *document, *body = NULL;
	size_t document_len, body_len = 0;

	secret_seal(scratch, PLACE, rendition->document, rendition->document_len, &document,
		    &document_len);
	if (rendition->body)
		secret_seal(scratch, BODY_PLACE, rendition->body, rendition->body_len, &body,
			    &body_len);
	return db_run(
		db, &rendition_set,
		DB_ARGS(DB_INT("mac", rendition->mac), DB_TEXT("revision", rendition->revision),
			DB_TEXT("etag", rendition->etag),
			DB_INT_OR_NULL("until_at", rendition->until_at),
			DB_INT("made_at", rendition->made_at), DB_INT_OR_NULL("held_at", held->at),
			DB_INT_OR_NULL("held_missing", held->missing),
			DB_INT_OR_NULL("held_all", held->all),
			DB_TEXT("held_handsets", held->handsets),
			DB_INT_OR_NULL("waits_at", rendition->waits_at),
			DB_TEXT("over", rendition->over),
			DB_INT("acknowledged_over", rendition->acknowledged_over),
			DB_TEXT("operations", rendition->operations),
			DB_BLOB("document", document, document_len),
			DB_BLOB("body", body, body_len),
			DB_TEXT("content_type", rendition->content_type)));
}

DB_QUERY(rendition_set_given,
	 "UPDATE rendition SET given_at = :at, released_at = NULL, released = NULL "
	 "WHERE mac = :mac AND etag = :etag AND given_at IS NULL "
	 "RETURNING operations");

DB_QUERY(rendition_kept_delete, "DELETE FROM rendition_kept WHERE mac = :mac");

int rendition_given(void *mem, struct db *db, int64_t mac, const char *etag, int64_t at,
		    char **ret_operations)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &rendition_set_given,
			  DB_ARGS(DB_INT("at", at), DB_INT("mac", mac), DB_TEXT("etag", etag)),
			  &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret_operations = db_text_copy(mem, rows, 0);
	/* It has this one now. */
	r = db_run(db, &rendition_kept_delete, DB_ARGS(DB_INT("mac", mac)));
	return r < 0 ? r : 1;
}

#define HELD "mac, held_at, held_missing, held_all, held_handsets "

static void held_from(void *mem, struct db_rows *rows, struct rendition_held *held)
{
	held->mac = db_int(rows, 0);
	held->at = db_int(rows, 1);
	held->missing = db_int(rows, 2);
	held->all = db_int(rows, 3);
	held->handsets = db_text_copy(mem, rows, 4);
}

DB_QUERY(rendition_past_by_mac,
	 "SELECT mac, held_at, held_missing, held_all, held_handsets, "
	 "made_at, given_at, released_at, acknowledged, body, released, waits_at "
	 "FROM rendition "
	 "WHERE mac = :mac");

static int body_from(void *mem, struct db_rows *rows, int column, const char **ret, size_t *ret_len)
{
	const void *sealed;
	size_t sealed_len;
	char *body;
	int r;

	if (db_is_null(rows, column))
		return 0;
	sealed = db_blob(rows, column, &sealed_len);
	r = secret_unseal(mem, BODY_PLACE, sealed, sealed_len, &body, ret_len);
	if (r == 0)
		*ret = body;
	return r;
}

int rendition_past_find(void *mem, struct db *db, int64_t mac, struct rendition_past **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct rendition_past *past;
	int r = db_select(db, &rendition_past_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	past = mem_new(mem, struct rendition_past);
	held_from(past, rows, &past->held);
	past->made_at = db_int(rows, 5);
	past->given_at = db_int(rows, 6);
	past->released_at = db_int(rows, 7);
	past->acknowledged = db_text_copy(past, rows, 8);
	past->waits_at = db_int(rows, 11);
	r = body_from(past, rows, 9, &past->body, &past->body_len);
	if (r == 0)
		r = body_from(past, rows, 10, &past->released, &past->released_len);
	if (r < 0)
		return r;
	*ret = past;
	return 1;
}

/* The one that it has goes before one that it may have; a NULL is of a program that kept none. */
DB_QUERY(rendition_set_kept,
	 "INSERT INTO rendition_kept (mac, kept_at, given_at, body) "
	 "SELECT mac, :at, coalesce(given_at, released_at), "
	 "CASE WHEN given_at IS NULL THEN coalesce(released, body) ELSE body END "
	 "FROM rendition "
	 "WHERE mac = :mac AND (body IS NOT NULL OR released IS NOT NULL AND given_at IS NULL) "
	 "ON CONFLICT (mac) DO NOTHING");

int rendition_keep(struct db *db, int64_t mac, int64_t at)
{
	int r = db_run(db, &rendition_set_kept, DB_ARGS(DB_INT("at", at), DB_INT("mac", mac)));

	return r < 0 ? r : 0;
}

DB_QUERY(rendition_kept_old, "DELETE FROM rendition_kept WHERE kept_at < :before");

int rendition_kept_forget(struct db *db, int64_t before)
{
	return db_run(db, &rendition_kept_old, DB_ARGS(DB_INT("before", before)));
}

DB_QUERY(rendition_kept_by_mac, "SELECT given_at, body FROM rendition_kept WHERE mac = :mac");

int rendition_kept_find(void *mem, struct db *db, int64_t mac, int64_t *ret_given_at,
			const char **ret_body, size_t *ret_len)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &rendition_kept_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret_given_at = db_int(rows, 0);
	r = body_from(mem, rows, 1, ret_body, ret_len);
	return r < 0 ? r : 1;
}

DB_QUERY(rendition_held_by_mac, "SELECT " HELD "FROM rendition "
				"WHERE mac = :mac AND held_at IS NOT NULL");

int rendition_held_find(void *mem, struct db *db, int64_t mac, struct rendition_held **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &rendition_held_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct rendition_held);
	held_from(mem, rows, *ret);
	return 1;
}

DB_QUERY(rendition_held_page, "SELECT " HELD "FROM rendition "
			      "WHERE held_at IS NOT NULL "
			      "ORDER BY mac "
			      "LIMIT :limit");

int rendition_held_list(void *mem, struct db *db, int limit, struct rendition_held **ret,
			size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &rendition_held_page, DB_ARGS(DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		held_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(rendition_held_number, "SELECT count(*) FROM rendition WHERE held_at IS NOT NULL");

int rendition_held_count(struct db *db, int64_t *ret)
{
	int r = db_select_int(db, &rendition_held_number, NULL, ret);

	return r < 0 ? r : 0;
}

DB_QUERY(rendition_waiting_number, "SELECT count(*) FROM rendition WHERE waits_at IS NOT NULL");

int rendition_waiting_count(struct db *db, int64_t *ret)
{
	int r = db_select_int(db, &rendition_waiting_number, NULL, ret);

	return r < 0 ? r : 0;
}

DB_QUERY(rendition_waiting_since,
	 "SELECT waits_at FROM rendition WHERE mac = :mac AND waits_at IS NOT NULL");

int rendition_waiting_find(struct db *db, int64_t mac, int64_t *ret_at)
{
	return db_select_int(db, &rendition_waiting_since, DB_ARGS(DB_INT("mac", mac)), ret_at);
}

DB_QUERY(rendition_let_go, "UPDATE rendition SET acknowledged = held_handsets, held_at = NULL, "
			   "held_missing = NULL, held_all = NULL, held_handsets = NULL "
			   "WHERE mac = :mac AND held_at IS NOT NULL");

int rendition_acknowledge(struct db *db, int64_t mac)
{
	return db_run(db, &rendition_let_go, DB_ARGS(DB_INT("mac", mac)));
}
