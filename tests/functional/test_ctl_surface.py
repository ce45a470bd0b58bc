# SPDX-License-Identifier: MIT
"""gigaprovctl as the people's tool: its verbs, its times, what it reads and writes."""

import datetime
import os
import re
import subprocess
import threading

import pytest

from gigaprov import BUILD

MAC = "7C2F80E0D605"
NOW = datetime.datetime(2026, 5, 31, 14, 59, tzinfo=datetime.timezone.utc)

# The command line that people and scripts know.
VERBS = """device add|device show|device list|device set|device remove|handset add|handset remove
|handset list|line add|line list|line set|line remove|sip add|sip set|sip list|sip remove
|group add|group list|group remove|setting set|setting unset|setting list|setting why
|account add|account list|account show|account set|account remove|provider add|provider set
|provider list|provider remove|inventory import|inventory list|inventory show|firmware add
|firmware list|firmware show|firmware remove|firmware why|upstream list|upstream status
|upstream retry|upstream diff|preview|diff|explain|import|export|schedule list|schedule next
|schedule eval|job start|job list|job show|job pause|job resume|job stop|notify|acknowledge
|lock|unlock|rehome|backup|rpc|status|product list""".replace("\n", "").split("|")


@pytest.fixture(scope="module")
def helps():
    """Every verb that the help names, with the help of each."""
    def ask(*words):
        return subprocess.run([BUILD / "gigaprovctl", *words, "--help"], capture_output=True,
                              check=True, timeout=60).stdout.decode()

    listed = ask().split("Commands:\n")[1].split("\n\n")[0]
    verbs = [match[1] for match in re.finditer(r"^  (\S+(?: \S+)*?)(?:  |$)", listed, re.M)]
    return {verb: ask(*verb.split()) for verb in verbs}


def test_every_verb_is_there_with_its_help(helps):
    assert set(VERBS) <= set(helps), set(VERBS) - set(helps)
    for verb, text in helps.items():
        assert text.startswith(f"usage: gigaprovctl {verb}"), verb


def test_help_names_no_option_that_the_command_has_not(helps):
    for verb, text in helps.items():
        usage = text.split("\n\n")[0]
        for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) - {"--help", "--json", "--url"}:
            assert option in usage, (verb, option)


def test_lock_and_unlock_work(daemon):
    daemon.add_device(MAC)
    daemon.ctl("lock", MAC)
    ask = ("--digest", "-u", f"{MAC}:A2B4C6D8E0F2", daemon.url("phones", f"/xml/{MAC}.xml"))
    assert daemon.curl_status(*ask) == 401
    daemon.ctl("unlock", MAC)
    assert daemon.curl_status(*ask) == 200


@pytest.mark.parametrize("zone, clock", (("UTC", "14:59:00"), ("Europe/Berlin", "16:59:00"),
                                         ("Asia/Kolkata", "20:29:00")))
def test_times_are_shown_in_the_server_s_zone_which_is_named(make_daemon, zone, clock):
    daemon = make_daemon(settings={"daemon": {"timezone": zone}})
    daemon.set_clock(NOW)
    daemon.start()
    daemon.add_device(MAC)
    at = int(NOW.timestamp())
    daemon.ctl("operation", "add", MAC, "open_registration", "--start", str(at), "--duration",
               "600")
    table = daemon.ctl("operation", "list", MAC)
    assert f"START ({zone})" in table and f"2026-05-31 {clock}" in table
    assert daemon.ctl("operation", "list", MAC, json=True)["operations"][0]["start"] == at
    assert f"2026-05-31 {clock} {zone}" in daemon.ctl("device", "show", MAC)
    daemon.ctl("group", "add", "ward")
    assert f"CREATED ({zone})" in daemon.ctl("group", "list")
    assert f"CREATED ({zone})" not in daemon.ctl("sip", "list")


def test_no_table_shows_raw_json(daemon):
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example")
    daemon.add_device(MAC)
    daemon.ctl("handset", "add", MAC, "029e74a501", "--user", "1001", "--sip", "pbx")
    daemon.ctl("oper", "add", MAC, "assign_handsets_to_trunk", "--value", "trunk_0000",
               "--param", "send=11", "--param", "receive=11")
    daemon.fetch()
    text = daemon.ctl("oper", "list", MAC) + daemon.ctl("device", "show", MAC)
    assert "send=11" in text and "etag" in text
    assert not re.search(r'[{}]|":', text), text


def test_a_fifo_is_read_to_its_end(daemon):
    daemon.add_device(MAC)
    table = daemon.ctl("export", "devices")
    path = daemon.directory / "fifo.csv"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_text(table))
    writer.start()
    answer = daemon.ctl("import", path, json=True)
    writer.join()
    assert answer, answer
    assert daemon.ctl("export", "devices") == table
    done = daemon.ctl("firmware", "add", path, check=False)
    assert done.returncode == 2 and b"not a regular file" in done.stderr


def test_an_export_is_passed_on_as_it_comes(make_daemon):
    """Its size is not gigaprovctl's: it does with less memory than the export has bytes."""
    daemon = make_daemon(settings={"limits": {"max_import_rows": 60000}}).start()
    lines = ["mac,product,name"]
    lines += [f"{0x7C2F80000000 + n:012X},n870,{'x' * 60}" for n in range(60000)]
    path = daemon.directory / "many.csv"
    path.write_text("\n".join(lines) + "\n")
    daemon.ctl("import", path)
    out = daemon.directory / "out.csv"
    peaks = []
    for kind in ("lines", "devices"):
        with open(out, "wb") as file:
            process = subprocess.Popen([BUILD / "gigaprovctl", "-s", daemon.socket, "export", kind],
                                       stdout=file)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        peaks.append(usage.ru_maxrss)
    size = out.stat().st_size // 1024
    assert len(out.read_text().splitlines()) == 60001 and size > 4000
    assert peaks[1] - peaks[0] < size / 2, (peaks, size)
