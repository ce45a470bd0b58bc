# SPDX-License-Identifier: MIT
"""What people read of desk phones: in their zone, whole, and with a way out."""

import re
from datetime import datetime, timezone

import pytest

from desk_orders import OrderedPhone
from openstage import MAC, add_phone, desk_daemon

SUMMER = datetime(2026, 7, 1, 10, 0, 0, tzinfo=timezone.utc)


@pytest.fixture
def desk(make_daemon):
    daemon = desk_daemon(make_daemon, daemon={"timezone": "Europe/Berlin"})
    daemon.set_clock(SUMMER)
    daemon.start()
    add_phone(daemon)
    return daemon


@pytest.fixture
def phone(desk):
    phone = OrderedPhone(desk, items={"display-id": ""})
    phone.boot()
    return phone


def refused(daemon, *words):
    done = daemon.ctl(*words, check=False)
    assert done.returncode != 0 and not done.stdout
    return done.stderr.decode()


def test_times_are_those_of_the_daemons_zone_in_tables_and_in_sentences(desk, phone):
    phone.contact()
    sessions = desk.ctl("wpi", "sessions")
    assert "UNTIL (Europe/Berlin)" in sessions and "2026-07-01 12:05:00" in sessions
    explained = desk.ctl("explain", MAC)
    assert "it called last on 2026-07-01 12:00:00 Europe/Berlin" in explained
    assert "UTC" not in explained


def test_an_empty_item_that_was_read_is_shown_as_one(desk, phone):
    desk.ctl("wpi", "read", MAC, "display-id", "realm")
    phone.boot("solicited")
    assert re.search(r"display-id '', realm pbx\.example\.net$", desk.ctl("wpi", "orders", MAC),
                     re.M)


def test_a_file_that_is_not_there_is_said_to_be_missing(desk):
    assert refused(desk, "wpi", "file", "add", "nope.wav", "--type", "RINGTONE") == (
        "gigaprovctl: nope.wav: No such file or directory\n")


def test_a_second_line_is_refused_with_the_reason_and_a_way_out(desk):
    for slot in ((), ("--slot", "2")):
        said = refused(desk, "line", "add", MAC, *slot, "--user", "4343", "--sip", "pbx")
        assert "one line here" in said and "function-key-def[2]" in said and "lines_full" in said
    assert len(desk.ctl("line", "list", MAC, json=True)["lines"]) == 1


def test_a_job_without_a_name_is_called_by_its_time(desk):
    desk.ctl("job", "start", "reprovision", "--product", "openstage60", "--now")
    assert desk.ctl("job", "show", "1", json=True)["rollout"] == "reprovision-2026-07-01T10:00:00Z"
