/* SPDX-License-Identifier: MIT */
#include "store/firmware.h"

#include <string.h>

#include "base/mem.h"
#include "db/db.h"

#define COLUMNS                                                                                    \
	"f.name, f.version, f.state, f.sha256, f.size, f.modified_ns, f.source, f.note, f.error, " \
	"f.added_at"

static const char *const states[] = {
	[FIRMWARE_GOOD] = "good",
	[FIRMWARE_CHANGED] = "changed",
	[FIRMWARE_FETCHING] = "fetching",
	[FIRMWARE_FAILED] = "failed",
};

const char *firmware_state_name(enum firmware_state state)
{
	return states[state];
}

static enum firmware_state state_of(const char *text)
{
	size_t i = 0;

	/* The table's CHECK knows no others. */
	while (i + 1 < COUNT_OF(states) && strcmp(states[i], text) != 0)
		i++;
	return (enum firmware_state)i;
}

static void firmware_from(void *mem, struct db_rows *rows, struct firmware *firmware)
{
	firmware->name = db_text_copy(mem, rows, 0);
	firmware->version = db_text_copy(mem, rows, 1);
	firmware->state = state_of(db_text(rows, 2));
	firmware->sha256 = db_text_copy(mem, rows, 3);
	firmware->size = db_int(rows, 4);
	firmware->modified_ns = db_int(rows, 5);
	firmware->source = db_text_copy(mem, rows, 6);
	firmware->note = db_text_copy(mem, rows, 7);
	firmware->error = db_text_copy(mem, rows, 8);
	firmware->added_at = db_int(rows, 9);
}

static int one(void *mem, struct db_rows *rows, struct firmware **ret)
{
	int r = db_next(rows);

	if (r <= 0)
		return r;
	*ret = mem_new(mem, struct firmware);
	firmware_from(mem, rows, *ret);
	return 1;
}

static int all(void *mem, struct db_rows *rows, struct firmware **ret, size_t *ret_count)
{
	int r;

	*ret = NULL;
	*ret_count = 0;
	while ((r = db_next(rows)) > 0)
		firmware_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(firmware_by_name, "SELECT " COLUMNS " FROM firmware f WHERE f.name = :name");

int firmware_find(void *mem, struct db *db, const char *name, struct firmware **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &firmware_by_name, DB_ARGS(DB_TEXT("name", name)), &rows);

	return r < 0 ? r : one(mem, rows, ret);
}

DB_QUERY(firmware_page, "SELECT " COLUMNS " FROM firmware f "
			"WHERE f.name > coalesce(:after, '') "
			"ORDER BY f.name "
			"LIMIT :limit");

int firmware_list(void *mem, struct db *db, const char *after, int limit, struct firmware **ret,
		  size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &firmware_page,
			  DB_ARGS(DB_TEXT("after", after), DB_INT("limit", limit)), &rows);

	return r < 0 ? r : all(mem, rows, ret, ret_count);
}

DB_QUERY(firmware_good_of_product, "SELECT " COLUMNS " FROM firmware_product p "
				   "JOIN firmware f ON f.name = p.name "
				   "WHERE p.product = :product AND f.state = 'good' "
				   "ORDER BY f.name");
DB_QUERY(firmware_good, "SELECT " COLUMNS " FROM firmware f "
			"WHERE f.state = 'good' "
			"ORDER BY f.name");

int firmware_of_product(void *mem, struct db *db, const char *product, struct firmware **ret,
			size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = product ? db_select(db, &firmware_good_of_product,
				    DB_ARGS(DB_TEXT("product", product)), &rows)
			: db_select(db, &firmware_good, DB_ARGS(), &rows);

	return r < 0 ? r : all(mem, rows, ret, ret_count);
}

DB_QUERY(firmware_next_to_fetch, "SELECT " COLUMNS " FROM firmware f "
				 "WHERE f.state = 'fetching' "
				 "ORDER BY f.added_at, f.name "
				 "LIMIT 1");

int firmware_to_fetch(void *mem, struct db *db, struct firmware **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &firmware_next_to_fetch, DB_ARGS(), &rows);

	return r < 0 ? r : one(mem, rows, ret);
}

DB_QUERY(firmware_add,
	 "INSERT INTO firmware (name, version, state, sha256, size, modified_ns, source, note, "
	 "error, added_at) "
	 "VALUES (:name, :version, :state, :sha256, :size, :modified_ns, :source, :note, :error, "
	 ":added_at)");

int firmware_insert(struct db *db, const struct firmware *firmware)
{
	return db_run(
		db, &firmware_add,
		DB_ARGS(DB_TEXT("name", firmware->name), DB_TEXT("version", firmware->version),
			DB_TEXT("state", states[firmware->state]),
			DB_TEXT("sha256", firmware->sha256), DB_INT("size", firmware->size),
			DB_INT("modified_ns", firmware->modified_ns),
			DB_TEXT("source", firmware->source), DB_TEXT("note", firmware->note),
			DB_TEXT("error", firmware->error), DB_INT("added_at", firmware->added_at)));
}

DB_QUERY(firmware_set, "UPDATE firmware SET version = :version, state = :state, "
		       "sha256 = :sha256, size = :size, modified_ns = :modified_ns, "
		       "source = :source, note = :note, error = :error "
		       "WHERE name = :name");

int firmware_update(struct db *db, const struct firmware *firmware)
{
	return db_run(db, &firmware_set,
		      DB_ARGS(DB_TEXT("name", firmware->name),
			      DB_TEXT("version", firmware->version),
			      DB_TEXT("state", states[firmware->state]),
			      DB_TEXT("sha256", firmware->sha256), DB_INT("size", firmware->size),
			      DB_INT("modified_ns", firmware->modified_ns),
			      DB_TEXT("source", firmware->source), DB_TEXT("note", firmware->note),
			      DB_TEXT("error", firmware->error)));
}

DB_QUERY(firmware_remove, "DELETE FROM firmware WHERE name = :name");

int firmware_delete(struct db *db, const char *name)
{
	return db_run(db, &firmware_remove, DB_ARGS(DB_TEXT("name", name)));
}

DB_QUERY(firmware_product_of_file, "SELECT product FROM firmware_product "
				   "WHERE name = :name "
				   "ORDER BY product");

int firmware_products(void *mem, struct db *db, const char *name, const char ***ret,
		      size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &firmware_product_of_file, DB_ARGS(DB_TEXT("name", name)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		*mem_push(mem, ret, ret_count) = db_text_copy(mem, rows, 0);
	return r;
}

DB_QUERY(firmware_product_set, "INSERT INTO firmware_product (product, name) "
			       "VALUES (:product, :name) "
			       "ON CONFLICT (product, name) DO NOTHING");

int firmware_product_put(struct db *db, const char *name, const char *product)
{
	return db_run(db, &firmware_product_set,
		      DB_ARGS(DB_TEXT("product", product), DB_TEXT("name", name)));
}

DB_QUERY(firmware_product_remove, "DELETE FROM firmware_product WHERE name = :name");

int firmware_product_clear(struct db *db, const char *name)
{
	return db_run(db, &firmware_product_remove, DB_ARGS(DB_TEXT("name", name)));
}

DB_QUERY(firmware_begun_of,
	 "SELECT begun_at FROM firmware_begun WHERE mac = :mac AND name = :name");

int firmware_begun_find(struct db *db, int64_t mac, const char *name, int64_t *ret_at)
{
	return db_select_int(db, &firmware_begun_of,
			     DB_ARGS(DB_INT("mac", mac), DB_TEXT("name", name)), ret_at);
}

/* Of a device that has gone meanwhile nothing is kept. */
DB_QUERY(firmware_begun_set,
	 "INSERT INTO firmware_begun (mac, name, begun_at) "
	 "SELECT mac, :name, :at FROM device WHERE mac = :mac "
	 "ON CONFLICT (mac) DO UPDATE SET name = excluded.name, begun_at = excluded.begun_at");

int firmware_begun_put(struct db *db, int64_t mac, const char *name, int64_t at)
{
	return db_run(db, &firmware_begun_set,
		      DB_ARGS(DB_TEXT("name", name), DB_INT("at", at), DB_INT("mac", mac)));
}
