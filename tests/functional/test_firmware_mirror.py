# SPDX-License-Identifier: MIT
"""Firmware that is fetched from other servers, which behave in every way."""

import contextlib
import hashlib
import http.server
import random
import socketserver
import threading

import pytest

from gigaprov import until

CONTENT = random.Random(3).randbytes(700_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "N870-V2.65.0+build.1.bin"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def give(self, content, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(length or len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        if self.path == f"/{NAME}":
            self.give(CONTENT)
        elif self.path == f"/large/{NAME}":
            with contextlib.suppress(OSError):
                self.give(bytes(3_000_000))
        elif self.path == f"/endless/{NAME}":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")
        elif self.path == f"/cut/{NAME}":
            self.give(CONTENT[:1000], len(CONTENT))
            self.close_connection = True
        elif self.path == f"/slow/{NAME}":
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[:300_000])
            self.wfile.flush()
            server.may_go.wait(60)
            with contextlib.suppress(OSError):
                self.wfile.write(CONTENT[300_000:])
        elif self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/round/x.bin":
            self.send_response(302)
            self.send_header("Location", "/round/x.bin")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/empty.bin":
            self.give(b"")
        else:
            self.send_error(404)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


@contextlib.contextmanager
def serving(tls=None):
    """A server, with an SSLContext over TLS."""
    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.asked = []
    server.may_go = threading.Event()
    server.host = f"127.0.0.1:{server.server_port}"
    server.url = f"{'https' if tls else 'http'}://{server.host}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.may_go.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def server():
    with serving() as made:
        yield made


@pytest.fixture
def fleet(make_daemon, server):
    return make_daemon(settings={"firmware": {
        "mirror_hosts": f"private:{server.host} localhost:{server.server_port}",
        "max_bytes": "1M"}}).start()


def names_in(daemon):
    return sorted(file.name for file in (daemon.state_dir / "firmware").iterdir())


def fetch(daemon, url, *words, sha256=SHA256):
    daemon.ctl("firmware", "fetch", url, "--sha256", sha256, "--product", "n870", *words)


def ended(daemon, name=NAME):
    def look():
        row = daemon.ctl("firmware", "show", name, json=True)
        return row if row["state"] != "fetching" else None
    return until(look, "the end of fetching")


def test_what_is_asked_for_is_fetched(fleet, server):
    fetch(fleet, f"{server.url}/{NAME}")
    row = ended(fleet)
    assert row["state"] == "good", row
    assert row["version"] == "2.65.0" and row["products"] == ["n870"]
    assert row["source"] == f"{server.url}/{NAME}" and row["size"] == len(CONTENT)
    assert (fleet.state_dir / "firmware" / NAME).read_bytes() == CONTENT
    assert names_in(fleet) == [NAME]
    rows = fleet.ctl("audit", "list", "--object", f"firmware:{NAME}", json=True)["audit"]
    assert [row["action"] for row in rows] == ["firmware.fetched", "firmware.fetch"]
    assert server.asked == [f"/{NAME}"]


def test_what_is_another_file_is_thrown_away(fleet, server):
    fetch(fleet, f"{server.url}/{NAME}", sha256="ab" * 32)
    row = ended(fleet)
    assert row["state"] == "failed" and SHA256 in row["error"]
    assert names_in(fleet) == []
    # By hand, again; and then as what it is.
    fleet.ctl("firmware", "retry", NAME)
    assert ended(fleet)["state"] == "failed"
    fetch(fleet, f"{server.url}/{NAME}", sha256=SHA256.upper())
    assert ended(fleet)["state"] == "good"


@pytest.mark.parametrize("path, words", [
    (f"large/{NAME}", "max_bytes"), (f"endless/{NAME}", "max_bytes"), (f"cut/{NAME}", ""),
    ("nothing.bin", "404"), ("empty.bin", "empty"), ("round/x.bin", "place to place"),
])
def test_what_cannot_be_fetched_leaves_nothing_but_words(fleet, server, path, words):
    fetch(fleet, f"{server.url}/{path}")
    row = ended(fleet, path.split("/")[-1])
    assert row["state"] == "failed" and row["error"] and words in row["error"], row
    assert names_in(fleet) == []


def test_a_redirect_may_stay_on_the_host_only(fleet, server):
    with serving() as other:
        fetch(fleet, f"{server.url}/to?{other.url}/{NAME}", "--name", NAME)
        row = ended(fleet)
        assert row["state"] == "failed" and "another place" in row["error"]
        assert other.asked == []
    fetch(fleet, f"{server.url}/to?file:///etc/passwd", "--name", NAME)
    assert ended(fleet)["state"] == "failed"
    fetch(fleet, f"{server.url}/to?/{NAME}", "--name", NAME)
    assert ended(fleet)["state"] == "good"
    assert names_in(fleet) == [NAME]


def refused(daemon, url, sha256=SHA256):
    done = daemon.ctl("firmware", "fetch", url, "--sha256", sha256, check=False)
    assert done.returncode == 1
    return done.stderr.decode()


def test_only_hosts_of_the_ini_are_asked(fleet, server):
    for url in (f"http://127.0.0.1:1/{NAME}", f"http://example.net/{NAME}",
                f"http://user:pass@{server.host}/{NAME}", f"ftp://{server.host}/{NAME}",
                f"file:///etc/{NAME}", f"https://{server.host}.example/{NAME}", "nonsense"):
        assert "mirror_host" in refused(fleet, url), url
    assert fleet.ctl("firmware", "list", json=True)["firmware"] == []
    assert "mirror_sha256" in refused(fleet, f"{server.url}/{NAME}", "abc")
    assert "mirror_sha256" in refused(fleet, f"{server.url}/{NAME}", "g" * 64)
    assert server.asked == []


def test_an_address_inside_must_be_meant(fleet, server):
    """localhost is listed, but not as private."""
    fetch(fleet, f"http://localhost:{server.server_port}/{NAME}")
    row = ended(fleet)
    assert row["state"] == "failed" and "address inside" in row["error"], row
    assert server.asked == []


def test_without_hosts_nothing_is_fetched(make_daemon):
    daemon = make_daemon().start()
    assert "mirror_hosts is empty" in refused(daemon, f"http://example.net/{NAME}")


@pytest.mark.parametrize("how", ["kill9", "stop"])
def test_half_a_file_is_gone_after_a_restart_and_fetched_anew(fleet, server, how):
    fetch(fleet, f"{server.url}/slow/{NAME}")
    row = until(lambda: [row for row in fleet.ctl("firmware", "list", json=True)["firmware"]
                         if row["fetched"]], "the first bytes")[0]
    assert row["state"] == "fetching" and row["of"] == len(CONTENT)
    assert names_in(fleet) == [f".fetch-{NAME}"]
    getattr(fleet, how)()
    server.may_go.set()
    (fleet.state_dir / "firmware" / ".fetch-other").write_bytes(b"of long ago")
    fleet.start()
    assert ended(fleet)["state"] == "good"
    assert names_in(fleet) == [NAME]
    assert server.asked == [f"/slow/{NAME}"] * 2


def test_what_was_brought_to_its_end_before_a_kill_is_not_fetched_again(fleet, server):
    fetch(fleet, f"{server.url}/slow/{NAME}")
    until(lambda: server.asked, "the request")
    fleet.kill9()
    (fleet.state_dir / "firmware" / NAME).write_bytes(CONTENT)
    fleet.start()
    assert ended(fleet)["state"] == "good"
    assert len(server.asked) == 1


def test_removing_ends_fetching(fleet, server):
    fetch(fleet, f"{server.url}/slow/{NAME}")
    until(lambda: server.asked, "the request")
    fleet.ctl("firmware", "remove", NAME)
    until(lambda: names_in(fleet) == [], "the end")
    fetch(fleet, f"{server.url}/{NAME}")
    assert ended(fleet)["state"] == "good"
