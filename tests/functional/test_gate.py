# SPDX-License-Identifier: MIT
"""Schedules gate change, not service: who is served what, when, by a set clock."""

import contextlib
import json
import re
import sqlite3
from datetime import datetime, timedelta, timezone

import pytest

from gigaprov import until

MAC = "7C2F80E0D605"
OTHER = "7C2F80E0D606"
TONE = "Telephony.0.ToneScheme"
GRACE = timedelta(minutes=10)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
FIRMWARE = "N870-V2.65.0.update.bin"


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


# Wall clock of the window, and when it is open in UTC.
NIGHTS = [
    # The clock goes from 02:00 to 03:00: the window begins when it does.
    ("America/New_York", "02:30", "03:15", "2026-03-08T07:00", "2026-03-08T07:15"),
    # 01:00 to 02:00 twice: from the first 01:30 on, through both.
    ("America/New_York", "01:30", "02:00", "2026-11-01T05:30", "2026-11-01T07:00"),
    # All of it is in the hour that is left out: as long as ever, no night is lost.
    ("Europe/Berlin", "02:00", "03:00", "2026-03-29T01:00", "2026-03-29T02:00"),
    ("Europe/Berlin", "00:00", "05:00", "2026-10-24T22:00", "2026-10-25T04:00"),
    # There is no midnight.
    ("America/Santiago", "00:00", "01:00", "2026-09-06T04:00", "2026-09-06T05:00"),
    # The hour before midnight twice.
    ("America/Santiago", "23:30", "00:30", "2026-04-05T02:30", "2026-04-05T04:30"),
    ("Africa/Cairo", "00:30", "02:00", "2026-04-23T22:00", "2026-04-23T23:00"),
    ("Africa/Cairo", "00:00", "05:00", "2026-10-29T22:00", "2026-10-30T03:00"),
    # Half an hour.
    ("Australia/Lord_Howe", "02:15", "04:00", "2026-10-03T15:30", "2026-10-03T17:00"),
    ("Australia/Lord_Howe", "01:45", "02:15", "2026-04-04T14:45", "2026-04-04T15:45"),
]
OPENS = utc("2026-06-02T22:00")  # 00:00 in Berlin
CLOSES = utc("2026-06-03T03:00")
NOON = utc("2026-06-02T10:00")
NIGHT = {"timezone": "Europe/Berlin", "start": "00:00", "end": "05:00", "interval": "0"}


def tone(daemon, value, scope="fleet"):
    daemon.ctl("setting", "set", scope, TONE, value)


def has(document):
    found = re.search(rb'name="Telephony\.0\.ToneScheme" value="(\w+)"', document)
    return found.group(1).decode() if found else None


def added(document):
    return re.findall(rb'name="add_hs" value="([0-9a-f]{10})"', document)


def metric(daemon, name):
    text = daemon.curl(daemon.url("admin", "/metrics")).decode()
    return int(re.search(rf"^gigaprovd_{name} (\d+)$", text, re.M).group(1))


def add_handset(daemon, number, mac=MAC):
    daemon.ctl("handset", "add", mac, f"029e74a{number:03x}", "--user", f"u{number}",
               "--sip", "pbx", "--password-stdin", stdin=f"hidden-{number}\n")


def step(daemon, what, name="schedule"):
    steps = daemon.ctl("explain", what, json=True)["steps"]
    return next(step for step in steps if step["step"] == name)


@pytest.fixture
def site(make_daemon):
    """A device under a schedule of the nights, which has had its document; it is noon."""
    daemon = make_daemon(settings={"schedule night": NIGHT})
    daemon.set_clock(NOON)
    daemon.start()
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.add_device()
    daemon.ctl("setting", "set", "fleet", "schedule.config", "night")
    tone(daemon, "Germany")
    daemon.fetch()
    return daemon


def test_nights_on_which_clocks_are_changed(make_daemon):
    nights = sorted((utc(opens), utc(closes), zone, start, end)
                    for zone, start, end, opens, closes in NIGHTS)
    daemon = make_daemon(settings={
        f"schedule n{number}": {"timezone": zone, "start": start, "end": end, "interval": "0"}
        for number, (_, _, zone, start, end) in enumerate(nights)})
    daemon.set_clock(nights[0][0] - 12 * HOUR)
    daemon.start()
    served = []
    for number, (opens, closes, zone, start, end) in enumerate(nights):
        mac = f"7C2F80E0D6{number:02X}"
        scope = f"device:{mac}"
        daemon.set_clock(opens - 3 * HOUR)
        daemon.add_device(mac=mac)
        daemon.ctl("setting", "set", scope, "schedule.config", f"n{number}")
        tone(daemon, "New", scope)
        row = [has(daemon.fetch(mac))]
        for value, at in [("A", opens - SECOND), (None, opens), ("B", closes - SECOND),
                          ("C", closes + GRACE - SECOND), ("D", closes + GRACE),
                          (None, closes + HOUR)]:
            daemon.set_clock(at)
            if value:
                tone(daemon, value, scope)
            row.append(has(daemon.fetch(mac)))
        served.append((f"{zone} {start}–{end}", *row))
    assert served == [(f"{zone} {start}–{end}", "New", "New", "A", "B", "C", "C", "C")
                      for _, _, zone, start, end in nights]


def test_a_change_waits_and_is_served_when_the_window_opens(site):
    before = site.fetch()
    tone(site, "Austria")
    add_handset(site, 1)
    assert site.fetch() == before

    # The gate's answer is kept: nothing is made again until it may change.
    renders = metric(site, "fetch_renders_total")
    for at in (NOON + HOUR, OPENS - SECOND):
        site.set_clock(at)
        assert site.fetch() == before
    assert metric(site, "fetch_renders_total") == renders
    assert metric(site, "devices_waiting") == 1

    # Whoever looks is told.
    site.set_clock(NOON + HOUR)
    assert "wait for the windows" in " ".join(site.ctl("status", json=True)["notices"])
    shown = site.ctl("device", "show", MAC, json=True)
    assert shown["waiting_since"] == NOON.timestamp()
    said = step(site, MAC)
    assert (said["outcome"], said["reason"]) == ("held", "outside_window")
    assert (said["schedule"], said["state"]) == ("night", "closed")
    assert said["next"] == OPENS.timestamp() and said["waits_at"] == NOON.timestamp()
    assert TONE in said["waits"] and "add_hs 029e74a001" in said["waits"]
    assert "2026-06-02 22:00:00 UTC" in said["words"] and f"release {MAC}" in said["todo"]
    assert "hidden-1" not in json.dumps(said)
    preview = site.ctl("preview", MAC, "--reveal", json=True)
    assert preview["document"].encode() == before
    assert any("2026-06-02 22:00:00 UTC" in note for note in preview["notes"])
    then = site.ctl("preview", MAC, "--at", str(int(OPENS.timestamp())), "--reveal", json=True)
    assert has(then["document"].encode()) == "Austria"
    assert not any("wait" in note for note in then["notes"])
    waits = site.ctl("diff", MAC, "--waiting", json=True)["differences"]
    assert {"add_hs 029e74a001", TONE} <= {row["name"] for row in waits}
    plain = site.ctl("diff", MAC, json=True)
    assert plain["differences"] == [] and any("wait" in note for note in plain["notes"])

    # All of it is on disk.
    site.kill9()
    site.start()
    assert site.fetch() == before
    assert metric(site, "fetch_renders_total") == 0

    site.set_clock(OPENS)
    after = site.fetch()
    assert has(after) == "Austria" and len(added(after)) == 1
    assert metric(site, "fetch_renders_total") == 1
    assert metric(site, "devices_waiting") == 0
    # Its first handsets have been given: what is not among them may go from now on.
    until(lambda: b"DeleteNotProvisionedHS" in site.fetch(), "the document after it")
    site.set_clock(CLOSES + GRACE)
    assert has(site.fetch()) == "Austria"
    assert site.ctl("device", "show", MAC, json=True)["waiting_since"] is None
    assert site.ctl("diff", MAC, "--waiting", check=False).returncode == 1


def test_a_removal_is_immediate(site):
    site.set_clock(OPENS)
    for number in (1, 2):
        add_handset(site, number)
    site.fetch()
    site.set_clock(NOON + 24 * HOUR)
    full = site.fetch()
    assert len(added(full)) == 2
    add_handset(site, 3)
    site.ctl("handset", "remove", MAC, "029e74a001")
    document = site.fetch()
    assert added(document) == [b"029e74a002"]
    assert b'name="delete_hs" value="029e74a001"' in document
    assert b"hidden-1" not in document and b"hidden-3" not in document
    site.set_clock(OPENS + 24 * HOUR)
    assert added(site.fetch()) == [b"029e74a002", b"029e74a003"]


def test_a_new_device_gets_a_working_file_at_noon(site):
    tone(site, "Austria")
    site.add_device(mac=OTHER)
    add_handset(site, 7, OTHER)
    document = site.fetch(OTHER)
    assert has(document) == "Austria" and added(document) == [b"029e74a007"]
    assert has(site.fetch()) == "Germany"


def test_a_registration_window_opens_and_closes_by_its_own_times(site):
    before = site.fetch()
    tone(site, "Austria")
    start = int((NOON + HOUR).timestamp())
    site.ctl("operation", "add", MAC, "open_registration", "--start", str(start), "--duration",
             "300")
    document = site.fetch()
    assert b"RegStart" in document and has(document) == "Germany"
    site.set_clock(NOON + HOUR + timedelta(seconds=299))
    assert site.fetch() == document
    site.set_clock(NOON + HOUR + timedelta(seconds=300))
    assert site.fetch() == before


def test_somebody_says_now(site):
    site.add_device(mac=OTHER)
    site.ctl("group", "add", "ward")
    site.ctl("device", "set", OTHER, "--group", "ward")
    site.fetch(OTHER)
    assert site.ctl("release", MAC, json=True) == {"released": 0, "failed": 0}
    tone(site, "Austria")
    assert site.ctl("release", MAC, json=True) == {"released": 1, "failed": 0}
    # What is changed after that waits, also where the device has not asked yet.
    tone(site, "Spain")
    site.kill9()
    site.start()
    assert has(site.fetch()) == "Austria"
    assert has(site.fetch(OTHER)) == "Germany"
    audit = [row for row in site.ctl("audit", "list", json=True)["audit"]
             if row["action"] == "device.release"]
    assert [row["object"] for row in audit] == [f"device:{MAC}"]
    assert site.ctl("release", "--group", "ward", json=True) == {"released": 1, "failed": 0}
    assert has(site.fetch(OTHER)) == "Spain" and has(site.fetch()) == "Austria"
    assert site.ctl("release", "--product", "n870", json=True)["released"] == 1
    assert has(site.fetch()) == "Spain"
    for words in ((), (MAC, "--all"), ("--group", "nobody")):
        assert site.ctl("release", *words, check=False).returncode != 0


def test_a_blackout_closes_and_a_schedule_that_is_gone_does_not_open(site):
    tone(site, "Austria")
    site.write_ini(**{"schedule night": {**NIGHT, "blackout": "2026-06-01..2026-06-03"}})
    site.reload()
    site.set_clock(OPENS)
    until(lambda: step(site, MAC)["reason"] == "blackout", "the other schedule")
    assert has(site.fetch()) == "Germany"
    site.set_clock(OPENS + 24 * HOUR)
    assert has(site.fetch()) == "Austria"
    tone(site, "Spain")
    del site.settings["schedule night"]
    site.write_ini()
    site.reload()
    until(lambda: step(site, MAC)["reason"] == "schedule_unknown", "no schedule")
    assert has(site.fetch()) == "Austria"


def test_firmware_is_there_in_its_window_and_a_download_may_finish(site):
    site.write_ini(provisioning={"public_url": "http://prov.example.net"})
    site.reload()
    content = bytes(range(256)) * 400
    (site.directory / FIRMWARE).write_bytes(content)
    site.ctl("firmware", "add", site.directory / FIRMWARE, "--product", "n870")
    agent = ("-A", "Gigaset N870 IP PRO/83.V2.20.0")
    get = ("--digest", "--user", f"{MAC}:A2B4C6D8E0F2", site.url("phones", f"/xml/{MAC}.xml"))
    site.curl(*agent, *get)
    until(lambda: site.ctl("device", "show", MAC, json=True)["firmware"], "its firmware")
    site.ctl("setting", "set", "fleet", "schedule.firmware", "night")
    site.ctl("setting", "set", "fleet", "firmware.version", "newest")
    assert b"/firmware/" not in site.fetch()
    assert step(site, MAC, "firmware_schedule")["reason"] == "outside_window"
    assert any("firmware is left out" in note
               for note in site.ctl("preview", MAC, json=True)["notes"])
    site.set_clock(OPENS)
    path = re.search(rb"http://prov.example.net(/firmware/[^\"<]+)", site.fetch()).group(1).decode()
    url = site.url("phones", path)

    def status(*words):
        return site.curl_status(*words, url)

    assert status() == 200
    # The rest of what was begun, for a while; nothing is begun any more.
    site.set_clock(CLOSES + GRACE - SECOND)
    assert status("-r", "0-99") == 206
    with contextlib.closing(sqlite3.connect(f"file:{site.database}?mode=ro", uri=True)) as db:
        until(lambda: db.execute("SELECT begun_at FROM firmware_begun").fetchone()
              == ((CLOSES + GRACE - SECOND).timestamp(),), "the record of a download")
    site.kill9()
    site.start()
    url = site.url("phones", path)
    site.set_clock(CLOSES + HOUR)
    assert b"/firmware/" not in site.fetch()
    assert status() == 404 and status("-r", "0-99") == 404 and status("-I") == 404
    assert status("-r", "100-199") == 206
    assert step(site, path)["reason"] == "outside_window"
    site.set_clock(CLOSES + 5 * HOUR)
    assert status("-r", "100-199") == 404
    # Closed looks as a wrong token does.
    wrong = url.replace(path.split("/")[3], "0" * len(path.split("/")[3]))
    assert site.curl("-i", url) .split(b"\r\n")[0] == site.curl("-i", wrong).split(b"\r\n")[0]
    assert len(site.curl(url)) == len(site.curl(wrong))


def test_a_clock_that_was_set_is_told(site):
    assert "GIGAPROV_TEST_CLOCK" in " ".join(site.ctl("status", json=True)["notices"])
    assert "the clock is not the system's" in site.log
