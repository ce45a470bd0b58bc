/* SPDX-License-Identifier: MIT */
#include "store/line.h"

#include "base/mem.h"
#include "db/db.h"

#define COLUMNS "mac, slot, sip_server_id, user_name, auth_name, auth_password, display_name"

static int line_from(void *mem, struct db_rows *rows, struct line *line)
{
	struct secret *password;
	int r = db_secret(mem, rows, 5, "line.auth_password", &password);

	if (r < 0)
		return r;
	line->mac = db_int(rows, 0);
	line->slot = (int)db_int(rows, 1);
	line->sip_server_id = db_int(rows, 2);
	line->user_name = db_text_copy(mem, rows, 3);
	line->auth_name = db_text_copy(mem, rows, 4);
	line->auth_password = password;
	line->display_name = db_text_copy(mem, rows, 6);
	return 0;
}

DB_QUERY(line_of_device, "SELECT " COLUMNS " FROM line WHERE mac = :mac ORDER BY slot");

int line_list(void *mem, struct db *db, int64_t mac, struct line **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &line_of_device, DB_ARGS(DB_INT("mac", mac)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = line_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(line_of_slot, "SELECT " COLUMNS " FROM line WHERE mac = :mac AND slot = :slot");

int line_at(void *mem, struct db *db, int64_t mac, int slot, struct line **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &line_of_slot, DB_ARGS(DB_INT("mac", mac), DB_INT("slot", slot)),
			  &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct line);
	r = line_from(mem, rows, *ret);
	return r < 0 ? r : 1;
}

#define LINE_ARGS(l)                                                                               \
	DB_INT("mac", (l)->mac), DB_INT("slot", (l)->slot),                                        \
		DB_INT("sip_server_id", (l)->sip_server_id), DB_TEXT("user_name", (l)->user_name), \
		DB_TEXT("auth_name", (l)->auth_name),                                              \
		DB_SECRET("auth_password", (l)->auth_password, "line.auth_password"),              \
		DB_TEXT("display_name", (l)->display_name)

DB_QUERY(line_add,
	 "INSERT INTO line (mac, slot, sip_server_id, user_name, auth_name, auth_password, "
	 "display_name) "
	 "VALUES (:mac, :slot, :sip_server_id, :user_name, :auth_name, :auth_password, "
	 ":display_name)");

int line_insert(struct db *db, const struct line *line)
{
	return db_run(db, &line_add, DB_ARGS(LINE_ARGS(line)));
}

DB_QUERY(line_change,
	 "UPDATE line SET sip_server_id = :sip_server_id, user_name = :user_name, "
	 "auth_name = :auth_name, auth_password = :auth_password, display_name = :display_name "
	 "WHERE mac = :mac AND slot = :slot");

int line_update(struct db *db, const struct line *line)
{
	return db_run(db, &line_change, DB_ARGS(LINE_ARGS(line)));
}

DB_QUERY(line_remove, "DELETE FROM line WHERE mac = :mac AND slot = :slot");

int line_delete(struct db *db, int64_t mac, int slot)
{
	return db_run(db, &line_remove, DB_ARGS(DB_INT("mac", mac), DB_INT("slot", slot)));
}

DB_QUERY(line_with_server,
	 "SELECT 1 FROM line WHERE mac = :mac AND sip_server_id = :sip_server_id LIMIT 1");

int line_uses_server(struct db *db, int64_t mac, int64_t sip_server_id)
{
	int64_t one;

	return db_select_int(db, &line_with_server,
			     DB_ARGS(DB_INT("mac", mac), DB_INT("sip_server_id", sip_server_id)),
			     &one);
}
