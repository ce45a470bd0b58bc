# SPDX-License-Identifier: MIT
"""Configurations of phones, as other servers write them, become devices that get the same."""

import contextlib
import re
import sqlite3
import time
import xml.etree.ElementTree as ElementTree

import pytest

from gigaprov import TOP
from test_import import bring, state

DATA = TOP / "tests/data/import"
MAC = "7C2F80E0D605"


def mended(data):
    """A file as a lenient reader takes it: by patterns, not by the daemon's own code."""
    try:
        text = data.decode("utf-8-sig" if b"ISO-8859-1" not in data[:100] else "latin-1")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S).replace("-->", "")
    text = re.sub(r"<\?.*?\?>", "", text, flags=re.S)
    text = re.sub(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)", "&amp;", text)
    text = re.sub(r"='([^']*)'", lambda m: "='" + m.group(1).replace("<", "&lt;") + "'", text)
    return ElementTree.fromstring(text.strip())


def number(value):
    return str(int(value, 0)) if re.fullmatch(r"0x[0-9a-f]+|[0-9]+", value) else value


def key(name):
    """Names without case, slots as five digits."""
    return re.sub(r"^((?:hs|sipaccount)\.)0_(\d+)\.", lambda m: f"{m[1]}{int(m[2]):05}.",
                  name.lower())


def params(root):
    """name → value of every parameter; opers as a name with their value and parameters."""
    found = {}
    within = {param for oper in root.iter("oper") for param in oper}
    for element in root.iter():
        if element in within:
            continue
        name = element.get("name") or element.get("ID")
        value = element.get("value")
        if element.tag == "oper":
            slot = re.sub(r"^0_(\d+)$", lambda m: f"{int(m[1]):05}", value or "").lower()
            inner = [(param.get("name"), param.get("value")) for param in element]
            found[f"oper {name} {slot}"] = str(inner)
        elif re.fullmatch(r"P\d+", element.tag):
            found[element.tag.lower()] = (element.text or "").strip()
        elif element.tag == "param":
            found[key(name)] = value
        elif element.tag == "SYMB_ITEM":
            found[key(name)] = number(value.strip('"'))
        elif re.match(r"[SIB]_", element.tag):
            found[key(element.tag)] = number(value)
    return found


# What the report must say is left out, and nothing else.
CASES = {
    "nx70-value-first.xml": ("n870", {
        "oper update_dm local", "oper DeleteNotProvisionedHS ",
        "SipProvider.0.OutboundProxyAddress"}),
    "nx70-lower-case.xml": ("n670", set()),
    "nx70-wildcards.xml": ("n870", {"oper update_dm local"}),
    "maxwell-no-product.xml": ("maxwell3", set()),
    "n510-latin1.xml": (None, set()),
    "n720-arrays.xml": (None, set()),
    "de410-plain.xml": (None, set()),
    "xstim-portal.xml": ("xstim", {"P1360"}),
    "htek-template.xml": ("uc926", {"P234", "AutoUpgrade_Weekly", "P735", "P747"}),
}


PRODUCTS = {name: product or name.split("-")[0]
            for name, (product, _) in CASES.items()}


def bring_file(daemon, name, *words, **more):
    product = CASES[name][0]
    words = [*words, "--product", product, "--mac", MAC] if product else words
    return bring(daemon, (DATA / name).read_bytes(), *words, name=name, **more)


@pytest.mark.parametrize("name", CASES)
def test_rendering_what_was_imported_keeps_every_parameter(daemon, name):
    answer = bring_file(daemon, name)
    given = params(mended((DATA / name).read_bytes()))
    preview = daemon.ctl("preview", answer["mac"], "--reveal", check=False)
    got = params(ElementTree.fromstring(preview.stdout))
    refused = {note["name"] for note in answer["notes"] if note["fate"] == "refused"}
    left_out = {key(word) for word in CASES[name][1]}
    assert refused == {word.split()[1] if " " in word else word for word in CASES[name][1]}
    for parameter, value in given.items():
        if key(parameter) not in left_out and parameter not in CASES[name][1]:
            assert got.get(parameter) == value, parameter
    assert answer["mended"] == len([n for n in answer["notes"] if n["fate"] == "mended"])
    told = {note["line"] for note in answer["notes"]}
    lines = (DATA / name).read_bytes().split(b"\n")
    for n, line in enumerate(lines, 1):
        if re.search(rb"<(param|oper|SYMB_ITEM|[SIB]_\w+|P\d+|file|step)\b", line) and b"RegStart" not in \
                line and b"RegDuration" not in line and b"RegStatus" not in line:
            assert n in told, line


@pytest.mark.parametrize("name", CASES)
def test_doing_it_again_changes_nothing(daemon, name):
    first = bring_file(daemon, name)
    before = state(daemon)
    audits = daemon.ctl("audit", "list", "--limit", "1", json=True)["audit"][0]["id"]
    again = bring_file(daemon, name)
    assert state(daemon) == before
    assert again["added"] == again["changed"] == 0 and again["new"] is False
    assert again["unchanged"] == first["added"]
    assert daemon.ctl("audit", "list", "--limit", "1", json=True)["audit"][0]["id"] == audits


@pytest.mark.parametrize("name", CASES)
def test_a_dry_run_says_the_same_and_changes_nothing(daemon, name):
    before = state(daemon)
    dry = bring_file(daemon, name, "--dry-run")
    assert state(daemon) == before
    assert bring_file(daemon, name) == {**dry, "dry_run": False}


def test_secrets_of_a_file_are_secrets_here(daemon):
    for n, name in enumerate(CASES):
        words = ["--mac", f"7C2F80E0D7{n:02}"]
        bring(daemon, (DATA / name).read_bytes(), *words, "--product", PRODUCTS[name], name=name)
    daemon.stop()
    seen = 0
    for path in daemon.directory.rglob("*"):
        if path.is_file() and path.suffix != ".xml":
            content = path.read_bytes()
            seen += b"Recepti" in content
            for secret in (b"hidden-", b"hidden 2", b"hidden <1>", b"quite secret", b"strange"):
                assert secret not in content, (path, secret)
    assert seen


def test_the_mac_comes_from_the_file_or_its_name(daemon):
    data = (DATA / "nx70-lower-case.xml").read_bytes()
    for name, mac in (("7c2f80e0d611.xml", "7C2F80E0D611"), ("cfg7c2f80e0d612.xml", None)):
        answer = bring(daemon, data.replace(b"029E74A599", name[-6:-4].encode() + b"9E74A599")
                       .replace(b"02b6ec8aa5", name[-6:-4].encode() + b"b6ec8aa5"),
                       "--product", "n670", name=name)
        assert answer["mac"] == (mac or "7C2F80E0D612")
    refused = bring(daemon, data, "--product", "n670", name="other.xml", check=False)
    assert "--mac" in refused.stderr.decode()
    # Both name the same servers.
    servers = daemon.ctl("sip", "list", json=True)["sip_servers"]
    assert [row["name"] for row in servers] == ["pbx-a", "pbx-b"]


def test_a_server_of_the_same_name_with_other_data_is_another_one(daemon):
    daemon.ctl("sip", "add", "pbx-a", "--domain", "elsewhere.example.net")
    answer = bring_file(daemon, "nx70-lower-case.xml")
    names = [row["name"] for row in daemon.ctl("sip", "list", json=True)["sip_servers"]]
    assert names == ["pbx-a", "pbx-a (2)", "pbx-b"]
    assert [note["name"] for note in answer["notes"] if note["fate"] == "refused"] == [
        "sipprovider.0.name"]
    daemon.ctl("device", "remove", MAC, "--force")
    bring_file(daemon, "nx70-lower-case.xml", "--sip", "pbx-a,pbx-b")
    assert 'SipProvider.0.Domain" value="elsewhere' in daemon.ctl("preview", MAC)


@pytest.mark.parametrize("text, words", [
    ("<!DOCTYPE x [<!ENTITY a 'b'>]><settings/>", "line 1, column 1: a document type"),
    ("<provisioning>\n<nvm>\n<param name='a value='b'/>\n</nvm></provisioning>",
     "line 3"),
    ("<html/>", "line 1"),
    ("<settings productID='e2'>" + "<a>" * 40 + "</a>" * 40 + "</settings>", "max_xml_depth"),
])
def test_a_file_that_cannot_be_read_says_where(daemon, text, words):
    refused = bring(daemon, text, "--mac", MAC, "--product", "n870", name="x.xml", check=False)
    assert refused.returncode and words in refused.stderr.decode()
    with contextlib.closing(sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)) as db:
        assert db.execute("SELECT count(*) FROM device").fetchone() == (0,)


def test_a_device_that_cannot_take_the_file_is_told(daemon):
    before = state(daemon)
    data = (DATA / "nx70-lower-case.xml").read_bytes()
    refused = bring(daemon, data, "--mac", MAC, name="a.xml", check=False)
    assert "--product" in refused.stderr.decode()
    refused = bring(daemon, data.replace(b"sipprovider.1", b"x"), "--mac", MAC, "--product",
                    "n670", name="a.xml", check=False)
    assert "there is no SIP server for the account of '1013'" in refused.stderr.decode()
    assert state(daemon) == before
    daemon.add_device("7C2F80E0D699")
    daemon.ctl("handset", "add", "7C2F80E0D699", "029e74a599")
    before = state(daemon)
    refused = bring(daemon, data, "--mac", MAC, "--product", "n670", name="a.xml", check=False)
    assert "belongs to device 7C2F80E0D699" in refused.stderr.decode()
    assert state(daemon) == before


def test_an_ipui_that_is_told_later_keeps_the_settings_of_its_slot(daemon):
    bring_file(daemon, "nx70-value-first.xml")
    bring(daemon, f"mac,slot,ipui\n{MAC},1,029e74a501\n")
    document = daemon.ctl("preview", MAC, "--reveal")
    assert 'name="hs.029e74a501.IntKeyDir" value="20"' in document
    assert "00001" not in document
    scope = f"handset:{MAC}-00002"
    daemon.ctl("setting", "set", scope, "hs.IntKeyDir", "7")
    assert 'name="hs.00002.IntKeyDir" value="7"' in daemon.ctl("preview", MAC)
    daemon.ctl("setting", "unset", scope, "hs.IntKeyDir")
    assert "hs.00002.IntKeyDir" not in daemon.ctl("preview", MAC)


def test_a_window_that_is_still_to_come_is_planned(daemon):
    data = (DATA / "nx70-value-first.xml").read_bytes().replace(b"1527771540", b"2000000000")
    for _ in range(2):
        bring(daemon, data, "--product", "n870", "--mac", MAC, name="a.xml")
        operations = daemon.ctl("operation", "list", MAC, json=True)["operations"]
        assert [(row["kind"], row["start"], row["duration"], row["dm"]) for row in operations] == [
            ("open_registration", 2000000000, 900, "local")]


@pytest.mark.parametrize("file, words", [
    (b"<provisioning productID='e2'><nvm><param name='a' value='" + b"&" * 30_000_000 + b"'/>",
     "so much has to be set right"),
    (b"<provisioning productID='e2'><nvm>\n<param "
     + b" ".join(b"a%d=''" % n for n in range(300_000)) + b"/></nvm></provisioning>",
     "line 2, column 1: the tag that begins here has more than 100 attributes"),
    (b" " * (64 << 20) + b"<", "the request is too large"),
], ids=["ampersands", "attributes", "bytes"])
def test_a_file_that_would_take_all_memory_or_time_is_refused(daemon, file, words):
    begun = time.monotonic()
    refused = bring(daemon, file, "--mac", MAC, name="large.xml", check=False)
    assert refused.returncode != 0
    assert words in refused.stderr.decode()
    assert time.monotonic() - begun < 25
    assert daemon.ctl("device", "list", json=True)["devices"] == []


def test_a_file_larger_than_any_import_is_not_read(daemon):
    path = daemon.directory / "huge.xml"
    with path.open("wb") as file:
        file.truncate(300 << 20)
    refused = daemon.ctl("import", str(path), check=False)
    assert refused.returncode > 0
    assert "has more than 240 MiB" in refused.stderr.decode()
    refused = daemon.ctl("import", "/dev/zero", check=False)
    assert "has more than 240 MiB" in refused.stderr.decode()
