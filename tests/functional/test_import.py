# SPDX-License-Identifier: MIT
"""Tables and configurations of phones into the fleet, and tables out of it again."""

import contextlib
import csv
import io
import json
import os
import pty
import re
import sqlite3
import subprocess
import time

import pytest

from gigaprov import BUILD

MACS = [f"7C2F8010000{n}" for n in range(3)]
TABLES = ("devices", "handsets", "lines")


def table(*rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def bring(daemon, text, *words, name="table.csv", check=True):
    """What an import answers, as JSON; with check=False the completed process."""
    path = daemon.directory / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return daemon.ctl("import", str(path), *words, json=check, check=check)


def state(daemon):
    """Everything that is stored, but for times and the audit log."""
    with contextlib.closing(sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)) as db:
        names = [row[0] for row in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
            "AND name NOT IN ('audit', 'meta') ORDER BY name")]
        return {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
                for name in names}


def fill(daemon):
    daemon.ctl("group", "add", "ward, \"north\"")
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.ctl("sip", "add", "other", "--domain", "other.example.net", "--transport", "tls")
    return daemon


@pytest.fixture
def fleet(daemon):
    return fill(daemon)


DEVICES = table(
    ["name", "mac", "product", "group", "secret", "user", "password", "locked"],
    ["Räume & \"Büros\"", MACS[0], "n870", "ward, \"north\"", "secret-0", "", "", "no"],
    ["=SUM(A1)", MACS[1].lower(), "n670", "", "", "field", "=secret", "yes"],
    ["'s-Gravenhage", "7C:2F:80:10:00:02", "n610", "", "", "", "", ""])
HANDSETS = table(
    ["mac", "ipui", "slot", "pin", "name", "user", "auth", "password", "display", "sip"],
    [MACS[0], "029E74A501", "", "9581", "<Räum> 1", "1001", "auth-1", "hidden-1", "Ada", "pbx"],
    [MACS[0], "029e74a502", "7", "", "+49 2", "@1002", "", "-hidden-2", "", "other"],
    [MACS[0], "", "9", "8713", "", "1003", "", "", "", "pbx"],
    [MACS[1], "029e74a504", "", "", "'=quoted", "", "", "", "", ""])


def brought(fleet):
    assert bring(fleet, DEVICES)["added"] == 3
    assert bring(fleet, HANDSETS)["added"] == 4
    return fleet


def test_a_table_becomes_devices_and_handsets(fleet):
    brought(fleet)
    shown = fleet.ctl("device", "show", MACS[1], json=True)
    assert (shown["name"], shown["product"]) == ("=SUM(A1)", "n670")
    handsets = fleet.ctl("handset", "list", MACS[0], json=True)["handsets"]
    assert [(row["slot"], row["ipui"], row["user"], row["origin"]) for row in handsets] == [
        (1, "029e74a501", "1001", "import"), (7, "029e74a502", "@1002", "import"),
        (9, None, "1003", "import")]
    document = fleet.ctl("preview", MACS[0], "--reveal")
    for text in ("hidden-1", "-hidden-2", "auth-1", 'hs.00009.DECT_AC" value="8713'):
        assert text in document


def test_doing_it_again_changes_nothing(fleet):
    brought(fleet)
    before = state(fleet)
    audits = len(fleet.ctl("audit", "list", json=True)["audit"])
    for text, rows in ((DEVICES, 3), (HANDSETS, 4)):
        again = bring(fleet, text)
        assert (again["unchanged"], again["changed"], again["added"]) == (rows, 0, 0)
    assert state(fleet) == before
    assert len(fleet.ctl("audit", "list", json=True)["audit"]) == audits


@pytest.mark.parametrize("reveal", [False, True])
def test_export_import_export_is_the_identity(fleet, reveal):
    brought(fleet)
    words = ["--reveal"] if reveal else []
    for kind in ("devices", "handsets"):
        first = fleet.ctl("export", kind, *words)
        before = state(fleet)
        assert bring(fleet, first, "--kind", kind)["unchanged"] == len(rows_of(first))
        assert state(fleet) == before
        assert fleet.ctl("export", kind, *words) == first


def test_an_export_with_secrets_makes_the_same_fleet_elsewhere(fleet, make_daemon):
    brought(fleet)
    other = fill(make_daemon("other").start())
    for kind in ("devices", "handsets"):
        text = fleet.ctl("export", kind, "--reveal")
        bring(other, text)
        assert other.ctl("export", kind, "--reveal") == text
    assert other.ctl("preview", MACS[0], "--reveal") == fleet.ctl("preview", MACS[0], "--reveal")


def test_an_export_without_secrets_holds_none_and_is_refused_where_they_are_missing(
        fleet, make_daemon):
    brought(fleet)
    other = fill(make_daemon("other").start())
    texts = {kind: fleet.ctl("export", kind) for kind in ("devices", "handsets")}
    for text in texts.values():
        assert "hidden" not in text and "secret-0" not in text and "9581" not in text
    refused = bring(other, texts["devices"], check=False)
    assert refused.returncode and b"--reveal" in refused.stderr
    assert rows_of(other.ctl("export", "devices")) == []


def test_an_export_with_secrets_is_for_admins_and_audited(fleet):
    brought(fleet)
    fleet.add_account("vera", "vera's password", role="viewer", providers=())
    login = ["--user", "vera:vera's password"]
    url = fleet.url("admin", "/api/v1/export/devices")
    assert fleet.curl_status(*login, url) == 200
    assert fleet.curl_status(*login, url + "?reveal=1") == 403
    fleet.ctl("export", "devices", "--reveal")
    actions = [row["action"] for row in fleet.ctl("audit", "list", json=True)["audit"]]
    assert actions.count("export.devices.reveal") == 1


def test_cells_that_spreadsheets_would_run_are_guarded(fleet):
    brought(fleet)
    text = fleet.ctl("export", "devices", "--reveal") + fleet.ctl("export", "handsets", "--reveal")
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r"), cell
    names = {row["name"] for row in rows_of(text)}
    assert {"'=SUM(A1)", "'s-Gravenhage", "''=quoted", "'+49 2"} & names


def test_only_what_the_file_says_is_changed(fleet):
    brought(fleet)
    before = rows_of(fleet.ctl("export", "handsets", "--reveal"))
    answer = bring(fleet, table(["ipui", "mac", "display"], ["029e74a501", MACS[0], "Grace"]))
    assert (answer["changed"], answer["devices"]) == (1, 1)
    after = rows_of(fleet.ctl("export", "handsets", "--reveal"))
    before[0]["display"] = "Grace"
    assert after == before
    row = fleet.ctl("audit", "list", "--object", f"device:{MACS[0]}", json=True)["audit"][0]
    assert row["action"] == "handsets.import"
    assert row["before"] == {"029e74a501": {"display": "Ada"}}
    assert row["after"] == {"029e74a501": {"display": "Grace"}}
    # An empty cell is "none"; that of a secret says nothing.
    bring(fleet, table(["mac", "ipui", "name", "password"], [MACS[0], "029e74a501", "", ""]))
    row = rows_of(fleet.ctl("export", "handsets", "--reveal"))[0]
    assert (row["name"], row["password"]) == ("", "hidden-1")
    # Without its user, a line is gone.
    bring(fleet, table(["mac", "ipui", "user"], [MACS[0], "029e74a502", ""]))
    assert "other.example.net" not in fleet.ctl("preview", MACS[0], "--reveal")


def test_an_ipui_can_be_told_later(fleet):
    brought(fleet)
    bring(fleet, table(["mac", "slot", "ipui"], [MACS[0], "9", "029e74a509"]))
    row = rows_of(fleet.ctl("export", "handsets", "--reveal"))[2]
    assert (row["ipui"], row["slot"], row["pin"], row["user"]) == (
        "029e74a509", "9", "8713", "1003")


@pytest.mark.parametrize("row, words", [
    (["7C2F8010000", "029e74a510", "", "", ""], "a MAC has 12 hex digits"),
    (["7C2F80FFFFFF", "029e74a510", "", "", ""], "no such device"),
    ([MACS[0], "29e74a510", "", "", ""], "an IPUI has 10 hex digits"),
    ([MACS[1], "029e74a501", "", "", ""], "belongs to device " + MACS[0]),
    ([MACS[0], "029e74a510", "7", "", ""], "slot 7 has handset 029e74a502"),
    ([MACS[0], "029e74a501", "2", "", ""], "is in slot 1"),
    ([MACS[0], "", "", "", ""], "needs its IPUI or its slot"),
    ([MACS[0], "029e74a510", "", "1001", "nowhere"], "there is no SIP server 'nowhere'"),
    ([MACS[0], "029e74a510", "", "1001", ""], "a line needs a SIP server"),
    ([MACS[0], "029e74a510", "20001", "", ""], "a slot is 1 to"),
    ([MACS[0], "029e74a510", "", ""], "as many cells as in the header"),
    ([MACS[0], "029e74a503", "", "", ""], "the IPUI stands in line 2 already"),
])
def test_a_wrong_row_is_told_and_leaves_nothing_behind(fleet, row, words):
    brought(fleet)
    before = state(fleet)
    text = table(["mac", "ipui", "slot", "user", "sip"],
                 [MACS[0], "029e74a503", "", "1010", "pbx"], row,
                 [MACS[1], "029e74a505", "", "", ""])
    refused = bring(fleet, text, check=False)
    assert refused.returncode != 0
    assert f"line 3: {words}" in refused.stderr.decode() or (
        words in refused.stderr.decode() and "line 3: " in refused.stderr.decode())
    assert "1 error; nothing was written" in refused.stderr.decode()
    assert state(fleet) == before


def test_all_that_is_wrong_with_a_table_is_told_at_once_in_the_order_of_lines(fleet):
    brought(fleet)
    before = state(fleet)
    devices = bring(fleet, table(
        ["mac", "product", "group", "locked"],
        ["7C2F8010000F", "n999", "nowhere", "no"], ["7C2F8010000", "n870", "nobody", "no"],
        [MACS[0], "n870", "", "perhaps"], ["7C2F8010000A", "", "", "no"]), check=False)
    told = re.findall(r"line (\d+): (.*)", devices.stderr.decode())
    assert [(int(line), words.split(";")[0]) for line, words in told] == [
        (2, "there is no product 'n999'"), (2, "there is no group 'nowhere'"),
        (3, "a MAC has 12 hex digits"), (3, "there is no group 'nobody'"),
        (4, "locked is yes or no"), (5, "a new device needs a product")]
    handsets = bring(fleet, table(
        ["mac", "ipui", "slot", "user", "sip"],
        [MACS[1], "029e74a510", "", "1", "nowhere"], ["7C2F80FFFFFF", "029e74a511", "", "", ""],
        [MACS[0], "29e74a5", "", "", "none"], [MACS[0], "029e74a512", "7", "", ""],
        [MACS[0], "029e74a512", "8", "", ""]), check=False)
    told = re.findall(r"line (\d+): (.*)", handsets.stderr.decode())
    assert [(int(line), words.split(";")[0]) for line, words in told] == [
        (2, "there is no SIP server 'nowhere'"), (3, "no such device"),
        (4, "an IPUI has 10 hex digits"), (4, "there is no SIP server 'none'"),
        (5, "slot 7 has handset 029e74a502"), (6, "the IPUI stands in line 5 already")]
    assert "make it with: gigaprovctl sip add 'nowhere'" in handsets.stderr.decode()
    assert state(fleet) == before


def test_what_is_missing_is_told_with_the_command_that_makes_it(fleet):
    refused = fleet.ctl("device", "add", MACS[0], "--product", "n870", "--group", "ward 9",
                        check=False)
    assert "make it with: gigaprovctl group add 'ward 9'" in refused.stderr.decode()
    long = bring(fleet, table(["mac", "product", "group"], [MACS[0], "n870", "a\nb" + "ä" * 400]),
                 check=False)
    assert "line 2: there is no group 'a b" + "ä" * 30 + "'" in long.stderr.decode()


def test_products_may_be_written_as_on_the_device(fleet):
    text = table(["mac", "product"], [MACS[0], "N870"], [MACS[1], "Maxwell3"])
    assert bring(fleet, text)["added"] == 2
    assert fleet.ctl("device", "show", MACS[0], json=True)["product"] == "n870"
    assert bring(fleet, text)["unchanged"] == 2


@pytest.mark.parametrize("text, words", [
    ("", "there is no header row"),
    ("mac;product\n7C2F80100001;n870\n", "divided by semicolons; save the table with commas"),
    ("mac,colour\n", "there is no column 'colour'"),
    ("mac,user\n", "--kind KIND"),
    ("mac,product,ipui\n", "--kind KIND"),
    ("ipui,user\n", "there is no column 'mac'"),
    ("mac,mac,ipui\n", "there twice"),
    ("mac,ipui\n\"7C", "a quoted cell does not end"),
    (b"mac,ipui\n\xff,1\n", "not valid UTF-8"),
])
def test_a_table_that_cannot_be_read_says_why(fleet, text, words):
    refused = bring(fleet, text, check=False)
    assert refused.returncode and words in refused.stderr.decode()


def test_a_dry_run_finds_what_the_real_one_would_and_changes_nothing(fleet):
    bring(fleet, DEVICES)
    before = state(fleet)
    answer = bring(fleet, HANDSETS, "--dry-run")
    assert (answer["added"], answer["dry_run"]) == (4, True)
    refused = bring(fleet, HANDSETS.replace("pbx", "none"), "--dry-run", check=False)
    assert "there is no SIP server 'none'" in refused.stderr.decode()
    assert state(fleet) == before
    real = bring(fleet, HANDSETS)
    assert {**answer, "dry_run": False} == real


def test_a_dry_run_tells_of_each_row_what_would_become_of_it(make_daemon):
    fleet = fill(make_daemon(settings={"limits": {"max_import_report": "3"}}).start())
    brought(fleet)
    before = state(fleet)
    text = table(["mac", "ipui", "name", "pin"],
                 [MACS[1], "029e74a50a", "new", "8471"],
                 [MACS[0], "029e74a501", "Rose", "8472"],
                 [MACS[0], "029e74a502", "+49 2", ""],
                 [MACS[1], "029e74a50b", "", ""],
                 [MACS[0], "029e74a50c", "", ""])
    answer = bring(fleet, text, "--dry-run")
    assert state(fleet) == before
    assert [(row["line"], row["change"], row["object"]) for row in answer["told"]] == [
        (2, "added", MACS[1] + " 029e74a50a"), (3, "changed", MACS[0] + " 029e74a501"),
        (5, "added", MACS[1] + " 029e74a50b")]
    assert answer["more"] == 1
    changed = answer["told"][1]
    assert (changed["before"]["name"], changed["after"]["name"]) == ("<Räum> 1", "Rose")
    assert changed["after"]["pin"].startswith("secret:")
    assert "8471" not in str(answer) and "8472" not in str(answer)
    path = fleet.directory / "table.csv"
    shown = fleet.ctl("import", path, "--dry-run")
    assert "line 3: changed " + MACS[0] + " 029e74a501: name '<Räum> 1' to 'Rose'" in shown
    # Rows that are refused stand among the others, and nothing is written.
    path.write_text(text.replace("029e74a50b", "29e74a50b"))
    done = fleet.curl("--unix-socket", fleet.socket, "-H", "Content-Type: text/csv",
                      "--data-binary", f"@{path}", "http://x/api/v1/import?dry_run=1")
    answer = json.loads(done)
    assert answer["error"]["reason"] == "import"
    assert [(row["line"], row["change"]) for row in answer["told"]] == [
        (2, "added"), (3, "changed"), (5, "refused"), (6, "added")]
    assert "IPUI" in answer["told"][2]["text"] and answer["more"] == 0
    assert state(fleet) == before


def test_lines_of_desk_phones_come_and_go(fleet):
    fleet.ctl("device", "add", "7C2F80100009", "--product", "maxwell3")
    text = table(["mac", "slot", "user", "auth", "password", "sip"],
                 ["7C2F80100009", "2", "402", "", "hidden-402", "other"],
                 ["7C2F80100009", "1", "401", "a401", "hidden-401", "pbx"])
    assert bring(fleet, text)["added"] == 2
    first = fleet.ctl("export", "lines", "--reveal")
    assert [(row["slot"], row["user"], row["auth"], row["password"], row["sip"])
            for row in rows_of(first)] == [("1", "401", "a401", "hidden-401", "pbx"),
                                           ("2", "402", "402", "hidden-402", "other")]
    assert bring(fleet, fleet.ctl("export", "lines"), "--kind", "lines")["unchanged"] == 2
    assert fleet.ctl("export", "lines", "--reveal") == first
    refused = bring(fleet, table(["mac", "slot", "user", "sip"], [MACS[0], "1", "1", "pbx"]),
                    check=False)
    assert "no such device" in refused.stderr.decode()


def test_twenty_thousand_handsets_take_seconds_and_a_late_error_leaves_nothing(fleet):
    macs = [f"7C2F8020{n:04X}" for n in range(80)]
    devices = table(["mac", "product", "group"], *([mac, "n870", ""] for mac in macs))
    rows = [[macs[n // 250], f"{0x0300000000 + n:010x}", f"{n % 10000:04}", f"Station {n}",
             f"{n}", f"hidden-{n}", "pbx"] for n in range(20000)]
    header = ["mac", "ipui", "pin", "name", "user", "password", "sip"]
    assert bring(fleet, devices)["added"] == 80
    before = state(fleet)
    broken = [list(row) for row in rows]
    broken[19998][6] = "nowhere"
    refused = bring(fleet, table(header, *broken), "--force", check=False)
    assert "line 20000: there is no SIP server 'nowhere'" in refused.stderr.decode()
    assert state(fleet) == before
    start = time.monotonic()
    answer = bring(fleet, table(header, *rows), "--force")
    first = time.monotonic() - start
    assert (answer["added"], answer["devices"]) == (20000, 80)
    start = time.monotonic()
    assert bring(fleet, table(header, *rows), "--force")["unchanged"] == 20000
    again = time.monotonic() - start
    start = time.monotonic()
    exported = fleet.ctl("export", "handsets", "--reveal")
    out = time.monotonic() - start
    assert len(rows_of(exported)) == 20000
    print(f"20,000 handsets over 80 devices ({BUILD.name}): imported in {first:.1f} s, "
          f"again in {again:.1f} s, exported in {out:.1f} s")
    # Touched once each, not once for every handset; and one audit row for each, and one for all.
    with contextlib.closing(sqlite3.connect(f"file:{fleet.database}?mode=ro", uri=True)) as db:
        assert db.execute("SELECT count(*) FROM audit WHERE action = 'handsets.import'"
                          ).fetchone() == (80,)
        assert db.execute("SELECT max(revision) FROM device").fetchone()[0] < 5
    assert first < 60


def test_sending_a_big_file_is_shown_at_a_terminal_and_nowhere_else(fleet):
    path = fleet.directory / "big.csv"
    path.write_text("mac,ipui,name\n" + f"7C2F80FFFFFF,029e74a501,{'x' * 60}\n" * 8000)
    ours, theirs = pty.openpty()
    with subprocess.Popen([BUILD / "gigaprovctl", "--socket", fleet.socket, "import", path],
                          stderr=theirs, stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):
            while True:
                part = os.read(ours, 4096)
                if not part:
                    break
                shown += part
        process.wait()
    os.close(ours)
    assert b"KB sent" in shown and b"nothing was written" in shown
    assert b"KB sent" not in fleet.ctl("import", str(path), check=False).stderr
