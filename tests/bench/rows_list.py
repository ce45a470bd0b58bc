# SPDX-License-Identifier: MIT
"""Long lists: registerDeviceList against SQLite's upserts, listDevices against xmlrpc-c's values."""

import json
import os
import sqlite3
import statistics
import time

import fleet as fleets
from machine import SERVER_CORE, interleave, pinned, run as run_command
from report import Row, mebibytes, millis

URL = "https://pbx.example.net/provisioning/%MACD.xml"
LIST = 10000


def medians(measured):
    return [statistics.median(each) for each in zip(*measured)]


def upserts(run):
    """10,000 of the rows that a registration is, in a table like ours."""
    db = sqlite3.connect(f"{run.where}/upserts.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS registration (mac INTEGER PRIMARY KEY, "
               "provider_id INTEGER NOT NULL, account_id INTEGER, url TEXT NOT NULL, "
               "created_at INTEGER NOT NULL) STRICT")
    db.execute("CREATE INDEX IF NOT EXISTS registration_by_provider "
               "ON registration (provider_id, mac)")

    def measure(first):
        rows = [(mac, 1, 1, URL, 1) for mac in range(first, first + LIST)]
        begun = time.perf_counter(), time.process_time()
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO registration VALUES (?, ?, ?, ?, ?) ON CONFLICT (mac) DO UPDATE "
            "SET url = excluded.url, created_at = excluded.created_at", rows)
        db.execute("COMMIT")
        return time.perf_counter() - begun[0], time.process_time() - begun[1]

    return measure


def whole_upserts(run):
    """The same into our own tables: device and registration, with all their indexes."""
    fleet = fleets.Fleet(run.binary, f"{run.where}/upserts")
    db = sqlite3.connect(f"{fleet.where}/fleet.db", isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")

    def measure(first):
        macs = range(first, first + LIST)
        devices = [(mac, os.urandom(73)) for mac in macs]
        registrations = [(mac, URL) for mac in macs]
        begun = time.perf_counter(), time.process_time()
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO device (mac, secret, secret_origin, secret_account_id, created_at) "
            "VALUES (?, ?, 'made', 1, 1) ON CONFLICT (mac) DO UPDATE SET secret = excluded.secret",
            devices)
        db.executemany(
            "INSERT INTO registration (mac, provider_id, account_id, url, created_at) "
            "VALUES (?, 1, 1, ?, 1) ON CONFLICT (mac) DO UPDATE SET url = excluded.url",
            registrations)
        db.execute("COMMIT")
        return time.perf_counter() - begun[0], time.process_time() - begun[1]

    return measure


def register_list(run, fleet, server):
    sqlite, whole = upserts(run), whole_upserts(run)
    firsts = iter(range(1 << 32, 1 << 40, 1 << 24))

    def ours():
        first, cpu = next(firsts), server.cpu()
        data, took = fleet.call(server, "registerDeviceList",
                                [fleets.mac_text(mac) for mac in range(first, first + LIST)], URL,
                                fleets.PROVIDER)
        if data.count(b"OK: ") != LIST:
            raise RuntimeError("not every device was registered")
        return took, server.cpu() - cpu

    a, b, c = interleave(run.rounds, ours, lambda: sqlite(next(firsts)),
                         lambda: whole(next(firsts)))
    x, y, z = (medians(each) for each in (a, b, c))
    work = f"registerDeviceList of {LIST:,}"
    return [Row(f"{work} (theirs: one row each)", millis(x[0]), millis(y[0]), x[0] / y[0], 3, 2,
                at_least=False),
            Row(f"{work} (theirs: one row each): CPU", millis(x[1]), millis(y[1]), x[1] / y[1]),
            Row(f"{work} (theirs: our two rows each): CPU", millis(x[1]), millis(z[1]),
                x[1] / z[1])]


def list_ours(fleet, server, count):
    server.memory_reset()
    idle, cpu = server.memory(), server.cpu()
    data, took = fleet.call(server, "listDevices", fleets.PROVIDER)
    if data.count(URL.encode()) != count:
        raise RuntimeError("the list is not complete")
    return took, server.cpu() - cpu, server.memory("VmHWM") - idle


def list_million(fleet, server):
    """xmlrpc-c cannot build this one; what it must not need is known."""
    bound = 64
    took, _, memory = list_ours(fleet, server, 1000000)
    return [Row(f"listDevices of 1,000,000 ({took:.1f} s): memory over idle (theirs: the bound)",
                mebibytes(memory), mebibytes(bound), bound / max(memory, 0.1), 1, 16)]


def list_devices(run, fleet, server, count):
    def ours():
        return list_ours(fleet, server, count)

    def theirs():
        out = json.loads(run_command(pinned(SERVER_CORE, [
            f"{run.tools}/list_values", f"{fleet.where}/fleet.db"])))
        return out["seconds"], out["cpu"], out["kb"] / 1024

    x, y = (medians(each) for each in interleave(run.rounds, ours, theirs))
    work = f"listDevices of {count:,}"
    return [Row(work, millis(x[0]), millis(y[0]), y[0] / x[0], 10, 40),
            Row(f"{work}: CPU", millis(x[1]), millis(y[1]), y[1] / x[1]),
            Row(f"{work}: memory over idle", mebibytes(x[2]), mebibytes(y[2]),
                y[2] / max(x[2], 0.1))]


def listed(fleet, count, measure):
    """Measures a daemon whose database has just so many registrations."""
    with fleet.database() as db:
        db.execute("DELETE FROM registration")
        db.executemany("INSERT INTO device (mac, created_at) VALUES (?, 1) "
                       "ON CONFLICT (mac) DO NOTHING",
                       ((fleets.MAC_FIRST + i,) for i in range(count)))
        db.executemany("INSERT INTO registration (mac, provider_id, url, created_at) "
                       "SELECT ?, id, ?, 1700000000 FROM provider",
                       ((fleets.MAC_FIRST + i, URL) for i in range(count)))
    db.close()
    server = fleet.start()
    try:
        fleet.call(server, "checkDevice", fleets.mac_text(fleets.MAC_FIRST))
        return measure(server)
    finally:
        server.stop()


def rows(run):
    fleet = fleets.Fleet(run.binary, f"{run.where}/list")
    server = fleet.start()
    try:
        fleet.call(server, "listDevices")
        made = register_list(run, fleet, server)
    finally:
        server.stop()
    made += listed(fleet, run.listed, lambda server: list_devices(run, fleet, server, run.listed))
    if run.million:
        made += listed(fleet, 1000000, lambda server: list_million(fleet, server))
    return made
