/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "render/format.h"

static void a_product_is_found_by_its_name(void **state)
{
	const struct product *product = product_find("n870");

	(void)state;
	assert_non_null(product);
	assert_string_equal(product->name, "n870");
	assert_string_equal(product->format->name, "nx70");
	assert_string_equal(product->format->content_type, "text/xml; charset=utf-8");
	assert_string_equal(product->dvid, "83/1");
	assert_int_equal(product->handsets_max, 250);
	assert_null(product_find("n871"));
	assert_null(product_find("N870"));
	assert_null(product_find(""));
}

static void a_format_says_how_its_devices_are_told(void **state)
{
	(void)state;
	for (const struct product *p = product_next(NULL); p; p = product_next(p)) {
		const struct trigger *trigger = p->format->trigger;

		assert_non_null(trigger);
		assert_int_equal(trigger->way == TRIGGER_SIP, trigger->event != NULL);
		assert_int_equal(trigger->way == TRIGGER_SIP, trigger->reboot_event != NULL);
	}
	assert_string_equal(product_find("n870")->format->trigger->event,
			    "check-sync;reboot=false");
	assert_string_equal(product_find("maxwell3")->format->trigger->reboot_event,
			    "check-sync;reboot=true");
}

static void the_list_of_products_has_each_once(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct product *p = product_next(NULL); p; p = product_next(p)) {
		assert_ptr_equal(product_find(p->name), p);
		assert_non_null(p->format->render);
		assert_true(strlen(p->what) > 0);
		count++;
	}
	assert_int_equal(count, 48);
}

static void what_the_format_writes_is_reserved(void **state)
{
	static const char *const reserved[] = {
		"SipProvider.0.Name",
		"SipProvider.0.Domain",
		"SipProvider.19.ProxyServerAddress",
		"SipProvider.0.ProxyServerPort",
		"SipProvider.0.RegServerAddress",
		"SipProvider.0.RegServerPort",
		"SipProvider.0.TransportProtocol",
		"SipProvider.123.UseSIPS",
		"sipprovider.0.name",
		"hs.029e74a599.DirectAccessDir",
		"hs.029E74A599.RegStatus",
		"hs.00001.RegStatus",
		"HS.029e74a599.RegStatus",
		"Hs.DirectAccessDir",
		"sipaccount.VoiceMailActive",
		"SipAccount.029e74a599.VoiceMailActive",
		"hs.RegStatus",
		"hs.DECT_AC",
		"hs.",
		"SipAccount.AuthName",
		"SipAccount.AuthPassword",
		"SipAccount.UserName",
		"SipAccount.DisplayName",
		"SipAccount.ProviderId",
		"SipAccount.providerid",
		"RegStatus",
		"RegStart",
		"RegDuration",
		"DMPpasswd",
		"FwUpdateUrl",
		"FwUpdateStart",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(reserved); i++) {
		if (!product_reserves(product_find("n870"), reserved[i]) ||
		    !product_reserves(NULL, reserved[i]))
			fail_msg("%s is not reserved", reserved[i]);
		if (product_per_handset(NULL, reserved[i]))
			fail_msg("%s is reserved and for handsets", reserved[i]);
	}
}

static void short_names_are_for_handsets(void **state)
{
	static const char *const names[] = {"hs.DirectAccessDir", "hs.IntKeyDir", "hs.x",
					    "SipAccount.VoiceMailActive",
					    "SipAccount.VoiceMailMailbox"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_false(product_reserves(product_find("n610"), names[i]));
		assert_true(product_per_handset(product_find("n610"), names[i]));
		assert_true(product_per_handset(NULL, names[i]));
	}
}

static void other_names_are_the_device_s(void **state)
{
	static const char *const names[] = {
		"Telephony.0.ToneScheme",
		"SipProvider.0.SRTP_Enabled",
		"SipProvider.x.Name",
		"SipProvider..Name",
		"SipProvider.0",
		"SipProviders.0.Name",
		"hs",
		"hsx.RegStatus",
		"dm.local.RegStart",
		"SipAccountX.AuthName",
		"DmGlobal.0.NtpServer",
		"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (product_reserves(NULL, names[i]) || product_per_handset(NULL, names[i]))
			fail_msg("%s is taken", names[i]);
	}
}

static void older_formats_reserve_what_lines_are_written_as(void **state)
{
	static const char *const names[] = {
		"SIP.Account.0.Username",
		"sip.account.12.proxyserver.port",
		"BS_IP_Data1.aucS_SIP_PASSWORD",
		"BS_IP_Data1.aucS_SIP_PASSWORD_6",
		"BS_IP_Data1.ucB_SIP_ACCOUNT_IS_ACTIVE_1",
		"BS_Accounts.astAccounts[2].aucAccountName[0]",
		"BS_VOIP_Data.astVoipAccounts[99].aucS_SIP_PASSWORD[0]",
		"BS_VOIP_Data.astVoipAccounts[%].ucB_SIP_ACCOUNT_IS_ACTIVE_1",
		"BS_VOIP_Data.astVoipProviders[0].aucSIP_DOMAIN[%]",
		"S_SIP_LOGIN_ID_1",
		"S_SIP_SERVER",
	};
	static const char *const free[] = {
		"SIP.Account.0.VoiceMail.Mailbox",
		"SIP.Account.x.Username",
		"SIP.DefaultAccount",
		"BS_Accounts.astAccounts[2].uiSendMask",
		"BS_IP_Data1.aucS_SIP_PASSWORDS",
		"BS_IP_Data1.ucI_SIP_PREFERRED_VOCODER_2",
		"BS_VOIP_Data.astVoipAccounts[0].aucS_SIP_SERVER[0]",
		"S_SPECIAL_DATA_SRV",
		"custom.Redirect",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!product_reserves(NULL, names[i]))
			fail_msg("%s is not reserved", names[i]);
	for (size_t i = 0; i < COUNT_OF(free); i++)
		if (product_reserves(NULL, free[i]) || product_per_handset(NULL, free[i]))
			fail_msg("%s is taken", free[i]);
}

static void a_setting_is_for_devices_whose_format_has_its_form(void **state)
{
	static const struct {
		const char *name;
		bool nx70, maxwell, frame;
	} names[] = {
		{"Telephony.0.ToneScheme", true, true, false},
		{"SIP.DefaultAccount", true, true, false},
		{"custom.Redirect", false, true, false},
		{"BS_IP_Data1.ucB_USE_DHCP", false, false, true},
		{"S_SPECIAL_DATA_SRV", false, false, true},
		{"B_REMOTE_MANAGEMENT", false, false, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_int_equal(product_takes(product_find("n870"), names[i].name), names[i].nx70);
		assert_int_equal(product_takes(product_find("maxwell3"), names[i].name),
				 names[i].maxwell);
		assert_true(product_takes(product_find("raw"), names[i].name));
		assert_int_equal(product_takes(product_find("n720"), names[i].name),
				 names[i].frame);
	}
}

static void a_product_has_handsets_or_lines_of_its_own(void **state)
{
	(void)state;
	for (const struct product *p = product_next(NULL); p; p = product_next(p)) {
		assert_true((p->handsets_max > 0) != (p->lines_max > 0));
		assert_true(p->sip_servers_max > 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_product_is_found_by_its_name),
		cmocka_unit_test(a_format_says_how_its_devices_are_told),
		cmocka_unit_test(the_list_of_products_has_each_once),
		cmocka_unit_test(what_the_format_writes_is_reserved),
		cmocka_unit_test(short_names_are_for_handsets),
		cmocka_unit_test(other_names_are_the_device_s),
		cmocka_unit_test(older_formats_reserve_what_lines_are_written_as),
		cmocka_unit_test(a_setting_is_for_devices_whose_format_has_its_form),
		cmocka_unit_test(a_product_has_handsets_or_lines_of_its_own),
	};

	return cmocka_run_group_tests_name("product", tests, NULL, NULL);
}
