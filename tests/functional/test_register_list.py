# SPDX-License-Identifier: MIT
"""A list of devices is registered as each of them would be alone."""

import random

import pytest

URL = "https://pbx.example.net/%MACD.xml"


@pytest.fixture(name="acme")
def account(daemon):
    name, password = daemon.add_account(providers=("acme",))
    return daemon.rpc(name, password).autoprov


def macs(first, count):
    return [f"{first + i:012X}" for i in range(count)]


def registered(acme):
    return [row[0] for row in acme.listDevices("acme")]


def test_a_list_in_any_order_over_devices_that_are_there(acme):
    """Some are registered, some known only, one is named twice, one is none."""
    all_of_them = macs(0x7C2F80000000, 101)
    known, taken = all_of_them[3:90:7], all_of_them[5:90:11]
    passwords = {}
    for mac in known:
        passwords[mac] = acme.registerDevice(mac, URL, "acme")[1]
        assert acme.deregisterDevice(mac) == [True, "OK"]
    for mac in taken:
        acme.registerDevice(mac, URL, "acme")
    asked = all_of_them + [all_of_them[50], "no MAC"]
    random.Random(4).shuffle(asked)
    answer = acme.registerDeviceList(asked, URL, "acme")
    assert answer[0] is False and len(answer) == len(asked) + 1
    for mac, text in zip(asked, answer[1:]):
        if mac == "no MAC":
            assert text == "mac_invalid:no MAC"
        elif mac in taken:
            assert text == f"mac_already_in_use:{mac}"
        else:
            assert text.startswith("OK: ")
            assert text == passwords.setdefault(mac, text)
    assert registered(acme) == all_of_them


@pytest.mark.parametrize("count", [1, 7, 8, 9, 64, 65, 129])
def test_whatever_its_length_all_of_a_list_is_there(daemon, acme, count):
    listed = macs(0x7C2F80000000, count)
    assert acme.registerDeviceList(listed, URL, "acme")[0] is True
    assert registered(acme) == listed
    rows = [row for row in daemon.ctl("audit", "list", json=True)["audit"]
            if row["action"] == "registration.add"]
    named = [name for row in reversed(rows) for name in row["object"].split()]
    assert named == [f"device:{mac}" for mac in listed]
    assert {row["actor"] for row in rows} == {"anna"}
    assert all(row["after"]["url"] == URL for row in rows)


def test_the_audit_log_is_searched_by_any_of_the_objects_of_a_row(daemon, acme):
    listed = macs(0x7C2F80000000, 10)
    acme.registerDeviceList(listed, URL, "acme")
    acme.deregisterDevice(listed[4])

    def actions(mac):
        rows = daemon.ctl("audit", "list", "--object", f"device:{mac}", json=True)["audit"]
        return [row["action"] for row in rows]

    assert actions(listed[4]) == ["registration.remove", "registration.add"]
    assert actions(listed[9]) == ["registration.add"]
    assert actions(listed[9][:-1]) == []
