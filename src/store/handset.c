/* SPDX-License-Identifier: MIT */
#include "store/handset.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/mem.h"
#include "db/db.h"

#define COLUMNS "mac, slot, ipui, name, pin, origin, waits_mac, added_at, registered_at, created_at"

const char *handset_key(const struct handset *handset, char key[IPUI_LEN + 1])
{
	if (handset->ipui[0])
		snprintf(key, IPUI_LEN + 1, "%s", handset->ipui);
	else
		snprintf(key, IPUI_LEN + 1, "%05u", (unsigned)handset->slot % 100000);
	return key;
}

char *handset_scope(void *mem, const struct handset *handset)
{
	char key[IPUI_LEN + 1], mac[MAC_LEN + 1];

	handset_key(handset, key);
	if (handset->ipui[0])
		return mem_printf(mem, "handset:%s", key);
	mac_format(handset->mac, mac);
	return mem_printf(mem, "handset:%s-%s", mac, key);
}

static int handset_from(void *mem, struct db_rows *rows, struct handset *handset)
{
	const char *ipui = db_text(rows, 2);
	struct secret *pin;
	int r = 0;

	handset->mac = db_int(rows, 0);
	handset->slot = (int)db_int(rows, 1);
	handset->ipui[0] = '\0';
	if (ipui)
		r = ipui_parse(ipui, handset->ipui);
	if (r == 0)
		r = db_secret(mem, rows, 4, "handset.pin", &pin);
	if (r < 0)
		return r;
	handset->name = db_text_copy(mem, rows, 3);
	handset->pin = pin;
	handset->origin = db_text_copy(mem, rows, 5);
	handset->waits_mac = db_int(rows, 6);
	handset->added_at = db_int(rows, 7);
	handset->registered_at = db_int(rows, 8);
	handset->created_at = db_int(rows, 9);
	return 0;
}

DB_QUERY(handset_of_device, "SELECT " COLUMNS " FROM handset WHERE mac = :mac ORDER BY slot");

DB_QUERY(handset_of_device_new, "SELECT " COLUMNS " FROM handset "
				"WHERE mac = :mac AND added_at IS NULL "
				"ORDER BY slot");
DB_QUERY(handset_by_waiting, "SELECT " COLUMNS " FROM handset "
			     "WHERE waits_mac = :mac "
			     "ORDER BY mac, slot");

static int list(void *mem, struct db *db, const struct db_query *query, int64_t mac,
		struct handset **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, query, DB_ARGS(DB_INT("mac", mac)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = handset_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

int handset_list(void *mem, struct db *db, int64_t mac, struct handset **ret, size_t *ret_count)
{
	return list(mem, db, &handset_of_device, mac, ret, ret_count);
}

int handset_list_new(void *mem, struct db *db, int64_t mac, struct handset **ret, size_t *ret_count)
{
	return list(mem, db, &handset_of_device_new, mac, ret, ret_count);
}

int handset_list_waiting(void *mem, struct db *db, int64_t waits_mac, struct handset **ret,
			 size_t *ret_count)
{
	return list(mem, db, &handset_by_waiting, waits_mac, ret, ret_count);
}

DB_QUERY(handset_count_of_device, "SELECT coalesce(max(handsets), 0) FROM device WHERE mac = :mac");

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

DB_QUERY(handset_slot, "SELECT " COLUMNS " FROM handset WHERE mac = :mac AND slot = :slot");

int handset_at(void *mem, struct db *db, int64_t mac, int slot, struct handset **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &handset_slot, DB_ARGS(DB_INT("mac", mac), DB_INT("slot", slot)),
			  &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct handset);
	r = handset_from(mem, rows, *ret);
	return r < 0 ? r : 1;
}

/* A slot that is still to be emptied by absence is not free: its key is what the device knows. */
#define ABSENT "FROM operation WHERE mac = :mac AND mode = 'absence' AND until_at IS NULL"

DB_QUERY(handset_slots_taken, "SELECT slot FROM handset "
			      "WHERE mac = :mac AND slot >= :first "
			      "UNION SELECT slot " ABSENT " AND slot >= :first "
			      "ORDER BY slot");
DB_QUERY(handset_slots_dense,
	 "SELECT d.handsets FROM device d "
	 "WHERE d.mac = :mac "
	 "AND d.handsets = coalesce((SELECT max(slot) FROM handset WHERE mac = :mac), 0) "
	 "AND NOT EXISTS (SELECT 1 " ABSENT ")");

static int slot_find(struct db *db, int64_t mac, int *ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int first = *ret > 0 ? *ret : 1;
	int64_t count;
	int r;

	/* As many as the highest slot says: then all below it are taken. */
	if (*ret == 0) {
		r = db_select_int(db, &handset_slots_dense, DB_ARGS(DB_INT("mac", mac)), &count);
		if (r > 0)
			*ret = (int)count + 1;
		if (r != 0)
			return r < 0 ? r : 0;
	}
	r = db_select(db, &handset_slots_taken, DB_ARGS(DB_INT("mac", mac), DB_INT("first", first)),
		      &rows);
	*ret = first;
	while (r >= 0 && (r = db_next(rows)) > 0 && db_int(rows, 0) == *ret)
		(*ret)++;
	return r < 0 ? r : 0;
}

DB_QUERY(handset_add, "INSERT INTO handset (" COLUMNS ") "
		      "VALUES (:mac, :slot, :ipui, :name, :pin, :origin, :waits_mac, :added_at, "
		      ":registered_at, :created_at)");
DB_QUERY(handset_change,
	 "UPDATE handset SET ipui = :ipui, name = :name, pin = :pin, origin = :origin, "
	 "waits_mac = :waits_mac, added_at = :added_at, registered_at = :registered_at "
	 "WHERE mac = :mac AND slot = :slot");
DB_QUERY(handset_counted, "UPDATE device SET handsets = handsets + :more WHERE mac = :mac");

#define HANDSET_ARGS(h)                                                                            \
	DB_INT("mac", (h)->mac), DB_INT("slot", (h)->slot),                                        \
		DB_TEXT("ipui", (h)->ipui[0] ? (h)->ipui : NULL), DB_TEXT("name", (h)->name),      \
		DB_SECRET("pin", (h)->pin, "handset.pin"), DB_TEXT("origin", (h)->origin),         \
		DB_INT_OR_NULL("waits_mac", (h)->waits_mac),                                       \
		DB_INT_OR_NULL("added_at", (h)->added_at),                                         \
		DB_INT_OR_NULL("registered_at", (h)->registered_at)

static int count(struct db *db, int64_t mac, int more)
{
	return db_run(db, &handset_counted, DB_ARGS(DB_INT("mac", mac), DB_INT("more", more)));
}

int handset_insert(struct db *db, struct handset *handset)
{
	int r = slot_find(db, handset->mac, &handset->slot);

	if (r == 0)
		r = db_run(
			db, &handset_add,
			DB_ARGS(HANDSET_ARGS(handset), DB_INT("created_at", handset->created_at)));
	return r < 0 ? r : count(db, handset->mac, 1);
}

int handset_update(struct db *db, const struct handset *handset)
{
	return db_run(db, &handset_change, DB_ARGS(HANDSET_ARGS(handset)));
}

DB_QUERY(handset_remove, "DELETE FROM handset WHERE mac = :mac AND slot = :slot");

int handset_delete(struct db *db, int64_t mac, int slot)
{
	int r = db_run(db, &handset_remove, DB_ARGS(DB_INT("mac", mac), DB_INT("slot", slot)));

	return r < 0 || db_changes(db) == 0 ? r : count(db, mac, -1);
}
