# SPDX-License-Identifier: MIT
"""How far desk phones are believed: networks, addresses, enrolment, and the secure mode."""

import base64
import contextlib
import datetime
import http.client
import re
import sqlite3
import ssl
import urllib.parse

import pytest

from desk_orders import OrderedPhone
from gigaprov import run, until
from openstage import MAC, PATH, Answer, Phone

SERVER = ["pbx", "--domain", "pbx.example.net", "--registrar", "reg.example.net"]
PASSWORD = "hush hush"
NOW = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.timezone.utc)
LISTENERS = {
    "admin": {"port": 0, "serves": "rpc api metrics"},
    "desk": {"port": 0, "serves": "wpi", "tls_cert": "own", "tls_legacy": "yes"},
    "secure": {"port": 0, "serves": "wpi", "tls_cert": "own", "tls_client_ca": "own"},
}


class TrustedPhone(Phone):
    """Goes into secure mode when it is told to, and calls from an address of its own."""

    def __init__(self, daemon, *words, address="127.0.0.1", **more):
        super().__init__(daemon, *words, **more)
        self.address, self.port, self.context = address, "desk", None

    def connect(self):
        context = self.context or ssl._create_unverified_context()
        return http.client.HTTPSConnection("127.0.0.1", self.daemon.ports[self.port], timeout=60,
                                           context=context, source_address=(self.address, 0))

    def write(self, answer):
        complaints = super().write(answer)
        if "dls-client-certificate" in answer.values and not complaints:
            self.take_certificate(answer.values)
        return complaints

    def take_certificate(self, items):
        """openssl opens what the daemon has packed."""
        directory = self.daemon.directory
        (directory / "phone.p12").write_bytes(base64.b64decode(items["dls-client-certificate"],
                                                               validate=True))
        pem = run("openssl", "pkcs12", "-in", directory / "phone.p12", "-passin", "pass:",
                  "-nodes").stdout
        assert pem.count(b"BEGIN CERTIFICATE") == 2 and pem.count(b"BEGIN PRIVATE KEY") == 1
        (directory / "phone.pem").write_bytes(pem)
        authorities = "".join(value for name, value in sorted(items.items())
                              if name.startswith("dls-server-ca"))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.load_verify_locations(cadata=authorities)
        self.context.load_cert_chain(directory / "phone.pem")
        assert int(items["dls-secure-port"]) == self.daemon.ports["secure"]

    def go_secure(self):
        """What it does after CleanUp: another port, another connection."""
        self.port, self.connection, self.cookie = "secure", None, None


def trusting(make_daemon, at=None, **wpi):
    daemon = make_daemon(settings={"wpi": wpi} if wpi else None, listeners=LISTENERS)
    if at:
        daemon.set_clock(at)
    daemon.start()
    daemon.ctl("device", "add", MAC, "--product", "openstage60")
    daemon.ctl("sip", "add", *SERVER)
    daemon.ctl("line", "add", MAC, "--user", "4242", "--sip", "pbx", "--password-stdin",
               stdin=PASSWORD)
    return daemon


def face(phone, reason="start-up", nonce="AB12"):
    """All that a phone can see of an answer, less the date."""
    status, headers, body = phone.post(phone.message(reason, phone.basic(), nonce=nonce))
    return status, [pair for pair in headers if pair[0] != "Date"], body


def stranger(daemon, **more):
    return face(TrustedPhone(daemon, "0001E3000001", **more))


def audited(daemon):
    return [row["action"] for row in daemon.ctl("audit", "list", "--object", f"device:{MAC}",
                                                json=True)["audit"]]


def trust(daemon):
    return daemon.ctl("wpi", "trust", MAC, json=True)


# -- a service with two commands


def test_a_certificate_of_our_own_needs_nothing_but_the_ini(make_daemon):
    daemon = trusting(make_daemon)
    assert TrustedPhone(daemon).boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    authority = daemon.state_dir / "wpi-authority.pem"
    names = [authority, daemon.state_dir / "wpi-authority.sealed", daemon.state_dir / "tls-desk.pem"]
    assert [name.stat().st_mode & 0o777 for name in names] == [0o600] * 3
    shown = run("openssl", "verify", "-CAfile", authority, "-purpose", "sslserver",
                daemon.state_dir / "tls-desk.pem").stdout
    assert b": OK" in shown
    before = [name.read_bytes() for name in names]
    daemon.restart()
    assert [name.read_bytes() for name in names] == before
    url = daemon.url("desk", "/nothing").replace("http://", "https://")
    assert daemon.curl_status("--cacert", authority, url) == 404


def test_a_certificate_in_its_last_year_is_made_anew_and_the_authority_is_not(make_daemon):
    daemon = make_daemon(listeners=LISTENERS)
    daemon.set_clock(NOW)
    daemon.start()
    names = [daemon.state_dir / name for name in ("tls-desk.pem", "wpi-authority.pem")]
    before = [name.read_bytes() for name in names]
    daemon.stop()
    daemon.set_clock(NOW + datetime.timedelta(days=9.5 * 365))
    daemon.start()
    after = [name.read_bytes() for name in names]
    assert after[0] != before[0] and after[1] == before[1]


def test_an_authority_that_was_sealed_with_another_key_is_an_error(make_daemon):
    daemon = make_daemon(listeners=LISTENERS)
    daemon.start()
    daemon.stop()
    for name in (daemon.directory / "secret.key", daemon.database):
        name.unlink()
    daemon.spawn()
    assert daemon.wait() != 0
    assert "wpi-authority.sealed" in daemon.log and "another key" in daemon.log


# -- networks and addresses


def test_phones_from_elsewhere_see_what_strangers_see(make_daemon):
    daemon = trusting(make_daemon, networks="127.0.0.2")
    assert face(TrustedPhone(daemon)) == stranger(daemon)
    assert "reason=wpi_network" in daemon.log
    assert TrustedPhone(daemon, address="127.0.0.2").boot()[-1] == "CleanUp"
    assert PASSWORD not in daemon.log


def test_a_phone_is_bound_to_the_address_of_its_first_call_until_it_is_released(make_daemon):
    daemon = trusting(make_daemon, bind="address")
    home, away = TrustedPhone(daemon, address="127.0.0.5"), TrustedPhone(daemon)
    assert home.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    assert trust(daemon)["address"] == "127.0.0.5" and trust(daemon)["bound_at"]
    assert face(away) == stranger(daemon)
    assert "reason=wpi_address" in daemon.log
    daemon.restart()
    home.connection = away.connection = None
    assert away.contact().action == "CleanUp" and home.contact().action == "ReadAllItems"
    daemon.ctl("wpi", "release", MAC)
    assert away.boot()[0] == "ReadAllItems"
    assert trust(daemon)["address"] == "127.0.0.1"
    assert home.contact().action == "CleanUp"
    assert audited(daemon)[:3] == ["wpi.bind", "wpi.release", "wpi.bind"]


def test_a_reply_from_elsewhere_is_none(make_daemon):
    daemon = trusting(make_daemon, bind="address")
    home = TrustedPhone(daemon, address="127.0.0.5")
    thief = TrustedPhone(daemon)
    assert home.contact().action == "ReadAllItems"
    thief.cookie = home.cookie
    assert thief.reply("ReadAllItems", thief.all_items()).action == "CleanUp"


# -- enrolment


def test_secrets_are_told_once_in_the_time_that_enrolment_opens(make_daemon):
    daemon = trusting(make_daemon, secrets="enrolment")
    phone = TrustedPhone(daemon)
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    assert phone.items["e164"] == "4242" and "sip-pwd" not in phone.items
    assert not daemon.ctl("device", "show", MAC, json=True)["provisioned_at"]
    assert "until it is enrolled" in daemon.log
    daemon.ctl("wpi", "enrol", MAC)
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    assert phone.items["sip-pwd"] == PASSWORD
    assert trust(daemon)["told_to"] == "127.0.0.1" and trust(daemon)["taken_at"]
    assert daemon.ctl("device", "show", MAC, json=True)["provisioned_at"]
    # Somebody else who has none, at the same address even, gets none, though the time is not over.
    for address in ("127.0.0.1", "127.0.0.5"):
        other = TrustedPhone(daemon, address=address)
        other.boot()
        assert other.items["e164"] == "4242" and "sip-pwd" not in other.items
    daemon.ctl("wpi", "enrol", MAC)
    other.boot()
    assert other.items["sip-pwd"] == PASSWORD
    assert audited(daemon)[:2] == ["wpi.tell_secrets", "wpi.enrol"]
    assert PASSWORD not in daemon.log + daemon.ctl("audit", "list")


def test_secrets_that_were_not_taken_go_to_the_same_address_only(make_daemon):
    daemon = trusting(make_daemon, secrets="enrolment")
    daemon.ctl("wpi", "enrol", MAC)
    phone = TrustedPhone(daemon)
    phone.contact()
    assert phone.reply("ReadAllItems", phone.all_items()).values["sip-pwd"] == PASSWORD
    busy = phone.reply("WriteItems", status="busy")
    assert busy.action == "CleanUp" and busy.values == {"send-solicited": "true"}
    other = TrustedPhone(daemon, address="127.0.0.5")
    other.boot()
    assert "sip-pwd" not in other.items
    phone.boot("solicited")
    assert phone.items["sip-pwd"] == PASSWORD


def test_enrolment_ends_with_its_time(make_daemon):
    daemon = trusting(make_daemon, at=NOW, secrets="enrolment")
    daemon.ctl("wpi", "enrol", MAC, "--minutes", "10")
    daemon.set_clock(NOW + datetime.timedelta(minutes=10))
    phone = TrustedPhone(daemon)
    phone.boot()
    assert "sip-pwd" not in phone.items
    daemon.ctl("wpi", "enrol", MAC, "--minutes", "10")
    daemon.ctl("wpi", "enrol", MAC, "--minutes", "0")
    phone.boot()
    assert "sip-pwd" not in phone.items
    daemon.ctl("wpi", "enrol", MAC)
    phone.boot()
    assert phone.items["sip-pwd"] == PASSWORD


# -- secure mode


@pytest.fixture
def secured(make_daemon):
    """A daemon, and a phone that is in secure mode."""
    daemon = trusting(make_daemon, secrets="enrolment")
    phone = TrustedPhone(daemon)
    daemon.ctl("wpi", "secure", MAC)
    assert phone.boot() == ["WriteItems", "CleanUp"]
    phone.go_secure()
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    return daemon, phone


def test_a_phone_is_put_into_secure_mode(make_daemon):
    daemon = trusting(make_daemon, secrets="enrolment", bind="address")
    phone = TrustedPhone(daemon)
    shown = daemon.ctl("wpi", "secure", MAC, json=True)
    assert shown["mode"] == "ordered" and shown["next_certificate"] and not shown["certificate"]
    assert phone.boot() == ["WriteItems", "CleanUp"]
    given = phone.writes[0]
    assert list(given) == ["goto-secure-mode", "dls-client-certificate", "dls-server-ca[0]",
                           "dls-secure-port"]
    assert given["goto-secure-mode"] == "nopin"
    assert given["dls-server-ca[0]"].strip() == \
        (daemon.state_dir / "wpi-authority.pem").read_text().strip()
    assert trust(daemon)["mode"] == "ordered" and trust(daemon)["given_to"] == "127.0.0.1"
    # Until it has called with the certificate, it may call without.
    phone.go_secure()
    phone.address = "127.0.0.5"
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    assert phone.items["sip-pwd"] == PASSWORD
    state = trust(daemon)
    assert state["mode"] == "secure" and state["certificate"] == shown["next_certificate"]
    assert state["certificate_until"] > NOW.timestamp() + 9 * 365 * 86400
    assert not state["next_certificate"]
    # What it was given is nowhere any more.
    with contextlib.closing(sqlite3.connect(f"file:{daemon.database}?mode=ro", uri=True)) as db:
        assert db.execute("SELECT next_pkcs12 FROM wpi_trust").fetchall() == [(None,)]
    assert audited(daemon)[:4] == ["wpi.secured", "wpi.give_certificate", "wpi.bind", "wpi.secure"] or \
        audited(daemon)[:4] == ["wpi.secured", "wpi.bind", "wpi.give_certificate", "wpi.secure"]
    everything = daemon.log + daemon.ctl("audit", "list", json=False)
    assert given["dls-client-certificate"][100:160] not in everything


def test_without_its_certificate_it_sees_what_strangers_see(secured):
    daemon, phone = secured
    weak = TrustedPhone(daemon)
    assert face(weak) == stranger(daemon)
    assert "reason=wpi_weak" in daemon.log
    naked = TrustedPhone(daemon)
    naked.port = "secure"
    assert face(naked) == stranger(daemon)
    assert "reason=wpi_certificate" in daemon.log
    assert phone.boot() == ["ReadAllItems", "CleanUp"]


def test_a_certificate_of_somebody_else_is_none(secured, make_daemon):
    daemon, phone = secured
    other = TrustedPhone(daemon, "0001E3000002")
    daemon.ctl("device", "add", "0001E3000002", "--product", "openstage40")
    other.port, other.context = "secure", phone.context
    assert other.contact().action == "CleanUp"
    # One that another authority has made for the same MAC.
    foreign = make_daemon("foreign", listeners=LISTENERS).start()
    foreign.ctl("device", "add", MAC, "--product", "openstage60")
    foreign.ctl("wpi", "secure", MAC)
    theirs = TrustedPhone(foreign)
    theirs.boot()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(foreign.directory / "phone.pem")
    thief = TrustedPhone(daemon)
    thief.port, thief.context = "secure", context
    assert face(thief) == stranger(daemon)


def test_a_certificate_that_was_taken_back_is_none(secured):
    daemon, phone = secured
    shown = daemon.ctl("wpi", "insecure", MAC, json=True)
    assert shown["mode"] == "default" and not shown["certificate"]
    assert phone.contact().action == "CleanUp"
    reset = TrustedPhone(daemon)
    assert reset.boot()[0] == "ReadAllItems" and "sip-pwd" not in reset.items
    daemon.ctl("wpi", "secure", MAC)
    assert reset.boot() == ["WriteItems", "CleanUp"]
    reset.go_secure()
    assert reset.boot()[-1] == "CleanUp" and trust(daemon)["mode"] == "secure"
    assert phone.contact().action == "CleanUp"


def test_a_device_that_is_removed_takes_its_certificate_along(secured):
    daemon, phone = secured
    daemon.ctl("device", "remove", MAC, "--force")
    daemon.ctl("device", "add", MAC, "--product", "openstage60")
    assert phone.contact().action == "CleanUp"
    assert trust(daemon)["mode"] == "default"


def test_a_new_certificate_takes_the_place_of_the_last_when_it_is_shown(secured):
    daemon, phone = secured
    old = phone.context
    first = trust(daemon)["certificate"]
    assert daemon.ctl("wpi", "secure", MAC, json=True)["mode"] == "renewing"
    assert phone.boot() == ["WriteItems", "CleanUp"]
    assert "goto-secure-mode" not in phone.writes[-1]
    assert trust(daemon)["certificate"] == first
    new = phone.context
    phone.context, phone.connection = old, None
    assert phone.contact().action == "ReadAllItems"
    phone.context, phone.connection = new, None
    assert phone.contact().action == "ReadAllItems"
    assert trust(daemon)["certificate"] not in (first, None)
    phone.context, phone.connection = old, None
    assert phone.contact().action == "CleanUp"


def test_an_expired_certificate_is_none(make_daemon):
    daemon = trusting(make_daemon, at=NOW, certificate_days="30")
    phone = TrustedPhone(daemon)
    daemon.ctl("wpi", "secure", MAC)
    phone.boot()
    phone.go_secure()
    assert phone.boot()[0] == "ReadAllItems"
    daemon.set_clock(NOW + datetime.timedelta(days=29))
    assert phone.contact().action == "ReadAllItems"
    daemon.set_clock(NOW + datetime.timedelta(days=31))
    assert phone.contact().action == "CleanUp"


def test_a_phone_that_refuses_stays_where_it_is(make_daemon):
    daemon = trusting(make_daemon)
    phone = TrustedPhone(daemon)
    phone.refuses = {"dls-client-certificate": "invalid data"}
    daemon.ctl("wpi", "secure", MAC)
    assert phone.boot() == ["WriteItems", "CleanUp"]
    assert trust(daemon)["mode"] == "ordered"
    # It is not asked again at once, and works as ever.
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]


def test_a_busy_phone_is_asked_again(make_daemon):
    daemon = trusting(make_daemon)
    phone = TrustedPhone(daemon)
    daemon.ctl("wpi", "secure", MAC)
    assert phone.contact().action == "WriteItems"
    assert phone.reply("WriteItems", status="busy").action == "CleanUp"
    assert phone.boot("solicited") == ["WriteItems", "CleanUp"]


def test_a_certificate_is_given_in_time_and_to_one_address_only(make_daemon):
    daemon = trusting(make_daemon)
    daemon.ctl("wpi", "secure", MAC, "--minutes", "0")
    assert TrustedPhone(daemon).contact().action == "ReadAllItems"
    daemon.ctl("wpi", "secure", MAC)
    assert TrustedPhone(daemon, address="127.0.0.5").contact().action == "WriteItems"
    assert TrustedPhone(daemon).contact().action == "ReadAllItems"


def test_what_cannot_be_done_is_said(make_daemon):
    daemon = make_daemon(listeners={name: LISTENERS[name] for name in ("admin", "desk")})
    daemon.start()
    daemon.ctl("device", "add", MAC, "--product", "openstage60")
    daemon.ctl("device", "add", "7C2F80E0D605", "--product", "n870")
    failed = daemon.ctl("wpi", "secure", MAC, check=False)
    assert failed.returncode != 0 and b"tls_client_ca = own" in failed.stderr
    for words in (["enrol", "7C2F80E0D605"], ["enrol", "7C2F80E0D699"],
                  ["enrol", MAC, "--minutes", "-1"], ["enrol", MAC, "--minutes", "99999"],
                  ["release", "7C2F80E0D699"], ["insecure", "no MAC"]):
        assert daemon.ctl("wpi", *words, check=False).returncode != 0
    assert trust(daemon)["mode"] == "default" and audited(daemon) == ["device.add"]


def test_scans_for_desk_phones_are_told(make_daemon):
    daemon = make_daemon(settings={"limits": {"unknown_macs_per_minute": 5}}, listeners=LISTENERS)
    daemon.set_clock(NOW)
    daemon.start()
    for number in range(8):
        assert TrustedPhone(daemon, f"0001E3{number:06X}").contact().action == "CleanUp"
    until(lambda: "many unknown MACs" in daemon.log, "the warning")
    assert len(re.findall("many unknown MACs", daemon.log)) == 1


def step(answer, name):
    return next(step for step in answer["steps"] if step["step"] == name)


def test_explain_tells_why_a_phone_would_be_sent_away(make_daemon):
    daemon = trusting(make_daemon, networks="127.0.0.0/8", bind="address", secrets="enrolment")
    # Before its first call, nobody knows from where it calls.
    assert step(daemon.ctl("explain", MAC, json=True), "trust")["outcome"] == "note"
    TrustedPhone(daemon, address="127.0.0.2").boot()

    def explained(*words, what=MAC):
        answer = daemon.ctl("explain", what, *words, json=True)
        assert answer["answer"]["status"] == 200
        return answer["answer"]["reason"], step(answer, "trust")["reason"]

    assert explained() == (None, None)
    withheld = step(daemon.ctl("explain", MAC, json=True), "secrets")
    assert withheld["reason"] == "wpi_withheld" and "wpi enrol" in withheld["todo"]
    assert explained("--from", "192.0.2.7") == ("wpi_network",) * 2
    assert explained("--from", "127.0.0.3") == ("wpi_address",) * 2
    url = daemon.url("desk", PATH).replace("http://", "https://")
    assert explained("--as", MAC, "--from", "127.0.0.3", what=url) == ("wpi_address",) * 2
    daemon.ctl("wpi", "enrol", MAC)
    assert step(daemon.ctl("explain", MAC, json=True), "secrets")["outcome"] == "ok"
    assert "--as MAC" in daemon.ctl("explain", url)


def test_explain_takes_a_phone_in_secure_mode_at_its_word_or_not(secured):
    daemon, _ = secured

    def reason(*words):
        return daemon.ctl("explain", MAC, *words, json=True)["answer"]["reason"]

    assert reason() is None
    assert reason("--proof", "none") == "wpi_weak"
    assert reason("--proof", "wrong") == "wpi_certificate"


def dcmp(phone, mac=MAC):
    connection = phone.connect()
    connection.request("GET", f"/dcmp/contact-me?device-id={mac}")
    reply = connection.getresponse()
    body, headers = reply.read(), [pair for pair in reply.getheaders() if pair[0] != "Date"]
    connection.close()
    return reply.status, headers, body


def test_dcmp_tells_nothing_to_whom_the_phone_cannot_be(make_daemon):
    daemon = trusting(make_daemon, networks="127.0.0.0/30", bind="address")
    home, moved, outside = (TrustedPhone(daemon, address=f"127.0.0.{n}") for n in (2, 3, 9))
    home.boot()
    daemon.ctl("wpi", "restart", MAC)
    assert dcmp(home)[0] == 202
    # The same bytes as of a MAC that nobody has.
    assert dcmp(moved) == dcmp(outside) == dcmp(home, "0001E3000001")
    assert dcmp(home, "0001E3000001")[0] == 200
    daemon.ctl("wpi", "release", MAC)
    assert dcmp(moved)[0] == 202 and dcmp(outside)[0] == 200


def test_a_link_to_a_file_leads_nowhere_from_elsewhere(make_daemon):
    daemon = trusting(make_daemon, networks="127.0.0.0/30", bind="address")
    phone = OrderedPhone(daemon)
    phone.boot()
    (daemon.directory / "a.png").write_bytes(b"picture")
    daemon.ctl("wpi", "file", "add", daemon.directory / "a.png", "--type", "PIC")
    daemon.ctl("wpi", "file", "deploy", MAC, "a.png")
    phone.boot("solicited")
    path = urllib.parse.urlsplit(phone.orders[-1][1]["file-https-base-url"]).path

    def fetch(address, target):
        connection = TrustedPhone(daemon, address=address).connect()
        connection.request("GET", target)
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        return reply.status, body

    assert fetch("127.0.0.1", path) == (200, b"picture")
    assert fetch("127.0.0.2", path) == fetch("127.0.0.9", path) == fetch("127.0.0.1", "/file/x/a.png")
    assert fetch("127.0.0.2", path)[0] == 404


def test_the_status_tells_what_is_open_and_what_ends(make_daemon):
    daemon = trusting(make_daemon, at=NOW, certificate_days="120")
    phone = TrustedPhone(daemon)
    daemon.ctl("wpi", "secure", MAC)
    phone.boot()
    phone.go_secure()
    phone.boot()
    assert "certificates of" not in daemon.ctl("status")
    daemon.set_clock(NOW + datetime.timedelta(days=31))
    assert "certificates of 1 desk phones" in daemon.ctl("status")
    # On loopback nobody else can claim anything.
    assert "whoever claims the MAC" not in daemon.ctl("status")
    daemon.stop()
    daemon.listeners = {**LISTENERS, "desk": {**LISTENERS["desk"], "address": "0.0.0.0"}}
    daemon.write_ini()
    daemon.start()
    assert "whoever claims the MAC" in daemon.ctl("status")
    daemon.write_ini(wpi={"networks": "127.0.0.0/8"})
    daemon.reload()
    assert "whoever claims the MAC" not in daemon.ctl("status")
