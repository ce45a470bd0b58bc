# SPDX-License-Identifier: MIT
"""Firmware for a whole fleet: canaries, waves, three in a hundred that fail, and kills.

ROLLOUT_DEVICES is how many; 10,000 where nothing is sanitized.  ROLLOUT_SEED repeats a run.
"""

import concurrent.futures
import contextlib
import csv
import io
import os
import random
import sqlite3
import time
from datetime import datetime, timezone

from gigaprov import BUILD, PATIENCE
from rollout import NEW, Fleet

DEVICES = int(os.environ.get("ROLLOUT_DEVICES", "10000" if BUILD.name == "release" else "1000"))
SECRET = "A2B4C6D8E0F2"
RUNS = f"runs 83.V{NEW}+build.5f0a106"
FIRMWARE = f"N870-V{NEW}.bin"
START = datetime(2026, 6, 2, 12, tzinfo=timezone.utc)
KILLS = 10


def query(daemon, sql, *values):
    with contextlib.closing(sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True,
                                            timeout=PATIENCE)) as db:
        return db.execute(sql, values).fetchall()


class Rollout:
    def __init__(self, daemon, fleet, macs, dice=None):
        self.daemon, self.fleet, self.macs, self.dice = daemon, fleet, macs, dice
        self.now = START
        self.job = 0
        self.stops = []
        self.moves = 0
        self.kills = 0
        self.patience_until = 0.0
        # Most while phones fetch, some when the clock has moved: waves, tries, failures.
        fetches = range(1, int(1.8 * len(macs)))
        self.at_fetches = sorted(dice.sample(fetches, KILLS - 3)) if dice else []
        self.at_moves = sorted(dice.sample(range(1, 12), 3)) if dice else []

    def kill(self):
        self.daemon.kill9()
        self.kills += 1
        self.daemon.start()
        self.patience_until = time.monotonic() + PATIENCE / 4

    def begin(self, deaf):
        """Bad ones among the first, too, but fewer than would stop it there."""
        canaries = [mac for mac in self.macs if mac not in deaf][:9] + sorted(deaf)[:1]
        words = [word for mac in canaries for word in ("--canary", mac)]
        self.job = self.daemon.ctl(
            "job", "start", "firmware", "--all", "--version", NEW, "--now", *words,
            "--waves", "10,50,100", "--stop-after", "2%", "--minimum", len(self.macs) // 50,
            "--soak", 10 * 3600, "--advance", "90", "--max-concurrent", 0, "--per-minute", 0,
            json=True)["id"]

    def row(self):
        return query(self.daemon, "SELECT phase, paused_at, reason, next_wave_at FROM job "
                     "WHERE id = ?", self.job)[0]

    def is_quiet(self):
        """Who could do something has done it; what is left is a matter of time."""
        phase, _, _, next_wave_at = self.row()
        if phase not in ("running", "stopped", "done"):
            return False
        if phase != "running":
            return True
        now = int(self.now.timestamp())
        bad = self.fleet.deaf | self.fleet.stuck
        if not self.fleet.is_quiet() or (next_wave_at and next_wave_at <= now):
            return False
        for mac, state, due_at in query(
                self.daemon, "SELECT mac, state, due_at FROM job_device "
                "WHERE job_id = ? AND state IN ('waiting', 'offered') AND due_at IS NOT NULL",
                self.job):
            text = f"{mac:012X}"
            if due_at <= now:
                return False
            if state == "offered" and text not in bad and self.may_still_come(text):
                return False
        return True

    def may_still_come(self, mac):
        """A kill may keep what a phone did from the record: then that is for the next try."""
        return not self.dice or (self.fleet.version[mac] != NEW and
                                 time.monotonic() < self.patience_until)

    def move(self):
        """To the next moment at which something is due."""
        times = query(self.daemon, "SELECT min(due_at), (SELECT next_wave_at FROM job "
                      "WHERE id = :job) FROM job_device WHERE job_id = :job AND "
                      "state IN ('waiting', 'offered')".replace(":job", str(self.job)))[0]
        self.now = datetime.fromtimestamp(min(time for time in times if time), timezone.utc)
        self.daemon.set_clock(self.now)
        self.moves += 1
        if self.at_moves and self.moves >= self.at_moves[0]:
            self.at_moves.pop(0)
            self.kill()

    def wait(self):
        """Until it is quiet; with kills on the way."""
        end = time.monotonic() + 4 * PATIENCE
        while not self.is_quiet():
            if self.at_fetches and self.fleet.fetched >= self.at_fetches[0]:
                self.at_fetches.pop(0)
                self.kill()
            assert not self.fleet.problems, self.fleet.problems[:5]
            assert time.monotonic() < end, (self.row(), self.fleet.waiting, self.numbers())
            time.sleep(0.02)

    def numbers(self):
        return dict(query(self.daemon, "SELECT state, count(*) FROM job_device "
                          "WHERE job_id = ? GROUP BY state", self.job))

    def run(self):
        while True:
            self.wait()
            phase = self.row()[0]
            if phase == "done":
                return
            if phase == "stopped":
                self.stops.append((self.row()[2], self.numbers()))
                self.daemon.ctl("job", "resume", self.job)
            else:
                self.move()
            assert self.moves < 200, self.numbers()

    def outcome(self):
        """All that is the same however often it was killed."""
        return {
            "job": query(self.daemon, "SELECT phase, under_way, paused_at FROM job"),
            "waves": query(self.daemon, "SELECT wave, percent, devices, offered, confirmed, failed,"
                           " gone FROM job_wave ORDER BY wave"),
            "devices": query(self.daemon, "SELECT mac, wave, state, reason, due_at, operation_id "
                             "FROM job_device ORDER BY mac"),
            "operations": query(self.daemon, "SELECT mac, kind, url FROM operation ORDER BY mac"),
            "firmware": query(self.daemon, "SELECT mac, firmware FROM device ORDER BY mac"),
        }


def bring(daemon, macs):
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["mac", "product", "secret"])
    rows.writerows((mac, "n870", SECRET) for mac in macs)
    path = daemon.directory / "fleet.csv"
    path.write_text(table.getvalue())
    assert daemon.ctl("import", path, json=True)["added"] == len(macs)


def roll_out(make_daemon, name, macs, deaf, stuck, dice=None):
    begun = time.monotonic()
    daemon = make_daemon(name, settings={
        "provisioning": {"public_url": "http://127.0.0.1", "firmware_unidentified": "allow"},
        "sip": {"notify": "yes", "address": "127.0.0.1", "rate": 10000, "t1_ms": 100,
                "t2_ms": 400, "answer_ms": 1000, "fetch_seconds": 30}})
    (daemon.directory / "firmware").mkdir()
    (daemon.directory / "firmware" / FIRMWARE).write_bytes(b"firmware" * 100)
    daemon.write_ini(daemon={"firmware_dir": daemon.directory / "firmware"})
    daemon.set_clock(START)
    daemon.start()
    bring(daemon, macs)
    daemon.ctl("firmware", "add", FIRMWARE, "--product", "n870")
    with Fleet(daemon, macs, SECRET, deaf, stuck) as fleet:
        daemon.ctl("setting", "set", "fleet", "notify.uri", f"sip:%MACD@127.0.0.1:{fleet.port}")
        rollout = Rollout(daemon, fleet, macs, dice)
        rollout.begin(deaf)
        rollout.run()
        assert not fleet.problems, fleet.problems[:5]
        assert fleet.loaded >= len(macs) // 60
    outcome = rollout.outcome()
    daemon.stop()
    print(f"{name}: {time.monotonic() - begun:.1f} s, {rollout.kills} kills, {rollout.moves} moves "
          f"of the clock, {len(rollout.stops)} stops")
    return rollout, outcome


def test_a_rollout_stops_is_resumed_and_ends_the_same_in_spite_of_kills(make_daemon):
    seed = int(os.environ.get("ROLLOUT_SEED", random.randrange(1 << 32)))
    print(f"ROLLOUT_SEED={seed} ROLLOUT_DEVICES={DEVICES}")
    dice = random.Random(seed)
    macs = [f"7C2F80{number:06X}" for number in range(DEVICES)]
    bad = dice.sample(macs, DEVICES * 3 // 100)
    deaf, stuck = set(bad[::2]), set(bad[1::2])
    with concurrent.futures.ThreadPoolExecutor() as both:
        undisturbed = both.submit(roll_out, make_daemon, "calm", macs, deaf, stuck)
        disturbed = both.submit(roll_out, make_daemon, "killed", macs, deaf, stuck, dice)
        calm, outcome = undisturbed.result()
        killed, again = disturbed.result()

    # It stopped before it had reached all.
    reason, numbers = calm.stops[0]
    assert "devices failed" in reason
    assert numbers["waiting"] > DEVICES * 4 // 10 and "offered" not in numbers
    ended = numbers["failed"] + numbers["confirmed"]
    assert 100 * numbers["failed"] >= 2 * ended

    # It ended, and with everybody as they deserve.
    assert outcome["job"] == [("done", 0, None)]
    assert [wave[0] for wave in outcome["waves"]] == [0, 1, 2, 3]
    assert outcome["waves"][0][2] == 10
    for number, _, state, reason, *rest in outcome["devices"]:
        mac = f"{number:012X}"
        assert (state, reason) == (("failed", "not-fetched") if mac in deaf else
                                   ("failed", "version-not-seen") if mac in stuck else
                                   ("confirmed", RUNS)), mac
        assert rest == [None, None]
    assert outcome["operations"] == []
    runs_new = {f"{mac:012X}" for mac, version in outcome["firmware"] if f"runs {version}" == RUNS}
    assert runs_new == set(macs) - set(bad)

    assert killed.kills == KILLS
    assert killed.stops
    for what, value in outcome.items():
        assert again[what] == value, what
