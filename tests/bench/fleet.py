# SPDX-License-Identifier: MIT
"""gigaprovd with a fleet that was put straight into its database."""

import base64
import hashlib
import http.client
import os
import random
import socket
import sqlite3
import time

from machine import Server, free_port, pace, write_requests

MAC_FIRST = 0x7C2F80000000
PROVIDER = "bench"
HANDSETS = 6
SETTINGS = 49  # of the fleet; with the handsets they make a document of about 4.7 KB
CHUNK = 10000
USER_AGENT = "Gigaset N870 IP PRO/83.V2.55"  # as fetch.lua says it
NOTHING = b""

INI = """\
[daemon]
database = sqlite:fleet.db
control_socket = control.sock
state_dir = .
secret_key_file = secret.key
threads = 1

[listener main]
address = 127.0.0.1
port = {port}
serves = phones rpc metrics

[provisioning]
auth = {auth}

[limits]
max_body = 4M
unknown_macs_per_minute = 1000000
"""


def mac_text(mac):
    return f"{mac:012X}"


class Fleet:
    """The daemon's directory.  start() gives a running server."""

    def __init__(self, binary, where, auth="open"):
        self.binary, self.where, self.auth = binary, where, auth
        self.port = free_port()
        self.macs = []
        os.makedirs(where)
        self.start().stop()  # makes the schema and the first account
        with open(f"{where}/admin.password") as f:
            self.password = f.read().strip()
        with self.database() as db:
            db.execute("INSERT INTO provider (name, created_at) VALUES (?, 1)", (PROVIDER,))

    @property
    def basic(self):
        return "Basic " + base64.b64encode(f"admin:{self.password}".encode()).decode()

    def database(self):
        return sqlite3.connect(f"{self.where}/fleet.db")

    def start(self, env=None):
        with open(f"{self.where}/gigaprovd.ini", "w") as f:
            f.write(INI.format(port=self.port, auth=self.auth))
        return Server([self.binary, "-c", "gigaprovd.ini"], self.port, self.where, env)

    def fill(self, count):
        """Devices with handsets; only while the daemon stands still."""
        self.macs = [MAC_FIRST + 7919 * i for i in range(count)]
        db = self.database()
        db.execute("PRAGMA synchronous = OFF")
        with db:
            db.executemany(
                "INSERT INTO setting (scope, name, value, updated_at) VALUES ('fleet', ?, ?, 1)",
                [(f"Bench.{i}.Parameter", f"value of the parameter number {i}")
                 for i in range(SETTINGS)])
        for at in range(0, count, CHUNK):
            part = list(enumerate(self.macs))[at:at + CHUNK]
            with db:
                self._fill(db, part)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()

    @staticmethod
    def _fill(db, part):
        db.executemany(
            "INSERT INTO device (mac, product, handsets, created_at) VALUES (?, 'n870', ?, 1) "
            "ON CONFLICT (mac) DO UPDATE "
            "SET product = excluded.product, handsets = excluded.handsets",
            [(mac, HANDSETS) for _, mac in part])
        db.executemany(
            "INSERT INTO setting (scope, name, value, updated_at) VALUES (?, 'Bench.Name', ?, 1)",
            [(f"device:{mac_text(mac)}", f"device number {i}") for i, mac in part])
        db.executemany(
            "INSERT INTO handset (mac, slot, ipui, origin, created_at) VALUES (?, ?, ?, 'hand', 1)",
            [(mac, slot, f"{i * HANDSETS + slot:010x}")
             for i, mac in part for slot in range(1, HANDSETS + 1)])

    def paths(self, macs=None, seed=1):
        """Every MAC once, in no order that a cache would like."""
        paths = [f"/xml/{mac_text(mac)}.xml" for mac in macs or self.macs]
        random.Random(seed).shuffle(paths)
        return paths

    def warm(self, tools, server, macs=None):
        """Until every document is made, was given, and stays as it is."""
        path = f"{self.where}/warm"
        paths = self.paths(macs)
        write_requests(path, [
            f"GET {p} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {USER_AGENT}\r\n\r\n".encode()
            for p in paths])
        for _ in range(2):
            pace(tools, server, path, "-n", len(paths), "-c", 64)
            settle(server)

    def documents(self, server):
        """path: bytes, as phones get them."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        documents = {}
        for path in self.paths():
            connection.request("GET", path)
            answer = connection.getresponse()
            documents[path] = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
        return documents

    def call(self, server, method, *parameters):
        """(answer, seconds) of one XML-RPC call; a list makes an array of strings."""
        def value(parameter):
            if isinstance(parameter, str):
                return f"<value><string>{parameter}</string></value>"
            items = "".join(value(p) for p in parameter)
            return f"<value><array><data>{items}</data></array></value>"

        body = ('<?xml version="1.0"?><methodCall><methodName>autoprov.' + method +
                "</methodName><params>" +
                "".join(f"<param>{value(p)}</param>" for p in parameters) +
                "</params></methodCall>").encode()
        head = ("POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                f"Authorization: {self.basic}\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\n\r\n")
        data, took = exchange(server, head.encode() + body)
        if not data.startswith(b"HTTP/1.1 200") or b"<fault>" in data:
            raise RuntimeError(f"{method}: {data[:500]}")
        return data, took


def exchange(server, request):
    """(head and body as they came, seconds) of a request that closes its connection."""
    pieces = []
    with socket.create_connection(("127.0.0.1", server.port)) as s:
        begun = time.perf_counter()
        s.sendall(request)
        while piece := s.recv(1 << 20):
            pieces.append(piece)
        took = time.perf_counter() - begun
    data = b"".join(pieces)
    head, _, body = data.partition(b"\r\n\r\n")
    if b"chunked" in head.lower():
        body = unchunk(body)
    return head + body, took


def unchunk(data):
    pieces, at = [], 0
    while True:
        end = data.index(b"\r\n", at)
        size = int(data[at:end], 16)
        if size == 0:
            return b"".join(pieces)
        pieces.append(data[end + 2:end + 2 + size])
        at = end + 2 + size + 2


def metric(server, name):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/metrics")
    for line in connection.getresponse().read().decode().splitlines():
        if line.startswith(f"gigaprovd_{name} "):
            return int(line.split()[1])
    raise RuntimeError(f"there is no metric {name}")


def settle(server):
    """Waits until nothing waits for the writers."""
    while metric(server, "write_queue") > 0:
        time.sleep(0.05)
    time.sleep(0.2)


def nonce_of(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", f"/xml/{mac_text(MAC_FIRST)}.xml")
    answer = connection.getresponse()
    return answer.getheader("WWW-Authenticate").split('nonce="')[1].split('"')[0]


def digest(nonce, realm, user, password, path):
    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()

    ha1, ha2 = md5(f"{user}:{realm}:{password}"), md5(f"GET:{path}")
    response = md5(f"{ha1}:{nonce}:00000001:0a4f113b:auth:{ha2}")
    return (f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{path}", '
            f'qop=auth, nc=00000001, cnonce="0a4f113b", response="{response}", algorithm=MD5')
