/* SPDX-License-Identifier: MIT */
/* What the redirection of phones reads: activation codes, and registrations with their devices. */
#include "scratch.h"

#include "base/error.h"
#include "store/activation.h"
#include "store/device.h"
#include "store/provider.h"
#include "store/registration.h"

enum { MAC = 0x7C2F80E0D605 };

static int64_t provider_make(struct scratch *s, const char *name)
{
	struct provider *provider;

	assert_int_equal(provider_insert(s->db, name, NULL, SCRATCH_NOW), 0);
	assert_int_equal(provider_find(s, s->db, name, &provider), 1);
	return provider->id;
}

static void an_activation_code_comes_back_as_it_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct activation in = {
		.code = "anna",
		.password = secret_new(s, "geheim"),
		.provider_id = provider_make(s, "acme"),
		.url = "http://a.example/%ACTC",
		.created_at = SCRATCH_NOW,
	};
	struct activation *out = NULL;

	assert_int_equal(activation_find(s, s->db, "anna", &out), 0);
	assert_int_equal(activation_insert(s->db, &in), 0);
	assert_int_equal(activation_insert(s->db, &in), -E_DB_CONSTRAINT);
	assert_int_equal(activation_find(s, s->db, "ANNA", &out), 0);
	assert_int_equal(activation_find(s, s->db, "anna", &out), 1);
	assert_string_equal(out->code, "anna");
	assert_string_equal(secret_reveal(out->password), "geheim");
	assert_string_equal(out->provider, "acme");
	assert_string_equal(out->url, in.url);
	assert_int_equal(out->created_at, SCRATCH_NOW);

	assert_int_equal(provider_delete(s->db, in.provider_id), -E_DB_CONSTRAINT);
	assert_int_equal(activation_delete(s->db, "anna"), 1);
	assert_int_equal(activation_delete(s->db, "anna"), 0);
	assert_int_equal(provider_delete(s->db, in.provider_id), 0);
}

static void activation_codes_come_in_pages(void **state)
{
	struct scratch *s = *state;
	struct activation in = {
		.password = secret_new(s, "geheim"),
		.provider_id = provider_make(s, "acme"),
		.url = "http://a.example/",
	};
	struct activation *out;
	size_t count;

	for (int i = 0; i < 5; i++) {
		in.code = mem_printf(s, "code%d", 4 - i);
		assert_int_equal(activation_insert(s->db, &in), 0);
	}
	assert_int_equal(activation_list(s, s->db, NULL, 3, &out, &count), 0);
	assert_int_equal(count, 3);
	assert_string_equal(out[0].code, "code0");
	assert_int_equal(activation_list(s, s->db, out[2].code, 3, &out, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(out[1].code, "code4");
}

static void a_registration_comes_with_what_its_device_must_prove(void **state)
{
	struct scratch *s = *state;
	struct device device = {
		.mac = MAC,
		.secret = secret_new(s, "A2B4"),
		.secret_origin = "given",
		.created_at = SCRATCH_NOW,
	};
	struct registration registration = {
		.mac = MAC,
		.provider_id = provider_make(s, "acme"),
		.url = "http://a.example/%MACD",
	};
	struct registration_fetch *fetch = NULL;

	assert_int_equal(device_insert(s->db, &device), 0);
	assert_int_equal(registration_fetch_find(s, s->db, MAC, &fetch), 0);
	assert_int_equal(registration_insert(s->db, &registration), 0);
	assert_int_equal(registration_fetch_find(s, s->db, MAC, &fetch), 1);
	assert_int_equal(fetch->mac, MAC);
	assert_string_equal(fetch->url, registration.url);
	assert_string_equal(secret_reveal(fetch->secret), "A2B4");
	assert_null(fetch->product);
	assert_int_equal(fetch->locked_at, 0);

	/* What it is may be known from the inventory; the device knows better. */
	scratch_exec(s->db->handle, "INSERT INTO inventory (mac, product, created_at) "
				    "VALUES (136543467525637, 'n670', 1)");
	assert_int_equal(registration_fetch_find(s, s->db, MAC, &fetch), 1);
	assert_string_equal(fetch->product, "n670");
	device.product = "n870";
	device.locked_at = 7;
	assert_int_equal(device_update(s->db, &device), 0);
	assert_int_equal(registration_fetch_find(s, s->db, MAC, &fetch), 1);
	assert_string_equal(fetch->product, "n870");
	assert_int_equal(fetch->locked_at, 7);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_memory, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_activation_code_comes_back_as_it_was_put_in),
		TEST(activation_codes_come_in_pages),
		TEST(a_registration_comes_with_what_its_device_must_prove),
	};

	return cmocka_run_group_tests_name("store_redirect", tests, NULL, NULL);
}
