# SPDX-License-Identifier: MIT
"""sipp as the phone: it waits for a NOTIFY, and does with it what a scenario says.

    with Phone(directory, ACCEPTS) as phone:      its port is phone.port
        …
    phone.messages                                 what it has received, as texts
"""

import re
import subprocess
import time

from gigaprov import PATIENCE, free_port

_ANSWER = """
  <send><![CDATA[
    SIP/2.0 {status}
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]phone[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    {headers}
    Content-Length: 0

  ]]></send>
"""
_NOTIFY = """
  <recv request="NOTIFY" crlf="true"{more}>
    <action><ereg regexp=".*" search_in="hdr" header="Event:" assign_to="event"/>
    <log message="event [$event]"/></action>
  </recv>
"""


def scenario(*steps):
    """A sipp scenario of these steps; a variable that is assigned must be read somewhere."""
    return ('<?xml version="1.0" encoding="ISO-8859-1" ?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
            '<scenario name="phone">' + "".join(steps) + "</scenario>\n")


def notify(more=""):
    return _NOTIFY.format(more=more)


def answer(status, headers=""):
    # An empty line would end the headers.
    text = _ANSWER.format(status=status, headers=headers)
    return text if headers else text.replace("    \n    Content-Length", "    Content-Length")


ACCEPTS = scenario(notify(), answer("200 OK"))
BUSY = scenario(notify(), answer("486 Busy Here"))


class Phone:
    def __init__(self, directory, xml, *options, tcp=False):
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.options = options
        self.tcp = tcp
        self.port = free_port()
        self.file = directory / "scenario.xml"
        self.file.write_text(xml, encoding="latin-1")
        self.trace = directory / "messages.log"
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(
            ["sipp", "-sf", self.file, "-i", "127.0.0.1", "-p", str(self.port), "-m", "1",
             "-nostdin", "-trace_msg", "-message_file", self.trace, "-trace_err",
             "-error_file", self.directory / "errors.log", "-trace_logs", "-log_file",
             self.directory / "log", *(["-t", "t1"] if self.tcp else []), *self.options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=self.directory)
        self._listens()
        return self

    def _listens(self):
        """Waits until its socket is there, which the kernel tells."""
        table = "/proc/net/tcp" if self.tcp else "/proc/net/udp"
        end = time.monotonic() + PATIENCE
        wanted = f": 0100007F:{self.port:04X} 00000000:0000 {'0A' if self.tcp else '07'} "
        while time.monotonic() < end:
            with open(table, encoding="ascii") as file:
                if wanted in file.read():
                    return
            assert self.process.poll() is None, "sipp does not run"
            time.sleep(0.01)
        raise AssertionError("sipp does not listen")

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def finish(self):
        """Waits until its one call is over; whether it went as the scenario says."""
        return self.process.wait(timeout=PATIENCE) == 0

    @property
    def messages(self):
        """What it has received."""
        text = self.trace.read_text(encoding="latin-1") if self.trace.exists() else ""
        parts = re.split(r"^-{20,}[^\n]*\n", text, flags=re.M)
        return [part.split("\n\n", 1)[1] for part in parts
                if "message received" in part.split("\n\n", 1)[0]]
