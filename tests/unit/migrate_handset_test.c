/* SPDX-License-Identifier: MIT */
/* Handsets and operations of a database from before 0003 come through it as they were. */
#include "base/asset.h"
#include "scratch.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/line.h"
#include "store/operation.h"

#define MAC 0x7c2f80e0d605

static const char before[] =
	"INSERT INTO device (mac, product, created_at) VALUES (136543467525637, 'n870', 1);"
	"INSERT INTO sip_server VALUES (1, 's', 'd', 'p', 5060, 'r', 5060, 'udp', 1, 1);"
	"INSERT INTO device_sip_server VALUES (136543467525637, 0, 1);"
	"INSERT INTO handset (mac, slot, ipui, name, origin, created_at) VALUES"
	" (136543467525637, 1, '029e74a599', 'Ann', 'hand', 5),"
	" (136543467525637, 3, '02b6ec8aa5', NULL, 'import', 6);"
	"INSERT INTO line (mac, slot, sip_server_id, user_name, auth_name, display_name)"
	" VALUES (136543467525637, 3, 1, 'u', 'a', 'd');"
	"INSERT INTO operation (id, mac, kind, ipui, mode, from_at, until_at, carried_at, "
	"created_at) VALUES (7, 136543467525637, 'remove_handset', '029e74a600', 'deregister', 2, "
	"NULL, NULL, 2);"
	"INSERT INTO rendition (mac, revision, etag, handsets, handsets_given, operations, "
	"document, "
	"made_at, given_at) VALUES (136543467525637, '1', '\"e\"', '029e74a599 02b6ec8aa5', "
	"'029e74a599', '', x'00', 9, 10);";

static void script(struct db *db, const char *sql)
{
	char *words = NULL;

	if (sqlite3_exec(db->handle, sql, NULL, NULL, &words) != SQLITE_OK)
		fail_msg("%s", words);
}

static void handsets_keep_lines_names_and_what_was_fetched(void **state)
{
	static const char *const files[] = {
		"sql/sqlite/0001-foundation.sql",
		"sql/sqlite/0002-redirection.sql",
	};
	struct scratch *s = *state;
	struct handset *handsets;
	struct operation *operations;
	struct line *line;
	struct db *db;
	struct diag diag = {0};
	int64_t n;
	size_t count;

	assert_int_equal(db_open(NULL, "sqlite::memory:", DB_WRITE, DB_SYNC_NORMAL, &db, &diag), 0);
	script(db, "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
		   "applied_at INTEGER NOT NULL) STRICT; INSERT INTO migration VALUES (1, 'a', 1), "
		   "(2, 'b', 1)");
	for (size_t i = 0; i < COUNT_OF(files); i++)
		script(db, asset_find(files[i])->data);
	script(db, before);
	assert_int_equal(db_migrate(db, "sql/sqlite/", &diag), 0);
	assert_int_equal(handset_list(s, db, MAC, &handsets, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(handsets[0].ipui, "029e74a599");
	assert_string_equal(handsets[0].name, "Ann");
	assert_int_equal(handsets[0].created_at, 5);
	assert_int_equal(handsets[0].registered_at, 10);
	assert_int_equal(handsets[1].slot, 3);
	assert_string_equal(handsets[1].origin, "import");
	assert_int_equal(handsets[1].added_at, 0);
	assert_int_equal(handset_count(db, MAC, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(line_at(s, db, MAC, 3, &line), 1);
	assert_int_equal(operation_list(s, db, MAC, &operations, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(operations[0].id, 7);
	assert_int_equal(operations[0].mode, OPERATION_DEREGISTER);
	script(db, "PRAGMA foreign_key_check; PRAGMA integrity_check");
	/* And they go with their device, as before. */
	assert_int_equal(device_delete(db, MAC), 0);
	assert_int_equal(handset_find(s, db, "029e74a599", &handsets), 0);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(handsets_keep_lines_names_and_what_was_fetched,
						scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
