# SPDX-License-Identifier: MIT
"""Jobs: something is done to many devices, each in its window, in waves, and in spite of kills."""

import contextlib
import random
import re
import socket
import sqlite3
from datetime import datetime, timedelta, timezone

import pytest

from gigaprov import until

SECRET = "A2B4C6D8E0F2"
TONE = "Telephony.0.ToneScheme"
NIGHT = {"timezone": "UTC", "start": "00:00", "end": "05:00", "interval": "0"}
FIRMWARE = "N870-V2.65.0.update.bin"


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


NOON = utc("2026-06-02T12:00")
OPENS = utc("2026-06-03T00:00")
CLOSES = utc("2026-06-03T05:00")


def mac_of(number):
    return f"7C2F80E0D6{number:02X}"


@pytest.fixture
def site(make_daemon):
    """A daemon whose clock stands at noon; windows are at night."""
    daemon = make_daemon(settings={
        "schedule night": NIGHT,
        "daemon": {"timezone": "UTC", "firmware_dir": "firmware"},
        "provisioning": {"public_url": "http://prov.example.net"}})
    (daemon.directory / "firmware").mkdir()
    daemon.write_ini(daemon={"firmware_dir": daemon.directory / "firmware"})
    daemon.set_clock(NOON)
    return daemon.start()


def populate(daemon, count):
    macs = [mac_of(number) for number in range(count)]
    for mac in macs:
        daemon.add_device(mac)
    return macs


def start(daemon, *words):
    return daemon.ctl("job", "start", *words, json=True)["id"]


def show(daemon, job):
    return daemon.ctl("job", "show", job, json=True)


def devices(daemon, job, *words):
    return {row["mac"]: row
            for row in daemon.ctl("job", "devices", job, *words, json=True)["devices"]}


def at_state(daemon, job, mac, state):
    return until(lambda: devices(daemon, job).get(mac, {}).get("state") == state,
                 f"{mac} to be {state}")


def fetch(daemon, mac, *words):
    """As a phone does; it does not wait for any record."""
    return daemon.curl("--fail", "--digest", "--user", f"{mac}:{SECRET}", *words,
                       daemon.url("phones", f"/xml/{mac}.xml"))


def test_devices_have_their_turn_in_the_window_and_the_first_ones_first(site):
    macs = populate(site, 4)
    for mac in macs:
        site.fetch(mac)
    site.ctl("setting", "set", "fleet", "schedule.config", "night")
    site.ctl("setting", "set", "fleet", TONE, "USA")
    job = start(site, "reprovision", "--product", "n870", "--schedule", "night",
                "--canary", macs[2])
    until(lambda: show(site, job)["state"] == "running", "the devices to be selected")
    rows = devices(site, job)
    assert {mac: row["reason"] for mac, row in rows.items()} == {
        macs[0]: "wave-closed", macs[1]: "wave-closed", macs[2]: "outside-window",
        macs[3]: "wave-closed"}
    due = datetime.fromtimestamp(rows[macs[2]]["due_at"], timezone.utc)
    assert OPENS <= due < CLOSES
    # A poll in the day is no evidence, and does not get what waits.
    assert b"USA" not in fetch(site, macs[2])
    site.set_clock(due - timedelta(seconds=1))
    assert b"USA" in fetch(site, macs[2]), "the window is open for polls"
    assert devices(site, job)[macs[2]]["state"] == "waiting"
    site.set_clock(due)
    at_state(site, job, macs[2], "offered")
    assert b"USA" in fetch(site, macs[2])
    at_state(site, job, macs[2], "confirmed")
    # Next: all others, each when it is due.
    until(lambda: all(row["due_at"] or row["ended_at"] for row in devices(site, job).values()),
          "the next wave")
    # Who is offered it has another time to come: that by which it must have fetched.
    while waiting := [row for row in devices(site, job).values()
                      if row["state"] in ("waiting", "offered")]:
        row = min(waiting, key=lambda row: (row["state"] == "waiting", row["due_at"]))
        if row["state"] == "waiting":
            site.set_clock(datetime.fromtimestamp(row["due_at"], timezone.utc))
        at_state(site, job, row["mac"], "offered")
        fetch(site, row["mac"])
        at_state(site, job, row["mac"], "confirmed")
    assert until(lambda: show(site, job)["state"] == "done", "the end")
    shown = show(site, job)
    assert (shown["devices"], shown["confirmed"], shown["failed"]) == (4, 4, 0)
    assert [wave["wave"] for wave in shown["waves"]] == ["canary", "100%"]
    actions = [row["action"] for row in site.ctl("audit", "list", json=True)["audit"]]
    assert actions.count("job.start") == 1


def test_a_job_that_says_now_releases_what_waits(site):
    macs = populate(site, 2)
    for mac in macs:
        site.fetch(mac)
    site.ctl("setting", "set", "fleet", "schedule.config", "night")
    site.ctl("setting", "set", "fleet", TONE, "USA")
    assert b"USA" not in fetch(site, macs[0])
    job = start(site, "reprovision", "--mac", macs[0], "--now")
    at_state(site, job, macs[0], "offered")
    assert b"USA" in fetch(site, macs[0])
    at_state(site, job, macs[0], "confirmed")
    assert show(site, job)["state"] == "done"
    assert b"USA" not in fetch(site, macs[1])


def test_firmware_is_confirmed_by_the_user_agent(site):
    mac = populate(site, 1)[0]
    (site.directory / "firmware" / FIRMWARE).write_bytes(b"firmware")
    site.ctl("firmware", "add", FIRMWARE, "--product", "n870")
    job = start(site, "firmware", "--all", "--version", "2.65.0", "--now")
    at_state(site, job, mac, "offered")
    agent = "Gigaset N870 IP PRO/83.V{}+build.5f0a106;{};Handset=250"
    document = fetch(site, mac, "-A", agent.format("2.53.0", mac))
    assert FIRMWARE.encode() in document
    until(lambda: devices(site, job)[mac]["reason"] == "fetched", "the fetch to be noted")
    fetch(site, mac, "-A", agent.format("2.65.0", mac))
    at_state(site, job, mac, "confirmed")
    assert "2.65.0" in devices(site, job)[mac]["reason"]
    assert FIRMWARE.encode() not in fetch(site, mac)


def test_a_registration_window_opens_and_closes(site):
    mac = populate(site, 1)[0]
    job = start(site, "open_registration", "--all", "--now", "--duration", "600")
    at_state(site, job, mac, "offered")
    assert f'name="RegStart" value="{int(NOON.timestamp())}"'.encode() in fetch(site, mac)
    at_state(site, job, mac, "confirmed")
    assert show(site, job)["state"] == "done"
    site.set_clock(NOON + timedelta(seconds=600))
    assert b"RegStart" not in fetch(site, mac)


def test_failures_stop_a_job_until_it_is_resumed(site):
    macs = populate(site, 6)
    job = start(site, "reprovision", "--all", "--now", "--stop-after", "2", "--windows", "1",
                "--waves", "100")
    for mac in macs:
        at_state(site, job, mac, "offered")
    for mac in macs[:3]:
        fetch(site, mac)
        at_state(site, job, mac, "confirmed")
    site.set_clock(NOON + timedelta(days=2))
    until(lambda: show(site, job)["state"] == "stopped", "failures to stop the job")
    assert "failed" in show(site, job)["reason"]
    states = [row["state"] for row in devices(site, job).values()]
    assert states.count("failed") == 2 and states.count("waiting") == 1
    assert f"job={job}" in site.log and "does not go on by itself" in site.log
    last = next(iter(devices(site, job, "--state", "waiting")))
    site.ctl("job", "resume", job)
    at_state(site, job, last, "offered")
    fetch(site, last)
    until(lambda: show(site, job)["state"] == "done", "the end")


def test_each_selector_takes_its_devices(site):
    ward, plain, desk, registered = (mac_of(number) for number in range(4))
    site.ctl("group", "add", "ward")
    site.add_device(ward, group="ward")
    site.add_device(plain)
    site.add_device(desk, product="maxwell3")
    user, password = site.add_account()
    site.rpc(user, password).autoprov.registerDevice(registered, "https://pbx.example.net/x.xml",
                                                     "Daryna")
    site.ctl("device", "set", registered, "--product", "n670")
    agent = "Gigaset N870 IP PRO/83.V{}+build.5f0a106;{};Handset=250"
    for mac, version in ((ward, "2.53.0"), (plain, "2.65.0")):
        fetch(site, mac, "-A", agent.format(version, mac))
        until(lambda mac=mac, version=version: version in (
            site.ctl("device", "show", mac, json=True)["firmware"] or ""), "its version")

    def taken(*words):
        job = start(site, "reprovision", *words, "--schedule", "night")
        until(lambda: show(site, job)["state"] in ("running", "done"), "the selection")
        macs = set(devices(site, job))
        if not macs:
            assert "no device" in show(site, job)["reason"]
        elif show(site, job)["state"] == "running":
            site.ctl("job", "stop", job)
        return macs

    assert taken("--group", "ward") == {ward}
    assert taken("--product", "maxwell3") == {desk}
    assert taken("--product", "n870") == {ward, plain}
    assert taken("--provider", "Daryna") == {registered}
    assert taken("--provider", "Daryna", "--product", "n870") == set()
    assert taken("--firmware", "2.65.0") == {plain}
    assert taken("--firmware-below", "2.60.0") == {ward}
    assert taken("--product", "n870", "--firmware-below", "2.99.0") == {ward, plain}
    assert taken("--group", "ward", "--firmware-below", "2.50.0") == set()
    assert taken("--mac", plain, "--mac", desk) == {plain, desk}
    assert taken("--all") == {ward, plain, desk, registered}


def test_pause_and_stop(site):
    macs = populate(site, 2)
    job = start(site, "reprovision", "--mac", macs[0], "--mac", macs[1], "--now")
    at_state(site, job, macs[1], "offered")
    site.ctl("job", "pause", job)
    assert show(site, job)["state"] == "paused"
    assert any("paused" in words for words in site.ctl("status", json=True)["notices"])
    # What was offered before may still end.
    fetch(site, macs[0])
    at_state(site, job, macs[0], "confirmed")
    site.ctl("job", "stop", job)
    until(lambda: show(site, job)["state"] == "stopped", "the stop")
    assert devices(site, job)[macs[1]]["reason"] == "stopped"
    failed = site.ctl("job", "stop", job, check=False)
    assert failed.returncode != 0 and b"stopped already" in failed.stderr


@pytest.mark.parametrize("words, said", [
    (("reboot", "--all"), b"restart"),
    (("restart",), b"which devices"),
    (("restart", "--provider", "nobody"), b"provider"),
    (("restart", "--product", "n871"), b"n871"),
    (("restart", "--firmware-below", "old"), b"2.65.0"),
    (("restart", "--all", "--stop-after", "lots"), b"3%"),
    (("restart", "--all", "--schedule", "night", "--now"), b"two ways"),
    (("restart", "--group", "ward"), b"group"),
    (("restart", "--mac", "7C2F80E0D6FF"), b"7C2F80E0D6FF"),
    (("restart", "--all", "--schedule", "noon"), b"night"),
    (("restart", "--all", "--waves", "50,10"), b"grow"),
    (("restart", "--all", "--tries", "0"), b"tries is 1 to"),
    (("firmware", "--all", "--version", "9.9.9"), b"9.9.9"),
])
def test_what_is_wrong_is_said_and_nothing_is_begun(site, words, said):
    populate(site, 1)
    failed = site.ctl("job", "start", *words, check=False)
    assert failed.returncode != 0
    assert said in failed.stderr
    assert site.ctl("job", "list", json=True)["jobs"] == []


def test_viewers_look_and_admins_order(site):
    populate(site, 1)
    site.add_account("vera", "vera's password", "viewer", ())
    url = site.url("admin", "/api/v1/jobs")
    who = ("--digest", "--user", "vera:vera's password")
    assert site.curl_status(*who, url) == 200
    assert site.curl_status(*who, "-H", "Content-Type: application/json", "-d",
                            '{"kind": "restart", "all": true}', url) == 403


def rows_of(site, job):
    with contextlib.closing(sqlite3.connect(f"file:{site.database}?mode=ro", uri=True)) as db:
        return {f"{mac:012X}": (state, attempts) for mac, state, attempts in db.execute(
            "SELECT mac, state, attempts FROM job_device WHERE job_id = ?", (job,))}


def test_a_job_that_is_killed_again_and_again_ends_like_any_other(site):
    macs = populate(site, 40)
    dice = random.Random(4711)
    job = start(site, "reprovision", "--all", "--now", "--waves", "10,50,100",
                "--max-concurrent", "0", "--per-minute", "0")
    kills = 0
    while kills < 10 or show(site, job)["state"] != "done":
        offered = [mac for mac, (state, _) in rows_of(site, job).items() if state == "offered"]
        for mac in dice.sample(offered, min(len(offered), 3)):
            fetch(site, mac)
        if kills < 10:
            site.kill9()
            site.start()
            kills += 1
    rows = rows_of(site, job)
    assert set(rows) == set(macs)
    # Nothing is forgotten, and nothing was offered twice.
    assert set(rows.values()) == {("confirmed", 1)}
    assert [wave["confirmed"] for wave in show(site, job)["waves"]] == [
        wave["devices"] for wave in show(site, job)["waves"]]
    assert re.search(rf"job is done.*job={job}\b", site.log) or "done" in show(site, job)["state"]


def test_whom_a_kill_has_kept_from_being_told_is_told_then(make_daemon):
    """Offers are on disk and orders to tell are not: no try is lost with them."""
    daemon = make_daemon(settings={"sip": {"notify": "yes", "address": "127.0.0.1", "rate": 1,
                                           "t1_ms": 60000, "t2_ms": 60000}})
    daemon.set_clock(NOON)
    daemon.start()
    macs = populate(daemon, 6)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phones:
        phones.bind(("127.0.0.1", 0))
        phones.settimeout(60)

        def told():
            return phones.recv(65536).decode().split("@")[0][-12:]

        daemon.ctl("setting", "set", "fleet", "notify.uri",
                   f"sip:%MACD@127.0.0.1:{phones.getsockname()[1]}")
        job = start(daemon, "reprovision", "--all", "--now")
        first = told()
        for mac in macs:
            at_state(daemon, job, mac, "offered")
        daemon.kill9()
        daemon.write_ini(sip={"rate": 1000})
        daemon.start()
        # The clock stands still: nobody's try is over.  Who had been told may be told once more
        # where not even that was on record.
        others = {told()}
        while len(others | {first}) < len(macs):
            others.add(told())
    assert {row["attempts"] for row in devices(daemon, job).values()} == {1}


def test_a_try_that_a_kill_came_into_is_not_counted(make_daemon):
    daemon = make_daemon(settings={"sip": {"notify": "yes", "address": "127.0.0.1",
                                           "t1_ms": 60000, "t2_ms": 60000}})
    daemon.set_clock(NOON)
    daemon.start()
    mac = daemon.add_device()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        daemon.ctl("setting", "set", "fleet", "notify.uri",
                   f"sip:%MACD@127.0.0.1:{deaf.getsockname()[1]}")
        job = start(daemon, "reprovision", "--mac", mac, "--now", "--tries", "1")
        at_state(daemon, job, mac, "offered")
        daemon.kill9()
        daemon.start()
        daemon.set_clock(NOON + timedelta(hours=1))
        until(lambda: devices(daemon, job)[mac]["attempts"] == 2, "another try")
        assert devices(daemon, job)[mac]["state"] == "offered"
        # What the daemon has seen to its end is.
        daemon.set_clock(NOON + timedelta(hours=2))
        at_state(daemon, job, mac, "failed")
        assert devices(daemon, job)[mac]["attempts"] == 2


def test_a_device_is_told_when_its_turn_has_come(make_daemon):
    daemon = make_daemon(settings={"sip": {"notify": "yes", "address": "127.0.0.1"}}).start()
    mac = daemon.add_device()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(60)
        daemon.ctl("setting", "set", f"device:{mac}", "notify.uri",
                   f"sip:100@127.0.0.1:{phone.getsockname()[1]}")
        job = start(daemon, "restart", "--mac", mac, "--now")
        message, sender = phone.recvfrom(65536)
        lines = message.decode().split("\r\n")
        assert lines[0].startswith("NOTIFY sip:100@127.0.0.1")
        assert "Event: check-sync;reboot=true" in lines
        kept = [line for line in lines
                if re.match("(via|from|to|call-id|cseq):", line, re.I)]
        phone.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode(),
                     sender)
        # That it has accepted is no proof; that it comes is.
        assert devices(daemon, job)[mac]["state"] == "offered"
        fetch(daemon, mac)
        at_state(daemon, job, mac, "confirmed")
    assert show(daemon, job)["state"] == "done"
