# SPDX-License-Identifier: MIT
"""Many schedules and many devices: what finding the next one costs, and what phones feel of it."""

import os
import sqlite3
import threading
import time

import fleet as fleets
from machine import interleave, median, pace, write_requests
from report import Row, micros, millis, rate
from rows_fleet import Control

SCHEDULES = 9999  # and the one that is always open
FEW = 1000
START = 1780401600  # 2026-06-02, noon
TICKS = 6
DUE = 1000
FETCHES_A_SECOND = 2000
MAC_FIRST = 0x7C2F90000000
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")


class Scheduled(fleets.Fleet):
    """Beside the phones that fetch there are others, in groups with a schedule each."""

    def __init__(self, run, name, count, schedules):
        self.schedules, self.count = schedules, count
        super().__init__(run.binary, f"{run.where}/{name}")
        self.clock_file = f"{self.where}/clock"
        self.set_clock(START)

    def set_clock(self, at):
        with open(self.clock_file, "r+b" if os.path.exists(self.clock_file) else "wb") as f:
            f.write(at.to_bytes(8, "little", signed=True))

    def start(self, env=None):
        server = super().start(env) if not hasattr(self, "clock_file") else None
        if server:
            return server
        template = fleets.INI
        sections = ["[schedule always]\nstart = 00:00\nend = 00:00\nequal = allday\ninterval = 0\n"]
        for i in range(self.schedules):
            sections.append(f"[schedule s{i}]\ntimezone = {ZONES[i % len(ZONES)]}\n"
                            f"start = {i % 6:02}:{i % 60:02}\nend = 07:00\ninterval = {i % 5}\n")
        fleets.INI = template + "".join("\n" + section for section in sections)
        try:
            return super().start({**(env or {}), "GIGAPROV_TEST_CLOCK": self.clock_file})
        finally:
            fleets.INI = template

    def attach(self):
        """Only while the daemon stands still."""
        db = self.database()
        db.execute("PRAGMA synchronous = OFF")
        with db:
            db.executemany("INSERT INTO device_group (id, name, created_at) VALUES (?, ?, 1)",
                           [(i + 1, f"g{i}") for i in range(self.schedules)])
            db.executemany("INSERT INTO setting (scope, name, value, updated_at) "
                           "VALUES (?, 'schedule.config', ?, 1)",
                           [(f"group:g{i}", f"s{i}") for i in range(self.schedules)])
        for at in range(0, self.count, fleets.CHUNK):
            with db:
                db.executemany(
                    "INSERT INTO device (mac, product, group_id, created_at) "
                    "VALUES (?, 'n670', ?, 1)",
                    [(MAC_FIRST + 7 * i, i % self.schedules + 1)
                     for i in range(at, min(at + fleets.CHUNK, self.count))])
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()

    def query(self, sql):
        with sqlite3.connect(f"file:{self.where}/fleet.db?mode=ro", uri=True, timeout=60) as db:
            return db.execute(sql).fetchall()

    def job(self, **more):
        """Starts one for all in groups; (its id, seconds until all have their times)."""
        begun = time.perf_counter()
        Control(self).ask("POST", "jobs", {
            "kind": "reprovision", "product": "n670", "max_concurrent": 0, "per_minute": 0, **more})
        while True:
            number, phase = self.query("SELECT id, phase FROM job ORDER BY id DESC LIMIT 1")[0]
            if phase == "running":
                return number, time.perf_counter() - begun
            time.sleep(0.02)


def tick_us(server):
    """Of some ticks in which nothing is due."""
    names = ("sched_ticks_total", "sched_tick_microseconds_total")
    before = [fleets.metric(server, name) for name in names]
    while fleets.metric(server, names[0]) < before[0] + TICKS:
        time.sleep(0.2)
    after = [fleets.metric(server, name) for name in names]
    return (after[1] - before[1]) / (after[0] - before[0])


def few(run):
    """What a tick costs with few devices, and what one schedule for all of them costs."""
    fleet = Scheduled(run, "few", FEW, 10)
    fleet.attach()
    server = fleet.start()
    try:
        fleet.job()
        return tick_us(server)
    finally:
        server.stop()


def beside_due(run, fleet, server):
    """Fetches of phones that have nothing to do with a job, of which 1,000 are due each second."""
    number, one = fleet.job(schedule="always")
    due = [at for at, in fleet.query(
        f"SELECT due_at FROM job_device WHERE job_id = {number} AND due_at IS NOT NULL "
        "ORDER BY due_at")]
    path = f"{run.where}/not-due"
    write_requests(path, [
        f"GET {p} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for p in fleet.paths(seed=5)])
    done = [0]

    def alone():
        fleets.settle(server)
        return pace(run.tools, server, path, "-r", FETCHES_A_SECOND, "-t", run.seconds)

    def beside():
        over = threading.Event()

        def clock():
            while not over.is_set() and done[0] + DUE < len(due):
                done[0] += DUE
                fleet.set_clock(due[done[0]])
                over.wait(1)

        mover = threading.Thread(target=clock)
        mover.start()
        try:
            return pace(run.tools, server, path, "-r", FETCHES_A_SECOND, "-t", run.seconds)
        finally:
            over.set()
            mover.join()

    without, with_due = interleave(run.rounds, alone, beside)
    offered, = fleet.query("SELECT count(*) FROM job_device WHERE state <> 'waiting'")[0]
    if offered < DUE:
        raise RuntimeError(f"{offered} devices were offered something while it was measured")
    return one, median(with_due, "p99_us"), median(without, "p99_us")


def rows(run):
    quick = few(run)
    fleet = Scheduled(run, "schedules", run.many, SCHEDULES)
    fleet.fill(run.devices)
    fleet.attach()
    server = fleet.start()
    try:
        number, own = fleet.job()
        tick = tick_us(server)
        Control(fleet).ask("POST", f"jobs/{number}/pause", {})
        fleet.warm(run.tools, server)
        one, busy, calm = beside_due(run, fleet, server)
    finally:
        server.stop()
    many = f"{run.many:,} devices with {SCHEDULES + 1:,} schedules"
    return [
        Row(f"a tick with nothing due, {many} (theirs: {FEW:,} with 11)", micros(tick),
            micros(quick), tick / quick, 2, 1.2, at_least=False),
        Row(f"next due of {many} (theirs: one schedule for all)", rate(run.many / own),
            rate(run.many / one), one / own, None, None),
        Row(f"fetch p99 at {FETCHES_A_SECOND:,}/s while {DUE:,} devices become due each second "
            "(theirs: without)", millis(busy / 1e6), millis(calm / 1e6), busy / calm, 2, 1.2,
            at_least=False),
    ]
