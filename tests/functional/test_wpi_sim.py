# SPDX-License-Identifier: MIT
"""The simulated desk phone, held against dialogues of the manufacturer's guide.

Its other side is a service in Python that knows no more than they do: what the two agree about, the
daemon is held against in test_wpi_sim_daemon.py.
"""

import contextlib
import hashlib
import pathlib
import re
import tempfile
import urllib.parse
import urllib.request

import pytest

from gigaprov import BUILD, run, until
from simulated import FIRST, finish, phones, start
from wpi_service import Service, answer, certificate

WANTED = {("reg-addr", None): "192.168.1.5", ("sip-user-id", None): "4242",
          ("sip-pwd", None): "s<cr&t", ("function-key-def", 1): "31",
          ("key-label-unicode", 1): "Müller & Söhne"}
EXPECTED = [word for (name, index), value in WANTED.items()
            for word in ("--expect", f"{name}{'' if index is None else f'[{index}]'}={value}")]


@pytest.fixture(name="directory")
def directory_of_a_test():
    with tempfile.TemporaryDirectory(prefix="gigaprov-") as name:
        yield pathlib.Path(name)


@pytest.fixture(name="trust", scope="module")
def certificate_of_all():
    with tempfile.TemporaryDirectory(prefix="gigaprov-") as name:
        yield certificate(pathlib.Path(name))


@pytest.fixture(name="serve")
def serve_plays(trust):
    """serve(play): a running service, whose own assertions are looked at in the end."""
    with contextlib.ExitStack() as stack:
        made = []

        def serve(play, files=None):
            made.append(stack.enter_context(Service(trust, play, files)))
            return made[-1]

        yield serve
    for service in made:
        assert not service.failures, service.failures


def differing(items, limit):
    """What is to be written to a phone that has told these items."""
    wrong = [(name, index, value) for (name, index), value in WANTED.items()
             if items.get((name, index)) != value]
    return wrong[:limit]


def configuring(said, session):
    """Section 4 of the guide: reads all, writes what differs, in as many messages as it takes."""
    if said.reason in ("start-up", "solicited", "local-changes"):
        return "ReadAllItems"
    if said.reason != "reply-to" or said.status in ("busy", "failed"):
        return ("CleanUp", [("send-solicited", None, "true")]) if said.status == "busy" else "CleanUp"
    if said.action == "ReadAllItems":
        items = session.setdefault("items", {})
        for key, value in said.values.items():
            assert key not in items, f"{key} was told twice"
            items[key] = value
        if said.fragment == "next":
            return "GetNextFragment"
        session["left"] = differing(items, None)
    else:
        assert said.action == "WriteItems", said.action
    most = len(WANTED) if said.max_items in (None, "-1") else int(said.max_items)
    now, session["left"] = session["left"][:most], session["left"][most:]
    return ("WriteItems", now) if now else "CleanUp"


# -- the flows of the guide


def test_a_start_up_is_the_dialogue_of_the_guide(serve):
    service = serve(lambda said, _: "ReadAllItems" if said.reason == "start-up" else "CleanUp")
    done = phones(service.url, "--mac", "0001E300A9F3", "--model", "OpenStage 60",
                  "--software-version", "V2 R2.30.0", "--item", "e164=49897223290")
    assert done.code == 0 and done.configured == 1 and done.messages == 2, done.text()
    first, second = service.said
    assert (first.reason, first.action, first.status, first.fragment) == \
        ("start-up", None, None, None)
    assert first.max_items == "-1" and first.cookie is None
    assert first.values[("device-type", None)] == "OpenStage 60"
    assert first.values[("software-version", None)] == "V2 R2.30.0"
    assert first.values[("mac-addr", None)] == "00:01:E3:00:A9:F3"
    assert first.values[("e164", None)] == "49897223290"
    assert first.statuses == {("user-pwd-unicode", None): "failed"}
    assert (second.reason, second.action, second.status, second.fragment) == \
        ("reply-to", "ReadAllItems", "accepted", "final")
    assert second.cookie == "JSESSIONID=" + "1".rjust(32, "0")
    assert second.nonce != first.nonce
    assert ("feature-availability", 0) in second.values
    assert second.connection == first.connection
    assert not any("pwd" in name for name, _ in second.values)


def test_what_is_written_is_kept_and_told(serve, directory):
    service = serve(configuring)
    done = phones(service.url, "--state", directory / "phones", *EXPECTED)
    assert done.code == 0 and done.written == len(WANTED), done.text()
    assert service.said[-1].items == []
    again = phones(service.url, "--state", directory / "phones", *EXPECTED)
    # the password is not told, so it is written again; the rest is as it should be
    assert again.written == 1, again.text()


def test_local_changes_come_with_the_changes_from_v2_r2_on(serve):
    service = serve(lambda said, _: "CleanUp")
    for version, attached in (("V2 R1.10.0", False), ("V2 R2.30.0", True), ("V3 R5.12.0", True)):
        done = phones(service.url, "--flow", "local-changes", "--change", "dhcp=false", "--change",
                      "key-label-unicode[2]=Hier", "--software-version", version)
        assert done.code == 0, done.text()
        said = service.said[-1]
        assert said.reason == "local-changes"
        assert said.values[("configuration-changed-flag", None)] == "true"
        assert said.values.get(("configuration-attached-flag", None)) == ("true" if attached else None)
        assert said.values.get(("key-label-unicode", 2)) == ("Hier" if attached else None)


def test_items_that_are_asked_for_are_told(serve):
    asked = [("reg-addr", None, ""), ("reg-port", None, ""), ("no-such-item", None, "")]
    service = serve(lambda said, _: ("ReadItems", asked) if said.reason == "solicited"
                    else "CleanUp")
    done = phones(service.url, "--flow", "solicited", "--item", "reg-addr=192.168.1.117")
    assert done.code == 0, done.text()
    said = service.said[-1]
    assert (said.action, said.fragment) == ("ReadItems", "final")
    assert said.values == {("reg-addr", None): "192.168.1.117", ("reg-port", None): "5060"}
    assert said.statuses == {("no-such-item", None): "unknown item"}


def test_inventory_changes_and_a_status_carry_what_they_are_about(serve):
    service = serve(lambda said, _: "CleanUp")
    assert phones(service.url, "--flow", "inventory-changes", "--flow", "status").code == 0
    assert service.said[0].values[("key-modules", None)] == "1"
    assert service.said[1].values[("file-deployment-status", None)] == "ok"
    assert all(("mac-addr", None) in said.values for said in service.said)


def test_a_phone_can_end_a_dialogue(serve):
    service = serve(configuring)
    assert phones(service.url, "--flow", "clean-up").code == 0
    assert [said.reason for said in service.said] == ["start-up", "clean-up"]
    assert service.said[1].values == {("cleanup-reason", None): "ended by hand"}


def test_a_file_is_fetched_and_reported(serve):
    bell = b"RIFF" + bytes(5000)

    def play(said, _):
        url = f"https://127.0.0.1:{service.port}/media/bell.wav"
        if said.reason == "start-up":
            return "FileDeployment", [("file-type", None, "RINGTONE"),
                                      ("file-https-base-url", None, url)]
        return "CleanUp" if said.reason == "status" else "ReadAllItems"

    service = serve(play, {"/media/bell.wav": bell})
    done = phones(service.url, "--sha256", hashlib.sha256(bell).hexdigest())
    assert done.code == 0, done.text()
    assert [said.reason for said in service.said] == ["start-up", "status"]
    values = service.said[1].values
    assert values[("file-deployment-name", None)] == "bell.wav"
    assert values[("file-deployment-type", None)] == "RINGTONE"
    assert values[("file-deployment-status", None)] == "ok"
    del service.files["/media/bell.wav"]
    done = phones(service.url)
    assert done.code == 1
    assert service.said[-1].values[("file-deployment-status", None)] == "failed"


def test_several_files_are_not_reported_but_told(serve):
    def play(said, _):
        url = f"https://127.0.0.1:{service.port}/"
        if said.reason == "start-up":
            return "FileDeployment", [
                item for index, name in ((1, "a.png"), (2, "b.png")) for item in (
                    ("file-action", index, "deploy"), ("file-type", index, "LOGO"),
                    ("file-https-base-url", index, url + name))]
        if said.reason == "inventory-changes":
            return "FileDeployment", [("file-action", 1, "delete"), ("file-name", 1, "a.png"),
                                      ("file-type", 1, "LOGO")]
        return "ReadAllItems" if said.reason == "solicited" else "CleanUp"

    service = serve(play, {"/a.png": b"a", "/b.png": b"b"})
    done = phones(service.url, "--flow", "start-up", "--flow", "solicited", "--flow",
                  "inventory-changes", "--flow", "solicited")
    assert done.code == 0, done.text()
    assert [said.reason for said in service.said] == \
        ["start-up", "solicited", "reply-to", "inventory-changes", "solicited", "reply-to"]
    names = [{value for (name, _), value in said.values.items() if name == "file-deployment-name"}
             for said in service.said if said.reason == "reply-to"]
    assert names == [{"a.png", "b.png"}, {"b.png"}]


def test_firmware_is_fetched_and_booted(serve):
    image = bytes(64) + b"OpenStage\0V3 R5.21.0\0" + bytes(100000)

    def play(said, _):
        if said.values.get(("software-version", None)) == "V3 R5.12.0":
            return "SoftwareDeployment", [
                ("file-type", None, "APP"), ("file-sw-type", None, "Siemens SIP"),
                ("file-sw-version", None, "V3 R5.21.0"), ("file-priority", None, "normal"),
                ("file-https-base-url", None, f"https://127.0.0.1:{service.port}/os60.img")]
        return "CleanUp"

    service = serve(play, {"/os60.img": image})
    done = phones(service.url, "--expect", "software-version=V3 R5.21.0")
    assert done.code == 0, done.text()
    assert [said.reason for said in service.said] == ["start-up", "start-up"]
    service.files["/os60.img"] = b"<html>not here</html>"
    service.said.clear()
    service.play = lambda said, session: ("SoftwareDeployment", [
        ("file-type", None, "APP"),
        ("file-https-base-url", None, f"https://127.0.0.1:{service.port}/os60.img")])
    done = phones(service.url, "--expect", "software-version=V3 R5.12.0")
    assert done.code == 0 and len(service.said) == 1, done.text()


def test_restart_and_factory_reset_lead_to_a_start_up(serve):
    def play(said, _):
        if len(service.said) == 1:
            return "WriteItems", [("sip-name", None, "written")]
        if len(service.said) == 2:
            return "Restart"
        if len(service.said) == 3:
            return "Restart", [("restart-password", None, "124816"),
                               ("restart-type", None, "FactoryReset")]
        return "ReadAllItems" if said.reason == "start-up" else "CleanUp"

    service = serve(play)
    done = phones(service.url)
    assert done.code == 0, done.text()
    assert [said.reason for said in service.said] == \
        ["start-up", "reply-to", "start-up", "start-up", "reply-to"]
    assert service.said[-1].values[("sip-name", None)] == ""


# -- quirks: each shows on the wire, and none keeps a phone from being configured

QUIRKS = re.findall(r'^QUIRK\(\w+, +"([\w-]+)"',
                    (pathlib.Path(__file__).parents[2] / "include/sim/quirks.def").read_text(
                        encoding="utf-8"), re.M)


def look_cookie_attributes(said):
    assert re.fullmatch(r"JSESSIONID=\w{32}; Path=/DeploymentService; Secure", said[1].cookie)


def look_stale_cookie(said):
    assert said[0].cookie.startswith("PHPSESSID=") and said[1].cookie.startswith("JSESSIONID=")


def look_no_cookie(said):
    assert {message.cookie for message in said} == {None}


def look_connection_close(said):
    assert len({message.connection for message in said}) == len(said)


def look_same_nonce(said):
    assert len({message.nonce for message in said}) == 1


def look_attribute_order(said):
    heads = {tuple(re.findall(r" (\w+)=", re.search(rb"<Message[^>]*>", message.body).group()
                              .decode())) for message in said}
    assert len(heads) > 1


def look_white_space(said):
    assert re.search(rb">\s+start-up\s+<", said[0].body)


def look_no_item_list(said):
    assert b"ItemList" not in said[-1].body


def look_self_closed(said):
    assert b"<ItemList/>" in said[-1].body and b'name="e164"/>' in said[0].body


def look_no_max_items(said):
    assert {message.max_items for message in said} == {None}


def look_max_items(said):
    assert {message.max_items for message in said} == {"2"}


def look_fragments(said):
    pieces = [message for message in said if message.action == "ReadAllItems"]
    assert len(pieces) > 3 and {piece.fragment for piece in pieces[:-1]} == {"next"}
    assert all(len(piece.items) == 7 for piece in pieces[:-1]) and pieces[-1].fragment == "final"


def look_busy_once(said):
    assert [message.status for message in said].count("busy") == 1
    assert "solicited" in [message.reason for message in said]


def look_tells_passwords(said):
    assert said[0].values[("user-pwd", None)] == "159357"


def look_duplicates(said):
    assert [message.body for message in said[::2]] == [message.body for message in said[1::2]]


def look_starts_twice(said):
    assert [message.reason for message in said][:2] == ["start-up", "start-up"]


def look_mac_spelled(said):
    assert said[0].values[("mac-addr", None)] == "00-01-e3-00-00-01"


def look_latin_1(said):
    assert "Küche".encode("latin-1") in said[1].body


def look_no_reply_status(said):
    assert {message.status for message in said} == {None}


def look_capitals(said):
    assert {message.status for message in said[1:]} == {"Accepted"}


# Those whose phones are not configured, or only with --expect of another kind.
APART = {"busy-always", "refuses", "refuses-all", "entity-weak", "rewrites", "reports-writes",
         "no-send-solicited"}


@pytest.mark.parametrize("quirk", [quirk for quirk in QUIRKS if quirk not in APART])
def test_a_quirk_shows_and_the_phone_is_configured(serve, quirk):
    kept = {}

    def play(said, session):
        # a message that comes twice is answered as before
        if said.body not in kept:
            kept[said.body] = configuring(said, session)
        return kept[said.body]

    # the prolog of this one is a lie, which Python's reader does not forgive
    if quirk == "latin-1":
        service = serve(play)
        honest = service.hear
        service.hear = lambda handler, body: honest(handler, body.replace(
            b'encoding="utf-8"', b'encoding="iso-8859-1"'))
    else:
        service = serve(play)
    more = ["--max-items", 2] if quirk == "max-items" else []
    done = phones(service.url, "--quirk", quirk, *more, *EXPECTED)
    assert done.code == 0 and done.failed == 0, done.text()
    look = globals().get("look_" + quirk.replace("-", "_"))
    if look:
        look(service.said)
    else:
        assert quirk in ("slow", "fragile", "tells-failures"), "nobody looks at this quirk"


def test_a_phone_whose_call_never_ends_is_not_configured(serve):
    service = serve(configuring)
    done = phones(service.url, "--quirk", "busy-always")
    assert done.code == 1 and "in a call" in done.told("ends")[0], done.text()
    assert [said.status for said in service.said] == [None, "accepted", "busy"]
    done = phones(service.url, "--quirk", "busy-once", "--quirk", "no-send-solicited")
    assert done.code == 1, done.text()
    done = phones(service.url, "--quirk", "busy-once", "--software-version", "V3 R1.10.0")
    assert done.code == 1, done.text()
    # what it does not do by itself, somebody can ask it for
    done = phones(service.url, "--quirk", "busy-once", "--quirk", "no-send-solicited", "--flow",
                  "start-up", "--flow", "solicited", *EXPECTED)
    assert done.code == 0, done.text()


def test_items_that_are_refused_are_named_with_their_status(serve):
    service = serve(configuring)
    done = phones(service.url, "--refuse", "reg-addr=read only", "--refuse",
                  "function-key-def[1]=invalid data")
    assert (done.written, done.refused) == (len(WANTED) - 2, 2), done.text()
    assert service.said[-1].statuses == {("reg-addr", None): "read only",
                                         ("function-key-def", 1): "invalid data"}
    done = phones(service.url, "--quirk", "refuses", "--refuse-share", 100)
    assert (done.written, done.refused) == (0, len(WANTED)), done.text()
    done = phones(service.url, "--quirk", "refuses-all")
    assert service.said[-1].status == "failed" and done.written == 0, done.text()


def test_old_firmware_takes_entities_as_they_are_written(serve):
    service = serve(configuring)
    done = phones(service.url, "--quirk", "entity-weak", "--expect", "sip-pwd=s&lt;cr&amp;t")
    assert done.code == 0, done.text()


def test_a_storm_of_local_changes_is_noticed(serve):
    service = serve(configuring)
    storm = ["--quirk", "rewrites", "--quirk", "reports-writes"]
    done = phones(service.url, *storm, "--messages-max", 30)
    assert done.code == 1 and "loop" in done.told("ends")[0], done.text()
    assert len(service.said) <= 31

    def calm(said, session):
        return "CleanUp" if said.reason == "local-changes" else configuring(said, session)

    service.play = calm
    done = phones(service.url, *storm, "--messages-max", 30)
    assert done.code == 0, done.text()


# -- what it complains of


@pytest.mark.parametrize("bad, words", [
    (lambda said: answer("0" * 32, "CleanUp"), "nonce"),
    (lambda said: answer(said.nonce, "Cleanup"), "no action"),
    (lambda said: answer(said.nonce, "CleanUp").replace(b"DLSMessage", b"DlsMessage"), "no DLSMessage"),
    (lambda said: answer(said.nonce, "CleanUp").replace(b"siemens", b"example"), "no DLSMessage"),
    (lambda said: b"<br>Warning</br>" + answer(said.nonce, "CleanUp"), "does not begin"),
    (lambda said: answer(said.nonce, "CleanUp")[:-5], "no XML"),
    (lambda said: b"", "does not begin"),
    (lambda said: answer(said.nonce, "GetNextFragment"), "nothing is left"),
    (lambda said: answer(said.nonce, "WriteItems"), "without items"),
    (lambda said: answer(said.nonce, "WriteItems", [("a b", None, "")]), "an item is named"),
    (lambda said: answer(said.nonce, "WriteItems", [("e164", None, "1")] * 2), "twice in one"),
    (lambda said: answer(said.nonce, "WriteItems", [("e164", None, "1" * 60000)]), "50 kB"),
    (lambda said: answer(said.nonce, "Restart", [("restart-type", None, "Factory")]), "Restart"),
])
def test_an_answer_that_phones_could_not_take_is_complained_of(serve, bad, words):
    def play(said, _):
        return bad(said) if said.reason == "start-up" else "CleanUp"

    service = serve(play)
    done = phones(service.url)
    assert done.code == 1 and done.failed == 1
    assert any(words in text for text in done.told("complains")), done.text()


def test_the_same_writing_twice_in_a_dialogue_is_complained_of(serve):
    service = serve(lambda said, _: ("WriteItems", [("e164", None, "1")]) if len(service.said) < 3
                    else "CleanUp")
    done = phones(service.url)
    assert done.code == 1 and "twice in one dialogue" in done.told("complains")[0], done.text()


def test_what_was_expected_and_is_not_there_fails(serve):
    service = serve(configuring)
    done = phones(service.url, "--expect", "reg-addr=192.168.1.6")
    assert done.code == 1 and "192.168.1.5" in done.told("ends")[0]
    done = phones(service.url, "--expect", "sip-pwd=wrong")
    assert done.code == 1 and "s<cr&t" not in done.text()


# -- being called


def contact(done_or_line, **fields):
    body = urllib.parse.urlencode({"ContactMe": "true", **fields}).encode()
    request = urllib.request.Request(done_or_line, body)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as got:
        return got.status


def uri_of(said):
    return said.values[("contact-me-uri", None)]


def test_a_phone_that_listens_calls_when_it_is_asked(serve):
    service, other = serve(configuring), serve(configuring)
    process = start(service.url, "--flow", "start-up", "--flow", "listen", "--contact-port", 0,
                    "--contact-gap", 0, "--calls", 2)
    until(lambda: service.said and service.said[-1].action == "WriteItems", "the start-up")
    uri = uri_of(service.said[0])
    assert re.fullmatch(r"http://127.0.0.1:\d+/contact_dls.html/ContactDLS", uri)
    assert contact(uri) == 204
    until(lambda: [said.reason for said in service.said].count("solicited") == 1, "a call")
    assert contact(uri, dls_ip_addr="127.0.0.1", dls_ip_port=other.port) == 204
    done = finish(process)
    assert done.code == 0, done.text()
    assert other.said[0].reason == "solicited"


def test_a_contact_within_the_gap_is_ignored(serve):
    service = serve(configuring)
    process = start(service.url, "--flow", "start-up", "--flow", "listen", "--contact-port", 0,
                    "--calls", 1)
    until(lambda: service.said, "the start-up")
    uri = uri_of(service.said[0])
    assert [contact(uri), contact(uri)] == [204, 204]
    done = finish(process)
    assert done.code == 0 and [said.reason for said in service.said].count("solicited") == 1


def test_a_fragile_web_server_breaks(serve):
    service = serve(configuring)
    process = start(service.url, "--flow", "start-up", "--flow", "listen", "--contact-port", 0,
                    "--quirk", "fragile")
    try:
        until(lambda: service.said, "the start-up")
        uri = uri_of(service.said[0])
        assert contact(uri) == 204
        with pytest.raises(OSError):
            contact(uri)
    finally:
        process.terminate()
    done = finish(process)
    assert done.code == 1 and "web server" in done.told("complains")[0]


def test_a_phone_behind_nat_asks_whether_it_is_wanted(serve):
    service = serve(configuring)
    status = [200, 202]
    asked = []

    class Dcmp(service.server.RequestHandlerClass):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status[0] if len(asked) < 3 else status[1])
            self.send_header("Content-Length", "0")
            self.end_headers()

    service.server.RequestHandlerClass = Dcmp
    done = phones(service.url, "--flow", "listen", "--contact-port", 0, "--calls", 1, "--dcmp",
                  service.url + "/dcmp", "--dcmp-interval", 10)
    assert done.code == 0, done.text()
    assert asked[:3] == [f"/dcmp/contact-me?device-id={FIRST}"] * 3
    assert service.said[0].reason == "solicited"


# -- many, and what people see


def test_many_phones_call_at_once(serve):
    service = serve(configuring)
    done = phones(service.url, "--count", 40, "--quiet", *EXPECTED)
    assert (done.phones, done.configured, done.failed) == (40, 40, 0), done.text()
    assert len({said.values[("mac-addr", None)] for said in service.said
                if said.reason == "start-up"}) == 40
    assert len({said.connection for said in service.said}) == 40
    done = phones(service.url, "--count", 9, "--parallel", 2, "--source", "127.9.0.0/16")
    assert done.configured == 9, done.text()


def test_secrets_are_not_printed(serve):
    service = serve(configuring)
    done = phones(service.url, "--dump", "--quirk", "tells-passwords")
    assert "<Item name=" in done.text() and "192.168.1.5" in done.text()
    for secret in ("s&lt;cr", "s<cr", "159357"):
        assert secret not in done.text()
    assert "s&lt;cr&amp;t" in phones(service.url, "--dump", "--reveal").text()


def test_help_and_version_tell_of_everything():
    text = run(BUILD / "gigaprov-sim", "wpi", "--help").stdout.decode()
    for quirk in QUIRKS:
        assert f"  {quirk} " in text
    assert "wpi" in run(BUILD / "gigaprov-sim", "--help").stdout.decode()
    assert re.fullmatch(rb"gigaprov-sim \d+\.\d+\.\d+\n",
                        run(BUILD / "gigaprov-sim", "--version").stdout)


@pytest.mark.parametrize("words", [
    ["nothing"], ["wpi", "--nothing"], ["wpi", "--quirk", "none"], ["wpi", "--flow", "none"],
    ["wpi", "--mac", "00:01"], ["wpi", "--url", "http://127.0.0.1"], ["wpi", "--count", "0"],
    ["wpi", "--count", "x"], ["wpi", "--item", "e164"], ["wpi", "--items", "/nonexistent"],
    ["wpi", "--expect", "a[b]=c"], ["wpi", "--source", "x"], ["wpi", "--quiet=yes"], ["wpi", "--mac"],
])
def test_a_wrong_command_line_sends_nothing(words):
    done = run(BUILD / "gigaprov-sim", *words, check=False)
    assert done.returncode == 2 and done.stderr.startswith(b"gigaprov-sim: ") and not done.stdout
