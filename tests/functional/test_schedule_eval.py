# SPDX-License-Identifier: MIT
"""`gigaprovctl schedule eval`: the vectors, and questions that are wrong.  No daemon runs."""

import json
import zoneinfo
from datetime import datetime, timedelta, timezone

import pytest

from gigaprov import BUILD, TOP, run

VECTORS = json.loads((TOP / "tests/data/xstim.json").read_text())

# What is asked with a vector's other fields, and what is answered.
ANSWERS = {
    "hash": ["h32"],
    "occurrence": ["open", "close", "open_z", "close_z"],
    "contains": ["start_day"],
    "calendar": ["active"],
    "week": ["day", "wday", "week"],
    "assign_weekly": ["day", "due"],
    "assign_flex": ["cycle_first", "day", "due"],
    "next_due": ["expect"],
}

NIGHT = {"tz": "America/New_York", "start": "00:00", "end": "05:00"}
DUE = {"ask": "next_due", "interval": 1, "mac": "001fc1000000", "now": "2026-01-11T06:00:00Z",
       "enrolled_at": "2026-01-10T12:00:00Z", **NIGHT}


def evaluate(*questions):
    """Questions that are text are sent as they are."""
    lines = [q if isinstance(q, str) else json.dumps(q) for q in questions]
    done = run(BUILD / "gigaprovctl", "schedule", "eval",
               stdin=("\n".join(lines) + "\n").encode())
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("ask", ANSWERS)
def test_every_vector_is_answered_as_it_says(ask):
    questions = [{"ask": ask, **{k: v for k, v in vector.items() if k not in ANSWERS[ask]}}
                 for vector in VECTORS[ask]]
    answers = evaluate(*questions)
    assert len(answers) == len(VECTORS[ask])
    for vector, answer in zip(VECTORS[ask], answers):
        expected = {field: vector[field] for field in ANSWERS[ask]}
        if ask == "next_due":
            expected = vector["expect"] or {"due": None}
        assert {field: answer[field] for field in expected} == expected, vector


def test_minutes_and_hours_are_the_same_question():
    written, counted, named = evaluate(
        DUE, {**DUE, "start": 0, "end": 300}, {**DUE, "days": "mon-sun", "kind": "weekly"})
    assert written == counted == named
    assert written["due"] == "2026-01-15T05:53:20Z"


@pytest.mark.parametrize("mac", ["001FC1000000", "00:1f:c1:00:00:00", "00-1F-C1-00-00-00"])
def test_a_mac_is_the_same_however_it_is_written(mac):
    assert evaluate({**DUE, "mac": mac})[0]["due"] == "2026-01-15T05:53:20Z"


@pytest.mark.parametrize("wrong, words", [
    ({"start": "24:00"}, "start: expected HH:MM"),
    ({"start": "00:60"}, "start: expected HH:MM"),
    ({"end": 1440}, "end: 1440 is out of range, expected a number from 0 to 1439"),
    ({"interval": 13}, "interval: 13 is out of range, expected a number from 0 to 12"),
    ({"interval": -1}, "interval: -1 is out of range"),
    ({"interval": 1.5}, "interval: expected a whole number"),
    ({"kind": "flexible", "interval": 0}, "interval: 0 is out of range, expected a number from 1 to 1000"),
    ({"kind": "flexible", "interval": 1001}, "interval: 1001 is out of range, expected a number from 1 to 1000"),
    ({"kind": "monthly"}, "kind: expected weekly or flexible"),
    ({"idle": 121}, "inactivity: 121 is out of range, expected a number from 0 to 120"),
    ({"days": 128}, "days: 128 is out of range, expected a number from 0 to 127"),
    ({"days": "noday"}, "days: \"noday\" is not a day of the week"),
    ({"tz": "Europe/Atlantis"}, "tz: Europe/Atlantis is not a time zone"),
    ({"tz": "../../../etc/passwd"}, "is not the name of a time zone"),
    ({"tz": 5}, "tz: expected a text"),
    ({"anchor": "yesterday"}, "anchor: expected a date"),
    ({"anchor": "2026-02-30"}, "anchor: expected a date"),
    ({"equal": "never"}, "equal: expected point or allday"),
    ({"missed": "perhaps"}, "missed: expected next-window or skip"),
    ({"mac": "001fc100000"}, "mac: expected 12 hex digits"),
    ({"mac": None}, "mac: expected a text"),
    ({"now": "noon"}, "now: expected an instant"),
    ({"ask": "next_duo"}, "did you mean next_due?"),
    ({"ask": None}, "ask: expected a text"),
    ({"intervall": 1}, "intervall: no question has this field"),
    ({"blackout": [["2026-01-02", "2026-01-01"]]}, "blackout: ends before it begins"),
])
def test_what_is_wrong_is_said_and_the_next_line_answered(wrong, words):
    bad, good = evaluate({**DUE, **wrong}, DUE)
    assert words in bad["error"]
    assert set(bad) == {"error", "line"} and bad["line"] == 1
    assert good["due"] == "2026-01-15T05:53:20Z"


def test_what_is_no_question_is_answered_too():
    lines = ["{", "[]", "null", '"x"', '{"ask":"week","ask":"week"}', "\x00", "[" * 100000,
             json.dumps({"ask": "week", "date": "x" * 2_000_000})]
    answers = evaluate(*lines, {"ask": "week", "date": "1970-01-04"})
    assert [set(a) for a in answers[:-1]] == [{"error", "line"}] * len(lines)
    assert answers[-1] == {"day": 3, "wday": 0, "week": 1}


def test_no_line_is_no_answer():
    assert evaluate("", "   ") == []


def test_an_empty_mask_and_a_blackout_without_end_are_never():
    empty, ever = evaluate({**DUE, "days": 0},
                           {**DUE, "blackout": [["2026-01-01", "2099-01-01"]]})
    assert empty["due"] is None and ever["due"] is None


def test_a_schedule_is_said_in_a_sentence():
    answer, = evaluate({"ask": "sentence", "tz": "Europe/Berlin", "start": "00:00", "end": "05:00",
                        "interval": 1, "days": "mon-fri", "mac": "7C2F80E0D605"})
    head, tail = answer["sentence"].split("; ")
    assert head == "Mon–Fri between 00:00 and 05:00 Europe/Berlin, each phone once a week"
    assert tail.startswith("7C2F80E0D605 on ") and answer["warnings"] == []


@pytest.mark.parametrize("name", ["America/New_York", "Europe/Berlin", "America/Santiago",
                                  "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia"])
def test_windows_of_forty_years_open_when_the_wall_clock_says(name):
    """Against Python's zoneinfo: the open instant reads as the start, or jumps over it."""
    zone = zoneinfo.ZoneInfo(name)
    days = [datetime(2010, 1, 1) + timedelta(days=n) for n in range(0, 14600, 3)]
    questions = [{"ask": "occurrence", "tz": name, "start": 150, "end": "03:30",
                  "start_day": day.strftime("%Y-%m-%d")} for day in days]
    for day, answer in zip(days, evaluate(*questions)):
        due = day + timedelta(minutes=150)
        found = datetime.fromtimestamp(answer["open"], timezone.utc).astimezone(zone)
        before = datetime.fromtimestamp(answer["open"] - 1, timezone.utc).astimezone(zone)
        assert found.replace(tzinfo=None) >= due > before.replace(tzinfo=None)
        assert found.fold == 0 and answer["close"] > answer["open"]
