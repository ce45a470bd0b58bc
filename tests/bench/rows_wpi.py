# SPDX-License-Identifier: MIT
"""Desk phones that boot all at once, over TLS, and are configured: time, and memory over idle."""

import json
import os
import subprocess

import fleet as fleets
from machine import LOAD_CORE, free_port, pinned
from report import Row, mebibytes, rate

MAC_FIRST = 0x0001E3000001
PHONES = 2000
AT_A_TIME = 50
SETTINGS = {f"key-label-unicode[{n}]": f"Key number {n}" for n in range(1, 21)}


class Desks(fleets.Fleet):
    """A fleet of OpenStages, each with a setting of its own."""

    def __init__(self, binary, where):
        self.desk_port = free_port()
        super().__init__(binary, where)

    def start(self, env=None):
        if not os.path.exists(f"{self.where}/desk.pem"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                            "2", "-subj", "/CN=127.0.0.1", "-keyout", f"{self.where}/desk.key",
                            "-out", f"{self.where}/desk.pem"], check=True, capture_output=True)
        fleets.INI, plain = fleets.INI + (
            f"\n[listener desk]\naddress = 127.0.0.1\nport = {self.desk_port}\nserves = wpi\n"
            "tls_cert = desk.pem\ntls_key = desk.key\n"), fleets.INI
        try:
            return super().start(env)
        finally:
            fleets.INI = plain

    def fill(self, count):
        self.macs = [MAC_FIRST + n for n in range(count)]
        db = self.database()
        with db:
            db.executemany(
                "INSERT INTO device (mac, product, created_at) VALUES (?, 'openstage60', 1)",
                [(mac,) for mac in self.macs])
            db.executemany(
                "INSERT INTO setting (scope, name, value, updated_at) VALUES (?, ?, ?, 1)",
                [("product:openstage60", name, value) for name, value in SETTINGS.items()] +
                [(f"device:{fleets.mac_text(mac)}", "e164", f"9{n}")
                 for n, mac in enumerate(self.macs)])
        db.close()

    def boot(self, run, parallel):
        """All of them boot; what the simulator says of it."""
        simulator = os.path.join(os.path.dirname(run.binary), "gigaprov-sim")
        done = subprocess.run(pinned(LOAD_CORE, [
            simulator, "wpi", "--url", f"https://127.0.0.1:{self.desk_port}", "--mac",
            fleets.mac_text(MAC_FIRST), "--count", str(len(self.macs)), "--parallel", str(parallel),
            "--timeout", "300", "--quiet", "--json", "--expect", "e164=9{n}"]),
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"gigaprov-sim: {done.stdout[-1000:]}{done.stderr[-1000:]}")
        return json.loads(done.stdout.splitlines()[-1])


def forget(fleet):
    """As if no phone had ever called."""
    with fleet.database() as db:
        for table in ("wpi_item", "wpi_phone", "rendition"):
            db.execute(f"DELETE FROM {table}")


def measure(run, fleet, parallel):
    """(summary, MiB at idle, most MiB) of one boot of all."""
    forget(fleet)
    server = fleet.start()
    try:
        idle = server.memory()
        server.memory_reset()
        told = fleet.boot(run, parallel)
        return told, idle, server.memory("VmHWM")
    finally:
        server.stop()


def rows(run):
    fleet = Desks(run.binary, f"{run.where}/wpi")
    count = PHONES // 10 if run.devices < 10000 else PHONES
    fleet.fill(count)
    rounds = [(measure(run, fleet, 0), measure(run, fleet, AT_A_TIME)) for _ in range(run.rounds)]
    rounds.sort(key=lambda pair: pair[0][0]["seconds"])
    (told, idle, most), (few, _, _) = rounds[len(rounds) // 2]
    figure = told["messages"] / told["seconds"]
    beside = few["messages"] / few["seconds"]
    work = f"{count:,} desk phones boot at once over TLS"
    return [
        Row(f"{work}, {told['messages']:,} messages in {told['seconds']:.1f} s "
            f"(theirs: ours, {AT_A_TIME} at a time)", rate(figure), rate(beside), figure / beside,
            0.7, 0.9),
        Row(f"{work}: memory (theirs: idle)", mebibytes(most), mebibytes(idle), most - idle, 256, 64,
            at_least=False, unit="MiB"),
    ]
