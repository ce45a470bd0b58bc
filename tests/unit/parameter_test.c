/* SPDX-License-Identifier: MIT */
/* What is known of parameters: names and what is near them, values of each type, public samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "render/format.h"
#include "render/parameter.h"

static void *mem;

static int begin(void **state)
{
	(void)state;
	mem = mem_root("parameters");
	return 0;
}

static int end(void **state)
{
	(void)state;
	mem_free(mem);
	return 0;
}

static const char *check(const char *product, const char *name, const char *value)
{
	return parameter_check(mem, product ? product_find(product) : NULL, name, value);
}

struct value_row {
	enum parameter_type type;
	const char *form;
	const char *good[8];
	const char *bad[12];
	const char *words;
};

static void each_type_knows_good_values_from_bad(void **state)
{
	static const struct value_row rows[] = {
		{PARAMETER_ANY, "", {"x", "0", "a b"}, {NULL}, ""},
		{PARAMETER_BOOL, "", {"0", "1"}, {"2", "true", "on", "01", "-1"}, "0 or 1"},
		{PARAMETER_INT,
		 "0 1800-",
		 {"0", "1800", "86400"},
		 {"1", "600", "1799", "-1", "x", "1800s", "1e4"},
		 "0 or 1800 and more"},
		{PARAMETER_INT, "1-7", {"1", "7"}, {"0", "8", "", "1-7"}, "1 to 7"},
		{PARAMETER_NUMBER,
		 "",
		 {"0", "17", "0x1f", "0XAB"},
		 {"x", "0x", "0xg", "-1", "1 "},
		 "a number, decimal or with 0x"},
		{PARAMETER_ENUM,
		 "1=UDP 2=TCP 3=TLS",
		 {"1", "2", "3"},
		 {"0", "4", "UDP", "udp", "1=UDP", "1 ", "12"},
		 "1 (UDP), 2 (TCP) or 3 (TLS)"},
		{PARAMETER_ENUM, "12h 24h", {"12h", "24h"}, {"24", "12H"}, "12h or 24h"},
		{PARAMETER_BITS,
		 "1=in-band 2=RFC_2833 4=SIP_INFO",
		 {"1", "2", "3", "7"},
		 {"0", "8", "9", "x"},
		 "1 (in-band), 2 (RFC 2833) or 4 (SIP INFO), or a sum of them"},
		{PARAMETER_PORT,
		 "",
		 {"1", "5060", "65535"},
		 {"0", "65536", "sip", "5060 "},
		 "1 to 65535"},
		{PARAMETER_HOST,
		 "",
		 {"192.0.2.1", "sip.example", "a", "[2001:db8::1]", "2001:db8::1"},
		 {"a b", "http://x", "x/y", ".x", "-x", ""},
		 "a host name or an address"},
		{PARAMETER_HOSTS,
		 "",
		 {"192.0.2.1", "a.example,b.example", "a, b"},
		 {"", ",", "a,", "a,,b", "a b"},
		 "host names or addresses with commas between them"},
		{PARAMETER_URL,
		 "20",
		 {"http://x", "https://x.example/y"},
		 {"x", "ftp://x", "http://", "http://a b", "http://x.example/0123"},
		 "an http or https URL of at most 20 bytes"},
		{PARAMETER_TIME,
		 "",
		 {"00:00", "13:20", "23:59"},
		 {"24:00", "9:00", "13.20", "13:60", "13:2", "ab:cd", "13:20:00"},
		 "a time of day as HH:MM"},
		{PARAMETER_ZONE,
		 "",
		 {"Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+1"},
		 {"europe/berlin", "+01:00", "Europe/", "Europe Berlin"},
		 "a time zone such as Europe/Berlin"},
		{PARAMETER_DAYS,
		 "",
		 {"mon", "mon,tue,wed,thu,fri,sat,sun", "sun,mon"},
		 {"Mon", "monday", "mon,", "mon,mon", "mon, tue", ""},
		 "days such as mon,tue,wed"},
		{PARAMETER_TEXT, "3", {"abc", ""}, {"abcd"}, "a text of at most 3 bytes"},
		{PARAMETER_TEXT, "", {"abcdefghijklmnopqrstuvwxyz"}, {NULL}, "a text"},
		{PARAMETER_SECRET, "", {"anything"}, {NULL}, "a secret"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct parameter row = {
			.name = "X", .family = "x", .type = rows[i].type, .form = rows[i].form};

		for (size_t n = 0; n < COUNT_OF(rows[i].good) && rows[i].good[n]; n++)
			if (!parameter_takes(&row, rows[i].good[n]))
				fail_msg("%s %s: '%s' is good", parameter_type_name(row.type),
					 row.form, rows[i].good[n]);
		for (size_t n = 0; n < COUNT_OF(rows[i].bad) && rows[i].bad[n]; n++)
			if (parameter_takes(&row, rows[i].bad[n]))
				fail_msg("%s %s: '%s' is bad", parameter_type_name(row.type),
					 row.form, rows[i].bad[n]);
		assert_string_equal(parameter_values(mem, &row), rows[i].words);
	}
}

static void a_name_is_found_by_its_numbers_and_keys(void **state)
{
	static const struct {
		const char *name, *row;
	} rows[] = {
		{"SipProvider.0.MWISubscription", "SipProvider.#.MWISubscription"},
		{"SipProvider.19.MWISubscription", "SipProvider.#.MWISubscription"},
		{"SipProvider.#.MWISubscription", "SipProvider.#.MWISubscription"},
		{"SipProvider.x.MWISubscription", NULL},
		{"SipProvider..MWISubscription", NULL},
		{"SipProvider.0.MWISubscription.", NULL},
		{"hs.DirectAccessDir", "hs.*.DirectAccessDir"},
		{"hs.029e74a599.DirectAccessDir", "hs.*.DirectAccessDir"},
		{"hs.00001.DirectAccessDir", "hs.*.DirectAccessDir"},
		{"hs..DirectAccessDir", NULL},
		{"SipAccount.VoiceMailActive", "SipAccount.*.VoiceMailActive"},
		{"dm.local.FwUpdateCallBlockAttempts", "dm.*.FwUpdateCallBlockAttempts"},
		{"dm.FwUpdateCallBlockAttempts", NULL},
		{"BS_Accounts.astAccounts[5].uiSendMask", "BS_Accounts.astAccounts[#].uiSendMask"},
		{"BS_VOIP_Data.astVoipProviders[%].aucSIP_DOMAIN[%]",
		 "BS_VOIP_Data.astVoipProviders[#].aucSIP_DOMAIN[#]"},
		{"BS_IP_Data1.aucS_SIP_SERVER", "BS_IP_Data1.aucS_SIP_SERVER"},
		{"BS_IP_Data1.aucS_SIP_SERVER_2", "BS_IP_Data1.aucS_SIP_SERVER_#"},
		{"sipprovider.0.MWISubscription", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct parameter *row = parameter_find(NULL, rows[i].name);

		if (!row != !rows[i].row || (row && strcmp(row->name, rows[i].row) != 0))
			fail_msg("%s is found as %s", rows[i].name, row ? row->name : "nothing");
	}
}

static void a_wrong_name_gets_the_nearest_one(void **state)
{
	static const struct {
		const char *name, *near;
	} rows[] = {
		{"SipProvider.3.mwisubscription", "SipProvider.3.MWISubscription"},
		{"sipprovider.0.DnsQuery", "SipProvider.0.DnsQuery"},
		{"SipProvider.0.SRTPEnabled", "SipProvider.0.SRTP_Enabled"},
		{"SipProvider.0.DTMFTransmision", "SipProvider.0.DTMFTransmission"},
		{"Telephony.0.Tonescheme", "Telephony.0.ToneScheme"},
		{"Telephony.0.ToneSheme", "Telephony.0.ToneScheme"},
		{"DmGlobal.0.NTPServer", "DmGlobal.0.NtpServer"},
		{"Provisioning.Global.PeriodStart", "Provisioning.global.PeriodStart"},
		{"hs.DirectAcessDir", "hs.DirectAccessDir"},
		{"SipAccount.VoicemailActive", "SipAccount.VoiceMailActive"},
		{"SuotaWindow.2.StartTim", "SuotaWindow.2.StartTime"},
		{"WebUIAccount.1.Password", "WebUIAccounts.1.Password"},
		{"Nothing.Like.It", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *near = parameter_suggest(mem, "nx70", rows[i].name);

		if (!near != !rows[i].near || (near && strcmp(near, rows[i].near) != 0))
			fail_msg("%s: %s", rows[i].name, near ? near : "nothing");
	}
	assert_string_equal(
		parameter_suggest(mem, "n720", "BS_VOIP_Data.astVoipProviders[3].aucSIP_DOMIAN[0]"),
		"BS_VOIP_Data.astVoipProviders[3].aucSIP_DOMAIN[0]");
	assert_string_equal(parameter_suggest(mem, "n510", "BS_IP_Data1.aucS_SIP_SERVR_2"),
			    "BS_IP_Data1.aucS_SIP_SERVER_2");
}

static void what_is_odd_is_said_in_words(void **state)
{
	static const struct {
		const char *product, *name, *value, *words;
	} rows[] = {
		{"n870", "Telephony.0.ToneScheme", "Germany", NULL},
		{NULL, "Telephony.0.ToneScheme", "Germany", NULL},
		{NULL, "SIP.PRACK", "0", NULL},
		{"n870", "SIP.PRACK", "0", "SIP.PRACK is a parameter of maxwell, not of n870"},
		{"n870", "Telephony.0.ToneSheme", "x",
		 "Telephony.0.ToneSheme is not known; did you mean Telephony.0.ToneScheme?"},
		{"n870", "What.Is.This", "x", "What.Is.This is not known, which may be all right"},
		{"n870", "SipProvider.0.DTMFTransmission", "8",
		 "SipProvider.0.DTMFTransmission should be 1 (in-band), 2 (RFC 2833) or 4 (SIP "
		 "INFO), or a sum of them"},
		{"n870", "SipProvider.0.DTMFTransmission", NULL, NULL},
		{"n870", "Provisioning.global.Period", "600",
		 "Provisioning.global.Period should be 0 or 1800 and more"},
		{"n870", "Provisioning.global.Period", "0", NULL},
		{"n870", "Provisioning.global.PeriodStart", "9:00",
		 "Provisioning.global.PeriodStart should be a time of day as HH:MM"},
		{"n870", "SipProvider.0.RegServer", "x",
		 "SipProvider.0.RegServer is no real parameter, although it goes around; "
		 "RegServerAddress is"},
		{"n870", "Handset.0.SIP.UserName", "x",
		 "Handset.0.SIP.UserName is no real parameter, although it goes around; "
		 "SipAccount.*.UserName is"},
		{"n870", "RapService.2.Name", "x", "RapService.2.Name: 2 is not from 3 to 7"},
		{"n870", "RapService.3.Name", "x", NULL},
		{"n870", "SipProvider.20.DnsQuery", "0",
		 "SipProvider.20.DnsQuery: 20 is not from 0 to 19"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *words = check(rows[i].product, rows[i].name, rows[i].value);

		if (!words != !rows[i].words || (words && strcmp(words, rows[i].words) != 0))
			fail_msg("%s %s: %s", rows[i].name, rows[i].value ? rows[i].value : "",
				 words ? words : "nothing");
	}
}

static void secrets_are_known_by_their_names(void **state)
{
	static const char *const secret[] = {
		"WebUIAccounts.1.Password",
		"SipAccount.AuthPassword",
		"SipAccount.029e74a599.AuthPassword",
		"hs.DECT_AC",
		"WebUI.AdminPassword",
		"SIP.Account.0.AuthPassword",
		"NetDir.LDAP.9.Password",
		"System.Security.HttpAuthPassword",
		"S_PROV_PASSWORD",
		"BS_IP_Data1.aucS_SIP_PASSWORD",
		"BS_IP_Data1.aucS_SIP_PASSWORD_6",
		"BS_CUSTOM.aucKdsPin[%]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(secret); i++)
		if (!parameter_is_secret(secret[i]))
			fail_msg("%s is a secret", secret[i]);
	assert_false(parameter_is_secret("Telephony.0.ToneScheme"));
	assert_false(parameter_is_secret("SipAccount.AuthName"));
	assert_false(parameter_is_secret("Provisioning.global.Period"));
}

/* The manufacturer's pages and public templates, with the values that they have. */
static void public_samples_are_all_right(void **state)
{
	static const char *const samples[][2] = {
		{"Provisioning.global.ProvisioningServer", "https://prov.example.net/"},
		{"Telephony.0.ToneScheme", "Germany"},
		{"Telephony.0.CT_ViaRKey", "1"},
		{"Telephony.0.CT_ByOnHook", "1"},
		{"DmGlobal.0.NtpServer", "192.0.2.1"},
		{"DmGlobal.0.TimeZone", "Europe/Berlin"},
		{"DmGlobal.0.SuotaEnable", "1"},
		{"DmGlobal.0.HSIdleDisplay", "1"},
		{"DmGlobal.0.SystemRegDomain", "EUR"},
		{"DmGlobal.0.ZeroDisplayHsProtection", "1"},
		{"DmGlobal.0.AddSipId", "1"},
		{"dm.local.FwUpdateCallBlockAttempts", "288"},
		{"SipProvider.0.Name", "PBX"},
		{"SipProvider.0.Domain", "192.0.2.10"},
		{"SipProvider.0.ProxyServerAddress", "192.0.2.10"},
		{"SipProvider.0.ProxyServerPort", "5060"},
		{"SipProvider.0.RegServerAddress", "192.0.2.10"},
		{"SipProvider.0.RegServerPort", "5060"},
		{"SipProvider.0.RegServerRefreshTimer", "180"},
		{"SipProvider.0.TransportProtocol", "1"},
		{"SipProvider.0.UseSIPS", "0"},
		{"SipProvider.0.SRTP_Enabled", "0"},
		{"SipProvider.0.AcceptNonSRTPCalls", "0"},
		{"SipProvider.0.DTMFTransmission", "2"},
		{"SipProvider.0.WithDeregOnHsNotReachable", "1"},
		{"SipProvider.0.RenewConnectionAfterTimeout", "1"},
		{"SipProvider.0.ConnectionTimeoutAction", "1"},
		{"SipProvider.0.DnsQuery", "0"},
		{"SipProvider.0.FailoverServerEnabled", "1"},
		{"SipProvider.0.FailoverServerAddress", "192.0.2.11"},
		{"SipProvider.0.FailoverServerPort", "5060"},
		{"SipProvider.0.OutboundProxyMode", "2"},
		{"SipProvider.0.OutboundProxyAddress", "192.0.2.12"},
		{"SipProvider.0.OutboundProxyPort", "5060"},
		{"SipProvider.0.MWISubscription", "1"},
		{"Netdir.1.Activated", "1"},
		{"XMLDir.1.ProviderName", "PBX"},
		{"XMLDir.1.ServerURL", "http://192.0.2.10/directory?a=b"},
		{"XMLDir.1.WhitePagesDirName", "Directory"},
		{"XMLDir.1.StartWithListWP", "1"},
		{"RapService.3.Activated", "1"},
		{"RapService.7.ServerURL", "https://rap.example/"},
		{"RapService.7.SoftkeyName", "Ward"},
		{"RapService.7.UseSIP", "1"},
		{"SuotaPackage.1.Url", "http://192.0.2.10/suota.bin"},
		{"SuotaWindow.1.Enabled", "1"},
		{"SuotaWindow.1.Name", "noon"},
		{"SuotaWindow.1.StartTime", "13:20"},
		{"SuotaWindow.1.Duration", "30"},
		{"SuotaWindow.1.DaysOfWeek", "mon,tue"},
		{"Provisioning.global.Period", "3600"},
		{"Provisioning.global.PeriodStart", "14:00"},
		{"Provisioning.global.PeriodEnd", "18:30"},
		{"SystemSettings.global.SipMulticastEnabled", "0"},
		{"SystemSettings.global.CheckSyncRebootEnabled", "1"},
		{"WebUIAccounts.1.Password", "secret"},
		{"hs.029e74a599.RegStatus", "ToReg"},
		{"hs.02b6ec8aa5.RegStatus", "ToDeReg"},
		{"hs.029e74a599.DECT_AC", "1013"},
		{"hs.00001.DirectAccessDir", "0"},
		{"hs.00001.IntKeyDir", "20"},
		{"SipAccount.029e74a599.AuthName", "1013"},
		{"SipAccount.029e74a599.AuthPassword", "secret"},
		{"SipAccount.029e74a599.UserName", "1013"},
		{"SipAccount.029e74a599.DisplayName", "1013"},
		{"SipAccount.029e74a599.ProviderId", "0"},
		{"SipAccount.029e74a599.VoiceMailMailbox", "*97"},
		{"SipAccount.029e74a599.VoiceMailActive", "1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		const char *words = check("n870", samples[i][0], samples[i][1]);

		if (words)
			fail_msg("%s", words);
	}
}

static void every_row_is_found_by_its_own_name_and_says_something(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct parameter *row = parameter_next(NULL); row; row = parameter_next(row)) {
		char *name = mem_strdup(mem, row->name);

		for (char *s = name; *s; s++)
			*s = *s == '#' ? '3' : *s == '*' ? 'k' : *s;
		assert_ptr_equal(parameter_find(row->family, name), row);
		assert_true(strlen(row->what) > 0 && strlen(row->source) > 0);
		if (row->type != PARAMETER_ANY)
			assert_true(strlen(parameter_values(mem, row)) > 0);
		count++;
	}
	assert_true(count > 200);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_knows_good_values_from_bad),
		cmocka_unit_test(a_name_is_found_by_its_numbers_and_keys),
		cmocka_unit_test(a_wrong_name_gets_the_nearest_one),
		cmocka_unit_test(what_is_odd_is_said_in_words),
		cmocka_unit_test(secrets_are_known_by_their_names),
		cmocka_unit_test(public_samples_are_all_right),
		cmocka_unit_test(every_row_is_found_by_its_own_name_and_says_something),
	};

	return cmocka_run_group_tests_name("parameter", tests, begin, end);
}
