/* SPDX-License-Identifier: MIT */
#include "store/account.h"

#include "base/mem.h"
#include "db/db.h"

#define COLUMNS                                                                                    \
	"id, name, role, password_hash, ha1_md5, ha1_sha256, require_mac_id, version, created_at"

static int account_from(void *mem, struct db_rows *rows, struct account *account)
{
	struct secret *md5, *sha256;
	int r;

	account->id = db_int(rows, 0);
	account->name = db_text_copy(mem, rows, 1);
	account->role = db_text_copy(mem, rows, 2);
	account->password_hash = db_text_copy(mem, rows, 3);
	r = db_secret(mem, rows, 4, "account.ha1_md5", &md5);
	if (r == 0)
		r = db_secret(mem, rows, 5, "account.ha1_sha256", &sha256);
	if (r < 0)
		return r;
	account->ha1_md5 = md5;
	account->ha1_sha256 = sha256;
	account->require_mac_id = db_is_null(rows, 6) ? -1 : (int)db_int(rows, 6);
	account->version = db_int(rows, 7);
	account->created_at = db_int(rows, 8);
	return 0;
}

DB_QUERY(account_by_name, "SELECT " COLUMNS " FROM account WHERE name = :name");

int account_find(void *mem, struct db *db, const char *name, struct account **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &account_by_name, DB_ARGS(DB_TEXT("name", name)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct account);
	r = account_from(mem, rows, *ret);
	return r < 0 ? r : 1;
}

DB_QUERY(account_page, "SELECT " COLUMNS " FROM account "
		       "WHERE name > coalesce(:after, '') "
		       "ORDER BY name "
		       "LIMIT :limit");

int account_list(void *mem, struct db *db, const char *after, int limit, struct account **ret,
		 size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &account_page,
			  DB_ARGS(DB_TEXT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = account_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(account_count_role, "SELECT count(*) FROM account WHERE :role IS NULL OR role = :role");

int account_count(struct db *db, const char *role, int64_t *ret)
{
	return db_select_int(db, &account_count_role, DB_ARGS(DB_TEXT("role", role)), ret);
}

DB_QUERY(account_add,
	 "INSERT INTO account (name, role, password_hash, ha1_md5, ha1_sha256, require_mac_id, "
	 "created_at) "
	 "VALUES (:name, :role, :password_hash, :ha1_md5, :ha1_sha256, :require_mac_id, "
	 ":created_at) "
	 "RETURNING id");

int account_insert(struct db *db, struct account *account)
{
	struct db_arg require = DB_INT("require_mac_id", account->require_mac_id);
	int r;

	if (account->require_mac_id < 0)
		require.kind = DB_ARG_NULL;
	r = db_select_int(
		db, &account_add,
		DB_ARGS(DB_TEXT("name", account->name), DB_TEXT("role", account->role),
			DB_TEXT("password_hash", account->password_hash),
			DB_SECRET("ha1_md5", account->ha1_md5, "account.ha1_md5"),
			DB_SECRET("ha1_sha256", account->ha1_sha256, "account.ha1_sha256"), require,
			DB_INT("created_at", account->created_at)),
		&account->id);
	return r < 0 ? r : 0;
}

DB_QUERY(account_change,
	 "UPDATE account SET role = :role, password_hash = :password_hash, ha1_md5 = :ha1_md5, "
	 "ha1_sha256 = :ha1_sha256, require_mac_id = :require_mac_id, version = version + 1 "
	 "WHERE id = :id");

int account_update(struct db *db, const struct account *account)
{
	struct db_arg require = DB_INT("require_mac_id", account->require_mac_id);

	if (account->require_mac_id < 0)
		require.kind = DB_ARG_NULL;
	return db_run(db, &account_change,
		      DB_ARGS(DB_TEXT("role", account->role),
			      DB_TEXT("password_hash", account->password_hash),
			      DB_SECRET("ha1_md5", account->ha1_md5, "account.ha1_md5"),
			      DB_SECRET("ha1_sha256", account->ha1_sha256, "account.ha1_sha256"),
			      require, DB_INT("id", account->id)));
}

DB_QUERY(account_remove, "DELETE FROM account WHERE id = :id");

int account_delete(struct db *db, int64_t id)
{
	return db_run(db, &account_remove, DB_ARGS(DB_INT("id", id)));
}

DB_QUERY(account_provider_names, "SELECT p.name FROM account_provider a "
				 "JOIN provider p ON p.id = a.provider_id "
				 "WHERE a.account_id = :id "
				 "ORDER BY p.name");

int account_providers(void *mem, struct db *db, int64_t id, const char ***ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &account_provider_names, DB_ARGS(DB_INT("id", id)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		*mem_push(mem, ret, ret_count) = db_text_copy(mem, rows, 0);
	return r;
}

DB_QUERY(account_provider_add, "INSERT INTO account_provider (account_id, provider_id) "
			       "VALUES (:account_id, :provider_id) "
			       "ON CONFLICT (account_id, provider_id) DO NOTHING");

int account_provider_insert(struct db *db, int64_t id, int64_t provider_id)
{
	return db_run(db, &account_provider_add,
		      DB_ARGS(DB_INT("account_id", id), DB_INT("provider_id", provider_id)));
}

DB_QUERY(account_provider_remove_all, "DELETE FROM account_provider WHERE account_id = :id");

int account_provider_clear(struct db *db, int64_t id)
{
	return db_run(db, &account_provider_remove_all, DB_ARGS(DB_INT("id", id)));
}

DB_QUERY(account_provider_is, "SELECT 1 FROM account_provider "
			      "WHERE account_id = :account_id AND provider_id = :provider_id");

int account_owns(struct db *db, int64_t id, int64_t provider_id)
{
	int64_t one;

	return db_select_int(db, &account_provider_is,
			     DB_ARGS(DB_INT("account_id", id), DB_INT("provider_id", provider_id)),
			     &one);
}
