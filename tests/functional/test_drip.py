# SPDX-License-Identifier: MIT
"""Who says a byte now and then is not silent, and yet does not keep a connection for ever."""

import contextlib
import socket
import ssl
import time

import pytest

from gigaprov import PATIENCE, until
from openstage import certificate

HALVES = {"line": b"GET /xml/7C2F80E0D6",
          "head": b"GET /xml/7C2F80E0D605.xml HTTP/1.1\r\nHost: x\r\nX: ",
          "body": b"POST /DeploymentService/LoginService HTTP/1.1\r\nHost: x\r\n"
                  b"Content-Length: 100000\r\n\r\n"}
LIMITS = {"idle_seconds": 2, "deadline_seconds": 1}


def drips_until_it_is_cut(client):
    """The socket never is silent for as long as idle_seconds."""
    client.settimeout(0.2)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            client.sendall(b"a")
            with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
                if not client.recv(1000):
                    return True
        except OSError:
            return True
    return False


@pytest.mark.parametrize("half", HALVES)
def test_a_request_that_drips_is_cut_off(make_daemon, half):
    daemon = make_daemon(settings={"limits": LIMITS}).start()
    with socket.create_connection(("127.0.0.1", daemon.ports["phones"])) as client:
        client.sendall(HALVES[half])
        assert drips_until_it_is_cut(client)
    until(lambda: "come to the end of their request" in daemon.log, "the log to say so")


@pytest.mark.parametrize("hello", [b"", b"\x16\x03\x01\x02\x00\x01"])
def test_a_handshake_that_drips_is_cut_off(make_daemon, hello):
    daemon = make_daemon(settings={"limits": LIMITS})
    daemon.listeners = {**daemon.listeners,
                        "phones": {"port": 0, "serves": "phones", **certificate(daemon.directory)}}
    daemon.write_ini()
    daemon.start()
    with socket.create_connection(("127.0.0.1", daemon.ports["phones"])) as client:
        client.sendall(hello)
        assert drips_until_it_is_cut(client)


def test_a_connection_that_asks_and_asks_is_kept(make_daemon):
    daemon = make_daemon(settings={"limits": LIMITS}).start()
    with socket.create_connection(("127.0.0.1", daemon.ports["admin"]), PATIENCE) as client:
        end = time.monotonic() + 2 * sum(LIMITS.values())
        while time.monotonic() < end:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
