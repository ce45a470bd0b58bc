# SPDX-License-Identifier: MIT
"""Other makers' methods over the same rules, and calls as files in a form.

Each row is a cause, the call and the answer, byte for byte.
"""

import re

import pytest

from gigaprov import until

PASSWORD = "a long password"
URL = "http://p.example/%MACD.xml"
MAC = "0004131A2B3C"
OTHERS_MAC = "0004131A2B3D"
HEAD = '<?xml version="1.0" encoding="UTF-8"?><methodResponse><params><param>'
TAIL = "</param></params></methodResponse>"


def call(method, *params):
    def value(param):
        if isinstance(param, list):
            inside = "".join(value(item) for item in param)
            return f"<value><array><data>{inside}</data></array></value>"
        if isinstance(param, bool):
            return f"<value><boolean>{int(param)}</boolean></value>"
        return f"<value><string>{param}</string></value>"

    inside = "".join(f"<param>{value(param)}</param>" for param in params)
    return f"<methodCall><methodName>{method}</methodName><params>{inside}</params></methodCall>"


def result(good, text):
    return (f"{HEAD}<value><array><data><value><boolean>{int(good)}</boolean></value>"
            f"<value>{text}</value></data></array></value>{TAIL}")


@pytest.fixture
def service(daemon):
    for provider in ("Acme", "Other"):
        daemon.ctl("provider", "add", provider)
    for account in ("acme", "other"):
        daemon.ctl("account", "add", account, "--role", "integrator", "--provider",
                   account.capitalize(), "--password-stdin", stdin=PASSWORD)
    daemon.ctl("provider", "set", "Acme", "--default-url", URL)
    answer = post(daemon, call("autoprov.registerDevice", OTHERS_MAC, URL, "Other"), "other")
    assert "OK: " in answer
    return daemon


def post(daemon, body, account="acme", path="/RPC2"):
    return daemon.curl("-s", "-u", f"{account}:{PASSWORD}", "-H", "Content-Type: text/xml",
                       "--data-binary", body, daemon.url("admin", path)).decode()


SNOM = [
    ("a MAC that nobody has", ("registerPhone", MAC, URL), (1, "Ok")),
    ("one's own again", ("registerPhone", MAC, URL + "?b"), (1, "Ok")),
    ("registered", ("checkPhone", MAC), (1, "Ok")),
    ("no MAC", ("registerPhone", "0004131A2B", URL), (0, "Error:malformed_mac")),
    ("no URL", ("registerPhone", MAC, "gopher://p.example"), (0, "Error:malformed_url")),
    ("somebody else's", ("registerPhone", OTHERS_MAC, URL), (0, "Error:owned_by_other_user")),
    ("somebody else's", ("checkPhone", OTHERS_MAC), (0, "Error:no_such_mac")),
    ("somebody else's", ("deregisterPhone", OTHERS_MAC), (0, "Error:no_such_mac")),
    ("unknown", ("checkPhone", "000413000000"), (0, "Error:no_such_mac")),
    ("unknown", ("deregisterPhone", "000413000000"), (0, "Error:no_such_mac")),
    ("no MAC", ("checkPhone", "x"), (0, "Error:malformed_mac")),
    ("a list", ("registerPhoneList", [MAC, "000413000001"], URL), (1, "Ok")),
    ("a list with somebody else's", ("registerPhoneList", ["000413000002", OTHERS_MAC], URL),
     (0, "Error:owned_by_other_user")),
    ("the good one of it was done", ("checkPhone", "000413000002"), (1, "Ok")),
    ("a list to remove", ("deregisterPhoneList", [MAC, "000413000001", "000413000002"]), (1, "Ok")),
    ("it is gone", ("checkPhone", MAC), (0, "Error:no_such_mac")),
]

YEALINK = [
    ("a MAC and a URL", ("registerDevice", MAC, URL), (1, "OK")),
    ("one's own again", ("registerDevice", MAC, URL), (0, f"Error:{MAC.lower()}")),
    ("one's own, overridden", ("registerDevice", MAC, URL, "1"), (1, "OK")),
    ("one's own, overridden by a boolean", ("registerDevice", MAC, URL, True), (1, "OK")),
    ("a server's name", ("registerDevice", "000413000003", "Acme"), (1, "OK")),
    ("no such server", ("registerDevice", "000413000004", "Nobody"), (0, "Error:Invalid server")),
    ("somebody else's server", ("registerDevice", "000413000004", "Other"),
     (0, "Error:Invalid server")),
    ("no MAC", ("registerDevice", "00041", URL), (0, "Error:Invalid MAC(s):00041")),
    ("somebody else's", ("registerDevice", OTHERS_MAC, URL, "1"),
     (0, f"Error:{OTHERS_MAC.lower()}")),
    ("registered", ("checkDevice", MAC), (1, "Registered")),
    ("unknown", ("checkDevice", "000413000000"), (0, "Unregistered")),
    ("somebody else's", ("checkDevice", OTHERS_MAC), (0, "Unregistered")),
    ("no MAC", ("checkDevice", "00"), (0, "Error:Invalid MAC")),
    ("a list", ("registerDevices", ["000413000005", "000413000006"], "Acme", "1"), (1, "OK")),
    ("a list to remove", ("deRegisterDevices", ["000413000005", "000413000006"]), (1, "OK")),
    ("unknown", ("deRegisterDevice", "000413000000"), (0, "Error:Invalid MAC(s):000413000000")),
    ("one", ("deRegisterDevice", MAC), (1, "OK")),
]


@pytest.mark.parametrize("rows", [SNOM, YEALINK], ids=["snom", "yealink"])
def test_each_outcome_of_a_dialect_is_answered_in_its_words(service, rows):
    for cause, (method, *params), answer in rows:
        got = post(service, call("redirect." + method, *params))
        assert got == result(*answer), f"{method}: {cause}"


def test_a_servers_name_stands_for_its_providers_url(service):
    post(service, call("redirect.registerDevice", MAC, "Acme"))
    assert service.rpc("acme", PASSWORD).autoprov.checkDevice(MAC)[4] == URL


def test_snoms_list_has_ones_own_macs(service):
    post(service, call("redirect.registerPhoneList", [MAC, "000413000001"], URL))
    assert service.rpc("acme", PASSWORD).redirect.listPhones() == ["000413000001", MAC]


def test_flags_are_not_taken_where_a_string_is_meant(service):
    got = post(service, call("autoprov.checkDevice", True))
    assert "<int>1302</int>" in got


def test_the_help_says_that_dialects_are_less_certain(service):
    server = service.rpc("acme", PASSWORD)
    for method in server.system.listMethods():
        if method.startswith("redirect."):
            assert "less certain" in server.system.methodHelp(method)


# -- calls as files in a form


def upload(daemon, *forms):
    return daemon.curl("-s", "-u", f"acme:{PASSWORD}", *forms,
                       daemon.url("admin", "/apxml/basic.do")).decode()


def test_a_file_in_a_form_is_answered_like_the_call_itself(service, tmp_path):
    file = tmp_path / "call.xml"
    file.write_text(" <?xml version='1.0'?>\n" + call("autoprov.checkDevice", MAC))
    direct = post(service, call("autoprov.checkDevice", MAC), path="/apxml/rpc.do")
    assert upload(service, "-F", f"upload=@{file}") == direct
    assert f"mac_not_found:{MAC}" in direct
    # A form's empty fields are no documents.
    assert upload(service, "-F", "name=", "-F", f"file=@{file};type=text/xml") == direct


@pytest.mark.parametrize("forms, words", [
    (["-F", "a=", "-F", "b="], "0 documents"),
    (["--form-string", "a=<methodCall/>", "--form-string", "b=<methodCall/>"], "2 documents"),
    (["-F", "a=nothing of the kind"], "not an XML-RPC call"),
    (["--data-binary", "<methodCall/>", "-H", "Content-Type: text/xml"],
     "must be multipart/form-data"),
    (["--data-binary", "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n<methodCall>",
      "-H", "Content-Type: multipart/form-data; boundary=x"], "closing boundary"),
    (["--data-binary", "x", "-H", "Content-Type: multipart/form-data"], "no boundary"),
])
def test_what_is_wrong_with_an_upload_is_a_fault_that_says_so(service, forms, words):
    answer = upload(service, *forms)
    assert "<fault>" in answer
    assert words in answer


# -- guessing


def test_wrong_passwords_are_slowed_for_their_account_and_address(service):
    url = service.url("admin", "/RPC2")

    def status(account, password):
        return service.curl("-s", "-o", "/dev/null", "-w", "%{http_code}", "-u",
                            f"{account}:{password}", "--data-binary",
                            call("autoprov.listDevices"), url).decode()

    def pause():
        head = service.curl("-s", "-i", "-u", "acme:wrong", "-d", "x", url).decode()
        return int((re.search(r"^Retry-After: (\d+)\r$", head, re.M) or [0, 0])[1])

    assert [status("acme", "wrong") for _ in range(5)] == ["401"] * 5
    # Pauses double: one that outlasts the requests below on a busy machine.
    until(lambda: pause() >= 3, "a long pause")
    assert status("acme", "wrong") == "429"
    assert status("acme", PASSWORD) == "429"
    assert status("other", PASSWORD) == "200"
