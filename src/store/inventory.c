/* SPDX-License-Identifier: MIT */
#include "store/inventory.h"

#include "base/mem.h"
#include "db/db.h"

#define COLUMNS "mac, mac_id, product, secret, created_at"

static int inventory_from(void *mem, struct db_rows *rows, struct inventory *item)
{
	struct secret *secret;
	int r;

	item->mac = db_int(rows, 0);
	item->mac_id = db_text_copy(mem, rows, 1);
	item->product = db_text_copy(mem, rows, 2);
	r = db_secret(mem, rows, 3, "inventory.secret", &secret);
	if (r < 0)
		return r;
	item->secret = secret;
	item->created_at = db_int(rows, 4);
	return 0;
}

DB_QUERY(inventory_by_mac, "SELECT " COLUMNS " FROM inventory WHERE mac = :mac");

int inventory_find(void *mem, struct db *db, int64_t mac, struct inventory **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct inventory *item;
	int r = db_select(db, &inventory_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	item = mem_new(mem, struct inventory);
	r = inventory_from(mem, rows, item);
	if (r < 0)
		return r;
	*ret = item;
	return 1;
}

DB_QUERY(inventory_next, "SELECT mac FROM inventory WHERE mac >= :mac ORDER BY mac LIMIT 1");

int inventory_next_mac(struct db *db, int64_t mac, int64_t *ret)
{
	return db_select_int(db, &inventory_next, DB_ARGS(DB_INT("mac", mac)), ret);
}

DB_QUERY(inventory_set, "INSERT INTO inventory (mac, mac_id, product, secret, created_at) "
			"VALUES (:mac, :mac_id, :product, :secret, :created_at) "
			"ON CONFLICT (mac) DO UPDATE SET mac_id = excluded.mac_id, "
			"product = excluded.product, secret = excluded.secret");

int inventory_put(struct db *db, const struct inventory *item)
{
	return db_run(db, &inventory_set,
		      DB_ARGS(DB_INT("mac", item->mac), DB_TEXT("mac_id", item->mac_id),
			      DB_TEXT("product", item->product),
			      DB_SECRET("secret", item->secret, "inventory.secret"),
			      DB_INT("created_at", item->created_at)));
}

DB_QUERY(inventory_remove, "DELETE FROM inventory WHERE mac = :mac");

int inventory_delete(struct db *db, int64_t mac)
{
	int r = db_run(db, &inventory_remove, DB_ARGS(DB_INT("mac", mac)));

	return r < 0 ? r : db_changes(db) > 0;
}

DB_QUERY(inventory_page, "SELECT " COLUMNS " FROM inventory "
			 "WHERE mac > :after "
			 "ORDER BY mac "
			 "LIMIT :limit");

int inventory_list(void *mem, struct db *db, int64_t after, int limit, struct inventory **ret,
		   size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &inventory_page,
			  DB_ARGS(DB_INT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = inventory_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}
