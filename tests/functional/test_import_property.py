# SPDX-License-Identifier: MIT
"""Tables of whatever people call their things: export, import, export is the identity."""

import random

import pytest

from test_import import TABLES, bring, rows_of, state, table
from test_import_xml import mended, params

PIECES = ['"', '""', ",", ";", "'", "''", "=1+1", "+49 30", "-1", "@SUM(A1)", "ä", "ß€", "🎉", "日本",
          "<b>", "&amp;", "]]>", "%s", "\\", "`id`", "$(id)", "NULL", "none", "x y", "--", "0x1", "\u00a0x"]
PRODUCTS = {"devices": ("n870", "n670"), "lines": ("maxwell3", "uc926", "dx800", "n510")}


def text_of(draw, but=""):
    text = "".join(draw.choice(PIECES) for _ in range(draw.randint(1, 5)))
    return "".join(c for c in text if c not in but) or "x"


def guarded(text):
    return "'" + text if text.lstrip("'")[:1] in tuple("=+-@\t\r") else text


def fleet_of(draw):
    """Devices, handsets and lines: rows without guards."""
    macs = [f"7C2F80{draw.randrange(1 << 24):06X}" for _ in range(6)]
    devices = [{"mac": mac, "product": draw.choice(PRODUCTS["devices" if n < 3 else "lines"]),
                "name": text_of(draw), "secret": "hidden" + text_of(draw)}
               for n, mac in enumerate(macs)]
    handsets = [{"mac": macs[n % 3], "ipui": f"02{draw.randrange(1 << 32):08x}",
                 "name": text_of(draw), "user": text_of(draw), "auth": text_of(draw),
                 "display": text_of(draw), "sip": draw.choice(["pbx", "=x"]),
                 "password": "hidden" + text_of(draw)} for n in range(12)]
    # An N510 has texts in double quotes, and so none in them.
    lines = [{"mac": device["mac"], "slot": str(slot), "sip": "pbx",
              **{name: text_of(draw, but) for name in ("user", "auth", "display")},
              "password": "hidden" + text_of(draw, but)}
             for device in devices[3:] for but in ['"' if device["product"] == "n510" else ""]
             for slot in (1, 2, 4)]
    return {"devices": devices, "handsets": handsets, "lines": lines}


def written(rows, draw):
    columns = list(rows[0])
    draw.shuffle(columns)
    return table(columns, *([guarded(row[column]) for column in columns] for row in rows))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_things_are_called_a_table_brings_them_back(daemon, seed):
    draw = random.Random(seed)
    for name in ("pbx", "=x"):
        daemon.ctl("sip", "add", name, "--domain", "pbx.example.net")
    fleet = fleet_of(draw)
    for kind in TABLES:
        answer = bring(daemon, written(fleet[kind], draw), "--kind", kind, "--force")
        assert answer["added"] == len(fleet[kind])
    for kind in TABLES:
        first = daemon.ctl("export", kind, "--reveal")
        rows = {(row["mac"], row.get("ipui"), row.get("slot") if kind == "lines" else None): row
                for row in rows_of(first)}
        for want in fleet[kind]:
            got = rows[(want["mac"], want.get("ipui"), want.get("slot"))]
            assert {name: got[name] for name in want} == {
                name: value if name in ("mac", "slot") else guarded(value)
                for name, value in want.items()}
        before = state(daemon)
        for text in (first, daemon.ctl("export", kind)):
            answer = bring(daemon, text, "--kind", kind)
            assert (answer["added"], answer["changed"]) == (0, 0)
        assert state(daemon) == before
        assert daemon.ctl("export", kind, "--reveal") == first


def test_a_name_of_two_lines_is_refused_with_its_line(daemon):
    before = state(daemon)
    done = bring(daemon, table(["mac", "product", "name"], ["7C2F80000001", "n870", "a"],
                               ["7C2F80000002", "n870", "two\nlines"]), check=False)
    assert done.returncode != 0 and b"line 3: " in done.stderr
    assert state(daemon) == before


def shown(daemon, mac):
    done = daemon.ctl("preview", mac, "--reveal", check=False)
    return done.stdout if done.returncode == 0 else None


@pytest.mark.parametrize("seed", range(3))
def test_a_document_that_is_written_and_imported_again_changes_nothing(daemon, seed):
    """Of every format that can be read back, with whatever names it can be written with."""
    draw = random.Random(1000 + seed)
    for name in ("pbx", "=x"):
        daemon.ctl("sip", "add", name, "--domain", "pbx.example.net")
    fleet = fleet_of(draw)
    for kind in TABLES:
        bring(daemon, written(fleet[kind], draw), "--kind", kind, "--force")
    seen = 0
    for row in fleet["devices"]:
        first = shown(daemon, row["mac"])
        if not first or row["product"] == "dx800":
            continue
        assert shown(daemon, row["mac"]) == first
        answer = bring(daemon, first, "--mac", row["mac"], "--force", name="a.xml")
        assert (answer["added"], answer["new"]) == (0, False)
        assert [note for note in answer["notes"] if note["fate"] == "refused"] == []
        again = shown(daemon, row["mac"])
        # What an XSTIM document has by itself is settings then, at another place.
        if not row["product"].startswith("uc"):
            assert again == first, row
        assert params(mended(again)) == params(mended(first))
        bring(daemon, again, "--mac", row["mac"], "--force", name="a.xml")
        assert shown(daemon, row["mac"]) == again
        seen += 1
    assert seen >= 3
