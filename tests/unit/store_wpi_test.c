/* SPDX-License-Identifier: MIT */
/* What desk phones tell of all their items. */
#include "base/asset.h"
#include "base/error.h"
#include "base/text.h"
#include "scratch.h"
#include "store/device.h"
#include "store/wpi_phone.h"

enum { MAC = 0x0001E325EA13, LONG = 70000, FEW = 8, PAGE = 4096 };

static void call(struct db *db)
{
	const struct wpi_phone phone = {
		.mac = MAC,
		.reason = "start-up",
		.address = "192.0.2.7",
		.contacted_at = SCRATCH_NOW,
	};

	assert_int_equal(wpi_phone_contact(db, &phone), 0);
}

static void device_make(struct db *db)
{
	struct device device = {.mac = MAC, .product = "openstage60", .created_at = SCRATCH_NOW};

	assert_int_equal(device_insert(db, &device), 0);
}

static void assert_told(struct scratch *s, struct db *db, const char *text, size_t len, int64_t at)
{
	struct wpi_phone *phone;
	int64_t told_at;
	size_t told_len;
	char *told;

	assert_int_equal(wpi_phone_told(s, db, MAC, &told, &told_len, &told_at), 1);
	assert_int_equal(told_len, len);
	assert_memory_equal(told, text, len);
	assert_int_equal(told_at, at);
	assert_int_equal(wpi_phone_find(s, db, MAC, &phone), 1);
	assert_int_equal(phone->told_at, at);
}

static void what_a_phone_tells_is_kept_with_its_time(void **state)
{
	struct scratch *s = *state;
	int64_t at;
	size_t len;
	char *told;

	device_make(s->db);
	/* Of who has never called there is nothing to be kept. */
	assert_int_equal(wpi_phone_tell(s->db, MAC, "a\0b", 3, 5), 0);
	assert_int_equal(wpi_phone_told(s, s->db, MAC, &told, &len, &at), 0);
	call(s->db);
	assert_int_equal(wpi_phone_told(s, s->db, MAC, &told, &len, &at), 0);
	assert_int_equal(wpi_phone_tell(s->db, MAC, "a\0b", 3, 5), 0);
	assert_told(s, s->db, "a\0b", 3, 5);
	assert_int_equal(wpi_phone_tell(s->db, MAC, "a\0b", 3, 6), 0);
	assert_told(s, s->db, "a\0b", 3, 6);
	assert_int_equal(wpi_phone_tell(s->db, MAC, "a\0c", 3, 7), 0);
	assert_told(s, s->db, "a\0c", 3, 7);
	call(s->db);
	assert_told(s, s->db, "a\0c", 3, 7);
	/* What was sealed under another key is replaced. */
	scratch_exec(s->db->handle, "UPDATE wpi_told SET told = x'00'");
	assert_int_equal(wpi_phone_told(s, s->db, MAC, &told, &len, &at), -E_SEAL);
	assert_int_equal(wpi_phone_tell(s->db, MAC, "a\0c", 3, 8), 0);
	assert_told(s, s->db, "a\0c", 3, 8);
	assert_int_equal(device_delete(s->db, MAC), 0);
	assert_int_equal(scratch_ask(s->db->handle, "SELECT count(*) FROM wpi_told"), 0);
}

/* Pages that a boot writes: the phone calls, tells `text`, and the dialogue ends. */
static int boot(struct db *db, const char *text)
{
	int before, after, most;

	sqlite3_db_status(db->handle, SQLITE_DBSTATUS_CACHE_WRITE, &before, &most, 0);
	call(db);
	assert_int_equal(wpi_phone_tell(db, MAC, text, LONG, SCRATCH_NOW), 0);
	assert_int_equal(wpi_phone_end(db, MAC, "configured", SCRATCH_NOW), 0);
	sqlite3_db_status(db->handle, SQLITE_DBSTATUS_CACHE_WRITE, &after, &most, 0);
	return after - before;
}

static void what_a_phone_tells_again_is_not_written_again(void **state)
{
	struct scratch *s = *state;
	char *text = mem_array(s, char, LONG);
	struct db *db;

	assert_int_equal(db_open(NULL, s->url, DB_WRITE, DB_SYNC_NORMAL, &db, NULL), 0);
	assert_int_equal(db_migrate(db, "sql/sqlite/", NULL), 0);
	device_make(db);
	memset(text, 'a', LONG);
	assert_true(boot(db, text) > LONG / PAGE);
	assert_true(boot(db, text) < FEW);
	text[LONG / 2] = 'b';
	assert_true(boot(db, text) > LONG / PAGE);
	assert_true(boot(db, text) < FEW);
	assert_told(s, db, text, LONG, SCRATCH_NOW);
	db_close(db);
}

/* A database as it was before 0019, where it stood in the phone's row. */
static struct db *older_database(struct scratch *s)
{
	static const char prefix[] = "sql/sqlite/0";
	const struct asset *file = NULL;
	struct db *db;

	assert_int_equal(db_open(NULL, s->url, DB_WRITE, DB_SYNC_NORMAL, &db, NULL), 0);
	scratch_exec(db->handle, "CREATE TABLE migration (number INTEGER PRIMARY KEY, "
				 "name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;");
	while ((file = asset_next(prefix, file)) && strcmp(file->name, "sql/sqlite/0019") < 0) {
		scratch_exec(db->handle, file->data);
		scratch_exec(db->handle,
			     mem_printf(s, "INSERT INTO migration VALUES (%.4s, 'a', 1)",
					file->name + strlen("sql/sqlite/")));
	}
	return db;
}

static const char *hex_of(void *mem, const uint8_t *data, size_t len)
{
	char *hex = mem_array(mem, char, 2 * len + 1);

	hex_encode(hex, data, len);
	return hex;
}

static void what_phones_told_an_older_version_is_still_known(void **state)
{
	struct scratch *s = *state;
	struct db *db = older_database(s);
	uint8_t *sealed;
	size_t len;

	secret_seal(s, "wpi_phone.told", "old", 3, &sealed, &len);
	device_make(db);
	call(db);
	scratch_exec(db->handle, mem_printf(s, "UPDATE wpi_phone SET told_at = 5, told = x'%s'",
					    hex_of(s, sealed, len)));
	assert_int_equal(db_migrate(db, "sql/sqlite/", NULL), 0);
	assert_told(s, db, "old", 3, 5);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_a_phone_tells_is_kept_with_its_time,
						scratch_memory, scratch_teardown),
		cmocka_unit_test_setup_teardown(what_a_phone_tells_again_is_not_written_again,
						scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(what_phones_told_an_older_version_is_still_known,
						scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
