/* SPDX-License-Identifier: MIT */
#include "store/template.h"

#include "base/mem.h"
#include "db/db.h"

#define PLACE "template.text"

DB_QUERY(template_of_scope, "SELECT scope, content_type, updated_at, text FROM template "
			    "WHERE scope = :scope");

static void template_from(void *mem, struct db_rows *rows, struct template *template)
{
	template->scope = db_text_copy(mem, rows, 0);
	template->content_type = db_text_copy(mem, rows, 1);
	template->updated_at = db_int(rows, 2);
}

int template_find(void *mem, struct db *db, const char *scope, struct template **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct secret *text;
	int r = db_select(db, &template_of_scope, DB_ARGS(DB_TEXT("scope", scope)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	r = db_secret(mem, rows, 3, PLACE, &text);
	if (r < 0)
		return r;
	*ret = mem_new(mem, struct template);
	template_from(mem, rows, *ret);
	(*ret)->text = text;
	return 1;
}

DB_QUERY(template_page, "SELECT scope, content_type, updated_at FROM template "
			"WHERE scope > coalesce(:after, '') "
			"ORDER BY scope "
			"LIMIT :limit");

int template_list(void *mem, struct db *db, const char *after, int limit, struct template **ret,
		  size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &template_page,
			  DB_ARGS(DB_TEXT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		template_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(template_set, "INSERT INTO template (scope, content_type, text, updated_at) "
		       "VALUES (:scope, :content_type, :text, :updated_at) "
		       "ON CONFLICT (scope) DO UPDATE SET content_type = excluded.content_type, "
		       "text = excluded.text, updated_at = excluded.updated_at");

int template_put(struct db *db, const struct template *template)
{
	return db_run(db, &template_set,
		      DB_ARGS(DB_TEXT("scope", template->scope),
			      DB_TEXT("content_type", template->content_type),
			      DB_SECRET("text", template->text, PLACE),
			      DB_INT("updated_at", template->updated_at)));
}

DB_QUERY(template_remove, "DELETE FROM template WHERE scope = :scope");

int template_delete(struct db *db, const char *scope)
{
	int r = db_run(db, &template_remove, DB_ARGS(DB_TEXT("scope", scope)));

	return r < 0 ? r : db_changes(db) > 0;
}
