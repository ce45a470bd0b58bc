/* SPDX-License-Identifier: MIT */
#include "store/rendition.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "db/db.h"

#define PLACE "rendition.document"

DB_QUERY(rendition_by_mac,
	 "SELECT revision, etag, until_at, handsets, operations, document, made_at FROM rendition "
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
	rendition->handsets = db_int(rows, 3);
	rendition->operations = db_int(rows, 4);
	rendition->made_at = db_int(rows, 6);
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
	 "made_at = excluded.made_at");

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
			DB_INT("handsets", rendition->handsets),
			DB_INT("operations", rendition->operations),
			DB_BLOB("document", sealed, len), DB_INT("made_at", rendition->made_at)));
}
