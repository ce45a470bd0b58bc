# SPDX-License-Identifier: MIT
"""Numbers of [wpi] that somebody has changed: each is what then holds."""

from datetime import timedelta

import pytest

from desk_orders import ContactMe, OrderedPhone
from gigaprov import until
from openstage import MAC, Phone, add_phone, desk_daemon, item_xml
from test_wpi_files import add, add_firmware
from test_wpi_orders import MINUTES, NOON, newest, orders

HOURS = timedelta(hours=1)


@pytest.fixture(name="site_with")
def fixture_site_with(make_daemon):
    """site_with(order_tries=1): a daemon at noon, and its OpenStage 60, configured."""
    def site_with(**keys):
        daemon = desk_daemon(make_daemon, wpi=keys)
        daemon.set_clock(NOON)
        daemon.start()
        daemon.ctl("device", "add", MAC, "--product", "openstage60")
        phone = OrderedPhone(daemon)
        phone.boot()
        return daemon, phone
    return site_with


def refuses_read(phone):
    answer = phone.contact("solicited")
    while answer.action != "ReadItems":
        answer = phone.obey(answer)
    assert phone.reply("ReadItems", status="failed").action == "CleanUp"


def test_an_order_is_tried_as_often_as_the_ini_says(site_with):
    site, phone = site_with(order_tries=1)
    site.ctl("wpi", "read", MAC, "reg-addr")
    refuses_read(phone)
    assert (newest(site)["state"], newest(site)["attempts"]) == ("failed", 1)
    assert phone.boot("solicited")[-1] == "CleanUp" and phone.orders == []


def test_an_order_is_told_again_after_the_time_that_the_ini_says(site_with):
    site, phone = site_with(order_seconds=120)
    site.ctl("wpi", "read", MAC, "reg-addr")
    refuses_read(phone)
    site.set_clock(NOON + timedelta(seconds=119))
    phone.boot("solicited")
    assert phone.orders == []
    site.set_clock(NOON + timedelta(seconds=121))
    phone.boot("solicited")
    assert [action for action, _ in phone.orders] == ["ReadItems"]
    assert (newest(site)["state"], newest(site)["attempts"]) == ("done", 2)


def test_an_order_for_a_phone_that_stays_away_ends_in_the_time_of_the_ini(site_with):
    site, phone = site_with(order_hours=2)
    site.ctl("wpi", "restart", MAC)
    site.set_clock(NOON + 2 * HOURS - MINUTES)
    assert newest(site)["state"] == "waiting"
    site.set_clock(NOON + 2 * HOURS + MINUTES)
    until(lambda: newest(site)["state"] == "failed", "the end of the order")
    assert phone.boot("solicited")[-1] == "CleanUp" and phone.orders == []


def test_a_phone_has_as_many_orders_before_it_as_the_ini_says(site_with):
    site, phone = site_with(max_orders=2)
    for item in ("reg-addr", "reg-port"):
        site.ctl("wpi", "read", MAC, item)
    done = site.ctl("wpi", "read", MAC, "realm", check=False)
    assert done.returncode == 1 and b"max_orders" in done.stderr
    assert len(orders(site)) == 2
    phone.boot("solicited")
    assert {order["state"] for order in orders(site)} == {"done"}
    site.ctl("wpi", "read", MAC, "realm")


def test_as_many_orders_are_remembered_as_the_ini_says(site_with):
    site, phone = site_with(keep_orders=2)
    for item in ("reg-addr", "reg-port", "realm"):
        site.ctl("wpi", "read", MAC, item)
        phone.boot("solicited")
    kept = orders(site)
    assert [list(order["answer"]) for order in kept] == [["realm"], ["reg-port"]]


def test_files_are_as_large_as_the_ini_says(site_with):
    site, _ = site_with(max_file="1K")
    add(site, "small.png", b"x" * 1024, "LOGO")
    done = add(site, "large.png", b"x" * 1025, "LOGO", check=False)
    assert done.returncode == 1 and b"max_file" in done.stderr
    rows = site.ctl("wpi", "file", "list", json=True)["files"]
    assert [row["name"] for row in rows] == ["small.png"]


def test_firmware_is_tried_as_often_as_the_ini_says(site_with):
    site, phone = site_with(firmware_tries=1)
    add_firmware(site)
    site.ctl("setting", "set", "product:openstage60", "firmware.version", "newest")
    assert phone.boot("solicited") == ["SoftwareDeployment"]
    for day in range(3):
        site.set_clock(NOON + timedelta(days=day, hours=1))
        assert phone.boot()[-1] == "CleanUp"
    assert len(phone.orders) == 1 and newest(site)["state"] == "failed"


def test_a_phone_may_tell_as_much_as_the_ini_says(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"max_read": "4K", "max_items": 60}).start()
    add_phone(daemon)
    phone = Phone(daemon)
    told = [item_xml("a", "b" * 100, index) for index in range(20)]
    phone.contact()
    assert phone.reply("ReadAllItems", told).action == "WriteItems"
    for too_much in ([item_xml("a", "b" * 100, n) for n in range(50)],
                     [item_xml("a", "b", n) for n in range(61)]):
        phone.contact()
        assert phone.reply("ReadAllItems", too_much).action == "CleanUp"
        row, = daemon.ctl("wpi", "status", MAC, json=True)["phones"]
        # A message with too many is not even read.
        assert row["outcome"] == ("GIVEN_UP" if len(too_much) == 50 else None)


def test_fragments_are_as_many_as_the_ini_says(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"max_fragments": 3}).start()
    add_phone(daemon)
    phone = Phone(daemon)
    phone.contact()
    said = [phone.reply("ReadAllItems", fragment="next").action for _ in range(4)]
    assert said == ["GetNextFragment"] * 3 + ["CleanUp"]


def test_an_enrolment_is_open_as_long_as_the_ini_says(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"secrets": "enrolment", "enrolment_seconds": 120})
    daemon.set_clock(NOON)
    daemon.start()
    add_phone(daemon)
    daemon.ctl("wpi", "enrol", MAC)
    daemon.set_clock(NOON + timedelta(seconds=121))
    phone = Phone(daemon)
    phone.boot()
    assert not [items for items in phone.writes if "sip-pwd" in items]
    daemon.ctl("wpi", "enrol", MAC)
    daemon.set_clock(NOON + timedelta(seconds=240))
    phone.boot()
    assert [items["sip-pwd"] for items in phone.writes if "sip-pwd" in items] == ["hush hush"]


@pytest.mark.parametrize("entities, label", [("full", "R & D <2>"), ("replace", "R + D 2"),
                                             ("refuse", None)])
def test_what_old_firmware_misreads_is_written_as_the_ini_says(make_daemon, entities, label):
    daemon = desk_daemon(make_daemon, wpi={"entities": entities}).start()
    add_phone(daemon)
    daemon.ctl("setting", "set", f"device:{MAC}", "key-label-unicode[1]", "R & D <2>")
    phone = Phone(daemon)
    phone.boot()
    assert phone.items.get("key-label-unicode[1]") == label
    assert phone.items["e164"] == "4242"
    if label is None:
        item, = [row for row in daemon.ctl("wpi", "items", MAC, json=True)["items"]
                 if row["item"] == "key-label-unicode[1]"]
        assert item["state"] not in ("written", "same"), item


def test_phones_are_called_elsewhere_where_the_ini_says_so(site_with):
    site, _ = site_with(contact_elsewhere="yes")
    elsewhere = ContactMe()
    try:
        phone = OrderedPhone(site, uri=f"http://localhost:{elsewhere.port}/contact")
        phone.boot()
        site.set_clock(NOON + 2 * MINUTES)
        site.ctl("wpi", "restart", MAC)
        assert elsewhere.wait(1)[0] == "/contact"
    finally:
        elsewhere.close()
