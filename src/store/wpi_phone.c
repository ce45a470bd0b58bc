/* SPDX-License-Identifier: MIT */
#include "store/wpi_phone.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "db/db.h"

#define PLACE "wpi_phone.told"

#define COLUMNS                                                                                    \
	"d.mac, d.product, d.locked_at, p.reason, p.address, p.contacted_at, p.contacts, "         \
	"p.device_type, p.software_type, p.software_version, p.part_number, p.contact_me_uri, "    \
	"p.e164, p.outcome, p.ended_at, p.configured_at, p.configured_etag, p.told_at, "           \
	"(SELECT count(*) FROM wpi_item i WHERE i.mac = d.mac AND i.status IS NOT NULL), "         \
	"(SELECT count(*) FROM wpi_item i WHERE i.mac = d.mac AND i.is_kept = 1) "

static void phone_from(void *mem, struct db_rows *rows, struct wpi_phone *phone)
{
	phone->mac = db_int(rows, 0);
	phone->product = db_text_copy(mem, rows, 1);
	phone->locked_at = db_int(rows, 2);
	phone->reason = db_text_copy(mem, rows, 3);
	phone->address = db_text_copy(mem, rows, 4);
	phone->contacted_at = db_int(rows, 5);
	phone->contacts = db_int(rows, 6);
	phone->device_type = db_text_copy(mem, rows, 7);
	phone->software_type = db_text_copy(mem, rows, 8);
	phone->software_version = db_text_copy(mem, rows, 9);
	phone->part_number = db_text_copy(mem, rows, 10);
	phone->contact_me_uri = db_text_copy(mem, rows, 11);
	phone->e164 = db_text_copy(mem, rows, 12);
	phone->outcome = db_text_copy(mem, rows, 13);
	phone->ended_at = db_int(rows, 14);
	phone->configured_at = db_int(rows, 15);
	phone->configured_etag = db_text_copy(mem, rows, 16);
	phone->told_at = db_int(rows, 17);
	phone->refused = db_int(rows, 18);
	phone->kept = db_int(rows, 19);
}

DB_QUERY(wpi_phone_device, "SELECT product, locked_at FROM device WHERE mac = :mac");

int wpi_phone_admission(void *mem, struct db *db, int64_t mac, const char **ret_product,
			int64_t *ret_locked_at)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_phone_device, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret_product = db_text_copy(mem, rows, 0);
	*ret_locked_at = db_int(rows, 1);
	return 1;
}

DB_QUERY(wpi_phone_by_mac, "SELECT " COLUMNS "FROM device d "
			   "LEFT JOIN wpi_phone p ON p.mac = d.mac "
			   "WHERE d.mac = :mac");

int wpi_phone_find(void *mem, struct db *db, int64_t mac, struct wpi_phone **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_phone_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct wpi_phone);
	phone_from(mem, rows, *ret);
	return 1;
}

DB_QUERY(wpi_phone_page, "SELECT " COLUMNS "FROM wpi_phone p "
			 "JOIN device d ON d.mac = p.mac "
			 "WHERE p.mac > :after "
			 "ORDER BY p.mac "
			 "LIMIT :limit");

int wpi_phone_list(void *mem, struct db *db, int64_t after, int limit, struct wpi_phone **ret,
		   size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_phone_page,
			  DB_ARGS(DB_INT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		phone_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(wpi_phone_contact_set,
	 "INSERT INTO wpi_phone (mac, reason, address, contacted_at, contacts, device_type, "
	 "software_type, software_version, part_number, contact_me_uri, e164) "
	 "VALUES (:mac, :reason, :address, :at, 1, :device_type, :software_type, "
	 ":software_version, :part_number, :contact_me_uri, :e164) "
	 "ON CONFLICT (mac) DO UPDATE SET reason = excluded.reason, address = excluded.address, "
	 "contacted_at = excluded.contacted_at, contacts = wpi_phone.contacts + 1, "
	 "device_type = coalesce(excluded.device_type, wpi_phone.device_type), "
	 "software_type = coalesce(excluded.software_type, wpi_phone.software_type), "
	 "software_version = coalesce(excluded.software_version, wpi_phone.software_version), "
	 "part_number = coalesce(excluded.part_number, wpi_phone.part_number), "
	 "contact_me_uri = coalesce(excluded.contact_me_uri, wpi_phone.contact_me_uri), "
	 "e164 = coalesce(excluded.e164, wpi_phone.e164), "
	 "outcome = NULL, ended_at = NULL");

int wpi_phone_contact(struct db *db, const struct wpi_phone *phone)
{
	return db_run(db, &wpi_phone_contact_set,
		      DB_ARGS(DB_INT("mac", phone->mac), DB_TEXT("reason", phone->reason),
			      DB_TEXT("address", phone->address), DB_INT("at", phone->contacted_at),
			      DB_TEXT("device_type", phone->device_type),
			      DB_TEXT("software_type", phone->software_type),
			      DB_TEXT("software_version", phone->software_version),
			      DB_TEXT("part_number", phone->part_number),
			      DB_TEXT("contact_me_uri", phone->contact_me_uri),
			      DB_TEXT("e164", phone->e164)));
}

DB_QUERY(wpi_phone_end_set, "UPDATE wpi_phone SET outcome = :outcome, ended_at = :at "
			    "WHERE mac = :mac");

int wpi_phone_end(struct db *db, int64_t mac, const char *outcome, int64_t at)
{
	return db_run(db, &wpi_phone_end_set,
		      DB_ARGS(DB_TEXT("outcome", outcome), DB_INT("at", at), DB_INT("mac", mac)));
}

DB_QUERY(wpi_phone_configured_set,
	 "UPDATE wpi_phone SET configured_at = :at, configured_etag = :etag "
	 "WHERE mac = :mac");

int wpi_phone_configured(struct db *db, int64_t mac, const char *etag, int64_t at)
{
	return db_run(db, &wpi_phone_configured_set,
		      DB_ARGS(DB_INT("at", at), DB_TEXT("etag", etag), DB_INT("mac", mac)));
}

DB_QUERY(wpi_told_get, "SELECT t.told, p.told_at FROM wpi_told t "
		       "JOIN wpi_phone p ON p.mac = t.mac "
		       "WHERE t.mac = :mac");

int wpi_phone_told(void *mem, struct db *db, int64_t mac, char **ret, size_t *ret_len,
		   int64_t *ret_at)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	const void *sealed;
	size_t sealed_len;
	int r = db_select(db, &wpi_told_get, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	sealed = db_blob(rows, 0, &sealed_len);
	r = secret_unseal(mem, PLACE, sealed, sealed_len, ret, ret_len);
	if (r < 0)
		return r;
	*ret_at = db_int(rows, 1);
	return 1;
}

/* None for who has never called. */
DB_QUERY(wpi_told_set, "INSERT INTO wpi_told (mac, told) "
		       "SELECT p.mac, :told FROM wpi_phone p WHERE p.mac = :mac "
		       "ON CONFLICT (mac) DO UPDATE SET told = excluded.told");
DB_QUERY(wpi_phone_told_at_set, "UPDATE wpi_phone SET told_at = :at WHERE mac = :mac");

int wpi_phone_tell(struct db *db, int64_t mac, const char *told, size_t len, int64_t at)
{
	CLEANUP(mem_freep) void *scratch = mem_root("wpi_phone_tell");
	char *before = NULL;
	uint8_t *sealed;
	size_t sealed_len, before_len = 0;
	int64_t before_at;
	int r = wpi_phone_told(scratch, db, mac, &before, &before_len, &before_at);

	/* Phones that boot tell mostly what they have told before; what cannot be read is replaced. */
	if (r <= 0 || before_len != len || memcmp(before, told, len) != 0) {
		secret_seal(scratch, PLACE, told, len, &sealed, &sealed_len);
		r = db_run(db, &wpi_told_set,
			   DB_ARGS(DB_BLOB("told", sealed, sealed_len), DB_INT("mac", mac)));
	}
	if (before)
		explicit_bzero(before, before_len);
	return r < 0 ? r
		     : db_run(db, &wpi_phone_told_at_set,
			      DB_ARGS(DB_INT("at", at), DB_INT("mac", mac)));
}
