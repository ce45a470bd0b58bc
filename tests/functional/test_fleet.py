# SPDX-License-Identifier: MIT
"""The main job: a fleet from the command line, its documents as phones fetch them."""

import hashlib
import re
import time

import pytest

from gigaprov import TOP, run

MAC = "7C2F80E0D605"
SECRET = "A2B4C6D8E0F2"
PATH = f"/xml/{MAC}.xml"


def populate(daemon, at="1800000000"):
    """A device with all that a document can hold; the same for whoever is asked."""
    daemon.ctl("group", "add", "ward")
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net", "--proxy",
               "pbx.example.net:5061", "--registrar", "reg.example.net", "--transport", "tls")
    daemon.add_device(group="ward", name="Räum & \"Büro\"")
    daemon.ctl("setting", "set", "fleet", "DmGlobal.0.TimeZone", "Europe/Berlin")
    daemon.ctl("setting", "set", "product:n870", "Telephony.0.ToneScheme", "Germany")
    daemon.ctl("setting", "set", "group:ward", "DmGlobal.0.TimeZone", "Europe/Vienna")
    daemon.ctl("setting", "set", f"device:{MAC}", "WebUIAccounts.1.Password", "--secret-stdin",
               stdin="hidden-web-password\n")
    for number in range(1, 6):
        daemon.ctl("handset", "add", MAC, f"029e74a50{number}", "--name", f"<Räum> {number}",
                   "--user", f"100{number}", "--auth", f"auth-{number}", "--sip", "pbx",
                   "--pin", f"958{number}", "--password-stdin",
                   stdin=f"hidden-sip-{number}\n")
    daemon.ctl("setting", "set", "handset:029e74a501", "hs.IntKeyDir", "20")
    daemon.ctl("handset", "remove", MAC, "029e74a504")
    daemon.ctl("handset", "remove", MAC, "029e74a505", "--mode", "deregister")
    daemon.ctl("operation", "add", MAC, "firmware", "--start", at, "--url",
               "https://prov.example.net/firmware/n870.bin")
    daemon.ctl("operation", "add", MAC, "open_registration", "--start", at, "--duration", "300")


@pytest.fixture
def fleet(daemon):
    populate(daemon)
    return daemon


def test_what_a_phone_fetches_is_what_the_preview_shows(fleet):
    preview = fleet.ctl("preview", MAC, "--reveal").encode()
    fetched = fleet.fetch()
    assert hashlib.sha256(fetched).hexdigest() == hashlib.sha256(preview).hexdigest()
    assert b"hidden-sip-1" in fetched and b"hidden-web-password" in fetched


def test_a_preview_hides_what_is_secret(fleet):
    shown = fleet.ctl("preview", MAC)
    revealed = fleet.ctl("preview", MAC, "--reveal")
    assert "hidden-" not in shown
    assert shown == re.sub(r"hidden-[a-z]+-[a-z0-9]+|958\d", "********", revealed)
    actions = [row["action"] for row in fleet.ctl("audit", "list", json=True)["audit"]]
    assert actions.count("preview.reveal") == 1


def test_no_secret_is_in_the_log_the_audit_or_the_database(fleet):
    fleet.fetch()
    assert "hidden-" not in fleet.ctl("audit", "list", "--json")
    fleet.stop()
    assert "hidden-" not in fleet.log and SECRET not in fleet.log
    for path in fleet.directory.rglob("*"):
        if path.is_file() and path.name != "daemon.log":
            content = path.read_bytes()
            assert b"hidden-" not in content and SECRET.encode() not in content, path


def test_the_document_obeys_the_schema(fleet):
    for name in ("first.xml", "second.xml"):
        path = fleet.directory / name
        path.write_bytes(fleet.fetch())
        run("xmllint", "--noout", "--nonet", "--schema", TOP / "tests/data/nx70-1.1.xsd", path)


def test_an_etag_that_is_known_is_answered_with_304(fleet):
    fleet.fetch()
    login = ["--digest", "--user", f"{MAC}:{SECRET}", fleet.url("phones", PATH)]
    status, headers = fleet.curl_headers(*login)
    assert status == 200 and re.fullmatch(r'"[0-9a-f]+"', headers["etag"])
    known = ["-H", f"If-None-Match: {headers['etag']}"]
    status, again = fleet.curl_headers(*known, *login)
    assert status == 304
    assert all(again[name] == headers[name] for name in ("etag", "content-length"))
    assert fleet.curl(*known, *login) == b""
    fleet.ctl("setting", "set", "fleet", "DmGlobal.0.DateFormat", "1")
    status, changed = fleet.curl_headers(*known, *login)
    assert status == 200 and changed["etag"] != headers["etag"]


def test_a_change_that_changes_nothing_keeps_the_etag(fleet):
    login = ["--digest", "--user", f"{MAC}:{SECRET}", fleet.url("phones", PATH)]
    fleet.fetch()
    before = fleet.curl_headers(*login)[1]["etag"]
    fleet.ctl("setting", "set", "fleet", "DmGlobal.0.TimeZone", "Asia/Tokyo")
    assert fleet.curl_headers(*login)[1]["etag"] == before


def test_head_is_get_without_the_body(fleet):
    fleet.fetch()
    login = ["--digest", "--user", f"{MAC}:{SECRET}", fleet.url("phones", PATH)]
    got = fleet.curl_headers(*login)
    head = fleet.curl_headers("--head", *login)
    for headers in (got[1], head[1]):
        headers.pop("date")
    assert head == got
    assert int(head[1]["content-length"]) == len(fleet.curl(*login))


@pytest.mark.parametrize("spelling", ["7c2f80e0d605", "7C:2F:80:E0:D6:05", "7c-2f-80-e0-d6-05"])
def test_a_mac_may_be_spelled_otherwise(daemon, spelling):
    daemon.add_device()
    document = daemon.fetch()
    assert daemon.fetch(path=f"/xml/{spelling}.xml") == document
    assert daemon.fetch(path=f"/{spelling}.xml") == document
    assert daemon.fetch(mac=MAC.lower(), path=PATH) == document
    assert daemon.ctl("device", "show", spelling, json=True)["mac"] == MAC


def test_who_does_not_know_the_secret_gets_nothing(fleet):
    def status(mac, login):
        return fleet.curl_headers(*login, fleet.url("phones", f"/xml/{mac}.xml"))

    wrong = ["--digest", "--user", f"{MAC}:wrong"]
    denied = [status(MAC, []), status("7C2F80FFFFFF", []), status(MAC, wrong),
              status("7C2F80FFFFFF", wrong)]
    fleet.add_device("7C2F80E0D6AA", secret="OTHER0SECRET")
    denied.append(status(MAC, ["--digest", "--user", "7C2F80E0D6AA:OTHER0SECRET"]))
    fleet.ctl("lock", MAC)
    denied.append(status(MAC, ["--digest", "--user", f"{MAC}:{SECRET}"]))
    for code, headers in denied:
        assert code == 401
        assert headers.keys() == denied[0][1].keys()
        assert headers["content-length"] == denied[0][1]["content-length"]
    fleet.ctl("unlock", MAC)
    assert fleet.fetch()


def test_a_device_that_is_locked_gets_nothing_even_of_the_cache(fleet):
    fleet.fetch()
    fleet.fetch()
    fleet.ctl("lock", MAC)
    login = ["--digest", "--user", f"{MAC}:{SECRET}"]
    assert fleet.curl_status(*login, fleet.url("phones", PATH)) == 401


def test_a_device_without_a_product_has_no_document(daemon):
    daemon.add_device()
    assert daemon.fetch()
    daemon.ctl("device", "set", MAC, "--no-product")
    login = ["--digest", "--user", f"{MAC}:{SECRET}"]
    assert daemon.curl_status(*login, daemon.url("phones", PATH)) == 404
    assert daemon.ctl("preview", MAC, check=False).returncode == 4


def test_bare_names_are_not_there(fleet):
    for path in ("/provisioning.xml", "/xml/provisioning.xml", "/xml/.xml", "/xml/7C2F80.xml",
                 "/xml/..%2F7C2F80E0D605.xml", "/xml/7C2F80E0D605.xml%00", "/"):
        assert fleet.curl_status("--path-as-is", fleet.url("phones", path)) == 404, path


def test_the_nearest_scope_wins_and_why_tells(fleet):
    assert b'name="DmGlobal.0.TimeZone" value="Europe/Vienna"' in fleet.fetch()
    chain = fleet.ctl("setting", "why", MAC, "DmGlobal.0.TimeZone", json=True)["chain"]
    assert [(row["scope"], row["value"], row["wins"]) for row in chain] == [
        ("fleet", "Europe/Berlin", False), ("product:n870", None, False),
        ("group:ward", "Europe/Vienna", True), (f"device:{MAC}", None, False)]
    fleet.ctl("setting", "unset", "group:ward", "DmGlobal.0.TimeZone")
    assert b'name="DmGlobal.0.TimeZone" value="Europe/Berlin"' in fleet.fetch()


def test_handsets_are_listed_and_removed_in_both_ways(fleet):
    rows = fleet.ctl("handset", "list", MAC, json=True)["handsets"]
    assert [row["ipui"] for row in rows if row["state"] != "removing"] == [
        "029e74a501", "029e74a502", "029e74a503"]
    assert [row["ipui"] for row in rows if row["state"] == "removing"] == [
        "029e74a504", "029e74a505"]
    document = fleet.fetch().decode()
    assert '<oper name="delete_hs" value="029e74a504"/>' in document
    assert '<param name="hs.029e74a505.RegStatus" value="ToDeReg"/>' in document
    for gone in ("029e74a504", "029e74a505"):
        assert f'"add_hs" value="{gone}"' not in document
    assert document.index("delete_hs") < document.index("DmGlobal") < document.index("add_hs")


def test_delete_not_provisioned_comes_with_the_second_fetch(daemon):
    daemon.add_device()
    daemon.ctl("handset", "add", MAC, "029e74a501")
    # The first fetch is recorded beside the answer, within a second.
    documents = [daemon.fetch()]
    end = time.monotonic() + 30
    while b"DeleteNotProvisionedHS" not in documents[-1] and time.monotonic() < end:
        documents.append(daemon.fetch())
    assert b"DeleteNotProvisionedHS" not in documents[0]
    assert b"DeleteNotProvisionedHS" in documents[1]
    daemon.restart()
    assert daemon.fetch() == documents[-1]


def test_delete_not_provisioned_never_comes_with_an_empty_list(daemon):
    daemon.add_device()
    daemon.ctl("handset", "add", MAC, "029e74a501")
    daemon.fetch()
    assert b"DeleteNotProvisionedHS" in daemon.fetch()
    daemon.ctl("handset", "remove", MAC, "029e74a501")
    document = daemon.fetch()
    assert b"DeleteNotProvisionedHS" not in document
    assert b'<oper name="delete_hs" value="029e74a501"/>' in document


def test_operations_are_written_while_they_last(daemon):
    daemon.add_device()
    now = int(time.time())
    daemon.ctl("operation", "add", MAC, "open_registration", "--start", str(now + 3600),
               "--duration", "300")
    document = daemon.fetch().decode()
    assert f'<param name="RegStart" value="{now + 3600}"/>' in document
    assert '<param name="RegDuration" value="300"/>' in document
    rows = daemon.ctl("operation", "list", MAC, json=True)["operations"]
    assert [row["kind"] for row in rows] == ["open_registration"]
    daemon.ctl("operation", "remove", MAC, str(rows[0]["id"]))
    assert b"RegStart" not in daemon.fetch()


def test_a_registration_window_that_is_over_is_not_written(daemon):
    daemon.add_device()
    now = int(time.time())
    daemon.ctl("operation", "add", MAC, "open_registration", "--start", str(now), "--duration",
               "2", check=False)
    time.sleep(max(0, now + 3 - time.time()))
    assert b"RegStart" not in daemon.fetch()


def test_a_forced_registration_window_is_given_once(daemon):
    daemon.add_device()
    daemon.ctl("operation", "add", MAC, "open_registration", "--start", "1", "--duration", "300",
               "--force")
    assert b'<param name="RegStart" value="1"/>' in daemon.fetch()
    assert b'<param name="RegStart" value="1"/>' not in daemon.fetch()


def test_two_daemons_that_are_told_the_same_write_the_same(make_daemon):
    made = [make_daemon(name).start() for name in ("one", "two")]
    documents = []
    for daemon in made:
        populate(daemon)
        documents.append([daemon.fetch(), daemon.fetch(), daemon.ctl("preview", MAC)])
    assert documents[0] == documents[1]
    made[0].restart()
    assert made[0].fetch() == documents[1][1]


def test_what_does_not_exist_is_exit_status_4(daemon):
    for words in (("device", "show", MAC), ("preview", MAC), ("handset", "list", MAC),
                  ("group", "remove", "nowhere"), ("account", "show", "nobody")):
        assert daemon.ctl(*words, check=False).returncode == 4, words


def test_what_is_wrong_is_refused_and_changes_nothing(daemon):
    daemon.add_device()
    before = daemon.ctl("preview", MAC)
    for words in (("device", "add", MAC, "--product", "n870"),
                  ("device", "add", "7C2F80", "--product", "n870"),
                  ("device", "add", "7C2F80000001", "--product", "n999"),
                  ("device", "set", MAC, "--group", "nowhere"),
                  ("handset", "add", MAC, "xyz"),
                  ("handset", "add", MAC, "029e74a501", "--sip", "nowhere"),
                  ("setting", "set", "group:nowhere", "DmGlobal.0.TimeZone", "x"),
                  ("setting", "set", "fleet", "SipAccount.029e74a501.UserName", "x")):
        done = daemon.ctl(*words, check=False)
        assert done.returncode in (1, 2, 4) and done.stderr, words
    assert daemon.ctl("preview", MAC) == before
    assert len(daemon.ctl("device", "list", json=True)["devices"]) == 1


def test_every_change_is_in_the_audit_log(fleet):
    rows = fleet.ctl("audit", "list", json=True)["audit"]
    actions = {row["action"] for row in rows}
    assert {"group.add", "sip.add", "device.add", "setting.set", "handset.add", "handset.remove",
            "operation.add"} <= actions
    assert all(row["actor"] for row in rows)
