/* SPDX-License-Identifier: MIT */
/* Links to files for desk phones, and what images of theirs say. */
#include <fcntl.h>

#include "fleet/version.h"
#include "fleet/wpi_file.h"
#include "fleet/wpi_image.h"
#include "fleet_help.h"

#define MAC "0001E300A9F3"

static void a_link_is_for_one_phone_and_one_name(void **state)
{
	struct fixture *f = *state;
	const char *url = wpi_file_link(f, "https://192.0.2.1:18443", mac_of(MAC), "ring 1.wav");
	char *token = mem_strndup(f, strchr(url + 8, '/') + 6, 33);
	const char *part, *name;
	int64_t mac;

	assert_non_null(strstr(url, "https://192.0.2.1:18443/file/" MAC "-"));
	assert_string_equal(strrchr(url, '/'), "/ring%201.wav");
	assert_int_equal(wpi_file_token_check(token, "ring 1.wav", &mac), 0);
	assert_true(mac == mac_of(MAC));
	assert_int_equal(wpi_file_token_check(token, "ring 2.wav", &mac), -E_WPI_FILE_TOKEN);
	assert_int_equal(wpi_file_token_split(f, mem_printf(f, "%s-x-y.wav", token), &part, &name),
			 0);
	assert_string_equal(part, token);
	assert_string_equal(name, "x-y.wav");
	token[3] ^= 1; /* another phone */
	assert_int_equal(wpi_file_token_check(token, "ring 1.wav", &mac), -E_WPI_FILE_TOKEN);
	assert_int_equal(wpi_file_token_check("", "ring 1.wav", &mac), -E_WPI_FILE_TOKEN);
	assert_int_equal(wpi_file_token_split(f, token, &part, &name), -E_WPI_FILE_TOKEN);
}

static void only_an_origin_is_one(void **state)
{
	static const char *const good[] = {"https://192.0.2.1", "https://192.0.2.1:18443",
					   "http://[2001:db8::1]:80", "https://prov.example.net"};
	static const char *const bad[] = {"192.0.2.1",	 "https://",	      "https://a b",
					  "https://a/b", "https://a@b",	      "https://[::1",
					  "https://a:",	 "https://a:123456",  "https://a:1x",
					  "ftp://a",	 "https://a\r\nX: y", "https://[]"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		if (!wpi_file_origin_is(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (wpi_file_origin_is(bad[i]))
			fail_msg("%s", bad[i]);
	assert_int_equal(wpi_file_origin_port(good[0]), 443);
	assert_int_equal(wpi_file_origin_port(good[1]), 18443);
	assert_int_equal(wpi_file_origin_port(good[2]), 80);
}

static void versions_of_desk_phones_are_ordered(void **state)
{
	static const char *const in_order[] = {"V1 R4.9.0",   "V2 R0.11.0", "V2 R2.30.0",
					       "V3 R5.9.0",   "V3 R5.12.0", "V3 R5.12.1",
					       "V3.1 R2.0.0", "V4 R0.0.1"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(in_order); i++) {
		assert_true(version_is(in_order[i]));
		for (size_t k = 0; k < COUNT_OF(in_order); k++)
			assert_int_equal(version_compare(in_order[i], in_order[k]), i < k   ? -1
										    : i > k ? 1
											    : 0);
	}
}

static void image_of(const void *head, size_t head_len, const void *tail, size_t tail_len,
		     struct wpi_image *ret)
{
	char path[] = "/tmp/image-XXXXXX";
	char data[2048];
	int fd = mkstemp(path);

	unlink(path);
	memset(data, 0x7f, sizeof(data));
	memcpy(data + 0x20, head, head_len);
	memcpy(data + sizeof(data) - 0x128, tail, tail_len);
	assert_int_equal(write(fd, data, sizeof(data)), sizeof(data));
	wpi_image_read(fd, sizeof(data), ret);
	close(fd);
}

static void an_image_says_what_it_is_or_nothing(void **state)
{
	static const char head[] = "OpenStage 60\0\0V3 R5.12.0";
	static const char tail[] = "OpenStage 60\0\0\0Siemens SIP";
	struct fixture *f = *state;
	struct wpi_image image;

	image_of(head, sizeof(head), tail, sizeof(tail), &image);
	assert_string_equal(image.version, "V3 R5.12.0");
	assert_string_equal(image.type, "Siemens SIP");
	assert_null(wpi_image_words(f, &image, "V3 R5.12.0"));
	assert_non_null(strstr(wpi_image_words(f, &image, "V3 R5.11.0"), "V3 R5.12.0"));
	image_of("\1\0\2", 4, "\0", 1, &image);
	assert_string_equal(image.version, "");
	assert_string_equal(image.type, "");
	wpi_image_read(-1, 4096, &image);
	assert_string_equal(image.version, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fleet_begin, fleet_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_link_is_for_one_phone_and_one_name),
		TEST(only_an_origin_is_one),
		TEST(versions_of_desk_phones_are_ordered),
		TEST(an_image_says_what_it_is_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
