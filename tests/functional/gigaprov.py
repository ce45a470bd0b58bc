# SPDX-License-Identifier: MIT
"""The real programs, started and asked as people and phones do it.

    daemon = Daemon(directory)          ini, database and socket are below `directory`
    daemon.start()                      returns when the daemon says READY=1
    daemon.ctl("device", "list")        gigaprovctl's output; stdin="…", check=False, json=True
    daemon.url("phones", "/xml/….xml")  URL on a listener, by the listener's name
    daemon.curl("-i", url)              curl's output as bytes
    daemon.rpc(user, password)          xmlrpc.client.ServerProxy
    daemon.log                          what the daemon has written so far
    daemon.set_clock(datetime)          its clock stands there, from its start on
    daemon.stop()  .restart()  .kill9() .reload()

stop() demands exit status 0 and a standard error without sanitizer reports.
Fixtures are in conftest.py.
"""

import contextlib
import json as json_module
import os
import pathlib
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import xmlrpc.client

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("BUILD", "build/address-undefined")
# A sanitized daemon on a busy machine is slow; nothing that works waits so long.
PATIENCE = 60

_SANITIZER = re.compile(r"Sanitizer|runtime error:|^==\d+==", re.M)
_FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')

LISTENERS = {
    "phones": {"port": 0, "serves": "phones"},
    "admin": {"port": 0, "serves": "rpc api metrics"},
}


def free_port():
    """For who cannot ask for port 0: the system gives it to nobody else meanwhile."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_given = int(file.read().split()[0])
    while True:
        port = random.SystemRandom().randrange(10000, max(first_given, 20000))
        with contextlib.suppress(OSError), socket.socket() as tcp, \
                socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
            return port


class CommandFailed(AssertionError):
    """A command exited with another status than 0."""


def until(condition, what, patience=PATIENCE):
    """Waits until condition() is true; its value."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


def run(*command, stdin=None, check=True, env=None):
    """Runs a command to its end: .returncode, .stdout and .stderr as bytes."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([str(word) for word in command], input=stdin or b"",
                          capture_output=True, timeout=PATIENCE, check=False,
                          env={**os.environ, **(env or {})})
    assert not _SANITIZER.search(done.stderr.decode(errors="replace")), done.stderr.decode()
    if check and done.returncode != 0:
        raise CommandFailed(f"{' '.join(map(str, command))}: exit status {done.returncode}\n"
                            f"{done.stdout.decode(errors='replace')}"
                            f"{done.stderr.decode(errors='replace')}")
    return done


def fields(line):
    """The fields of a log line."""
    found = {}
    for key, value in _FIELD.findall(line):
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found[key] = value
    return found


class Daemon:
    def __init__(self, directory, settings=None, listeners=None):
        """settings: {"section": {"key": value}}; listeners: {"name": {"key": value}}."""
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ini = self.directory / "gigaprovd.ini"
        self.socket = self.directory / "control.sock"
        self.database = self.directory / "fleet.db"
        self.state_dir = self.directory / "state"
        self.log_file = self.directory / "daemon.log"
        self.settings = settings or {}
        self.listeners = listeners or LISTENERS
        self.clock_file = self.directory / "clock"
        self.process = None
        self.ports = {}
        self._start_of_log = 0
        self.state_dir.mkdir(mode=0o700, exist_ok=True)
        self.write_ini()

    # -- the ini file

    def write_ini(self, **settings):
        """Writes the ini again, with more settings: section={"key": value}."""
        for section, keys in settings.items():
            self.settings[section] = {**self.settings.get(section, {}), **keys}
        sections = {
            "daemon": {
                "database": f"sqlite:{self.database}",
                "control_socket": self.socket,
                "state_dir": self.state_dir,
                "secret_key_file": self.directory / "secret.key",
                **self.settings.get("daemon", {}),
            },
            **{f"listener {name}": {"address": "127.0.0.1", **keys}
               for name, keys in self.listeners.items()},
            **{name: keys for name, keys in self.settings.items() if name != "daemon"},
        }
        self.ini.write_text("\n".join(
            f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
            for name, keys in sections.items()), encoding="utf-8")

    # -- its life

    def set_clock(self, at):
        """From now on its clock stands at a datetime; before its first start, and at any time."""
        with open(self.clock_file, "r+b" if self.clock_file.exists() else "wb") as file:
            file.write(int(at.timestamp()).to_bytes(8, sys.byteorder, signed=True))

    def spawn(self, *arguments, env=None):
        """Starts the daemon without waiting for it; its Popen."""
        if self.clock_file.exists():
            env = {**(env or {}), "GIGAPROV_TEST_CLOCK": str(self.clock_file)}
        self._start_of_log = self.log_file.stat().st_size if self.log_file.exists() else 0
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [BUILD / "gigaprovd", "-c", self.ini, *arguments], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env={**os.environ, **(env or {})}, cwd=self.directory)
        return self.process

    def start(self, *arguments):
        """Starts the daemon; returns when it has said that it is ready."""
        name = self.directory / "notify.sock"
        name.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(name))
            notify.settimeout(0.2)
            self.spawn(*arguments, env={"NOTIFY_SOCKET": str(name)})
            end = time.monotonic() + PATIENCE
            while True:
                try:
                    if b"READY=1" in notify.recv(4096).split(b"\n"):
                        break
                except socket.timeout:
                    pass
                assert self.process.poll() is None, f"the daemon did not start:\n{self.log}"
                assert time.monotonic() < end, f"the daemon is not ready:\n{self.log}"
        name.unlink(missing_ok=True)
        self._read_ports()
        return self

    def _read_ports(self):
        self.ports = {}
        for line in self.log_of_run.splitlines():
            found = fields(line)
            if "listener" in found and "port" in found:
                self.ports[found["listener"]] = int(found["port"])
        missing = set(self.listeners) - set(self.ports)
        assert not missing, f"the log does not tell the ports of {missing}:\n{self.log}"

    def wait(self):
        """Waits for the daemon to end by itself; its exit status."""
        status = self.process.wait(timeout=PATIENCE)
        self.process = None
        self.assert_clean_log()
        return status

    def stop(self):
        """SIGTERM, and everything that a good stop promises."""
        if not self.process:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.kill9()
            raise AssertionError(f"the daemon does not stop:\n{self.log}") from None
        assert status == 0, f"exit status {status}:\n{self.log}"

    def kill9(self):
        self.process.kill()
        self.process.wait()
        self.process = None
        self.assert_clean_log()

    def restart(self):
        self.stop()
        return self.start()

    def reload(self):
        """SIGHUP; returns the log lines that came of it, once one says that it is over."""
        before = len(self.log)
        self.process.send_signal(signal.SIGHUP)
        until(lambda: re.search(r"msg=\"?[^\"\n]*configuration", self.log[before:]),
              "the reload's log line")
        return self.log[before:]

    def assert_clean_log(self):
        assert not _SANITIZER.search(self.log), self.log

    @property
    def log(self):
        """Everything written so far, over all runs in this directory."""
        if not self.log_file.exists():
            return ""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def log_of_run(self):
        """What was written since the last start."""
        with open(self.log_file, "rb") as file:
            file.seek(self._start_of_log)
            return file.read().decode(errors="replace")

    # -- those who ask it

    def ctl(self, *arguments, stdin=None, check=True, json=False):
        """gigaprovctl over the control socket.

        Its standard output; with json=True what it says as JSON; with
        check=False the completed process.
        """
        words = [*arguments, "--json"] if json else arguments
        done = run(BUILD / "gigaprovctl", "--socket", self.socket, *words, stdin=stdin,
                   check=check)
        if not check:
            return done
        return json_module.loads(done.stdout) if json else done.stdout.decode()

    def url(self, listener, path=""):
        return f"http://127.0.0.1:{self.ports[listener]}{path}"

    def curl(self, *arguments, check=True):
        """curl's standard output; with check=False the completed process."""
        done = run("curl", "--silent", "--show-error", "--max-time", PATIENCE, "--noproxy", "*",
                   *arguments, check=check)
        return done.stdout if check else done

    def curl_status(self, *arguments):
        """The HTTP status that curl gets, as a number; the body is dropped."""
        return int(self.curl("-o", "/dev/null", "-w", "%{http_code}", *arguments))

    def curl_headers(self, *arguments):
        """Status and headers (names in lower case) of the last answer, without its body."""
        text = self.curl("-D", "-", "-o", "/dev/null", *arguments).decode("latin-1")
        last = text.strip().split("\r\n\r\n")[-1].split("\r\n")
        headers = {}
        for line in last[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return int(last[0].split()[1]), headers

    def rpc(self, user, password, path="/apxml/rpc.do", listener="admin"):
        quoted = [urllib.parse.quote(word, safe="") for word in (user, password)]
        return xmlrpc.client.ServerProxy(
            f"http://{quoted[0]}:{quoted[1]}@127.0.0.1:{self.ports[listener]}{path}")

    # -- what many tests begin with

    def add_account(self, name="anna", password="anna's password", role="integrator",
                    providers=("Daryna",)):
        """An account and its providers; (name, password)."""
        known = {row["name"] for row in self.ctl("provider", "list", json=True)["providers"]}
        words = []
        for provider in providers:
            if provider not in known:
                self.ctl("provider", "add", provider)
            words += ["--provider", provider]
        self.ctl("account", "add", name, "--role", role, *words, "--password-stdin",
                 stdin=password + "\n")
        return name, password

    def add_device(self, mac="7C2F80E0D605", product="n870", secret="A2B4C6D8E0F2", **options):
        """A device with its secret; the MAC."""
        words = [word for key, value in options.items() for word in (f"--{key}", value)]
        self.ctl("device", "add", mac, "--product", product, "--secret-stdin", *words,
                 stdin=secret + "\n")
        return mac

    def fetch(self, mac="7C2F80E0D605", secret="A2B4C6D8E0F2", path=None):
        """The document as a phone gets it, with Digest; bytes.  Returns when that is on record."""
        document = self.curl("--fail", "--digest", "--user", f"{mac}:{secret}",
                             self.url("phones", path or f"/xml/{mac}.xml"))
        number = int(re.sub("[^0-9A-Fa-f]", "", mac), 16)
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            until(lambda: db.execute("SELECT given_at FROM rendition WHERE mac = ?",
                                     (number,)).fetchone()[0], "the record of a fetch")
        return document
