/* SPDX-License-Identifier: MIT */
/* Files of the inventory, and what an import does; the rest is tested with the real binary. */
#include "fleet_help.h"

#include "fleet/inventory.h"
#include "store/audit.h"
#include "store/device.h"
#include "store/inventory.h"

static struct inventory_file *file_of(struct fixture *f, const char *text)
{
	return inventory_read(f, mem_strdup(f, text), strlen(text));
}

static struct inventory_counts put(struct fixture *f, const char *text)
{
	struct inventory_file *file = file_of(f, text);
	struct inventory_counts counts = {0};
	int64_t audit_id = 0;

	assert_int_equal(file->errors_found, 0);
	assert_int_equal(
		fleet_inventory_put(&f->change, file->rows, file->count, &counts, &audit_id), 0);
	assert_true(audit_id > 0);
	return counts;
}

static void rows_are_read_with_and_without_a_header(void **state)
{
	static const char *const texts[] = {
		"7C2F80E0D606\n7C:2F:80:E0:D6:05,55df,n870, a \n",
		"7C2F80E0D606,,,\r\n7c2f80e0d605-55DF,,n870, a \r\n",
		"secret,MAC-ID,Product\n,7C2F80E0D606,\n a ,7C2F80E0D605-55df, n870\n",
		" suffix , PASSWORD,mac,product\n,,7C2F80E0D606,\n55DF,\" a \",7C2F80E0D605,n870\n",
	};

	for (size_t i = 1; i < COUNT_OF(texts); i++) {
		struct inventory_file *file = file_of(*state, texts[i]);

		assert_int_equal(file->errors_found, 0);
		assert_int_equal(file->count, 2);
		assert_int_equal(file->rows[0].mac, mac_of("7C2F80E0D605"));
		assert_string_equal(file->rows[0].mac_id, "55DF");
		assert_string_equal(file->rows[0].product, "n870");
		assert_string_equal(file->rows[0].secret, " a ");
		assert_string_equal(file->rows[1].mac_id, "");
		assert_null(file->rows[1].product);
		assert_null(file->rows[1].secret);
	}
	assert_int_equal(file_of(*state, texts[0])->errors[0].line, 2);
}

static void all_errors_of_a_file_are_told_by_line(void **state)
{
	struct inventory_file *file = file_of(*state, "mac,suffix,product,secret\n"
						      "7C2F80E0D605,55DF,n870,a\n"
						      "7C2F80E0D60,55DF,n8700,\n"
						      "7C2F80E0D606,55D,n870,\n"
						      "7C2F80E0D605,55DF,n870,a\n"
						      "7C2F80E0D607\n");
	static const unsigned lines[] = {3, 3, 4, 5, 6};

	assert_int_equal(file->errors_found, COUNT_OF(lines));
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_int_equal(file->errors[i].line, lines[i]);
	assert_string_equal(file->errors[3].text, "the MAC stands in line 2 already");
	assert_int_equal(file_of(*state, "")->errors_found, 1);
	assert_int_equal(file_of(*state, "mac\n")->errors_found, 1);
}

static void a_cell_in_an_errors_words_is_cut_between_characters(void **state)
{
	struct inventory_file *file =
		file_of(*state, "7C2F80E0D605,,\"1234567890123456789012345678901\xc3\xa4\"\n");

	assert_string_equal(file->errors[0].text,
			    "there is no product '1234567890123456789012345678901'");
}

static void an_import_adds_changes_and_leaves(void **state)
{
	static const char text[] = "7C2F80E0D605,55DF,n870,a\n7C2F80E0D606,,,\n";
	struct inventory_counts counts = put(*state, text);

	assert_int_equal(counts.rows, 2);
	assert_int_equal(counts.added, 2);
	counts = put(*state, text);
	assert_int_equal(counts.unchanged, 2);
	counts = put(*state, "mac,secret\n7C2F80E0D606,b\n7C2F80E0D605,\n");
	assert_int_equal(counts.changed, 1);
	assert_int_equal(counts.unchanged, 1);
}

static void a_comparison_counts_the_same_and_writes_nothing(void **state)
{
	struct fixture *f = *state;
	struct inventory_file *file = file_of(f, "7C2F80E0D605,55DF,n870,a\n7C2F80E0D606,,,\n");
	struct inventory_counts counts = {0};
	struct inventory *item;

	assert_int_equal(inventory_compare(f->db, file->rows, file->count, &counts), 0);
	assert_int_equal(counts.added, 2);
	assert_int_equal(inventory_find(f, f->db, mac_of("7C2F80E0D605"), &item), 0);
}

static void the_pieces_of_an_import_have_one_audit_row(void **state)
{
	struct fixture *f = *state;
	struct inventory_file *file = file_of(f, "7C2F80E0D605\n7C2F80E0D606\n7C2F80E0D607\n");
	struct inventory_counts counts = {0};
	struct audit *audit;
	int64_t id = 0;
	size_t count;

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(fleet_inventory_put(&f->change, &file->rows[i], 1, &counts, &id),
				 0);
	assert_int_equal(audit_list(f, f->db, "inventory", 0, 10, &audit, &count), 0);
	assert_int_equal(count, 1);
	assert_non_null(strstr(audit[0].after, "\"rows\":3,\"added\":3"));
}

static void a_device_gets_its_secret_unless_a_person_gave_it_one(void **state)
{
	struct fixture *f = *state;
	int64_t made = device_make(f, "7C2F80E0D605", "n870", NULL);
	int64_t given = device_make(f, "7C2F80E0D606", "n870", NULL);
	struct device_input by_hand = {.has_secret = true, .secret = secret_new(f, "by hand")};
	struct device *device;

	assert_int_equal(fleet_device_set(&f->change, given, &by_hand), 0);
	assert_int_equal(put(f, "mac,secret\n7C2F80E0D605,a\n7C2F80E0D606,b\n").devices, 1);
	assert_int_equal(device_get(f, f->db, made, &device), 0);
	assert_string_equal(secret_reveal(device->secret), "a");
	assert_string_equal(device->secret_origin, "given");
	assert_int_equal(device_get(f, f->db, given, &device), 0);
	assert_string_equal(secret_reveal(device->secret), "by hand");
	/* A correction follows what the inventory gave, and nothing else. */
	assert_int_equal(put(f, "mac,secret\n7C2F80E0D605,c\n7C2F80E0D606,d\n").devices, 1);
	assert_int_equal(device_get(f, f->db, made, &device), 0);
	assert_string_equal(secret_reveal(device->secret), "c");
}

static void removing_and_unlocking_what_is_not_there_is_an_error(void **state)
{
	struct fixture *f = *state;
	int64_t mac = mac_of("7C2F80E0D605");

	assert_int_equal(fleet_inventory_remove(&f->change, mac), -E_INVENTORY_UNKNOWN);
	assert_int_equal(fleet_inventory_unlock(&f->change, mac), -E_MAC_ID_NOT_TRIED);
	put(f, "7C2F80E0D605\n");
	assert_int_equal(fleet_inventory_remove(&f->change, mac), 0);
	assert_int_equal(fleet_inventory_remove(&f->change, mac), -E_INVENTORY_UNKNOWN);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fleet_begin, fleet_end)
	const struct CMUnitTest tests[] = {
		TEST(rows_are_read_with_and_without_a_header),
		TEST(all_errors_of_a_file_are_told_by_line),
		TEST(a_cell_in_an_errors_words_is_cut_between_characters),
		TEST(an_import_adds_changes_and_leaves),
		TEST(a_comparison_counts_the_same_and_writes_nothing),
		TEST(the_pieces_of_an_import_have_one_audit_row),
		TEST(a_device_gets_its_secret_unless_a_person_gave_it_one),
		TEST(removing_and_unlocking_what_is_not_there_is_an_error),
	};
#undef TEST

	return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
