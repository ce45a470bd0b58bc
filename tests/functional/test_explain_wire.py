# SPDX-License-Identifier: MIT
"""explain and the wire say the same: every URL that phones ask for, of every kind of device."""

import contextlib
import json
import re
import sqlite3
import urllib.parse

import pytest

from gigaprov import TOP

SECRET = "A2B4C6D8E0F2"
BASE = "http://prov.example.net"
PBX = ("--user", "1001", "--sip", "pbx")
FILES = ("N870-V2.65.0.bin", "maxwell-2.15.0.bin", "fw926-2.42.6.rom", "nothing.bin", "fw926.rom")
PROOFS = {"good": ("--digest", "-u", "{mac}:" + SECRET), "none": (),
          "wrong": ("--digest", "-u", "{mac}:wrong"), "other": ("--basic", "-u", "{mac}:" + SECRET)}
CONFIGS = {
    "digest": {},
    "open networks": {"provisioning": {"open_networks": "127.0.0.0/8"}},
    "all open": {"provisioning": {"auth": "open"}, "redirect": {"auth": "open"}},
    "chain": {"redirect": {"chain_code": "444"}},
    "no firmware now": {"schedule never": {"start": "00:00", "end": "05:00",
                                           "blackout": "2020-01-01..2099-12-31"}},
}


def device(product, *more):
    """A kind of device: made by these commands, with {mac} filled in."""
    def make(daemon, mac):
        daemon.add_device(mac, product=product)
        for words in more:
            daemon.ctl(*(word.replace("{mac}", mac) for word in words))
    return make


def only_registered(daemon, mac):
    daemon.rpc("anna", "anna's password").autoprov.registerDevice(
        mac, "http://h.example/%MACD.xml", "Daryna")
    daemon.ctl("device", "set", mac, "--secret-stdin", stdin=SECRET)


def registered_maxwell(daemon, mac):
    only_registered(daemon, mac)
    daemon.ctl("device", "set", mac, "--product", "maxwell3")


def raw(daemon, mac):
    daemon.add_device(mac, product="raw")
    path = daemon.directory / f"{mac}.txt"
    path.write_text("x = 1\n")
    daemon.ctl("template", "set", f"device:{mac}", "--file", path)


NEWEST = ("setting", "set", "device:{mac}", "firmware.version", "newest")
KINDS = {
    "unknown": lambda daemon, mac: None,
    "n870": device("n870", ("handset", "add", "{mac}", "029e74a501", *PBX)),
    "n870 with firmware": device("n870", NEWEST, (
        "operation", "add", "{mac}", "firmware", "--start", "now", "--file", FILES[0])),
    "n870 that is locked": device("n870", ("lock", "{mac}")),
    "maxwell without firmware": device("maxwell3", ("line", "add", "{mac}", *PBX)),
    "maxwell with firmware": device("maxwell3", NEWEST),
    "maxwell that is registered": registered_maxwell,
    "maxwell that is locked": device("maxwell3", ("lock", "{mac}")),
    "n510": device("n510", ("line", "add", "{mac}", *PBX)),
    "de900": device("de900"),
    "xstim": device("xstim"),
    "uc926 with firmware": device("uc926", NEWEST),
    "raw": raw,
    "raw without a file": device("raw"),
    "only registered": only_registered,
}


def macs():
    return {kind: f"7C2F80E0D6{number:02X}" for number, kind in enumerate(KINDS)}


@pytest.fixture(params=CONFIGS)
def fleet(request, make_daemon):
    settings = {name: dict(keys) for name, keys in CONFIGS[request.param].items()}
    settings.setdefault("provisioning", {}).update(public_url=BASE, firmware_unidentified="allow")
    daemon = make_daemon(settings=settings).start()
    daemon.add_account()
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example")
    for name, product in zip(FILES, ("n870", "maxwell3", "uc926")):
        (daemon.state_dir / "firmware" / name).write_bytes(name.encode())
        daemon.ctl("firmware", "add", name, "--product", product, "--version",
                   re.search(r"\d+\.\d+\.\d+", name).group())
    for kind, mac in macs().items():
        KINDS[kind](daemon, mac)
    if "schedule never" in settings:
        daemon.ctl("setting", "set", "fleet", "schedule.firmware", "never")
    # What they run; their User-Agents would tell it.
    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.database)) as db:
        db.execute("UPDATE device SET firmware = '2.0.0', revision = revision + 1")
        db.commit()
    return daemon.start()


def route_paths():
    """The paths of the route table that are for phones."""
    text = (TOP / "include/http/routes.def").read_text(encoding="utf-8")
    return re.findall(r'^ROUTE\(GET, +"([^"]+)", +PHONES,', text, re.M)


def tokens(daemon, mac):
    """Those that the device's own documents hold, and a wrong one."""
    found = {"0123456789abcdef0123"}
    for words in (("preview", mac, "--reveal"), ("operation", "list", mac)):
        shown = daemon.ctl(*words, check=False).stdout.decode()
        found |= set(re.findall(f"/firmware/{mac}/([0-9a-f]+)", shown))
    return sorted(found)


def urls(daemon, mac):
    for path in route_paths():
        if path == "/macredirect/ap":
            yield from (f"{path}?mac={mac}", f"{path}?ac=4711", path)
            continue
        for dvid, part in (("83", "1"), ("42", "2")):
            filled = path.replace("{mac}", mac).replace("{dvid}", dvid).replace("{part}", part)
            for token in tokens(daemon, mac) if "{token}" in path else [""]:
                for name in FILES if "firmware" in path else ("sifsroot.bin", "siu_444.bin"):
                    yield filled.replace("{token}", token).replace("{file}", name)
    yield from ("/xml/foo.xml", "/nope", f"/xml/{mac}/other.xml")


def ask_all(daemon, *arguments):
    """curl's statuses of several URLs: one process, a connection that is kept."""
    return [int(line) for line in daemon.curl(*arguments).split()]


def on_the_wire(daemon, paths, proof):
    words = []
    for path in paths:
        words += ["-o", "/dev/null", daemon.url("phones", path)]
    return ask_all(daemon, "--path-as-is", "-w", "%{http_code}\n", *proof, *words)


def explained(daemon, paths, **query):
    """The API's answers over the control socket, one for each path."""
    words = []
    for path in paths:
        text = urllib.parse.urlencode({"what": path, "from": "127.0.0.1", **query})
        words += [f"http://localhost/api/v1/explain?{text}"]
    text = daemon.curl("--unix-socket", daemon.socket, "-w", "\n", *words).decode()
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_explain_tells_the_status_that_the_wire_shows(fleet):
    """Every route for phones, every kind of device, every proof."""
    wrong = []
    count = 0
    seen = set()
    for kind, mac in macs().items():
        paths = sorted(set(urls(fleet, mac)))
        for name, words in PROOFS.items():
            told = explained(fleet, paths, proof=name, **{"as": mac})
            assert len(told) == len(paths)
            shown = on_the_wire(fleet, paths, [word.format(mac=mac) for word in words])
            assert len(shown) == len(paths)
            for path, explanation, status in zip(paths, told, shown):
                count += 1
                seen.add((re.sub(r"[0-9A-F]{12}|/[0-9a-f]{20}/.*", "*", path), status))
                if explanation["answer"]["status"] != status:
                    wrong.append((kind, name, path, status, explanation["answer"],
                                  [step["step"] for step in explanation["steps"]]))
    assert count > 1000
    assert {("/firmware/**", 200), ("/firmware/**", 404), ("/xml/*/updates.xml", 200)} <= seen
    assert "schedule never" in fleet.settings or ("/xml/*/firmware.xml", 200) in seen
    assert not wrong, "\n".join(map(str, [len(wrong), *wrong[:40]]))


def test_a_file_that_only_maxwells_have_is_explained(fleet):
    """And a directory of firmware is known by its token."""
    mac = macs()["n870"]
    told, = explained(fleet, [f"/xml/{mac}/provisioning.xml"], proof="good")
    assert told["answer"] == {"status": 404, "reason": "no_route"}
    row = next(row for row in told["steps"] if row["step"] == "file")
    assert row["outcome"] == "refused" and "Maxwell" in row["words"]
    mac = macs()["uc926 with firmware"]
    for token in tokens(fleet, mac):
        told, = explained(fleet, [f"/firmware/{mac}/{token}/fw9999.rom"])
        reason = "firmware_token" if token.startswith("0123456789") else "firmware_not_its"
        assert told["answer"] == {"status": 404, "reason": reason}


def test_a_desk_phone_that_no_listener_serves_is_told_to_have_nowhere_to_call(daemon):
    daemon.ctl("device", "add", "0001E325EA13", "--product", "openstage60")
    answer = daemon.ctl("explain", "0001E325EA13", json=True)
    step = next(step for step in answer["steps"] if step["step"] == "route")
    assert step["reason"] == "wpi_not_served" and "serves = wpi" in step["todo"]
    assert not [step for step in answer["steps"] if step["step"] == "answer"]
