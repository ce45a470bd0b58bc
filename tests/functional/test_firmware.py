# SPDX-License-Identifier: MIT
"""Firmware: added, linked, served whole and in parts."""

import hashlib
import os
import random
import re
import socket
import time

import pytest

from gigaprov import until

MAC = "7C2F80E0D605"
OTHER = "7C2F80E0D606"
SECRET = "A2B4C6D8E0F2"
NAME = "einstein-albert-V2.17.2+build.b14e3f1.update.bin"
OPEN = {"provisioning": {"open_networks": "127.0.0.0/8",
                         "public_url": "http://prov.example.net:8080"}}


def bytes_of(size, seed=1):
    return random.Random(seed).randbytes(size)


def directory(daemon):
    return daemon.state_dir / "firmware"


def link(daemon, mac=MAC, name=NAME):
    """The link that an operation for the device gets, as a path."""
    daemon.ctl("operation", "add", mac, "firmware", "--start", "now", "--file", name, "--force")
    rows = daemon.ctl("operation", "list", mac, json=True)["operations"]
    url = rows[-1]["url"]
    daemon.ctl("operation", "remove", mac, str(rows[-1]["id"]))
    return re.fullmatch(r"http://prov\.example\.net:8080(/firmware/.*)", url).group(1)


@pytest.fixture
def fleet(make_daemon):
    daemon = make_daemon(settings=OPEN).start()
    daemon.add_device()
    daemon.add_device(mac=OTHER)
    daemon.content = bytes_of(300_000)
    file = daemon.directory / NAME
    file.write_bytes(daemon.content)
    daemon.ctl("firmware", "add", file, "--product", "n870")
    return daemon


# -- the store

def test_a_file_that_is_sent_is_there(fleet):
    row = fleet.ctl("firmware", "show", NAME, json=True)
    assert row["version"] == "2.17.2"
    assert row["products"] == ["n870"]
    assert row["state"] == "good"
    assert row["size"] == 300_000
    assert row["sha256"] == hashlib.sha256(fleet.content).hexdigest()
    assert (directory(fleet) / NAME).read_bytes() == fleet.content
    assert [file.name for file in directory(fleet).iterdir()] == [NAME]
    # The very same again is fine; what is not said stays.
    fleet.ctl("firmware", "add", fleet.directory / NAME, "--note", "for the wards")
    again = fleet.ctl("firmware", "show", NAME, json=True)
    assert again["note"] == "for the wards" and again["products"] == ["n870"]


def test_another_file_of_the_same_name_is_refused(fleet):
    (fleet.directory / NAME).write_bytes(b"other")
    refused = fleet.ctl("firmware", "add", fleet.directory / NAME, check=False)
    assert refused.returncode == 1 and b"firmware_exists" in refused.stderr
    assert (directory(fleet) / NAME).read_bytes() == fleet.content
    assert [file.name for file in directory(fleet).iterdir()] == [NAME]


def test_a_scan_finds_what_lies_there(fleet):
    (directory(fleet) / "N870-V2.20.0.update.bin").write_bytes(b"n870")
    (directory(fleet) / "merkur200_42.bin").write_bytes(b"n510")
    (directory(fleet) / ".hidden").write_bytes(b"no")
    (directory(fleet) / "link.bin").symlink_to("/etc/passwd")
    found = fleet.ctl("firmware", "add", "--scan", json=True)
    assert [row["name"] for row in found["added"]] == ["N870-V2.20.0.update.bin"]
    assert found["added"][0]["products"] == ["n870"]
    assert found["added"][0]["version"] == "2.20.0"
    assert {row["name"] for row in found["skipped"]} == {"merkur200_42.bin", "link.bin"}
    found = fleet.ctl("firmware", "add", "--scan", "--product", "n670", json=True)
    assert [row["name"] for row in found["added"]] == ["merkur200_42.bin"]
    assert found["added"][0]["version"] is None
    assert [row["name"] for row in found["skipped"]] == ["link.bin"]


def test_a_name_in_firmware_dir_is_enough(fleet):
    (directory(fleet) / "N670-V2.1.0.bin").write_bytes(b"n670")
    fleet.ctl("firmware", "add", "N670-V2.1.0.bin")
    assert fleet.ctl("firmware", "show", "N670-V2.1.0.bin", json=True)["products"] == ["n670"]
    refused = fleet.ctl("firmware", "add", "N670-V2.2.0.bin", check=False)
    assert refused.returncode == 1 and b"No such file" in refused.stderr


@pytest.mark.parametrize("name", ["../fleet.db", "a..b.bin", ".hidden.bin", "a b.bin", "ä.bin"])
def test_a_name_that_is_none_is_refused(fleet, name):
    (fleet.directory / "x").mkdir()
    refused = fleet.ctl("firmware", "add", name.replace("/", "\\"), check=False)
    assert refused.returncode == 1 and b"firmware_name" in refused.stderr, refused.stderr


def test_a_removed_file_is_not_served(fleet):
    path = link(fleet)
    assert fleet.curl_status(fleet.url("phones", path)) == 200
    fleet.ctl("firmware", "remove", NAME)
    assert fleet.curl_status(fleet.url("phones", path)) == 404
    assert (directory(fleet) / NAME).exists()
    fleet.ctl("firmware", "add", NAME, "--product", "n870")
    assert fleet.curl_status(fleet.url("phones", path)) == 200
    fleet.ctl("firmware", "remove", NAME, "--delete-file")
    assert not (directory(fleet) / NAME).exists()


def test_what_happens_to_firmware_is_in_the_audit_log(fleet):
    fleet.ctl("firmware", "remove", NAME)
    rows = fleet.ctl("audit", "list", "--object", f"firmware:{NAME}", json=True)["audit"]
    assert [row["action"] for row in rows] == ["firmware.remove", "firmware.add"]
    assert rows[1]["after"]["products"] == ["n870"]


def test_pieces_come_in_order(fleet):
    fleet.add_account("root", "root's password", role="admin", providers=())
    url = fleet.url("admin", "/api/v1/firmware/x.bin/content?offset=")
    put = ["-u", "root:root's password", "-X", "PUT", "-H", "Content-Type: application/octet-stream"]
    assert fleet.curl_status(*put, "--data-binary", "abc", url + "0") == 204
    assert fleet.curl_status(*put, "--data-binary", "def", url + "2") == 409
    assert fleet.curl_status(*put, "--data-binary", "def", url + "3") == 204
    assert fleet.curl_status(*put[2:], "--data-binary", "def", url + "6") == 401
    assert (directory(fleet) / ".sent-x.bin").read_bytes() == b"abcdef"
    fleet.restart()
    assert not (directory(fleet) / ".sent-x.bin").exists()


def test_a_file_that_is_too_large_is_refused(make_daemon):
    daemon = make_daemon(settings={"firmware": {"max_bytes": "400K"}}).start()
    file = daemon.directory / "N870-V1.0.bin"
    file.write_bytes(bytes_of(500_000))
    refused = daemon.ctl("firmware", "add", file, check=False)
    assert refused.returncode == 1 and b"max_bytes" in refused.stderr
    assert list(directory(daemon).iterdir()) == []


def test_what_was_sent_for_nothing_does_not_stay(fleet):
    file = fleet.directory / "N870-V3.0.bin"
    file.write_bytes(bytes_of(300_000))
    refused = fleet.ctl("firmware", "add", file, "--product", "n999", check=False)
    assert refused.returncode == 1 and b"product_unknown" in refused.stderr
    assert [file.name for file in directory(fleet).iterdir()] == [NAME]


def test_what_a_sender_has_left_goes_when_the_next_one_begins(fleet):
    hours = {".sent-left.bin": 2, ".sent-under-way.bin": 0.5}
    for name, age in hours.items():
        (directory(fleet) / name).write_bytes(b"the first half")
        os.utime(directory(fleet) / name, (time.time() - 3600 * age,) * 2)
    file = fleet.directory / "N870-V3.0.bin"
    file.write_bytes(b"whole")
    fleet.ctl("firmware", "add", file)
    assert {file.name for file in directory(fleet).iterdir()} == \
        {NAME, file.name, ".sent-under-way.bin"}


# -- serving

def test_a_link_gives_the_file(fleet):
    path = link(fleet)
    assert path.endswith("/" + NAME), "the + stays as it is, and the vendor's name last"
    assert fleet.curl("--fail", fleet.url("phones", path)) == fleet.content
    status, headers = fleet.curl_headers(fleet.url("phones", path))
    assert status == 200
    assert headers["etag"] == f'"{hashlib.sha256(fleet.content).hexdigest()}"'
    assert headers["content-type"] == "application/octet-stream"
    assert headers["accept-ranges"] == "bytes"
    assert headers["content-length"] == "300000"
    modified = os.stat(directory(fleet) / NAME).st_mtime
    assert headers["last-modified"] == time.strftime("%a, %d %b %Y %H:%M:%S GMT",
                                                     time.gmtime(modified))


def test_links_stay_the_same(fleet):
    path = link(fleet)
    fleet.restart()
    assert link(fleet) == path


def test_a_link_is_for_one_device_and_one_file(fleet):
    (directory(fleet) / "N870-V3.0.0.bin").write_bytes(b"other")
    fleet.ctl("firmware", "add", "N870-V3.0.0.bin")
    path = link(fleet)
    mac, token, name = path.split("/")[2:]
    other = link(fleet, OTHER).split("/")[3]
    assert other != token
    good = fleet.curl_headers(fleet.url("phones", path))
    assert good[0] == 200
    ways = {
        "another device's token": f"/firmware/{mac}/{other}/{name}",
        "the token of another file": f"/firmware/{mac}/{token}/N870-V3.0.0.bin",
        "another device": f"/firmware/{OTHER}/{token}/{name}",
        "no such device": f"/firmware/7C2F80E0D699/{token}/{name}",
        "no such file": f"/firmware/{mac}/{token}/nothing.bin",
        "no MAC": f"/firmware/nobody/{token}/{name}",
        "half a token": f"/firmware/{mac}/{token[:-1]}/{name}",
        "an upper-case token": f"/firmware/{mac}/{token.upper()}X/{name}",
        "a hidden file": f"/firmware/{mac}/{token}/.sent-{name}",
        "a blank for the plus": f"/firmware/{mac}/{token}/{name.replace('+', '%20')}",
    }
    answers = {}
    for what, way in ways.items():
        answer = fleet.curl("-i", "--path-as-is", fleet.url("phones", way))
        answers[what] = re.sub(rb"(?i)date: [^\r]*", b"", answer)
    fleet.ctl("lock", MAC)
    locked = fleet.curl("-i", fleet.url("phones", path))
    answers["a locked device"] = re.sub(rb"(?i)date: [^\r]*", b"", locked)
    assert len(set(answers.values())) == 1, answers
    assert answers["no MAC"].startswith(b"HTTP/1.1 404")
    fleet.ctl("unlock", MAC)
    for spelling in (mac.lower(), ":".join(re.findall("..", mac))):
        way = f"/firmware/{spelling}/{token}/{name}"
        assert fleet.curl_status(fleet.url("phones", way)) == 200
    encoded = path.replace("+", "%2B")
    assert fleet.curl("--fail", fleet.url("phones", encoded)) == fleet.content


def test_a_document_holds_a_link_that_opens(make_daemon):
    fleet = make_daemon(settings={
        "provisioning": {"public_url": "http://prov.example.net:8080"}}).start()
    fleet.add_device()
    file = fleet.directory / NAME
    file.write_bytes(b"firmware")
    fleet.ctl("firmware", "add", file, "--product", "n870")
    fleet.ctl("setting", "set", "fleet", "firmware.version", "newest")
    refused = fleet.ctl("setting", "set", "fleet", "firmware.version", "9.9.9", check=False)
    assert refused.returncode == 1 and b"2.17.2" in refused.stderr

    def document(version):
        agent = f"Gigaset N870 IP PRO/83.V{version}+build.1234567;{MAC}"
        return fleet.curl("--fail", "-A", agent, "--digest", "--user", f"{MAC}:{SECRET}",
                          fleet.url("phones", f"/xml/{MAC}.xml")).decode()

    assert "<firmware>" not in document("2.16.0"), "what it runs was not known before"
    text = until(lambda: next((text for text in [document("2.16.0")] if "<firmware>" in text),
                              None), "the firmware in the document")
    version, url = re.search('<file version="([^"]*)" url="([^"]*)"', text).groups()
    assert version == "2.17.2"
    path = url.replace("http://prov.example.net:8080", "")
    assert fleet.curl("--fail", fleet.url("phones", path)) == b"firmware"
    # Once it runs that, or something newer, there is nothing to tell.
    until(lambda: "<firmware>" not in document("2.17.2"), "the end of it")
    assert "<firmware>" not in document("2.20.0")
    until(lambda: "newer" in fleet.ctl("firmware", "why", MAC, json=True)["why_not"],
          "what it has said to be known")
    fleet.ctl("setting", "set", f"device:{MAC}", "firmware.downgrade", "yes")
    assert "<firmware>" in document("2.20.0")
    told = fleet.ctl("explain", MAC, json=True)
    assert next(row for row in told["steps"] if row["step"] == "firmware")["version"] == "2.17.2"


def test_the_status_names_firmware_that_somebody_should_look_at(fleet):
    def notices():
        return [row for row in fleet.ctl("status", json=True)["notices"] if NAME in row]

    assert not notices()
    (directory(fleet) / NAME).unlink()
    assert fleet.curl_status(fleet.url("phones", f"/firmware/{NAME}")) == 404
    assert len(notices()) == 1 and "firmware" in notices()[0]


def test_fetching_firmware_is_a_contact(fleet):
    path = link(fleet)
    fleet.write_ini(limits={"seen_seconds": 1})
    fleet.reload()
    agent = "Gigaset N870 IP PRO/83.V2.16.0+build.1234567;7C2F80E0D605"
    fleet.curl("--fail", "-o", "/dev/null", "-A", agent, fleet.url("phones", path))
    seen = until(lambda: fleet.ctl("device", "show", MAC, json=True)["seen"], "the contact")
    assert seen["user_agent"] == agent


def test_without_a_link_devices_prove_who_they_are(make_daemon):
    daemon = make_daemon().start()
    daemon.add_device()
    file = daemon.directory / "N870-V2.0.0.bin"
    file.write_bytes(b"firmware")
    daemon.ctl("firmware", "add", file)
    url = daemon.url("phones", "/firmware/N870-V2.0.0.bin")
    nothing = daemon.url("phones", "/firmware/N870-V9.9.9.bin")

    def face(*arguments):
        status, headers = daemon.curl_headers(*arguments)
        headers.pop("date")
        headers["www-authenticate"] = re.sub('nonce="[^"]*"', "", headers["www-authenticate"])
        return status, headers

    assert face(url)[0] == 401
    wrong = ["--digest", "--user", f"{MAC}:wrong"]
    unknown = ["--digest", "--user", f"7C2F80E0D699:{SECRET}"]
    assert face(url) == face(nothing) == face(*wrong, url) == face(*wrong, nothing)
    assert face(*unknown, url) == face(*wrong, url)
    right = ["--digest", "--user", f"{MAC}:{SECRET}"]
    assert daemon.curl("--fail", *right, url) == b"firmware"
    assert daemon.curl_status(*right, nothing) == 404
    daemon.ctl("lock", MAC)
    assert face(*right, url) == face(*wrong, url)


def test_where_no_proof_is_asked_the_name_is_enough(fleet):
    assert fleet.curl("--fail", fleet.url("phones", f"/firmware/{NAME}")) == fleet.content
    assert fleet.curl_status(fleet.url("phones", "/firmware/nothing.bin")) == 404
    assert fleet.curl_status("--path-as-is", fleet.url("phones", "/firmware/../fleet.db")) == 404
    assert fleet.curl_status("--path-as-is", fleet.url("phones", "/firmware/..%2ffleet.db")) == 404


def test_a_file_that_was_only_touched_is_the_same(fleet):
    url = fleet.url("phones", link(fleet))
    etag = fleet.curl_headers(url)[1]["etag"]
    os.utime(directory(fleet) / NAME, (1_600_000_000, 1_600_000_000))
    status, headers = fleet.curl_headers(url)
    assert status == 200 and headers["etag"] == etag
    assert headers["last-modified"] == "Sun, 13 Sep 2020 12:26:40 GMT"
    assert fleet.ctl("firmware", "show", NAME, json=True)["state"] == "good"


@pytest.mark.parametrize("how", ["replaced", "written over", "gone"])
def test_a_file_that_is_another_one_is_not_served(fleet, how):
    url = fleet.url("phones", link(fleet))
    assert fleet.curl_status(url) == 200
    file = directory(fleet) / NAME
    if how == "replaced":
        file.unlink()
    if how == "gone":
        file.unlink()
    else:
        # The same size, to be noticed all the same.
        file.write_bytes(bytes_of(300_000, seed=2))
    assert fleet.curl_status(url) == 404
    row = fleet.ctl("firmware", "show", NAME, json=True)
    assert row["state"] == "changed" and row["error"]
    assert fleet.curl_status(url) == 404
    if how != "gone":
        fleet.ctl("firmware", "add", NAME)
        assert fleet.curl("--fail", url) == file.read_bytes()
        assert fleet.ctl("firmware", "show", NAME, json=True)["error"] is None


def test_a_download_that_has_begun_is_finished(make_daemon):
    daemon = make_daemon(settings={
        **OPEN, "limits": {"deadline_seconds": 1, "max_downloads": 2}}).start()
    daemon.add_device()
    content = bytes_of(20_000_000)
    file = daemon.directory / "N870-V2.0.0.bin"
    file.write_bytes(content)
    daemon.ctl("firmware", "add", file)
    path = link(daemon, name="N870-V2.0.0.bin")
    with socket.create_connection(("127.0.0.1", daemon.ports["phones"])) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        slow.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = slow.recv(1000)
        # Longer than any deadline; meanwhile the name goes to another file.
        time.sleep(3)
        os.rename(directory(daemon) / "N870-V2.0.0.bin", directory(daemon) / "old.bin")
        (directory(daemon) / "N870-V2.0.0.bin").write_bytes(b"new")
        while piece := slow.recv(1 << 20):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert hashlib.sha256(body).digest() == hashlib.sha256(content).digest()


def test_more_downloads_than_there_are_places_come_again(make_daemon):
    daemon = make_daemon(settings={**OPEN, "limits": {"max_downloads": 2}}).start()
    daemon.add_device()
    file = daemon.directory / "N870-V2.0.0.bin"
    file.write_bytes(bytes_of(20_000_000))
    daemon.ctl("firmware", "add", file)
    path = link(daemon, name="N870-V2.0.0.bin")
    url = daemon.url("phones", path)
    held = []
    for _ in range(2):
        connection = socket.create_connection(("127.0.0.1", daemon.ports["phones"]))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(15).startswith(b"HTTP/1.1 200")
        held.append(connection)
    status, headers = daemon.curl_headers(url)
    assert status == 503 and int(headers["retry-after"]) > 0
    assert "downloads_open 2" in daemon.curl(daemon.url("admin", "/metrics")).decode()
    # What is no download needs no place.
    assert daemon.curl_status("--head", url) == 200
    assert daemon.curl_status("-H", "If-None-Match: *", url) == 304
    for connection in held:
        connection.close()
    until(lambda: daemon.curl_status(url) == 200, "a place")
    until(lambda: "downloads_open 0" in daemon.curl(daemon.url("admin", "/metrics")).decode(),
          "places given back")


def test_tls_gives_the_same_bytes(make_daemon):
    from subprocess import run
    daemon = make_daemon(settings=OPEN, listeners={
        "phones": {"port": 0, "serves": "phones", "tls_cert": "cert.pem", "tls_key": "key.pem"}})
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", daemon.directory / "key.pem", "-out", daemon.directory / "cert.pem",
         "-days", "2", "-subj", "/CN=127.0.0.1"], check=True, capture_output=True)
    daemon.start()
    file = daemon.directory / "N870-V2.0.0.bin"
    file.write_bytes(bytes_of(3_000_000))
    daemon.ctl("firmware", "add", file)
    url = daemon.url("phones", "/firmware/N870-V2.0.0.bin").replace("http:", "https:")
    assert daemon.curl("-k", "--fail", url) == file.read_bytes()
    assert daemon.curl("-k", "--fail", "-r", "1000-1999999", url) == \
        file.read_bytes()[1000:2_000_000]
