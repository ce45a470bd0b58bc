# SPDX-License-Identifier: MIT
"""What documents hold in <firmware> and <custom>, and every document that is written here."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from gigaprov import TOP
from test_import import bring, state
from test_import_xml import MAC, mended, params

GOLDEN = TOP / "tests/golden"

CUSTOM = """<?xml version="1.0"?>
<provisioning version="1.1" productID="%s">
  <firmware>
    <file version="2.65.0" url="http://fw.example.net/a&b.bin" flags="FORCE_ACCEPT"/>
    <note>first &amp; last</note>
  </firmware>
  <nvm><param name="X.1.Y" value="1" unit="s"/></nvm>
  <custom>
    <certificate type="client" password="hidden-in-attribute">
      <key>-----BEGIN hidden-key-----
hidden-base64==
</key>
      <chain><ca name="root">hidden-ca</ca><ca name="next"/></chain>
    </certificate>
    <item name="Password" value="hidden-by-its-neighbour"/>
    <step type="DownloadWallpaper" url="http://w.example.net/1.png"/>
    <step type="DownloadWallpaper" url="http://w.example.net/2.png"/>
    <step type="Wait" seconds="5"/>
    <step type="UnlockAllFunctionKeys"/>
  </custom>
</provisioning>
"""


def outline(element):
    """An element with all that is in it, in any order of attributes."""
    return (element.tag, dict(element.attrib), (element.text or "").strip(),
            [outline(child) for child in element])


def places(root):
    return {place: sorted(str(outline(child)) for parent in root.iter(place) for child in parent)
            for place in ("firmware", "custom")}


def shown(daemon, mac=MAC, *words):
    return ElementTree.fromstring(daemon.ctl("preview", mac, *words))


@pytest.mark.parametrize("product, number", [("n870", "e2"), ("maxwell3", "mx3b")])
def test_firmware_and_custom_are_kept_as_they_were(daemon, product, number):
    document = CUSTOM % number
    words = ["--mac", MAC, "--product", product]
    first = bring(daemon, document, *words, name="a.xml")
    assert [note["name"] for note in first["notes"] if note["fate"] == "refused"] == []
    assert "the attribute unit, left out" in [note["text"] for note in first["notes"]]
    told = {note["line"] for note in first["notes"]}
    for n, line in enumerate(document.split("\n"), 1):
        if re.search(r"<(file|note|param|certificate|key|chain|item|step)\b", line):
            assert n in told, line
    assert places(shown(daemon, MAC, "--reveal")) == places(mended(document.encode()))
    hidden = daemon.ctl("preview", MAC)
    assert "hidden-" not in hidden and "FORCE_ACCEPT" in hidden
    before = state(daemon)
    again = bring(daemon, document, *words, name="a.xml")
    assert state(daemon) == before and again["changed"] == 0
    rows = daemon.ctl("part", "list", MAC, json=True)["parts"]
    assert [row["name"] for row in rows if row["place"] == "firmware"] == ["file", "note"]
    audit = daemon.ctl("audit", "list", "--json")
    assert "part.set" in audit and "hidden-" not in audit + daemon.ctl("part", "list", MAC)
    # A file that says something else of a place takes the place of what was there.
    other = document.replace("2.65.0", "2.66.0").replace("<note>first &amp; last</note>", "")
    bring(daemon, other, *words, name="a.xml")
    assert places(shown(daemon, MAC, "--reveal")) == places(mended(other.encode()))
    assert [(row["change"], row["name"]) for row in daemon.ctl("diff", MAC, json=True)[
        "differences"] if row["name"] == "note"] == []
    daemon.ctl("part", "remove", MAC, "custom")
    daemon.ctl("part", "remove", MAC, "firmware")
    assert places(shown(daemon))["firmware"] == []
    assert "part_none" in daemon.ctl("part", "remove", MAC, "custom", check=False).stderr.decode()
    daemon.stop()
    assert b"hidden-" not in daemon.database.read_bytes()


def test_firmware_that_is_chosen_here_takes_the_place_of_what_was_found(daemon):
    bring(daemon, CUSTOM % "e2", "--mac", MAC, "--product", "n870", name="a.xml")
    assert shown(daemon).find("firmware/file").get("version") == "2.65.0"
    daemon.ctl("setting", "set", f"device:{MAC}", "firmware.version", "none")
    assert shown(daemon).find("firmware") is None
    daemon.ctl("setting", "unset", f"device:{MAC}", "firmware.version")
    assert shown(daemon).find("firmware/file").get("version") == "2.65.0"


# Removals and what only the daemon decides are told, and nothing else is left out.
OURS = {"DeleteNotProvisionedHS", "delete_hs", "update_dm"}


# The server of an account that the seed's piece does not show.
LONE = {"seed-n510.seed.xml": {"BS_IP_Data1.aucS_SIP_SERVER_2"}}


def documents():
    for path in sorted(GOLDEN.glob("*/*.xml")):
        if path.parent.name in ("nx70", "maxwell", "provider_frame", "xstim") and "redacted" not \
                in path.name:
            yield path


# Seeds show pieces of documents.
AROUND = {"nx70": b'<provisioning productID="e2"><nvm>%s</nvm></provisioning>',
          "maxwell": b'<provisioning productID="mx3b"><custom>%s</custom></provisioning>',
          "provider_frame": b"<ProviderFrame><Provider>%s</Provider></ProviderFrame>",
          "xstim": b"<hl_provision><config>%s</config></hl_provision>"}


def text_of(path):
    data = path.read_bytes()
    if data.startswith((b"<some>", b"<oper")):
        return AROUND[path.parent.name] % re.sub(rb"</?some>", b"", data)
    return data


def product_of(path):
    wanted = path.with_suffix("").with_suffix("").with_suffix(".json")
    match = re.search(r'"product":\s*"(\w+)"', wanted.read_text())
    return match[1] if match else {"nx70": "n870", "maxwell": "maxwell3", "xstim": "xstim",
                                   "provider_frame": "n510"}[path.parent.name]


@pytest.mark.parametrize("folder", ["nx70", "maxwell", "provider_frame", "xstim"])
def test_every_document_that_is_written_here_can_be_read_back(daemon, folder):
    """Golden files and the seeds among them: import, render, the same parameters."""
    seen = 0
    for path in documents():
        if path.parent.name != folder:
            continue
        words = ["--mac", MAC, "--product", product_of(path), "--force"]
        text = text_of(path)
        done = bring(daemon, text, *words, name="a.xml", check=False)
        # Names that no command would take: told by line, and not guessed at.
        if done.returncode and re.match("hostile|letters", path.name):
            assert b"line " in done.stderr and b"nothing was written" in done.stderr
            continue
        assert done.returncode == 0, (path, done.stderr)
        answer = bring(daemon, text, *words, name="a.xml")
        got = params(shown(daemon, MAC, "--reveal"))
        refused = {note["name"] for note in answer["notes"] if note["fate"] == "refused"}
        for name, value in params(mended(text)).items():
            word = name.split()[1] if name.startswith("oper ") else name
            if word not in OURS and word not in {name.lower() for name in refused}:
                assert got.get(name) == value, (path.name, name)
        assert not {name for name in refused if not is_ours(name)} - LONE.get(path.name, set())
        daemon.ctl("device", "remove", MAC, "--force")
        for server in daemon.ctl("sip", "list", json=True)["sip_servers"]:
            daemon.ctl("sip", "remove", server["name"])
        seen += 1
    assert seen > 5


def test_a_diff_of_p_codes_names_them_and_what_they_mean(daemon):
    daemon.add_device(MAC, product="xstim")
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.ctl("sip", "add", "other", "--domain", "other.example.net")
    daemon.ctl("line", "add", MAC, "--slot", "1", "--user", "401", "--sip", "pbx", "--password-stdin",
               stdin="hidden-401\n")
    daemon.ctl("setting", "set", f"device:{MAC}", "P25023", "1")
    daemon.ctl("setting", "set", f"device:{MAC}", "P2", "hidden-admin")
    daemon.fetch(MAC)
    assert daemon.ctl("diff", MAC, json=True)["differences"] == []
    daemon.ctl("setting", "set", f"device:{MAC}", "P25023", "4")
    daemon.ctl("setting", "set", f"device:{MAC}", "P2", "hidden-new")
    daemon.ctl("setting", "set", "product:xstim", "P39999", "x")
    daemon.ctl("line", "set", MAC, "1", "--user", "402")
    rows = {row["name"]: row for row in daemon.ctl("diff", MAC, json=True)["differences"]}
    told = {name: (row["change"], row["what"], row["before"], row["after"], row["scope"])
            for name, row in rows.items()}
    assert told["P25023"] == ("changed", "weekly schedule: interval in weeks", "1", "4",
                              f"device:{MAC}")
    assert told["P35"] == ("changed", "Account1.SipUserId", "401", "402", None)
    assert told["P2"][1:4] == ("AdminPassword", "********", "********")
    assert told["P39999"] == ("added", None, None, "x", "product:xstim")
    assert "P34" not in told and "P25022" not in told
    assert "Account1.SipUserId" in daemon.ctl("diff", MAC)


def is_ours(name):
    return name in OURS or name.endswith(".RegStatus")
