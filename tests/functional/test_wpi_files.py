# SPDX-License-Identifier: MIT
"""Files and firmware for desk phones: kept, linked, fetched, and proved to be there."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from desk_orders import MINUTES, NOON, OrderedPhone, at_noon
from gigaprov import until
from openstage import MAC, desk_daemon
from test_wpi_orders import newest, orders

OTHER = "0001E300A9F4"


@pytest.fixture
def site(make_daemon):
    return at_noon(desk_daemon(make_daemon), MAC, OTHER)


@pytest.fixture
def phone(site):
    phone = OrderedPhone(site)
    phone.boot()
    return phone


def add(site, name, data, kind, *more, check=True):
    path = site.directory / name
    path.write_bytes(data)
    return site.ctl("wpi", "file", "add", path, "--type", kind, *more,
                    **({"json": True} if check else {"check": False}))


def url_of(phone):
    return phone.orders[-1][1]["file-https-base-url"]


def test_a_single_file_is_proved_by_its_status(site, phone):
    assert add(site, "ring.wav", b"tone" * 1000, "ringtone")["name"] == "ring.wav"
    site.ctl("wpi", "file", "deploy", MAC, "ring.wav")
    assert phone.boot("solicited") == ["ReadAllItems", "FileDeployment", "CleanUp"]
    action, values = phone.orders[-1]
    assert values["file-type"] == "RINGTONE" and set(values) == {"file-type",
                                                                 "file-https-base-url"}
    assert values["file-https-base-url"].startswith(f"https://127.0.0.1:{site.ports['desk']}/file/")
    assert phone.files == {("ring.wav", "RINGTONE"): b"tone" * 1000}
    assert newest(site)["state"] == "taken"
    assert phone.tell_status("ring.wav", "RINGTONE") == ["CleanUp"]
    assert (newest(site)["state"], newest(site)["attempts"]) == ("done", 1)


def test_a_file_that_fails_is_told_again_and_the_next_one_goes_with_the_status(site, phone):
    add(site, "a.png", b"a", "PIC")
    add(site, "b.png", b"b", "PIC")
    site.ctl("wpi", "file", "deploy", MAC, "a.png")
    site.ctl("wpi", "file", "deploy", MAC, "b.png")
    assert phone.boot("solicited")[-2:] == ["FileDeployment", "CleanUp"]
    # While it is at one, it gets no other.
    assert phone.boot("solicited")[-1] == "CleanUp" and len(phone.orders) == 1
    phone.files.clear()
    assert phone.tell_status("a.png", "PIC", "failed")[0] == "FileDeployment"
    assert url_of(phone).endswith("/b.png")
    assert phone.tell_status("b.png", "PIC") == ["CleanUp"]
    assert [order["state"] for order in orders(site)] == ["done", "waiting"]
    assert "a.png" in orders(site)[1]["reason"]
    site.set_clock(NOON + 16 * MINUTES)
    assert phone.boot("solicited")[-2:] == ["FileDeployment", "CleanUp"]
    assert phone.tell_status("a.png", "PIC") == ["CleanUp"]
    assert orders(site)[1]["state"] == "done" and orders(site)[1]["attempts"] == 2


def test_several_files_are_proved_by_the_phones_list_of_files(site, phone):
    add(site, "a.png", b"a", "PIC")
    add(site, "b.xml", b"<b/>", "LDAP")
    site.ctl("wpi", "file", "deploy", MAC, "a.png", "b.xml")
    phone.boot("solicited")
    _, values = phone.orders[-1]
    assert values["file-action[1]"] == values["file-action[2]"] == "deploy"
    assert values["file-type[2]"] == "LDAP"
    assert newest(site)["state"] == "taken"
    site.set_clock(NOON + 2 * MINUTES)
    assert phone.boot("solicited") == ["ReadAllItems", "CleanUp"]
    assert newest(site)["state"] == "done"
    # And away again.
    site.ctl("wpi", "file", "delete", MAC, "a.png", "--type", "PIC")
    phone.boot("solicited")
    assert phone.orders[-1] == ("FileDeployment", {
        "file-name[1]": "a.png", "file-type[1]": "PIC", "file-action[1]": "delete"})
    site.set_clock(NOON + 4 * MINUTES)
    phone.boot("solicited")
    assert newest(site)["state"] == "done" and list(phone.files) == [("b.xml", "LDAP")]


def test_a_phone_that_keeps_what_it_is_to_delete_is_shown_with_it(site, phone):
    phone.files[("old.png", "PIC")] = b"old"
    phone.deploy = lambda values: None
    site.ctl("wpi", "file", "delete", MAC, "old.png", "--type", "PIC")
    phone.boot("solicited")
    site.set_clock(NOON + 2 * MINUTES)
    phone.boot("solicited")
    assert newest(site)["state"] == "taken"
    assert newest(site)["reason"] == "the phone's list still shows old.png"
    site.set_clock(NOON + 20 * MINUTES)
    until(lambda: newest(site)["state"] == "waiting", "the try has had its time")


def test_a_phone_that_says_nothing_is_called_to_read_back(make_daemon, mailbox):
    site = at_noon(desk_daemon(make_daemon))
    phone = OrderedPhone(site, uri=mailbox.uri)
    phone.boot()
    add(site, "a.png", b"a", "PIC")
    add(site, "b.png", b"b", "PIC")
    site.ctl("wpi", "file", "deploy", MAC, "a.png", "b.png")
    mailbox.wait(1)
    phone.boot("solicited")
    site.set_clock(NOON + 2 * MINUTES)
    mailbox.wait(2)
    phone.boot("solicited")
    assert newest(site)["state"] == "done"


def test_a_link_is_for_one_phone_and_one_name(site, phone):
    add(site, "logo.png", bytes(range(256)) * 8, "LOGO")
    site.ctl("wpi", "file", "deploy", MAC, "logo.png")
    phone.boot("solicited")
    url = url_of(phone)
    status, headers, data = phone.get(url, Range="bytes=10-19")
    assert status == 206 and data == bytes(range(10, 20))
    assert phone.get(url, method="HEAD")[0:3:2] == (200, b"")
    assert phone.get(url, **{"If-None-Match": headers["ETag"]})[0] == 304
    # The same as one segment.
    top, name = url.rsplit("/", 1)
    assert phone.get(f"{top}-{name}")[2] == bytes(range(256)) * 8
    token = urlsplit(url).path.split("/")[2]
    wrong = [url.replace(token, token[:-1] + ("0" if token[-1] != "0" else "1")),
             url.replace(token, f"{OTHER}-{token.split('-')[1]}"),
             url.replace("logo.png", "logo.pnh"), url.replace(f"{token}/", ""),
             url.rsplit("/", 1)[0]]
    faces = {(status, data) for status, _, data in map(phone.get, wrong)}
    assert len(faces) == 1 and faces.pop()[0] == 404
    site.ctl("lock", MAC)
    assert phone.get(url)[0] == 404


def test_a_name_keeps_its_bytes(site):
    add(site, "logo.png", b"one", "LOGO")
    assert add(site, "logo.png", b"one", "LOGO")["name"] == "logo.png"
    second = add(site, "logo.png", b"two", "LOGO")["name"]
    assert second != "logo.png" and second.startswith("logo-") and second.endswith(".png")
    assert [file["name"] for file in site.ctl("wpi", "file", "list", json=True)["files"]] == [
        second, "logo.png"]
    refused = add(site, "logo.png", b"one", "PIC", check=False)
    assert refused.returncode != 0 and b"LOGO" in refused.stderr
    site.ctl("wpi", "file", "remove", "logo.png")
    assert add(site, "logo.png", b"three", "LOGO")["name"] == "logo.png"


def test_what_phones_do_not_take_is_refused_with_the_reason(site, phone):
    for words, name, data, kind, more in (
            (b"RINGTONE", "a.wav", b"a", "TONE", ()),
            (b"307200", "a.png", b"a" * 307201, "PIC", ()),
            (b"no dot first", "a b.png", b"a", "PIC", ()),
            (b"is no MAC", "a.png", b"a", "PIC", ("--name", MAC))):
        refused = add(site, name, data, kind, *more, check=False)
        assert refused.returncode != 0 and words in refused.stderr, refused.stderr
    assert site.ctl("wpi", "file", "list", json=True)["files"] == []
    assert not [path for path in (site.state_dir / "firmware").iterdir()]
    unknown = site.ctl("wpi", "file", "deploy", MAC, "a.png", check=False)
    assert unknown.returncode != 0 and b"a.png" in unknown.stderr
    add(site, "a.png", b"a", "PIC")
    site.ctl("wpi", "file", "deploy", MAC, OTHER, "a.png")
    held = site.ctl("wpi", "file", "remove", "a.png", check=False)
    assert held.returncode != 0 and b"2 orders" in held.stderr
    site.ctl("wpi", "cancel", MAC)
    site.ctl("wpi", "cancel", OTHER)
    site.ctl("wpi", "file", "remove", "a.png")


def image(version, kind="Siemens SIP"):
    """What 8.3 of the reference tells of an image's ends."""
    data = bytearray(b"\x7f" * 4096)
    head = b"OpenStage 60\0\0\0" + version.encode() + b"\0"
    data[0x20:0x20 + len(head)] = head
    tail = b"OpenStage 60\0\0" + kind.encode() + b"\0"
    data[-0x128:-0x128 + len(tail)] = tail
    return bytes(data)


def add_firmware(site, version="V3 R5.13.0", name="os60.img", said=None):
    path = site.directory / name
    path.write_bytes(image(version))
    return site.ctl("firmware", "add", path, "--product", "openstage60", "--version",
                    said or version, json=True)


def test_firmware_is_proved_by_the_version_that_boots(site, phone):
    add_firmware(site)
    site.ctl("wpi", "firmware", MAC, "V3 R5.13.0")
    assert phone.boot("solicited") == ["SoftwareDeployment"]
    _, values = phone.orders[-1]
    assert values["file-type"] == "APP" and values["file-sw-type"] == "Siemens SIP"
    assert values["file-sw-version"] == "V3 R5.13.0" and values["file-priority"] == "normal"
    assert phone.get(values["file-https-base-url"])[2] == image("V3 R5.13.0")
    phone.version = "V3 R5.13.0"
    phone.boot()
    assert newest(site)["state"] == "done" and newest(site)["reason"] == "runs V3 R5.13.0"
    assert site.ctl("device", "show", MAC, json=True)["firmware"] == "V3 R5.13.0"
    older = site.ctl("wpi", "firmware", MAC, "V3 R5.13.0", "--immediate", json=True)
    assert older["id"]


def test_firmware_that_a_phone_never_runs_is_not_told_for_ever(site, phone):
    add_firmware(site)
    site.ctl("setting", "set", "product:openstage60", "firmware.version", "newest")
    now = NOON
    for attempt in (1, 2, 3):
        assert phone.boot("solicited") == ["SoftwareDeployment"]
        # It boots with what it had, and that is no reason to begin anew at once.
        assert phone.boot()[-1] == "CleanUp"
        assert phone.boot()[-1] == "CleanUp"
        now += 16 * MINUTES
        site.set_clock(now)
    assert newest(site)["state"] == "failed" and "V3 R5.12.0" in newest(site)["reason"]
    for _ in range(3):
        now += timedelta(days=1)
        site.set_clock(now)
        assert phone.boot()[-1] == "CleanUp"
    assert len(phone.orders) == 3
    refused = site.ctl("wpi", "firmware", MAC, "V3 R5.13.0", check=False)
    assert refused.returncode != 0 and b"--force" in refused.stderr
    site.ctl("wpi", "firmware", MAC, "V3 R5.13.0", "--force")
    assert phone.boot("solicited") == ["SoftwareDeployment"]


def test_settings_choose_the_newest_and_never_something_older(site, phone):
    add_firmware(site, "V3 R5.11.0", "old.img")
    site.ctl("setting", "set", "product:openstage60", "firmware.version", "newest")
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    add_firmware(site, "V3.1 R1.0.0", "new.img")
    assert phone.boot() == ["SoftwareDeployment"]
    assert phone.orders[-1][1]["file-sw-version"] == "V3.1 R1.0.0"
    phone.version = "V3.1 R1.0.0"
    assert phone.boot()[-1] == "CleanUp"
    refused = site.ctl("wpi", "firmware", MAC, "V3 R5.11.0", check=False)
    assert refused.returncode != 0 and b"--downgrade" in refused.stderr
    site.ctl("wpi", "firmware", MAC, "V3 R5.11.0", "--downgrade")
    assert phone.boot("solicited") == ["SoftwareDeployment"]


def test_an_image_tells_its_version_and_what_does_not_fit(site):
    path = site.directory / "os60.img"
    path.write_bytes(image("V3 R5.13.0"))
    added = site.ctl("firmware", "add", path, "--product", "openstage60", json=True)
    assert added["version"] == "V3 R5.13.0" and "words" not in added
    assert "V3 R5.13.0" in add_firmware(site, "V3 R5.13.0", "b.img", "V3 R5.14.0")["words"]
    path = site.directory / "hfa.img"
    path.write_bytes(image("V3 R5.13.0", "Siemens HFA"))
    assert "HFA" in site.ctl("firmware", "add", path, "--product", "openstage60",
                             json=True)["words"]
    path = site.directory / "other.img"
    path.write_bytes(b"no image")
    assert "does not say" in site.ctl("firmware", "add", path, "--product", "openstage60",
                                      "--version", "V3 R1.0.0", json=True)["words"]
