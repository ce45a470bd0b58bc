/* SPDX-License-Identifier: MIT */
/* The rules of registering, with and without an inventory; suffixes and their locks. */
#include "scratch.h"

#include "config/config.h"
#include "redirect/registration.h"
#include "store/account.h"
#include "store/device.h"
#include "store/inventory.h"
#include "store/mac_id_failure.h"
#include "store/provider.h"

#define MAC "7C2F80E0D605"
#define RIGHT MAC "-55DF"
#define WRONG MAC "-0000"
#define URL "http://prov.example.net/%MACD.xml"

enum { TRIES = 5, LOCK = 3600 };

struct fixture {
	struct scratch *s;
	struct db *db;
	struct config_redirect rules;
	struct redirect_caller anna, bert;
	struct redirect_target of_anna, of_bert;
	struct redirect_answer answer;
	const char *text; /* of the last answer */
	int64_t mac;
};

static const char *schemes[] = {"http"};
static const struct audit_who who = {"tester", "192.0.2.1", ""};

static int64_t account_make(struct db *db, const char *name, const char *provider)
{
	CLEANUP(mem_freep) void *mem = mem_root("account");
	struct account account = {
		.name = name,
		.role = "integrator",
		.password_hash = "x",
		.ha1_md5 = secret_new(mem, "x"),
		.ha1_sha256 = secret_new(mem, "x"),
		.require_mac_id = -1,
		.created_at = 1,
	};
	struct account *made;
	struct provider *row;

	assert_int_equal(account_insert(db, &account), 0);
	assert_int_equal(account_find(mem, db, name, &made), 1);
	assert_int_equal(provider_insert(db, provider, NULL, 1), 0);
	assert_int_equal(provider_find(mem, db, provider, &row), 1);
	assert_int_equal(account_provider_insert(db, made->id, row->id), 0);
	return made->id;
}

static int setup(void **state)
{
	struct fixture *f = mem_new(NULL, struct fixture);
	void *memory;

	scratch_memory(&memory);
	f->s = memory;
	f->db = f->s->db;
	f->rules = (struct config_redirect){
		.url_schemes = {schemes, 1}, .suffix_tries = TRIES, .suffix_lock_seconds = LOCK};
	f->anna = (struct redirect_caller){
		.account_id = account_make(f->db, "anna", "Anna"), .rules = &f->rules, .who = &who};
	f->bert = f->anna;
	f->bert.account_id = account_make(f->db, "bert", "Bert");
	assert_int_equal(
		redirect_target_check(f, f->db, &f->anna, URL, "Anna", &f->of_anna, &f->answer), 0);
	assert_int_equal(
		redirect_target_check(f, f->db, &f->bert, URL, "Bert", &f->of_bert, &f->answer), 0);
	assert_int_equal(mac_parse(MAC, &f->mac), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	scratch_free(f->s);
	mem_free(f);
	return 0;
}

/* An operation of the writer, undone as there when it fails. */
static const char *told(struct fixture *f, int r)
{
	assert_int_equal(r, 0);
	return redirect_answer_text(f, &f->answer);
}

static const char *add(struct fixture *f, const struct redirect_caller *caller, const char *mac_id)
{
	return told(f,
		    redirect_register(f, f->db, caller, mac_id,
				      caller == &f->anna ? &f->of_anna : &f->of_bert, &f->answer));
}

static const char *away(struct fixture *f, const struct redirect_caller *caller, const char *mac_id)
{
	return told(f, redirect_deregister(f, f->db, caller, mac_id, &f->answer));
}

/* As a surface does it: on a reader, and again in a write where that is asked for. */
static const char *check(struct fixture *f, const struct redirect_caller *caller,
			 const char *mac_id, bool *ret_written)
{
	struct registration *registration;
	int r = redirect_look(f, f->db, caller, mac_id, &registration, &f->answer);

	*ret_written = r == REDIRECT_WRITE;
	if (r == REDIRECT_WRITE)
		r = redirect_check(f, f->db, caller, mac_id, &registration, &f->answer);
	return told(f, r);
}

static void inventory_make(struct fixture *f, const char *suffix, const char *secret)
{
	struct inventory item = {.mac = f->mac,
				 .mac_id = suffix,
				 .secret = secret ? secret_new(f, secret) : NULL,
				 .created_at = 1};

	assert_int_equal(inventory_put(f->db, &item), 0);
}

static int64_t failures(struct fixture *f)
{
	struct mac_id_failure failure;

	return mac_id_failure_find(f->db, f->mac, &failure) > 0 ? failure.failures : 0;
}

static void wrong(struct fixture *f, int times)
{
	for (int i = 0; i < times; i++)
		assert_string_equal(add(f, &f->anna, WRONG), "mac_invalid:" MAC);
}

static void only_the_inventorys_macs_exist_where_it_is_required(void **state)
{
	struct fixture *f = *state;

	f->rules.require_inventory = true;
	assert_string_equal(add(f, &f->anna, MAC), "mac_not_exist:" MAC);
	assert_string_equal(add(f, &f->anna, RIGHT), "mac_not_exist:" MAC);
	inventory_make(f, "55DF", "ab12");
	assert_string_equal(add(f, &f->anna, WRONG), "mac_invalid:" MAC);
	assert_string_equal(add(f, &f->anna, RIGHT), "OK: ab12");
	/* What is registered stays so, whatever becomes of the inventory. */
	assert_int_equal(inventory_delete(f->db, f->mac), 1);
	assert_string_equal(add(f, &f->anna, RIGHT), "mac_already_in_use:" MAC);
	f->of_anna.replace = true;
	assert_string_equal(add(f, &f->anna, RIGHT), "OK: ab12");
	assert_string_equal(away(f, &f->anna, RIGHT), "OK");
	assert_string_equal(add(f, &f->anna, RIGHT), "mac_not_exist:" MAC);
}

static void an_inventory_without_a_suffix_leaves_the_first_one_told(void **state)
{
	struct fixture *f = *state;

	inventory_make(f, NULL, "ab12");
	assert_string_equal(add(f, &f->anna, RIGHT), "OK: ab12");
	assert_string_equal(away(f, &f->anna, WRONG), "mac_invalid:" MAC);
	assert_string_equal(away(f, &f->anna, MAC), "OK");
}

static void the_inventorys_suffix_replaces_one_that_was_told_before(void **state)
{
	struct fixture *f = *state;
	struct device *device;

	assert_memory_equal(add(f, &f->anna, WRONG), "OK: ", 4);
	inventory_make(f, "55DF", NULL);
	assert_string_equal(away(f, &f->anna, WRONG), "mac_invalid:" MAC);
	assert_string_equal(away(f, &f->anna, RIGHT), "OK");
	assert_memory_equal(add(f, &f->anna, RIGHT), "OK: ", 4);
	assert_int_equal(device_get(f, f->db, f->mac, &device), 0);
	assert_string_equal(device->mac_id, "55DF");
}

static void a_secret_of_the_inventory_takes_the_place_of_one_made_here(void **state)
{
	struct fixture *f = *state;
	const char *made = add(f, &f->anna, MAC);
	struct device *device;

	away(f, &f->anna, MAC);
	assert_string_equal(add(f, &f->anna, MAC), made);
	away(f, &f->anna, MAC);
	inventory_make(f, NULL, "ab12");
	assert_string_equal(add(f, &f->bert, MAC), "OK: ab12");
	assert_int_equal(device_get(f, f->db, f->mac, &device), 0);
	assert_string_equal(device->secret_origin, "given");
	assert_int_equal(device->secret_account_id, 0);
}

static void every_way_of_telling_a_suffix_counts(void **state)
{
	struct fixture *f = *state;
	bool written;

	inventory_make(f, "55DF", NULL);
	wrong(f, 1);
	assert_int_equal(failures(f), 1);
	assert_int_equal(f->answer.reason, -E_MAC_ID_WRONG);
	assert_string_equal(away(f, &f->anna, WRONG), "mac_not_found:" MAC);
	assert_int_equal(failures(f), 1);
	assert_int_equal(
		redirect_register_check(f, f->db, &f->anna, WRONG, &f->of_anna, &f->answer), 0);
	assert_int_equal(failures(f), 2);
	add(f, &f->anna, RIGHT);
	assert_int_equal(failures(f), 0);
	assert_string_equal(add(f, &f->anna, WRONG), "mac_already_in_use:" MAC);
	assert_int_equal(failures(f), 0);
	assert_string_equal(away(f, &f->anna, WRONG), "mac_invalid:" MAC);
	assert_string_equal(check(f, &f->anna, WRONG, &written), "mac_invalid:" MAC);
	assert_true(written);
	f->of_anna.replace = true;
	assert_string_equal(add(f, &f->anna, WRONG), "mac_invalid:" MAC);
	assert_int_equal(failures(f), 3);
	assert_string_equal(check(f, &f->anna, RIGHT, &written), "OK");
	assert_true(written);
	assert_int_equal(failures(f), 0);
}

static void a_check_without_anything_to_count_writes_nothing(void **state)
{
	struct fixture *f = *state;
	bool written;

	/* A MAC of its own: what was tried is remembered for as long as the program runs. */
	assert_memory_equal(add(f, &f->anna, "7C2F80FFFFFF-55DF"), "OK: ", 4);
	assert_string_equal(check(f, &f->anna, "7C2F80FFFFFF-55DF", &written), "OK");
	assert_false(written);
	assert_string_equal(check(f, &f->anna, "7C2F80FFFFFF", &written), "OK");
	assert_false(written);
	assert_string_equal(check(f, &f->bert, "7C2F80FFFFFF-0000", &written),
			    "mac_not_found:7C2F80FFFFFF");
	assert_false(written);
}

static void too_many_wrong_suffixes_lock_for_a_time(void **state)
{
	struct fixture *f = *state;
	bool written;

	inventory_make(f, "55DF", NULL);
	add(f, &f->anna, RIGHT);
	f->of_anna.replace = true;
	wrong(f, TRIES - 1);
	assert_int_equal(f->answer.locks_until, 0);
	wrong(f, 1);
	assert_int_equal(f->answer.locks_until, SCRATCH_NOW + LOCK);
	wrong(f, 1);
	assert_int_equal(f->answer.locks_until, 0);
	assert_int_equal(f->answer.reason, -E_MAC_ID_LOCKED);
	assert_int_equal(failures(f), TRIES);
	assert_string_equal(away(f, &f->anna, RIGHT), "mac_invalid:" MAC);
	assert_string_equal(check(f, &f->anna, RIGHT, &written), "mac_invalid:" MAC);
	assert_false(written);
	assert_string_equal(check(f, &f->anna, MAC, &written), "OK");

	clock_set(SCRATCH_NOW + LOCK - 1);
	assert_string_equal(check(f, &f->anna, RIGHT, &written), "mac_invalid:" MAC);
	clock_set(SCRATCH_NOW + LOCK);
	assert_string_equal(check(f, &f->anna, WRONG, &written), "mac_invalid:" MAC);
	assert_int_equal(failures(f), 1);
	assert_string_equal(check(f, &f->anna, RIGHT, &written), "OK");
	assert_int_equal(failures(f), 0);
}

static void locks_are_listed_while_they_last(void **state)
{
	struct fixture *f = *state;
	struct mac_id_failure *locked;
	size_t count;

	inventory_make(f, "55DF", NULL);
	wrong(f, TRIES - 1);
	assert_int_equal(mac_id_failure_locked(f, f->db, clock_now(), 10, &locked, &count), 0);
	assert_int_equal(count, 0);
	wrong(f, 1);
	assert_int_equal(mac_id_failure_locked(f, f->db, clock_now(), 10, &locked, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(locked[0].mac, f->mac);
	assert_int_equal(mac_id_failure_locked(f, f->db, clock_now() + LOCK, 10, &locked, &count),
			 0);
	assert_int_equal(count, 0);
}

static void about_a_foreign_mac_not_even_a_suffix_is_judged(void **state)
{
	static const char *const told_by_bert[] = {RIGHT, WRONG, MAC};
	struct fixture *f = *state;
	bool written;

	inventory_make(f, "55DF", NULL);
	add(f, &f->anna, RIGHT);
	for (size_t i = 0; i < COUNT_OF(told_by_bert); i++) {
		const char *mac_id = told_by_bert[i];

		assert_string_equal(add(f, &f->bert, mac_id), "mac_already_in_use:" MAC);
		assert_string_equal(away(f, &f->bert, mac_id), "mac_not_found:" MAC);
		assert_string_equal(check(f, &f->bert, mac_id, &written), "mac_not_found:" MAC);
		assert_false(written);
	}
	assert_int_equal(failures(f), 0);
	f->of_bert.replace = true;
	assert_string_equal(add(f, &f->bert, RIGHT), "mac_already_in_use:" MAC);
}

static void a_registration_that_may_not_be_replaced_is_still_there(void **state)
{
	struct fixture *f = *state;
	bool written;

	add(f, &f->anna, RIGHT);
	f->of_anna.replace = true;
	assert_string_equal(add(f, &f->anna, WRONG), "mac_invalid:" MAC);
	assert_int_equal(failures(f), 1);
	f->anna.require_mac_id = true;
	assert_string_equal(add(f, &f->anna, MAC), "mac_invalid:" MAC);
	assert_string_equal(check(f, &f->anna, MAC, &written), "OK");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(only_the_inventorys_macs_exist_where_it_is_required),
		TEST(an_inventory_without_a_suffix_leaves_the_first_one_told),
		TEST(the_inventorys_suffix_replaces_one_that_was_told_before),
		TEST(a_secret_of_the_inventory_takes_the_place_of_one_made_here),
		TEST(every_way_of_telling_a_suffix_counts),
		TEST(a_check_without_anything_to_count_writes_nothing),
		TEST(too_many_wrong_suffixes_lock_for_a_time),
		TEST(locks_are_listed_while_they_last),
		TEST(about_a_foreign_mac_not_even_a_suffix_is_judged),
		TEST(a_registration_that_may_not_be_replaced_is_still_there),
	};
#undef TEST

	return cmocka_run_group_tests_name("registration", tests, NULL, NULL);
}
