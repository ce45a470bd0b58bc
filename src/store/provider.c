/* SPDX-License-Identifier: MIT */
#include "store/provider.h"

#include "base/mem.h"
#include "db/db.h"

static void provider_from(void *mem, struct db_rows *rows, struct provider *provider)
{
	provider->id = db_int(rows, 0);
	provider->name = db_text_copy(mem, rows, 1);
	provider->created_at = db_int(rows, 2);
	provider->default_url = db_text_copy(mem, rows, 3);
}

DB_QUERY(provider_by_name,
	 "SELECT id, name, created_at, default_url FROM provider WHERE name = :name");

int provider_find(void *mem, struct db *db, const char *name, struct provider **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &provider_by_name, DB_ARGS(DB_TEXT("name", name)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct provider);
	provider_from(mem, rows, *ret);
	return 1;
}

DB_QUERY(provider_page, "SELECT id, name, created_at, default_url, "
			"(SELECT count(*) FROM registration WHERE provider_id = provider.id) "
			"FROM provider "
			"WHERE name > coalesce(:after, '') "
			"ORDER BY name "
			"LIMIT :limit");

int provider_list(void *mem, struct db *db, const char *after, int limit, struct provider **ret,
		  size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &provider_page,
			  DB_ARGS(DB_TEXT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct provider *provider = mem_push(mem, ret, ret_count);

		provider_from(mem, rows, provider);
		provider->registrations = db_int(rows, 4);
	}
	return r;
}

DB_QUERY(provider_of_account,
	 "SELECT id, name, created_at, default_url FROM provider "
	 "WHERE :account_id = 0 OR id IN "
	 "(SELECT provider_id FROM account_provider WHERE account_id = :account_id) "
	 "ORDER BY name");

int provider_list_of(void *mem, struct db *db, int64_t account_id, struct provider **ret,
		     size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &provider_of_account, DB_ARGS(DB_INT("account_id", account_id)),
			  &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		provider_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(provider_add, "INSERT INTO provider (name, default_url, created_at) "
		       "VALUES (:name, :default_url, :created_at)");

int provider_insert(struct db *db, const char *name, const char *default_url, int64_t at)
{
	return db_run(db, &provider_add,
		      DB_ARGS(DB_TEXT("name", name), DB_TEXT("default_url", default_url),
			      DB_INT("created_at", at)));
}

DB_QUERY(provider_change, "UPDATE provider SET default_url = :default_url WHERE id = :id");

int provider_update(struct db *db, int64_t id, const char *default_url)
{
	return db_run(db, &provider_change,
		      DB_ARGS(DB_TEXT("default_url", default_url), DB_INT("id", id)));
}

DB_QUERY(provider_remove, "DELETE FROM provider WHERE id = :id");

int provider_delete(struct db *db, int64_t id)
{
	return db_run(db, &provider_remove, DB_ARGS(DB_INT("id", id)));
}
