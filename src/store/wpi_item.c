/* SPDX-License-Identifier: MIT */
#include "store/wpi_item.h"

#include "base/mem.h"
#include "db/db.h"

#define PLACE "wpi_item.changed"

DB_QUERY(wpi_item_of_phone,
	 "SELECT name, item_index, wanted, writes, written_at, status, refused_at, firmware, "
	 "changed, changed_at, is_kept "
	 "FROM wpi_item "
	 "WHERE mac = :mac "
	 "ORDER BY item_index, name");

static int row_from(void *mem, struct db_rows *rows, struct wpi_item_row *row)
{
	struct secret *changed;
	int r = db_secret(mem, rows, 8, PLACE, &changed);

	if (r < 0)
		return r;
	row->name = db_text_copy(mem, rows, 0);
	row->index = (int)db_int(rows, 1);
	row->wanted = db_text_copy(mem, rows, 2);
	row->writes = db_int(rows, 3);
	row->written_at = db_int(rows, 4);
	row->status = db_text_copy(mem, rows, 5);
	row->refused_at = db_int(rows, 6);
	row->firmware = db_text_copy(mem, rows, 7);
	row->changed = changed;
	row->changed_at = db_int(rows, 9);
	row->is_kept = db_int(rows, 10) != 0;
	return 0;
}

int wpi_item_list(void *mem, struct db *db, int64_t mac, struct wpi_item_row **ret,
		  size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_item_of_phone, DB_ARGS(DB_INT("mac", mac)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = row_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

/* Which row, and what was wanted: parameters of all that write one. */
#define ITEM_ARGS(mac, row)                                                                        \
	DB_INT("mac", mac), DB_TEXT("name", (row)->name), DB_INT("item_index", (row)->index),      \
		DB_TEXT("wanted", (row)->wanted)

DB_QUERY(wpi_item_written_set,
	 "INSERT INTO wpi_item (mac, name, item_index, wanted, writes, written_at) "
	 "VALUES (:mac, :name, :item_index, :wanted, 1, :at) "
	 "ON CONFLICT (mac, name, item_index) DO UPDATE SET "
	 "writes = CASE WHEN wpi_item.wanted = excluded.wanted THEN wpi_item.writes + 1 "
	 "ELSE 1 END, "
	 "wanted = excluded.wanted, written_at = excluded.written_at, status = NULL, "
	 "refused_at = NULL, firmware = NULL, is_kept = 0, "
	 "changed = CASE WHEN :is_taken = 1 THEN NULL ELSE wpi_item.changed END, "
	 "changed_at = CASE WHEN :is_taken = 1 THEN NULL ELSE wpi_item.changed_at END");

int wpi_item_written(struct db *db, int64_t mac, const struct wpi_item_row *row, bool is_taken)
{
	return db_run(db, &wpi_item_written_set,
		      DB_ARGS(ITEM_ARGS(mac, row), DB_INT("at", row->written_at),
			      DB_INT("is_taken", is_taken)));
}

DB_QUERY(wpi_item_refused_set,
	 "INSERT INTO wpi_item (mac, name, item_index, wanted, status, refused_at, firmware) "
	 "VALUES (:mac, :name, :item_index, :wanted, :status, :at, :firmware) "
	 "ON CONFLICT (mac, name, item_index) DO UPDATE SET "
	 "writes = CASE WHEN wpi_item.wanted = excluded.wanted THEN wpi_item.writes ELSE 0 END, "
	 "wanted = excluded.wanted, status = excluded.status, refused_at = excluded.refused_at, "
	 "firmware = excluded.firmware");

int wpi_item_refused(struct db *db, int64_t mac, const struct wpi_item_row *row)
{
	return db_run(db, &wpi_item_refused_set,
		      DB_ARGS(ITEM_ARGS(mac, row), DB_TEXT("status", row->status),
			      DB_INT("at", row->refused_at), DB_TEXT("firmware", row->firmware)));
}

DB_QUERY(wpi_item_changed_set,
	 "INSERT INTO wpi_item (mac, name, item_index, wanted, changed, changed_at, is_kept) "
	 "VALUES (:mac, :name, :item_index, :wanted, :changed, :at, :is_kept) "
	 "ON CONFLICT (mac, name, item_index) DO UPDATE SET "
	 "writes = CASE WHEN wpi_item.wanted = excluded.wanted THEN wpi_item.writes ELSE 0 END, "
	 "wanted = excluded.wanted, changed = excluded.changed, "
	 "changed_at = excluded.changed_at, is_kept = excluded.is_kept");

int wpi_item_changed(struct db *db, int64_t mac, const struct wpi_item_row *row)
{
	return db_run(db, &wpi_item_changed_set,
		      DB_ARGS(ITEM_ARGS(mac, row), DB_SECRET("changed", row->changed, PLACE),
			      DB_INT("at", row->changed_at), DB_INT("is_kept", row->is_kept)));
}

DB_QUERY(wpi_item_forget_one, "DELETE FROM wpi_item "
			      "WHERE mac = :mac AND name = :name AND item_index = :item_index");
DB_QUERY(wpi_item_forget_all, "DELETE FROM wpi_item WHERE mac = :mac");

int wpi_item_forget(struct db *db, int64_t mac, const char *name, int index, int64_t *ret)
{
	int r = name ? db_run(db, &wpi_item_forget_one,
			      DB_ARGS(DB_INT("mac", mac), DB_TEXT("name", name),
				      DB_INT("item_index", index)))
		     : db_run(db, &wpi_item_forget_all, DB_ARGS(DB_INT("mac", mac)));

	if (r < 0)
		return r;
	*ret = db_changes(db);
	return 0;
}
