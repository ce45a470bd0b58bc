# SPDX-License-Identifier: MIT
"""Fetches: against nginx with the same bytes as files, and beside a writer."""

import os
import subprocess

import fleet as fleets
from machine import (LOAD_CORE, Server, free_port, interleave, median, pace, pace_command, pinned,
                     wrk, write_requests)
from report import Row, micros, millis, rate

CONNECTIONS = 64
FETCHES_A_SECOND = 4000  # beside the writer: well below what the server can
CHANGES_A_SECOND = 1000

NGINX = """\
worker_processes 1;
daemon off;
master_process off;
error_log stderr crit;
pid nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    keepalive_timeout 600;
    keepalive_requests 1000000000;
    default_type text/xml;
    client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
    uwsgi_temp_path t4; scgi_temp_path t5;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


def nginx_start(where, documents):
    root = f"{where}/nginx"
    os.makedirs(f"{root}/xml")
    for path, data in documents.items():
        with open(root + path, "wb") as f:
            f.write(data)
    port = free_port()
    with open(f"{root}/nginx.conf", "w") as f:
        f.write(NGINX.format(port=port, root=root))
    return Server(["nginx", "-p", root, "-c", f"{root}/nginx.conf"], port, root)


def digest_fleet(run, count):
    """A second fleet, whose phones have secrets; (fleet, server, lines for fetch.lua)."""
    fleet = fleets.Fleet(run.binary, f"{run.where}/digest", auth="digest")
    server = fleet.start()
    macs = [fleets.MAC_FIRST + 7919 * i for i in range(count)]
    data, _ = fleet.call(server, "registerDeviceList", [fleets.mac_text(mac) for mac in macs],
                         "https://pbx.example.net/%MACD.xml", fleets.PROVIDER)
    server.stop()
    secrets = [part.split("<")[0] for part in data.decode().split("OK: ")[1:]]
    fleet.fill(count)
    server = fleet.start()

    def lines():
        nonce = fleets.nonce_of(server)
        secret_of = dict(zip((f"/xml/{fleets.mac_text(mac)}.xml" for mac in macs), secrets))
        return [(path, fleets.digest(nonce, "gigaprovd", path[5:17], secret_of[path], path))
                for path in fleet.paths()]

    requests = f"{fleet.where}/warm"
    write_requests(requests, [
        (f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {fleets.USER_AGENT}\r\n"
         f"Authorization: {auth}\r\n\r\n").encode()
        for path, auth in lines()])
    for _ in range(2):
        pace(run.tools, server, requests, "-n", count, "-c", CONNECTIONS)
        fleets.settle(server)
    return fleet, server, lines


def compare(work, ours, theirs, floor, goal):
    """By rate and by CPU; the rate tells little where the servers were not the limit: where the
    load generator was, or something else on the machine took their core."""
    a, b = median(ours, "rate"), median(theirs, "rate")
    busy = min(median(ours, "busy"), median(theirs, "busy"))
    note = "" if busy > 0.95 else f" (a server was only {busy:.0%} busy)"
    c, d = median(ours, "cpu_us"), median(theirs, "cpu_us")
    return [Row(f"{work}: requests{note}", rate(a), rate(b), a / b, floor, goal),
            Row(f"{work}: CPU per request", micros(c), micros(d), d / c, floor, goal)]


def against_nginx(run, fleet, server):
    documents = fleet.documents(server)
    size = sum(map(len, documents.values())) / len(documents)
    print(f"  documents: {len(documents)} of {size:.0f} bytes", flush=True)
    nginx = nginx_start(run.where, documents)
    other, digest_server, digest_lines = digest_fleet(run, len(fleet.macs))
    plain, digest = f"{run.where}/paths", f"{run.where}/paths.digest"
    with open(plain, "w") as f:
        f.writelines(path + "\n" for path in fleet.paths(seed=2))
    with open(digest, "w") as f:
        f.writelines(f"{path}\t{auth}\n" for path, auth in digest_lines())

    def load(subject, paths, *options):
        return lambda: wrk(subject, run.seconds, CONNECTIONS, "fetch.lua", paths, *options)

    try:
        ours, theirs, proven = interleave(
            run.rounds, load(server, plain), load(nginx, plain), load(digest_server, digest))
        each, theirs_each = interleave(
            run.rounds, load(server, plain, "close"), load(nginx, plain, "close"))
    finally:
        nginx.stop()
        digest_server.stop()
    return [*compare("fetch, keep-alive", ours, theirs, 0.7, 1.0),
            *compare("fetch, keep-alive, Digest proven (nginx: nothing asked)", proven, theirs,
                     None, None),
            *compare("fetch, a connection each", each, theirs_each, 0.8, 1.0)]


def changes(run, fleet):
    """Removes and adds registrations of devices that are fetched meanwhile: each is a commit."""
    head = ("POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
            f"Authorization: {fleet.basic}\r\nContent-Length: ")
    requests = []
    for mac in fleet.macs:
        for method, more in (("registerDevice", ("https://pbx.example.net/", fleets.PROVIDER)),
                             ("deregisterDevice", ())):
            parameters = "".join(f"<param><value><string>{p}</string></value></param>"
                                 for p in (fleets.mac_text(mac), *more))
            body = (f"<methodCall><methodName>autoprov.{method}</methodName>"
                    f"<params>{parameters}</params></methodCall>")
            requests.append(f"{head}{len(body)}\r\n\r\n{body}".encode())
    path = f"{run.where}/changes"
    write_requests(path, requests)
    return path


def beside_writer(run, fleet, server):
    path = f"{run.where}/fetches"
    write_requests(path, [
        f"GET {p} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for p in fleet.paths(seed=3)])
    writes = changes(run, fleet)
    counts = []

    def alone():
        return pace(run.tools, server, path, "-r", FETCHES_A_SECOND, "-t", run.seconds)

    def beside():
        before = fleets.metric(server, "commits_total"), fleets.metric(server, "writes_total")
        with subprocess.Popen(
                pinned(LOAD_CORE, pace_command(run.tools, server, writes, "-r", CHANGES_A_SECOND,
                                               "-t", run.seconds + 1, "-c", 8)),
                stdout=subprocess.PIPE) as writer:
            load = alone()
            after = fleets.metric(server, "commits_total"), fleets.metric(server, "writes_total")
            writer.communicate()
        counts.append(((after[0] - before[0]) / run.seconds, (after[1] - before[1]) / run.seconds))
        return load

    fleet.call(server, "listDevices", fleets.PROVIDER)  # so that the password is known
    without, with_writer = interleave(run.rounds, alone, beside)
    a, b = median(with_writer, "p99_us"), median(without, "p99_us")
    commits, writes = sorted(counts)[len(counts) // 2]
    return [Row(f"fetch p99 at {FETCHES_A_SECOND}/s beside {writes:.0f} changes/s in "
                f"{commits:.0f} commits (theirs: our own without)",
                millis(a / 1e6), millis(b / 1e6), a / b, 2, 1.2, at_least=False)]


def rows(run):
    fleet = fleets.Fleet(run.binary, f"{run.where}/fetch")
    fleet.fill(run.devices)
    server = fleet.start()
    try:
        fleet.warm(run.tools, server)
        made = against_nginx(run, fleet, server)
        hits, fetches = (fleets.metric(server, name) for name in ("fetch_hits_total",
                                                                  "fetches_total"))
        print(f"  from the cache: {hits / fetches:.0%}", flush=True)
        return made + beside_writer(run, fleet, server)
    finally:
        server.stop()
