# SPDX-License-Identifier: MIT
"""Desk phones that say that nothing was changed at them, and need not tell it all again."""

from datetime import datetime, timedelta, timezone

import pytest

from openstage import MAC, Phone, add_phone, desk_daemon, item_xml

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=timezone.utc)
ASKED = "ReadAllItems"


@pytest.fixture
def desk(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"unchanged_hours": 24})
    daemon.set_clock(NOON)
    daemon.start()
    add_phone(daemon)
    return daemon


@pytest.fixture
def phone(desk):
    """Configured, and as it was since then."""
    phone = Phone(desk, items={"country-iso": "DE"})
    assert phone.boot()[0] == ASKED
    phone.changed = "false"
    return phone


def test_a_phone_that_has_all_and_is_unchanged_is_not_asked_again(desk, phone):
    # What it was written, it has not told yet; it has taken it.
    assert phone.boot() == ["CleanUp"]
    assert phone.boot("solicited") == ["CleanUp"]
    assert desk.ctl("wpi", "status", MAC, json=True)["phones"][0]["outcome"] == "CONFIGURED"
    assert "if it says that nothing was changed" in desk.ctl("explain", MAC)


def test_without_the_key_every_phone_is_asked(make_daemon):
    desk = desk_daemon(make_daemon).start()
    add_phone(desk)
    phone = Phone(desk)
    phone.changed = "false"
    assert phone.boot()[0] == ASKED
    assert phone.boot()[0] == ASKED


def test_what_was_changed_here_is_written(desk, phone):
    desk.ctl("setting", "set", f"device:{MAC}", "country-iso", "AT")
    assert phone.boot() == [ASKED, "WriteItems", "CleanUp"]
    assert phone.items["country-iso"] == "AT"
    assert phone.boot() == ["CleanUp"]


def test_what_was_changed_there_is_overwritten_by_the_next_start_up(desk, phone):
    desk.ctl("setting", "set", f"device:{MAC}", "country-iso", "AT")
    phone.boot()
    phone.items["country-iso"] = "FR"
    answer = phone.contact("local-changes", [item_xml("configuration-attached-flag", "true"),
                                             item_xml("configuration-attached-number", "1"),
                                             item_xml("country-iso", "FR")])
    assert answer.action == "CleanUp"
    assert phone.boot() == [ASKED, "WriteItems", "CleanUp"]
    assert phone.items["country-iso"] == "AT"


def test_a_phone_that_is_not_believed_is_asked(desk, phone):
    phone.changed = "true"
    assert phone.boot()[0] == ASKED
    phone.changed = "false"
    # Other firmware takes what the one before refused, and forgets what it likes.
    phone.version = "V3 R5.13.0"
    assert phone.boot()[0] == ASKED
    assert phone.boot() == ["CleanUp"]
    # Somebody else has given it another number, or it was reset.
    phone.items["e164"] = "007"
    assert phone.boot() == [ASKED, "WriteItems", "CleanUp"]
    assert phone.items["e164"] == "4242"
    assert phone.boot() == ["CleanUp"]
    # A value that it refuses, and is to get again.
    desk.ctl("setting", "set", f"device:{MAC}", "language-iso", "xx")
    phone.refuses = {"language-iso": "invalid data"}
    assert phone.boot() == [ASKED, "WriteItems", "CleanUp"]
    assert phone.boot() == ["CleanUp"]
    desk.ctl("wpi", "forget", MAC, "language-iso")
    assert phone.boot() == [ASKED, "WriteItems", "CleanUp"]


def test_once_in_a_while_it_is_asked_all_the_same(desk, phone):
    desk.set_clock(NOON + timedelta(hours=24))
    assert phone.boot() == ["CleanUp"]
    desk.set_clock(NOON + timedelta(hours=24, seconds=1))
    assert phone.boot()[0] == ASKED
    assert phone.boot() == ["CleanUp"]


def test_orders_are_carried_out_all_the_same(desk, phone):
    desk.ctl("wpi", "restart", MAC)
    assert phone.contact("solicited").action == "Restart"


def test_an_enrolled_phone_is_written_its_secrets_again(make_daemon):
    desk = desk_daemon(make_daemon, wpi={"unchanged_hours": 24, "secrets": "enrolment"}).start()
    add_phone(desk)
    phone = Phone(desk)
    phone.boot()
    phone.changed = "false"
    # Its password is withheld: it does not have all.
    assert phone.boot()[0] == ASKED
    desk.ctl("wpi", "enrol", MAC)
    assert phone.boot() == [ASKED, "WriteItems", "CleanUp"]
    assert "sip-pwd" in phone.writes[-1]
    assert phone.boot() == ["CleanUp"]
    desk.ctl("wpi", "enrol", MAC)
    assert phone.boot() == [ASKED, "WriteItems", "CleanUp"]
    assert list(phone.writes[-1]) == ["sip-pwd"]
