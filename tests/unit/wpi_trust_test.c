/* SPDX-License-Identifier: MIT */
/* How far a desk phone is believed: each verdict, and what comes of it. */
#include "fleet_help.h"

#include "fleet/wpi_authority.h"
#include "fleet/wpi_trust.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

enum { HOUR = 3600 };

struct call {
	int64_t mac;
	const char *from;
	bool asks;
	const char *shows;
	int64_t at;
};

static int judge(struct fixture *f, const struct call *call, struct wpi_verdict *ret)
{
	struct net_address address;
	const struct wpi_caller caller = {
		.mac = call->mac,
		.address = &address,
		.asks_certificate = call->asks,
		.fingerprint = call->shows,
		.now = call->at ? call->at : NOW,
	};

	assert_true(net_address_parse(call->from, &address));
	return wpi_trust_judge(f, f->db, &f->config.wpi, &caller, ret);
}

static struct call call_of(struct fixture *f)
{
	return (struct call){.mac = device_make(f, "0001E300A9F3", "openstage60", NULL),
			     .from = "192.0.2.1"};
}

static void give(struct fixture *f, int64_t mac, const char *fingerprint)
{
	const struct wpi_client_cert cert = {
		.fingerprint = fingerprint,
		.until = NOW + 100 * HOUR,
		.pkcs12 = secret_new(f, "package"),
	};
	struct wpi_trust trust;

	assert_int_equal(fleet_wpi_secure(&f->change, mac, &cert, HOUR, &trust), 0);
}

/* It calls, and what comes of that is kept. */
static void called(struct fixture *f, const struct call *call)
{
	struct wpi_verdict verdict;

	assert_int_equal(judge(f, call, &verdict), 0);
	assert_int_equal(wpi_trust_called(&f->change, call->mac, &verdict, NOW), 0);
}

static void by_default_everybody_is_believed(void **state)
{
	struct fixture *f = *state;
	struct call call = call_of(f);
	struct wpi_verdict verdict;

	assert_int_equal(judge(f, &call, &verdict), 0);
	assert_true(verdict.may_tell);
	assert_false(verdict.binds || verdict.is_secure || verdict.may_give || verdict.is_enrolled);
	/* A device that is not there is judged as one of which nothing is known. */
	call.mac++;
	assert_int_equal(judge(f, &call, &verdict), 0);
}

static void networks_go_before_all_else(void **state)
{
	struct fixture *f = *state;
	struct call call = call_of(f);
	struct net_prefix prefix;
	struct wpi_verdict verdict;

	assert_true(net_prefix_parse("192.0.2.0/24", &prefix));
	f->config.wpi.networks = (struct config_networks){&prefix, 1};
	assert_int_equal(judge(f, &call, &verdict), 0);
	give(f, call.mac, A64);
	call.from = "198.51.100.1";
	assert_int_equal(judge(f, &call, &verdict), -E_WPI_NETWORK);
	call.asks = true;
	call.shows = A64;
	assert_int_equal(judge(f, &call, &verdict), -E_WPI_NETWORK);
}

static void the_first_address_is_kept_until_it_is_released(void **state)
{
	struct fixture *f = *state;
	struct call call = call_of(f);
	struct call elsewhere = call;
	struct wpi_verdict verdict;
	struct wpi_trust trust;

	f->config.wpi.bind = WPI_BIND_ADDRESS;
	elsewhere.from = "2001:db8::1";
	called(f, &call);
	assert_int_equal(judge(f, &elsewhere, &verdict), -E_WPI_ADDRESS);
	assert_int_equal(judge(f, &call, &verdict), 0);
	assert_false(verdict.binds);
	assert_int_equal(fleet_wpi_release(&f->change, call.mac, &trust), 0);
	called(f, &elsewhere);
	assert_int_equal(judge(f, &call, &verdict), -E_WPI_ADDRESS);
	/* Where nothing is bound, what was kept does not count. */
	f->config.wpi.bind = WPI_BIND_NONE;
	assert_int_equal(judge(f, &call, &verdict), 0);
}

static void secrets_are_for_one_address_in_one_time_until_they_are_taken(void **state)
{
	struct fixture *f = *state;
	struct call call = call_of(f);
	struct call elsewhere = call, later = call;
	struct wpi_verdict verdict;
	struct wpi_trust trust;

	f->config.wpi.secrets = WPI_SECRETS_ENROLMENT;
	elsewhere.from = "192.0.2.2";
	later.at = NOW + HOUR;
	assert_int_equal(judge(f, &call, &verdict), 0);
	assert_false(verdict.may_tell);
	assert_int_equal(fleet_wpi_enrol(&f->change, call.mac, HOUR, &trust), 0);
	assert_int_equal(judge(f, &later, &verdict), 0);
	assert_false(verdict.may_tell);
	later.at--;
	assert_int_equal(judge(f, &later, &verdict), 0);
	assert_true(verdict.may_tell && verdict.is_enrolled);
	/* Nothing was told yet: there is nothing to be taken. */
	assert_int_equal(wpi_trust_taken(&f->change, call.mac, NOW), 0);
	assert_int_equal(judge(f, &call, &verdict), 0);
	assert_int_equal(wpi_trust_told(&f->change, call.mac, &verdict, NOW), 0);
	assert_int_equal(judge(f, &elsewhere, &verdict), 0);
	assert_false(verdict.may_tell);
	assert_int_equal(judge(f, &call, &verdict), 0);
	assert_true(verdict.may_tell);
	assert_int_equal(wpi_trust_taken(&f->change, call.mac, NOW), 0);
	assert_int_equal(judge(f, &call, &verdict), 0);
	assert_false(verdict.may_tell);
	/* Anew, for whoever comes. */
	assert_int_equal(fleet_wpi_enrol(&f->change, call.mac, HOUR, &trust), 0);
	assert_int_equal(judge(f, &elsewhere, &verdict), 0);
	assert_true(verdict.may_tell);
}

static void a_certificate_counts_from_when_it_is_shown(void **state)
{
	struct fixture *f = *state;
	struct call weak = call_of(f);
	struct call strong = weak;
	struct wpi_verdict verdict;
	struct secret *pkcs12;

	f->config.wpi.secrets = WPI_SECRETS_ENROLMENT;
	f->config.wpi.bind = WPI_BIND_ADDRESS;
	strong.asks = true;
	strong.from = "192.0.2.99";
	assert_int_equal(judge(f, &strong, &verdict), -E_WPI_CERTIFICATE);
	give(f, weak.mac, A64);
	assert_int_equal(judge(f, &weak, &verdict), 0);
	assert_true(verdict.may_give);
	assert_false(verdict.may_tell || verdict.is_secure);
	strong.shows = B64;
	assert_int_equal(judge(f, &strong, &verdict), -E_WPI_CERTIFICATE);
	strong.shows = A64;
	assert_int_equal(judge(f, &strong, &verdict), 0);
	assert_true(verdict.is_secure && verdict.shows_next && verdict.may_tell);
	assert_false(verdict.may_give || verdict.binds);
	assert_int_equal(wpi_trust_pkcs12(f, f->db, weak.mac, &pkcs12), 1);
	assert_string_equal(secret_reveal(pkcs12), "package");
	called(f, &strong);
	assert_int_equal(wpi_trust_pkcs12(f, f->db, weak.mac, &pkcs12), 0);
	assert_int_equal(judge(f, &weak, &verdict), -E_WPI_WEAK);
	assert_int_equal(judge(f, &strong, &verdict), 0);
	assert_true(verdict.is_secure);
	assert_false(verdict.shows_next);
}

static void a_certificate_is_given_in_its_time_and_to_one_address(void **state)
{
	struct fixture *f = *state;
	struct call call = call_of(f);
	struct call elsewhere = call, late = call;
	struct wpi_verdict verdict;

	elsewhere.from = "192.0.2.2";
	late.at = NOW + HOUR;
	give(f, call.mac, A64);
	assert_int_equal(judge(f, &late, &verdict), 0);
	assert_false(verdict.may_give);
	assert_int_equal(judge(f, &call, &verdict), 0);
	assert_int_equal(wpi_trust_gave(&f->change, call.mac, &verdict, NOW), 0);
	assert_int_equal(judge(f, &elsewhere, &verdict), 0);
	assert_false(verdict.may_give);
	assert_int_equal(judge(f, &call, &verdict), 0);
	assert_true(verdict.may_give);
	/* Another order begins anew. */
	give(f, call.mac, B64);
	assert_int_equal(judge(f, &elsewhere, &verdict), 0);
	assert_true(verdict.may_give);
}

static void the_last_certificate_counts_until_the_next_is_shown(void **state)
{
	struct fixture *f = *state;
	struct call old = call_of(f);
	struct call new;
	struct wpi_verdict verdict;
	struct wpi_trust trust;

	old.asks = true;
	old.shows = A64;
	new = old;
	new.shows = B64;
	give(f, old.mac, A64);
	called(f, &old);
	give(f, old.mac, B64);
	called(f, &old);
	assert_int_equal(judge(f, &old, &verdict), 0);
	assert_true(verdict.may_give);
	called(f, &new);
	assert_int_equal(judge(f, &old, &verdict), -E_WPI_CERTIFICATE);
	assert_int_equal(judge(f, &new, &verdict), 0);
	assert_int_equal(fleet_wpi_insecure(&f->change, old.mac, &trust), 0);
	assert_int_equal(judge(f, &new, &verdict), -E_WPI_CERTIFICATE);
	new.asks = false;
	assert_int_equal(judge(f, &new, &verdict), 0);
}

static void only_desk_phones_are_enrolled_or_secured(void **state)
{
	struct fixture *f = *state;
	int64_t base = device_make(f, "7C2F80E0D605", "n870", NULL);
	const struct wpi_client_cert cert = {A64, NOW + HOUR, secret_new(f, "package")};
	struct wpi_trust trust;

	assert_int_equal(fleet_wpi_enrol(&f->change, base, HOUR, &trust), -E_WPI_NOT_ONE);
	assert_int_equal(fleet_wpi_secure(&f->change, base, &cert, HOUR, &trust), -E_WPI_NOT_ONE);
	assert_int_equal(fleet_wpi_enrol(&f->change, base + 1, HOUR, &trust), -E_MAC_UNKNOWN);
	assert_int_equal(fleet_wpi_release(&f->change, base + 1, &trust), -E_MAC_UNKNOWN);
}

static void certificates_that_end_are_counted(void **state)
{
	struct fixture *f = *state;
	struct call call = call_of(f);
	int64_t count;

	give(f, call.mac, A64);
	assert_int_equal(wpi_trust_count_ending(f->db, NOW + 1000 * HOUR, &count), 0);
	assert_int_equal(count, 0);
	call.asks = true;
	call.shows = A64;
	called(f, &call);
	assert_int_equal(wpi_trust_count_ending(f->db, NOW + 99 * HOUR, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(wpi_trust_count_ending(f->db, NOW + 101 * HOUR, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(fleet_device_remove(&f->change, call.mac, true), 0);
	assert_int_equal(wpi_trust_count_ending(f->db, NOW + 101 * HOUR, &count), 0);
	assert_int_equal(count, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fleet_begin, fleet_end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(by_default_everybody_is_believed),
		TEST(networks_go_before_all_else),
		TEST(the_first_address_is_kept_until_it_is_released),
		TEST(secrets_are_for_one_address_in_one_time_until_they_are_taken),
		TEST(a_certificate_counts_from_when_it_is_shown),
		TEST(a_certificate_is_given_in_its_time_and_to_one_address),
		TEST(the_last_certificate_counts_until_the_next_is_shown),
		TEST(only_desk_phones_are_enrolled_or_secured),
		TEST(certificates_that_end_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
