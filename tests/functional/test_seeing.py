# SPDX-License-Identifier: MIT
"""What a phone will get, and why: explain, held against what really happens."""

import base64
import contextlib
import hashlib
import random
import re
import sqlite3
import time
import xml.etree.ElementTree

import pytest

from gigaprov import TOP, until

MAC = "7C2F80E0D605"
NUMBER = int(MAC, 16)
SECRET = "A2B4C6D8E0F2"
PATH = f"/xml/{MAC}.xml"
AP = f"/macredirect/ap?mac={MAC}"


def explain(daemon, what=MAC, *words):
    return daemon.ctl("explain", what, *words, json=True)


def step(explanation, name):
    """The step of that name; None when there is none."""
    return next((row for row in explanation["steps"] if row["step"] == name), None)


def change(daemon, *statements):
    """What no command would do to the database."""
    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.database)) as db:
        for statement in statements:
            db.execute(*statement)
        db.commit()
    daemon.start()


def register(daemon, url, mac=MAC):
    known = [row["name"] for row in daemon.ctl("account", "list", json=True)["accounts"]]
    if "anna" not in known:
        daemon.add_account()
    good, answer = daemon.rpc("anna", "anna's password").autoprov.registerDevice(
        mac, url, "Daryna")
    assert good, answer
    return answer[4:]


# -- every refusal has a reason

def good(daemon, path):
    return "--digest", "-u", f"{MAC}:{SECRET}", daemon.url("phones", path)


def wrong(daemon, path):
    return "--digest", "-u", f"{MAC}:wrong", daemon.url("phones", path)


def header(value):
    return lambda daemon, path: ("-H", f"Authorization: {value}", daemon.url("phones", path))


def stale(daemon, path):
    """Right in all but its nonce, which somebody else made up."""
    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()

    _, headers = daemon.curl_headers(daemon.url("phones", path))
    realm = re.search('realm="([^"]*)"', headers["www-authenticate"]).group(1)
    nonce = re.search('nonce="([^"]*)"', headers["www-authenticate"]).group(1)
    time.sleep(2.1)
    response = md5(":".join([md5(f"{MAC}:{realm}:{SECRET}"), nonce, "00000001", "ab", "auth",
                             md5(f"GET:{path}")]))
    return header(f'Digest username="{MAC}", realm="{realm}", nonce="{nonce}", uri="{path}", '
                  f'qop=auth, nc=00000001, cnonce="ab", response="{response}"')(daemon, path)


def nothing(daemon):
    del daemon


def device(daemon):
    daemon.add_device(MAC)


def locked(daemon):
    device(daemon)
    daemon.ctl("lock", MAC)


def product_of_another_version(daemon):
    device(daemon)
    change(daemon, ("UPDATE device SET product = 'n999'",))


def broken_seal(daemon):
    device(daemon)
    change(daemon, ("UPDATE device SET secret = zeroblob(60)",))


def setting(name, value):
    def setup(daemon):
        device(daemon)
        daemon.ctl("setting", "set", "fleet", "DmGlobal.0.TimeZone", "Europe/Berlin")
        change(daemon, ("UPDATE setting SET name = ?, value = CAST(? AS TEXT)", (name, value)))
    return setup


def handset(*statement):
    def setup(daemon):
        device(daemon)
        daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example")
        daemon.ctl("handset", "add", MAC, "029e74a501", "--user", "1001", "--sip", "pbx")
        change(daemon, statement)
    return setup


def raw(template):
    def setup(daemon):
        daemon.add_device(MAC, product="raw")
        if template:
            path = daemon.directory / "template"
            path.write_text(template)
            daemon.ctl("template", "set", f"device:{MAC}", "--file", path)
    return setup


def registered(url, stored=None):
    def setup(daemon):
        device(daemon)
        register(daemon, url)
        if stored:
            change(daemon, ("UPDATE registration SET url = ?", (stored,)))
    return setup


only_registered = lambda daemon: (register(daemon, "http://h.example/%MACD.xml"),  # noqa: E731
                                  daemon.ctl("device", "set", MAC, "--secret-stdin",
                                             stdin=SECRET + "\n"))

FIRMWARE = "N870-V2.65.0.bin"


def firmware(daemon, content=b"firmware"):
    device(daemon)
    (daemon.state_dir / "firmware" / FIRMWARE).write_bytes(content)
    daemon.ctl("firmware", "add", FIRMWARE)


def firmware_that_has_changed(daemon):
    firmware(daemon)
    change(daemon, ("UPDATE firmware SET state = 'changed', error = 'it is another one'",))


# reason: how it comes about, who asks and how, for what, and how explain is told so
CASES = {
    "no_route": (nothing, good, "/nope", ()),
    "method_not_allowed": (nothing, good, "/RPC2", ()),
    "bare_name": (nothing, good, "/xml/foo.xml", ()),
    "mac_malformed": (nothing, good, "/macredirect/ap?mac=foo", ()),
    "mac_unknown": (nothing, good, PATH, ()),
    "mac_locked": (locked, good, PATH, ()),
    "no_product": (only_registered, good, PATH, ()),
    "product_unknown": (product_of_another_version, good, PATH, ()),
    "not_registered": (device, good, AP, ()),
    "activation_unknown": (nothing, good, "/macredirect/ap?ac=4711", ()),
    "secret_missing": (device, lambda daemon, path: (daemon.url("phones", path),), PATH,
                       ("--proof", "none")),
    "secret_wrong": (device, wrong, PATH, ("--proof", "wrong")),
    "nonce_stale": (device, stale, PATH, ("--proof", "stale")),
    "unauthorized": (device, header("Basic " + base64.b64encode(b"a:b").decode()), PATH,
                     ("--proof", "other")),
    "bad_request": (device, header("Digest username="), PATH, ("--proof", "garbled")),
    "url_scheme": (registered("http://h.example/%MACD.xml", "ftp://h.example/%MACD.xml"), good,
                   AP, ()),
    "url_character": (registered("http://h.example/%MACD.xml", "http://h.example/%MACD{.xml"),
                      good, AP, ()),
    "text_long": (registered("http://h.example/" + "%MACD" * 190), good, AP, ()),
    "text_empty": (setting("DmGlobal.0.TimeZone", ""), good, PATH, ()),
    "text_encoding": (setting("DmGlobal.0.TimeZone", b"\xff"), good, PATH, ()),
    "text_character": (setting("DmGlobal.0.TimeZone", "a\x01b"), good, PATH, ()),
    "setting_reserved": (setting("SipProvider.0.Domain", "x"), good, PATH, ()),
    "setting_name": (handset("INSERT INTO setting (scope, name, value, updated_at) "
                             "VALUES ('handset:029e74a501', 'DmGlobal.0.TimeZone', 'x', 0)"),
                     good, PATH, ()),
    "sip_unknown": (handset("DELETE FROM device_sip_server",), good, PATH, ()),
    "template_unknown": (raw(None), good, PATH, ()),
    "template_value": (raw("x = %{Not.Set}\n"), good, PATH, ()),
    "firmware_token": (firmware, good, f"/firmware/{MAC}/0123456789abcdef0123/{FIRMWARE}", ()),
    "firmware_unknown": (device, good, "/firmware/nothing.bin", ()),
    "firmware_changed": (firmware_that_has_changed, good, f"/firmware/{FIRMWARE}", ()),
    "seal": (broken_seal, good, PATH, ()),
}

# Reasons of which there is no telling beforehand: the server's state at the moment.
OF_THE_MOMENT = {"internal", "busy", "stopping", "timeout", "too_large", "credentials"}
# What a phone cannot ask for or is not refused for, but explain can be asked about.
ONLY_EXPLAINED = {"url_host": "http://", "url_placeholder": "http://h.example/%zz"}
# Checked before they are stored; a second look when a document is written.
SECOND_LOOKS = {"value", "ipui_malformed", "pin", "oper_made", "oper_unknown", "oper_form",
                "lines_full", "template_placeholder"}


@pytest.mark.parametrize("reason", CASES)
def test_every_reason_of_the_phone_plane_is_explained(make_daemon, reason):
    """What the wire shows and the log says is what explain has said before."""
    setup, ask, path, words = CASES[reason]
    daemon = make_daemon(
        settings={"daemon": {"log_level": "debug"}, "limits": {"nonce_seconds": 1}},
        listeners={"phones": {"port": 0, "serves": "phones rpc" if reason == "method_not_allowed"
                              else "phones"},
                   "admin": {"port": 0, "serves": "rpc api metrics"}}).start()
    setup(daemon)
    told = explain(daemon, path, *words)
    assert told["answer"]["reason"] == reason, told
    row = next(row for row in told["steps"] if row["reason"] == reason)
    assert row["outcome"] == "refused" and row["words"] and row["todo"], row
    assert told["steps"][-1]["step"] == "answer"

    before = len(daemon.log)
    arguments = ask(daemon, path)
    status = daemon.curl_status(*arguments)
    assert status == told["answer"]["status"]
    until(lambda: re.search(rf"refused.*status={status}\b.*reason={reason}\b",
                            daemon.log[before:]), f"{reason} in the log")


@pytest.mark.parametrize("reason, url", ONLY_EXPLAINED.items())
def test_a_url_that_is_none_is_explained(daemon, reason, url):
    told = explain(daemon, url)
    assert told["answer"] == {"status": None, "reason": reason}
    assert told["steps"][0]["todo"]


def reasons_in(*patterns):
    found = set()
    for pattern in patterns:
        for path in TOP.glob(pattern):
            if path.name.startswith("read"):
                continue
            found |= set(re.findall(r"-E_([A-Z_]+)", path.read_text(encoding="utf-8")))
    return {name.lower() for name in found}


def test_every_refusal_has_a_reason_that_explain_knows():
    """No reason that phones can meet is without a row of advice and a case here."""
    advised = {name.lower() for name in re.findall(
        r"^ADVICE\(E_(\w+)", (TOP / "include/fleet/advice.def").read_text(), re.M)}
    possible = reasons_in("src/phone/*.c", "src/fleet/admission.c", "src/fleet/redirection.c",
                          "src/redirect/fill.c", "src/redirect/chain.c", "src/http/digest*.c",
                          "src/fleet/rendition.c", "src/fleet/view.c", "src/render/*.c")
    assert possible - OF_THE_MOMENT - advised == set()
    of_dialogues = set(re.findall(r"\bwpi_[a-z]+", "".join(
        path.read_text() for path in (TOP / "tests/functional").glob("test_wpi*.py"))))
    assert advised - set(CASES) - set(ONLY_EXPLAINED) - SECOND_LOOKS - of_dialogues == \
        {"mac_id_locked", "shrink_held",  # not refusals
         "outside_window", "blackout", "schedule_unknown",  # firmware's: test_gate.py
         "notify_nowhere",  # of telling it: test_sip.py
         "wpi_not_served",  # a desk phone's, that cannot come: test_explain_wire.py
         "firmware_not_its"}  # of a directory of firmware: test_xstim.py


# -- what it tells

def test_a_document_that_is_given_is_explained(daemon):
    daemon.add_device(MAC)
    daemon.ctl("handset", "add", MAC, "029e74a501")
    told = explain(daemon)
    assert told["answer"] == {"status": 200, "reason": None}
    assert step(told, "proof")["accepted"] == ["secret"]
    assert step(told, "rendition")["state"] == "none"
    assert "had no document yet" in step(told, "interlock")["words"]
    promised = step(told, "document")["etag"]
    _, headers = daemon.curl_headers("-I", *good(daemon, PATH))
    assert headers["etag"] == promised
    daemon.fetch()
    # The first fetch makes it provisioned, and that changes what comes next.
    told = explain(daemon)
    assert step(told, "rendition")["changed"] == ["the device itself"]
    assert step(told, "interlock")["delete_not_provisioned"]
    daemon.fetch()
    told = explain(daemon)
    assert step(told, "rendition")["state"] == "current"
    assert step(told, "rendition")["given_at"]
    assert step(told, "document")["unchanged"]
    daemon.ctl("setting", "set", "fleet", "DmGlobal.0.TimeZone", "Europe/Berlin")
    daemon.ctl("setting", "set", "product:n870", "Telephony.0.ToneScheme", "Germany")
    assert step(explain(daemon), "rendition")["changed"] == \
        ["the fleet's settings", "the product's settings"]


def test_the_future_shows_operations_that_begin_and_end(daemon):
    daemon.add_device(MAC)
    start = int(time.time()) + 86400
    daemon.ctl("operation", "add", MAC, "firmware", "--start", str(start), "--url",
               "http://h.example/n870.bin")

    def written(at):
        return step(explain(daemon, MAC, "--at", str(at)), "operation")["written"]

    row = step(explain(daemon), "operation")
    assert [written(row["from"] - 1), written(row["from"]), written(row["until"] - 1),
            written(row["until"])] == [False, True, True, False]
    lengths = [step(explain(daemon, MAC, "--at", str(at)), "document")["bytes"]
               for at in (row["from"], row["until"])]
    assert lengths[0] > lengths[1]
    assert daemon.ctl("explain", MAC, "--at", "tomorrow", check=False).returncode != 0
    refused = daemon.ctl("explain", MAC, "--at", "17", check=False)
    assert b"between 2001 and 2100" in refused.stderr


def test_the_address_decides_whether_proof_is_asked(make_daemon):
    daemon = make_daemon(settings={
        "provisioning": {"open_networks": "192.0.2.0/24 2001:db8::/32"}}).start()
    daemon.add_device(MAC)
    for address, asked in (("192.0.2.7", "nothing"), ("2001:db8::1", "nothing"),
                           ("198.51.100.1", "digest"), (None, "digest")):
        told = explain(daemon, MAC, *(("--from", address) if address else ()))
        assert told["from"] == address and step(told, "proof")["asked"] == asked
    # Where no proof is asked a refusal looks like a page that is not there.
    daemon.ctl("lock", MAC)
    assert explain(daemon, MAC, "--from", "192.0.2.7")["answer"]["status"] == 404
    assert explain(daemon)["answer"]["status"] == 401
    assert b"IPv4 or IPv6" in daemon.ctl("explain", MAC, "--from", "here", check=False).stderr


def test_where_a_phone_is_sent_is_explained_without_passwords(daemon):
    register(daemon, "http://ward:geheim@h.example/%MACD.xml")
    told = explain(daemon)
    assert told["answer"] == {"status": 307, "reason": None}
    assert step(told, "redirection")["location"] == f"http://ward:********@h.example/{MAC}.xml"
    daemon.ctl("device", "set", MAC, "--product", "n870")
    assert step(explain(daemon), "proof")["accepted"] == ["secret", "url"]
    assert "geheim" not in daemon.ctl("explain", MAC) + daemon.ctl(
        "explain", f"http://ward:geheim@h.example{PATH}", "--json")


def test_more_handsets_than_the_device_takes_are_told(daemon):
    daemon.add_device(MAC)
    for number in range(3):
        daemon.ctl("handset", "add", MAC, f"029e74a50{number}")
    assert step(explain(daemon), "capacity") is None
    change(daemon, ("UPDATE device SET capacity = 2",))
    row = step(explain(daemon), "capacity")
    assert (row["outcome"], row["handsets"], row["capacity"]) == ("note", 3, 2)


def test_what_the_shrink_guard_holds_is_explained(make_daemon):
    daemon = make_daemon(settings={"provisioning": {"shrink_guard": "10% 1"}}).start()
    daemon.add_device(MAC)
    for number in range(4):
        daemon.ctl("handset", "add", MAC, f"029e74a50{number}")
    daemon.fetch()
    daemon.fetch()
    for number in range(3):
        daemon.ctl("handset", "remove", MAC, f"029e74a50{number}")
    told = explain(daemon)
    held = step(told, "shrink_guard")
    assert (held["outcome"], held["reason"], held["missing"], held["all"]) == \
        ("held", "shrink_held", 3, 4)
    assert "acknowledge" in held["todo"] and not step(told, "interlock")["delete_not_provisioned"]
    assert told["answer"] == {"status": 200, "reason": None}
    removals = [row for row in told["steps"] if row["step"] == "operation"]
    assert [(row["outcome"], row["written"]) for row in removals] == 3 * [("held", False)]
    # What is promised is what it gets: the bytes of before, less what was operations.
    promised = step(told, "document")["bytes"]
    assert len(daemon.fetch()) == promised


def test_a_document_that_cannot_be_made_leaves_the_last_one(daemon):
    daemon.add_device(MAC)
    daemon.ctl("setting", "set", "fleet", "DmGlobal.0.TimeZone", "Europe/Berlin")
    before = daemon.fetch()
    change(daemon, ("UPDATE setting SET value = ''",), ("UPDATE device SET revision = 99",))
    told = explain(daemon)
    row = step(told, "document")
    assert (row["outcome"], row["reason"]) == ("held", "text_empty")
    assert "DmGlobal.0.TimeZone" in row["words"]
    assert told["answer"] == {"status": 200, "reason": None}
    assert daemon.curl("--fail", *good(daemon, PATH)) == before


def test_the_states_of_handsets_are_explained(daemon):
    other = "7C2F80E0D606"
    daemon.add_device(MAC)
    daemon.add_device(other)
    for number in range(3):
        daemon.ctl("handset", "add", MAC, f"029e74a50{number}")
    row = step(explain(daemon), "handsets")
    assert (row["to_register"], row["registered"]) == (3, 0)
    assert row["keys_to_register"] == ["029e74a500", "029e74a501", "029e74a502"]
    daemon.fetch()
    daemon.ctl("handset", "remove", MAC, "029e74a500")
    row = step(explain(daemon), "handsets")
    assert (row["to_register"], row["registered"], row["removing"]) == (0, 2, 1)
    daemon.ctl("handset", "move", "029e74a501", other)
    waiting = step(explain(daemon, other), "handset")
    assert (waiting["outcome"], waiting["waits_for"]) == ("held", MAC)
    assert step(explain(daemon, other), "handsets")["moving"] == 1
    daemon.fetch()
    assert not step(explain(daemon, other), "handset")


def test_the_port_of_a_url_says_which_listener_is_asked(daemon):
    told = explain(daemon, daemon.url("admin", PATH))
    assert told["answer"] == {"status": 404, "reason": "no_route"}
    assert "admin does not serve phones" in told["steps"][0]["words"]
    told = explain(daemon, f"https://proxy.example{PATH}")
    assert step(told, "route")["listener"] == "phones"
    assert "only answers to phones" in daemon.ctl("explain", daemon.url("admin", "/healthz"))


def content(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return list(db.iterdump())


def test_explaining_changes_nothing(daemon):
    """Not a row, not a counter of phones; the next fetch finds the same."""
    daemon.add_device(MAC)
    daemon.ctl("handset", "add", MAC, "029e74a501")
    daemon.fetch()

    def state():
        metrics = daemon.curl(daemon.url("admin", "/metrics")).decode()
        return (content(daemon.database),
                re.findall(r"^\w*(?:fetch|redirect|cache|shrink)\w* .*$", metrics, re.M))

    before = state()
    assert len(before[1]) > 3
    for what in (MAC, AP, "7C2F80E0D6FF", "/macredirect/ap?ac=1", "/nope"):
        explain(daemon, what)
        explain(daemon, what, "--proof", "wrong")
    assert state() == before


def test_etags_are_for_admins(daemon):
    daemon.add_device(MAC)
    daemon.fetch()
    for role, is_shown in (("viewer", False), ("admin", True)):
        daemon.add_account(f"a {role}", f"{role}'s password", role, ())
        text = daemon.curl("--fail", "-u", f"a {role}:{role}'s password",
                           daemon.url("admin", f"/api/v1/explain?what={MAC}")).decode()
        assert ("etag" in text) == is_shown


# -- rehome

OLD, NEW = "http://old.example", "https://new.example:8443/p"
SERVER = "Provisioning.global.ProvisioningServer"


@pytest.fixture
def spread(make_daemon):
    """A fleet whose URLs are everywhere that URLs may be, and a mirror that nobody answers for."""
    daemon = make_daemon()
    password = daemon.directory / "password"
    password.write_text("secret\n")
    password.chmod(0o600)
    daemon.write_ini(**{"upstream maker": {"url": "http://127.0.0.1:9/", "user": "me",
                                           "password_file": password}})
    daemon.start()
    for number, url in enumerate((
            f"{OLD}/xml/%MACD.xml", "http://ward:geheim@OLD.example:80/%DVID/%MACD.xml",
            "http://old.example.org/xml/%MACD.xml", "http://old.example:8080/xml/%MACD.xml")):
        register(daemon, url, f"7C2F8000000{number}")
    daemon.ctl("device", "set", "7C2F80000000", "--product", "n870")
    daemon.ctl("setting", "set", "fleet", SERVER, f"{OLD}/xml/%MACD.xml")
    daemon.ctl("setting", "set", "device:7C2F80000000", "System.Provision.ProvisioningServer",
               "--secret-stdin", stdin="http://u:streng-geheim@old.example/x\n")
    daemon.ctl("setting", "set", "fleet", "Other.Server", f"{OLD}/elsewhere")
    daemon.ctl("provider", "set", "Daryna", "--default-url", OLD)
    daemon.ctl("activation", "add", "4711", "--url", f"{OLD}/?code=%ACTC", "--provider", "Daryna",
               "--password-stdin", stdin="12345678\n")
    return daemon


def urls(daemon):
    with contextlib.closing(sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)) as db:
        return [row[0] for row in db.execute("SELECT url FROM registration ORDER BY mac")]


def test_rehome_moves_every_url_in_one_audited_step(spread):
    def outbox():
        with contextlib.closing(sqlite3.connect(f"file:{spread.database}?mode=ro",
                                                uri=True)) as db:
            return list(db.execute("SELECT mac, action, url FROM outbox ORDER BY id"))

    before, told = content(spread.database), len(outbox())
    tried = spread.ctl("rehome", OLD, NEW, "--dry-run", json=True)
    assert {name: tried[name] for name in (
        "dry_run", "registrations", "settings", "providers", "activations",
        "told_to_upstreams")} == {"dry_run": True, "registrations": 2, "settings": 2,
                                  "providers": 1, "activations": 1, "told_to_upstreams": 4}
    assert len(tried["samples"]) == 6 and "geheim" not in str(tried)

    def kept(rows):
        return [row for row in rows if "outbox" not in row]
    assert kept(content(spread.database)) == kept(before)

    rows = len(spread.ctl("audit", "list", json=True)["audit"])
    done = spread.ctl("rehome", OLD, NEW, json=True)
    assert {**done, "dry_run": True} == tried
    assert urls(spread) == [
        f"{NEW}/xml/%MACD.xml", "https://ward:geheim@new.example:8443/p/%DVID/%MACD.xml",
        "http://old.example.org/xml/%MACD.xml", "http://old.example:8080/xml/%MACD.xml"]
    document = spread.ctl("preview", "7C2F80000000", "--reveal")
    assert f'name="{SERVER}" value="{NEW}/xml/%MACD.xml"' in document
    assert 'value="https://u:streng-geheim@new.example:8443/p/x"' in document
    assert f'value="{OLD}/elsewhere"' in document
    assert spread.ctl("provider", "list", json=True)["providers"][0]["default_url"] == NEW
    assert spread.ctl("activation", "list", json=True)["activations"][0]["url"] == \
        f"{NEW}/?code=%ACTC"
    assert [row[1:] for row in outbox()[told:]] == [
        ("deregister", f"{OLD}/xml/%MACD.xml"), ("register", f"{NEW}/xml/%MACD.xml"),
        ("deregister", "http://ward:geheim@OLD.example:80/%DVID/%MACD.xml"),
        ("register", "https://ward:geheim@new.example:8443/p/%DVID/%MACD.xml")]

    audit = spread.ctl("audit", "list", json=True)["audit"]
    # The preview with its secrets is a row of its own.
    assert [row["action"] for row in audit[:len(audit) - rows]] == ["preview.reveal", "rehome"]
    assert audit[1]["before"]["url"] == OLD and audit[1]["after"]["registrations"] == 2


@pytest.mark.parametrize("old, new, words", [
    ("http://nobody.example", NEW, "rehome_nothing"),
    ("old.example", NEW, "url_scheme"),
    (OLD, "ftp://new.example", "url_scheme"),
    (OLD, "http://", "url_host"),
    (OLD, OLD, "are the same"),
    (f"{OLD}/?x", NEW, "no query"),
    (OLD, "http://new.example/" + "p" * 1005, "text_long"),
])
def test_a_rehome_that_cannot_be_is_refused_and_changes_nothing(spread, old, new, words):
    def kept():
        return [row for row in content(spread.database) if "outbox" not in row]

    before = kept()
    for more in ((), ("--dry-run",)):
        refused = spread.ctl("rehome", old, new, *more, check=False)
        assert refused.returncode != 0 and words in refused.stderr.decode()
    assert kept() == before
    assert b"" == refused.stdout and b"geheim" not in refused.stderr


def test_phones_prove_themselves_by_the_url_that_they_were_moved_to(daemon):
    register(daemon, f"{OLD.replace('//', '//ward:geheim@')}/%MACD.xml")
    daemon.ctl("device", "set", MAC, "--product", "n870")
    url = daemon.url("phones", PATH)
    assert daemon.curl_status("--digest", "-u", "ward:geheim", url) == 200
    daemon.ctl("rehome", OLD, "http://ward:neu@new.example")
    assert daemon.curl_status("--digest", "-u", "ward:geheim", url) == 401
    assert daemon.curl_status("--digest", "-u", "ward:neu", url) == 200


# -- diff

def parameters(document):
    """A document as what is in it, with the names that diff has for it."""
    found = {}

    def put(kind, inside, name, value):
        number, key = 1, (kind, inside, name)
        while key in found:
            number += 1
            key = (kind, inside, f"{name} #{number}")
        found[key] = value

    def walk(parent, inside):
        for element in parent:
            name, value = element.get("name"), element.get("value")
            if element.tag == "param":
                put("param", inside, name, value)
            elif element.tag == "oper":
                whole = name if value is None else f"{name} {value}"
                put("oper", inside, whole, value or "")
                walk(element, whole)
            elif element.tag == "file":
                put("file", None, "", "")
                for attribute, text in element.items():
                    put("param", "file", attribute, text)
            elif element.tag == "SYMB_ITEM":
                put("param", inside, element.get("ID"), value)
            elif element.tag == "VERSION":
                put("file", inside, "VERSION", value)
            elif element.tag not in ("MAC_ADDRESS", "PROFILE_NAME") and value is not None:
                put("param", inside, element.tag, value)
            else:
                walk(element, inside)

    walk(xml.etree.ElementTree.fromstring(document), None)
    return found


def diff(daemon, *words):
    return daemon.ctl("diff", MAC, *words, json=True)


def applied(old, rows):
    new = dict(old)
    for row in rows:
        key = (row["kind"], row["in"], row["name"])
        assert new.get(key) == row["before"], row
        assert row["change"] == ("added" if row["before"] is None else
                                 "removed" if row["after"] is None else "changed"), row
        assert row["before"] != row["after"], row
        if row["after"] is None:
            del new[key]
        else:
            new[key] = row["after"]
    return new


class Edits:
    """Things that people do to a fleet; what is drawn is drawn from a seed."""

    def __init__(self, daemon, seed):
        self.daemon, self.random = daemon, random.Random(seed)
        self.handsets, self.settings, self.operations = [], [], []
        self.hours = 0

    def setting(self):
        scope = self.random.choice(["fleet", "product:n870"] + 3 * [f"device:{MAC}"])
        name = f"Random.{self.random.randrange(3)}.Name"
        words = ("setting", "set", scope, name)
        if self.random.random() < 0.5:
            self.daemon.ctl(*words, "--secret-stdin",
                            stdin=f"hidden-{self.random.randrange(5)}\n")
        else:
            self.daemon.ctl(*words, self.random.choice(["1", "<&>", '"a" \'b\'', "ü x", "2 #2"]))
        self.settings.append((scope, name))

    def unset(self):
        if self.settings:
            scope, name = self.settings.pop(self.random.randrange(len(self.settings)))
            self.daemon.ctl("setting", "unset", scope, name, check=False)

    def handset(self):
        ipui = f"029e74a{self.random.randrange(4096):03x}"
        if ipui not in self.handsets:
            self.daemon.ctl("handset", "add", MAC, ipui, "--user", str(len(self.handsets)),
                            "--sip", "pbx", "--name", f"N & {ipui}", "--password-stdin",
                            stdin=f"hidden-{ipui}\n")
            self.handsets.append(ipui)

    def remove(self):
        if self.handsets:
            ipui = self.handsets.pop(self.random.randrange(len(self.handsets)))
            self.daemon.ctl("handset", "remove", MAC, ipui, "--mode",
                            self.random.choice(["delete", "deregister"]))

    def server(self):
        self.daemon.ctl("sip", "set", "pbx", "--domain", f"{self.random.randrange(4)}.example")

    def operation(self):
        if self.operations and self.random.random() < 0.5:
            self.daemon.ctl("operation", "remove", MAC, str(self.operations.pop()))
            return
        self.hours += 1
        kind = self.random.choice([
            ("open_registration", "--start", f"+{3600 * self.hours}", "--duration", "300"),
            ("firmware", "--start", "now", "--url", "http://h.example/n870.bin")])
        answer = self.daemon.ctl("operation", "add", MAC, *kind, json=True)
        self.operations.append(answer["id"])

    def one(self):
        self.random.choice([self.setting, self.setting, self.unset, self.handset, self.handset,
                            self.remove, self.server, self.operation])()


def test_a_hundred_random_edits_applied_to_what_it_has_give_what_it_gets(make_daemon):
    daemon = make_daemon(settings={"provisioning": {"shrink_guard": "100% 1000"}}).start()
    daemon.ctl("group", "add", "ward")
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.add_device(group="ward")
    edits, kinds = Edits(daemon, 4711), set()
    assert applied({}, diff(daemon, "--reveal")["differences"]) == parameters(daemon.fetch())
    # That it was given a document changes what it gets next.
    old = parameters(daemon.fetch())
    for _ in range(100):
        edits.one()
        redacted = diff(daemon)["differences"]
        rows = diff(daemon, "--reveal")["differences"]
        kinds |= {(row["kind"], row["change"], row["is_secret"]) for row in rows}
        new = parameters(daemon.fetch())
        assert applied(old, rows) == new
        # The same rows are shown to everybody, but for what is secret.
        assert "hidden-" not in str(redacted)
        assert [{**row, "before": None, "after": None} for row in redacted] == \
            [{**row, "before": None, "after": None} for row in rows]
        assert all(row in redacted for row in rows if not row["is_secret"])
        # What was carried may end, and is not a change by anybody: it has that now, too.
        old = parameters(daemon.fetch())
    assert kinds >= {("oper", "added", False), ("oper", "removed", False)} | {
        ("param", how, secret) for how in ("added", "changed", "removed")
        for secret in (False, True)}
    actions = [row["action"] for row in daemon.ctl("audit", "list", json=True)["audit"]]
    assert actions.count("diff.reveal") == 101


@pytest.mark.parametrize("product, name", [
    ("maxwell3", "Some.Parameter"), ("n510", "BS_IP_Data1.ucB_SOMETHING"),
    ("n720", "BS_IP_Data1.ucB_SOMETHING"), ("de410", "S_SOMETHING")])
def test_a_diff_is_of_parameters_whatever_the_format(daemon, product, name):
    daemon.add_device(product=product)
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    old = parameters(daemon.fetch())
    for edit, stdin in (
            (("line", "add", MAC, "--user", "1001", "--sip", "pbx", "--password-stdin"),
             "hidden-word\n"),
            (("setting", "set", "fleet", name, "17"), None),
            (("setting", "set", "fleet", name, "18"), None),
            (("sip", "set", "pbx", "--domain", "other.example.net"), None),
            (("setting", "unset", "fleet", name), None),
            (("line", "remove", MAC, "1"), None)):
        daemon.ctl(*edit, stdin=stdin)
        rows = diff(daemon, "--reveal")["differences"]
        assert rows and all(row["kind"] in ("param", "file") for row in rows), rows
        assert "hidden-" not in str(diff(daemon))
        new = parameters(daemon.fetch())
        assert applied(old, rows) == new
        old = new


def test_a_diff_of_a_file_that_is_kept_tells_that_it_changes(daemon):
    raw("host = %{Some.Host}\npassword = %{Some.Word}\n")(daemon)
    daemon.ctl("setting", "set", "fleet", "Some.Host", "a.example")
    daemon.ctl("setting", "set", "fleet", "Some.Word", "--secret-stdin", stdin="hidden-word\n")
    before = daemon.fetch().decode()
    daemon.ctl("setting", "set", "fleet", "Some.Host", "b.example")
    row, = diff(daemon)["differences"]
    assert (row["change"], row["kind"], row["is_secret"]) == ("changed", "document", True)
    assert "hidden-word" not in str(row)
    row, = diff(daemon, "--reveal")["differences"]
    assert (row["before"], row["after"]) == (before, daemon.fetch().decode())


def test_a_diff_tells_where_a_value_comes_from_and_hides_secrets(daemon):
    daemon.ctl("group", "add", "ward")
    daemon.add_device(group="ward")
    daemon.ctl("setting", "set", "fleet", "DmGlobal.0.TimeZone", "Europe/Berlin")
    daemon.fetch()
    assert diff(daemon)["differences"] == []
    daemon.ctl("setting", "set", "group:ward", "DmGlobal.0.TimeZone", "Europe/Vienna")
    daemon.ctl("setting", "set", f"device:{MAC}", "WebUIAccounts.1.Password", "--secret-stdin",
               stdin="hidden-web-password\n")
    assert diff(daemon)["differences"] == [
        {"change": "changed", "kind": "param", "in": None, "name": "DmGlobal.0.TimeZone",
         "before": "Europe/Berlin", "after": "Europe/Vienna", "is_secret": False,
         "scope": "group:ward", "what": None},
        {"change": "added", "kind": "param", "in": None, "name": "WebUIAccounts.1.Password",
         "before": None, "after": "********", "is_secret": True, "scope": f"device:{MAC}",
         "what": None}]
    assert "Europe/Vienna" in daemon.ctl("diff", MAC)
    daemon.fetch()
    daemon.ctl("setting", "set", f"device:{MAC}", "WebUIAccounts.1.Password", "--secret-stdin",
               stdin="hidden-other-password\n")
    # That it changed shows; what it was and is does not.
    row, = diff(daemon)["differences"]
    assert (row["change"], row["before"], row["after"]) == ("changed", "********", "********")
    row, = diff(daemon, "--reveal")["differences"]
    assert (row["before"], row["after"]) == ("hidden-web-password", "hidden-other-password")


def test_a_diff_shows_what_the_shrink_guard_holds_back(make_daemon):
    daemon = make_daemon(settings={"provisioning": {"shrink_guard": "10% 1"}}).start()
    daemon.add_device(MAC)
    for number in range(4):
        daemon.ctl("handset", "add", MAC, f"029e74a50{number}")
    daemon.fetch()
    daemon.fetch()
    assert b"nothing_held" in daemon.ctl("diff", MAC, "--held", check=False).stderr
    for number in range(3):
        daemon.ctl("handset", "remove", MAC, f"029e74a50{number}")
    # It keeps its handsets, so it must not be told that all others go.
    assert [(row["change"], row["name"]) for row in diff(daemon)["differences"]] == \
        [("removed", "DeleteNotProvisionedHS")]
    held = [row["name"] for row in diff(daemon, "--held")["differences"]
            if row["change"] == "removed" and row["kind"] == "oper"]
    assert {f"add_hs 029e74a50{number}" for number in range(3)} <= set(held)
    assert "acknowledge" in daemon.ctl("diff", MAC)


def test_only_admins_see_secrets_in_a_diff(daemon):
    daemon.add_device(MAC)
    daemon.add_account("vera", "vera's password", "viewer", ())
    url = daemon.url("admin", f"/api/v1/devices/{MAC}/diff")
    login = ("-u", "vera:vera's password")
    assert daemon.curl_status(*login, url) == 200
    assert daemon.curl_status(*login, f"{url}?reveal=1") == 403
    assert daemon.ctl("diff", "7C2F80E0D6FF", check=False).returncode != 0
