# SPDX-License-Identifier: MIT
"""XSTIM and Htek phones: curl in their place."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from gigaprov import until

MAC = "001FC1000000"
LOWER = MAC.lower()
COLONS = "00:1f:c1:00:00:00"
SECRET = "A2B4C6D8E0F2"
BASE = "http://prov.example.net:8080"
SCHEDULES = {
    # The values that the manufacturer's page recommends.
    "schedule default": {"timezone": "America/New_York", "start": "00:00", "end": "05:00",
                         "inactivity": 30},
    "schedule days": {"kind": "flexible", "start": "22:00", "end": "04:00", "interval": 30},
    "schedule pinned": {"start": "00:00", "end": "05:00", "pin": "hour", "poll": 1440},
    "schedule never": {"start": "00:00", "end": "05:00",
                       "blackout": "2020-01-01..2029-12-31"},
    "schedule own": {"start": "00:00", "end": "05:00", "native": "no"},
}
RECOMMENDED = [1, 0, 1, 1, 30, 0, 0, 5, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0]
NONE = [1, 0] + [0] * 15 + [1, 0, 0, 0, 0]


@pytest.fixture
def fleet(make_daemon):
    daemon = make_daemon(settings={**SCHEDULES, "provisioning": {"public_url": BASE}}).start()
    daemon.add_device(mac=MAC, product="xstim")
    return daemon


def fetch(daemon, name=f"cfg{LOWER}.xml", agent=f"Htek UC926 2.0.4.2 {COLONS}", mac=MAC):
    return daemon.curl("--digest", "--user", f"{mac}:{SECRET}", "--user-agent", agent,
                       daemon.url("phones", f"/{name}"))


def elements(document):
    root = ElementTree.fromstring(document)
    assert root.tag == "hl_provision" and root.get("version") == "1"
    config, = root
    assert config.tag == "config" and config.get("version") == "1"
    return [(node.tag, node.text) for node in config]


def codes(document):
    pairs = elements(document)
    assert len(dict(pairs)) == len(pairs), "a code is there twice"
    return dict(pairs)


def schedule(document):
    """The 22 values; they are there once, one after the other, in ascending order, as decimals."""
    rows = [(tag, text) for tag, text in elements(document) if re.fullmatch(r"P250[2-4]\d", tag)]
    assert [tag for tag, _ in rows] == [f"P{code}" for code in range(25020, 25042)]
    assert all(re.fullmatch(r"0|[1-9]\d*", text) for _, text in rows)
    return [int(text) for _, text in rows]


def attach(daemon, name, scope=f"device:{MAC}"):
    daemon.ctl("setting", "set", scope, "schedule.config", name)


def preview(daemon, mac=MAC):
    return daemon.ctl("preview", mac, json=True)


# -- files

def test_the_file_is_there_under_the_name_that_phones_ask_for(fleet):
    _, headers = fleet.curl_headers("--digest", "--user", f"{MAC}:{SECRET}",
                                    fleet.url("phones", f"/cfg{LOWER}.xml"))
    assert headers["content-type"].startswith("text/xml")
    document = fetch(fleet)
    assert document.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert schedule(document) == NONE
    assert fetch(fleet, f"cfg{MAC}.xml") == document
    for name in ("cfg0012.xml", "cfg0010.xml", f"cfg{LOWER}", f"{LOWER}.cfg", "cfg000x.xml",
                 "factory000x.bin", "factory0001.bin", "cfg.xml", "fw926.rom"):
        status = fleet.curl_status("--digest", "--user", f"{MAC}:{SECRET}",
                                   fleet.url("phones", f"/{name}"))
        assert status == 404, name


def test_another_phone_s_secret_gives_nothing(fleet):
    fleet.add_device(mac="001FC1000001", product="uc926", secret="another-one")
    assert fleet.curl_status("--digest", "--user", f"{MAC}:{SECRET}",
                             fleet.url("phones", "/cfg001fc1000001.xml")) == 401


# -- schedules

def test_a_schedule_is_written_into_the_phone(fleet):
    assert schedule(preview(fleet)["document"]) == NONE
    attach(fleet, "default")
    assert schedule(preview(fleet)["document"]) == RECOMMENDED
    attach(fleet, "days")
    assert schedule(preview(fleet)["document"]) == \
        [1, 0] + [0] * 14 + [1, 30, 22, 0, 4, 0]
    fleet.ctl("setting", "unset", f"device:{MAC}", "schedule.config")
    assert schedule(preview(fleet)["document"]) == NONE


def test_a_device_s_own_hour_is_pinned(fleet):
    attach(fleet, "pinned", "product:xstim")
    values = schedule(preview(fleet)["document"])
    assert values[:5] == [1, 1, 1, 1, 0]
    assert sum(values[9:16]) == 1
    assert values[7] == values[5] + 1 and values[6] == values[8] == 0
    assert codes(preview(fleet)["document"])["P193"] == "1440"
    due = fleet.ctl("schedule", "next", MAC)
    assert f" {values[5]:02}:" in due


def test_a_changed_schedule_makes_documents_anew(fleet):
    attach(fleet, "default")
    before = fleet.ctl("preview", MAC)
    fleet.write_ini(**{**SCHEDULES, "provisioning": {"public_url": BASE},
                       "schedule default": {"timezone": "America/New_York", "start": "01:30",
                                            "end": "05:00", "days": "sun", "inactivity": 5}})
    fleet.reload()
    until(lambda: fleet.ctl("preview", MAC) != before, "another document")
    values = schedule(preview(fleet)["document"])
    assert values[4:9] == [5, 1, 30, 5, 0] and values[9:16] == [1, 0, 0, 0, 0, 0, 0]


def test_a_schedule_reaches_a_phone_that_has_a_file_in_its_window(fleet):
    before = fetch(fleet)
    attach(fleet, "never")
    assert fetch(fleet) == before
    fleet.ctl("release", MAC)
    assert schedule(fetch(fleet))[2] == 1


def test_the_schedule_s_codes_are_set_by_hand_only_without_one(fleet):
    for code, value in (("P25022", "1"), ("P25023", "2"), ("P25029", "1")):
        fleet.ctl("setting", "set", f"device:{MAC}", code, value)
    values = schedule(preview(fleet)["document"])
    assert values[2:4] == [1, 2] and values[9] == 1
    attach(fleet, "default", "product:xstim")
    shown = preview(fleet)
    assert schedule(shown["document"]) == RECOMMENDED
    assert any("left out" in note and "3" in note for note in shown["notes"])
    for scope in (f"device:{MAC}", "product:xstim"):
        done = fleet.ctl("setting", "set", scope, "P25025", "3", check=False)
        assert done.returncode != 0
        assert b"P25025" in done.stderr and b"[schedule default]" in done.stderr


def test_whose_clock_it_is_is_said(fleet):
    attach(fleet, "default")
    assert any("P64 to 18 and P75 to 2" in note for note in preview(fleet)["notes"])
    fleet.ctl("setting", "set", "product:xstim", "P64", "49")
    fleet.ctl("setting", "set", "product:xstim", "P75", "0")
    notes = preview(fleet)["notes"]
    assert any("P64 is 49" in note and "America/New_York" in note for note in notes)
    assert any("P75 is 0" in note for note in notes)
    fleet.ctl("setting", "set", "product:xstim", "P64", "18")
    fleet.ctl("setting", "set", "product:xstim", "P75", "2")
    assert preview(fleet)["notes"] == []


# -- settings

def test_settings_come_last_and_go_to_no_other_family(fleet):
    fleet.ctl("setting", "set", "fleet", "P12345", "custom")
    fleet.ctl("setting", "set", "fleet", "P237", f"{BASE}/")
    fleet.ctl("setting", "set", "fleet", "P194", "0")
    fleet.ctl("setting", "set", "fleet", "P1361", "kept-secret")
    fleet.ctl("setting", "set", "fleet", "Telephony.0.ToneScheme", "1")
    pairs = elements(fetch(fleet))
    assert pairs[-4:] == [("P194", "0"), ("P237", f"{BASE}/"), ("P1361", "kept-secret"),
                          ("P12345", "custom")]
    assert [tag for tag, _ in pairs].count("P194") == 1
    assert "kept-secret" not in fleet.ctl("setting", "list", "fleet", "--json")
    assert "kept-secret" not in preview(fleet)["document"]
    for mac, product in (("7C2F80E0D605", "n870"), ("7C2F80E0D606", "maxwell3"),
                         ("7C2F80E0D607", "n510")):
        fleet.add_device(mac=mac, product=product)
        assert "P12345" not in preview(fleet, mac)["document"]


def test_codes_that_lines_are_written_as_are_reserved(fleet):
    for code in ("P47", "P34", "P271", "P735"):
        done = fleet.ctl("setting", "set", f"device:{MAC}", code, "x", check=False)
        assert done.returncode != 0 and b"setting_reserved" in done.stderr


def test_lines_are_accounts_but_in_xstim_mode(fleet):
    fleet.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    fleet.ctl("line", "add", MAC, "--user", "1013", "--sip", "pbx", "--display", "Räum 3",
              "--password-stdin", stdin="hidden-1\n")
    values = codes(fetch(fleet))
    assert {code: values[code] for code in ("P271", "P47", "P35", "P36", "P34", "P3", "P401")} == \
        {"P271": "1", "P47": "pbx.example.net", "P35": "1013", "P36": "1013", "P34": "hidden-1",
         "P3": "Räum 3", "P401": "0"}
    fleet.ctl("setting", "set", f"device:{MAC}", "P5902", "192.0.2.10")
    document = fetch(fleet)
    values = codes(document)
    assert values["P5900"] == "1" and values["P5902"] == "192.0.2.10"
    assert "P271" not in values and b"hidden-1" not in document
    assert any("XSTIM mode" in note for note in preview(fleet)["notes"])
    done = fleet.ctl("line", "add", MAC, "--slot", "5", "--user", "1", "--sip", "pbx", check=False)
    assert done.returncode != 0 and b"lines 1 to 4" in done.stderr


# -- firmware

@pytest.fixture
def firmware(fleet):
    for name, version in (("fw926-2.42.6.rom", "2.42.6"), ("fw926-2.42.7.rom", "2.42.7"),
                          ("fw903.rom", "2.42.8")):
        file = fleet.directory / name
        file.write_bytes(name.encode() * 1000)
        product = "uc903" if name == "fw903.rom" else "xstim"
        fleet.ctl("firmware", "add", file, "--product", product, "--version", version)
    return fleet


def directory(daemon):
    url = codes(fetch(daemon))["P192"]
    # It is told of none before it has said what it runs.
    until(lambda: daemon.ctl("device", "show", MAC, json=True)["firmware"], "its firmware")
    assert re.fullmatch(BASE + rf"/firmware/{MAC}/[0-9a-f]+", url)
    return url[len(BASE):]


def rom(daemon, path, name):
    return daemon.curl_status(daemon.url("phones", f"{path}/{name}"))


def test_firmware_is_in_the_phone_s_own_directory_while_it_may_have_it(firmware):
    assert "P192" not in codes(fetch(firmware, agent="curl/8"))
    firmware.ctl("setting", "set", "product:xstim", "firmware.version", "2.42.6")
    values = codes(fetch(firmware, agent="curl/8"))
    assert values["P212"] == "1"
    path = directory(firmware)
    url = firmware.url("phones", f"{path}/fw926.rom")
    assert firmware.curl(url) == b"fw926-2.42.6.rom" * 1000
    assert rom(firmware, path, "fw926-2.42.6.rom") == 200
    for name in ("fw926-2.42.7.rom", "fw903.rom", "fw9.rom", "fw926", "fw9260.rom", "fw926.tar",
                 "boot_924.bin", "x", ".rom"):
        assert rom(firmware, path, name) == 404, name
    # The choice is made with each request; the document stays as it is.
    before = fetch(firmware, agent="curl/8")
    firmware.ctl("setting", "set", "product:xstim", "firmware.version", "newest")
    assert firmware.curl(url) == b"fw926-2.42.7.rom" * 1000
    assert fetch(firmware, agent=f"Htek UC926 2.42.7 {COLONS}") == before
    until(lambda: firmware.ctl("device", "show", MAC, json=True)["firmware"] == "2.42.7",
          "the version that the phone tells")
    assert rom(firmware, path, "fw926.rom") == 404
    assert fetch(firmware, agent="curl/8") == before


def test_a_directory_is_one_phone_s_alone(firmware):
    firmware.ctl("setting", "set", "product:xstim", "firmware.version", "newest")
    path = directory(firmware)
    firmware.add_device(mac="001FC1000001", product="xstim")
    assert rom(firmware, path.replace(MAC, "001FC1000001"), "fw926.rom") == 404
    assert rom(firmware, path[:-1] + ("0" if path[-1] != "0" else "1"), "fw926.rom") == 404
    firmware.ctl("lock", MAC)
    assert rom(firmware, path, "fw926.rom") == 404
    firmware.ctl("unlock", MAC)
    assert rom(firmware, path, "fw926.rom") == 200
    firmware.ctl("setting", "set", "product:xstim", "firmware.version", "none")
    assert rom(firmware, path, "fw926.rom") == 404
    firmware.ctl("setting", "set", "product:xstim", "firmware.version", "newest")
    firmware.ctl("device", "set", MAC, "--product", "n870")
    assert rom(firmware, path, "fw926.rom") == 404


def test_firmware_that_was_touched_is_looked_at_before_it_is_given(firmware):
    firmware.ctl("setting", "set", "product:xstim", "firmware.version", "2.42.6")
    path = directory(firmware)
    file = firmware.state_dir / "firmware" / "fw926-2.42.6.rom"
    file.touch()
    assert rom(firmware, path, "fw926.rom") == 200
    file.write_bytes(b"another")
    assert rom(firmware, path, "fw926.rom") == 404


def test_an_operation_puts_its_file_into_the_directory(firmware):
    fetch(firmware)
    firmware.ctl("operation", "add", MAC, "firmware", "--start", "now", "--file",
                 "fw926-2.42.6.rom", "--force")
    path = directory(firmware)
    assert firmware.curl(firmware.url("phones", f"{path}/fw926.rom")) == \
        b"fw926-2.42.6.rom" * 1000
    assert rom(firmware, path, "fw926-2.42.7.rom") == 404
    rows = firmware.ctl("operation", "list", MAC, json=True)["operations"]
    firmware.ctl("operation", "remove", MAC, str(rows[-1]["id"]))
    assert rom(firmware, path, "fw926.rom") == 404


# -- windows of other phones

def params(document):
    return {node.get("name"): node.get("value")
            for node in ElementTree.fromstring(document).iter("param")}


def test_nx70_and_maxwell_are_told_when_to_ask(fleet):
    nx70, maxwell = "7C2F80E0D605", "7C2F80E0D606"
    fleet.add_device(mac=nx70)
    fleet.add_device(mac=maxwell, product="maxwell3")
    assert not any("Provision" in name for name in params(preview(fleet, nx70)["document"]))
    attach(fleet, "default", "fleet")

    def told(mac=nx70):
        return {name: value for name, value in params(preview(fleet, mac)["document"]).items()
                if "Provision" in name}

    prefix = "Provisioning.global.Period"
    assert told() == {prefix: "0", f"{prefix}Start": "00:00", f"{prefix}End": "05:00"}
    assert told(maxwell) == {"System.Provision.Period": "18000"}
    attach(fleet, "days", f"device:{nx70}")
    assert told() == {prefix: "0", f"{prefix}Start": "00:00", f"{prefix}End": "04:00"}
    # What somebody has set is never contradicted.
    fleet.ctl("setting", "set", f"device:{nx70}", prefix, "3600")
    fleet.ctl("setting", "set", "product:maxwell3", "System.Provision.Period", "600")
    assert told() == {prefix: "3600"}
    assert told(maxwell) == {"System.Provision.Period": "600"}
    fleet.ctl("setting", "unset", f"device:{nx70}", prefix)
    attach(fleet, "own", f"device:{nx70}")
    assert told() == {}


def test_old_firmware_is_not_told_of_windows_that_it_does_not_know(fleet):
    nx70 = "7C2F80E0D605"
    fleet.add_device(mac=nx70)
    fetch(fleet, f"{nx70}.xml", f"Gigaset N870 IP PRO/83.V2.31.0;{nx70}", nx70)
    until(lambda: fleet.ctl("device", "show", nx70, json=True).get("firmware"), "its firmware")
    attach(fleet, "default", "fleet")
    assert "PeriodStart" not in preview(fleet, nx70)["document"]
    fetch(fleet, f"{nx70}.xml", f"Gigaset N870 IP PRO/83.V2.32.0;{nx70}", nx70)

    def told():
        fleet.ctl("release", nx70, check=False)
        return "PeriodStart" in preview(fleet, nx70)["document"]

    until(told, "windows")
