# SPDX-License-Identifier: MIT
"""One address does not have all connections of a listener."""

import contextlib
import re
import socket
import ssl

import pytest

from gigaprov import PATIENCE, fields, until
from openstage import certificate

MOST = 4
REQUESTS = {
    "phones": b"GET /firmware/none.bin HTTP/1.1\r\nHost: x\r\n\r\n",
    "desk": b"POST /DeploymentService/LoginService HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx",
    "admin": b"POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx",
}


@pytest.fixture
def crowded(make_daemon):
    daemon = make_daemon(settings={"limits": {"connections_per_address": MOST},
                                   "daemon": {"threads": 1}})
    daemon.listeners = {
        "phones": {"port": 0, "serves": "phones"},
        "desk": {"port": 0, "serves": "wpi", **certificate(daemon.directory)},
        "admin": {"port": 0, "serves": "rpc api metrics"},
        "proxied": {"port": 0, "serves": "phones", "trusted_proxies": "127.0.0.2"},
    }
    daemon.write_ini()
    return daemon.start()


@pytest.fixture
def connect(crowded):
    """connect(listener, address): a connection from there that was answered; None: it was refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.ExitStack() as stack:

        def connect(listener, address, to="127.0.0.1"):
            client = stack.enter_context(socket.create_connection(
                (to, crowded.ports[listener]), PATIENCE, (address, 0)))
            try:
                if listener == "desk":
                    client = stack.enter_context(context.wrap_socket(client))
                client.sendall(REQUESTS.get(listener, REQUESTS["phones"]))
                answer = client.recv(4096)
            except (ConnectionError, ssl.SSLError):
                return None
            assert not answer or answer.startswith(b"HTTP/1.1 ")
            return client if answer else None

        yield connect


def refusals(daemon):
    return [fields(line) for line in daemon.log.splitlines() if "connections are refused" in line]


def counted(daemon):
    text = daemon.curl(daemon.url("admin", "/metrics")).decode()
    return int(re.search(r"^gigaprovd_connections_refused_total (\d+)$", text, re.M)[1])


@pytest.mark.parametrize("listener", REQUESTS)
def test_an_address_that_takes_all_it_can_leaves_the_others_theirs(crowded, connect, listener):
    mine = [connect(listener, "127.0.0.2") for _ in range(MOST)]
    assert all(mine)
    assert [connect(listener, "127.0.0.2") for _ in range(3)] == [None] * 3
    assert connect(listener, "127.0.0.3")
    # Those that it has go on, and one that it closes may be opened again.
    mine[0].close()
    assert until(lambda: connect(listener, "127.0.0.2"), "the place that was given back")
    assert not connect(listener, "127.0.0.2")
    told = refusals(crowded)
    assert [(line["listener"], line["address"], line["connections_per_address"], line["refused"])
            for line in told] == [(listener, "127.0.0.2", str(MOST), "1")]
    assert counted(crowded) >= 4


def test_listeners_are_counted_each_for_itself(crowded, connect):
    assert all([connect("phones", "127.0.0.2") for _ in range(MOST)])
    assert connect("desk", "127.0.0.2") and connect("admin", "127.0.0.2")
    assert not refusals(crowded) and counted(crowded) == 0


def test_a_trusted_proxy_speaks_for_many(crowded, connect):
    assert all([connect("proxied", "127.0.0.2") for _ in range(3 * MOST)])
    assert all([connect("proxied", "127.0.0.3") for _ in range(MOST)])
    assert not connect("proxied", "127.0.0.3")


def test_a_reload_gives_an_address_more(crowded, connect):
    assert all([connect("phones", "127.0.0.2") for _ in range(MOST)])
    assert not connect("phones", "127.0.0.2")
    crowded.write_ini(limits={"connections_per_address": MOST + 1})
    crowded.reload()
    assert connect("phones", "127.0.0.2")
    assert not connect("phones", "127.0.0.2")


def test_half_a_handshake_is_a_connection_too(crowded, connect):
    with contextlib.ExitStack() as stack:
        for _ in range(MOST):
            half = stack.enter_context(socket.create_connection(
                ("127.0.0.1", crowded.ports["desk"]), PATIENCE, ("127.0.0.2", 0)))
            half.sendall(b"\x16\x03\x01\x02\x00\x01")
        # They count when they have been accepted, in the order in which they came.
        assert not connect("desk", "127.0.0.2")
        assert connect("desk", "127.0.0.3")


def test_an_ipv6_address_is_its_network(make_daemon):
    daemon = make_daemon(settings={"limits": {"connections_per_address": 1}})
    daemon.listeners = {**daemon.listeners, "six": {"port": 0, "serves": "phones",
                                                    "address": "::1"}}
    daemon.write_ini()
    daemon.start()
    with socket.create_connection(("::1", daemon.ports["six"]), PATIENCE) as first:
        first.sendall(REQUESTS["phones"])
        assert first.recv(4096)
        with socket.create_connection(("::1", daemon.ports["six"]), PATIENCE) as second:
            with contextlib.suppress(ConnectionError):
                second.sendall(REQUESTS["phones"])
                assert not second.recv(4096)
    # ::1 is told as what it was counted as: its first 64 bits.
    assert [line["address"] for line in refusals(daemon)] == ["::"]
