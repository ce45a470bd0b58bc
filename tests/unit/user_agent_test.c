/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "fleet/user_agent.h"

#define MAC 0x7c2f80e0d605

static void what_devices_say_is_understood(void **state)
{
	static const struct {
		const char *text;
		const char *model;
		const char *version;
		int64_t mac;
		int64_t capacity;
	} rows[] = {
		{"Gigaset N870 IP PRO/83.V2.43.0+build.5f0a106;7C2F80E0D605", "Gigaset N870 IP PRO",
		 "83.V2.43.0+build.5f0a106", MAC, -1},
		{"Gigaset N610 IP PRO/83.V2.64.0-160-g758db0bf;589EC67C2479;Handset=20",
		 "Gigaset N610 IP PRO", "83.V2.64.0-160-g758db0bf", 0x589ec67c2479, 20},
		{"Gigaset N870 VI PRO/83.V2.43.0+build.5f0a106;7C2F80E0D605;Handset=0",
		 "Gigaset N870 VI PRO", "83.V2.43.0+build.5f0a106", MAC, 0},
		{"Gigaset N720 DM PRO/70.089.00.000.000;7C2F80CA21E4", "Gigaset N720 DM PRO",
		 "70.089.00.000.000", 0x7c2f80ca21e4, -1},
		{"N720-DM-PRO/70.040.00.000.000", "N720-DM-PRO", "70.040.00.000.000", -1, -1},
		{"N510 IP PRO/42.258.00.000.000;7C2F806257D7", "N510 IP PRO", "42.258.00.000.000",
		 0x7c2f806257d7, -1},
		{"N510 IP PRO/42.258.00.000.000", "N510 IP PRO", "42.258.00.000.000", -1, -1},
		{"Auerswald COMfortel WS-500M/V2.53.0+build.c0ed5a2;000952C0FFEE",
		 "Auerswald COMfortel WS-500M", "V2.53.0+build.c0ed5a2", 0x952c0ffee, -1},
		{"\"Gigaset N870 IP PRO/83.V2.43.0+build.5f0a106;7c2f80e0d605;Handset=250\"",
		 "Gigaset N870 IP PRO", "83.V2.43.0+build.5f0a106", MAC, 250},
		/* Fields in another order, and some that nobody knows. */
		{" N670/V2.70 ; X ; handset=20;;7C2F80E0D605;7C2F80000000 ;Y=1", "N670", "V2.70",
		 MAC, 20},
		/* XSTIM and Htek phones */
		{"Htek UC926 2.0.4.2 00:1f:c1:00:00:00", "Htek UC926", "2.0.4.2", 0x1fc1000000, -1},
		{"\"Htek UC903 2.0.4.4.58 00:1F:C1:1C:22:A9\"", "Htek UC903", "2.0.4.4.58",
		 0x1fc11c22a9, -1},
		{"Infinity XSTIM  5008  2.42.6  00:1f:c1:00:00:01", "Infinity XSTIM  5008",
		 "2.42.6", 0x1fc1000001, -1},
		/* A capacity that is none is as if it were not told. */
		{"N670/V2.70;Handset=", "N670", "V2.70", -1, -1},
		{"N670/V2.70;Handset=-1", "N670", "V2.70", -1, -1},
		{"N670/V2.70;Handset=20001", "N670", "V2.70", -1, -1},
		{"N670/V2.70;Handset=99999999999999999999", "N670", "V2.70", -1, -1},
		{"N670/V2.70;Handset=2O", "N670", "V2.70", -1, -1},
		{"N670/V2.70;7C2F80E0D6055;7C2F80E0D60G;7C:2F:80:E0:D6:05", "N670", "V2.70", -1,
		 -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct user_agent agent;

		if (!user_agent_parse(rows[i].text, &agent))
			fail_msg("not understood: %s", rows[i].text);
		assert_string_equal(agent.model, rows[i].model);
		assert_string_equal(agent.version, rows[i].version);
		assert_int_equal(agent.mac, rows[i].mac);
		assert_int_equal(agent.capacity, rows[i].capacity);
	}
}

static void what_is_not_a_device_s_is_not_understood(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		"\"",
		"\"\"",
		"/",
		";",
		"/V2.0",
		"Gigaset",
		"Gigaset N870 IP PRO",
		"Gigaset N870 IP PRO/",
		"00:1f:c1:00:00:00",
		"2.0.4.2 00:1f:c1:00:00:00",
		"Htek UC926 00:1f:c1:00:00:00",
		"Htek UC926 2.0.4.2",
		"Htek UC926 2.0.4.2 00:1f:c1:00:00:0g",
		"Htek UC926 2.0.4.2 00:1f:c1:00:00:00 x",
		"Htek UC926 x 00:1f:c1:00:00:00",
		"Gigaset N870 IP PRO/;7C2F80E0D605",
		"Gigaset N870 IP PRO/unknown;7C2F80E0D605",
		"Gigaset N870 IP PRO/2.0 7C2F80E0D605",
		"Gigaset N870 IP PRO/2.0<script>;7C2F80E0D605",
		"Gigaset N870 IP PRO/2.0\n1;7C2F80E0D605",
		"Gigaset N870\x01 IP PRO/2.0",
		"Gigaset N870 \xc3\xa9/2.0",
		"N870/2.0\xff",
		"Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0",
	};
	char text[400];
	struct user_agent agent;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (user_agent_parse(rows[i], &agent))
			fail_msg("taken: %s", rows[i]);
	for (size_t len = 60; len < 70; len++) {
		memset(text, '1', sizeof(text));
		memcpy(text, "N/", 2);
		text[2 + len] = '\0';
		assert_int_equal(user_agent_parse(text, &agent), len <= USER_AGENT_FIELD_MAX);
		snprintf(text + len, 10, "/1.0");
		memset(text, 'N', len);
		assert_int_equal(user_agent_parse(text, &agent), len <= USER_AGENT_FIELD_MAX);
	}
}

static void only_the_device_itself_speaks_for_it(void **state)
{
	static const struct {
		const char *text;
		bool own;
	} rows[] = {
		{"Gigaset N870 IP PRO/83.V2.43.0;7C2F80E0D605", true},
		{"Gigaset N870 IP PRO/83.V2.43.0;7C2F80E0D606", false},
		{"Anything/1.0;7c2f80e0d605", true},
		{"Gigaset N510 IP PRO/42.258.00", true},
		{"N510 IP PRO/42.258.00", true},
		{"N720-DM-PRO/70.040.00.000.000", true},
		{"curl/7.88.1", false},
		{"Nmap/7.0", false},
		{"N51/7.0", false},
		{"N5100/7.0", false},
		{"Wget/1.21.3", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct user_agent agent;

		assert_true(user_agent_parse(rows[i].text, &agent));
		if (user_agent_is_of(&agent, MAC) != rows[i].own)
			fail_msg("%s", rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_devices_say_is_understood),
		cmocka_unit_test(what_is_not_a_device_s_is_not_understood),
		cmocka_unit_test(only_the_device_itself_speaks_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
