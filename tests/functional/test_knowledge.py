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
