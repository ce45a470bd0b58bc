# SPDX-License-Identifier: MIT
"""Telling phones to fetch, with sipp as the phone, and answering them by multicast."""

import contextlib
import hashlib
import re
import socket
import sqlite3
import threading

import pytest
from gigaprov import free_port, until
from sipp import ACCEPTS, BUSY, Phone, answer, notify, scenario

MAC = "7C2F80E0D605"
QUICK = {"notify": "yes", "address": "127.0.0.1", "t1_ms": 20, "t2_ms": 80, "answer_ms": 1500,
         "fetch_seconds": 1}


@pytest.fixture
def sip_daemon(make_daemon):
    """make(key=value…): a daemon that tells phones, with times that suit tests."""

    def make(**sip):
        return make_daemon(settings={"sip": {**QUICK, **sip}}).start()

    return make


@pytest.fixture
def make_phone(tmp_path):
    with contextlib.ExitStack() as stack:
        count = [0]

        def make(xml, *options, **more):
            count[0] += 1
            return stack.enter_context(
                Phone(tmp_path / f"phone{count[0]}", xml, *options, **more))

        yield make


def point(daemon, phone, more=""):
    """The device is there, and its URI is that of sipp."""
    daemon.add_device()
    daemon.ctl("setting", "set", f"device:{MAC}", "notify.uri",
               f"sip:%MACD@127.0.0.1:{phone if isinstance(phone, int) else phone.port}{more}")


def tell(daemon, *options):
    return daemon.ctl("notify", MAC, *options, json=True)


def show(daemon):
    return daemon.ctl("device", "show", MAC, json=True)["notify"]


def header(message, name):
    return re.search(rf"^{name}: *(.*?)\r?$", message, re.M | re.I).group(1)


def test_a_phone_that_accepts_and_fetches_is_told_of(sip_daemon, make_phone):
    daemon = sip_daemon(fetch_seconds=60)
    phone = make_phone(ACCEPTS)
    point(daemon, phone)
    result = {}
    teller = threading.Thread(target=lambda: result.update(tell(daemon)))
    teller.start()
    assert phone.finish()
    until(lambda: show(daemon)["outcome"] == "accepted", "the answer")
    daemon.fetch()
    teller.join()
    assert (result["outcome"], result["status"]) == ("accepted", 200)
    assert result["fetched_at"] >= result["sent_at"]
    assert "it has fetched" in result["words"]
    shown = show(daemon)
    assert shown["fetched_at"] == result["fetched_at"]
    message = phone.messages[0]
    assert message.startswith(f"NOTIFY sip:{MAC}@127.0.0.1:{phone.port} SIP/2.0")
    assert header(message, "Event") == "check-sync;reboot=false"
    assert header(message, "Content-Length") == "0"
    assert header(message, "To") == f"<sip:{MAC}@127.0.0.1:{phone.port}>"
    assert [row["action"] for row in daemon.ctl("audit", "list", "--object", f"device:{MAC}",
                                               json=True)["audit"]][0] == "device.notify"


def test_a_phone_that_accepts_and_does_not_fetch_is_no_proof(sip_daemon, make_phone):
    daemon = sip_daemon()
    phone = make_phone(ACCEPTS)
    point(daemon, phone)
    result = tell(daemon, "--reboot")
    assert (result["outcome"], result["fetched_at"]) == ("accepted", None)
    assert "has not fetched in time" in result["words"]
    assert header(phone.messages[0], "Event") == "check-sync;reboot=true"
    assert show(daemon)["reboot"] is True


def test_a_refusal_is_told_with_its_status(sip_daemon, make_phone):
    daemon = sip_daemon()
    phone = make_phone(BUSY)
    point(daemon, phone)
    result = tell(daemon)
    assert (result["outcome"], result["status"]) == ("refused", 486)
    assert "486 Busy Here" in result["words"]
    assert show(daemon)["outcome"] == "refused"


def test_without_an_answer_it_is_sent_again_and_then_given_up(sip_daemon):
    daemon = sip_daemon(answer_ms=600)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        point(daemon, silent.getsockname()[1])
        result = tell(daemon)
        silent.setblocking(False)
        packets = set()
        count = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                packets.add(silent.recv(9000))
                count += 1
    assert (result["outcome"], result["status"]) == ("no_answer", None)
    assert len(packets) == 1 and count >= 4, "the same message, again and again"


def test_a_phone_that_hears_the_third_message_has_heard_it(sip_daemon, make_phone):
    daemon = sip_daemon(answer_ms=20000)
    real = make_phone(ACCEPTS)
    # What stands between drops the first two packets, and lets all others through.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as front:
        front.bind(("127.0.0.1", 0))
        point(daemon, front.getsockname()[1])
        seen = []

        def forward():
            while True:
                data, sender = front.recvfrom(9000)
                if sender[1] == real.port:
                    front.sendto(data, seen[0][1])
                    return
                seen.append((data, sender))
                if len(seen) > 2:
                    front.sendto(data, ("127.0.0.1", real.port))

        thread = threading.Thread(target=forward, daemon=True)
        thread.start()
        result = tell(daemon)
        thread.join()
    assert result["outcome"] == "accepted"
    assert len({data for data, _ in seen}) == 1 and len(seen) >= 3


CHALLENGE = ('{name}: Digest realm="phone", nonce="dcd98b7102dd", opaque="op", {more}'
             'algorithm={algorithm}')


def challenging(status, name, algorithm, more):
    return scenario(
        notify(), answer(status, CHALLENGE.format(name=name, algorithm=algorithm, more=more)),
        notify(), answer("200 OK"))


def right(message, name, algorithm, user, password):
    """Whether the credentials of a message are what RFC 7616 makes of them."""
    found = dict(re.findall(r'(\w+)="?([^",]*)"?', header(message, name)))
    digest = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]

    def h(text):
        return digest(text.encode()).hexdigest()

    ha1 = h(f"{user}:phone:{password}")
    ha2 = h(f"NOTIFY:{found['uri']}")
    if found.get("qop") == "auth-int":
        ha2 = h(f"NOTIFY:{found['uri']}:{h('')}")
    middle = (f"dcd98b7102dd:{found['nc']}:{found['cnonce']}:{found['qop']}" if "qop" in found
              else "dcd98b7102dd")
    assert message.split()[1] == found["uri"] and found["opaque"] == "op"
    return found["username"] == user and found["response"] == h(f"{ha1}:{middle}:{ha2}")


@pytest.mark.parametrize("status, name, algorithm, more", [
    ("401 Unauthorized", "WWW-Authenticate", "MD5", 'qop="auth", '),
    ("401 Unauthorized", "WWW-Authenticate", "SHA-256", 'qop="auth,auth-int", '),
    ("401 Unauthorized", "WWW-Authenticate", "SHA-256", 'qop="auth-int", '),
    ("401 Unauthorized", "WWW-Authenticate", "MD5", 'qop="auth-int", '),
    ("407 Proxy Authentication Required", "Proxy-Authenticate", "MD5", ""),
])
def test_a_challenge_is_answered(sip_daemon, make_phone, status, name, algorithm, more):
    daemon = sip_daemon()
    phone = make_phone(challenging(status, name, algorithm, more))
    point(daemon, phone)
    daemon.ctl("setting", "set", "fleet", "notify.user", "boss")
    daemon.ctl("setting", "set", "fleet", "notify.password", "s3cret")
    result = tell(daemon)
    assert (result["outcome"], result["status"]) == ("accepted", 200)
    first, second = phone.messages
    credentials = "Proxy-Authorization" if status.startswith("407") else "Authorization"
    assert right(second, credentials, algorithm, "boss", "s3cret")
    assert header(second, "Call-ID") == header(first, "Call-ID")
    assert header(second, "CSeq") == "2 NOTIFY" and header(second, "Via") != header(first, "Via")
    assert "s3cret" not in daemon.log
    assert "s3cret" not in daemon.ctl("setting", "list", "fleet", "--json")


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_over_tcp_a_challenge_is_answered_too(sip_daemon, make_phone, algorithm):
    daemon = sip_daemon(transport="tcp")
    phone = make_phone(challenging("401 Unauthorized", "WWW-Authenticate", algorithm,
                                   'qop="auth", '), tcp=True)
    point(daemon, phone)
    daemon.ctl("setting", "set", "fleet", "notify.user", "boss")
    daemon.ctl("setting", "set", "fleet", "notify.password", "s3cret")
    assert tell(daemon)["outcome"] == "accepted"
    first, second = phone.messages
    assert right(second, "Authorization", algorithm, "boss", "s3cret")
    assert header(first, "Via").startswith("SIP/2.0/TCP 127.0.0.1:")


def test_over_tcp_nobody_answers(sip_daemon):
    daemon = sip_daemon(transport="tcp", answer_ms=600)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        point(daemon, silent.getsockname()[1])
        result = tell(daemon)
    assert (result["outcome"], result["status"]) == ("no_answer", None)


def test_a_fetch_is_waited_for_across_a_kill(sip_daemon, make_phone):
    daemon = sip_daemon(fetch_seconds=3600)
    phone = make_phone(ACCEPTS)
    point(daemon, phone)
    daemon.fetch()
    result = tell(daemon, "--wait", "1")
    assert (result["outcome"], result["fetched_at"]) == ("accepted", None)
    daemon.kill9()
    daemon.start()
    daemon.fetch()
    until(lambda: show(daemon)["fetched_at"], "the fetch to be seen")
    assert (show(daemon)["outcome"], show(daemon)["status"]) == ("accepted", 200)
    assert show(daemon)["fetched_at"] >= result["sent_at"]
    step, = [step for step in daemon.ctl("explain", MAC, json=True)["steps"]
             if step["step"] == "notify"]
    assert (step["way"], step["last"], step["outcome"]) == ("sip", "accepted", "ok")
    assert step["uri"] in step["words"] and "it fetched" in step["words"]


def test_what_was_sent_and_not_answered_before_a_kill_is_over_some_time(sip_daemon):
    daemon = sip_daemon(answer_ms=600000, fetch_seconds=3600)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        point(daemon, silent.getsockname()[1])
        assert tell(daemon, "--wait", "1")["outcome"] == "sent"
        until(lambda: show(daemon), "the row")
        daemon.kill9()
    daemon.write_ini(sip={"fetch_seconds": 1})
    daemon.start()
    # Too late to be waited for: the row stays as it was.  In time: see the test above.
    assert show(daemon)["outcome"] in ("sent", "no_answer")
    daemon.fetch()
    daemon.kill9()
    daemon.write_ini(sip={"fetch_seconds": 3600})
    daemon.start()
    until(lambda: show(daemon)["fetched_at"], "what is on record to be found")
    assert show(daemon)["outcome"] == "no_answer"


def test_a_line_of_the_device_answers_a_challenge(sip_daemon, make_phone):
    daemon = sip_daemon()
    phone = make_phone(challenging("401 Unauthorized", "WWW-Authenticate", "MD5", 'qop="auth", '))
    point(daemon, phone)
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.ctl("handset", "add", MAC, "029e74a501", "--user", "1011", "--auth", "a1011", "--sip",
               "pbx", "--password-stdin", stdin="line's password\n")
    assert tell(daemon)["outcome"] == "accepted"
    assert right(phone.messages[1], "Authorization", "MD5", "a1011", "line's password")


def test_a_challenge_without_a_password_is_a_refusal(sip_daemon, make_phone):
    daemon = sip_daemon()
    phone = make_phone(scenario(
        notify(), answer("401 Unauthorized",
                         CHALLENGE.format(name="WWW-Authenticate", algorithm="MD5", more=""))))
    point(daemon, phone)
    result = tell(daemon)
    assert (result["outcome"], result["status"]) == ("refused", 401)
    assert "notify.password" in result["words"]


def test_over_tcp_it_is_sent_once_and_answered_on_the_connection(sip_daemon, make_phone):
    daemon = sip_daemon(transport="tcp")
    phone = make_phone(ACCEPTS, tcp=True)
    point(daemon, phone)
    result = tell(daemon)
    assert (result["outcome"], result["status"]) == ("accepted", 200)
    assert len(phone.messages) == 1
    assert header(phone.messages[0], "Via").startswith("SIP/2.0/TCP 127.0.0.1:")


def test_where_nobody_listens_tcp_fails_at_once(sip_daemon):
    daemon = sip_daemon()
    point(daemon, free_port(), ";transport=tcp")
    result = tell(daemon)
    assert result["outcome"] == "failed"
    assert "refused" in result["words"].lower()


def test_it_goes_to_the_last_contact_and_its_first_account(sip_daemon, make_phone):
    phone = make_phone(ACCEPTS)
    daemon = sip_daemon(phone_port=phone.port)
    daemon.add_device()
    nowhere = tell(daemon)
    assert nowhere["outcome"] == "impossible" and "notify.uri" in nowhere["words"]
    step, = [step for step in daemon.ctl("explain", MAC, json=True)["steps"]
             if step["step"] == "notify"]
    assert (step["outcome"], step["reason"]) == ("note", "notify_nowhere")
    assert "notify.uri" in step["todo"]
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.ctl("handset", "add", MAC, "029e74a501", "--user", "10@11", "--sip", "pbx",
               "--password-stdin", stdin="line's password\n")
    daemon.fetch()
    assert tell(daemon)["outcome"] == "accepted"
    assert phone.messages[0].startswith(f"NOTIFY sip:10%4011@127.0.0.1:{phone.port} SIP/2.0")


def test_a_name_is_looked_up(sip_daemon, make_phone):
    daemon = sip_daemon()
    phone = make_phone(ACCEPTS)
    daemon.add_device()
    daemon.ctl("setting", "set", "product:n870", "notify.uri", f"sip:localhost:{phone.port}")
    assert tell(daemon)["outcome"] == "accepted"
    assert phone.messages[0].startswith(f"NOTIFY sip:localhost:{phone.port} ")


def test_within_the_gap_a_phone_is_not_told_again_even_by_another_process(sip_daemon, make_phone):
    daemon = sip_daemon(gap_seconds=3600)
    phone = make_phone(BUSY)
    point(daemon, phone)
    first = tell(daemon)
    again = tell(daemon)
    assert again["outcome"] == "suppressed"
    assert again["next_at"] == first["sent_at"] + 3600
    assert show(daemon)["outcome"] == "refused", "the last one stays"
    daemon.restart()
    assert tell(daemon)["outcome"] == "suppressed"
    assert len(phone.messages) == 1


def test_what_only_asks_and_what_is_not_there_is_said(sip_daemon):
    daemon = sip_daemon()
    assert "no such device" in daemon.ctl("notify", MAC, check=False).stderr.decode()
    daemon.add_device()
    daemon.ctl("lock", MAC)
    assert "locked" in tell(daemon)["words"]
    daemon.ctl("unlock", MAC)
    daemon.ctl("device", "set", MAC, "--no-product")
    assert "product" in tell(daemon)["words"]
    assert show(daemon) is None


def test_where_it_is_switched_off_nothing_is_sent(daemon):
    daemon.add_device()
    done = daemon.ctl("notify", MAC, check=False)
    assert done.returncode != 0 and b"[sip] notify = no" in done.stderr
    assert "device.notify" not in daemon.ctl("audit", "list", "--json")


@pytest.mark.parametrize("name, value, words", [
    ("notify.uri", "tel:1011", "does not begin with sip:"),
    ("notify.uri", "sip:1011@host:99999", "port"),
    ("notify.uri", "sip:10 11@host", "character"),
    ("notify.uri", "sip:a@b@c", "two @"),
    ("notify.uri", "sip:1011@host;transport=tls", "neither udp nor tcp"),
    ("notify.user", 'a"b', "quote"),
    ("notify.event", "x", "notify.uri, notify.user and notify.password"),
])
def test_settings_that_are_wrong_are_refused(daemon, name, value, words):
    done = daemon.ctl("setting", "set", "fleet", name, value, check=False)
    assert done.returncode != 0 and words in done.stderr.decode()
    assert daemon.ctl("setting", "list", "fleet", json=True)["settings"] == []


def test_settings_of_notifying_reach_no_document(daemon):
    daemon.add_device()
    before = daemon.ctl("preview", MAC)
    daemon.ctl("setting", "set", "fleet", "notify.uri", "sip:%MACD@pbx.example.net")
    daemon.ctl("setting", "set", "fleet", "notify.user", "boss")
    assert daemon.ctl("preview", MAC) == before


def test_a_stop_answers_who_waits(sip_daemon):
    daemon = sip_daemon(answer_ms=60000)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        point(daemon, silent.getsockname()[1])
        result = {}
        teller = threading.Thread(target=lambda: result.update(tell(daemon)))
        teller.start()
        silent.settimeout(60)
        silent.recv(9000)
        daemon.stop()
        teller.join()
    assert result["outcome"] == "sent"


def test_many_are_spread_and_each_is_told_once(sip_daemon):
    count = 30
    daemon = sip_daemon(rate=100)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phones:
        phones.bind(("127.0.0.1", 0))
        phones.settimeout(60)
        port = phones.getsockname()[1]
        daemon.ctl("setting", "set", "fleet", "notify.uri", f"sip:%MACD@127.0.0.1:{port}")
        macs = [f"7C2F80E1{i:04X}" for i in range(count)]
        for mac in macs:
            daemon.add_device(mac)
        told = set()

        def answer_all():
            while len(told) < count:
                data, sender = phones.recvfrom(9000)
                text = data.decode()
                told.add(text.split()[1])
                reply = "SIP/2.0 200 OK\r\n" + "".join(
                    line + "\r\n" for line in text.split("\r\n")
                    if re.match(r"(Via|From|To|Call-ID|CSeq):", line)) + "\r\n"
                phones.sendto(reply.encode(), sender)

        thread = threading.Thread(target=answer_all)
        thread.start()
        callers = [threading.Thread(target=daemon.ctl, args=("notify", mac, "--wait", "5"))
                   for mac in macs]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        thread.join()
    assert told == {f"sip:{mac}@127.0.0.1:{port}" for mac in macs}
    with contextlib.closing(sqlite3.connect(daemon.state_dir / "seen.db")) as db:
        rows = db.execute("SELECT outcome, count(*) FROM notify GROUP BY outcome").fetchall()
    assert rows == [("accepted", count)]


# -- Phones that ask for their URL by multicast.

URL = "http://127.0.0.1:18080/xml/%MACD.xml"


class Asker:
    """A phone that has just started: one UDP socket on loopback."""

    def __init__(self, daemon, port):
        self.daemon = daemon
        self.group = ("224.0.1.75", port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                               socket.inet_aton("127.0.0.1"))
        self.socket.settimeout(60)
        self.port = self.socket.getsockname()[1]
        self.calls = 0

    def close(self):
        self.socket.close()

    def subscribe(self, mac, event='ua-profile;profile-type="device"', call=None, **more):
        self.calls += 1
        uri = more.get("uri", f"sip:MAC%3A{mac}@local")
        return (f"{more.get('method', 'SUBSCRIBE')} {uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bKa{self.calls};rport\r\n"
                f"From: <sip:MAC%3A{mac}@local>;tag=one\r\n"
                f"To: <{uri}>{more.get('to', '')}\r\n"
                f"Call-ID: {call or f'call-{self.calls}'}\r\nCSeq: 1 SUBSCRIBE\r\n"
                f"Contact: <sip:127.0.0.1:{self.port}>\r\nEvent: {event}\r\n"
                f"Expires: 0\r\nAccept: application/url\r\n"
                f"User-Agent: Gigaset N870 IP PRO/83.V2.39.0\r\nContent-Length: 0\r\n\r\n")

    def send(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.socket.sendto(data, self.group)

    def receive(self):
        data, sender = self.socket.recvfrom(9000)
        return data.decode(), sender

    def accept(self, message, sender):
        head = "".join(line + "\r\n" for line in message.split("\r\n")
                       if re.match(r"(Via|From|To|Call-ID|CSeq):", line))
        self.socket.sendto(f"SIP/2.0 200 OK\r\n{head}Content-Length: 0\r\n\r\n".encode(), sender)

    def metric(self, name):
        text = self.daemon.curl(self.daemon.url("admin", "/metrics")).decode()
        return int(re.search(rf"^gigaprovd_{name} (\d+)$", text, re.M).group(1))

    def is_silent_after(self, *texts):
        """Nothing has come back when all of them have been counted as dropped."""
        before = self.metric("sip_dropped_total")
        for text in texts:
            self.send(text)
        until(lambda: self.metric("sip_dropped_total") - before >= len(texts), "the count")
        self.socket.setblocking(False)
        try:
            return not self.socket.recv(9000)
        except BlockingIOError:
            return True
        finally:
            self.socket.settimeout(60)


@pytest.fixture
def multicast(make_daemon):
    """A daemon that answers on loopback, and a phone."""
    askers = []

    def make(settings=None, **sip):
        port = free_port()
        daemon = make_daemon(settings={
            **(settings or {}),
            "sip": {"multicast": "yes", "multicast_interfaces": "127.0.0.1",
                    "multicast_port": port, "address": "127.0.0.1", "t1_ms": 20, "t2_ms": 80,
                    **sip}}).start()
        askers.append(Asker(daemon, port))
        return daemon, askers[-1]

    yield make
    for asker in askers:
        asker.close()


def register(daemon, url=URL, mac=MAC):
    daemon.rpc(*daemon.add_account()).autoprov.registerDevice(mac, url, "Daryna")


@pytest.mark.parametrize("spelling", ["MAC%3A{}", "mac%3a{}", "MAC:{}"])
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_registered_phone_is_told_its_url(multicast, spelling, case):
    daemon, phone = multicast()
    register(daemon)
    uri = f"sip:{spelling.format(case(MAC))}@local"
    phone.send(phone.subscribe(MAC, uri=uri))
    answered, _ = phone.receive()
    assert answered.startswith("SIP/2.0 200 OK\r\n")
    assert header(answered, "Via").startswith(f"SIP/2.0/UDP 127.0.0.1:{phone.port};branch=")
    assert f"rport={phone.port}" in answered and "received=127.0.0.1" in answered
    assert header(answered, "CSeq") == "1 SUBSCRIBE"
    told, sender = phone.receive()
    assert told.startswith(f"NOTIFY sip:127.0.0.1:{phone.port} SIP/2.0\r\n")
    head, body = told.split("\r\n\r\n")
    assert body == f"http://127.0.0.1:18080/xml/{MAC}.xml"
    assert header(head, "Content-Type") == "application/url"
    assert header(head, "Content-Length") == str(len(body))
    assert header(head, "Event") == 'ua-profile;profile-type="device"'
    assert header(head, "Subscription-State").startswith("terminated")
    assert header(head, "From") == header(answered, "To") and ";tag=" in header(head, "From")
    assert header(head, "To") == header(answered, "From")
    assert header(head, "Call-ID") == header(answered, "Call-ID")
    phone.accept(told, sender)
    assert phone.metric("sip_multicast_total") == 1


def test_a_device_that_is_not_registered_gets_its_url_here(multicast):
    daemon, phone = multicast({"provisioning": {"public_url": "https://prov.example.net/p/"}})
    daemon.add_device()
    phone.send(phone.subscribe(MAC))
    phone.receive()
    assert phone.receive()[0].endswith(f"\r\n\r\nhttps://prov.example.net/p/xml/{MAC}.xml")


def test_a_password_in_a_url_is_not_told(multicast):
    daemon, phone = multicast()
    register(daemon, "http://user:secret@127.0.0.1/%MACD.xml")
    phone.send(phone.subscribe(MAC))
    phone.receive()
    assert phone.receive()[0].endswith(f"\r\n\r\nhttp://127.0.0.1/{MAC}.xml")


def test_who_asks_again_gets_the_same_answer_and_one_notify(multicast):
    daemon, phone = multicast(answer_ms=600000, t1_ms=60000, t2_ms=60000)
    register(daemon)
    question = phone.subscribe(MAC, call="once")
    phone.send(question)
    first = phone.receive()[0]
    told = phone.receive()[0]
    assert told.startswith("NOTIFY ")
    phone.send(question)
    assert phone.receive()[0] == first
    assert phone.metric("sip_multicast_total") == 1


def test_others_hear_nothing(multicast):
    daemon, phone = multicast()
    daemon.add_device("7C2F80E0D606")
    daemon.ctl("lock", "7C2F80E0D606")
    register(daemon)
    good = phone.subscribe(MAC)
    assert phone.is_silent_after(
        phone.subscribe("7C2F80000000"),              # not known
        phone.subscribe("7C2F80E0D606"),              # locked
        phone.subscribe(MAC, event="message-summary"),
        phone.subscribe(MAC, event="ua-profiles"),
        phone.subscribe(MAC, to=";tag=x"),
        phone.subscribe(MAC, method="OPTIONS"),
        phone.subscribe(MAC, uri="sip:1011@local"),
        phone.subscribe(MAC, uri="sip:MAC%3A7C2F80E0D6@local"),
        good.replace("Via: SIP/2.0/UDP", "Via: SIP/2.0/TCP"),
        good.replace("CSeq: 1 SUBSCRIBE", "CSeq: 1 NOTIFY"),
        re.sub("Call-ID:.*\r\n", "", good),
        re.sub("Event:.*\r\n", "", good),
        re.sub("Via:.*\r\n", "", good))
    phone.send(good)
    assert phone.receive()[0].startswith("SIP/2.0 200 OK")


def test_hostile_packets_are_dropped(multicast):
    daemon, phone = multicast()
    register(daemon)
    good = phone.subscribe(MAC)
    assert phone.is_silent_after(
        b"\x00", b"\r\n\r\n\r\n", bytes(range(256)) * 10, b"SUBSCRIBE", b"SUBSCRIBE \r\n" * 100,
        good.replace("\r\nEvent", "\r\nX: " + "y" * 9000 + "\r\nEvent"),
        good.replace("\r\nEvent", "\r\nX: y" * 100 + "\r\nEvent"),
        good.replace("\r\nEvent", "\r\nVia: " + "SIP/2.0/UDP x," * 60 + "\r\nEvent"),
        good.encode().replace(b"call-", b"call\x00-"),
        ("SUBSCRIBE sip:" + "a" * 60000 + " SIP/2.0\r\n\r\n").encode(),
        b"A" * 65000)
    # What is said of a body is not looked at.
    phone.send(good.replace("Content-Length: 0", "Content-Type: multipart/mixed;boundary=\"\"\r\n"
                            "Content-Length: 4294967295"))
    assert phone.receive()[0].startswith("SIP/2.0 200 OK")
    daemon.stop()


def test_more_than_the_rate_are_dropped(multicast):
    daemon, phone = multicast(multicast_rate=1)
    register(daemon)
    for _ in range(20):
        phone.send(phone.subscribe(MAC))
    until(lambda: phone.metric("sip_dropped_total") >= 15, "drops")
    assert phone.metric("sip_multicast_total") < 5


def test_it_is_off_unless_wanted(daemon):
    assert "sip" not in daemon.ports
