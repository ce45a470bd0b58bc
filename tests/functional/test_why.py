# SPDX-License-Identifier: MIT
"""Where a value comes from that no setting says, and operations that no document carries."""

import json

import pytest

N870, MAXWELL, DESK, HTEK, N510, RAW = (f"7C2F80E0D60{n}" for n in range(6))
PASSWORD = "hidden-of-the-line"


@pytest.fixture(name="site")
def fixture_site(make_daemon):
    daemon = make_daemon(settings={"schedule night": {"start": "01:15", "end": "05:00"}})
    daemon.start()
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.ctl("sip", "add", "other", "--domain", "other.example.net")
    for mac, product in ((N870, "n870"), (MAXWELL, "maxwell3"), (DESK, "openstage60"),
                         (HTEK, "uc926"), (N510, "n510"), (RAW, "raw")):
        daemon.add_device(mac, product=product)
    for mac in (MAXWELL, HTEK, N510):
        daemon.ctl("line", "add", mac, "--slot", "2", "--user", "1002", "--sip", "other",
                   "--password-stdin", stdin=PASSWORD)
    for mac in (MAXWELL, DESK, HTEK, N510):
        daemon.ctl("line", "add", mac, "--slot", "1", "--user", "1001", "--sip", "pbx",
                   "--password-stdin", stdin=PASSWORD)
    for ipui, server in (("029e74a599", "pbx"), ("02b6ec8aa5", "other")):
        daemon.ctl("handset", "add", N870, ipui, "--user", "1001", "--sip", server,
                   "--password-stdin", stdin=PASSWORD)
    return daemon


def winner(daemon, mac, name):
    """The scope that wins, and its value; a secret's is only told to be there."""
    answer = daemon.ctl("setting", "why", mac, name, json=True)
    assert PASSWORD not in json.dumps(answer)
    won = [link for link in answer["chain"] if link["wins"]]
    assert len(won) <= 1
    return (won[0]["scope"], won[0]["secret"] or won[0]["value"]) if won else None


@pytest.mark.parametrize("mac, name, scope, value", [
    (DESK, "sip-pwd", "line 1", "set"),
    (DESK, "e164", "line 1", "1001"),
    (DESK, "reg-addr", "line 1", "pbx.example.net"),
    (MAXWELL, "SIP.Account.0.AuthPassword", "line 1", "set"),
    (MAXWELL, "SIP.Account.1.Username", "line 2", "1002"),
    (MAXWELL, "SIP.Account.1.Domain", "line 2", "other.example.net"),
    (MAXWELL, "SIP.Account.1.Active", "line 2", "1"),
    (HTEK, "P35", "line 1", "1001"),
    (HTEK, "P34", "line 1", "set"),
    (HTEK, "P25026", "schedule:night", "15"),
    (N510, "BS_IP_Data3.aucS_SIP_LOGIN_ID_2", "line 2", '"1002"'),
    (N510, "BS_Accounts.astAccounts[1].uiSendMask", "line 2", "0x2"),
    (N870, "SipAccount.029e74a599.AuthPassword", "handset:029e74a599", "set"),
    (N870, "SipAccount.02b6ec8aa5.UserName", "handset:02b6ec8aa5", "1001"),
    (N870, "SipProvider.0.Domain", "sip:pbx", "pbx.example.net"),
    (N870, "SipProvider.1.Domain", "sip:other", "other.example.net"),
])
def test_what_a_line_brings_along_is_said_to_come_from_it(site, mac, name, scope, value):
    site.ctl("setting", "set", "product:uc926", "schedule.config", "night")
    assert winner(site, mac, name) == (scope, value)


def test_a_setting_wins_over_what_a_line_would_bring(site):
    site.ctl("setting", "set", f"device:{DESK}", "e164", "9999")
    assert winner(site, DESK, "e164") == (f"device:{DESK}", "9999")
    site.ctl("setting", "set", "product:n510", "BS_Accounts.astAccounts[1].uiSendMask", "0x3")
    assert winner(site, N510, "BS_Accounts.astAccounts[1].uiSendMask") == ("product:n510", "0x3")


def test_what_nothing_says_is_said_by_nobody(site):
    for mac in (N870, MAXWELL, DESK, HTEK, N510):
        assert winner(site, mac, "No.Such.Parameter") is None
    # A document that cannot be made is no obstacle.
    assert winner(site, RAW, "NAME") is None
    site.ctl("setting", "set", f"device:{RAW}", "NAME", "x")
    assert winner(site, RAW, "NAME") == (f"device:{RAW}", "x")


# -- operations are for documents that carry them

FIRMWARE = ("firmware", "--start", "now", "--url", "http://prov.example/f.bin")
WINDOW = ("open_registration", "--start", "now", "--duration", "300")


@pytest.mark.parametrize("mac, words, way", [
    (MAXWELL, FIRMWARE, "firmware.version"), (MAXWELL, WINDOW, "DECT"),
    (N510, FIRMWARE, "firmware.version"), (N510, WINDOW, "DECT"),
    (RAW, FIRMWARE, "firmware.version"), (RAW, WINDOW, "DECT"),
    (DESK, FIRMWARE, "wpi firmware"), (DESK, WINDOW, "DECT"),
    (HTEK, WINDOW, "DECT"),
])
def test_an_operation_that_no_document_would_carry_is_refused(site, mac, words, way):
    audit = site.ctl("audit", "list")
    done = site.ctl("operation", "add", mac, *words, check=False)
    assert done.returncode == 1 and way in done.stderr.decode()
    assert "operation_kind" in done.stderr.decode()
    assert site.ctl("operation", "list", mac, json=True)["operations"] == []
    assert site.ctl("audit", "list") == audit


def test_an_operation_waits_while_its_device_is_of_a_kind_that_carries_none(site):
    site.ctl("operation", "add", N870, *WINDOW)
    for ipui in ("029e74a599", "02b6ec8aa5"):
        site.ctl("handset", "remove", N870, ipui, "--mode", "forget")
    site.ctl("device", "set", N870, "--product", "maxwell3")
    row, = site.ctl("operation", "list", N870, json=True)["operations"]
    assert row["written"] is False
    steps = site.ctl("explain", N870)
    assert "open_registration local: not written" in steps
    site.fetch(N870)
    row, = site.ctl("operation", "list", N870, json=True)["operations"]
    assert row["carried_at"] is None
    site.ctl("device", "set", N870, "--product", "n870")
    row, = site.ctl("operation", "list", N870, json=True)["operations"]
    assert row["written"] is True and b"RegStart" in site.fetch(N870)
