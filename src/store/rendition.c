/* SPDX-License-Identifier: MIT */
#include "store/rendition.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "db/db.h"

#define PLACE "rendition.document"

DB_QUERY(rendition_by_mac,
	 "SELECT revision, etag, until_at, handsets, operations, document, made_at, given_at "
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
	sealed = db_blob(rows, 5, &sealed_len);
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
	rendition->handsets = db_text_copy(rendition, rows, 3);
	rendition->operations = db_text_copy(rendition, rows, 4);
	rendition->made_at = db_int(rows, 6);
	rendition->given_at = db_int(rows, 7);
	*ret = rendition;
	return 1;
}

DB_QUERY(rendition_set,
	 "INSERT INTO rendition (mac, revision, etag, until_at, handsets, operations, document, "
	 "made_at) "
	 "VALUES (:mac, :revision, :etag, :until_at, :handsets, :operations, :document, :made_at) "
	 "ON CONFLICT (mac) DO UPDATE SET revision = excluded.revision, etag = excluded.etag, "
	 "until_at = excluded.until_at, handsets = excluded.handsets, "
	 "operations = excluded.operations, document = excluded.document, "
	 "made_at = excluded.made_at, given_at = NULL");

int rendition_put(struct db *db, const struct rendition *rendition)
{
	CLEANUP(mem_freep) void *scratch = mem_root("rendition_put");
	uint8_t *sealed;
	size_t len;

	secret_seal(scratch, PLACE, rendition->document, rendition->document_len, &sealed, &len);
	return db_run(
		db, &rendition_set,
		DB_ARGS(DB_INT("mac", rendition->mac), DB_TEXT("revision", rendition->revision),
			DB_TEXT("etag", rendition->etag),
			DB_INT_OR_NULL("until_at", rendition->until_at),
			DB_TEXT("handsets", rendition->handsets),
			DB_TEXT("operations", rendition->operations),
			DB_BLOB("document", sealed, len), DB_INT("made_at", rendition->made_at)));
}

DB_QUERY(rendition_set_given, "UPDATE rendition SET given_at = :at, handsets_given = handsets "
			      "WHERE mac = :mac AND etag = :etag AND given_at IS NULL "
			      "RETURNING operations");

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
	return 1;
}

DB_QUERY(rendition_given_handsets, "SELECT handsets_given FROM rendition WHERE mac = :mac");

int rendition_handsets_given(void *mem, struct db *db, int64_t mac, char **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &rendition_given_handsets, DB_ARGS(DB_INT("mac", mac)), &rows);

	*ret = mem_strdup(mem, "");
	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = db_text_copy(mem, rows, 0);
	return 0;
}

DB_QUERY(rendition_known_handsets,
	 "SELECT handsets_given || ' ' || handsets FROM rendition WHERE mac = :mac");

int rendition_handsets_known(void *mem, struct db *db, int64_t mac, char **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &rendition_known_handsets, DB_ARGS(DB_INT("mac", mac)), &rows);

	*ret = mem_strdup(mem, "");
	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = db_text_copy(mem, rows, 0);
	return 0;
}
