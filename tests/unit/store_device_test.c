/* SPDX-License-Identifier: MIT */
/* Devices and what belongs to one: handsets, lines, SIP servers, operations, its rendition. */
#include "store_help.h"

#include <stdio.h>

#include "store/account.h"
#include "store/device.h"
#include "store/group.h"
#include "store/handset.h"
#include "store/line.h"
#include "store/operation.h"
#include "store/provider.h"
#include "store/registration.h"
#include "store/rendition.h"
#include "store/setting.h"
#include "store/sip_server.h"

enum { MAC = 0x7C2F80E0D605, OTHER = 0x7C2F80E0D606 };

static int64_t group_make(struct scratch *s, const char *name)
{
	struct group *group;

	assert_int_equal(group_insert(s->db, name, SCRATCH_NOW), 0);
	assert_int_equal(group_find(s, s->db, name, &group), 1);
	return group->id;
}

/* --- device --- */

static void a_device_comes_back_as_it_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct account account = {.name = "ann",
				  .role = "admin",
				  .password_hash = "x",
				  .ha1_md5 = secret_new(s, "x"),
				  .ha1_sha256 = secret_new(s, "x")};
	struct device in = {
		.mac = MAC,
		.product = "n870",
		.group_id = group_make(s, "ward"),
		.name = "Ward 7 – night",
		.mac_id = "AB12",
		.secret = secret_new(s, "device secret"),
		.secret_origin = "made",
		.user_name = "user",
		.user_password = secret_new(s, "user password"),
		.locked_at = 5,
		.created_at = SCRATCH_NOW,
	};
	struct device *out = NULL;

	assert_int_equal(account_insert(s->db, &account), 0);
	in.secret_account_id = account.id;
	assert_int_equal(device_find(s, s->db, MAC, &out), 0);
	assert_int_equal(device_get(s, s->db, MAC, &out), -E_MAC_UNKNOWN);
	assert_null(out);
	assert_int_equal(device_insert(s->db, &in), 0);
	assert_int_equal(device_insert(s->db, &in), -E_DB_CONSTRAINT);
	assert_int_equal(device_get(s, s->db, MAC, &out), 0);
	assert_int_equal(out->mac, MAC);
	assert_string_equal(out->product, "n870");
	assert_int_equal(out->group_id, in.group_id);
	assert_string_equal(out->group, "ward");
	assert_string_equal(out->name, in.name);
	assert_string_equal(out->mac_id, "AB12");
	assert_true(secret_equals(out->secret, in.secret));
	assert_string_equal(out->secret_origin, "made");
	assert_int_equal(out->secret_account_id, account.id);
	assert_string_equal(out->user_name, "user");
	assert_true(secret_equals(out->user_password, in.user_password));
	assert_int_equal(out->locked_at, 5);
	assert_int_equal(out->provisioned_at, 0);
	assert_int_equal(out->revision, 1);
	assert_int_equal(out->created_at, SCRATCH_NOW);

	assert_int_equal(account_delete(s->db, account.id), 0);
	assert_int_equal(device_find(s, s->db, MAC, &out), 1);
	assert_int_equal(out->secret_account_id, 0);
}

static void a_device_that_is_only_registered_has_next_to_nothing(void **state)
{
	struct scratch *s = *state;
	struct device in = {.mac = 0, .created_at = SCRATCH_NOW}, *out;
	struct device_fetch *fetch;

	assert_int_equal(device_insert(s->db, &in), 0);
	assert_int_equal(device_get(s, s->db, 0, &out), 0);
	assert_null(out->product);
	assert_null(out->group);
	assert_null(out->name);
	assert_null(out->mac_id);
	assert_null(out->secret);
	assert_null(out->secret_origin);
	assert_null(out->user_name);
	assert_null(out->user_password);
	assert_int_equal(device_fetch_find(s, s->db, 0, &fetch), 1);
	assert_null(fetch->product);
	assert_null(fetch->secret);
	assert_null(fetch->rendition_revision);
	assert_null(fetch->rendition_etag);
	assert_int_equal(fetch->revision.fleet, 0);
	assert_int_equal(fetch->revision.product, 0);
	assert_int_equal(fetch->revision.group, 0);
	assert_int_equal(fetch->revision.sip, 0);
	assert_int_equal(fetch->revision.device, 1);
}

static void a_device_is_changed_and_its_revision_grows(void **state)
{
	struct scratch *s = *state;
	struct device in = {.mac = MAC, .product = "n510", .created_at = 99}, *out;

	device_make(s, MAC);
	device_make(s, OTHER);
	assert_int_equal(device_update(s->db, &in), 0);
	assert_int_equal(device_get(s, s->db, MAC, &out), 0);
	assert_string_equal(out->product, "n510");
	assert_int_equal(out->revision, 2);
	assert_int_equal(out->created_at, SCRATCH_NOW);
	assert_int_equal(device_touch(s->db, MAC), 0);
	assert_int_equal(device_get(s, s->db, MAC, &out), 0);
	assert_int_equal(out->revision, 3);
	assert_int_equal(device_provisioned(s->db, MAC, 1000), 0);
	assert_int_equal(device_provisioned(s->db, MAC, 2000), 0);
	assert_int_equal(device_get(s, s->db, MAC, &out), 0);
	assert_int_equal(out->provisioned_at, 1000);
	assert_int_equal(out->revision, 4);
	assert_int_equal(device_get(s, s->db, OTHER, &out), 0);
	assert_int_equal(out->revision, 1);
}

static void what_a_device_cannot_be_is_refused(void **state)
{
	struct scratch *s = *state;
	struct device bad[] = {
		{.mac = -1},
		{.mac = (int64_t)1 << 48},
		{.mac = 1, .group_id = 999},
		{.mac = 1, .secret = secret_new(s, "x")},
		{.mac = 1, .secret_origin = "made"},
		{.mac = 1, .secret = secret_new(s, "x"), .secret_origin = "guessed"},
		{.mac = 1, .secret_account_id = 999},
	};
	struct device last = {.mac = ((int64_t)1 << 48) - 1};

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(device_insert(s->db, &bad[i]), -E_DB_CONSTRAINT);
	assert_int_equal(device_insert(s->db, &last), 0);
}

static void devices_are_listed_in_pages_by_mac(void **state)
{
	struct scratch *s = *state;
	int64_t ward = group_make(s, "ward");
	struct device_filter filters[] = {
		{.after = -1, .limit = 4},
		{.after = -1, .limit = 4, .group_id = ward},
		{.after = -1, .limit = 4, .product = "n510"},
		{.after = -1, .limit = 4, .group_id = ward, .product = "n510"},
		{.after = -1, .limit = 4, .product = "none"},
	};
	static const int64_t steps[] = {1, 2, 3, 6, 30};
	struct handset handset = {.mac = 6, .ipui = "029e74a599", .origin = "hand"};
	struct device_row *page;
	size_t n;

	for (int64_t mac = 29; mac >= 0; mac--) {
		struct device device = {.mac = mac,
					.product = mac % 3 ? "n870" : "n510",
					.group_id = mac % 2 ? 0 : ward,
					.name = mac == 6 ? "six" : NULL,
					.locked_at = mac == 6 ? 77 : 0};

		assert_int_equal(device_insert(s->db, &device), 0);
	}
	assert_int_equal(handset_insert(s->db, &handset), 0);
	for (size_t f = 0; f < COUNT_OF(filters); f++) {
		int64_t expected = f == 4 ? 30 : 0;

		do {
			assert_int_equal(device_list(s, s->db, &filters[f], &page, &n), 0);
			for (size_t i = 0; i < n; i++, expected += steps[f])
				assert_int_equal(page[i].mac, expected);
			if (n)
				filters[f].after = page[n - 1].mac;
		} while (n == 4);
		assert_int_equal(expected, 30);
	}
	filters[0].after = 5;
	assert_int_equal(device_list(s, s->db, &filters[0], &page, &n), 0);
	assert_string_equal(page[0].product, "n510");
	assert_string_equal(page[0].group, "ward");
	assert_string_equal(page[0].name, "six");
	assert_int_equal(page[0].handsets, 1);
	assert_int_equal(page[0].locked_at, 77);
	assert_null(page[1].group);
}

static void a_device_takes_all_that_is_its_own_with_it(void **state)
{
	static const char *const tables[] = {"device", "device_sip_server", "handset",
					     "line",   "operation",	    "rendition"};
	struct scratch *s = *state;
	int64_t server = server_make(s, "pbx");
	struct handset handset = {.mac = MAC, .ipui = "029e74a599", .origin = "hand"};
	struct line line = {.mac = MAC,
			    .slot = 1,
			    .sip_server_id = server,
			    .user_name = "u",
			    .auth_name = "a",
			    .display_name = "d"};
	struct operation operation = {.mac = MAC, .kind = OPERATION_FIRMWARE, .dm = "local"};
	struct rendition rendition = {
		.mac = MAC, .revision = "1", .etag = "\"e\"", .operations = "", .document = ""};
	struct device_counts counts;

	device_make(s, MAC);
	assert_int_equal(sip_server_attach(s->db, MAC, server), 0);
	assert_int_equal(handset_insert(s->db, &handset), 0);
	assert_int_equal(line_insert(s->db, &line), 0);
	assert_int_equal(operation_insert(s->db, &operation), 0);
	assert_int_equal(rendition_put(s->db, &rendition), 0);
	assert_int_equal(device_counts(s->db, &counts), 0);
	assert_int_equal(counts.devices, 1);
	assert_int_equal(counts.provisioned, 1);
	assert_int_equal(counts.handsets, 1);
	assert_int_equal(counts.locked + counts.registrations + counts.accounts + counts.providers,
			 0);

	assert_int_equal(sip_server_delete(s->db, server), -E_DB_CONSTRAINT);
	assert_int_equal(device_delete(s->db, MAC), 0);
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		assert_int_equal(scratch_ask(s->db->handle,
					     mem_printf(s, "SELECT count(*) FROM %s", tables[i])),
				 0);
	assert_int_equal(sip_server_delete(s->db, server), 0);
}

/* --- revisions --- */

static struct device_revision revision_of(struct scratch *s, int64_t mac)
{
	struct device_fetch *fetch;

	assert_int_equal(device_fetch_find(s, s->db, mac, &fetch), 1);
	return fetch->revision;
}

/* From `*last` to now exactly these have grown, each by one. */
static void assert_moved(struct scratch *s, struct device_revision *last, int fleet, int product,
			 int group, int sip, int device)
{
	struct device_revision now = revision_of(s, MAC);

	assert_int_equal(now.fleet - last->fleet, fleet);
	assert_int_equal(now.product - last->product, product);
	assert_int_equal(now.group - last->group, group);
	assert_int_equal(now.sip - last->sip, sip);
	assert_int_equal(now.device - last->device, device);
	*last = now;
}

static void each_counter_moves_with_its_own_scope_only(void **state)
{
	struct scratch *s = *state;
	int64_t ward = group_make(s, "ward"), attic = group_make(s, "attic");
	int64_t ours = server_make(s, "ours"), theirs = server_make(s, "theirs");
	struct device device = {.mac = MAC, .product = "n870", .group_id = ward};
	struct sip_server server = server_of("ours");
	struct device_revision last;

	assert_int_equal(device_insert(s->db, &device), 0);
	device_make(s, OTHER);
	assert_int_equal(sip_server_attach(s->db, MAC, ours), 0);
	assert_int_equal(sip_server_attach(s->db, OTHER, theirs), 0);
	last = revision_of(s, MAC);

	assert_int_equal(scope_touch(s->db, "fleet"), 0);
	assert_moved(s, &last, 1, 0, 0, 0, 0);
	assert_int_equal(scope_touch(s->db, "fleet"), 0);
	assert_moved(s, &last, 1, 0, 0, 0, 0);
	assert_int_equal(scope_touch(s->db, "product:n870"), 0);
	assert_moved(s, &last, 0, 1, 0, 0, 0);
	assert_int_equal(scope_touch(s->db, "product:n510"), 0);
	assert_moved(s, &last, 0, 0, 0, 0, 0);
	assert_int_equal(group_touch(s->db, ward), 0);
	assert_moved(s, &last, 0, 0, 1, 0, 0);
	assert_int_equal(group_touch(s->db, attic), 0);
	assert_moved(s, &last, 0, 0, 0, 0, 0);
	server.id = ours;
	assert_int_equal(sip_server_update(s->db, &server), 0);
	assert_moved(s, &last, 0, 0, 0, 1, 0);
	server.id = theirs;
	assert_int_equal(sip_server_update(s->db, &server), 0);
	assert_moved(s, &last, 0, 0, 0, 0, 0);
	assert_int_equal(device_touch(s->db, MAC), 0);
	assert_moved(s, &last, 0, 0, 0, 0, 1);
	assert_int_equal(device_update(s->db, &device), 0);
	assert_moved(s, &last, 0, 0, 0, 0, 1);
	assert_int_equal(device_touch(s->db, OTHER), 0);
	assert_moved(s, &last, 0, 0, 0, 0, 0);
}

static void a_fetch_knows_all_that_it_needs(void **state)
{
	struct scratch *s = *state;
	struct device in = {
		.mac = MAC,
		.product = "n870",
		.secret = secret_new(s, "device secret"),
		.secret_origin = "given",
		.user_name = "user",
		.user_password = secret_new(s, "user password"),
		.locked_at = 5,
	};
	struct rendition rendition = {.mac = MAC,
				      .revision = "1.2.3",
				      .etag = "\"e\"",
				      .until_at = 44,
				      .operations = "",
				      .document = "x"};
	struct registration registration = {.mac = MAC, .provider_id = 1, .url = "http://u:p@h/"};
	char *operations;
	struct device_fetch *out = NULL;

	assert_int_equal(device_fetch_find(s, s->db, MAC, &out), 0);
	assert_int_equal(device_insert(s->db, &in), 0);
	assert_int_equal(rendition_put(s->db, &rendition), 0);
	assert_int_equal(device_provisioned(s->db, MAC, 9), 0);
	assert_int_equal(device_fetch_find(s, s->db, MAC, &out), 1);
	assert_int_equal(out->mac, MAC);
	assert_string_equal(out->product, "n870");
	assert_int_equal(out->locked_at, 5);
	assert_int_equal(out->provisioned_at, 9);
	assert_true(secret_equals(out->secret, in.secret));
	assert_string_equal(out->user_name, "user");
	assert_true(secret_equals(out->user_password, in.user_password));
	assert_string_equal(out->rendition_revision, "1.2.3");
	assert_string_equal(out->rendition_etag, "\"e\"");
	assert_int_equal(out->rendition_until_at, 44);
	assert_int_equal(out->rendition_given_at, 0);
	assert_null(out->url);

	assert_int_equal(rendition_given(s, s->db, MAC, "\"e\"", 55, &operations), 1);
	assert_int_equal(provider_insert(s->db, "acme", NULL, SCRATCH_NOW), 0);
	assert_int_equal(registration_insert(s->db, &registration), 0);
	assert_int_equal(device_fetch_find(s, s->db, MAC, &out), 1);
	assert_int_equal(out->rendition_given_at, 55);
	assert_string_equal(out->url, "http://u:p@h/");
}

/* --- handset --- */

static int handset_make(struct scratch *s, int64_t mac, int n)
{
	struct handset handset = {.mac = mac, .origin = "import", .created_at = SCRATCH_NOW};

	snprintf(handset.ipui, sizeof(handset.ipui), "%010x", (unsigned)n);
	assert_int_equal(handset_insert(s->db, &handset), 0);
	return handset.slot;
}

static void a_handset_takes_the_lowest_free_slot(void **state)
{
	struct scratch *s = *state;
	struct handset *list;
	char *slots = NULL;
	int64_t n;
	size_t count;

	device_make(s, MAC);
	device_make(s, OTHER);
	assert_int_equal(handset_slot_text(s, s->db, MAC, &slots), 0);
	assert_string_equal(slots, "");
	for (int i = 1; i <= 5; i++)
		assert_int_equal(handset_make(s, MAC, i), i);
	assert_int_equal(handset_make(s, OTHER, 100), 1);
	assert_int_equal(handset_delete(s->db, MAC, 4), 0);
	assert_int_equal(handset_delete(s->db, MAC, 1), 0);
	assert_int_equal(handset_slot_text(s, s->db, MAC, &slots), 0);
	assert_string_equal(slots, "2,3,5");
	assert_int_equal(handset_make(s, MAC, 10), 1);
	assert_int_equal(handset_make(s, MAC, 11), 4);
	assert_int_equal(handset_make(s, MAC, 12), 6);
	assert_int_equal(handset_count(s->db, MAC, &n), 0);
	assert_int_equal(n, 6);
	assert_int_equal(handset_list(s, s->db, MAC, &list, &count), 0);
	assert_int_equal(count, 6);
	for (int i = 0; i < 6; i++)
		assert_int_equal(list[i].slot, i + 1);
	assert_string_equal(list[3].ipui, "000000000b");
}

static void whoever_adds_many_handsets_goes_on_behind_the_last(void **state)
{
	struct scratch *s = *state;
	struct handset handset = {.mac = MAC, .origin = "import"};

	device_make(s, MAC);
	for (int i = 1; i <= 6; i++)
		assert_int_equal(handset_make(s, MAC, i), i);
	assert_int_equal(handset_delete(s->db, MAC, 2), 0);
	assert_int_equal(handset_delete(s->db, MAC, 5), 0);
	for (int i = 0; i < 3; i++) {
		static const int expected[] = {5, 7, 8};

		handset.slot = i == 0 ? 3 : handset.slot + 1;
		snprintf(handset.ipui, sizeof(handset.ipui), "%010x", 100U + (unsigned)i);
		assert_int_equal(handset_insert(s->db, &handset), 0);
		assert_int_equal(handset.slot, expected[i]);
	}
}

static void a_handset_comes_back_as_it_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct handset in = {.mac = MAC,
			     .ipui = "029e74a599",
			     .name = "Zoë",
			     .pin = secret_new(s, "4712"),
			     .origin = "hand",
			     .created_at = SCRATCH_NOW};
	struct handset *out = NULL;

	assert_int_equal(handset_insert(s->db, &in), -E_DB_CONSTRAINT);
	device_make(s, MAC);
	device_make(s, OTHER);
	assert_int_equal(handset_find(s, s->db, "029e74a599", &out), 0);
	in.slot = 0;
	assert_int_equal(handset_insert(s->db, &in), 0);
	assert_int_equal(handset_find(s, s->db, "029e74a599", &out), 1);
	assert_int_equal(out->mac, MAC);
	assert_int_equal(out->slot, 1);
	assert_string_equal(out->ipui, "029e74a599");
	assert_string_equal(out->name, "Zoë");
	assert_true(secret_equals(out->pin, in.pin));
	assert_string_equal(out->origin, "hand");
	assert_int_equal(out->created_at, SCRATCH_NOW);

	/* One IPUI, one device; lower case, ten digits, from somewhere, in a slot that exists. */
	in.mac = OTHER;
	assert_int_equal(handset_insert(s->db, &in), -E_DB_CONSTRAINT);
	strcpy(in.ipui, "029E74A598");
	assert_int_equal(handset_insert(s->db, &in), -E_DB_CONSTRAINT);
	strcpy(in.ipui, "029e");
	assert_int_equal(handset_insert(s->db, &in), -E_DB_CONSTRAINT);
	strcpy(in.ipui, "029e74a598");
	in.origin = "air";
	assert_int_equal(handset_insert(s->db, &in), -E_DB_CONSTRAINT);
	in.origin = "hand";
	in.slot = 20001;
	assert_int_equal(handset_insert(s->db, &in), -E_DB_CONSTRAINT);
}

/* --- line --- */

static void a_line_comes_back_as_it_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct line in = {.mac = MAC,
			  .slot = 2,
			  .sip_server_id = server_make(s, "pbx"),
			  .user_name = "100",
			  .auth_name = "auth",
			  .auth_password = secret_new(s, "p<&>w"),
			  .display_name = "Front desk"};
	struct line *list;
	size_t n;

	assert_int_equal(line_insert(s->db, &in), -E_DB_CONSTRAINT);
	device_make(s, MAC);
	assert_int_equal(line_insert(s->db, &in), 0);
	assert_int_equal(line_insert(s->db, &in), -E_DB_CONSTRAINT);
	in.slot = 1;
	in.auth_password = NULL;
	assert_int_equal(line_insert(s->db, &in), 0);
	assert_int_equal(line_list(s, s->db, MAC, &list, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].slot, 1);
	assert_null(list[0].auth_password);
	assert_int_equal(list[1].mac, MAC);
	assert_int_equal(list[1].slot, 2);
	assert_int_equal(list[1].sip_server_id, in.sip_server_id);
	assert_string_equal(list[1].user_name, "100");
	assert_string_equal(list[1].auth_name, "auth");
	assert_string_equal(secret_reveal(list[1].auth_password), "p<&>w");
	assert_string_equal(list[1].display_name, "Front desk");

	assert_int_equal(line_uses_server(s->db, MAC, in.sip_server_id), 1);
	assert_int_equal(line_uses_server(s->db, OTHER, in.sip_server_id), 0);
	assert_int_equal(sip_server_delete(s->db, in.sip_server_id), -E_DB_CONSTRAINT);
	assert_int_equal(line_delete(s->db, MAC, 1), 0);
	assert_int_equal(line_delete(s->db, MAC, 2), 0);
	assert_int_equal(line_uses_server(s->db, MAC, in.sip_server_id), 0);
	assert_int_equal(sip_server_delete(s->db, in.sip_server_id), 0);
	in.slot = 0;
	assert_int_equal(line_insert(s->db, &in), -E_DB_CONSTRAINT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_memory, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_comes_back_as_it_was_put_in),
		TEST(a_device_that_is_only_registered_has_next_to_nothing),
		TEST(a_device_is_changed_and_its_revision_grows),
		TEST(what_a_device_cannot_be_is_refused),
		TEST(devices_are_listed_in_pages_by_mac),
		TEST(a_device_takes_all_that_is_its_own_with_it),
		TEST(each_counter_moves_with_its_own_scope_only),
		TEST(a_fetch_knows_all_that_it_needs),
		TEST(a_handset_takes_the_lowest_free_slot),
		TEST(whoever_adds_many_handsets_goes_on_behind_the_last),
		TEST(a_handset_comes_back_as_it_was_put_in),
		TEST(a_line_comes_back_as_it_was_put_in),
	};

	return cmocka_run_group_tests_name("store_device", tests, NULL, NULL);
}
