/* SPDX-License-Identifier: MIT */
#include "store/activation.h"

#include "base/mem.h"
#include "db/db.h"

#define COLUMNS "a.code, a.password, a.provider_id, p.name, a.url, a.created_at"

static int activation_from(void *mem, struct db_rows *rows, struct activation *activation)
{
	struct secret *password;
	int r = db_secret(mem, rows, 1, "activation.password", &password);

	if (r < 0)
		return r;
	activation->code = db_text_copy(mem, rows, 0);
	activation->password = password;
	activation->provider_id = db_int(rows, 2);
	activation->provider = db_text_copy(mem, rows, 3);
	activation->url = db_text_copy(mem, rows, 4);
	activation->created_at = db_int(rows, 5);
	return 0;
}

DB_QUERY(activation_by_code, "SELECT " COLUMNS " FROM activation a "
			     "JOIN provider p ON p.id = a.provider_id "
			     "WHERE a.code = :code");

int activation_find(void *mem, struct db *db, const char *code, struct activation **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &activation_by_code, DB_ARGS(DB_TEXT("code", code)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct activation);
	r = activation_from(mem, rows, *ret);
	return r < 0 ? r : 1;
}

DB_QUERY(activation_page, "SELECT " COLUMNS " FROM activation a "
			  "JOIN provider p ON p.id = a.provider_id "
			  "WHERE a.code > coalesce(:after, '') "
			  "ORDER BY a.code "
			  "LIMIT :limit");

int activation_list(void *mem, struct db *db, const char *after, int limit, struct activation **ret,
		    size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &activation_page,
			  DB_ARGS(DB_TEXT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		r = activation_from(mem, rows, mem_push(mem, ret, ret_count));
		if (r < 0)
			return r;
	}
	return r;
}

DB_QUERY(activation_add, "INSERT INTO activation (code, password, provider_id, url, created_at) "
			 "VALUES (:code, :password, :provider_id, :url, :created_at)");

int activation_insert(struct db *db, const struct activation *activation)
{
	return db_run(db, &activation_add,
		      DB_ARGS(DB_TEXT("code", activation->code),
			      DB_SECRET("password", activation->password, "activation.password"),
			      DB_INT("provider_id", activation->provider_id),
			      DB_TEXT("url", activation->url),
			      DB_INT("created_at", activation->created_at)));
}

DB_QUERY(activation_set_url, "UPDATE activation SET url = :url WHERE code = :code");

int activation_move(struct db *db, const char *code, const char *url)
{
	return db_run(db, &activation_set_url, DB_ARGS(DB_TEXT("url", url), DB_TEXT("code", code)));
}

DB_QUERY(activation_remove, "DELETE FROM activation WHERE code = :code");

int activation_delete(struct db *db, const char *code)
{
	int r = db_run(db, &activation_remove, DB_ARGS(DB_TEXT("code", code)));

	return r < 0 ? r : db_changes(db) > 0;
}
