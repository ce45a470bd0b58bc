# SPDX-License-Identifier: MIT
"""Schedules in the ini, attached by settings, and when a device's turn comes."""

import json
import re
import subprocess
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from gigaprov import BUILD, until

MAC = "7C2F80E0D605"
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = {"timezone": "Europe/Berlin", "start": "00:00", "end": "05:00", "days": "mon-fri"}
NIGHT_SAYS = "Mon–Fri between 00:00 and 05:00 Europe/Berlin, each phone once a week"


@pytest.fixture
def fleet(make_daemon):
    daemon = make_daemon(settings={
        "schedule night": NIGHT,
        "schedule noon": {"start": "12:00", "end": "12:30", "interval": 0,
                          "timezone": "America/New_York"},
        "schedule open": {"start": "00:00", "end": "00:00", "equal": "allday", "interval": 0},
    }).start()
    daemon.ctl("group", "add", "ward")
    daemon.ctl("device", "add", MAC, "--product", "n870", "--group", "ward")
    return daemon


def check(text, tmp_path):
    ini = tmp_path / "x.ini"
    ini.write_text("[listener p]\nserves = phones\n" + text, encoding="utf-8")
    return subprocess.run([BUILD / "gigaprovd", "--check", "-c", ini], capture_output=True,
                          text=True, check=False), str(ini)


def test_a_check_says_what_a_schedule_means(tmp_path):
    done, ini = check("[daemon]\ntimezone = Europe/Berlin\n[schedule night]\n"
                      "start = 00:00\nend = 05:00\ndays = mon-fri\n", tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout == f"{ini}: good\n[schedule night]: {NIGHT_SAYS}\n"


def test_bad_schedules_are_all_told_with_file_and_line(tmp_path):
    done, ini = check("[schedule a]\nstart = 24:00\nend = 05:00\ninterval = 13\n"
                      "timezone = Mars/Base\ndays =\n[schedule b]\nstart = 02:00\nend = 02:00\n",
                      tmp_path)
    assert done.returncode != 0
    lines = done.stderr.splitlines()
    for number, key in ((4, "start"), (6, "interval"), (7, "timezone"), (8, "days")):
        assert any(line.startswith(f"{ini}:{number}: [schedule a] {key}:") for line in lines), key


WRONG = [  # key, value, what is said of it
    ("start", "24:00", "expected a time"), ("start", "00:60", "expected a time"),
    ("end", "24:00", "expected a time"), ("end", "05:60", "expected a time"),
    ("interval", "13", "from 0 to 12"), ("inactivity", "121", "from 0 to 120"),
    ("days", "", "empty"), ("days", "funday", "not a day of the week"),
    ("timezone", "Europe/Atlantis", "not a time zone"), ("anchor", "2026-02-30", "not a date"),
]


@pytest.mark.parametrize("key, value, words", WRONG)
def test_what_cannot_be_is_refused_with_its_line(tmp_path, key, value, words):
    keys = {"start": "00:00", "end": "05:00", key: value}
    lines = ["[schedule x]", *(f"{name} = {text}" for name, text in keys.items())]
    done, ini = check("\n".join(lines) + "\n", tmp_path)
    assert done.returncode != 0
    said, = [line for line in done.stderr.splitlines() if "[schedule x]" in line]
    assert said.startswith(f"{ini}:{3 + [*keys].index(key) + 1}: [schedule x] {key}:")
    assert words in said


@pytest.mark.parametrize("interval", ["0", "1001"])
def test_what_no_flexible_schedule_has_is_refused_with_its_line(tmp_path, interval):
    done, ini = check("[schedule x]\nstart = 00:00\nend = 05:00\nkind = flexible\n"
                      f"interval = {interval}\n", tmp_path)
    assert done.returncode != 0
    assert f"{ini}:7: [schedule x] interval:" in done.stderr


def test_odd_schedules_are_warned_of_with_file_and_line(tmp_path):
    done, ini = check("[schedule b]\nstart = 02:00\nend = 02:00\n[schedule c]\nstart = 02:00\n"
                      "end = 02:20\ninactivity = 30\n", tmp_path)
    assert done.returncode == 0
    first, second = done.stderr.splitlines()
    assert first.startswith(f"{ini}:5: warning: [schedule b] end = start:")
    assert second.startswith(f"{ini}:9: warning: [schedule c] inactivity:")


def test_schedules_are_listed_and_shown(fleet):
    rows = fleet.ctl("schedule", "list", json=True)["schedules"]
    assert [row["name"] for row in rows] == ["night", "noon", "open"]
    assert rows[0]["sentence"] == NIGHT_SAYS
    assert rows[2]["state"] == "open"
    shown = fleet.ctl("schedule", "show", "night", json=True)
    assert shown["start"] == "00:00" and shown["end"] == "05:00" and shown["grace"] == 600
    assert shown["days"] == "mon tue wed thu fri" and shown["timezone"] == "Europe/Berlin"
    done = fleet.ctl("schedule", "show", "day", check=False)
    assert b"schedule_unknown" in done.stderr and done.returncode != 0
    assert b"the configuration has night, noon, open" in done.stderr


def test_a_start_says_what_schedules_mean(fleet):
    assert f'msg=schedule name=night means="{NIGHT_SAYS}"' in fleet.log
    warning, = [line for line in fleet.log.splitlines() if "level=warn" in line]
    assert "warning: [schedule noon] the window is open on working days" in warning
    fleet.write_ini(**{"schedule odd": {"start": "02:00", "end": "02:00"}})
    fleet.reload()
    until(lambda: "warning: [schedule odd] end = start:" in fleet.log, "the warning")


def test_a_list_of_schedules_has_pages(make_daemon):
    names = [f"s{n:03}" for n in range(250)]
    daemon = make_daemon(settings={f"schedule {name}": NIGHT for name in names}).start()
    assert [row["name"] for row in daemon.ctl("schedule", "list", json=True)["schedules"]] == names


def test_a_setting_names_a_schedule_that_there_is(fleet):
    done = fleet.ctl("setting", "set", "group:ward", "schedule.config", "nigth", check=False)
    assert done.returncode != 0
    assert b"there is no schedule 'nigth'; the configuration has night, noon, open" in done.stderr
    for bad in (("fleet", "schedule.dns", "night"),
                ("handset:029e74a599", "schedule.config", "night")):
        assert fleet.ctl("setting", "set", *bad, check=False).returncode != 0
    assert fleet.ctl("setting", "list", "group:ward", json=True)["settings"] == []
    fleet.ctl("setting", "set", "group:ward", "schedule.config", "night")
    why = fleet.ctl("setting", "why", MAC, "schedule.config", json=True)
    winner, = [link for link in why["chain"] if link["wins"]]
    assert (winner["scope"], winner["value"]) == ("group:ward", "night")


def test_what_setting_why_means_is_a_sentence(fleet):
    def means():
        return json.loads(fleet.curl(
            "--unix-socket", str(fleet.socket),
            f"http://localhost/api/v1/devices/{MAC}/settings/schedule.config"))["means"]

    assert means() == "Always open"
    fleet.ctl("setting", "set", "fleet", "schedule.config", "night")
    assert means() == NIGHT_SAYS


def test_schedules_never_reach_a_document(fleet):
    before = fleet.ctl("preview", MAC)
    fleet.ctl("setting", "set", "fleet", "schedule.firmware", "night")
    assert fleet.ctl("preview", MAC) == before
    # What phones are told of it is in test_xstim.py; its name is ours.
    fleet.ctl("setting", "set", "fleet", "schedule.config", "night")
    document = fleet.ctl("preview", MAC)
    assert "schedule" not in document and "night" not in document


def test_a_device_has_its_turn_when_the_command_says(fleet):
    fleet.ctl("setting", "set", "fleet", "schedule.config", "open")
    fleet.ctl("setting", "set", "group:ward", "schedule.config", "night")
    answer = fleet.ctl("schedule", "next", MAC, json=True)
    config, firmware = answer["schedules"]
    assert (config["schedule"], config["scope"]) == ("night", "group:ward")
    due = datetime.fromtimestamp(config["due_at"], timezone.utc).astimezone(BERLIN)
    assert due.strftime("%Y-%m-%d") == config["day"] and due.weekday() < 5 and due.hour < 5
    assert config["opens_at"] <= config["due_at"] < config["closes_at"]
    assert config["due_at"] >= time.time() - 60
    assert re.fullmatch(rf"{NIGHT_SAYS}; {MAC} on {due:%A} at 0[0-4]:[0-5][0-9]",
                        config["sentence"])
    assert (firmware["schedule"], firmware["state"], firmware["due_at"]) == (None, "open", None)
    assert "night" in fleet.ctl("schedule", "next", MAC)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def due_day(daemon, setting):
    row, = [row for row in daemon.ctl("schedule", "next", MAC, json=True)["schedules"]
            if row["setting"] == setting]
    return row["day"]


@pytest.fixture
def sunday(make_daemon):
    """A device under a weekly schedule; a Sunday's noon, with which a week has begun."""
    daemon = make_daemon(settings={
        "schedule night": NIGHT,
        "provisioning": {"public_url": "http://prov.example.net"}})
    (daemon.directory / "firmware").mkdir()
    daemon.write_ini(daemon={"firmware_dir": daemon.directory / "firmware"})
    daemon.set_clock(utc("2026-06-07T12:00"))
    daemon.start()
    daemon.add_device(MAC)
    return daemon


def test_cycles_count_successes_and_not_visits(sunday):
    sunday.ctl("setting", "set", "fleet", "schedule.config", "night")
    assert "2026-06-07" < due_day(sunday, "schedule.config") < "2026-06-14"
    # Its document, all of it, whenever it comes for it: this week is done.
    sunday.fetch()
    assert "2026-06-14" < due_day(sunday, "schedule.config") < "2026-06-21"
    sunday.set_clock(utc("2026-06-14T12:00"))
    sunday.ctl("setting", "set", "fleet", "Telephony.0.ToneScheme", "USA")
    # It was here, and what it waits for was not there: this week's turn is still to come.
    assert b"USA" not in sunday.fetch()
    assert "2026-06-14" < due_day(sunday, "schedule.config") < "2026-06-21"
    sunday.ctl("release", MAC)
    assert b"USA" in sunday.fetch()
    assert "2026-06-21" < due_day(sunday, "schedule.config") < "2026-06-28"
    # It comes again, with nothing new for it, which a kill makes nobody forget for long.
    sunday.set_clock(utc("2026-06-21T12:00"))
    sunday.kill9()
    sunday.start()
    assert "2026-06-21" < due_day(sunday, "schedule.config") < "2026-06-28"
    sunday.fetch()
    assert "2026-06-28" < due_day(sunday, "schedule.config") < "2026-07-05"


def test_for_firmware_a_success_is_to_run_what_it_should(sunday):
    agent = "Gigaset N870 IP PRO/83.V{}+build.5f0a106;{};Handset=250"

    def fetch(version):
        sunday.curl("--fail", "--digest", "--user", f"{MAC}:A2B4C6D8E0F2", "-A",
                    agent.format(version, MAC), sunday.url("phones", f"/xml/{MAC}.xml"))
        until(lambda: version in (sunday.ctl("device", "show", MAC, json=True)["firmware"] or ""),
              "the version to be known")

    (sunday.directory / "firmware" / "N870-V2.65.0.bin").write_bytes(b"firmware")
    sunday.ctl("firmware", "add", "N870-V2.65.0.bin", "--product", "n870")
    sunday.ctl("setting", "set", "fleet", "schedule.firmware", "night")
    sunday.ctl("setting", "set", "fleet", "firmware.version", "2.65.0")
    fetch("2.53.0")
    assert "2026-06-07" < due_day(sunday, "schedule.firmware") < "2026-06-14"
    fetch("2.65.0")
    until(lambda: "2026-06-14" < due_day(sunday, "schedule.firmware") < "2026-06-21",
          "this week to be done")


def test_a_schedule_that_has_gone_is_told_and_never_open(fleet):
    fleet.ctl("setting", "set", "group:ward", "schedule.firmware", "noon")
    assert not any("schedule" in text for text in fleet.ctl("status", json=True)["notices"])
    del fleet.settings["schedule noon"]
    fleet.write_ini()
    fleet.reload()
    until(lambda: "a schedule is missing" in fleet.log, "the warning")
    notice, = [text for text in fleet.ctl("status", json=True)["notices"] if "[schedule" in text]
    assert "schedule.firmware is noon in group:ward" in notice
    _, firmware = fleet.ctl("schedule", "next", MAC, json=True)["schedules"]
    assert (firmware["state"], firmware["due_at"]) == ("missing", None)
    assert firmware["sentence"] == "Never open: the configuration has no [schedule noon]"
    fleet.write_ini(**{"schedule noon": {"start": "12:00", "end": "13:00"}})
    fleet.reload()
    until(lambda: not any("[schedule" in text
                          for text in fleet.ctl("status", json=True)["notices"]), "it to be there")
