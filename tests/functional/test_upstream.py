# SPDX-License-Identifier: MIT
"""Registrations that are mirrored to another server: a second real daemon."""

import pytest

from gigaprov import until

URL = "http://provider.example/xml/%MACD.xml"
NAME = "Daryna"


class Pair:
    """A manufacturer's server, and ours that mirrors to it."""

    def __init__(self, make_daemon, keys=None, start=True):
        self.there = make_daemon("there").start()
        self.account = self.there.add_account("acme", "acme's password", providers=[NAME])
        self.password_file = self.there.directory / "acme.password"
        self.password_file.write_text("acme's password\n", encoding="utf-8")
        # A port that stays the same when the server is started again.
        self.there.listeners = {name: {**listener, "port": self.there.ports[name]}
                                for name, listener in self.there.listeners.items()}
        self.there.write_ini()
        self.here = make_daemon("here", settings={"upstream maker": {
            "url": f"http://127.0.0.1:{self.there.ports['admin']}",
            "user": "acme", "password_file": self.password_file,
            "retry_seconds": 1, "retry_max_seconds": 2, "timeout_seconds": 20, **(keys or {})}})
        if start:
            self.begin()

    def begin(self):
        self.here.start()
        self.user = self.here.add_account("anna", "anna's password", providers=[NAME])
        return self

    @property
    def ours(self):
        return self.here.rpc(*self.user).autoprov

    @property
    def theirs(self):
        return self.there.rpc(*self.account).autoprov

    def status(self):
        return self.here.ctl("upstream", "status", "maker", json=True)

    def settled(self):
        """Waits until nothing waits; the status."""
        return until(lambda: (lambda s: s["waiting"] == 0 and s)(self.status()), "an empty outbox")

    def lists(self):
        return [sorted(row[:3] for row in side.listDevices()) for side in (self.ours, self.theirs)]


@pytest.fixture
def pair(make_daemon):
    return Pair(make_daemon)
