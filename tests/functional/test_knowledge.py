# SPDX-License-Identifier: MIT
"""What is known of parameters and opers, as admins meet it on the command line."""

import json

import pytest

from gigaprov import until

MAC = "7C2F80E0D605"


def warnings_of(done):
    assert done.returncode == 0, done.stderr
    return [line.split("warning: ", 1)[1] for line in done.stderr.decode().splitlines()
            if "warning: " in line]


@pytest.mark.parametrize("name, value, warning", [
    ("Telephony.0.ToneScheme", "Germany", None),
    ("Provisioning.global.PeriodStart", "14:00", None),
    ("RapService.3.ServerURL", "https://rap.example/", None),
    ("SuotaWindow.1.DaysOfWeek", "mon,tue", None),
    ("Telephony.0.ToneSheme", "Germany", "did you mean Telephony.0.ToneScheme?"),
    ("sipProvider.0.DnsQuery", "0", "did you mean SipProvider.0.DnsQuery?"),
    ("SipProvider.0.DTMFTransmission", "in-band", "1 (in-band), 2 (RFC 2833)"),
    ("Provisioning.global.Period", "600", "0 or 1800 and more"),
    ("SipProvider.0.RegServer", "192.0.2.1", "RegServerAddress"),
    ("What.Ever.It.Is", "1", "which may be all right"),
])
def test_odd_settings_are_taken_with_a_warning(daemon, name, value, warning):
    daemon.add_device(MAC)
    found = warnings_of(daemon.ctl("setting", "set", "product:n870", name, value, check=False))
    if warning:
        assert len(found) == 1 and warning in found[0], found
    else:
        assert found == []
    assert f'name="{name}" value="{value}"'.encode() in daemon.fetch(MAC)
    notes = daemon.ctl("preview", MAC, json=True)["notes"]
    assert [note for note in notes if name in note] == found


def test_what_a_device_is_too_old_for_is_said(daemon):
    daemon.add_device(MAC)
    daemon.ctl("setting", "set", "fleet", "Provisioning.global.PeriodStart", "14:00")
    daemon.curl("--fail", "--digest", "--user", f"{MAC}:A2B4C6D8E0F2", "--user-agent",
                f"Gigaset N870 IP PRO/83.V2.20.0+build.5f0a106;{MAC}",
                daemon.url("phones", f"/xml/{MAC}.xml"))
    words = "Provisioning.global.PeriodStart needs firmware 2.32, the device runs 83.V2.20.0"
    until(lambda: [note for note in daemon.ctl("preview", MAC, json=True)["notes"]
                   if note.startswith(words)], "the version that the device told")
    found = warnings_of(daemon.ctl("setting", "set", f"device:{MAC}",
                                   "Provisioning.global.PeriodStart", "15:00", check=False))
    assert len(found) == 1 and found[0].startswith(words)
    daemon.curl("--fail", "--digest", "--user", f"{MAC}:A2B4C6D8E0F2", "--user-agent",
                f"Gigaset N870 IP PRO/83.V2.32.0+build.5f0a106;{MAC}",
                daemon.url("phones", f"/xml/{MAC}.xml"))
    until(lambda: daemon.ctl("preview", MAC, json=True)["notes"] == [], "the newer version")


def test_an_empty_value_is_refused(daemon):
    done = daemon.ctl("setting", "set", "fleet", "Telephony.0.ToneScheme", "", check=False)
    assert done.returncode != 0
    assert b"unpredictably" in done.stderr
    assert daemon.ctl("setting", "list", "fleet", json=True)["settings"] == []


def test_a_name_known_as_a_secret_makes_one_of_its_value(daemon):
    daemon.add_device(MAC)
    done = daemon.ctl("setting", "set", f"device:{MAC}", "WebUIAccounts.1.Password", "geh3im.0815",
                      "--json", check=False)
    assert "is kept as one" in warnings_of(done)[0]
    answer = json.loads(done.stdout)
    assert answer["secret"] == "set" and answer["value"] is None
    assert b"geh3im.0815" not in done.stdout + done.stderr
    assert b'"WebUIAccounts.1.Password" value="geh3im.0815"' in daemon.fetch(MAC)
    for words in (["preview", MAC], ["setting", "list", f"device:{MAC}"], ["audit", "list"]):
        assert "geh3im.0815" not in daemon.ctl(*words)
    daemon.stop()
    assert "geh3im.0815" not in daemon.log
    assert b"geh3im.0815" not in daemon.database.read_bytes()


def test_parameters_can_be_looked_up(daemon):
    rows = daemon.ctl("parameter", "list", json=True)["parameters"]
    assert len(rows) > 300
    found = daemon.ctl("parameter", "list", "--product", "n870", "--match", "periodstart",
                       json=True)["parameters"]
    assert [(row["name"], row["since"]) for row in found] == [
        ("Provisioning.global.PeriodStart", "2.32")]
    text = daemon.ctl("parameter", "show", "SipProvider.3.TransportProtocol")
    assert "1 (UDP), 2 (TCP) or 3 (TLS)" in text
    made = {row["name"]: row["set_with"] for row in rows}
    assert made["SipProvider.#.Domain"] == made["SipAccount.*.AuthPassword"] == "handset, line, sip"
    assert made["hs.*.DirectAccessDir"] == made["Telephony.0.ToneScheme"] == "setting"
    done = daemon.ctl("parameter", "show", "SipProvider.3.TransportProtokol", check=False)
    assert done.returncode != 0
    assert b"did you mean SipProvider.3.TransportProtocol?" in done.stderr
    done = daemon.ctl("parameter", "list", "--product", "n871", check=False)
    assert done.returncode != 0 and b"n871" in done.stderr


def test_opers_come_and_go(daemon):
    daemon.add_device(MAC, product="n610")
    daemon.ctl("handset", "add", MAC, "029e74a599")
    before = daemon.fetch(MAC)
    daemon.ctl("oper", "add", MAC, "assign_handsets_to_trunk", "--value", "trunk_0000",
               "--param", "receive=11, 14", "--param", "send=11")
    done = daemon.ctl("oper", "add", MAC, "invented", "--force", "--secret-param", "Password",
                      "--secret-stdin", stdin="t0p s3cret\n", check=False)
    assert "no oper 'invented' is known" in warnings_of(done)[0]
    document = daemon.fetch(MAC).decode()
    at = [document.index(text) for text in ("add_hs", "trunk_0000", "11, 14", "invented",
                                            "t0p s3cret")]
    assert at == sorted(at)
    assert "t0p s3cret" not in daemon.ctl("preview", MAC)
    rows = daemon.ctl("oper", "list", MAC, json=True)["opers"]
    assert [row["name"] for row in rows] == ["assign_handsets_to_trunk", "invented"]
    assert rows[1]["params"] == [{"name": "Password", "value": None, "secret": "set"}]
    for row in rows:
        daemon.ctl("oper", "remove", MAC, str(row["id"]))
    # The second document has DeleteNotProvisionedHS, the first had none.
    after = daemon.fetch(MAC).decode()
    assert after.replace('    <oper name="DeleteNotProvisionedHS"/>\n', "") == before.decode()


@pytest.mark.parametrize("words, reason", [
    (["delete_hs", "--value", "029e74a599"], "handset remove"),
    (["update_dm", "--value", "local", "--param", "RegStart=1", "--force"], "operation add"),
    (["invented"], "--force"),
    (["assign_handsets_to_trunk", "--value", "trunk_0008", "--param", "send=11"], "trunk_0007"),
    (["assign_handsets_to_trunk", "--value", "trunk_0000", "--param", "send"], "NAME=VALUE"),
    (["assign_handsets_to_trunk", "--value", "trunk_0000", "--secret-param", "x"], "both"),
])
def test_wrong_opers_are_refused_with_the_right_way(daemon, words, reason):
    daemon.add_device(MAC, product="n610")
    done = daemon.ctl("oper", "add", MAC, *words, check=False)
    assert done.returncode != 0
    assert reason in done.stderr.decode()
    assert daemon.ctl("oper", "list", MAC, json=True)["opers"] == []


# Codes with a use in public templates, manuals and the maker's portal.
CODES = [*range(5900, 5908), 212, 192, 237, 194, 193, 23132, 1360, 1361, 232, 233, 234, 235, 238,
         240, 8631, 145, 1145, 20165, *range(20174, 20181), 20051, 20052, 20932, 20933, 20994,
         20995, 40002, 2, 196, 8681, 8682, 64, 75, 143, 30, 8622, 144, *range(23117, 23126),
         *range(20076, 20082), 24053, 51, 87, 24054, 229, 8684, 23372, 23394, 23380, 23378, 23379,
         *range(25020, 25042)]
NX70 = """
SipProvider.0.SRTP_Enabled SipProvider.0.UseSIPS SipProvider.0.AcceptNonSRTPCalls
SipProvider.0.DTMFTransmission SipProvider.0.DnsQuery SipProvider.0.FailoverServerEnabled
SipProvider.0.FailoverServerAddress SipProvider.0.FailoverServerPort
SipProvider.0.OutboundProxyMode SipProvider.0.OutboundProxyAddress SipProvider.0.OutboundProxyPort
SipProvider.0.MWISubscription SipProvider.0.WithDeregOnHsNotReachable
SipProvider.0.RenewConnectionAfterTimeout SipProvider.0.ConnectionTimeoutAction
SipProvider.0.RegServerRefreshTimer SipAccount.029e74a599.VoiceMailMailbox
SipAccount.029e74a599.VoiceMailActive hs.029e74a599.DirectAccessDir hs.029e74a599.IntKeyDir
DmGlobal.0.NtpServer DmGlobal.0.TimeZone DmGlobal.0.HSIdleDisplay DmGlobal.0.SystemRegDomain
DmGlobal.0.SuotaEnable DmGlobal.0.ZeroDisplayHsProtection DmGlobal.0.AddSipId
Telephony.0.ToneScheme Telephony.0.CT_ViaRKey Telephony.0.CT_ByOnHook
Provisioning.global.ProvisioningServer Provisioning.global.Period
Provisioning.global.PeriodStart Provisioning.global.PeriodEnd
SystemSettings.global.SipMulticastEnabled SystemSettings.global.CheckSyncRebootEnabled
WebUIAccounts.1.Password dm.local.FwUpdateCallBlockAttempts Netdir.1.Activated
XMLDir.1.ProviderName XMLDir.1.ServerURL XMLDir.1.WhitePagesDirName XMLDir.1.StartWithListWP
RapService.3.Activated RapService.3.Name RapService.3.ServerURL RapService.3.SoftkeyName
RapService.3.UseSIP SuotaPackage.1.Url SuotaWindow.1.Enabled SuotaWindow.1.Name
SuotaWindow.1.StartTime SuotaWindow.1.Duration SuotaWindow.1.DaysOfWeek
"""
MAXWELL = """
SIP.DefaultAccount SIP.Port SIP.TransportProtocol SIP.PRACK SIP.ActiveCodecs SIP.RTP.Port
SIP.Security.UseSIPS SIP.Security.SRTP SIP.Security.AcceptNonSRTPCalls SIP.Checksync.Simple
System.DateAndTime.AutoAdjustTime System.DateAndTime.TimeServer System.DateAndTime.TimeZone
System.DateAndTime.AutoAdjustClockForDST System.DateAndTime.TimeFormat
System.DateAndTime.DateOrder System.Provision.ProvisioningServer System.Provision.Period
System.Security.HttpAuthUsername System.Security.HttpAuthPassword
System.Security.AcceptAllCertificates WebUI.AdminPassword WebUI.UserPassword WebUI.Language
Telephony.ToneScheme Telephony.DnD.Active NetDir.LDAP.0.DirectoryName NetDir.LDAP.0.Enable
NetDir.LDAP.0.Server.Address NetDir.LDAP.0.Server.Port NetDir.LDAP.0.BaseDN
NetDir.LDAP.0.Security NetDir.LDAP.0.Username NetDir.LDAP.0.Password NetDir.LDAP.0.NameFilter
NetDir.LDAP.0.NumberFilter NetDir.LDAP.0.DisplayFormat NetDir.LDAP.0.FirstName
NetDir.LDAP.0.Surname NetDir.LDAP.0.PhoneHome NetDir.LDAP.0.PhoneOffice
NetDir.LDAP.0.PhoneMobile PhoneUI.Keys.FunctionKeys.0.Type
PhoneUI.Keys.FunctionKeys.0.PhoneNumber PhoneUI.Keys.FunctionKeys.0.DisplayName
FirmwareManagment.AutomaticCheckForUpdates SIP.Account.0.VoiceMail.Active
SIP.Account.0.VoiceMail.Mailbox SIP.Account.0.CallWaiting SIP.Account.0.OutboundProxy.Mode
SIP.Account.0.OutboundProxy.Address SIP.Account.0.OutboundProxy.Port
SIP.Account.0.FailoverServer.Enabled SIP.Account.0.STUN.Enabled SIP.Account.0.DTMFTransmission
SIP.Account.0.CLIPSource
"""


@pytest.mark.parametrize("family, names", [("xstim", [f"P{code}" for code in CODES if code != 5901]),
                                           ("nx70", NX70.split()), ("maxwell", MAXWELL.split())])
def test_what_public_sources_tell_of_is_known(daemon, family, names):
    unknown = []
    for name in names:
        rows = daemon.curl("--unix-socket", daemon.socket,
                           f"http://localhost/api/v1/parameters/{name}").decode()
        if f'"family":"{family}"' not in rows:
            unknown.append(name)
    assert unknown == []
