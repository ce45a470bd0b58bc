# SPDX-License-Identifier: MIT
"""gigaprov-sim wpi, run and understood.

    done = phones(url, "--count", 3)      done.configured, done.failed, done.messages, done.code
    done.of("00:01:E3:00:00:01")          what one phone said, heard and did: [("says", "start-up (15 items)"), …]
"""

import json
import subprocess

from gigaprov import BUILD, PATIENCE, _SANITIZER

FIRST = "00:01:E3:00:00:01"


class Done:
    def __init__(self, code, out):
        self.code = code
        lines = [json.loads(line) for line in out.splitlines()]
        self.summary = lines[-1] if lines and "phones" in lines[-1] else {}
        self.lines = [line for line in lines if "mac" in line]

    def __getattr__(self, name):
        return self.summary[name]

    def of(self, mac=None):
        """One phone's; the first that said something, unless it is named."""
        mac = mac or self.lines[0]["mac"]
        return [(key, value) for line in self.lines if line["mac"] == mac
                for key, value in line.items() if key not in ("mac", "of")]

    def told(self, key, mac=None):
        """All that it says, hears, does, complains or ends with."""
        return [value for its_key, value in self.of(mac) if its_key == key]

    def text(self):
        return "\n".join(json.dumps(line) for line in [*self.lines, self.summary])


def command(url, *options):
    return [BUILD / "gigaprov-sim", "wpi", "--url", url, "--json", *map(str, options)]


def start(url, *options):
    """Runs beside the test: its Popen; finish() is the end of it."""
    return subprocess.Popen(command(url, *options), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process, patience=PATIENCE):
    try:
        out, err = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"the phones do not come to an end:\n{out[-3000:]}{err}") from None
    assert not _SANITIZER.search(err), err
    assert process.returncode in (0, 1), err
    return Done(process.returncode, out)


def phones(url, *options, patience=PATIENCE):
    return finish(start(url, *options), patience)
