# SPDX-License-Identifier: MIT
"""What admins type wrongly, and what pages and scripts send that they should not."""

import json
import urllib.parse

import pytest

MAC = "7C2F80E0D605"
OTHER = "7C2F80E0D606"


def refused(daemon, *words, stdin=None):
    """What gigaprovctl says about it."""
    done = daemon.ctl(*words, check=False, stdin=stdin)
    assert done.returncode not in (0, 2), done
    return done.stderr.decode()


HOSTS_WRONG = (":::", "::", "a b", "pbx..example", ".example", "-pbx.example", "pbx-.example", "",
               "pbx.example:", "pbx.example:0", "pbx.example:65536", "pbx.example:+5060",
               "pbx.example: 5060", "999.1.1.1", "1.2.3", "17", "[192.0.2.1]:5060", "[pbx]:5060",
               "[2001:db8::1]5060", "[2001:db8::1", "2001:db8::1::2", "sip:pbx.example",
               "pbx.example/x", "pbx.example;transport=tcp", "pbx.exämple", "x" * 64 + ".example",
               "a." * 127 + "example")
HOSTS_GOOD = {"pbx": ("pbx", 5060), "pbx.example:5070": ("pbx.example", 5070),
              "192.0.2.1": ("192.0.2.1", 5060), "192.0.2.1:65535": ("192.0.2.1", 65535),
              "2001:db8::1": ("2001:db8::1", 5060), "[2001:db8::1]": ("2001:db8::1", 5060),
              "[2001:db8::1]:5061": ("2001:db8::1", 5061), "my_pbx.ward-3": ("my_pbx.ward-3", 5060),
              "3com.example": ("3com.example", 5060), "0x1.example1": ("0x1.example1", 5060)}


@pytest.mark.parametrize("option", ("--proxy", "--registrar"))
def test_hosts_and_ports_of_sip_servers_are_strict(daemon, option):
    daemon.ctl("sip", "add", "there", "--domain", "pbx.example")
    for text in HOSTS_WRONG:
        if text == "::":
            continue  # an address, of which nobody is to judge here
        told = refused(daemon, "sip", "add", "pbx", "--domain", "pbx.example", f"{option}={text}")
        assert option[2:] in told and "(value" in told, (text, told)
        assert "(value" in refused(daemon, "sip", "set", "there", f"{option}={text}")
    for number, (text, (host, port)) in enumerate(HOSTS_GOOD.items()):
        row = daemon.ctl("sip", "add", f"pbx{number}", "--domain", "pbx.example",
                         f"{option}={text}", json=True)
        name = option[2:]
        assert (row[f"{name}_address"], row[f"{name}_port"]) == (host, port), text
    assert len(daemon.ctl("sip", "list", json=True)["sip_servers"]) == 1 + len(HOSTS_GOOD)


def test_a_domain_is_a_name_or_an_address(daemon):
    for text in HOSTS_WRONG + ("pbx.example:5060", "[2001:db8::1]"):
        if text != "::":
            assert "domain" in refused(daemon, "sip", "add", "pbx", f"--domain={text}"), text
    for number, text in enumerate(("pbx", "192.0.2.1", "2001:db8::1", "a.b.c.example")):
        daemon.ctl("sip", "add", f"pbx{number}", "--domain", text)


NAMES_WRONG = {" ward": "text_edge", "ward ": "text_edge", " ": "text_edge", "\u00a0ward": "text_edge",
               "ward\u3000": "text_edge", "\ufeffward": "text_edge", "ward\u200b": "text_edge",
               "wa\trd": "text_character", "ward\n": "text_character",
               "wa\x7frd": "text_character", "wa\x85rd".encode().decode(): "text_character"}


@pytest.mark.parametrize("what", ("group", "provider", "sip", "account"))
def test_names_have_no_blanks_at_their_ends_and_no_control_characters(daemon, what):
    more = {"sip": ("--domain", "pbx.example"),
            "account": ("--role", "viewer", "--password-stdin")}.get(what, ())
    for name, reason in NAMES_WRONG.items():
        told = refused(daemon, what, "add", name, *more, stdin="a good password\n")
        assert f"({reason}" in told, (name, told)
    for name in ("Ward 3", "Küche", "x"):
        daemon.ctl(what, "add", name, *more, stdin="a good password\n")


def test_an_ipui_that_the_device_has_in_another_slot_is_said_so(daemon):
    daemon.add_device(MAC)
    daemon.add_device(OTHER)
    daemon.ctl("handset", "add", MAC, "029e74a501")
    daemon.ctl("handset", "add", MAC, "--slot", "7", "--pin", "4711")
    told = refused(daemon, "handset", "set", MAC, "7", "--ipui", "029e74a501")
    assert "029e74a501 is in slot 1 of this device already" in told and "ipui_exists" in told
    assert "slot 1 of this device" in refused(daemon, "handset", "add", MAC, "029e74a501")
    daemon.ctl("handset", "add", OTHER, "--slot", "1", "--pin", "4711")
    told = refused(daemon, "handset", "set", OTHER, "1", "--ipui", "029e74a501")
    assert f"belongs to device {MAC}" in told


def test_what_is_missing_of_an_operation_is_named(daemon):
    daemon.add_device(MAC)
    told = refused(daemon, "operation", "add", MAC, "open_registration", "--start", "+60")
    assert "--duration" in told and "604800" in told
    assert daemon.ctl("operation", "list", MAC, json=True)["operations"] == []


def test_a_product_is_asked_for_before_anything_is_sent(daemon):
    done = daemon.ctl("device", "add", MAC, check=False)
    assert done.returncode == 2 and b"--product PRODUCT is missing" in done.stderr
    assert "[--product" not in daemon.ctl("device", "add", "--help")


def test_one_device_is_not_told_of_as_several(daemon):
    daemon.ctl("device", "add", MAC, "--product", "n870")
    notices = daemon.ctl("status", json=True)["notices"]
    assert any(notice.startswith("1 device without secret") for notice in notices), notices
    daemon.ctl("device", "add", OTHER, "--product", "n870")
    notices = daemon.ctl("status", json=True)["notices"]
    assert any(notice.startswith("2 devices without secret") for notice in notices), notices


def test_a_desk_phone_is_not_told_of_as_one_without_a_secret(daemon):
    daemon.ctl("device", "add", MAC, "--product", "openstage60")
    notices = daemon.ctl("status", json=True)["notices"]
    assert not any("without secret" in notice for notice in notices), notices


# -- other pages

def api(daemon, path, *words):
    """Status and error's reason and text of the API over the control socket."""
    text = daemon.curl("--unix-socket", daemon.socket, "-w", "\n%{http_code}", *words,
                       f"http://localhost{path}").decode()
    body, _, status = text.rpartition("\n")
    error = json.loads(body).get("error", {}) if body.startswith("{") else {}
    return int(status), error.get("reason"), error.get("text", "")


def test_an_unknown_query_parameter_is_refused_with_the_nearest_known(daemon):
    daemon.ctl("group", "add", "ward")
    daemon.add_device(MAC)
    for path, said in {
            "/api/v1/devices?gruop=ward": "did you mean 'group'",
            "/api/v1/devices?held=1&prodct=n870": "did you mean 'product'",
            "/api/v1/devices?zzzzzzzz=1": "this URL takes after limit group product held waiting",
            "/api/v1/status?x": "this URL takes none",
            f"/api/v1/devices/{MAC}?reveal=1": "this URL takes none",
            "/api/v1/devices?%67roup=ward": "'%67roup'",
            "/api/v1/audit?after=1": "this URL takes before limit object"}.items():
        status, reason, text = api(daemon, path)
        assert (status, reason) == (400, "query_unknown") and said in text, (path, text)
    status, reason, text = api(daemon, f"/api/v1/devices/{MAC}?forec=1", "-X", "DELETE")
    assert (status, reason) == (400, "query_unknown") and "'force'" in text
    assert daemon.ctl("device", "show", MAC, json=True)["mac"] == MAC
    for path in ("/api/v1/devices?group=ward&limit=5", "/api/v1/devices?", "/api/v1/devices?&"):
        assert api(daemon, path)[0] == 200
    # Phones and their proxies add what they like.
    assert daemon.curl_status("--digest", "-u", f"{MAC}:A2B4C6D8E0F2",
                              daemon.url("phones", f"/xml/{MAC}.xml?x=1")) == 200


CALL = ("<?xml version='1.0'?><methodCall><methodName>autoprov.listDevices</methodName>"
        "<params></params></methodCall>")


def test_a_page_of_another_origin_makes_no_calls(daemon):
    """XML-RPC and the API, whatever the method: one rule."""
    daemon.add_account(role="admin", providers=())
    known = ("-u", "anna:anna's password")
    ours = urllib.parse.urlsplit(daemon.url("admin")).netloc
    call = (*known, "-H", "Content-Type: text/xml", "--data", CALL)

    def statuses(*words):
        return [daemon.curl_status(*words, "-H", f"Origin: {origin}")
                for origin in ("http://evil.example", "null", f"http://{ours}.evil.example",
                               f"http://{ours}")]

    for path in ("/apxml/rpc.do", "/RPC2"):
        assert statuses(*call, daemon.url("admin", path)) == [403, 403, 403, 200]
        assert daemon.curl_status(*call, daemon.url("admin", path)) == 200
    (daemon.directory / "call.xml").write_text(CALL)
    form = (*known, "-F", f"file=@{daemon.directory / 'call.xml'}", daemon.url("admin", "/apxml/basic.do"))
    assert statuses(*form)[:3] == [403, 403, 403]
    group = (*known, "-H", "Content-Type: application/json", "--data", '{"name": "ward"}',
             daemon.url("admin", "/api/v1/groups"))
    assert statuses(*group) == [403, 403, 403, 201]
    gone = (*known, "-X", "DELETE", daemon.url("admin", "/api/v1/groups/ward"))
    assert statuses(*gone) == [403, 403, 403, 204]
    # Reading is no change, and a browser shows the answer to nobody else.
    assert statuses(*known, daemon.url("admin", "/api/v1/status")) == [200, 200, 200, 200]
    assert "reason=origin" in daemon.log
