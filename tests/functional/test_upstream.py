# SPDX-License-Identifier: MIT
"""Registrations that are mirrored to another server: a second real daemon."""

import contextlib
import socket
import socketserver
import statistics
import threading
import time

import pytest

from gigaprov import LISTENERS, free_port, until

URL = "http://provider.example/xml/%MACD.xml"
NAME = "Daryna"


class Pair:
    """A manufacturer's server, and ours that mirrors to it."""

    def __init__(self, make_daemon, keys=None, start=True):
        # Ports that stay the same when the server is started again.
        self.there = make_daemon("there", listeners={
            name: {**listener, "port": free_port()} for name, listener in LISTENERS.items()})
        self.there.start()
        self.account = self.there.add_account("acme", "acme's password", providers=[NAME])
        self.password_file = self.there.directory / "acme.password"
        self.password_file.write_text("acme's password\n", encoding="utf-8")
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


def test_a_registration_and_its_end_are_mirrored(pair):
    good, answer = pair.ours.registerDevice("7C2F80820EC0-55DF", URL, NAME)
    assert (good, answer[:4]) == (True, "OK: ")
    assert pair.settled()["registered"] == 1
    assert pair.theirs.checkDevice("7C2F80820EC0")[4] == URL
    # The MAC-ID has gone along.
    assert pair.theirs.checkDevice("7C2F80820EC0-AAAA") == [False, "mac_invalid:7C2F80820EC0"]
    assert pair.ours.deregisterDevice("7C2F80820EC0") == [True, "OK"]
    pair.settled()
    assert pair.theirs.checkDevice("7C2F80820EC0") == [False, "mac_not_found:7C2F80820EC0"]
    assert pair.status()["registered"] == 0


def test_the_phone_has_the_password_that_the_other_server_told(pair):
    mac = "7C2F80E0D605"
    ours = pair.ours.registerDevice(mac, URL, NAME)[1].removeprefix("OK: ")
    pair.settled()
    pair.theirs.deregisterDevice(mac)
    theirs = pair.theirs.registerDevice(mac, URL, NAME)[1].removeprefix("OK: ")
    assert ours != theirs
    pair.here.ctl("device", "add", mac, "--product", "n870")
    assert b"<provisioning" in pair.here.fetch(mac, theirs)
    status = pair.here.curl_status("--digest", "--user", f"{mac}:{ours}",
                                   pair.here.url("phones", f"/xml/{mac}.xml"))
    assert status == 401
    # It is the device's for good, whoever registers it next.
    pair.ours.deregisterDevice(mac)
    assert pair.ours.registerDevice(mac, URL, NAME) == [True, f"OK: {theirs}"]
    audit = pair.here.ctl("audit", "list", "--object", f"device:{mac}", json=True)["audit"]
    assert "upstream:maker" in {row["actor"] for row in audit}
    assert theirs not in str(audit) and theirs not in pair.here.log


def test_lists_and_removed_devices_are_mirrored(pair):
    macs = [f"7C2F8000000{n}" for n in range(6)]
    assert pair.ours.registerDeviceList(macs, URL, NAME)[0]
    assert pair.settled()["registered"] == 6
    assert pair.ours.deregisterDeviceList(macs[:2]) == [True, "OK", "OK"]
    pair.here.ctl("device", "remove", macs[2])
    pair.settled()
    here, there = pair.lists()
    assert here == there and [row[0] for row in there] == macs[3:]


def test_what_is_refused_stays_refused_until_somebody_says_retry(pair):
    pair.theirs.registerDevice("7C2F80820EC0", "http://elsewhere.example/", NAME)
    assert pair.ours.registerDevice("7C2F80820EC0", URL, NAME)[0]
    status = pair.settled()
    assert status["refused"] == 1
    assert status["first_refused"][0]["answer"] == "mac_already_in_use:7C2F80820EC0"
    assert any("refused 1 device" in notice
               for notice in pair.here.ctl("status", json=True)["notices"])
    differences = pair.here.ctl("upstream", "diff", "maker", json=True)["differences"]
    assert [(row["what"], row["state"]) for row in differences] == [("different", "refused")]

    # What is there did not come from here, so it stays when ours ends.
    pair.ours.deregisterDevice("7C2F80820EC0")
    pair.settled()
    assert pair.theirs.checkDevice("7C2F80820EC0")[4] == "http://elsewhere.example/"

    pair.ours.registerDevice("7C2F80820EC0", URL, NAME)
    assert pair.settled()["refused"] == 1
    pair.theirs.deregisterDevice("7C2F80820EC0")
    pair.here.ctl("upstream", "retry", "maker", "7C2F80820EC0")
    assert pair.settled()["refused"] == 0
    assert pair.lists()[0] == pair.lists()[1]


def test_what_is_there_already_is_confirmed_and_retry_fetches_its_password(pair):
    pair.theirs.registerDevice("7C2F80820EC0", URL, NAME)
    pair.ours.registerDevice("7C2F80820EC0", URL, NAME)
    status = pair.settled()
    assert (status["confirmed"], status["registered"], status["refused"]) == (1, 0, 0)
    assert pair.here.ctl("upstream", "retry", "maker", json=True)["rows"] == 2
    status = pair.settled()
    assert (status["confirmed"], status["registered"]) == (0, 1)
    assert pair.lists()[0] == pair.lists()[1]


def test_a_name_that_is_not_known_there_is_refused(make_daemon):
    pair = Pair(make_daemon, {"provider": "Nobody"})
    pair.ours.registerDevice("7C2F80820EC0", URL, NAME)
    assert pair.settled()["first_refused"][0]["answer"] == "name_invalid:Nobody"


def test_another_name_there_and_only_some_names_here(make_daemon):
    pair = Pair(make_daemon, {"provider": "Maker", "providers": "Daryna, Big Company"})
    pair.there.ctl("provider", "add", "Maker")
    pair.there.ctl("account", "set", "acme", "--provider", "Maker")
    pair.here.ctl("provider", "add", "Other")
    pair.here.ctl("provider", "add", "Big Company")
    pair.here.ctl("account", "set", "anna", "--provider", "Other", "--provider", NAME,
                  "--provider", "Big Company")
    for n, name in enumerate((NAME, "Other", "Big Company")):
        assert pair.ours.registerDevice(f"7C2F8000000{n}", URL, name)[0]
    pair.settled()
    assert [row[:2] for row in sorted(pair.theirs.listDevices())] == [
        ["7C2F80000000", "Maker"], ["7C2F80000002", "Maker"]]
    assert pair.here.ctl("upstream", "diff", "maker", json=True)["differences"] == []


def test_a_wrong_password_is_told_once_and_mended_by_the_file(make_daemon):
    pair = Pair(make_daemon)
    pair.password_file.write_text("wrong\n", encoding="utf-8")
    for n in range(3):
        pair.ours.registerDevice(f"7C2F8000000{n}", URL, NAME)
    until(lambda: pair.status()["failures"] >= 2, "a second attempt")
    assert pair.status()["state"] == "denied"
    assert pair.here.log.count("nothing is mirrored there") == 1
    assert "wrong" not in pair.here.log
    assert any("refuses user and password" in notice
               for notice in pair.here.ctl("status", json=True)["notices"])
    diff = pair.here.ctl("upstream", "diff", "maker", check=False)
    assert diff.returncode != 0 and b"(upstream_" in diff.stderr
    pair.password_file.write_text("acme's password\n", encoding="utf-8")
    pair.here.ctl("upstream", "retry", "maker")
    assert pair.settled()["state"] == "ok"
    assert pair.lists()[0] == pair.lists()[1]


def test_digest_where_basic_is_not_taken(make_daemon):
    pair = Pair(make_daemon, start=False)
    # Basic without TLS is for loopback only, and behind this proxy nobody is.
    pair.there.listeners["admin"]["trusted_proxies"] = "127.0.0.0/8"
    pair.there.write_ini()
    pair.there.restart()
    pair.begin()
    pair.ours.registerDevice("7C2F80820EC0", URL, NAME)
    assert pair.settled()["registered"] == 1


def test_the_other_server_is_down_at_the_start(make_daemon):
    pair = Pair(make_daemon, start=False)
    pair.there.stop()
    pair.begin()
    assert pair.ours.registerDevice("7C2F80820EC0", URL, NAME)[0]
    until(lambda: pair.status()["state"] == "failing", "a failure")
    assert pair.status()["waiting"] == 1
    assert pair.status()["first_waiting"][0]["unsure"] is False
    pair.there.start()
    pair.settled()
    assert pair.lists()[0] == pair.lists()[1]


def test_what_waits_outlives_a_restart(make_daemon):
    pair = Pair(make_daemon)
    pair.there.stop()
    macs = [f"7C2F8000000{n}" for n in range(8)]
    pair.ours.registerDeviceList(macs, URL, NAME)
    pair.ours.deregisterDevice(macs[0])
    pair.here.kill9()
    pair.here.start()
    pair.there.start()
    assert pair.settled()["registered"] == 7
    assert pair.lists()[0] == pair.lists()[1]


def test_a_server_that_dies_amid_a_thousand_has_the_same_list_in_the_end(make_daemon):
    pair = Pair(make_daemon, {"connections": 8})
    macs = [f"7C2F8001{n:04X}" for n in range(1000)]
    ours = pair.ours
    assert ours.registerDeviceList(macs, URL, NAME)[0]
    for share in (200, 500):
        until(lambda: pair.status()["waiting"] < 1000 - share, "some of them")
        pair.there.kill9()
        pair.there.start()
    until(lambda: pair.status()["waiting"] < 300, "most of them")
    pair.here.kill9()
    pair.here.start()
    ours = pair.ours
    # The rest of the life of some of them goes on meanwhile.
    for mac in macs[::50]:
        assert ours.deregisterDevice(mac)[0]
        assert ours.registerDevice(mac, URL + "?again", NAME)[0]
    for mac in macs[1::50]:
        assert ours.deregisterDevice(mac)[0]
    status = pair.settled()
    assert status["refused"] == 0
    here, there = pair.lists()
    assert len(here) == 980 and here == there
    answer = pair.here.ctl("upstream", "diff", "maker", json=True)
    assert (answer["equal"], answer["differences"]) == (980, [])
    # Those whose answer was lost in between: their passwords are had by hand.
    pair.here.ctl("upstream", "retry", "maker")
    status = pair.settled()
    assert (status["registered"], status["confirmed"]) == (980, 0)


class Unlucky(socketserver.ThreadingTCPServer):
    """A way to the other server on which connections break: before or behind a request."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port, fate):
        super().__init__(("127.0.0.1", 0), UnluckyRequest)
        self.port = port
        self.fate = fate  # of each connection: "before", "behind" or "well"


class UnluckyRequest(socketserver.BaseRequestHandler):
    def whole(self, connection):
        """One message with its body; b"" at the end."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        head = data.split(b"\r\n\r\n")[0].lower()
        length = int(head.split(b"content-length:")[1].split()[0])
        while len(data) < len(head) + 4 + length:
            data += connection.recv(65536)
        return data

    def handle(self):
        fate = self.server.fate.pop(0) if self.server.fate else "well"
        with socket.create_connection(("127.0.0.1", self.server.port)) as there:
            while request := self.whole(self.request):
                if fate == "before":
                    return
                there.sendall(request)
                answer = self.whole(there)
                if fate == "behind":
                    return
                self.request.sendall(answer)


@contextlib.contextmanager
def unlucky(pair, fate):
    """The pair's way to the other server is such a one from now on."""
    with Unlucky(pair.there.ports["admin"], fate) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pair.here.write_ini(**{"upstream maker": {
            "url": f"http://127.0.0.1:{server.server_address[1]}"}})
        pair.here.reload()
        yield
        server.shutdown()


def history(daemon, mac):
    rows = daemon.ctl("audit", "list", "--object", f"device:{mac}", json=True)["audit"]
    return [row["action"] for row in rows][::-1]


def test_a_request_that_got_lost_is_sent_again(make_daemon):
    pair = Pair(make_daemon)
    with unlucky(pair, ["before"]):
        pair.ours.registerDevice("7C2F80820EC0", URL, NAME)
        status = pair.settled()
    assert (status["registered"], status["confirmed"], status["refused"]) == (1, 0, 0)
    assert history(pair.there, "7C2F80820EC0") == ["registration.add"]


def test_a_request_whose_answer_got_lost_is_not_sent_twice(make_daemon):
    pair = Pair(make_daemon)
    with unlucky(pair, ["behind"]):
        pair.ours.registerDevice("7C2F80820EC0", URL, NAME)
        status = pair.settled()
        assert (status["registered"], status["confirmed"], status["refused"]) == (0, 1, 0)
        assert history(pair.there, "7C2F80820EC0") == ["registration.add"]
        assert pair.here.ctl("upstream", "diff", "maker", json=True)["differences"] == []
        pair.ours.deregisterDevice("7C2F80820EC0")
        pair.settled()
    # The same with questions, whose answers get lost, too.
    with unlucky(pair, ["behind", "behind", "behind"]):
        pair.ours.registerDevice("7C2F80820EC1", URL, NAME)
        pair.ours.deregisterDevice("7C2F80820EC1")
        status = pair.settled()
    assert (status["registered"], status["confirmed"], status["refused"]) == (0, 0, 0)
    for mac in ("7C2F80820EC0", "7C2F80820EC1"):
        assert history(pair.there, mac) == ["registration.add", "registration.remove"]
    assert pair.theirs.listDevices() == []


def test_one_device_is_told_in_order(make_daemon):
    pair = Pair(make_daemon, {"connections": 16})
    ours = pair.ours
    for n in range(20):
        assert ours.registerDevice("7C2F80820EC0", f"{URL}?{n}", NAME)[0]
        assert ours.deregisterDevice("7C2F80820EC0")[0]
    assert ours.registerDevice("7C2F80820EC0", f"{URL}?last", NAME)[0]
    status = pair.settled()
    assert (status["registered"], status["refused"]) == (1, 0)
    assert pair.theirs.listDevices()[0][2] == f"{URL}?last"
    assert history(pair.there, "7C2F80820EC0") == ["registration.add", "registration.remove"] * 20 + ["registration.add"]


def median_ms(pair, macs):
    ours = pair.ours
    times = []
    for mac in macs:
        begin = time.monotonic()
        assert ours.registerDevice(mac, URL, NAME)[0]
        times.append(time.monotonic() - begin)
    return statistics.median(times) * 1000


def test_a_dead_server_does_not_slow_the_calls_here(make_daemon):
    pair = Pair(make_daemon)
    # Takes connections and never answers.
    with socket.create_server(("127.0.0.1", 0), backlog=64) as dead:
        alone = make_daemon("alone").start()
        alone.user = alone.add_account("anna", "anna's password", providers=[NAME])
        url = f"http://127.0.0.1:{dead.getsockname()[1]}"
        pair.here.write_ini(**{"upstream maker": {"url": url}})
        pair.here.reload()
        dead_ms = median_ms(pair, [f"7C2F8002{n:04X}" for n in range(150)])
        plain = type("Plain", (), {"ours": alone.rpc(*alone.user).autoprov})
        plain_ms = median_ms(plain, [f"7C2F8002{n:04X}" for n in range(150)])
        assert dead_ms < 3 * plain_ms + 5, (dead_ms, plain_ms)
        assert pair.status()["waiting"] == 150
        # The stop waits for calls under way, but not for long.
        begin = time.monotonic()
        pair.here.stop()
        assert time.monotonic() - begin < 20


def test_a_section_that_is_gone_leaves_what_waits_and_says_so(make_daemon):
    pair = Pair(make_daemon)
    pair.there.stop()
    pair.ours.registerDevice("7C2F80820EC0", URL, NAME)
    section = pair.here.settings.pop("upstream maker")
    pair.here.write_ini()
    pair.here.reload()
    assert [(row["name"], row["state"], row["waiting"])
            for row in pair.here.ctl("upstream", "list", json=True)["upstreams"]] == [
                ("maker", "removed", 1)]
    assert any("there is no [upstream maker] any more, and 1 " in notice
               for notice in pair.here.ctl("status", json=True)["notices"])
    assert pair.here.ctl("upstream", "retry", "maker", check=False).returncode != 0
    # What is registered meanwhile is nobody's to mirror.
    pair.ours.registerDevice("7C2F80820EC1", URL, NAME)
    pair.here.write_ini(**{"upstream maker": section})
    pair.there.start()
    pair.here.reload()
    pair.settled()
    assert [row[0] for row in pair.theirs.listDevices()] == ["7C2F80820EC0"]
    differences = pair.here.ctl("upstream", "diff", "maker", json=True)["differences"]
    assert [(row["mac"], row["what"], row["state"]) for row in differences] == [
        ("7C2F80820EC1", "only_here", None)]
    pair.here.ctl("upstream", "retry", "maker", "7C2F80820EC1")
    pair.settled()
    assert pair.lists()[0] == pair.lists()[1]


def test_the_difference_of_the_lists(pair):
    for n in range(3):
        pair.ours.registerDevice(f"7C2F8000000{n}", URL, NAME)
    pair.settled()
    pair.theirs.deregisterDevice("7C2F80000001")
    pair.theirs.deregisterDevice("7C2F80000002")
    pair.theirs.registerDevice("7C2F80000002", "http://u:secret@elsewhere.example/", NAME)
    pair.theirs.registerDevice("7C2F80000003", URL, NAME)
    answer = pair.here.ctl("upstream", "diff", "maker", json=True)
    assert {row["mac"]: (row["what"], row["url_here"], row["url_there"], row["state"])
            for row in answer["differences"]} == {
                "7C2F80000001": ("only_here", URL, None, "registered"),
                "7C2F80000002": ("different", URL, "http://u:********@elsewhere.example/",
                                 "registered"),
                "7C2F80000003": ("only_there", None, URL, None)}
    assert (answer["here"], answer["there"], answer["equal"], answer["cut"]) == (3, 3, 1, False)
    assert "only_there" in pair.here.ctl("upstream", "diff", "maker")
    for mac in ("7C2F80000001", "7C2F80000002"):
        pair.here.ctl("upstream", "retry", "maker", mac)
    pair.settled()
    answer = pair.here.ctl("upstream", "diff", "maker", json=True)
    assert [row["mac"] for row in answer["differences"]] == ["7C2F80000003"]


def test_a_list_that_is_too_long_is_an_error(make_daemon):
    pair = Pair(make_daemon, {"diff_rows": 5})
    pair.theirs.registerDeviceList([f"7C2F8000000{n}" for n in range(6)], URL, NAME)
    done = pair.here.ctl("upstream", "diff", "maker", check=False)
    assert done.returncode != 0 and b"upstream_long" in done.stderr


def test_what_waits_is_measured(make_daemon):
    pair = Pair(make_daemon)
    pair.there.stop()
    pair.ours.registerDevice("7C2F80820EC0", URL, NAME)

    def metric(name):
        text = pair.here.curl(pair.here.url("admin", "/metrics")).decode()
        return int(next(line.split()[1] for line in text.splitlines()
                        if line.startswith(f"gigaprovd_{name} ")))

    until(lambda: metric("outbox_rows") == 1, "the gauge")
    assert metric("upstream_failures_total") >= 1
    pair.there.start()
    until(lambda: metric("outbox_rows") == 0, "the gauge")
