/* SPDX-License-Identifier: MIT */
#include "store/setting.h"

#include "base/mem.h"
#include "db/db.h"

static int setting_from(void *mem, struct db_rows *rows, struct setting *setting)
{
	struct secret *secret;
	int r;

	setting->scope = db_text_copy(mem, rows, 0);
	setting->name = db_text_copy(mem, rows, 1);
	setting->value = db_text_copy(mem, rows, 2);
	r = db_secret(mem, rows, 3, "setting.secret", &secret);
	if (r < 0)
		return r;
	setting->secret = secret;
	setting->updated_at = db_int(rows, 4);
	return 0;
}

static int list(void *mem, struct db *db, const struct db_query *query, const struct db_arg *args,
		struct setting **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, query, args, &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = setting_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(setting_of_scope, "SELECT scope, name, value, secret, updated_at FROM setting "
			   "WHERE scope = :scope "
			   "ORDER BY name");

int setting_list(void *mem, struct db *db, const char *scope, struct setting **ret,
		 size_t *ret_count)
{
	return list(mem, db, &setting_of_scope, DB_ARGS(DB_TEXT("scope", scope)), ret, ret_count);
}

DB_QUERY(setting_with_value, "SELECT scope FROM setting "
			     "WHERE name = :name AND value = :value "
			     "ORDER BY scope "
			     "LIMIT 1");

int setting_scope_of(void *mem, struct db *db, const char *name, const char *value,
		     const char **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &setting_with_value,
			  DB_ARGS(DB_TEXT("name", name), DB_TEXT("value", value)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = db_text_copy(mem, rows, 0);
	return 1;
}

DB_QUERY(setting_all_values, "SELECT DISTINCT value FROM setting "
			     "WHERE name = :name AND value IS NOT NULL "
			     "ORDER BY value");

int setting_values(void *mem, struct db *db, const char *name, const char ***ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &setting_all_values, DB_ARGS(DB_TEXT("name", name)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		*mem_push(mem, ret, ret_count) = db_text_copy(mem, rows, 0);
	return r;
}

DB_QUERY(setting_of_name, "SELECT scope, name, value, secret, updated_at FROM setting "
			  "WHERE name = :name AND scope > coalesce(:after, '') "
			  "ORDER BY scope "
			  "LIMIT :limit");

int setting_list_named(void *mem, struct db *db, const char *name, const char *after, int limit,
		       struct setting **ret, size_t *ret_count)
{
	return list(mem, db, &setting_of_name,
		    DB_ARGS(DB_TEXT("name", name), DB_TEXT("after", after), DB_INT("limit", limit)),
		    ret, ret_count);
}

DB_QUERY(setting_clear_page,
	 "SELECT scope, name, value, secret, updated_at FROM setting "
	 "WHERE value IS NOT NULL AND scope >= :scope AND (scope > :scope OR name > :name) "
	 "ORDER BY scope, name "
	 "LIMIT :limit");

int setting_list_clear(void *mem, struct db *db, const char *scope, const char *name, int limit,
		       struct setting **ret, size_t *ret_count)
{
	return list(mem, db, &setting_clear_page,
		    DB_ARGS(DB_TEXT("scope", scope), DB_TEXT("name", name), DB_INT("limit", limit)),
		    ret, ret_count);
}

DB_QUERY(setting_by_name, "SELECT scope, name, value, secret, updated_at FROM setting "
			  "WHERE scope = :scope AND name = :name");

int setting_find(void *mem, struct db *db, const char *scope, const char *name,
		 struct setting **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &setting_by_name,
			  DB_ARGS(DB_TEXT("scope", scope), DB_TEXT("name", name)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct setting);
	r = setting_from(mem, rows, *ret);
	return r < 0 ? r : 1;
}

DB_QUERY(setting_set, "INSERT INTO setting (scope, name, value, secret, updated_at) "
		      "VALUES (:scope, :name, :value, :secret, :updated_at) "
		      "ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value, "
		      "secret = excluded.secret, updated_at = excluded.updated_at");

int setting_put(struct db *db, const struct setting *setting)
{
	return db_run(db, &setting_set,
		      DB_ARGS(DB_TEXT("scope", setting->scope), DB_TEXT("name", setting->name),
			      DB_TEXT("value", setting->value),
			      DB_SECRET("secret", setting->secret, "setting.secret"),
			      DB_INT("updated_at", setting->updated_at)));
}

DB_QUERY(setting_remove, "DELETE FROM setting WHERE scope = :scope AND name = :name");

int setting_delete(struct db *db, const char *scope, const char *name)
{
	int r = db_run(db, &setting_remove,
		       DB_ARGS(DB_TEXT("scope", scope), DB_TEXT("name", name)));

	return r < 0 ? r : db_changes(db) > 0;
}

DB_QUERY(setting_remove_scope, "DELETE FROM setting WHERE scope = :scope");

int setting_delete_scope(struct db *db, const char *scope)
{
	return db_run(db, &setting_remove_scope, DB_ARGS(DB_TEXT("scope", scope)));
}

DB_QUERY(setting_rename_scope, "UPDATE setting SET scope = :to WHERE scope = :scope");

int setting_move_scope(struct db *db, const char *scope, const char *to)
{
	return db_run(db, &setting_rename_scope,
		      DB_ARGS(DB_TEXT("scope", scope), DB_TEXT("to", to)));
}

DB_QUERY(scope_bump, "INSERT INTO scope_revision (scope, revision) VALUES (:scope, 1) "
		     "ON CONFLICT (scope) DO UPDATE SET revision = scope_revision.revision + 1");

int scope_touch(struct db *db, const char *scope)
{
	return db_run(db, &scope_bump, DB_ARGS(DB_TEXT("scope", scope)));
}
