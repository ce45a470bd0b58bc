# SPDX-License-Identifier: MIT
"""The shrink guard: a site does not lose its handsets to a typing mistake."""

import contextlib
import json
import re
import sqlite3
import time

import pytest

from gigaprov import fields, until

MAC = "7C2F80E0D605"
CLEARS = b'    <oper name="DeleteNotProvisionedHS"/>\n'
DM_WINDOW = b"RegStart"


def api(daemon, method, path, body=None):
    """What the API answers on the control socket, as JSON; None for an empty answer."""
    words = ["--unix-socket", daemon.socket, "-X", method, f"http://daemon/api/v1{path}"]
    if body is not None:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    answer = daemon.curl("--fail", *words)
    return json.loads(answer) if answer else None


def ipui(number):
    return f"029e74a{number:03x}"


def add(daemon, numbers, mac=MAC):
    for number in numbers:
        api(daemon, "POST", f"/devices/{mac}/handsets",
            {"ipui": ipui(number), "user": f"u{number}", "password": f"hidden-{number}",
             "sip": "pbx"})


def remove(daemon, numbers, mac=MAC):
    for number in numbers:
        api(daemon, "DELETE", f"/devices/{mac}/handsets/{ipui(number)}")


def added(document):
    return re.findall(rb'name="add_hs" value="([0-9a-f]{10})"', document)


def deleted(document):
    return re.findall(rb'name="delete_hs" value="([0-9a-f]{10})"', document)


def metric(daemon, name):
    text = daemon.curl(daemon.url("admin", "/metrics")).decode()
    return int(re.search(rf"^gigaprovd_{name} (\d+)$", text, re.M).group(1))


def notices(daemon):
    return " ".join(daemon.ctl("status", json=True)["notices"])


def warnings(daemon):
    lines = [fields(line) for line in daemon.log.splitlines()]
    return [line for line in lines if line.get("reason") == "shrink_held"]


def settled(daemon):
    """The document once it stays the same: the first fetch is what makes the second complete."""
    daemon.fetch()
    return until(lambda: (lambda document: CLEARS in document and document)(daemon.fetch()),
                 "the second document")


@pytest.fixture
def site(daemon):
    """Fifty handsets that their device has been given."""
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.add_device()
    add(daemon, range(50))
    return daemon


def test_a_mass_removal_is_held_back_until_it_is_acknowledged(site):
    before = settled(site)
    assert len(added(before)) == 50
    remove(site, range(40))
    held = site.fetch()
    assert held == before.replace(CLEARS, b"")

    # Said once, not with every fetch, and nothing is rendered again.
    renders = metric(site, "fetch_renders_total")
    for _ in range(3):
        assert site.fetch() == held
    assert metric(site, "fetch_renders_total") == renders
    assert [(line["mac"], line["missing"], line["of"]) for line in warnings(site)] == [
        (MAC, "40", "50")]
    assert warnings(site)[0]["level"] == "warn"
    assert metric(site, "devices_held") == 1
    assert metric(site, "shrinks_held_total") == 1
    assert f"{MAC} (40 of 50 handsets would go)" in notices(site)
    assert "gigaprovctl acknowledge" in notices(site)
    shown = site.ctl("device", "show", MAC, json=True)["held"]
    assert (shown["missing"], shown["of"]) == (40, 50)
    assert shown["handsets"].split() == [ipui(number) for number in range(40)]
    assert f"acknowledge {MAC}" in shown["words"]
    assert "40 of 50 handsets" in site.ctl("device", "show", MAC)
    assert not re.search("hidden-", json.dumps(shown))
    preview = site.ctl("preview", MAC, "--reveal", json=True)
    assert preview["document"].encode() == held
    assert any("40 of 50" in note for note in preview["notes"])
    said = site.ctl("preview", MAC, "--reveal", check=False)
    assert said.stdout == held and b"40 of 50" in said.stderr

    # All of that is on disk.
    site.restart()
    assert metric(site, "devices_held") == 1
    assert site.fetch() == held
    assert len(warnings(site)) == 1
    assert [row["mac"] for row in site.ctl("device", "list", "--held", json=True)["devices"]] == [
        MAC]

    answer = site.ctl("acknowledge", MAC, json=True)
    assert (answer["mac"], answer["missing"], answer["of"]) == (MAC, 40, 50)
    assert metric(site, "devices_held") == 0
    assert "shrink guard" not in notices(site)
    assert site.ctl("device", "show", MAC, json=True)["held"] is None
    after = site.fetch()
    assert [name.decode() for name in added(after)] == [ipui(number) for number in range(40, 50)]
    assert sorted(name.decode() for name in deleted(after)) == [
        ipui(number) for number in range(40)]
    row = next(row for row in site.ctl("audit", "list", json=True)["audit"]
               if row["action"] == "device.acknowledge")
    assert row["object"] == f"device:{MAC}"
    assert row["before"] == {"handsets": 50}
    assert (row["after"]["handsets"], row["after"]["gone"]) == (10, 40)
    # It was given and is what counts now.
    until(lambda: site.fetch() and not warnings(site)[1:], "a fetch")
    assert metric(site, "devices_held") == 0


def test_a_single_removal_goes_at_once(site):
    settled(site)
    remove(site, [7])
    document = site.fetch()
    assert deleted(document) == [ipui(7).encode()]
    assert ipui(7).encode() not in added(document) and len(added(document)) == 49
    assert CLEARS in document
    # And is still there when more are held back.
    remove(site, range(10, 40))
    held = site.fetch()
    assert deleted(held) == [ipui(7).encode()]
    assert len(added(held)) == 49 and CLEARS not in held
    assert (warnings(site)[-1]["missing"], warnings(site)[-1]["of"]) == ("30", "49")


def test_nothing_is_acknowledged_that_nobody_was_shown(site):
    settled(site)
    done = site.ctl("acknowledge", "7C2F80E0D6FF", check=False)
    assert done.returncode != 0 and b"mac_unknown" in done.stderr
    done = site.ctl("acknowledge", MAC, check=False)
    assert done.returncode != 0 and b"nothing_held" in done.stderr
    remove(site, range(20))
    held = site.fetch()
    done = site.ctl("acknowledge", MAC, "--missing", "19", check=False)
    assert done.returncode != 0 and b"held_otherwise" in done.stderr and b"20 of 50" in done.stderr
    assert site.fetch() == held
    assert "device.acknowledge" not in site.ctl("audit", "list")
    # More go between the acknowledgement and the fetch: those are judged by themselves.
    site.ctl("acknowledge", MAC, "--missing", "20")
    remove(site, range(20, 45))
    again = site.fetch()
    assert len(added(again)) == 50 and not deleted(again)
    assert site.ctl("device", "show", MAC, json=True)["held"]["missing"] == 45
    site.ctl("acknowledge", MAC)
    assert len(deleted(site.fetch())) == 45
    viewer = site.add_account("vera", "vera's password", role="viewer", providers=())
    refused = site.curl_status("-X", "POST", "-d", "{}", "-H", "Content-Type: application/json",
                               "--user", ":".join(viewer),
                               site.url("admin", f"/api/v1/devices/{MAC}/acknowledge"))
    assert refused == 403


def test_what_was_removed_by_mistake_is_added_again(site):
    settled(site)
    remove(site, range(40))
    held = site.fetch()
    add(site, range(40))
    document = site.fetch()
    assert sorted(added(document)) == sorted(added(held))
    assert not deleted(document) and CLEARS in document
    assert metric(site, "devices_held") == 0
    assert site.ctl("device", "list", "--held", json=True)["devices"] == []


def test_a_registration_window_ends_in_a_held_document(site):
    settled(site)
    site.ctl("operation", "add", MAC, "open_registration", "--start", str(int(time.time())),
             "--duration", "20")
    assert DM_WINDOW in site.fetch()
    remove(site, range(40))
    held = site.fetch()
    assert len(added(held)) == 50
    if time.time() < float(re.search(rb'RegStart" value="(\d+)"', held).group(1)) + 19:
        assert DM_WINDOW in held
    after = until(lambda: (lambda document: DM_WINDOW not in document and document)(site.fetch()),
                  "the end of the window")
    assert len(added(after)) == 50 and not deleted(after)
    assert len(warnings(site)) == 1


def test_a_site_that_is_emptied_is_held_and_never_wiped(make_daemon):
    site = make_daemon(settings={"provisioning": {"delete_not_provisioned": "always"}}).start()
    site.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    site.add_device()
    add(site, range(12))
    assert CLEARS in site.fetch()
    remove(site, range(12))
    held = site.fetch()
    assert len(added(held)) == 12 and CLEARS not in held and not deleted(held)
    site.ctl("acknowledge", MAC)
    empty = site.fetch()
    assert len(deleted(empty)) == 12 and not added(empty) and CLEARS not in empty


def test_another_guard_is_another_decision(site):
    settled(site)
    remove(site, range(40))
    assert len(added(site.fetch())) == 50
    site.write_ini(provisioning={"shrink_guard": "100% 0"})
    site.reload()
    until(lambda: len(added(site.fetch())) == 10, "the new guard")
    assert metric(site, "devices_held") == 0


def test_what_was_given_is_sealed(site):
    settled(site)
    remove(site, range(40))
    site.fetch()
    with contextlib.closing(sqlite3.connect(f"file:{site.database}?mode=ro", uri=True)) as db:
        body, = db.execute("SELECT body FROM rendition").fetchone()
    assert len(body) > 1000 and b"hidden-" not in body and b"add_hs" not in body


def test_a_device_with_handsets_is_removed_by_force_only_and_the_audit_names_them(daemon):
    daemon.add_device()
    api(daemon, "POST", f"/devices/{MAC}/handsets", {"ipui": ipui(1)})
    done = daemon.ctl("device", "remove", MAC, check=False)
    assert done.returncode != 0 and b"1 handset" in done.stderr and b"--force" in done.stderr
    assert [row["ipui"] for row in api(daemon, "GET", f"/devices/{MAC}/handsets")["handsets"]] \
        == [ipui(1)]
    daemon.ctl("device", "remove", MAC, "--force")
    rows = daemon.ctl("audit", "list", json=True)["audit"]
    removal = next(row for row in rows if row["action"] == "device.remove")
    assert removal["before"]["handsets"] == [ipui(1)]
