# SPDX-License-Identifier: MIT
"""Desk phones at the limits of what dialogues may take."""

import re
from datetime import datetime, timedelta, timezone

from gigaprov import until
from openstage import Phone, add_phone, desk_daemon, item_xml

MACS = [f"0001E3{n:06X}" for n in range(1, 25)]
NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=timezone.utc)
CHUNK = 60_000  # bytes of a value


def counted(daemon, name):
    text = daemon.curl(daemon.url("admin", "/metrics")).decode()
    return int(re.search(rf"^gigaprovd_{name} (\d+)$", text, re.M)[1])


def sessions(daemon):
    return daemon.ctl("wpi", "sessions", json=True)["sessions"]


def told_of(daemon, mac):
    rows = daemon.ctl("wpi", "items", mac, "--all", json=True)["items"]
    return {row["item"]: row["told"] for row in rows}


def ballast(first, count=3):
    """Items of which nobody wants anything, 180 kB in a message."""
    return [item_xml("ballast", "x" * CHUNK, n) for n in range(first, first + count)]


def fleet(daemon, macs):
    for mac in macs:
        add_phone(daemon, mac)
    return [Phone(daemon, mac, items={"reg-addr": "pbx.example.net", "registrar-addr": "elsewhere"})
            for mac in macs]


def test_phones_that_tell_more_at_once_than_there_is_memory_for_are_configured(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"session_memory": "1M"}).start()
    phones = fleet(daemon, MACS)
    for phone in phones:
        assert phone.contact().action == "ReadAllItems"
    # The first fragment has what is right already and what is not; then it is too much for all.
    for phone in phones:
        answer = phone.reply("ReadAllItems", [*phone.all_items(), *ballast(0)],
                             fragment="next")
        assert answer.action == "GetNextFragment"
    for at in (3, 6):
        for phone in phones:
            assert phone.reply("ReadAllItems", ballast(at),
                               fragment="next").action == "GetNextFragment"
        held = sum(row["bytes"] for row in sessions(daemon))
        assert held < 1 << 20, held
    for phone in phones:
        answer = phone.reply("ReadAllItems", ballast(9))
        assert answer.action == "WriteItems"
        while answer:
            answer = phone.obey(answer)
    assert {phone.items["e164"] for phone in phones} == {"4242"}
    assert {phone.items["registrar-addr"] for phone in phones} == {"reg.example.net"}
    # What the first fragment told was not forgotten: what it had is not written.
    assert not [phone for phone in phones for written in phone.writes if "reg-addr" in written]
    rows = daemon.ctl("wpi", "status", json=True)["phones"]
    assert {row["outcome"] for row in rows} == {"CONFIGURED"}
    assert not sessions(daemon)
    assert counted(daemon, "wpi_excerpts_total") > len(phones) / 2


def test_a_few_that_take_all_memory_keep_nobody_out(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"session_memory": "1M"}).start()
    hogs = fleet(daemon, MACS[:3])
    for hog in hogs:
        hog.contact()
        for at in (0, 2, 4):
            assert hog.reply("ReadAllItems", ballast(at, 2),
                             fragment="next").action == "GetNextFragment"
    assert len(sessions(daemon)) == 3
    for phone in fleet(daemon, MACS[3:6]):
        answer = phone.contact()
        answer = phone.reply("ReadAllItems", phone.all_items(), fragment="next")
        assert answer.action == "GetNextFragment"
        answer = phone.reply("ReadAllItems", ballast(0))
        while answer:
            answer = phone.obey(answer)
        assert phone.items["e164"] == "4242"


def test_a_phone_that_repeats_itself_while_memory_is_short_is_sent_away(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"session_memory": "1M"}).start()
    phone = fleet(daemon, MACS[:1])[0]
    phone.contact()
    actions = [phone.reply("ReadAllItems", [item_xml("e164", "x" * CHUNK) for _ in range(5)],
                           fragment="next").action for _ in range(6)]
    assert actions[0] == "GetNextFragment" and actions[-1] == "CleanUp"
    assert not sessions(daemon)
    assert "tells too much while dialogues have all of session_memory" in daemon.log
    assert phone.boot()[-1] == "CleanUp" and phone.items["e164"] == "4242"


def test_an_excerpt_is_laid_over_what_was_told_before(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"session_memory": "1M"}).start()
    phone = fleet(daemon, MACS[:1])[0]
    phone.items["country-iso"] = "DE"
    phone.boot()
    assert told_of(daemon, MACS[0])["country-iso"] == "DE"
    phone.items["registrar-addr"] = "changed here"
    phone.contact()
    for at in range(0, 18, 3):
        phone.reply("ReadAllItems", ballast(at), fragment="next")
    answer = phone.reply("ReadAllItems", phone.all_items())
    assert answer.action == "WriteItems" and answer.values["registrar-addr"] == "reg.example.net"
    assert counted(daemon, "wpi_excerpts_total") == 1
    told = told_of(daemon, MACS[0])
    assert told["country-iso"] == "DE" and told["registrar-addr"] == "changed here"
    assert "ballast" not in told


def test_dialogues_that_nobody_goes_on_with_make_room(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"max_sessions": "4"})
    daemon.set_clock(NOON)
    daemon.start()
    phones = fleet(daemon, MACS[:6])
    for phone in phones[:4]:
        assert phone.contact().action == "ReadAllItems"
    assert phones[4].contact().action == "CleanUp"
    daemon.set_clock(NOON + timedelta(seconds=20))
    # One of them goes on; the others are as good as gone.
    assert phones[0].reply("ReadAllItems", ballast(0),
                           fragment="next").action == "GetNextFragment"
    daemon.set_clock(NOON + timedelta(seconds=35))
    assert phones[4].boot()[-1] == "CleanUp" and phones[4].items["e164"] == "4242"
    assert phones[5].boot()[-1] == "CleanUp" and phones[5].items["e164"] == "4242"
    answer = phones[0].reply("ReadAllItems", phones[0].all_items())
    while answer:
        answer = phones[0].obey(answer)
    assert phones[0].items["e164"] == "4242"
    # Whose dialogue is gone hears CleanUp, and begins anew.
    assert phones[1].reply("ReadAllItems", phones[1].all_items()).action == "CleanUp"
    assert phones[1].boot()[-1] == "CleanUp" and phones[1].items["e164"] == "4242"
    until(lambda: not [row for row in sessions(daemon) if row["state"] == "BUSY"], "the end")
