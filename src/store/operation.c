/* SPDX-License-Identifier: MIT */
#include "store/operation.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"

static const char *const kinds[] = {
	[OPERATION_REMOVE_HANDSET] = "remove_handset",
	[OPERATION_OPEN_REGISTRATION] = "open_registration",
	[OPERATION_FIRMWARE] = "firmware",
};
static const char *const modes[] = {
	[OPERATION_DELETE] = "delete",
	[OPERATION_DEREGISTER] = "deregister",
	[OPERATION_ABSENCE] = "absence",
	[OPERATION_FORGET] = "forget",
};

const char *operation_kind_name(enum operation_kind kind)
{
	return kinds[kind];
}

int operation_kind_parse(const char *s, enum operation_kind *ret)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (strcmp(s, kinds[i]) == 0) {
			*ret = (enum operation_kind)i;
			return 0;
		}
	}
	return -E_OPERATION_KIND;
}

const char *operation_mode_name(enum operation_mode mode)
{
	return modes[mode];
}

int operation_mode_parse(const char *s, enum operation_mode *ret)
{
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		if (strcmp(s, modes[i]) == 0) {
			*ret = (enum operation_mode)i;
			return 0;
		}
	}
	return -E_VALUE;
}

#define COLUMNS                                                                                    \
	"id, mac, kind, ipui, mode, dm, start_at, duration, password, url, from_at, "              \
	"until_at, carried_at, created_at, slot, name "

DB_QUERY(operation_of_device, "SELECT " COLUMNS "FROM operation "
			      "WHERE mac = :mac "
			      "ORDER BY id");
DB_QUERY(operation_of_handset, "SELECT " COLUMNS "FROM operation "
			       "WHERE ipui = :ipui AND kind = 'remove_handset' "
			       "ORDER BY id");

static int operation_from(void *mem, struct db_rows *rows, struct operation *operation)
{
	const char *ipui = db_text(rows, 3);
	const char *mode = db_text(rows, 4);
	struct secret *password;
	int r = operation_kind_parse(db_text(rows, 2), &operation->kind);

	if (r == 0 && ipui)
		r = ipui_parse(ipui, operation->ipui);
	if (r == 0 && mode)
		r = operation_mode_parse(mode, &operation->mode);
	if (r == 0)
		r = db_secret(mem, rows, 8, "operation.password", &password);
	if (r < 0)
		return r;
	operation->id = db_int(rows, 0);
	operation->mac = db_int(rows, 1);
	operation->dm = db_text_copy(mem, rows, 5);
	operation->start_at = db_int(rows, 6);
	operation->duration = db_int(rows, 7);
	operation->password = password;
	operation->url = db_text_copy(mem, rows, 9);
	operation->from_at = db_int(rows, 10);
	operation->until_at = db_int(rows, 11);
	operation->carried_at = db_int(rows, 12);
	operation->created_at = db_int(rows, 13);
	operation->slot = (int)db_int(rows, 14);
	operation->name = db_text_copy(mem, rows, 15);
	return 0;
}

static int list(void *mem, struct db_rows *rows, struct operation **ret, size_t *ret_count)
{
	int r = 0;

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = operation_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

int operation_list(void *mem, struct db *db, int64_t mac, struct operation **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &operation_of_device, DB_ARGS(DB_INT("mac", mac)), &rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

int operation_list_removals(void *mem, struct db *db, const char *ipui, struct operation **ret,
			    size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &operation_of_handset, DB_ARGS(DB_TEXT("ipui", ipui)), &rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

DB_QUERY(operation_remove_ended, "DELETE FROM operation WHERE until_at < :before");

int operation_forget(struct db *db, int64_t before)
{
	return db_run(db, &operation_remove_ended, DB_ARGS(DB_INT("before", before)));
}

DB_QUERY(operation_add,
	 "INSERT INTO operation (mac, kind, ipui, slot, name, mode, dm, start_at, duration, "
	 "password, url, from_at, until_at, created_at) "
	 "VALUES (:mac, :kind, :ipui, :slot, :name, :mode, :dm, :start_at, :duration, :password, "
	 ":url, "
	 ":from_at, :until_at, :created_at) "
	 "RETURNING id");

int operation_insert(struct db *db, struct operation *operation)
{
	bool removal = operation->kind == OPERATION_REMOVE_HANDSET;
	int r = db_select_int(
		db, &operation_add,
		DB_ARGS(DB_INT("mac", operation->mac), DB_TEXT("kind", kinds[operation->kind]),
			DB_TEXT("ipui", removal && operation->ipui[0] ? operation->ipui : NULL),
			DB_INT_OR_NULL("slot", operation->slot), DB_TEXT("name", operation->name),
			DB_TEXT("mode", removal ? modes[operation->mode] : NULL),
			DB_TEXT("dm", operation->dm),
			DB_INT_OR_NULL("start_at", operation->start_at),
			DB_INT_OR_NULL("duration", operation->duration),
			DB_SECRET("password", operation->password, "operation.password"),
			DB_TEXT("url", operation->url), DB_INT("from_at", operation->from_at),
			DB_INT_OR_NULL("until_at", operation->until_at),
			DB_INT("created_at", operation->created_at)),
		&operation->id);

	return r < 0 ? r : 0;
}

DB_QUERY(operation_remove, "DELETE FROM operation WHERE mac = :mac AND id = :id");

int operation_delete(struct db *db, int64_t mac, int64_t id)
{
	int r = db_run(db, &operation_remove, DB_ARGS(DB_INT("mac", mac), DB_INT("id", id)));

	return r < 0 ? r : db_changes(db) > 0;
}

DB_QUERY(operation_remove_removal, "DELETE FROM operation "
				   "WHERE mac = :mac AND kind = 'remove_handset' AND ipui = :ipui");

int operation_delete_removal(struct db *db, int64_t mac, const char *ipui)
{
	int r = db_run(db, &operation_remove_removal,
		       DB_ARGS(DB_INT("mac", mac), DB_TEXT("ipui", ipui)));

	return r < 0 ? r : db_changes(db) > 0;
}

DB_QUERY(operation_set_carried,
	 "UPDATE operation SET carried_at = :at, until_at = coalesce(until_at, :until_at) "
	 "WHERE id = :id AND carried_at IS NULL");

int operation_carried(struct db *db, int64_t id, int64_t at, int64_t until_at)
{
	return db_run(
		db, &operation_set_carried,
		DB_ARGS(DB_INT("at", at), DB_INT_OR_NULL("until_at", until_at), DB_INT("id", id)));
}
