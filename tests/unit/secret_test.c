/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

/* Each test has a directory of its own, and its key file in there. */
struct place {
	char directory[32];
	char key[64];
};

static int enter(void **state)
{
	struct place *place = mem_new(NULL, struct place);

	strcpy(place->directory, "/tmp/secret-XXXXXX");
	if (!mkdtemp(place->directory))
		return -1;
	snprintf(place->key, sizeof(place->key), "%s/key", place->directory);
	*state = place;
	return 0;
}

static int leave(void **state)
{
	struct place *place = *state;

	unlink(place->key);
	rmdir(place->directory);
	mem_free(place);
	return 0;
}

static void key_write(const struct place *place, const char *text, mode_t mode)
{
	int fd = open(place->key, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static void key_make(const struct place *place)
{
	struct diag d = {0};

	if (secret_setup(place->key, true, &d) < 0)
		fail_msg("%s", d.text);
}

static void a_key_is_made_for_the_owner_only(void **state)
{
	const struct place *place = *state;
	mode_t mask = umask(0);
	struct stat st;
	uint8_t first[32], again[32];

	key_make(place);
	umask(mask);
	assert_int_equal(stat(place->key, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 65);
	secret_derive("test", first);
	key_make(place);
	secret_derive("test", again);
	assert_memory_equal(first, again, sizeof(first));
}

static void no_key_is_made_where_none_may_be(void **state)
{
	const struct place *place = *state;
	struct diag d = {0};
	char elsewhere[80];

	assert_int_equal(secret_setup(place->key, false, &d), -E_SEAL_KEY);
	assert_non_null(strstr(d.text, place->key));
	assert_int_equal(access(place->key, F_OK), -1);
	snprintf(elsewhere, sizeof(elsewhere), "%s/none/key", place->directory);
	assert_int_equal(secret_setup(elsewhere, true, &d), -E_SEAL_KEY);
	assert_int_equal(secret_setup(place->directory, true, &d), -E_SEAL_KEY);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0660, 0610, 0601, 0644, 0666};
	const struct place *place = *state;

	key_make(place);
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		struct diag d = {0};

		assert_int_equal(chmod(place->key, modes[i]), 0);
		assert_int_equal(secret_setup(place->key, true, &d), -E_SEAL_KEY);
		assert_non_null(strstr(d.text, "chmod 600"));
	}
	assert_int_equal(chmod(place->key, 0400), 0);
	key_make(place);
}

#define HEX62 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd"

static void a_bad_key_file_is_refused_and_not_shown(void **state)
{
	static const char *const wrong[] = {
		"",	      "\n",	      HEX62,	     HEX62 "e",	  HEX62 "eff",
		HEX62 "eg\n", HEX62 "ef\n\n", " " HEX62 "e", HEX62 "ef ", HEX62 "ef\r\n",
	};
	const struct place *place = *state;

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct diag d = {0};

		key_write(place, wrong[i], 0600);
		if (secret_setup(place->key, true, &d) != -E_SEAL_KEY)
			fail_msg("'%s' was taken", wrong[i]);
		assert_null(strstr(d.text, "0123456789"));
		assert_non_null(strstr(d.text, "64 hex digits"));
	}
	key_write(place, HEX62 "EF", 0600);
	key_make(place);
	key_write(place, HEX62 "ef\n", 0600);
	key_make(place);
}

static void what_is_sealed_can_be_opened(void **state)
{
	static const size_t lengths[] = {0, 1, 15, 16, 17, 512, 100000};
	CLEANUP(mem_freep) void *mem = mem_root("test");

	key_make(*state);
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		size_t len = lengths[i], sealed_len = 0, got_len = 99;
		char *data = mem_alloc(mem, len + 1);
		uint8_t *sealed;
		char *got;

		memset(data, (int)i - 3, len);
		secret_seal(mem, "device.secret", data, len, &sealed, &sealed_len);
		assert_int_equal(sealed_len, len + SECRET_SEAL_OVERHEAD);
		assert_int_equal(
			secret_unseal(mem, "device.secret", sealed, sealed_len, &got, &got_len), 0);
		assert_int_equal(got_len, len);
		assert_memory_equal(got, data, len);
		assert_int_equal(got[len], '\0');
	}
}

static void sealing_twice_gives_other_bytes_and_hides_the_text(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	uint8_t *a, *b;
	size_t len;

	key_make(*state);
	secret_seal(mem, "x", "a long password", 15, &a, &len);
	secret_seal(mem, "x", "a long password", 15, &b, &len);
	assert_memory_not_equal(a + 1, b + 1, len - 1);
	assert_null(memmem(a, len, "password", 8));
}

static void another_place_does_not_open_it(void **state)
{
	static const char *const places[] = {"", "device", "device.secret2", "line.auth_password",
					     "device.secreT"};
	CLEANUP(mem_freep) void *mem = mem_root("test");
	uint8_t *sealed;
	size_t sealed_len, len = 99;
	char *got = NULL;

	key_make(*state);
	secret_seal(mem, "device.secret", "text", 4, &sealed, &sealed_len);
	for (size_t i = 0; i < COUNT_OF(places); i++)
		assert_int_equal(secret_unseal(mem, places[i], sealed, sealed_len, &got, &len),
				 -E_SEAL);
	assert_null(got);
	assert_int_equal(len, 99);
}

static void another_key_does_not_open_it(void **state)
{
	const struct place *place = *state;
	CLEANUP(mem_freep) void *mem = mem_root("test");
	uint8_t *sealed;
	size_t sealed_len, len;
	char *got;

	key_make(place);
	secret_seal(mem, "x", "text", 4, &sealed, &sealed_len);
	assert_int_equal(unlink(place->key), 0);
	key_make(place);
	assert_int_equal(secret_unseal(mem, "x", sealed, sealed_len, &got, &len), -E_SEAL);
}

static void a_flipped_bit_is_noticed_wherever_it_is(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	uint8_t *sealed;
	size_t sealed_len, len;
	char *got;

	key_make(*state);
	secret_seal(mem, "x", "some text", 9, &sealed, &sealed_len);
	for (size_t i = 0; i < sealed_len * 8; i++) {
		sealed[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(secret_unseal(mem, "x", sealed, sealed_len, &got, &len), -E_SEAL);
		sealed[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	assert_int_equal(secret_unseal(mem, "x", sealed, sealed_len, &got, &len), 0);
}

static void input_that_is_too_short_is_refused(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	uint8_t *sealed;
	size_t sealed_len, len;
	char *got;

	key_make(*state);
	secret_seal(mem, "x", "some text", 9, &sealed, &sealed_len);
	for (size_t cut = 0; cut < sealed_len; cut++) {
		/* A copy of just that length, so that reading beyond it is noticed. */
		CLEANUP(mem_freep) uint8_t *copy = mem_alloc(NULL, cut + (cut == 0));

		memcpy(copy, sealed, cut);
		assert_int_equal(secret_unseal(mem, "x", copy, cut, &got, &len), -E_SEAL);
	}
	assert_int_equal(secret_unseal(mem, "x", NULL, 0, &got, &len), -E_SEAL);
}

static void a_secret_keeps_its_text(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	char text[] = "correct horse";
	struct secret *secret = secret_new(mem, text);
	struct secret *bytes = secret_new_bytes(mem, "a\0b", 3);
	struct secret *copy;

	(void)state;
	memset(text, 'x', sizeof(text));
	copy = secret_copy(mem, secret);
	mem_free(secret);
	assert_string_equal(secret_reveal(copy), "correct horse");
	assert_int_equal(secret_len(copy), 13);
	assert_int_equal(secret_len(bytes), 3);
	assert_memory_equal(secret_reveal(bytes), "a\0b", 4);
	assert_null(secret_copy(mem, NULL));
	assert_int_equal(secret_len(secret_new(mem, "")), 0);
}

static void secrets_are_equal_by_their_text(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	const struct secret *a = secret_new(mem, "one"), *b = secret_new(mem, "one");

	(void)state;
	assert_true(secret_equals(a, b));
	assert_false(secret_equals(a, secret_new(mem, "two")));
	assert_false(secret_equals(a, secret_new(mem, "on")));
	assert_false(secret_equals(a, secret_new(mem, "")));
	assert_false(secret_equals(a, NULL));
	assert_false(secret_equals(NULL, a));
	assert_true(secret_equals(NULL, NULL));
}

static void a_made_secret_has_32_hex_digits_and_is_new(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	const struct secret *a = secret_generate(mem), *b = secret_generate(mem);

	(void)state;
	assert_int_equal(secret_len(a), 32);
	assert_int_equal(strspn(secret_reveal(a), "0123456789abcdef"), 32);
	assert_false(secret_equals(a, b));
}

static void a_fingerprint_tells_the_same_from_another(void **state)
{
	const struct place *place = *state;
	CLEANUP(mem_freep) void *mem = mem_root("test");
	char a[SECRET_FINGERPRINT_LEN + 1], b[SECRET_FINGERPRINT_LEN + 1];

	key_make(place);
	secret_fingerprint(secret_new(mem, "one"), a);
	secret_fingerprint(secret_new(mem, "one"), b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), SECRET_FINGERPRINT_LEN);
	assert_int_equal(strspn(a, "0123456789abcdef"), SECRET_FINGERPRINT_LEN);
	secret_fingerprint(secret_new(mem, "two"), b);
	assert_string_not_equal(a, b);
	/* keyed, so that nobody can try passwords against it */
	assert_int_equal(unlink(place->key), 0);
	key_make(place);
	secret_fingerprint(secret_new(mem, "one"), b);
	assert_string_not_equal(a, b);
}

static void each_purpose_has_its_own_key(void **state)
{
	uint8_t a[32], b[32], nothing[32] = {0};

	key_make(*state);
	secret_derive("nonce", a);
	secret_derive("nonce", b);
	assert_memory_equal(a, b, 32);
	assert_memory_not_equal(a, nothing, 32);
	secret_derive("nonces", b);
	assert_memory_not_equal(a, b, 32);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_key_is_made_for_the_owner_only),
		TEST(no_key_is_made_where_none_may_be),
		TEST(a_key_that_others_may_read_is_refused),
		TEST(a_bad_key_file_is_refused_and_not_shown),
		TEST(what_is_sealed_can_be_opened),
		TEST(sealing_twice_gives_other_bytes_and_hides_the_text),
		TEST(another_place_does_not_open_it),
		TEST(another_key_does_not_open_it),
		TEST(a_flipped_bit_is_noticed_wherever_it_is),
		TEST(input_that_is_too_short_is_refused),
		TEST(a_secret_keeps_its_text),
		TEST(secrets_are_equal_by_their_text),
		TEST(a_made_secret_has_32_hex_digits_and_is_new),
		TEST(a_fingerprint_tells_the_same_from_another),
		TEST(each_purpose_has_its_own_key),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
