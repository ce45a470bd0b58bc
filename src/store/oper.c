/* SPDX-License-Identifier: MIT */
#include "store/oper.h"

#include "base/mem.h"
#include "db/db.h"

DB_QUERY(oper_of_device,
	 "SELECT o.id, o.mac, o.position, o.name, o.value, o.created_at, p.name, p.value, p.secret "
	 "FROM oper o "
	 "LEFT JOIN oper_param p ON p.oper_id = o.id "
	 "WHERE o.mac = :mac "
	 "ORDER BY o.position, p.position");

int oper_list(void *mem, struct db *db, int64_t mac, struct oper **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct oper *oper = NULL;
	int r = db_select(db, &oper_of_device, DB_ARGS(DB_INT("mac", mac)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		if (!oper || oper->id != db_int(rows, 0)) {
			oper = mem_push(mem, ret, ret_count);
			oper->id = db_int(rows, 0);
			oper->mac = db_int(rows, 1);
			oper->position = (int)db_int(rows, 2);
			oper->name = db_text_copy(mem, rows, 3);
			oper->value = db_text_copy(mem, rows, 4);
			oper->created_at = db_int(rows, 5);
		}
		if (!db_is_null(rows, 6))
			r = param_from(mem, rows, 6, "oper_param.secret",
				       mem_push(mem, &oper->params, &oper->param_count));
	}
	return r;
}

DB_QUERY(oper_add, "INSERT INTO oper (mac, position, name, value, created_at) "
		   "VALUES (:mac, (SELECT coalesce(max(o.position), 0) + 1 FROM oper o "
		   "WHERE o.mac = :mac), :name, :value, :created_at) "
		   "RETURNING id, position");

DB_QUERY(oper_param_add, "INSERT INTO oper_param (oper_id, position, name, value, secret) "
			 "VALUES (:oper_id, :position, :name, :value, :secret)");

static int insert(struct db *db, struct oper *oper)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &oper_add,
			  DB_ARGS(DB_INT("mac", oper->mac), DB_TEXT("name", oper->name),
				  DB_TEXT("value", oper->value),
				  DB_INT("created_at", oper->created_at)),
			  &rows);

	if (r >= 0)
		r = db_next(rows);
	if (r <= 0)
		return r < 0 ? r : -E_DB;
	oper->id = db_int(rows, 0);
	oper->position = (int)db_int(rows, 1);
	return 0;
}

int oper_insert(struct db *db, struct oper *oper)
{
	int r = insert(db, oper);

	for (size_t i = 0; i < oper->param_count && r >= 0; i++) {
		const struct param *param = &oper->params[i];

		r = db_run(db, &oper_param_add,
			   DB_ARGS(DB_INT("oper_id", oper->id), DB_INT("position", i + 1),
				   DB_TEXT("name", param->name), DB_TEXT("value", param->value),
				   DB_SECRET("secret", param->secret, "oper_param.secret")));
	}
	return r < 0 ? r : 0;
}

DB_QUERY(oper_remove, "DELETE FROM oper WHERE mac = :mac AND id = :id");

int oper_delete(struct db *db, int64_t mac, int64_t id)
{
	int r = db_run(db, &oper_remove, DB_ARGS(DB_INT("mac", mac), DB_INT("id", id)));

	return r < 0 ? r : db_changes(db) > 0;
}
