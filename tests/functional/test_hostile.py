# SPDX-License-Identifier: MIT
"""Whoever means harm, or knows no better: a clear answer, nothing changed, nobody else delayed."""

import base64
import contextlib
import hashlib
import http.client
import pathlib
import re
import resource
import socket
import statistics
import struct
import subprocess
import tempfile
import time

import pytest

from gigaprov import PATIENCE, Daemon, until

URL = "http://prov.example/xml/%MACD.xml"
MAC, SECRET = "7C2F80E0D605", "A2B4C6D8E0F2"
LOCKED, REGISTERED = "7C2F80E0D606", "7C2F80E0D607"
UNKNOWN, LAST = "7C2F80E0D604", "FFFFFFFFFFFF"
USER = ("anna", "anna's password")
# Sanitized and on a busy machine; what hangs takes until its deadline, 30 s.
QUICK = 10


@pytest.fixture(scope="module", name="daemon")
def fixture_daemon():
    with tempfile.TemporaryDirectory(prefix="gigaprov-") as top:
        daemon = Daemon(pathlib.Path(top) / "daemon",
                        settings={"limits": {"unknown_macs_per_minute": "5"}}).start()
        daemon.add_account(*USER)
        for mac in (MAC, LOCKED):
            daemon.add_device(mac, secret=SECRET)
        daemon.ctl("lock", LOCKED)
        daemon.rpc(*USER).autoprov.registerDevice(REGISTERED, URL, "Daryna")
        # A first fetch leaves traces, which are not what is looked for here.
        daemon.fetch(MAC, SECRET)
        until(lambda: query(daemon, "SELECT 1 FROM device WHERE provisioned_at IS NOT NULL"),
              "the record of the first fetch")
        yield daemon
        daemon.stop()


def query(daemon, words):
    """What another program sees in the database."""
    return subprocess.run(["sqlite3", daemon.database, words], capture_output=True, check=True,
                          timeout=PATIENCE).stdout


def dump(daemon):
    return query(daemon, ".dump account provider registration device handset setting operation "
                 "audit")


@pytest.fixture(autouse=True)
def fixture_nothing_changes(daemon):
    """Every test here: the daemon lives, serves, and has the same in its tables."""
    before = dump(daemon)
    yield
    assert daemon.process.poll() is None
    start = time.monotonic()
    assert daemon.rpc(*USER).autoprov.checkDevice(REGISTERED)[0] is True
    assert time.monotonic() - start < QUICK
    daemon.assert_clean_log()
    assert dump(daemon) == before
    assert "registration" in before.decode()


BASIC = "Basic " + base64.b64encode(":".join(USER).encode()).decode()


def post(daemon, body, path="/apxml/rpc.do", **headers):
    """Status and body of a POST, and no longer than it may take."""
    headers = {"Authorization": BASIC, "Content-Type": "text/xml", **headers}
    start = time.monotonic()
    with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", daemon.ports["admin"],
                                       timeout=PATIENCE)) as connection:
        connection.request("POST", path, body=body, headers=headers,
                           encode_chunked=not isinstance(body, bytes))
        answer = connection.getresponse()
        got = answer.status, answer.read()
    assert time.monotonic() - start < QUICK
    return got


def fault_of(daemon, body):
    status, text = post(daemon, body)
    assert status == 200, text
    found = re.fullmatch(
        '<\\?xml version="1.0" encoding="UTF-8"\\?><methodResponse><fault><value><struct><member>'
        "<name>faultCode</name><value><int>(\\d+)</int></value></member><member>"
        "<name>faultString</name><value>(.{10,500})</value></member></struct></value></fault>"
        "</methodResponse>", text.decode())
    assert found, text
    return int(found[1]), found[2]


def call(*values, method="autoprov.registerDevice"):
    params = "".join(f"<param><value>{value}</value></param>" for value in values)
    return (f"<methodCall><methodName>{method}</methodName><params>{params}</params>"
            "</methodCall>").encode()


GOOD = ["<string>7C2F00000001</string>", f"<string>{URL}</string>", "<string>Daryna</string>"]
BOMB = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))


# -- what is no call

PARSE, METHOD, PARAMS, DOCTYPE, LIST, DEPTH = range(1300, 1306)
ENCODING, CHARACTER = 1020, 1021

MALFORMED = {
    "nothing": (PARSE, b""),
    "blanks": (PARSE, b" \r\n\t "),
    "no XML": (PARSE, b"hello"),
    "JSON": (PARSE, b'{"jsonrpc": "2.0", "method": "system.listMethods"}'),
    "half a declaration": (PARSE, b"<?xml"),
    "half a comment": (PARSE, b"<!-- <methodCall>"),
    "half a CDATA section": (PARSE, b"<methodCall><![CDATA["),
    "half a tag": (PARSE, b"<methodCall"),
    "a tag with an open quote": (PARSE, b"<methodCall a='>"),
    "half a call": (PARSE, call(*GOOD)[:-20]),
    "a call and more": (PARSE, call(*GOOD) + b"<x/>"),
    "two calls": (PARSE, call(*GOOD) * 2),
    "another root": (PARSE, b"<methodResponse/>"),
    "a root without anything": (PARSE, b"<methodCall/>"),
    "no method": (PARSE, b"<methodCall><params/></methodCall>"),
    "an empty method": (METHOD, b"<methodCall><methodName/><params/></methodCall>"),
    "a method of several lines": (METHOD, call(method="a\nb")),
    "a very long method": (METHOD, call(method="m" * 500000)),
    "a method that is not there": (METHOD, call(method="autoprov.dropTables")),
    "tags that cross": (PARSE, b"<methodCall><methodName></methodCall></methodName>"),
    "an entity that nobody declared": (PARSE, call("<string>&bomb;</string>")),
    "a reference to no character": (PARSE, call("<string>&#0;</string>")),
    "a reference to a control character": (PARSE, call("<string>&#1;</string>")),
    "a reference to half a surrogate": (PARSE, call("<string>&#xD800;</string>")),
    "an unknown encoding": (PARSE, b"<?xml version='1.0' encoding='x-nope'?>" + call(*GOOD)),
    "UTF-16 declared": (PARSE, b"<?xml version='1.0' encoding='UTF-16'?>" + call(*GOOD)),
    "an entity bomb": (DOCTYPE, f"<!DOCTYPE x [<!ENTITY e0 'ha'>{BOMB}]>".encode()
                       + call("<string>&e12;</string>", *GOOD[1:])),
    "an external entity": (DOCTYPE, b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM "
                           b"'file:///etc/passwd'>]>" + call("<string>&e;</string>")),
    "a document type behind a comment": (DOCTYPE, b"<!-- > -->\n<!DOCTYPE x>" + call(*GOOD)),
    "a document type in lower case": (DOCTYPE, b"<!doctype x>" + call(*GOOD)),
    "a document type behind a quoted bracket":
        (DOCTYPE, b"<a b='<!--'/><!DOCTYPE x [<!ENTITY e 'x'>]>" + call(*GOOD)),
    "UTF-16 with a mark": (ENCODING, call(*GOOD).decode().encode("utf-16")),
    "UTF-16 with a document type": (ENCODING, ("<!DOCTYPE x [<!ENTITY e0 'ha'>" + BOMB + "]>"
                                               ).encode("utf-16")),
    "UTF-16 without a mark": (CHARACTER, call(*GOOD).decode().encode("utf-16-le")),
    "UTF-16, the other end first": (CHARACTER, call(*GOOD).decode().encode("utf-16-be")),
    "UTF-32": (CHARACTER, call(*GOOD).decode().encode("utf-32-le")),
    "UTF-7": (PARSE, b"+ADw-methodCall+AD4-"),
    "Latin-1": (ENCODING, call("<string>\xe4</string>").decode().encode("latin-1")),
    "overlong UTF-8": (ENCODING, call("<string>X</string>").replace(b"X", b"\xc0\xbc")),
    "a surrogate in UTF-8": (ENCODING, call("<string>X</string>").replace(b"X", b"\xed\xa0\x80")),
    "half a character": (ENCODING, call("<string>X</string>").replace(b"X", b"\xe2\x82")),
    "a character beyond the last": (ENCODING, call("<string>X</string>").replace(
        b"X", b"\xf4\x90\x80\x80")),
    "a NUL": (CHARACTER, call("<string>X</string>").replace(b"X", b"\0")),
    "a NUL before all": (CHARACTER, b"\0" + call(*GOOD)),
    "a NUL behind all": (CHARACTER, call(*GOOD) + b"\0"),
    "a control character": (CHARACTER, call("<string>X</string>").replace(b"X", b"\x1b")),
    "no character at all": (CHARACTER, call("<string>X</string>").replace(b"X", b"\xef\xbf\xbf")),
    "10,000 elements in each other": (DEPTH, b"<a>" * 10000 + b"</a>" * 10000),
    "10,000 arrays in each other": (DEPTH, call("<array><data><value>" * 10000
                                                + "</value></data></array>" * 10000)),
    "elements in each other with a slash in quotes": (DEPTH, b"<a b='/>'>" * 90000),
    "elements in each other with a bracket in quotes": (DEPTH, b'<a b=">/>">' * 90000),
    "elements in each other with odd blanks": (DEPTH, b"<a\n/\t>" * 2 + b"<a\r>" * 90000),
    "a thousand open elements": (DEPTH, b"<methodCall>" * 1000),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_call_is_a_fault(daemon, what):
    code, body = MALFORMED[what]
    got, words = fault_of(daemon, body)
    assert got == code, words


def test_a_malformed_call_is_refused_with_its_place(daemon):
    body = b"<methodCall>\n<methodName>\nx\x01"
    assert "line 3, byte 28" in fault_of(daemon, body)[1]
    assert "line 2" in fault_of(daemon, b"<?xml version='1.0'?>\n<!DOCTYPE x>")[1]


# -- calls with the wrong parameters

STRUCT = "<struct><member><name>a</name><value>b</value></member></struct>"
ARRAY = "<array><data>%s</data></array>"
WRONG_VALUES = ["<int>1</int>", "<i4>-1</i4>", "<i8>1</i8>", "<double>1.5</double>",
                "<boolean>1</boolean>", "<boolean>2</boolean>", "<int>99999999999999</int>",
                "<int>x</int>", "<dateTime.iso8601>19980717T14:08:55</dateTime.iso8601>",
                "<dateTime.iso8601>never</dateTime.iso8601>", "<base64>AAAA</base64>",
                "<base64>!</base64>", "<nil/>", STRUCT, ARRAY % "",
                ARRAY % ("<value>" + ARRAY % "<value>7C2F00000001</value>" + "</value>"),
                ARRAY % f"<value>{STRUCT}</value>", ARRAY % "<value><int>1</int></value>",
                ARRAY % "<value>7C2F00000001</value><value><nil/></value>",
                "<string><b>7C2F00000001</b></string>", "<unknown/>", "<array/>", "<struct/>"]


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("value", WRONG_VALUES)
def test_a_parameter_of_another_type_is_a_fault(daemon, place, value):
    values = list(GOOD)
    values[place] = value
    code, _ = fault_of(daemon, call(*values))
    assert code in (PARAMS, PARSE)


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_a_member_of_another_type_refuses_a_list(daemon, value):
    members = f"<value>7C2F00000001</value><value>{value}</value><value>7C2F00000002</value>"
    for method in ("autoprov.registerDeviceList", "autoprov.deregisterDeviceList"):
        code, _ = fault_of(daemon, call(ARRAY % members, *GOOD[1:], method=method))
        assert code in (PARAMS, PARSE)


@pytest.mark.parametrize("method, count", [
    ("autoprov.registerDevice", 3), ("autoprov.registerDeviceList", 3),
    ("autoprov.deregisterDevice", 1), ("autoprov.deregisterDeviceList", 1),
    ("autoprov.checkDevice", 1), ("system.listMethods", 0), ("system.methodHelp", 1)])
def test_too_few_and_too_many_parameters_are_a_fault(daemon, method, count):
    for n in {0, 1, 2, 3, 4, 5, 1000} - {count}:
        code, words = fault_of(daemon, call(*["<string>7C2F00000001</string>"] * n, method=method))
        assert code == PARAMS and method in words


LONG = "x" * 900000


@pytest.mark.parametrize("values, refusal", [
    ([LONG, URL, "Daryna"], b"mac_invalid:xxx"),
    (["7C2F00000001", "http://h/" + LONG, "Daryna"], b"url_invalid:http://h/xxx"),
    (["7C2F00000001", URL, LONG], b"name_invalid:xxx"),
    (["7C2F00000001", URL, "' OR 1=1; DROP TABLE device; --"], b"name_invalid:' OR 1=1; DROP"),
    (["7C2F00000001' --", URL, "Daryna"], b"mac_invalid:7C2F00000001"),
    (["7C2F00000001", "http://h/%MACD\t", "Daryna"], b"url_invalid:http://h/%MACD\t"),
    (["7C2F00000001", "http://h/\u202e", "Daryna"], b"url_invalid:"),
    (["7C2F00000001", "javascript:alert(1)", "Daryna"], b"url_invalid:javascript:alert(1)"),
    (["7C2F00000001", "http://h/%s%n%x", "Daryna"], b"url_invalid:http://h/%s%n%x"),
    (["7C2F00000001", URL, "Daryna "], b"name_invalid:Daryna "),
    (["7C2F00000001", URL, "daryna"], b"name_invalid:daryna"),
    (["７C2F00000001", URL, "Daryna"], "mac_invalid:７C2F00000001".encode()),
], ids=range(12))
def test_nonsense_in_a_parameter_is_refused_as_such(daemon, values, refusal):
    status, text = post(daemon, call(*values))
    assert status == 200 and b"<boolean>0</boolean></value><value>" + refusal in text


# -- too much

def pieces(total, size=65536):
    for _ in range(total // size):
        yield b" " * size


@pytest.mark.parametrize("body", [lambda: b"<methodCall>" + b" " * 10_000_000,
                                  lambda: pieces(10_000_000), lambda: pieces(20_000_000, 1000000)],
                         ids=["with its length", "chunked", "chunked, in large chunks"])
def test_ten_megabytes_are_too_much(daemon, body):
    assert post(daemon, body()) == (413, b"the request is too large\n")


def test_a_million_macs_are_too_much(daemon):
    members = "".join(f"<value>{n:012X}</value>" for n in range(1_000_000))
    body = call(ARRAY % members, *GOOD[1:], method="autoprov.registerDeviceList")
    assert post(daemon, body) == (413, b"the request is too large\n")


def test_more_macs_than_a_list_may_have_are_a_fault(daemon):
    # As many as go into a body that is not yet too large.
    members = "<value>1</value>" * 60_000
    body = call(ARRAY % members, *GOOD[1:], method="autoprov.registerDeviceList")
    code, words = fault_of(daemon, body)
    assert code == LIST and "60000" in words and "max_list" in words


def test_an_endless_upload_ends(daemon):
    with socket.create_connection(("127.0.0.1", daemon.ports["admin"]), PATIENCE) as client:
        client.sendall(f"POST /RPC2 HTTP/1.1\r\nHost: h\r\nAuthorization: {BASIC}\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        with pytest.raises((ConnectionError, socket.timeout)):
            for _ in range(200):
                client.sendall(chunk)


def test_a_length_beyond_all_bounds_is_refused_at_once(daemon):
    for length in ("99999999999", "18446744073709551615"):
        answer = talk(daemon, f"POST /RPC2 HTTP/1.1\r\nHost: h\r\nAuthorization: {BASIC}\r\n"
                      f"Content-Length: {length}\r\n\r\n<methodCall>".encode(), port="admin")
        assert answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 "))


# -- beside the protocol

def talk(daemon, data, port="phones", patience=1):
    """Sends bytes and reads until the other end has nothing more to say, or waits for more."""
    got = b""
    with socket.create_connection(("127.0.0.1", daemon.ports[port]), patience) as client:
        with contextlib.suppress(ConnectionError, socket.timeout):
            client.sendall(data)
            while piece := client.recv(65536):
                got += piece
    return got


GARBAGE = [b"\0" * 100, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"\r\n" * 50,
           b"GET / HTTP/9.9\r\n\r\n", b"GET  /  HTTP/1.1\r\n\r\n", b"\xff\xfe" * 2000,
           b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
           b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n",
           b"POST /RPC2 HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
           b"POST /RPC2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           b"POST /RPC2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
           b"POST /RPC2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n"
           b"\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"]


@pytest.mark.parametrize("number", range(len(GARBAGE)))
@pytest.mark.parametrize("port", ["phones", "admin"])
def test_garbage_is_answered_with_an_error_or_the_end(daemon, number, port):
    good = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
    for data in (GARBAGE[number], good + GARBAGE[number] + good):
        answer = talk(daemon, data, port, 0.3)
        for status in re.findall(rb"^HTTP/1.1 (\d+) ", answer, re.M):
            assert status[:1] == b"4" or status in (b"200", b"505")
        assert port == "admin" or b"HTTP/1.1 200 " not in answer


CHUNKED = b"Transfer-Encoding: chunked\r\n"
FRAMINGS = {
    "a length and chunks": CHUNKED + b"Content-Length: 5\r\n",
    "chunks and a length": b"Content-Length: 5\r\n" + CHUNKED,
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
    "the same length twice": b"Content-Length: 5\r\nContent-Length: 5\r\n",
    "two codings": CHUNKED + b"Transfer-Encoding: identity\r\n",
    "a coding that nobody knows": b"Transfer-Encoding: xchunked\r\n",
    "a coding under another": b"Transfer-Encoding: gzip, chunked\r\n",
    "a blank behind a name": b"Transfer-Encoding : chunked\r\n",
    "a length of nothing and another": b"Content-Length: 0\r\nContent-Length: 5\r\n",
}


@pytest.mark.parametrize("headers", FRAMINGS.values(), ids=FRAMINGS)
@pytest.mark.parametrize("method", (b"GET", b"POST"))
@pytest.mark.parametrize("port, status", [("phones", b"404"), ("admin", b"400")])
def test_a_request_that_a_proxy_may_divide_otherwise_is_refused(daemon, headers, method, port,
                                                                status):
    """Behind a proxy the rest would be another client's request: so nothing of it is heard."""
    hidden = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
    answer = talk(daemon, method + b" /RPC2 HTTP/1.1\r\nHost: h\r\nAuthorization: " +
                  BASIC.encode() + b"\r\n" + headers + b"\r\n0\r\n\r\n" + hidden, port, PATIENCE)
    assert answer.startswith(b"HTTP/1.1 " + status) and b"Connection: close\r\n" in answer
    assert answer.count(b"HTTP/1.1 ") == 1


PATHS = ["/xml/../etc/passwd", "/xml/..%2F..%2Fetc/passwd", "/xml/%2e%2e/secret.key", "/../x.xml",
         f"/xml/{MAC}.xml%00", f"/xml/{MAC}%00.xml", f"/xml%2F{MAC}.xml", f"/xml/..%2f{MAC}.xml",
         f"/xml/%252e%252e/{MAC}.xml", f"/xml/{MAC}%252exml", f"/xml//{MAC}.xml", f"//{MAC}.xml",
         f"/xml/./{MAC}.xml", f"/xml/{MAC}.xml/", f"/xml/{MAC}.xml/..", f"/xml\\{MAC}.xml",
         f"/xml/{MAC}.xml%0d%0aX:y", f"/xml/{MAC}.xm", f"/xml/%{MAC}.xml", f"/xml/{MAC}%.xml",
         f"/xml/{MAC}%2.xml", f"/xml/%FF{MAC}.xml", "/" + "a/" * 500, "/", "*", "/xml/", "/xml/.xml",
         "/%MACD.xml", "/xml/%MACD.xml", "/provisioning.xml", "/cfg0012.xml", "/xml/master.xml",
         "/device/83/1/master.bin", "/fleet.db", "/xml/7C2F80E0D60.xml", "/7C2F80E0D6055.xml",
         "/apxml/rpc.do", "/api/v1/status", "/metrics", "/healthz"]


@pytest.mark.parametrize("count", (500, 1000, 1800))
def test_a_query_of_very_many_pieces_is_answered_and_leaves_nothing(daemon, count):
    for path, status in (("/macredirect/ap", b"401"), (f"/xml/{MAC}.xml", b"401")):
        answer = talk(daemon, f"GET {path}?{'a&' * count} HTTP/1.1\r\nHost: h\r\n"
                      "Connection: close\r\n\r\n".encode(), patience=QUICK)
        assert answer.startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_is_not_served_is_not_found(daemon, path):
    answer = get(daemon, path, authorization(MAC, SECRET, path, nonce(daemon)))
    assert answer.startswith(b"HTTP/1.1 404 ") and answer.endswith(b"\r\n\r\nnot found\n")
    assert b"WWW-Authenticate" not in answer


# -- slow ones, and many

def answers(daemon):
    """The time that a phone and a program need to get what they ask for."""
    start = time.monotonic()
    assert b"<provisioning" in daemon.fetch(MAC, SECRET)
    assert daemon.rpc(*USER).autoprov.checkDevice(REGISTERED)[0] is True
    return time.monotonic() - start


def test_half_requests_delay_nobody(daemon):
    halves = [b"GET /xml/7C2F", b"POST /RPC2 HTTP/1.1\r\nHost: h\r\nContent-Le",
              b"POST /RPC2 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n<methodCall>",
              b"POST /RPC2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<me"]
    with contextlib.ExitStack() as stack:
        for port in daemon.ports.values():
            for half in halves * 20:
                client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                client.sendall(half)
        for _ in range(5):
            assert answers(daemon) < QUICK


def test_who_does_not_read_delays_nobody(daemon):
    request = b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(
                socket.create_connection(("127.0.0.1", daemon.ports["admin"])))
            client.settimeout(0.2)
            with contextlib.suppress(socket.timeout):
                for _ in range(100):
                    client.sendall(request * 100)
        assert answers(daemon) < QUICK


def test_a_thousand_idle_connections_delay_nobody(daemon):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    try:
        with contextlib.ExitStack() as stack:
            for n in range(1000):
                port = daemon.ports["phones" if n % 2 else "admin"]
                stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            for _ in range(3):
                assert answers(daemon) < QUICK
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_connections_that_are_torn_off_delay_nobody(daemon):
    body = call(*GOOD, method="autoprov.nothing")
    request = (f"POST /RPC2 HTTP/1.1\r\nHost: h\r\nAuthorization: {BASIC}\r\n"
               f"Content-Length: {len(body)}\r\n\r\n").encode() + body
    for n in range(200):
        with socket.create_connection(("127.0.0.1", daemon.ports["admin"])) as client:
            client.sendall(request[:len(request) - n % 3])
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert answers(daemon) < QUICK


def test_pipelined_calls_are_answered_in_their_order(daemon):
    requests = b""
    for n in range(50):
        body = call(f"no MAC {n}", method="autoprov.checkDevice")
        requests += (f"POST /RPC2 HTTP/1.1\r\nHost: h\r\nAuthorization: {BASIC}\r\n"
                     f"{'Connection: close' if n == 49 else 'X: y'}\r\n"
                     f"Content-Length: {len(body)}\r\n\r\n").encode() + body
    got = talk(daemon, requests, "admin", PATIENCE)
    assert re.findall(rb"mac_invalid:no MAC (\d+)", got) == [b"%d" % n for n in range(50)]


# -- phones: nobody is told which MACs exist

def md5(*parts):
    return hashlib.md5(":".join(parts).encode()).hexdigest()


def authorization(user, password, uri, fresh, realm="gigaprovd"):
    made = md5(md5(user, realm, password), fresh, "00000001", "c0ffee", "auth", md5("GET", uri))
    return (f'Authorization: Digest username="{user}", realm="{realm}", nonce="{fresh}", '
            f'uri="{uri}", qop=auth, nc=00000001, cnonce="c0ffee", response="{made}"')


def nonce(daemon):
    answer = get(daemon, f"/xml/{UNKNOWN}.xml")
    return re.search(rb'nonce="([0-9a-f]{48})"', answer)[1].decode()


def get(daemon, path, *headers):
    lines = [f"GET {path} HTTP/1.1", "Host: h", "Connection: close", *headers, "", ""]
    return talk(daemon, "\r\n".join(lines).encode(), patience=PATIENCE)


def face(answer):
    """What an answer shows, but for what is new each time."""
    return re.sub(rb'nonce="[0-9a-f]{48}"|Date: [^\r]*', b"*", answer)


def asked(daemon, mac, secret=None, path=None, uri=None, user=None, fresh=None):
    path = path or f"/xml/{mac}.xml"
    proof = []
    if secret:
        proof = [authorization(user or mac, secret, uri or path, fresh or nonce(daemon))]
    return get(daemon, path, *proof)


def test_unknown_wrong_and_locked_show_the_same_face(daemon):
    assert asked(daemon, MAC, SECRET).startswith(b"HTTP/1.1 200 ")
    faces = {face(asked(daemon, mac, secret, user=user))
             for mac in (MAC, LOCKED, REGISTERED, UNKNOWN, LAST)
             for secret in (None, "wrong", SECRET + "x")
             for user in (None, "somebody", "")}
    faces.add(face(asked(daemon, LOCKED, SECRET)))
    faces.add(face(asked(daemon, UNKNOWN, SECRET)))
    faces.add(face(asked(daemon, MAC, SECRET, user=LOCKED)))
    assert len(faces) == 1
    assert faces.pop().startswith(b"HTTP/1.1 401 ")


def test_malformed_proofs_show_the_same_face(daemon):
    plain = face(asked(daemon, UNKNOWN))
    fresh = nonce(daemon)
    good = authorization(MAC, SECRET, f"/xml/{MAC}.xml", fresh)
    for proof in ("Authorization: Digest", "Authorization: Basic AAAA", "Authorization: x",
                  "Authorization: ", "Authorization: Digest username", good.replace("qop=auth", "qop=x"),
                  good.replace("response=", "x="), good.replace('"c0ffee"', '"c0ffe'),
                  good.replace("realm", "x"), good + ', username="x"', good.replace("nc=", "nc=x"),
                  good.replace("gigaprovd", "x"), good.replace(".xml", ".xmlx"),
                  good.replace("qop=auth", "qop=auth, algorithm=MD5-sess")):
        for mac in (MAC, UNKNOWN):
            assert face(get(daemon, f"/xml/{mac}.xml", proof)) == plain, proof


def test_many_unknown_macs_are_told_to_the_log_only(daemon):
    plain = face(asked(daemon, UNKNOWN))
    before = len(daemon.log)
    for n in range(20):
        assert face(asked(daemon, f"7C2F90{n:06X}", "secret")) == plain
    lines = [line for line in daemon.log[before:].splitlines() if "unknown MACs" in line]
    assert len(lines) <= 2
    assert "many unknown MACs" in daemon.log


def test_unknown_wrong_and_locked_take_the_same_time(daemon):
    """Interleaved, on one connection, with fresh nonces; medians over many."""
    cases = [(MAC, "wrong"), (LOCKED, SECRET), (LOCKED, "wrong"), (REGISTERED, "wrong"),
             (UNKNOWN, "wrong"), (LAST, SECRET)]
    asked(daemon, MAC, SECRET)
    fresh = nonce(daemon)
    requests = [f"GET /xml/{mac}.xml HTTP/1.1\r\nHost: h\r\n"
                f"{authorization(mac, secret, f'/xml/{mac}.xml', fresh)}\r\n\r\n".encode()
                for mac, secret in cases]
    times = [[] for _ in cases]
    with socket.create_connection(("127.0.0.1", daemon.ports["phones"]), PATIENCE) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in range(600):
            for i in range(len(cases)):
                i = (i + n) % len(cases)
                start = time.perf_counter_ns()
                client.sendall(requests[i])
                got = client.recv(65536)
                times[i].append(time.perf_counter_ns() - start)
                assert got.startswith(b"HTTP/1.1 401 ") and got.endswith(b"required\n")
    medians = [statistics.median(each) for each in times]
    spread = max(medians) - min(medians)
    # The work for one more secret, or one less, would be more than this.
    assert spread < 0.15 * min(medians), [f"{m / 1000:.1f} us" for m in medians]


def test_the_digest_of_a_phone_may_leave_the_query_out(daemon):
    for path, uri in ((f"/xml/{MAC}.xml?mac={MAC}", f"/xml/{MAC}.xml"),
                      (f"/xml/{MAC}.xml?mac={MAC}", f"/xml/{MAC}.xml?mac={MAC}"),
                      (f"/{MAC}.xml", f"http://h/{MAC}.xml")):
        assert asked(daemon, MAC, SECRET, path, uri).startswith(b"HTTP/1.1 200 "), uri
    for path, uri in ((f"/xml/{MAC}.xml?a=1", f"/xml/{MAC}.xml?a=2"),
                      (f"/xml/{MAC}.xml", f"/{MAC}.xml"), (f"/xml/{MAC}.xml", "/"),
                      (f"/xml/{MAC}.xml", f"/xml/{MAC}.xml?")):
        assert asked(daemon, MAC, SECRET, path, uri).startswith(b"HTTP/1.1 401 "), uri


def test_a_nonce_that_nobody_made_is_stale_only_for_who_proves_to_know(daemon):
    for fresh in ("0" * 48, "f" * 48, nonce(daemon)[:-1] + "x", "", "x" * 1000):
        good = asked(daemon, MAC, SECRET, fresh=fresh or " ")
        assert good.startswith(b"HTTP/1.1 401 ") and b"stale=true" in good
        for mac, secret in ((MAC, "wrong"), (LOCKED, SECRET), (UNKNOWN, SECRET)):
            assert b"stale" not in asked(daemon, mac, secret, fresh=fresh or " ")
