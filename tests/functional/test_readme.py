# SPDX-License-Identifier: MIT
"""README's commands, pasted one after the other: each works, or stands below with the reason why not."""

import os
import re
import subprocess

from gigaprov import BUILD, PATIENCE, TOP

MAC = "7C2F80E0D605"

# Beginnings of commands that are illustrations here, and why.
ILLUSTRATIONS = {
    "make": "builds, installs, measures",
    "sudo": "changes the machine",
    "gigaprovctl upstream": "asks another server: test_upstream.py",
    "gigaprovctl notify": "asks a phone: test_sip.py",
    "gigaprovctl firmware fetch": "asks another server: test_firmware_mirror.py",
    "gigaprovctl wpi": "desk phones: tests of their own",
    "gigaprovctl backup": "FILE is for people to choose: test_backup.py",
    "gigaprov-sim": "phones: tests of their own",
    "gigaprovd --check -c /etc/": "a file of a real installation",
}
# What has nothing to show in this fleet, and says so.
NOTHING_TO_SHOW = {
    f"gigaprovctl diff {MAC} --held": "nothing_held",
    "gigaprovctl rehome http://old": "rehome_nothing",
    "gigaprovctl inventory show": "inventory_unknown",  # the import before it was a dry run
}
# Names in the text, and what stands for them here.
FILES = {
    "Gigaset-Nx70-V2.65.0-build.8504c90.bin": "firmware", "fw926-2.42.6.rom": "firmware",
    "os60.img": "firmware",
    "phone.xml": "<x>%MACD</x>\n",
    "cfg001fc121cf23.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<hl_provision version="1">\n'
                           '<config version="1"><P64>GMT+1</P64></config></hl_provision>\n',
    "devices.csv": "mac,suffix,product,secret\n7C2F80820EC0,55DF,n870,aJ5xW9\n",
}


def commands():
    """Each with its line: indented, of one line or going on after a backslash or a pipe."""
    found, joined, start = [], "", 0
    for number, line in enumerate((TOP / "README.md").read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("    "):
            joined = ""
            continue
        start = start if joined else number
        joined += line[4:].rstrip("\\").strip() + " "
        if line.rstrip().endswith(("\\", "|")):
            continue
        found.append((start, joined.strip()))
        joined = ""
    words = ("gigaprovctl ", "gigaprovd ", "ap-client ", "curl ", "echo ", "make", "sudo ",
             "gigaprov-sim")
    return [(number, text) for number, text in found if text.startswith(words)]


def test_every_command_of_readme_works_as_it_stands(make_daemon):
    daemon = make_daemon(settings={
        "schedule night": {"start": "00:00", "end": "05:00"},
        "provisioning": {"public_url": "http://prov.example.net",
                         "shrink_guard": "100% 1000"}}).start()
    here = daemon.directory / "here"
    (here / "etc").mkdir(parents=True)
    (here / "etc" / "dx800-redirect.txt").write_bytes(
        (TOP / "etc" / "dx800-redirect.txt").read_bytes())
    for name, text in FILES.items():
        (here / name).write_text(text)
    (here / "gigaprovd.ini").write_text(daemon.ini.read_text())
    bin_dir = here / "bin"
    bin_dir.mkdir()
    (bin_dir / "gigaprovctl").write_text(
        f'#!/bin/sh\nexec {BUILD}/gigaprovctl -s {daemon.socket} "$@"\n')
    for name in ("gigaprovd", "ap-client"):
        (bin_dir / name).write_text(f'#!/bin/sh\nexec {BUILD}/{name} "$@"\n')
    for path in bin_dir.iterdir():
        path.chmod(0o755)
    environment = {**os.environ, "PATH": f"{bin_dir}:{os.environ['PATH']}", "no_proxy": "*"}
    failed, run = [], 0
    for number, text in commands():
        if any(text.startswith(words) for words in ILLUSTRATIONS):
            continue
        text = text.replace("127.0.0.1:8080", f"127.0.0.1:{daemon.ports['phones']}")
        text = text.replace(" your.server ", f" http://127.0.0.1:{daemon.ports['admin']} ")
        text = text.replace(f"import {MAC}.xml", "import document.xml --mac 7C2F80E0D6FF")
        if "document.xml" in text:
            (here / "document.xml").write_text(daemon.ctl("preview", MAC, "--reveal"))
        done = subprocess.run(text, shell=True, cwd=here, capture_output=True, check=False,
                              timeout=PATIENCE, env=environment, stdin=subprocess.DEVNULL)
        run += 1
        reason = next((r for words, r in NOTHING_TO_SHOW.items() if text.startswith(words)), None)
        if f"({reason}" in done.stderr.decode() if reason else done.returncode == 0:
            continue
        failed.append((number, text, done.stderr.decode()[-300:]))
    assert run > 60
    assert not failed, "\n".join(map(str, failed))
