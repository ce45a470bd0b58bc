# SPDX-License-Identifier: MIT
"""Processes on their cores, what they use, and the load generators."""

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SERVER_CORE, LOAD_CORE = "0", "1"


class Missing(Exception):
    """Something that the bench needs is not installed."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pinned(core, command):
    return ["taskset", "-c", core, *command]


def run(command, **kwargs):
    done = subprocess.run(command, capture_output=True, text=True, **kwargs)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise Missing(f"{tool} is not installed")


def build_tools(where, cc):
    """The load generator, the slow disk, and the list of xmlrpc-c values."""
    flags = [cc, "-std=gnu2x", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra"]
    xmlrpc = run(["xmlrpc-c-config", "client", "--cflags", "--libs"]).split()
    run([*flags, "-o", f"{where}/pace", f"{HERE}/pace.c"])
    run([*flags, "-shared", "-fPIC", "-o", f"{where}/slow_sync.so", f"{HERE}/slow_sync.c"])
    run([*flags, "-o", f"{where}/list_values", f"{HERE}/list_values.c", *xmlrpc, "-lsqlite3"])


class Server:
    """One process on the server's core."""

    def __init__(self, command, port, cwd, env=None, ready_s=60):
        self.port = port
        self.log = open(os.path.join(cwd, "log"), "ab")
        # taskset replaces itself by the command, so that the pid is the server's
        self.process = subprocess.Popen(
            pinned(SERVER_CORE, command), cwd=cwd, stdout=self.log, stderr=self.log,
            env={**os.environ, **(env or {})})
        until = time.monotonic() + ready_s
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    self.stop()
                    with open(self.log.name, errors="replace") as log:
                        raise RuntimeError(f"{command[0]} does not start: {log.read()[-2000:]}")
                time.sleep(0.05)

    def cpu(self):
        """Seconds of CPU that all threads have used."""
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                with open(f"/proc/{self.process.pid}/task/{task}/schedstat") as f:
                    total += int(f.read().split()[0])
            except OSError:
                pass
        return total / 1e9

    def memory(self, field="VmRSS"):
        """MiB; VmHWM: the most since memory_reset()."""
        with open(f"/proc/{self.process.pid}/status") as f:
            for line in f:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) / 1024
        return 0

    def memory_reset(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as f:
            f.write("5")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


class Load:
    """What a load generator did to a server."""

    def __init__(self, told, cpu):
        self.requests, self.failed = told["requests"], told["failed"]
        self.rate = self.requests / told["seconds"]
        self.cpu_us = cpu * 1e6 / max(self.requests, 1)
        self.busy = cpu / told["seconds"]
        self.p99_us = told["p99_us"]


def _loaded(server, command):
    before = server.cpu()
    out = run(pinned(LOAD_CORE, command))
    used = server.cpu() - before
    lines = [line.removeprefix("RESULT ") for line in out.splitlines() if '"requests"' in line]
    load = Load(json.loads(lines[-1]), used)
    if load.failed > load.requests / 100:
        raise RuntimeError(f"{load.failed} of {load.requests} requests failed: {command}")
    return load


def wrk(server, seconds, connections, script, *arguments):
    return _loaded(server, [
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s",
        f"{HERE}/{script}", f"http://127.0.0.1:{server.port}", "--", *arguments])


def pace_command(tools, server, path, *options):
    return [f"{tools}/pace", "-p", str(server.port), "-f", path, *map(str, options)]


def pace(tools, server, path, *options):
    return _loaded(server, pace_command(tools, server, path, *options))


def write_requests(path, requests):
    with open(path, "wb") as f:
        for request in requests:
            f.write(b"%d\n%s" % (len(request), request))


def interleave(rounds, *measures):
    """Calls A B A B …; a list of results for each."""
    results = [[] for _ in measures]
    for _ in range(rounds):
        for measure, into in zip(measures, results):
            into.append(measure())
    return results


def median(loads, what):
    return statistics.median(getattr(load, what) for load in loads)
