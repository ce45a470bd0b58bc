# SPDX-License-Identifier: MIT
"""Registrations by 64 clients, each answered after its commit, against Python over SQLite."""

import base64
import itertools
import os

import fleet as fleets
from machine import HERE, Server, free_port, interleave, median, wrk
from report import Row, micros, rate

CLIENTS = 64
MACS_A_RUN = 1 << 24


def python_start(run, name, env):
    where = f"{run.where}/{name}"
    os.makedirs(where)
    port = free_port()
    return Server([run.python, f"{HERE}/python_server.py", str(port), "python.db"], port, where,
                  env)


def pair(run, name, work, env, floor, goal):
    fleet = fleets.Fleet(run.binary, f"{run.where}/{name}")
    ours = fleet.start(env)
    theirs = python_start(run, name + "-python", env)
    fleet.call(ours, "listDevices")  # so that the password is known
    firsts = itertools.count(MACS_A_RUN, MACS_A_RUN)
    theirs_basic = "Basic " + base64.b64encode(b"admin:bench").decode()

    def load(server, basic):
        return lambda: wrk(server, run.seconds, CLIENTS, "register.lua",
                           fleets.mac_text(next(firsts)), basic, fleets.PROVIDER)

    try:
        a, b = interleave(run.rounds, load(ours, fleet.basic), load(theirs, theirs_basic))
    finally:
        ours.stop()
        theirs.stop()
    with fleet.database() as db:
        stored = db.execute("SELECT count(*) FROM registration").fetchone()[0]
    answered = sum(one.requests for one in a)
    if stored < answered:
        raise RuntimeError(f"{answered} registrations were answered, {stored} are there")
    x, y = median(a, "rate"), median(b, "rate")
    c, d = median(a, "cpu_us"), median(b, "cpu_us")
    return [Row(work, rate(x), rate(y), x / y, floor, goal),
            Row(f"{work}: CPU per call", micros(c), micros(d), d / c)]


def rows(run):
    slow = {"LD_PRELOAD": f"{run.tools}/slow_sync.so", "SLOW_SYNC_MS": "2"}
    return [*pair(run, "register", "registerDevice, 64 clients", None, 4, 8),
            *pair(run, "register-slow", "registerDevice, every fsync 2 ms slower", slow, 12, 20)]
