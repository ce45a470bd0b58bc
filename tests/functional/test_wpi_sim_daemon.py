# SPDX-License-Identifier: MIT
"""The daemon, held against simulated desk phones: their own reading of the protocol, all of their quirks."""

import pathlib
import re
import tempfile

import pytest

from gigaprov import BUILD, Daemon
from openstage import desk_daemon
from simulated import phones

# Phones that boot at once; with sanitizers a handshake takes many times as long.
MANY = 2000 if BUILD.name == "release" else 100
FIRST = 0x0001E3000001
SETTINGS = {"country-iso": "DE", "language-iso": "de", "reg-ttl": "600", "function-key-def[1]": "31",
            "function-key-def[2]": "59", "key-label-unicode[1]": "Zentrale",
            "key-label-unicode[2]": "Büro", "stimulus-led-control-uri[2]": "4711",
            "date-format": "0", "time-format": "0", "codec-allowed[2]": "true"}
# What a phone has in the end; its line is its own.
EXPECTED = [word for name, value in {**SETTINGS, "e164": "9{n}", "sip-pwd": "hush of {mac}",
                                     "reg-addr": "pbx.example.net"}.items()
            for word in ("--expect", f"{name}={value}")]
QUIRKS = re.findall(r'^QUIRK\(\w+, +"([\w-]+)"',
                    (pathlib.Path(__file__).parents[2] / "include/sim/quirks.def").read_text(
                        encoding="utf-8"), re.M)
FLOWS = re.findall(r'^FLOW\(\w+, +"([\w-]+)"',
                   (pathlib.Path(__file__).parents[2] / "include/sim/flows.def").read_text(
                       encoding="utf-8"), re.M)
# Phones that do not, or never quite, have what they should.
UNLIKE = {"busy-always", "refuses", "refuses-all", "rewrites"}
SECURE = {"admin": {"port": 0, "serves": "rpc api metrics"},
          "desk": {"port": 0, "serves": "wpi", "tls_cert": "own", "tls_legacy": "yes"},
          "secure": {"port": 0, "serves": "wpi", "tls_cert": "own", "tls_client_ca": "own"}}


def mac_of(number):
    return f"{FIRST + number:012X}"


def fill(daemon, count, settings=None):
    """A fleet of OpenStages, each with a line of its own."""
    macs = [mac_of(number) for number in range(count)]
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    for name, value in (SETTINGS if settings is None else settings).items():
        daemon.ctl("setting", "set", "product:openstage60", name, value)
    for kind, head, row in (
            ("devices", "mac,product", lambda n: f"{macs[n]},openstage60"),
            ("lines", "mac,slot,user,sip,password", lambda n: f"{macs[n]},1,9{n},pbx,hush of {macs[n]}")):
        table = daemon.directory / f"{kind}.csv"
        table.write_text("\n".join([head, *map(row, range(count))]) + "\n", encoding="utf-8")
        daemon.ctl("import", table)
    return macs


def url(daemon):
    return f"https://127.0.0.1:{daemon.ports['desk']}"


@pytest.fixture(name="desk", scope="module")
def one_daemon_for_all():
    """A daemon with a fleet; each test takes phones of its own."""
    with tempfile.TemporaryDirectory(prefix="gigaprov-") as top:
        daemon = desk_daemon(lambda name, settings=None: Daemon(pathlib.Path(top) / name, settings))
        daemon.start()
        try:
            fill(daemon, len(QUIRKS) + 50)
            yield daemon
        finally:
            daemon.stop()
        daemon.assert_clean_log()


@pytest.fixture(name="mine")
def phone_of_a_test(desk, request):
    """mine(*options): a phone that no other test has, run to its end."""
    taken = desk.__dict__.setdefault("taken", [])

    def mine(*options, count=1):
        number = len(taken)
        taken.extend([request.node.name] * count)
        return phones(url(desk), "--mac", mac_of(number), "--count", count, *(
            str(option).replace("9{n}", f"9{number}") if count == 1 else option
            for option in options))

    mine.url = url(desk)
    return mine


@pytest.mark.parametrize("quirk", QUIRKS)
def test_every_quirk_goes_through_every_flow_and_ends_configured(mine, quirk):
    flows = [flow for flow in FLOWS if flow != "listen"]
    assert len(flows) >= 6
    words = [word for flow in [*flows, "solicited"] for word in ("--flow", flow)]
    wants = [] if quirk in UNLIKE else EXPECTED
    done = mine("--quirk", quirk, *words, *wants)
    said = done.told("says")
    for flow in flows:
        assert any(text.startswith(flow) for text in said), (flow, done.text())
    if quirk == "busy-always":
        assert done.code == 1 and not done.told("complains"), done.text()
    else:
        assert done.code == 0 and done.configured == 1, done.text()
    assert done.messages < 60, done.text()


def test_a_phone_that_boots_again_is_written_nothing(mine, tmp_path):
    done = mine("--flow", "start-up", "--flow", "start-up", "--state", tmp_path, *EXPECTED)
    assert done.code == 0, done.text()
    # three messages and the answer that nothing is to be done; the password once
    heard = done.told("hears")
    assert heard[:1] == ["ReadAllItems"] and heard[-2:] == ["ReadAllItems", "CleanUp"], done.text()


def test_three_refused_items_are_shown_and_not_tried_again(mine, desk):
    refuses = {"reg-ttl": "read only", "date-format": "unknown item",
               "function-key-def[2]": "invalid data"}
    done = mine("--flow", "start-up", "--flow", "start-up", "--flow", "solicited",
                *(word for name, status in refuses.items()
                  for word in ("--refuse", f"{name}={status}")))
    assert done.code == 0 and done.refused == 3, done.text()
    assert done.told("hears")[-4:] == ["ReadAllItems", "CleanUp"] * 2, done.text()
    items = desk.ctl("wpi", "items", done.lines[0]["mac"], json=True)["items"]
    assert {item["item"]: item["status"] for item in items if item["state"] == "refused"} == refuses


def test_a_phone_that_lost_everything_is_given_everything(mine):
    """Back at factory settings, or another with the label of the old: passwords are not told, so they
    cannot be missed; what else it has lost gives it away."""
    first = mine(*EXPECTED)
    assert first.code == 0, first.text()
    number = first.lines[0]["mac"].replace(":", "")
    wants = [word.replace("9{n}", f"9{int(number, 16) - FIRST}") for word in EXPECTED]
    again = phones(mine.url, "--mac", number, *wants)
    assert again.code == 0 and again.written == first.written, again.text()
    assert again.messages == 3


def test_fragments_batches_and_a_lossy_line_together(mine):
    done = mine("--quirk", "fragments", "--fragment-items", 1, "--quirk", "max-items", "--max-items", 1,
                "--quirk", "connection-close", "--quirk", "attribute-order", "--quirk", "duplicates",
                *EXPECTED)
    assert done.code == 0, done.text()


def test_phones_behind_one_address_that_cannot_be_told_apart_get_nothing_of_another(mine, tmp_path):
    """Without cookies, on a connection for each message: alone they are known by their address."""
    blind = ["--quirk", "no-cookie", "--quirk", "connection-close", "--state", tmp_path]
    assert mine(*blind, *EXPECTED).code == 0
    mine(*blind, count=8)
    files = list(tmp_path.glob("*.items"))
    assert len(files) == 9
    for file in files:
        kept = re.search(r"^sip-pwd = (.*)$", file.read_text(encoding="utf-8"), re.M)
        assert not kept or kept.group(1) == f"hush of {file.stem}", file.name
    # those that can be told apart are, whatever address they share
    done = mine("--quirk", "connection-close", count=8)
    assert done.configured == 8, done.text()


def test_an_unknown_phone_is_told_nothing(desk):
    done = phones(url(desk), "--mac", "0001E3FFFFFF", "--expect", "reg-addr=")
    assert done.code == 0 and done.told("hears") == ["CleanUp"], done.text()


@pytest.mark.parametrize("policy", ["keep", "report", "overwrite"])
def test_a_storm_of_local_changes_ends(make_daemon, policy):
    """The phone respells what it is written and reports that as changes of its own."""
    daemon = desk_daemon(make_daemon, wpi={"local_changes": policy}).start()
    fill(daemon, 2)
    storm = ["--quirk", "rewrites", "--quirk", "reports-writes", "--messages-max", 60]
    done = phones(url(daemon), *storm)
    assert done.code == 0 and done.messages < 40, done.text()
    done = phones(url(daemon), *storm, "--flow", "local-changes", "--change", "country-iso=FR",
                  "--mac", mac_of(1))
    assert done.code == 0 and done.messages < 40, done.text()


@pytest.mark.parametrize("old", [False, True], ids=["modern", "old-tls"])
def test_a_phone_goes_into_secure_mode_and_stays_there(make_daemon, tmp_path, old):
    daemon = make_daemon(listeners=SECURE).start()
    fill(daemon, 1)
    daemon.ctl("wpi", "secure", mac_of(0))
    options = ["--state", tmp_path, *(["--old-tls"] if old else [])]
    done = phones(url(daemon), *options, "--expect", f"dls-secure-port={daemon.ports['secure']}")
    if old:
        # it reaches the port that takes everybody, and not the other
        assert done.code == 1 and done.told("does"), done.text()
        return
    assert done.code == 0, done.text()
    assert done.told("does") == [f"goes to secure mode, port {daemon.ports['secure']}"]
    assert daemon.ctl("wpi", "trust", mac_of(0), json=True)["mode"] == "secure"
    # with what it has kept it calls there at once; without, it is a stranger
    done = phones(url(daemon), *options, *EXPECTED)
    assert done.code == 0 and done.told("hears")[0] == "ReadAllItems", done.text()
    assert phones(url(daemon)).told("hears") == ["CleanUp"]


def test_thousands_of_phones_boot_at_once_and_all_are_configured(make_daemon):
    daemon = desk_daemon(make_daemon).start()
    fill(daemon, MANY)
    done = phones(url(daemon), "--count", MANY, "--quiet", "--timeout", 600, *EXPECTED, patience=900)
    assert (done.configured, done.failed) == (MANY, 0), done.text()[-3000:]
    assert done.messages == 3 * MANY
