/* SPDX-License-Identifier: MIT */
/* Which firmware a device is told of, and by which link. */
#include "fleet_help.h"
#include "fleet/firmware.h"
#include "fleet/firmware_file.h"
#include "render/document.h"
#include "store/device.h"
#include "store/firmware.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER_HASH "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int begin(void **state)
{
	int r = fleet_begin(state);
	struct fixture *f = *state;

	f->config.provisioning.public_url = "http://prov.example.net/";
	f->config.provisioning.firmware_unidentified = FIRMWARE_DENY;
	return r;
}

static void file_make(struct fixture *f, const char *name, const char *product)
{
	struct firmware_new new = {.name = name,
				   .products = &product,
				   .product_count = 1,
				   .sha256 = HASH,
				   .size = 7,
				   .modified_ns = 8};

	assert_int_equal(fleet_firmware_add(&f->change, &new), 0);
}

static void runs(struct fixture *f, int64_t mac, const char *version)
{
	assert_true(device_learn(f->db, mac, version, 0) >= 0);
}

static const char *told(struct fixture *f, int64_t mac)
{
	struct view *view = view_at(f, mac, NOW);

	assert_ptr_equal(view->document.firmware, view->firmware.firmware);
	return view->document.firmware ? view->document.firmware->version : "nothing";
}

static const char *why(struct fixture *f, int64_t mac)
{
	const char *notice = view_at(f, mac, NOW)->firmware.notice;

	return notice ? notice : "";
}

static int setting_try(struct fixture *f, const char *scope, const char *name, const char *value)
{
	struct setting_new new = {.scope = scope, .name = name, .value = value};

	return fleet_setting_set(&f->change, &new);
}

static int64_t n870(struct fixture *f)
{
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);

	file_make(f, "N870-V2.53.0.bin", "n870");
	file_make(f, "N870-V2.65.0.bin", "n870");
	file_make(f, "N870-V2.9.0.bin", "n870");
	file_make(f, "N670-V3.0.0.bin", "n670");
	return mac;
}

static void nothing_is_told_unless_somebody_wants_it(void **state)
{
	struct fixture *f = *state;
	int64_t mac = n870(f);

	runs(f, mac, "2.20.0");
	assert_string_equal(told(f, mac), "nothing");
	assert_string_equal(why(f, mac), "");
	setting_make(f, "fleet", "firmware.version", "newest");
	assert_string_equal(told(f, mac), "2.65.0");
	setting_make(f, "device:7C2F80E0D605", "firmware.version", "none");
	assert_string_equal(told(f, mac), "nothing");
	/* Ours, never the phone's. */
	assert_null(param_of(view_at(f, mac, NOW), "firmware.version"));
}

static void the_nearest_scope_says_which(void **state)
{
	struct fixture *f = *state;
	int64_t mac;

	assert_int_equal(fleet_group_add(&f->change, "ward"), 0);
	mac = n870(f);
	assert_int_equal(
		fleet_device_set(&f->change, mac,
				 &(struct device_input){.has_group = true, .group = "ward"}),
		0);
	runs(f, mac, "2.20.0");
	setting_make(f, "fleet", "firmware.version", "newest");
	setting_make(f, "group:ward", "firmware.version", "2.53.0");
	assert_string_equal(told(f, mac), "2.53.0");
}

static void a_device_is_never_told_of_older_firmware_unless_that_is_said(void **state)
{
	struct fixture *f = *state;
	int64_t mac = n870(f);

	setting_make(f, "fleet", "firmware.version", "2.53.0");
	runs(f, mac, "83.V2.64.0-160-g758db0bf");
	assert_string_equal(told(f, mac), "nothing");
	assert_non_null(strstr(why(f, mac), "firmware.downgrade"));
	setting_make(f, "product:n870", "firmware.downgrade", "yes");
	assert_string_equal(told(f, mac), "2.53.0");
	runs(f, mac, "83.V2.53.0+build.5f0a106");
	assert_string_equal(told(f, mac), "nothing");
	assert_non_null(strstr(why(f, mac), "already"));
}

static void a_device_that_has_not_told_what_it_runs_is_told_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t mac = n870(f);

	setting_make(f, "fleet", "firmware.version", "newest");
	assert_string_equal(told(f, mac), "nothing");
	assert_non_null(strstr(why(f, mac), "firmware_unidentified"));
	f->config.provisioning.firmware_unidentified = FIRMWARE_ALLOW;
	assert_string_equal(told(f, mac), "2.65.0");
}

static void only_files_for_its_product_come_into_question(void **state)
{
	struct fixture *f = *state;
	int64_t mac = n870(f);
	int64_t other = device_make(f, "7C2F80E0D606", "n610", NULL);

	f->config.provisioning.firmware_unidentified = FIRMWARE_ALLOW;
	setting_make(f, "fleet", "firmware.version", "newest");
	assert_string_equal(told(f, mac), "2.65.0");
	assert_string_equal(told(f, other), "nothing");
	assert_non_null(strstr(why(f, other), "n610"));
}

static void what_is_not_good_does_not_come_into_question(void **state)
{
	struct fixture *f = *state;
	int64_t mac = n870(f);
	struct firmware_file changed = {.size = 7, .modified_ns = 9, .sha256 = OTHER_HASH};
	struct firmware_file touched = {.size = 7, .modified_ns = 9, .sha256 = HASH};

	runs(f, mac, "2.20.0");
	setting_make(f, "fleet", "firmware.version", "newest");
	assert_int_equal(fleet_firmware_look(&f->change, "N870-V2.65.0.bin", &touched, NULL), 0);
	assert_string_equal(told(f, mac), "2.65.0");
	assert_int_equal(fleet_firmware_look(&f->change, "N870-V2.65.0.bin", &changed, NULL), 0);
	assert_string_equal(told(f, mac), "2.53.0");
	file_make(f, "N870-V2.65.0.bin", "n870");
	assert_string_equal(told(f, mac), "2.65.0");
	assert_int_equal(fleet_firmware_look(&f->change, "N870-V2.65.0.bin", NULL, "gone"), 0);
	assert_string_equal(told(f, mac), "2.53.0");
}

static void a_change_of_files_makes_documents_of_their_products_anew(void **state)
{
	struct fixture *f = *state;
	int64_t mac = n870(f);
	int64_t other = device_make(f, "7C2F80E0D606", "n610", NULL);
	const char *revision = view_at(f, mac, NOW)->revision;
	const char *other_revision = view_at(f, other, NOW)->revision;

	file_make(f, "N870-V2.70.0.bin", "n870");
	assert_string_not_equal(view_at(f, mac, NOW)->revision, revision);
	revision = view_at(f, mac, NOW)->revision;
	assert_int_equal(fleet_firmware_remove(&f->change, "N870-V2.70.0.bin"), 0);
	assert_string_not_equal(view_at(f, mac, NOW)->revision, revision);
	revision = view_at(f, mac, NOW)->revision;
	/* Taken from one product and given to another: both. */
	file_make(f, "N870-V2.65.0.bin", "n610");
	assert_string_not_equal(view_at(f, mac, NOW)->revision, revision);
	assert_string_not_equal(view_at(f, other, NOW)->revision, other_revision);
}

static void a_version_that_no_file_has_is_refused(void **state)
{
	struct fixture *f = *state;

	n870(f);
	assert_int_equal(setting_try(f, "fleet", "firmware.version", "2.66.0"), -E_VALUE);
	assert_non_null(strstr(f->diag.text, "2.65.0"));
	assert_int_equal(setting_try(f, "fleet", "firmware.version", "newer"), -E_VALUE);
	assert_int_equal(setting_try(f, "fleet", "firmware.version", "3.0.0"), 0);
	assert_int_equal(setting_try(f, "product:n870", "firmware.version", "3.0.0"), -E_VALUE);
	assert_int_equal(setting_try(f, "fleet", "firmware.downgrade", "maybe"), -E_VALUE);
	assert_int_equal(setting_try(f, "fleet", "firmware.wersion", "none"), -E_SETTING_NAME);
}

static void a_version_that_is_asked_for_is_not_removed(void **state)
{
	struct fixture *f = *state;

	n870(f);
	setting_make(f, "fleet", "firmware.version", "2.65.0");
	assert_int_equal(fleet_firmware_remove(&f->change, "N870-V2.65.0.bin"), -E_FIRMWARE_IN_USE);
	assert_int_equal(fleet_firmware_remove(&f->change, "N870-V2.53.0.bin"), 0);
	file_make(f, "Gigaset-Nx70-V2.65.0-build.1.bin", "n870");
	assert_int_equal(fleet_firmware_remove(&f->change, "N870-V2.65.0.bin"), 0);
	assert_int_equal(fleet_firmware_remove(&f->change, "N870-V2.65.0.bin"),
			 -E_FIRMWARE_UNKNOWN);
}

static const char *link_of(struct fixture *f, const char *public_url, const char *url)
{
	struct device_fetch fetch = {.mac = mac_of("7C2F80E0D605"), .product = "n870", .url = url};
	char *link = NULL;
	int r;

	f->config.provisioning.public_url = public_url;
	r = firmware_link(f->mem, &f->config, &fetch, "a+b.bin", &link, &f->diag);
	if (r == -E_FIRMWARE_LINK)
		return "none";
	assert_int_equal(r, 0);
	return link;
}

static void a_link_begins_where_the_device_comes_to(void **state)
{
	struct fixture *f = *state;
	char token[FIRMWARE_TOKEN_LEN + 1];
	const char *path;

	firmware_token(mac_of("7C2F80E0D605"), "a+b.bin", token);
	path = mem_printf(f->mem, "/firmware/7C2F80E0D605/%s/a+b.bin", token);
#define IS(link, begin) assert_string_equal(link, mem_printf(f->mem, "%s%s", begin, path))
	IS(link_of(f, "https://a.example/x/", NULL), "https://a.example/x");
	IS(link_of(f, "http://a.example/%MACD/%DVID", NULL), "http://a.example/7C2F80E0D605/83/1");
	IS(link_of(f, "", "http://user:pass@b.example:8080/xml/%MACD.xml?x=1"),
	   "http://b.example:8080");
	f->config.redirect.data_url = "c.example/device";
	IS(link_of(f, "", "http://%DURL/%MACD.xml"), "http://c.example");
	f->config.redirect.data_url = "";
#undef IS
	assert_string_equal(link_of(f, "", "http://%DURL/%MACD.xml"), "none");
	assert_string_equal(link_of(f, "", "tftp://d.example/x"), "none");
	assert_string_equal(link_of(f, "", NULL), "none");
	assert_non_null(strstr(f->diag.text, "public_url"));
}

static void a_token_is_of_one_device_and_one_file(void **state)
{
	struct fixture *f = *state;
	int64_t mac = mac_of("7C2F80E0D605");
	char token[FIRMWARE_TOKEN_LEN + 1], again[FIRMWARE_TOKEN_LEN + 1];

	firmware_token(mac, "a.bin", token);
	firmware_token(mac, "a.bin", again);
	assert_string_equal(token, again);
	assert_true(firmware_token_is(mac, "a.bin", token));
	assert_false(firmware_token_is(mac, "b.bin", token));
	assert_false(firmware_token_is(mac + 1, "a.bin", token));
	assert_false(firmware_token_is(mac, "a.bin", ""));
	assert_false(firmware_token_is(mac, "a.bin", mem_printf(f->mem, "%s0", token)));
	again[0] = again[0] == '0' ? '1' : '0';
	assert_false(firmware_token_is(mac, "a.bin", again));
}

static void an_operation_takes_a_file_that_is_for_the_device(void **state)
{
	struct fixture *f = *state;
	int64_t mac = n870(f);
	char *url = NULL;

#define TRY(name, force)                                                                           \
	firmware_link_of(f->mem, f->db, &f->config, mac, name, force, &url, &f->diag)
	assert_int_equal(TRY("N870-V2.53.0.bin", false), 0);
	assert_non_null(strstr(url, "/N870-V2.53.0.bin"));
	assert_int_equal(TRY("N670-V3.0.0.bin", true), -E_VALUE);
	assert_int_equal(TRY("nothing.bin", true), -E_FIRMWARE_UNKNOWN);
	runs(f, mac, "2.60.0");
	assert_int_equal(TRY("N870-V2.53.0.bin", false), -E_FIRMWARE_OLDER);
	assert_int_equal(TRY("N870-V2.53.0.bin", true), 0);
	assert_int_equal(TRY("N870-V2.65.0.bin", false), 0);
#undef TRY
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, fleet_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_told_unless_somebody_wants_it),
		TEST(the_nearest_scope_says_which),
		TEST(a_device_is_never_told_of_older_firmware_unless_that_is_said),
		TEST(a_device_that_has_not_told_what_it_runs_is_told_nothing),
		TEST(only_files_for_its_product_come_into_question),
		TEST(what_is_not_good_does_not_come_into_question),
		TEST(a_change_of_files_makes_documents_of_their_products_anew),
		TEST(a_version_that_no_file_has_is_refused),
		TEST(a_version_that_is_asked_for_is_not_removed),
		TEST(a_link_begins_where_the_device_comes_to),
		TEST(a_token_is_of_one_device_and_one_file),
		TEST(an_operation_takes_a_file_that_is_for_the_device),
	};

	return cmocka_run_group_tests_name("fleet_firmware", tests, NULL, NULL);
}
