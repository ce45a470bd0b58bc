/* SPDX-License-Identifier: MIT */
#include "store/handset.h"

#include "base/buf.h"
#include "base/mem.h"
#include "db/db.h"

#define COLUMNS "mac, slot, ipui, name, pin, origin, created_at"

static int handset_from(void *mem, struct db_rows *rows, struct handset *handset)
{
	struct secret *pin;
	int r;

	handset->mac = db_int(rows, 0);
	handset->slot = (int)db_int(rows, 1);
	r = ipui_parse(db_text(rows, 2), handset->ipui);
	if (r == 0)
		r = db_secret(mem, rows, 4, "handset.pin", &pin);
	if (r < 0)
		return r;
	handset->name = db_text_copy(mem, rows, 3);
	handset->pin = pin;
	handset->origin = db_text_copy(mem, rows, 5);
	handset->created_at = db_int(rows, 6);
	return 0;
}

DB_QUERY(handset_of_device, "SELECT " COLUMNS " FROM handset WHERE mac = :mac ORDER BY slot");

int handset_list(void *mem, struct db *db, int64_t mac, struct handset **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &handset_of_device, DB_ARGS(DB_INT("mac", mac)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = handset_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(handset_count_of_device, "SELECT count(*) FROM handset WHERE mac = :mac");

int handset_count(struct db *db, int64_t mac, int64_t *ret)
{
	int r = db_select_int(db, &handset_count_of_device, DB_ARGS(DB_INT("mac", mac)), ret);

	return r < 0 ? r : 0;
}

DB_QUERY(handset_by_ipui, "SELECT " COLUMNS " FROM handset WHERE ipui = :ipui");

int handset_find(void *mem, struct db *db, const char *ipui, struct handset **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &handset_by_ipui, DB_ARGS(DB_TEXT("ipui", ipui)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct handset);
	r = handset_from(mem, rows, *ret);
	return r < 0 ? r : 1;
}

DB_QUERY(handset_slots, "SELECT slot FROM handset "
			"WHERE mac = :mac AND slot >= :first "
			"ORDER BY slot");

int handset_slot_text(void *mem, struct db *db, int64_t mac, char **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct buf *out = buf_new(mem);
	int r = db_select(db, &handset_slots, DB_ARGS(DB_INT("mac", mac), DB_INT("first", 1)),
			  &rows);

	while (r >= 0 && (r = db_next(rows)) > 0)
		buf_printf(out, "%s%d", out->len > 0 ? "," : "", (int)db_int(rows, 0));
	if (r < 0)
		return r;
	*ret = out->data;
	return 0;
}

static int slot_find(struct db *db, int64_t mac, int *ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int first = *ret > 0 ? *ret : 1;
	int r = db_select(db, &handset_slots, DB_ARGS(DB_INT("mac", mac), DB_INT("first", first)),
			  &rows);

	*ret = first;
	while (r >= 0 && (r = db_next(rows)) > 0 && db_int(rows, 0) == *ret)
		(*ret)++;
	return r < 0 ? r : 0;
}

DB_QUERY(handset_add, "INSERT INTO handset (mac, slot, ipui, name, pin, origin, created_at) "
		      "VALUES (:mac, :slot, :ipui, :name, :pin, :origin, :created_at)");

int handset_insert(struct db *db, struct handset *handset)
{
	int r = slot_find(db, handset->mac, &handset->slot);

	if (r < 0)
		return r;
	return db_run(db, &handset_add,
		      DB_ARGS(DB_INT("mac", handset->mac), DB_INT("slot", handset->slot),
			      DB_TEXT("ipui", handset->ipui), DB_TEXT("name", handset->name),
			      DB_SECRET("pin", handset->pin, "handset.pin"),
			      DB_TEXT("origin", handset->origin),
			      DB_INT("created_at", handset->created_at)));
}

DB_QUERY(handset_remove, "DELETE FROM handset WHERE mac = :mac AND slot = :slot");

int handset_delete(struct db *db, int64_t mac, int slot)
{
	return db_run(db, &handset_remove, DB_ARGS(DB_INT("mac", mac), DB_INT("slot", slot)));
}
