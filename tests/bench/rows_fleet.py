# SPDX-License-Identifier: MIT
"""What a change for the whole fleet costs while nobody has asked for its document yet."""

import http.client
import json
import socket
import statistics
import time

import fleet as fleets
from report import Row, millis

FEW = 1000
CHANGES = 25


class Control(http.client.HTTPConnection):
    """The API over the daemon's control socket."""

    def __init__(self, fleet):
        super().__init__("localhost")
        self.path = f"{fleet.where}/control.sock"

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)

    def ask(self, method, path, body):
        """Seconds of one request."""
        begun = time.perf_counter()
        self.request(method, f"/api/v1/{path}", json.dumps(body),
                     {"Content-Type": "application/json"})
        answer = self.getresponse()
        data = answer.read()
        took = time.perf_counter() - begun
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:500]}")
        return took


def change(run, count):
    """The median of some changes of a setting that every device has."""
    fleet = fleets.Fleet(run.binary, f"{run.where}/fleet-{count}")
    fleet.fill(count)
    server = fleet.start()
    try:
        control = Control(fleet)
        took = [control.ask("PUT", "settings/fleet/Bench.0.Parameter", {"value": f"value {i}"})
                for i in range(CHANGES)]
    finally:
        server.stop()
    return statistics.median(took)


def rows(run):
    few, many = change(run, FEW), change(run, run.many)
    return [Row(f"a setting for all of {run.many:,} devices (theirs: of {FEW:,})", millis(many),
                millis(few), many / few, 2, 1.2, at_least=False)]
