# SPDX-License-Identifier: MIT
"""What the daemon looks after by itself: old traces, old secrets, its disk, who downloads how much."""

import contextlib
import datetime
import json
import re
import socket
import sqlite3

from gigaprov import until

MAC = "7C2F80E0D605"
OTHER = "7C2F80E0D606"
SECRET = "A2B4C6D8E0F2"
NAME = "N870-V2.65.0.bin"
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.timezone.utc)


def rows(path, query, *values):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(query, values).fetchall()


def test_traces_of_devices_that_are_gone_are_removed_in_time(make_daemon):
    daemon = make_daemon(settings={"limits": {"seen_days": 10, "kept_days": 20,
                                              "seen_seconds": 1}})
    daemon.set_clock(NOW)
    daemon.start()
    seen = daemon.state_dir / "seen.db"
    for mac in (MAC, OTHER):
        daemon.add_device(mac)
        daemon.ctl("handset", "add", mac, "029e74a501" if mac == MAC else "029e74a502")
        daemon.fetch(mac)
    until(lambda: len(rows(seen, "SELECT mac FROM seen")) == 2, "both contacts")
    daemon.ctl("device", "remove", MAC, "--force")
    assert len(rows(daemon.database, "SELECT mac FROM rendition_kept")) == 1

    daemon.set_clock(NOW + datetime.timedelta(days=9))
    daemon.restart()  # a start looks for what is old
    daemon.ctl("setting", "set", "fleet", "Some.Name", "x")
    assert len(rows(seen, "SELECT mac FROM seen")) == 2
    daemon.set_clock(NOW + datetime.timedelta(days=11))
    for table in ("seen", "fetch"):
        until(lambda table=table: rows(seen, f"SELECT DISTINCT mac FROM {table}") ==
              [(int(OTHER, 16),)], f"the end of the old rows of {table}")
    assert len(rows(daemon.database, "SELECT mac FROM rendition_kept")) == 1
    daemon.set_clock(NOW + datetime.timedelta(days=21))
    until(lambda: not rows(daemon.database, "SELECT mac FROM rendition_kept"),
          "the end of the kept document")
    assert daemon.ctl("device", "show", OTHER, json=True)["seen"]


def test_what_became_a_secret_by_its_name_is_sealed_at_the_start(daemon):
    daemon.add_device(MAC)
    daemon.ctl("setting", "set", "fleet", "DmGlobal.0.TimeZone", "Europe/Berlin")
    before = daemon.fetch()
    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.database)) as db:
        for scope in ("fleet", f"device:{MAC}", "group:that has gone"):
            db.execute("INSERT INTO setting (scope, name, value, updated_at) "
                       "VALUES (?, 'WebUIAccounts.1.Password', 'opensesame', 1)", (scope,))
        # As an older version left it.
        db.execute("DELETE FROM meta WHERE name = 'secrecy_mark'")
        db.commit()
    daemon.start()
    stored = rows(daemon.database, "SELECT scope, value, secret FROM setting WHERE name LIKE 'Web%'")
    assert len(stored) == 3
    assert all(value is None and b"opensesame" not in secret for _, value, secret in stored)
    assert rows(daemon.database, "SELECT value FROM setting WHERE name LIKE 'Dm%'") == \
        [("Europe/Berlin",)]
    shown = daemon.ctl("audit", "list", json=True)["audit"]
    sealed = [row for row in shown if row["action"] == "setting.seal"]
    assert len(sealed) == 3 and all(row["actor"] == "gigaprovd" for row in sealed)
    assert "opensesame" not in json.dumps(shown) + daemon.ctl("preview", MAC)
    document = daemon.fetch()
    assert b"opensesame" in document and b"opensesame" not in before
    number = len(shown)
    daemon.restart()  # once is enough
    assert len(daemon.ctl("audit", "list", json=True)["audit"]) == number


def test_a_disk_that_is_nearly_full_is_told(make_daemon):
    def told(percent):
        daemon = make_daemon(f"disk{percent}", settings={
            "limits": {"disk_low_percent": percent}}).start()
        return any("disk_low_percent" in notice
                   for notice in daemon.ctl("status", json=True)["notices"])

    assert told(100)
    assert not told(1)


def begin(daemon, path):
    """A download that goes on until it is closed: nothing more of it is read."""
    connection = socket.create_connection(("127.0.0.1", daemon.ports["phones"]))
    connection.settimeout(30)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection, connection.recv(4096).decode("latin-1")


def test_one_device_and_one_address_have_so_many_downloads(make_daemon):
    daemon = make_daemon(settings={
        "provisioning": {"auth": "open", "public_url": "http://prov.example.net"},
        "limits": {"downloads_per_device": 2, "downloads_per_address": 3}}).start()
    path = daemon.state_dir / "firmware" / NAME
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * (16 << 20))
    daemon.ctl("firmware", "add", NAME, "--product", "n870")
    links = {}
    for mac in (MAC, OTHER):
        daemon.add_device(mac)
        daemon.ctl("operation", "add", mac, "firmware", "--start", "now", "--file", NAME)
        links[mac] = re.search(r"(/firmware/\S+/\S+)", daemon.ctl("operation", "list", mac))[1]
    open_ones = []

    def status(link):
        connection, head = begin(daemon, link)
        if " 200 " in head.split("\r\n")[0]:
            open_ones.append(connection)
            return 200, head
        connection.close()
        return int(head.split()[1]), head

    assert [status(links[MAC])[0] for _ in range(2)] == [200, 200]
    refused, head = status(links[MAC])
    assert refused == 503 and re.search(r"(?i)^retry-after: \d+", head, re.M)
    assert status(links[OTHER])[0] == 200
    assert status(links[OTHER])[0] == 503  # the address has three by now
    assert "reason=downloads_of_one" in daemon.log
    while open_ones:
        open_ones.pop().close()
    until(lambda: status(links[MAC])[0] == 200, "a place that is free again")
    while open_ones:
        open_ones.pop().close()


def test_an_operation_whose_file_has_gone_is_not_written(make_daemon):
    daemon = make_daemon(settings={"provisioning": {
        "public_url": "http://prov.example.net"}}).start()
    path = daemon.state_dir / "firmware" / NAME
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"firmware")
    daemon.ctl("firmware", "add", NAME, "--product", "n870")
    daemon.add_device(MAC)
    daemon.ctl("operation", "add", MAC, "firmware", "--start", "+3600", "--file", NAME)
    assert "FwUpdateUrl" in daemon.ctl("preview", MAC)
    assert b"FwUpdateUrl" in daemon.fetch()
    daemon.ctl("firmware", "remove", NAME)
    row, = daemon.ctl("operation", "list", MAC, json=True)["operations"]
    assert row["written"] is False
    step = next(step for step in daemon.ctl("explain", MAC, json=True)["steps"]
                if step["step"] == "operation")
    assert (step["outcome"], step["written"], step["reason"]) == \
        ("held", False, "firmware_unknown")
    assert NAME in step["words"] and step["todo"]
    assert "FwUpdateUrl" not in daemon.ctl("preview", MAC)
    assert b"FwUpdateUrl" not in daemon.fetch()
    daemon.ctl("firmware", "add", NAME, "--product", "n870")
    assert "FwUpdateUrl" in daemon.ctl("preview", MAC)


def test_devices_that_wait_are_listed_in_pages(make_daemon):
    daemon = make_daemon(settings={
        "schedule never": {"start": "00:00", "end": "05:00",
                           "blackout": "2020-01-01..2099-12-31"},
        "provisioning": {"shrink_guard": "10% 1"}}).start()
    macs = [f"7C2F80E0D6{number:02X}" for number in range(1, 8)]
    for mac in macs:
        daemon.add_device(mac)
        daemon.fetch(mac)
    daemon.ctl("setting", "set", "fleet", "schedule.config", "never")
    daemon.ctl("setting", "set", "fleet", "DmGlobal.0.TimeZone", "Europe/Berlin")
    for mac in macs[:5]:
        daemon.fetch(mac)
    waiting = daemon.ctl("device", "list", "--waiting", json=True)["devices"]
    assert [row["mac"] for row in waiting] == macs[:5]
    assert all(row["waits_at"] for row in waiting)
    seen, after = [], ""
    while True:
        page = json.loads(daemon.curl("--unix-socket", daemon.socket,
                                      f"http://x/api/v1/devices?waiting=1&limit=2{after}"))
        seen += [row["mac"] for row in page["devices"]]
        if "next" not in page:
            break
        after = f"&after={page['next']}"
    assert seen == macs[:5]
    assert daemon.ctl("device", "list", "--waiting", "--product", "n510",
                      json=True)["devices"] == []


def test_products_and_the_version_are_told(daemon):
    listed = {row["name"]: row for row in daemon.ctl("product", "list", json=True)["products"]}
    assert (listed["n870"]["format"], listed["n870"]["handsets"]) == ("nx70", 250)
    assert listed["maxwell3"]["lines"] and listed["raw"]["format"] == "raw"
    version = daemon.ctl("status", json=True)["version"]
    assert daemon.ctl("--version") == f"gigaprovctl {version}\n"
