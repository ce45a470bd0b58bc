# SPDX-License-Identifier: MIT
"""What was answered is on disk, however the daemon ends.

CRASH_ROUNDS=10 rounds of killing; more find more.
"""

import os
import random
import re
import signal
import sqlite3
import threading
import time
import xmlrpc.client

import pytest

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "10"))
THREADS = 64
URL = "http://prov.example/xml/%MACD.xml"



class Crowd:
    """Clients that register and deregister different MACs until somebody ends it."""

    def __init__(self, daemon, user, start):
        self.daemon, self.user, self.start = daemon, user, start
        self.answered = {}    # MAC: its password as it was answered last; None: deregistered
        self.in_flight = {}   # MACs of calls without answer
        self.errors = []
        self.quit = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(THREADS)]
        for thread in self.threads:
            thread.start()

    def run(self, n):
        proxy = self.daemon.rpc(*self.user)
        # Every MAC is this thread's alone.
        for mac in (f"{self.start + n + THREADS * i:012X}" for i in range(1 << 20)):
            if self.quit.is_set():
                return
            self.in_flight[n] = mac
            try:
                good, text = proxy.autoprov.registerDevice(mac, URL, "Daryna")
                assert good is True, text
                self.answered[mac] = text[4:]
                if n % 4 == 0:
                    assert proxy.autoprov.deregisterDevice(mac) == [True, "OK"]
                    self.answered[mac] = None
            except (OSError, xmlrpc.client.ProtocolError) as error:
                self.errors.append(error)
                return
            except Exception as error:  # the test looks at them
                self.errors.append(error)
                raise
            del self.in_flight[n]

    def join(self):
        self.quit.set()
        for thread in self.threads:
            thread.join()


def registered(daemon):
    """MACs of the database, opened as it is, after it was checked."""
    with sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = database.execute("SELECT r.mac, d.secret IS NOT NULL FROM registration r "
                                "LEFT JOIN device d ON d.mac = r.mac").fetchall()
    assert all(secret for _, secret in rows)
    return {f"{mac:012X}" for mac, _ in rows}


def compare(crowd, found):
    """Nothing that was answered is missing, nothing is there that nobody asked for."""
    begun = set(crowd.in_flight.values())
    kept = {mac for mac, secret in crowd.answered.items() if secret}
    gone = {mac for mac, secret in crowd.answered.items() if not secret}
    assert not kept - found - begun, "answered and lost"
    assert not gone & found, "removed and back again"
    of_crowd = {mac for mac in found if int(mac, 16) >= crowd.start}
    assert not of_crowd - kept - begun, "there without a call"
    return kept - begun


def test_a_registration_that_was_answered_survives_a_kill(make_daemon):
    chance = random.Random()
    daemon = make_daemon().start()
    user = daemon.add_account()
    total = 0
    for number in range(ROUNDS):
        crowd = Crowd(daemon, user, (number + 1) << 32)
        time.sleep(0.3 + chance.random())
        daemon.kill9()
        crowd.join()
        assert crowd.errors and all(isinstance(error, OSError) for error in crowd.errors)
        before = registered(daemon)
        kept = compare(crowd, before)
        total += len(kept)
        daemon.start()
        assert registered(daemon) == before
        # The passwords are those that were answered, and can still be opened.
        proxy = daemon.rpc(*user)
        for mac in chance.sample(sorted(kept), min(5, len(kept))):
            assert proxy.autoprov.checkDevice(mac)[3:] == [proxy.autoprov.checkDevice(mac)[3], URL]
            proxy.autoprov.deregisterDevice(mac)
            assert proxy.autoprov.registerDevice(mac, URL, "Daryna") == [
                True, f"OK: {crowd.answered[mac]}"]
    assert total > ROUNDS * THREADS / 4, "too few to tell anything"


def test_a_list_is_there_as_a_whole_or_not_at_all(make_daemon):
    chance = random.Random()
    daemon = make_daemon().start()
    user = daemon.add_account()
    for number in range(min(ROUNDS, 10)):
        macs = [f"{((number + 1) << 32) + n:012X}" for n in range(2000)]
        answers = []

        def register(proxy=daemon.rpc(*user), macs=macs, answers=answers):
            try:
                answers.append(proxy.autoprov.registerDeviceList(macs, URL, "Daryna"))
            except OSError:
                pass

        thread = threading.Thread(target=register)
        thread.start()
        time.sleep(chance.random() * 0.4)
        daemon.kill9()
        thread.join()
        found = registered(daemon) & set(macs)
        assert found in (set(), set(macs))
        assert not answers or (answers[0][0] is True and found)
        daemon.start()


def test_a_stop_answers_what_is_in_flight_and_loses_nothing(make_daemon):
    daemon = make_daemon().start()
    user = daemon.add_account()
    for number in range(3):
        crowd = Crowd(daemon, user, (number + 1) << 32)
        time.sleep(0.5)
        start = time.monotonic()
        daemon.stop()
        assert time.monotonic() - start < 20
        crowd.join()
        # Those that had a call under way got their answer; then nobody listened any more.
        assert not [error for error in crowd.errors if not isinstance(error, OSError)]
        found = registered(daemon)
        compare(crowd, found)
        unanswered = {mac for mac in found if int(mac, 16) >= crowd.start
                      and mac not in crowd.answered}
        assert not unanswered, "done without an answer"
        assert "requests were not answered" not in daemon.log
        assert not re.search(r"level=error", daemon.log)
        daemon.start()


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_long_list_that_is_under_way_is_answered_before_the_end(make_daemon, signal_number):
    daemon = make_daemon().start()
    user = daemon.add_account()
    macs = [f"{n:012X}" for n in range(5000)]
    answers = []
    proxy = daemon.rpc(*user)
    proxy.system.listMethods()
    thread = threading.Thread(
        target=lambda: answers.append(proxy.autoprov.registerDeviceList(macs, URL, "Daryna")))
    thread.start()
    # Under way as soon as the write-ahead log grows.
    log = daemon.database.with_name(daemon.database.name + "-wal")
    size = log.stat().st_size
    end = time.monotonic() + 10
    while thread.is_alive() and log.stat().st_size == size and time.monotonic() < end:
        time.sleep(0.001)
    daemon.process.send_signal(signal_number)
    assert daemon.wait() == 0
    thread.join()
    assert answers and answers[0][0] is True and len(answers[0]) == 5001
    assert registered(daemon) == set(macs)
