/* SPDX-License-Identifier: MIT */
/* Accounts, providers, groups, registrations, settings, the audit log and single facts. */
#include "scratch.h"

#include "store/account.h"
#include "store/audit.h"
#include "store/device.h"
#include "store/group.h"
#include "store/meta.h"
#include "store/provider.h"
#include "store/registration.h"
#include "store/setting.h"

static struct account account_of(struct scratch *s, const char *name)
{
	return (struct account){
		.name = name,
		.role = "integrator",
		.password_hash = "$argon2id$x",
		.ha1_md5 = secret_new_bytes(s, "0123456789abcde", 16),
		.ha1_sha256 = secret_new_bytes(s, "0123456789abcde0123456789abcdef", 32),
		.require_mac_id = -1,
		.created_at = SCRATCH_NOW,
	};
}

static int64_t account_make(struct scratch *s, const char *name)
{
	struct account account = account_of(s, name);

	assert_int_equal(account_insert(s->db, &account), 0);
	return account.id;
}

static int64_t provider_make(struct scratch *s, const char *name)
{
	struct provider *provider;

	assert_int_equal(provider_insert(s->db, name, NULL, SCRATCH_NOW), 0);
	assert_int_equal(provider_find(s, s->db, name, &provider), 1);
	return provider->id;
}

static void device_make(struct scratch *s, int64_t mac, int64_t group_id)
{
	struct device device = {.mac = mac, .group_id = group_id, .created_at = SCRATCH_NOW};

	assert_int_equal(device_insert(s->db, &device), 0);
}

/* --- meta --- */

static void a_fact_is_set_and_replaced(void **state)
{
	struct scratch *s = *state;
	char *value = NULL;

	assert_int_equal(meta_find(s, s->db, "realm", &value), 0);
	assert_null(value);
	assert_int_equal(meta_put(s->db, "realm", "one"), 0);
	assert_int_equal(meta_put(s->db, "realm", "two"), 0);
	assert_int_equal(meta_find(s, s->db, "realm", &value), 1);
	assert_string_equal(value, "two");
}

/* --- account --- */

static void an_account_comes_back_as_it_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct account in = account_of(s, "acme");
	struct account *out = NULL;

	in.require_mac_id = 1;
	assert_int_equal(account_find(s, s->db, "acme", &out), 0);
	assert_int_equal(account_insert(s->db, &in), 0);
	assert_true(in.id > 0);
	assert_int_equal(account_find(s, s->db, "acme", &out), 1);
	assert_int_equal(out->id, in.id);
	assert_string_equal(out->name, "acme");
	assert_string_equal(out->role, "integrator");
	assert_string_equal(out->password_hash, "$argon2id$x");
	assert_true(secret_equals(out->ha1_md5, in.ha1_md5));
	assert_true(secret_equals(out->ha1_sha256, in.ha1_sha256));
	assert_int_equal(out->require_mac_id, 1);
	assert_int_equal(out->version, 1);
	assert_int_equal(out->created_at, SCRATCH_NOW);
	assert_int_equal(account_insert(s->db, &in), -E_DB_CONSTRAINT);
}

static void an_account_is_changed_and_its_version_grows(void **state)
{
	struct scratch *s = *state;
	struct account in = account_of(s, "acme");
	struct account *out;

	assert_int_equal(account_insert(s->db, &in), 0);
	in.role = "admin";
	in.require_mac_id = 0;
	in.ha1_md5 = secret_new(s, "another");
	assert_int_equal(account_update(s->db, &in), 0);
	assert_int_equal(account_find(s, s->db, "acme", &out), 1);
	assert_string_equal(out->role, "admin");
	assert_int_equal(out->require_mac_id, 0);
	assert_string_equal(secret_reveal(out->ha1_md5), "another");
	assert_int_equal(out->version, 2);
	in.require_mac_id = -1;
	assert_int_equal(account_update(s->db, &in), 0);
	assert_int_equal(account_find(s, s->db, "acme", &out), 1);
	assert_int_equal(out->require_mac_id, -1);
	in.role = "king";
	assert_int_equal(account_update(s->db, &in), -E_DB_CONSTRAINT);
}

static void an_account_has_a_name_a_role_and_hashes(void **state)
{
	struct scratch *s = *state;
	struct account nameless = account_of(s, ""), king = account_of(s, "a");
	struct account strange = account_of(s, "b"), open = account_of(s, "c");
	char name[66];

	king.role = "king";
	strange.require_mac_id = 2;
	open.ha1_md5 = NULL;
	assert_int_equal(account_insert(s->db, &nameless), -E_DB_CONSTRAINT);
	assert_int_equal(account_insert(s->db, &king), -E_DB_CONSTRAINT);
	assert_int_equal(account_insert(s->db, &strange), -E_DB_CONSTRAINT);
	assert_int_equal(account_insert(s->db, &open), -E_DB_CONSTRAINT);
	memset(name, 'n', 65);
	name[65] = '\0';
	nameless.name = name;
	assert_int_equal(account_insert(s->db, &nameless), -E_DB_CONSTRAINT);
	name[64] = '\0';
	assert_int_equal(account_insert(s->db, &nameless), 0);
}

static void accounts_are_listed_in_pages_by_name(void **state)
{
	static const char *const names[] = {"dora", "anna", "carl", "Zoe", "bert"};
	static const char *const sorted[] = {"Zoe", "anna", "bert", "carl", "dora"};
	struct scratch *s = *state;
	struct account *page;
	const char *after = NULL;
	size_t n, seen = 0;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		account_make(s, names[i]);
	do {
		assert_int_equal(account_list(s, s->db, after, 2, &page, &n), 0);
		for (size_t i = 0; i < n; i++)
			assert_string_equal(page[i].name, sorted[seen++]);
		after = n ? page[n - 1].name : NULL;
	} while (n == 2);
	assert_int_equal(seen, 5);
	assert_int_equal(account_list(s, s->db, "zzz", 2, &page, &n), 0);
	assert_int_equal(n, 0);
}

static void accounts_are_counted_by_role(void **state)
{
	struct scratch *s = *state;
	struct account admin = account_of(s, "root");
	int64_t n;

	admin.role = "admin";
	assert_int_equal(account_insert(s->db, &admin), 0);
	account_make(s, "a");
	account_make(s, "b");
	assert_true(account_count(s->db, "admin", &n) >= 0);
	assert_int_equal(n, 1);
	assert_true(account_count(s->db, NULL, &n) >= 0);
	assert_int_equal(n, 3);
	assert_int_equal(account_delete(s->db, admin.id), 0);
	assert_true(account_count(s->db, "admin", &n) >= 0);
	assert_int_equal(n, 0);
}

static void an_account_sealed_with_another_key_is_not_read(void **state)
{
	struct scratch *s = *state;
	struct account *out;
	size_t n;

	account_make(s, "acme");
	assert_int_equal(secret_setup(mem_printf(s, "%s/other", s->folder), true, NULL), 0);
	assert_int_equal(account_find(s, s->db, "acme", &out), -E_SEAL);
	assert_int_equal(account_list(s, s->db, NULL, 10, &out, &n), -E_SEAL);
}

static void an_account_has_providers(void **state)
{
	struct scratch *s = *state;
	int64_t acme = account_make(s, "acme"), other = account_make(s, "other");
	int64_t west = provider_make(s, "west"), east = provider_make(s, "east");
	struct provider *providers;
	const char **names;
	size_t n;

	assert_int_equal(account_provider_insert(s->db, acme, west), 0);
	assert_int_equal(account_provider_insert(s->db, acme, east), 0);
	assert_int_equal(account_provider_insert(s->db, acme, east), 0);
	assert_int_equal(account_provider_insert(s->db, acme, 999), -E_DB_CONSTRAINT);
	assert_int_equal(account_owns(s->db, acme, west), 1);
	assert_int_equal(account_owns(s->db, other, west), 0);
	assert_int_equal(account_providers(s, s->db, acme, &names, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "east");
	assert_string_equal(names[1], "west");
	assert_int_equal(provider_list_of(s, s->db, acme, &providers, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(providers[0].name, "east");
	assert_int_equal(provider_list_of(s, s->db, other, &providers, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(provider_list_of(s, s->db, 0, &providers, &n), 0);
	assert_int_equal(n, 2);

	/* A provider takes its place with it, an account all of its own. */
	assert_int_equal(provider_delete(s->db, east), 0);
	assert_int_equal(account_providers(s, s->db, acme, &names, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(account_provider_clear(s->db, acme), 0);
	assert_int_equal(account_owns(s->db, acme, west), 0);
	assert_int_equal(account_provider_insert(s->db, acme, west), 0);
	assert_int_equal(account_delete(s->db, acme), 0);
	assert_int_equal(scratch_ask(s->db->handle, "SELECT count(*) FROM account_provider"), 0);
}

/* --- provider, group --- */

static void providers_tell_how_many_are_registered_under_them(void **state)
{
	struct scratch *s = *state;
	int64_t acme = provider_make(s, "acme");
	struct registration registration = {
		.provider_id = acme, .url = "http://192.0.2.1/", .created_at = SCRATCH_NOW};
	struct provider *page;
	size_t n;

	provider_make(s, "empty");
	for (registration.mac = 1; registration.mac <= 3; registration.mac++) {
		device_make(s, registration.mac, 0);
		assert_int_equal(registration_insert(s->db, &registration), 0);
	}
	assert_int_equal(provider_list(s, s->db, NULL, 10, &page, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(page[0].registrations, 3);
	assert_int_equal(page[0].created_at, SCRATCH_NOW);
	assert_int_equal(page[1].registrations, 0);
	assert_int_equal(provider_list(s, s->db, "acme", 10, &page, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(provider_insert(s->db, "acme", NULL, 1), -E_DB_CONSTRAINT);
	assert_int_equal(provider_insert(s->db, "", NULL, 1), -E_DB_CONSTRAINT);
	assert_int_equal(provider_delete(s->db, acme), -E_DB_CONSTRAINT);
}

static void a_group_is_kept_while_devices_belong_to_it(void **state)
{
	struct scratch *s = *state;
	struct group *group, *page;
	size_t n;

	assert_int_equal(group_find(s, s->db, "ward", &group), 0);
	assert_int_equal(group_insert(s->db, "ward", SCRATCH_NOW), 0);
	assert_int_equal(group_insert(s->db, "attic", SCRATCH_NOW), 0);
	assert_int_equal(group_insert(s->db, "ward", SCRATCH_NOW), -E_DB_CONSTRAINT);
	assert_int_equal(group_insert(s->db, "", SCRATCH_NOW), -E_DB_CONSTRAINT);
	assert_int_equal(group_find(s, s->db, "ward", &group), 1);
	assert_string_equal(group->name, "ward");
	assert_int_equal(group->created_at, SCRATCH_NOW);
	device_make(s, 1, group->id);
	device_make(s, 2, group->id);
	assert_int_equal(group_list(s, s->db, NULL, 10, &page, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(page[0].devices, 0);
	assert_int_equal(page[1].devices, 2);
	assert_int_equal(group_list(s, s->db, "attic", 1, &page, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(page[0].name, "ward");
	assert_int_equal(group_delete(s->db, group->id), -E_DB_CONSTRAINT);
	assert_int_equal(device_delete(s->db, 1), 0);
	assert_int_equal(device_delete(s->db, 2), 0);
	assert_int_equal(group_delete(s->db, group->id), 0);
	assert_int_equal(group_find(s, s->db, "ward", &group), 0);
}

/* --- registration --- */

static void a_registration_comes_back_as_it_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct registration in = {
		.mac = 5,
		.provider_id = provider_make(s, "acme"),
		.account_id = account_make(s, "ann"),
		.url = "https://prov.example/%MACD.xml?a=1&b=ü",
		.created_at = SCRATCH_NOW,
	};
	struct registration *out = NULL;

	assert_int_equal(registration_insert(s->db, &in), -E_DB_CONSTRAINT);
	device_make(s, 5, 0);
	assert_int_equal(registration_find(s, s->db, 5, &out), 0);
	assert_int_equal(registration_insert(s->db, &in), 0);
	assert_int_equal(registration_insert(s->db, &in), -E_DB_CONSTRAINT);
	assert_int_equal(registration_find(s, s->db, 5, &out), 1);
	assert_int_equal(out->mac, 5);
	assert_int_equal(out->provider_id, in.provider_id);
	assert_string_equal(out->provider, "acme");
	assert_int_equal(out->account_id, in.account_id);
	assert_string_equal(out->url, in.url);
	assert_int_equal(out->created_at, SCRATCH_NOW);

	/* The account may go, the registration stays; with its device it goes. */
	assert_int_equal(account_delete(s->db, in.account_id), 0);
	assert_int_equal(registration_find(s, s->db, 5, &out), 1);
	assert_int_equal(out->account_id, 0);
	assert_int_equal(device_delete(s->db, 5), 0);
	assert_int_equal(registration_find(s, s->db, 5, &out), 0);
}

static void a_registration_is_deleted_once(void **state)
{
	struct scratch *s = *state;
	struct registration in = {.mac = 5, .provider_id = provider_make(s, "acme"), .url = "u"};

	device_make(s, 5, 0);
	assert_int_equal(registration_insert(s->db, &in), 0);
	assert_int_equal(registration_delete(s->db, 5), 1);
	assert_int_equal(registration_delete(s->db, 5), 0);
	in.provider_id = 999;
	assert_int_equal(registration_insert(s->db, &in), -E_DB_CONSTRAINT);
}

struct page {
	int64_t expected; /* MAC of the next row */
	int64_t step;
	int rows;
};

static void page_row(void *arg, const struct registration *registration)
{
	struct page *page = arg;

	assert_int_equal(registration->mac, page->expected);
	assert_string_equal(registration->url, "u");
	page->expected += page->step;
	page->rows++;
}

/* However the walk finds them, and however its way changes in between. */
static void registrations_are_listed_in_pages_by_mac(void **state)
{
	struct scratch *s = *state;
	struct registration in = {.url = "u"};
	struct provider rare = {.id = provider_make(s, "rare"), .name = "rare"};
	struct provider most = {.id = provider_make(s, "most"), .name = "most"};
	struct provider none = {.id = provider_make(s, "none"), .name = "none"};
	struct registration_cursor cursor;
	struct page page;
	int r;

	for (in.mac = 0; in.mac < 600; in.mac++) {
		device_make(s, in.mac, 0);
		/* The second half belongs to `most` alone. */
		in.provider_id = in.mac >= 300 || in.mac % 3 ? most.id : rare.id;
		assert_int_equal(registration_insert(s->db, &in), 0);
	}
	page = (struct page){0, 3, 0};
	cursor = (struct registration_cursor){.after = -1};
	while ((r = registration_walk(s->db, &rare, &cursor, 4, page_row, &page)) > 0)
		assert_in_range(page.rows, 1, 100);
	assert_int_equal(r, 0);
	assert_int_equal(page.rows, 100);

	page = (struct page){300, 1, 0};
	cursor = (struct registration_cursor){.after = 299};
	while ((r = registration_walk(s->db, &most, &cursor, 4, page_row, &page)) > 0)
		assert_in_range(page.rows, 1, 300);
	assert_int_equal(r, 0);
	assert_int_equal(page.rows, 300);

	cursor = (struct registration_cursor){.after = -1};
	assert_int_equal(registration_walk(s->db, &none, &cursor, 4, page_row, &page), 0);
	assert_int_equal(page.rows, 300);
}

/* --- setting --- */

static void a_setting_is_set_replaced_and_unset(void **state)
{
	struct scratch *s = *state;
	struct setting in = {.scope = "fleet", .name = "b", .value = "", .updated_at = 7};
	struct setting *out, *list;
	size_t n;

	assert_int_equal(setting_find(s, s->db, "fleet", "b", &out), 0);
	assert_int_equal(setting_put(s->db, &in), 0);
	assert_int_equal(setting_find(s, s->db, "fleet", "b", &out), 1);
	assert_string_equal(out->value, "");
	assert_null(out->secret);
	assert_int_equal(out->updated_at, 7);

	/* A secret takes the place of a value. */
	in.value = NULL;
	in.secret = secret_new(s, "hush");
	in.updated_at = 8;
	assert_int_equal(setting_put(s->db, &in), 0);
	assert_int_equal(setting_find(s, s->db, "fleet", "b", &out), 1);
	assert_null(out->value);
	assert_string_equal(secret_reveal(out->secret), "hush");
	assert_int_equal(out->updated_at, 8);

	in = (struct setting){.scope = "fleet", .name = "a", .value = "1"};
	assert_int_equal(setting_put(s->db, &in), 0);
	in.scope = "group:ward";
	assert_int_equal(setting_put(s->db, &in), 0);
	assert_int_equal(setting_list(s, s->db, "fleet", &list, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].name, "a");
	assert_string_equal(list[1].name, "b");
	assert_string_equal(list[1].scope, "fleet");

	assert_int_equal(setting_delete(s->db, "fleet", "a"), 1);
	assert_int_equal(setting_delete(s->db, "fleet", "a"), 0);
	assert_int_equal(setting_delete_scope(s->db, "fleet"), 0);
	assert_int_equal(setting_list(s, s->db, "fleet", &list, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(setting_find(s, s->db, "group:ward", "a", &out), 1);
}

static void a_setting_is_either_a_value_or_a_secret(void **state)
{
	struct scratch *s = *state;
	struct setting both = {
		.scope = "fleet", .name = "a", .value = "x", .secret = secret_new(s, "x")};
	struct setting neither = {.scope = "fleet", .name = "a"};

	assert_int_equal(setting_put(s->db, &both), -E_DB_CONSTRAINT);
	assert_int_equal(setting_put(s->db, &neither), -E_DB_CONSTRAINT);
}

/* --- audit --- */

static void the_audit_log_is_read_backwards_in_pages(void **state)
{
	struct scratch *s = *state;
	struct audit_who who = {.actor = "ann", .address = "192.0.2.1", .request = "r1"};
	struct audit *page;
	int64_t before = 0, last = INT64_MAX;
	size_t n, seen = 0;

	for (int i = 0; i < 10; i++) {
		clock_set(SCRATCH_NOW + i);
		assert_int_equal(audit_insert(s->db, &who, "device.set",
					      i % 2 ? "device:A" : "device:B", i ? "{}" : NULL,
					      "{\"name\":\"x\"}"),
				 0);
	}
	do {
		assert_int_equal(audit_list(s, s->db, NULL, before, 3, &page, &n), 0);
		for (size_t i = 0; i < n; i++, seen++) {
			assert_true(page[i].id < last);
			assert_int_equal(page[i].at, SCRATCH_NOW + 9 - (int)seen);
			last = before = page[i].id;
		}
	} while (n == 3);
	assert_int_equal(seen, 10);
	assert_null(page[n - 1].before);

	assert_int_equal(audit_list(s, s->db, "device:A", 0, 3, &page, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(page[0].at, SCRATCH_NOW + 9);
	assert_int_equal(page[2].at, SCRATCH_NOW + 5);
	assert_string_equal(page[0].who.actor, "ann");
	assert_string_equal(page[0].who.address, "192.0.2.1");
	assert_string_equal(page[0].who.request, "r1");
	assert_string_equal(page[0].action, "device.set");
	assert_string_equal(page[0].object, "device:A");
	assert_string_equal(page[0].before, "{}");
	assert_string_equal(page[0].after, "{\"name\":\"x\"}");
	assert_int_equal(audit_list(s, s->db, "device:A", page[2].id, 3, &page, &n), 0);
	assert_int_equal(n, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_memory, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fact_is_set_and_replaced),
		TEST(an_account_comes_back_as_it_was_put_in),
		TEST(an_account_is_changed_and_its_version_grows),
		TEST(an_account_has_a_name_a_role_and_hashes),
		TEST(accounts_are_listed_in_pages_by_name),
		TEST(accounts_are_counted_by_role),
		TEST(an_account_sealed_with_another_key_is_not_read),
		TEST(an_account_has_providers),
		TEST(providers_tell_how_many_are_registered_under_them),
		TEST(a_group_is_kept_while_devices_belong_to_it),
		TEST(a_registration_comes_back_as_it_was_put_in),
		TEST(a_registration_is_deleted_once),
		TEST(registrations_are_listed_in_pages_by_mac),
		TEST(a_setting_is_set_replaced_and_unset),
		TEST(a_setting_is_either_a_value_or_a_secret),
		TEST(the_audit_log_is_read_backwards_in_pages),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
