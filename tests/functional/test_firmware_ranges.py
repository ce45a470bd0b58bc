# SPDX-License-Identifier: MIT
"""What is answered to conditions and ranges, beside what nginx answers to the same requests."""

import hashlib
import os
import random
import re

import pytest

from gigaprov import run
from nginx import NGINX, nginx

SIZE = 100_000
MODIFIED = 1_700_000_000
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
LATER = "Wed, 15 Nov 2023 22:13:20 GMT"
EARLIER = "Mon, 13 Nov 2023 22:13:20 GMT"
NAME = "N870-V2.0.0+build.1.bin"

# Requests: headers; {etag} is the server's own.  A second member: --head.
RANGES = [
    "bytes=0-0", "bytes=0-499", "bytes=500-999", "bytes=500-", "bytes=0-", "bytes=-500",
    "bytes=-1", "bytes=-0", "bytes=99999-", "bytes=99999-99999", "bytes=100000-",
    "bytes=100000-100001", "bytes=99990-200000", "bytes=-200000", "bytes=0-99999",
    "bytes=0-100000", "bytes=200000-", "bytes=5-4", "bytes=0-18446744073709551616",
    "bytes=9223372036854775807-", "bytes=9223372036854775808-", "bytes=1-9223372036854775807",
    "bytes=0-0,-1", "bytes=0-99,200-299", "bytes=0-99,50-149", "bytes=0-99, 200-299 , 400-499",
    "bytes=0-99,100000-", "bytes=100000-,0-99", "bytes=0-,0-", "bytes=0-99999,0-0",
    "bytes=-1,-2,-3", "bytes=200-299,0-99", "bytes=0-0,0-0,0-0", "bytes=-0,0-9",
    "bytes=5-4,0-9", "bytes=1-0", "bytes=0-9,abc", "bytes=abc", "bytes=", "bytes=-", "bytes=1",
    "bytes=--1", "bytes=1--2", "bytes= 0-9", "bytes=0 -9", "bytes=0- 9", "bytes=0-9 ", "bytes=,0-9",
    "bytes=0-9,", "BYTES=0-9", "Bytes=0-9", "bytes 0-9", "items=0-9", "bits=0-9", "0-9", "bytes=0-9;",
    "bytes=0x0-9", "bytes=+0-9", "bytes=1.5-9", "bytes=0-9-10",
]
CONDITIONS = [
    {}, {"If-None-Match": "{etag}"}, {"If-None-Match": "W/{etag}"}, {"If-None-Match": "*"},
    {"If-None-Match": '"other"'}, {"If-None-Match": '"a", {etag}, "b"'},
    {"If-None-Match": '"a,b", {etag}'}, {"If-None-Match": '"a","b"'}, {"If-None-Match": "{bare}"},
    {"If-Match": "{etag}"}, {"If-Match": "W/{etag}"}, {"If-Match": "*"}, {"If-Match": '"other"'},
    {"If-Match": '"a", {etag}'}, {"If-Modified-Since": DATE}, {"If-Modified-Since": EARLIER},
    {"If-Modified-Since": "not a date"},
    {"If-Modified-Since": "Tuesday, 14-Nov-23 22:13:20 GMT"},
    {"If-Modified-Since": "Tue Nov 14 22:13:20 2023"},
    {"If-Unmodified-Since": DATE}, {"If-Unmodified-Since": EARLIER}, {"If-Unmodified-Since": LATER},
    {"If-None-Match": '"other"', "If-Modified-Since": DATE},
    {"If-None-Match": "{etag}", "If-Modified-Since": DATE},
    {"If-Match": "{etag}", "If-None-Match": "{etag}"},
    {"If-Match": '"other"', "If-None-Match": "{etag}"},
    {"If-None-Match": "{etag}", "Range": "bytes=0-9"},
    {"If-Match": '"other"', "Range": "bytes=0-9"},
    {"If-Match": "{etag}", "Range": "bytes=0-9"},
    {"If-Unmodified-Since": EARLIER, "Range": "bytes=0-9"},
    {"If-Modified-Since": DATE, "Range": "bytes=200000-"},
    {"If-Range": "{etag}", "Range": "bytes=0-9"}, {"If-Range": '"other"', "Range": "bytes=0-9"},
    {"If-Range": "W/{etag}", "Range": "bytes=0-9"}, {"If-Range": "{bare}", "Range": "bytes=0-9"},
    {"If-Range": DATE, "Range": "bytes=0-9"}, {"If-Range": LATER, "Range": "bytes=0-9"},
    {"If-Range": EARLIER, "Range": "bytes=0-9"}, {"If-Range": "nonsense", "Range": "bytes=0-9"},
    {"If-Range": '"other"', "Range": "bytes=200000-"}, {"If-Range": "{etag}"},
    {"If-Range": "{etag}", "Range": "bytes=0-9,20-29"},
    {"If-Range": "{etag}", "If-None-Match": "{etag}", "Range": "bytes=0-9"},
]
# What differs, and why: nginx's status, ours.
DEVIATIONS = [
    ({"If-Modified-Since": LATER}, 200, 304,
     "nginx compares for equality by default; RFC 9110, 13.1.3: not modified since"),
    ({"If-None-Match": "{etag}", "If-Modified-Since": EARLIER}, 200, 304,
     "RFC 9110, 13.1.3: If-Modified-Since is ignored beside If-None-Match"),
    ({"If-Match": "{etag}", "If-Unmodified-Since": EARLIER}, 412, 200,
     "RFC 9110, 13.1.4: If-Unmodified-Since is ignored beside If-Match"),
    ({"If-Unmodified-Since": "not a date"}, 412, 200,
     "RFC 9110, 13.1.4: a field that is no date is ignored"),
    ({"Range": "bytes=" + ",".join(f"{n * 10}-{n * 10}" for n in range(65))}, 206, 200,
     "of more than 64 ranges the whole is given: such requests are no phone's"),
]
ERRORS = (404, 412, 416)


def ask(url, headers, head):
    """Status, the headers that matter, and the body."""
    words = ["curl", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "-D", "-"]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    if head:
        words.append("--head")
        words[words.index("-D"):words.index("-D") + 2] = []
    answer = run(*words, url).stdout
    top, _, body = answer.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").split("\r\n")
    found = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines[1:]}
    return int(lines[0].split()[1]), found, body


def parts_of(headers, body):
    """[(content range, bytes)] of an answer of several parts."""
    boundary = re.fullmatch(r"multipart/byteranges; boundary=(\S+)", headers["content-type"])
    pieces = body.split(b"\r\n--" + boundary.group(1).encode())
    assert pieces[0] == b"" and pieces[-1] == b"--\r\n", "what stands around the parts"
    found = []
    for piece in pieces[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        fields = dict(line.split(": ") for line in head.decode().split("\r\n")[1:])
        assert fields.pop("Content-Type") == "application/octet-stream"
        found.append((fields.pop("Content-Range"), hashlib.sha256(content).hexdigest()))
        assert not fields
    return found


def summary(status, headers, body):
    """All that a client could notice; error pages have words of their own."""
    found = {"status": status, "range": headers.get("content-range")}
    if status in ERRORS:
        return found
    # nginx leaves it out of a 304, libmicrohttpd puts it in: RFC 9110, 8.6 lets both.
    if status == 304:
        assert headers.get("content-length", str(SIZE)) == str(SIZE) and body == b""
    else:
        found["length"] = headers.get("content-length")
    found["modified"] = headers.get("last-modified")
    found["has etag"] = "etag" in headers
    if headers.get("content-type", "").startswith("multipart"):
        found["parts"] = parts_of(headers, body) if body else "multipart"
    else:
        found["type"] = headers.get("content-type")
        found["body"] = hashlib.sha256(body).hexdigest()
    return found


@pytest.fixture
def both(make_daemon):
    """(URL here, ETag here, URL at nginx, ETag there) of the same file."""
    daemon = make_daemon(settings={"provisioning": {"open_networks": "127.0.0.0/8"}}).start()
    root = daemon.directory / "root"
    root.mkdir(mode=0o755)
    for directory in (root, daemon.state_dir / "firmware"):
        (directory / NAME).write_bytes(random.Random(7).randbytes(SIZE))
        os.utime(directory / NAME, (MODIFIED, MODIFIED))
    daemon.ctl("firmware", "add", NAME)
    with nginx(daemon.directory / "nginx", root) as theirs:
        urls = [daemon.url("phones", f"/firmware/{NAME}"), f"{theirs}/{NAME}"]
        yield [(url, ask(url, {}, True)[1]["etag"]) for url in urls]


def compare(both, headers, head):
    made = []
    for url, etag in both:
        values = {"etag": etag, "bare": etag.strip('"')}
        filled = {name: value.format(**values) for name, value in headers.items()}
        made.append(summary(*ask(url, filled, head)))
    return made


needs_nginx = pytest.mark.skipif(not NGINX, reason="nginx is not installed")


@needs_nginx
def test_ranges_are_answered_as_nginx_answers_them(both):
    differences = []
    for value in RANGES:
        for head in (False, True):
            ours, theirs = compare(both, {"Range": value}, head)
            if ours != theirs:
                differences.append((value, head, ours, theirs))
    assert not differences, "\n".join(map(str, differences))


@needs_nginx
def test_conditions_are_answered_as_nginx_answers_them(both):
    differences = []
    for headers in CONDITIONS:
        for head in (False, True):
            ours, theirs = compare(both, headers, head)
            if ours != theirs:
                differences.append((headers, head, ours, theirs))
    assert not differences, "\n".join(map(str, differences))


@needs_nginx
def test_what_is_answered_otherwise_has_a_reason(both):
    for headers, theirs, ours, why in DEVIATIONS:
        made = [answer["status"] for answer in compare(both, headers, False)]
        assert made == [ours, theirs], why


def test_parts_are_parts_of_the_file(make_daemon):
    """The same without nginx: what is given is what was asked for."""
    daemon = make_daemon(settings={"provisioning": {"open_networks": "127.0.0.0/8"}}).start()
    content = random.Random(8).randbytes(SIZE)
    (daemon.state_dir / "firmware" / NAME).write_bytes(content)
    daemon.ctl("firmware", "add", NAME)
    url = daemon.url("phones", f"/firmware/{NAME}")
    status, headers, body = ask(url, {"Range": "bytes=10-19"}, False)
    assert (status, body) == (206, content[10:20])
    assert headers["content-range"] == f"bytes 10-19/{SIZE}"
    status, headers, body = ask(url, {"Range": "bytes=0-9,70000-,-5"}, False)
    assert status == 206 and int(headers["content-length"]) == len(body)
    assert parts_of(headers, body) == [
        (f"bytes {start}-{end - 1}/{SIZE}", hashlib.sha256(content[start:end]).hexdigest())
        for start, end in ((0, 10), (70000, SIZE), (SIZE - 5, SIZE))]
    status, headers, _ = ask(url, {"Range": f"bytes={SIZE}-"}, False)
    assert status == 416 and headers["content-range"] == f"bytes */{SIZE}"
