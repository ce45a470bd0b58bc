/* SPDX-License-Identifier: MIT */
#include "store/device.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"

DB_QUERY(
	device_by_mac,
	"SELECT d.mac, d.product, d.group_id, g.name, d.name, d.mac_id, d.secret, d.secret_origin, "
	"d.secret_account_id, d.user_name, d.user_password, d.locked_at, d.provisioned_at, "
	"d.revision, d.created_at, d.firmware, d.capacity "
	"FROM device d "
	"LEFT JOIN device_group g ON g.id = d.group_id "
	"WHERE d.mac = :mac");

static int device_from(void *mem, struct db_rows *rows, struct device *device)
{
	struct secret *secret, *password;
	int r;

	device->mac = db_int(rows, 0);
	device->product = db_text_copy(mem, rows, 1);
	device->group_id = db_int(rows, 2);
	device->group = db_text_copy(mem, rows, 3);
	device->name = db_text_copy(mem, rows, 4);
	device->mac_id = db_text_copy(mem, rows, 5);
	r = db_secret(mem, rows, 6, "device.secret", &secret);
	if (r == 0)
		r = db_secret(mem, rows, 10, "device.user_password", &password);
	if (r < 0)
		return r;
	device->secret = secret;
	device->secret_origin = db_text_copy(mem, rows, 7);
	device->secret_account_id = db_int(rows, 8);
	device->user_name = db_text_copy(mem, rows, 9);
	device->user_password = password;
	device->locked_at = db_int(rows, 11);
	device->provisioned_at = db_int(rows, 12);
	device->revision = db_int(rows, 13);
	device->created_at = db_int(rows, 14);
	device->firmware = db_text_copy(mem, rows, 15);
	device->capacity = db_int(rows, 16);
	return 0;
}

int device_find(void *mem, struct db *db, int64_t mac, struct device **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &device_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct device);
	r = device_from(mem, rows, *ret);
	return r < 0 ? r : 1;
}

DB_QUERY(device_next, "SELECT mac FROM device WHERE mac >= :mac ORDER BY mac LIMIT 1");

int device_next_mac(struct db *db, int64_t mac, int64_t *ret)
{
	return db_select_int(db, &device_next, DB_ARGS(DB_INT("mac", mac)), ret);
}

int device_get(void *mem, struct db *db, int64_t mac, struct device **ret)
{
	int r = device_find(mem, db, mac, ret);

	return r == 0 ? -E_MAC_UNKNOWN : r < 0 ? r : 0;
}

DB_QUERY(
	device_fetch_by_mac,
	"SELECT d.product, d.locked_at, d.provisioned_at, d.secret, d.user_name, d.user_password, "
	"coalesce((SELECT revision FROM scope_revision WHERE scope = 'fleet'), 0), "
	"coalesce((SELECT revision FROM scope_revision WHERE scope = 'product:' || d.product), 0), "
	"coalesce((SELECT revision FROM device_group WHERE id = d.group_id), 0), "
	"coalesce((SELECT sum(s.revision) FROM device_sip_server p "
	"JOIN sip_server s ON s.id = p.sip_server_id WHERE p.mac = d.mac), 0), "
	"d.revision, r.revision, r.etag, r.until_at, r.given_at, n.url, d.mac, "
	"d.firmware, d.capacity, r.waits_at "
	"FROM device d "
	"LEFT JOIN rendition r ON r.mac = d.mac "
	"LEFT JOIN registration n ON n.mac = d.mac "
	"WHERE d.mac >= :mac "
	"ORDER BY d.mac "
	"LIMIT 1");

/* The device, or the next one that there is: 1; 0: none. */
static int device_fetch_next(void *mem, struct db *db, int64_t mac, struct device_fetch **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct device_fetch *fetch;
	struct secret *secret, *password;
	int r = db_select(db, &device_fetch_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	fetch = mem_new(mem, struct device_fetch);
	fetch->mac = db_int(rows, 16);
	fetch->product = db_text_copy(fetch, rows, 0);
	fetch->locked_at = db_int(rows, 1);
	fetch->provisioned_at = db_int(rows, 2);
	r = db_secret(fetch, rows, 3, "device.secret", &secret);
	if (r == 0)
		r = db_secret(fetch, rows, 5, "device.user_password", &password);
	if (r < 0)
		return r;
	fetch->secret = secret;
	fetch->user_name = db_text_copy(fetch, rows, 4);
	fetch->user_password = password;
	fetch->revision.fleet = db_int(rows, 6);
	fetch->revision.product = db_int(rows, 7);
	fetch->revision.group = db_int(rows, 8);
	fetch->revision.sip = db_int(rows, 9);
	fetch->revision.device = db_int(rows, 10);
	fetch->rendition_revision = db_text_copy(fetch, rows, 11);
	fetch->rendition_etag = db_text_copy(fetch, rows, 12);
	fetch->rendition_until_at = db_int(rows, 13);
	fetch->rendition_given_at = db_int(rows, 14);
	fetch->url = db_text_copy(fetch, rows, 15);
	fetch->firmware = db_text_copy(fetch, rows, 17);
	fetch->capacity = db_int(rows, 18);
	fetch->rendition_waits_at = db_int(rows, 19);
	*ret = fetch;
	return 1;
}

/*
 * For a MAC that is not there another device is read, unsealed and dropped: the
 * time that it takes to find nothing tells nothing.
 */
int device_fetch_find(void *mem, struct db *db, int64_t mac, struct device_fetch **ret)
{
	struct device_fetch *fetch;
	int r = device_fetch_next(mem, db, mac, &fetch);

	if (r == 0)
		r = device_fetch_next(mem, db, 0, &fetch);
	if (r <= 0)
		return r;
	if (fetch->mac != mac) {
		mem_free(fetch);
		return 0;
	}
	*ret = fetch;
	return 1;
}

/* One query for each index that it may walk. */
#define COLUMNS                                                                                    \
	"SELECT d.mac, d.product, g.name, d.name, "                                                \
	"d.handsets, d.locked_at, d.firmware, d.capacity, "
#define GROUP "LEFT JOIN device_group g ON g.id = d.group_id "
#define ROW                                                                                        \
	COLUMNS "r.held_at, r.waits_at FROM device d LEFT JOIN rendition r ON r.mac = "            \
		"d.mac " GROUP

DB_QUERY(device_page, ROW "WHERE d.mac > :after "
			  "AND (:group_id = 0 OR d.group_id = :group_id) "
			  "AND (:product IS NULL OR d.product = :product) "
			  "ORDER BY d.mac "
			  "LIMIT :limit");
DB_QUERY(device_page_of_group, ROW "WHERE d.group_id = :group_id "
				   "AND d.mac > :after "
				   "AND (:product IS NULL OR d.product = :product) "
				   "ORDER BY d.mac "
				   "LIMIT :limit");

DB_QUERY(device_page_of_product, ROW "WHERE d.product = :product "
				     "AND d.mac > :after "
				     "AND (:group_id = 0 OR d.group_id = :group_id) "
				     "ORDER BY d.mac "
				     "LIMIT :limit");

DB_QUERY(device_page_of_held,
	 COLUMNS "r.held_at, r.waits_at FROM rendition r JOIN device d ON d.mac = r.mac " GROUP
		 "WHERE r.held_at IS NOT NULL AND r.mac > :after "
		 "AND (:group_id = 0 OR d.group_id = :group_id) "
		 "AND (:product IS NULL OR d.product = :product) "
		 "ORDER BY r.mac "
		 "LIMIT :limit");

/* Each half walks an index of its own, which has few rows. */
DB_QUERY(device_page_of_waiting,
	 COLUMNS "r.held_at, r.waits_at FROM "
		 "(SELECT mac FROM rendition WHERE waits_at IS NOT NULL AND mac > :after "
		 "UNION SELECT mac FROM rendition WHERE held_at IS NOT NULL AND mac > :after) w "
		 "JOIN rendition r ON r.mac = w.mac JOIN device d ON d.mac = w.mac " GROUP
		 "WHERE (:group_id = 0 OR d.group_id = :group_id) "
		 "AND (:product IS NULL OR d.product = :product) "
		 "ORDER BY w.mac "
		 "LIMIT :limit");

int device_list(void *mem, struct db *db, const struct device_filter *filter,
		struct device_row **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	const struct db_query *query = filter->waiting	  ? &device_page_of_waiting
				       : filter->held	  ? &device_page_of_held
				       : filter->group_id ? &device_page_of_group
				       : filter->product  ? &device_page_of_product
							  : &device_page;
	int r = db_select(
		db, query,
		DB_ARGS(DB_INT("after", filter->after), DB_INT("group_id", filter->group_id),
			DB_TEXT("product", filter->product), DB_INT("limit", filter->limit)),
		&rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct device_row *row = mem_push(mem, ret, ret_count);

		row->mac = db_int(rows, 0);
		row->product = db_text_copy(mem, rows, 1);
		row->group = db_text_copy(mem, rows, 2);
		row->name = db_text_copy(mem, rows, 3);
		row->handsets = db_int(rows, 4);
		row->locked_at = db_int(rows, 5);
		row->firmware = db_text_copy(mem, rows, 6);
		row->capacity = db_int(rows, 7);
		row->held_at = db_int(rows, 8);
		row->waits_at = db_int(rows, 9);
	}
	return r;
}

DB_QUERY(device_add,
	 "INSERT INTO device (mac, product, group_id, name, mac_id, secret, secret_origin, "
	 "secret_account_id, user_name, user_password, locked_at, created_at) "
	 "VALUES (:mac, :product, :group_id, :name, :mac_id, :secret, :secret_origin, "
	 ":secret_account_id, :user_name, :user_password, :locked_at, :created_at)");
DB_QUERY(device_change,
	 "UPDATE device SET product = :product, group_id = :group_id, name = :name, "
	 "mac_id = :mac_id, secret = :secret, secret_origin = :secret_origin, "
	 "secret_account_id = :secret_account_id, user_name = :user_name, "
	 "user_password = :user_password, locked_at = :locked_at, revision = revision + 1 "
	 "WHERE mac = :mac");

#define DEVICE_ARGS(d)                                                                             \
	DB_INT("mac", (d)->mac), DB_TEXT("product", (d)->product),                                 \
		DB_INT_OR_NULL("group_id", (d)->group_id), DB_TEXT("name", (d)->name),             \
		DB_TEXT("mac_id", (d)->mac_id), DB_SECRET("secret", (d)->secret, "device.secret"), \
		DB_TEXT("secret_origin", (d)->secret_origin),                                      \
		DB_INT_OR_NULL("secret_account_id", (d)->secret_account_id),                       \
		DB_TEXT("user_name", (d)->user_name),                                              \
		DB_SECRET("user_password", (d)->user_password, "device.user_password"),            \
		DB_INT_OR_NULL("locked_at", (d)->locked_at)

int device_insert(struct db *db, const struct device *device)
{
	return db_run(db, &device_add,
		      DB_ARGS(DEVICE_ARGS(device), DB_INT("created_at", device->created_at)));
}

DB_QUERY(device_add_registered,
	 "INSERT INTO device (mac, mac_id, secret, secret_origin, secret_account_id, created_at) "
	 "VALUES (:mac, :mac_id, :secret, :secret_origin, :secret_account_id, :created_at)");

int device_insert_registered(struct db *db, const struct device *const *devices, size_t count)
{
	enum { WIDTH = 6 };
	struct db_arg args[DB_SERIES * WIDTH];
	int r = 0;

	for (size_t i = 0; i < count && r == 0;) {
		size_t n = 0;

		for (; i < count && n < DB_SERIES; i++, n++) {
			const struct device *d = devices[i];
			const struct db_arg row[WIDTH] = {
				DB_INT("mac", d->mac),
				DB_TEXT("mac_id", d->mac_id),
				DB_SECRET("secret", d->secret, "device.secret"),
				DB_TEXT("secret_origin", d->secret_origin),
				DB_INT_OR_NULL("secret_account_id", d->secret_account_id),
				DB_INT("created_at", d->created_at),
			};

			memcpy(&args[n * WIDTH], row, sizeof(row));
		}
		r = db_insert(db, &device_add_registered, args, WIDTH, n);
	}
	return r;
}

int device_update(struct db *db, const struct device *device)
{
	return db_run(db, &device_change, DB_ARGS(DEVICE_ARGS(device)));
}

DB_QUERY(device_bump, "UPDATE device SET revision = revision + 1 WHERE mac = :mac");

int device_touch(struct db *db, int64_t mac)
{
	return db_run(db, &device_bump, DB_ARGS(DB_INT("mac", mac)));
}

DB_QUERY(device_set_provisioned, "UPDATE device SET provisioned_at = :at, revision = revision + 1 "
				 "WHERE mac = :mac AND provisioned_at IS NULL");

int device_provisioned(struct db *db, int64_t mac, int64_t at)
{
	return db_run(db, &device_set_provisioned, DB_ARGS(DB_INT("at", at), DB_INT("mac", mac)));
}

DB_QUERY(device_set_learnt,
	 "UPDATE device SET "
	 "revision = revision + CASE WHEN coalesce(firmware, '') = :firmware THEN 0 ELSE 1 END, "
	 "firmware = :firmware, "
	 "capacity = CASE WHEN :capacity < 0 THEN capacity ELSE :capacity END "
	 "WHERE mac = :mac AND (coalesce(firmware, '') <> :firmware "
	 "OR (:capacity >= 0 AND coalesce(capacity, -1) <> :capacity))");

int device_learn(struct db *db, int64_t mac, const char *firmware, int64_t capacity)
{
	int r = db_run(db, &device_set_learnt,
		       DB_ARGS(DB_INT("mac", mac), DB_TEXT("firmware", firmware),
			       DB_INT("capacity", capacity)));

	return r < 0 ? r : db_changes(db) > 0;
}

DB_QUERY(device_remove, "DELETE FROM device WHERE mac = :mac");

int device_delete(struct db *db, int64_t mac)
{
	return db_run(db, &device_remove, DB_ARGS(DB_INT("mac", mac)));
}

DB_QUERY(device_count_all, "SELECT (SELECT count(*) FROM device), "
			   "(SELECT count(*) FROM device WHERE product IS NOT NULL), "
			   "(SELECT count(*) FROM device WHERE locked_at IS NOT NULL), "
			   "(SELECT count(*) FROM registration), "
			   "(SELECT count(*) FROM handset), "
			   "(SELECT count(*) FROM account), "
			   "(SELECT count(*) FROM provider)");
DB_QUERY(device_count_unproven,
	 "SELECT d.product, count(*) FROM device d "
	 "WHERE d.product IS NOT NULL AND d.secret IS NULL "
	 "AND d.user_name IS NULL AND NOT EXISTS (SELECT 1 FROM registration r "
	 "WHERE r.mac = d.mac AND r.url LIKE '%://%:%@%') "
	 "GROUP BY d.product");

int device_counts(struct db *db, struct device_counts *ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &device_count_all, NULL, &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	ret->devices = db_int(rows, 0);
	ret->provisioned = db_int(rows, 1);
	ret->locked = db_int(rows, 2);
	ret->registrations = db_int(rows, 3);
	ret->handsets = db_int(rows, 4);
	ret->accounts = db_int(rows, 5);
	ret->providers = db_int(rows, 6);
	return 0;
}

int device_unproven_each(struct db *db, device_product_take *take, void *arg)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &device_count_unproven, NULL, &rows);

	if (r < 0)
		return r;
	while ((r = db_next(rows)) > 0)
		take(arg, db_text(rows, 0), db_int(rows, 1));
	return r;
}
