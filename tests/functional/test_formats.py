# SPDX-License-Identifier: MIT
"""Desk phones, older phones and files kept as they are: what curl gets in their place."""

import json as json_module
import xml.etree.ElementTree as ElementTree

import pytest

from gigaprov import TOP

MAC = "7C2F80E0D605"
SECRET = "A2B4C6D8E0F2"


def add_line(daemon, user, *options, mac=MAC, sip="pbx"):
    return daemon.ctl("line", "add", mac, "--user", user, "--sip", sip, "--password-stdin",
                      *options, stdin=f"hidden-{user}\n")


@pytest.fixture
def pbx(daemon):
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net", "--registrar",
               "reg.example.net:5070")
    return daemon


def params(document):
    return {node.get("name"): node.get("value")
            for node in ElementTree.fromstring(document).iter("param")}


def symbols(document):
    return {node.get("ID"): node.get("value")
            for node in ElementTree.fromstring(document).iter("SYMB_ITEM")}


def headers(daemon, path=f"/xml/{MAC}.xml"):
    return daemon.curl_headers("--digest", "--user", f"{MAC}:{SECRET}", daemon.url("phones", path))


# -- lines

def test_lines_are_added_listed_changed_and_removed(pbx):
    pbx.add_device(product="maxwell3")
    add_line(pbx, "1013", "--auth", "auth-1013", "--display", "Räum 3")
    add_line(pbx, "1014", "--slot", "3")
    add_line(pbx, "1015")
    rows = pbx.ctl("line", "list", MAC, json=True)["lines"]
    assert [(row["slot"], row["user"], row["auth"], row["display"], row["sip"], row["password"])
            for row in rows] == [(1, "1013", "auth-1013", "Räum 3", "pbx", "set"),
                                 (2, "1015", "1015", "1015", "pbx", "set"),
                                 (3, "1014", "1014", "1014", "pbx", "set")]
    before = pbx.fetch()
    assert params(before)["SIP.Account.0.AuthPassword"] == "hidden-1013"
    pbx.ctl("line", "set", MAC, "1", "--display", "Ward 3", "--password-stdin",
            stdin="hidden-new\n")
    after = params(pbx.fetch())
    assert after["SIP.Account.0.AuthPassword"] == "hidden-new"
    assert after["SIP.Account.0.DisplayName"] == "Ward 3"
    assert after["SIP.Account.0.AuthName"] == "auth-1013"
    pbx.ctl("line", "remove", MAC, "1")
    after = params(pbx.fetch())
    assert after["SIP.Account.0.Active"] == "0" and "SIP.Account.0.AuthName" not in after
    assert after["SIP.Account.1.Active"] == "1"
    actions = [row["action"] for row in pbx.ctl("audit", "list", json=True)["audit"]]
    assert [actions.count(f"line.{what}") for what in ("add", "set", "remove")] == [3, 1, 1]
    assert "hidden-" not in pbx.ctl("audit", "list", "--json")


def test_a_line_that_cannot_be_is_refused_and_changes_nothing(pbx):
    pbx.add_device(product="maxwell3")
    add_line(pbx, "1013")
    before = pbx.ctl("line", "list", MAC, "--json")

    def refused(*words):
        done = pbx.ctl(*words, check=False)
        assert done.returncode != 0
        return done.stderr.decode()

    assert "line set" in refused("line", "add", MAC, "--slot", "1", "--user", "1", "--sip", "pbx")
    assert "lines 1 to 4" in refused("line", "add", MAC, "--slot", "5", "--user", "1", "--sip",
                                     "pbx")
    assert "sip add" in refused("line", "add", MAC, "--user", "1", "--sip", "nowhere")
    assert "no such line" in refused("line", "set", MAC, "2", "--user", "1")
    assert "no such line" in refused("line", "remove", MAC, "x")
    assert "user" in refused("line", "set", MAC, "1", "--user", "a\tb")
    assert "no such device" in refused("line", "list", "7C2F80FFFFFF")
    assert pbx.ctl("line", "list", MAC, "--json") == before


def test_lines_of_a_dect_system_are_its_handsets(pbx):
    pbx.add_device()
    pbx.ctl("handset", "add", MAC, "029e74a501", "--user", "1013", "--sip", "pbx")
    rows = pbx.ctl("line", "list", MAC, json=True)["lines"]
    assert [(row["slot"], row["ipui"], row["user"]) for row in rows] == [(1, "029e74a501", "1013")]
    for words in (["add", MAC, "--user", "1", "--sip", "pbx"], ["set", MAC, "1", "--user", "1"],
                  ["remove", MAC, "1"]):
        done = pbx.ctl("line", *words, check=False)
        assert done.returncode != 0 and b"gigaprovctl handset add" in done.stderr
    assert len(pbx.ctl("line", "list", MAC, json=True)["lines"]) == 1


def test_a_product_without_room_for_the_lines_is_refused(pbx):
    pbx.add_device(product="n510")
    add_line(pbx, "1013", "--slot", "6")
    for product in ("maxwell3", "n870"):
        done = pbx.ctl("device", "set", MAC, "--product", product, check=False)
        assert done.returncode != 0 and b"slot 6" in done.stderr
    pbx.ctl("device", "set", MAC, "--product", "de900")


def test_a_server_that_no_line_uses_is_free_again(pbx):
    pbx.add_device(product="maxwell3")
    pbx.ctl("sip", "add", "other", "--domain", "other.example")
    add_line(pbx, "1013")
    assert pbx.ctl("sip", "remove", "pbx", check=False).returncode != 0
    pbx.ctl("line", "set", MAC, "1", "--sip", "other")
    pbx.ctl("sip", "remove", "pbx")
    assert params(pbx.fetch())["SIP.Account.0.Domain"] == "other.example"


# -- formats

def test_a_maxwell_gets_its_document(pbx):
    pbx.add_device(product="maxwell3")
    add_line(pbx, "1013")
    pbx.ctl("setting", "set", "fleet", "System.DateAndTime.TimeServer", "pool.ntp.org")
    pbx.ctl("setting", "set", "fleet", "BS_IP_Data1.ucB_USE_DHCP", "1")
    pbx.ctl("setting", "set", f"device:{MAC}", "custom.Redirect", "http://x.example/%MACD.xml")
    document = pbx.fetch()
    root = ElementTree.fromstring(document)
    assert (root.tag, root.get("version"), root.get("productID")) == ("provisioning", "1.1", "mx3b")
    found = params(document)
    assert found["System.DateAndTime.TimeServer"] == "pool.ntp.org"
    assert found["SIP.Account.0.RegistrationServer.Port"] == "5070"
    assert not any(name.startswith("BS_") for name in found)
    step = root.find("custom/step")
    assert (step.get("type"), step.get("url")) == ("Redirect", "http://x.example/%MACD.xml")
    assert headers(pbx)[1]["content-type"] == "text/xml; charset=utf-8"


def test_an_n510_gets_a_provider_frame(pbx):
    pbx.add_device(product="n510")
    add_line(pbx, "1013", "--display", "Räum & Büro")
    add_line(pbx, "1014")
    pbx.ctl("setting", "set", f"device:{MAC}", "BS_XML_Netdirs.astNetdirProvider[0].aucServerURL[%]",
            "http://dir.example/")
    document = pbx.fetch()
    assert document.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>')
    assert f'<MAC_ADDRESS value="{MAC}"/>'.encode() in document
    assert "\"Räum &amp; Büro\"".encode("latin-1") in document
    found = symbols(document)
    assert found["BS_IP_Data1.aucS_SIP_PASSWORD_2"] == '"hidden-1014"'
    assert found["BS_Accounts.astAccounts[1].uiReceiveMask"] == "0x2"
    assert found["BS_XML_Netdirs.astNetdirProvider[0].aucServerURL[%]"] == '"http://dir.example/"'
    assert headers(pbx)[1]["content-type"] == "text/xml; charset=iso-8859-1"
    why = pbx.ctl("setting", "why", MAC, "BS_XML_Netdirs.astNetdirProvider[0].aucServerURL[%]",
                  json=True)["chain"]
    assert why[-1]["wins"]


def version(document):
    return ElementTree.fromstring(document).find("Provider/VERSION").get("value")


def test_version_changes_when_the_content_does_and_only_then(pbx):
    pbx.add_device(product="n720")
    add_line(pbx, "1013")
    first = pbx.fetch()
    pbx.ctl("setting", "set", "fleet", "Telephony.0.ToneScheme", "Germany")
    assert pbx.fetch() == first
    pbx.ctl("line", "set", MAC, "1", "--password-stdin", stdin="hidden-other\n")
    second = pbx.fetch()
    assert version(second) != version(first)
    pbx.ctl("line", "set", MAC, "1", "--password-stdin", stdin="hidden-1013\n")
    assert version(pbx.fetch()) == version(first)
    day, month = int(version(first)[:2]), int(version(first)[2:4])
    assert len(version(first)) == 10 and 1 <= day <= 31 and 1 <= month <= 12


@pytest.mark.parametrize("product", ["maxwell2", "n510", "n720", "de410"])
def test_a_preview_hides_what_is_secret_in_every_format(pbx, product):
    pbx.add_device(product=product)
    add_line(pbx, "1013", "--display", "Büro")
    name = {"maxwell2": "WebUI.AdminPassword", "de410": "S_ADMIN"}.get(product, "BS_CUSTOM.Password")
    pbx.ctl("setting", "set", f"device:{MAC}", name, "--secret-stdin", stdin="hidden-web\n")
    # The bytes as they would be sent, and those of older phones are no UTF-8.
    shown = pbx.ctl("preview", MAC, check=False).stdout.decode(
        "utf-8" if product == "maxwell2" else "latin-1")
    assert "Büro" in shown and "hidden-" not in shown and shown.count("********") >= 2
    if product != "maxwell2":
        assert '<VERSION value="********"/>' in shown
    answer = pbx.ctl("preview", MAC, json=True)
    assert "Büro" in answer["document"] and "hidden-" not in answer["document"]
    assert b"hidden-1013" in pbx.fetch() and b"hidden-web" in pbx.fetch()


# -- version 1.0

def get(daemon, name, *options):
    return daemon.curl("--fail", "--digest", "--user", f"{MAC}:{SECRET}", *options,
                       daemon.url("phones", f"/xml/{MAC}/{name}"))


def test_an_old_maxwell_follows_its_files_to_its_configuration(pbx):
    pbx.add_device(product="maxwell2")
    add_line(pbx, "1013", "--display", "<Räum> & 'Büro'")
    provisioning = ElementTree.fromstring(get(pbx, "provisioning.xml"))
    assert (provisioning.get("version"), provisioning.get("productID")) == ("1.0", "mx3b")
    assert [node.get("type") for node in provisioning] == ["nvm"]
    login = ["--fail", "--digest", "--user", f"{MAC}:{SECRET}"]
    updates = ElementTree.fromstring(pbx.curl(*login, provisioning[0].get("url")))
    settings = ElementTree.fromstring(pbx.curl(*login, updates.find("file").get("url")))
    assert settings.tag == "settings" and settings.get("macAddress") == "7c:2f:80:e0:d6:05"
    assert ({node.get("name"): node.get("value") for node in settings} == params(pbx.fetch()))
    # The configuration's fetch is on record, as the document's would be.
    assert pbx.ctl("device", "show", MAC, json=True)["provisioned_at"]


def control(daemon):
    return ElementTree.fromstring(get(daemon, "updates.xml")).find("file").get("version")


def test_the_control_string_changes_with_the_content_only(pbx):
    pbx.add_device(product="maxwell2")
    add_line(pbx, "1013")
    first = control(pbx)
    pbx.ctl("setting", "set", f"device:{MAC}", "custom.UnlockAllFunctionKeys", "1")
    assert control(pbx) == first
    pbx.ctl("setting", "set", f"device:{MAC}", "WebUI.Language", "de")
    assert control(pbx) not in (first, "")
    pbx.ctl("setting", "unset", f"device:{MAC}", "WebUI.Language")
    assert control(pbx) == first


def test_files_of_version_1_0_are_for_maxwells_that_prove_themselves(pbx):
    pbx.add_device(product="maxwell2")
    pbx.add_device("7C2F80E0D606")
    for name in ("provisioning.xml", "updates.xml", "configuration.xml"):
        assert pbx.curl_status(pbx.url("phones", f"/xml/{MAC}/{name}")) == 401
        assert pbx.curl_status(pbx.url("phones", f"/xml/{name}")) == 404
        assert pbx.curl_status("--digest", "--user", f"7C2F80E0D606:{SECRET}",
                               pbx.url("phones", f"/xml/7C2F80E0D606/{name}")) == 404
    login = ["--digest", "--user", f"{MAC}:{SECRET}"]
    assert pbx.curl_status(*login, pbx.url("phones", f"/xml/{MAC}/firmware.xml")) == 404
    assert pbx.curl_status(*login, pbx.url("phones", f"/xml/{MAC}/other.xml")) == 404


def test_a_host_that_is_none_is_not_put_into_urls(pbx):
    pbx.add_device(product="maxwell2")
    answer = get(pbx, "provisioning.xml", "-H", 'Host: a"b<c>').decode()
    assert 'url="updates.xml"' in answer


# -- files

def keep(daemon, scope, text, *options, check=True):
    path = daemon.directory / "template"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return daemon.ctl("template", "set", scope, "--file", str(path), *options, check=check)


def test_the_patch_that_ships_is_given_as_it_is(daemon):
    daemon.add_device(product="dx800")
    sample = TOP / "etc/dx800-redirect.txt"
    daemon.ctl("template", "set", "product:dx800", "--file", str(sample))
    assert daemon.fetch() == sample.read_bytes()
    assert headers(daemon)[1]["content-type"] == "text/plain; charset=utf-8"


def test_placeholders_are_filled_in_and_secrets_hidden_in_previews(pbx):
    pbx.add_device(product="raw")
    add_line(pbx, "1013", "--display", "A & B")
    pbx.ctl("setting", "set", f"device:{MAC}", "WebUI.AdminPassword", "--secret-stdin",
            stdin="hidden-web\n")
    keep(pbx, f"device:{MAC}", '<x mac="%MACD" colons="%MACC" user="%{line.1.user}" '
         'password="%{line.1.password}" display="%{line.1.display}" web="%{WebUI.AdminPassword}" '
         'own="literal" later="%%MACD"/>\n')
    root = ElementTree.fromstring(pbx.fetch())
    assert root.attrib == {
        "mac": MAC, "colons": "7C:2F:80:E0:D6:05", "user": "1013", "password": "hidden-1013",
        "display": "A & B", "web": "hidden-web", "own": "literal", "later": "%MACD"}
    assert headers(pbx)[1]["content-type"] == "text/xml; charset=utf-8"
    shown = pbx.ctl("preview", MAC)
    assert "hidden-" not in shown and shown.count("********") == 2 and "literal" in shown


def test_the_nearest_file_wins_and_a_change_reaches_its_devices(daemon):
    daemon.ctl("group", "add", "ward")
    daemon.add_device(product="raw", group="ward")
    keep(daemon, "product:raw", "product\n")
    assert daemon.fetch() == b"product\n"
    keep(daemon, "group:ward", "group\n")
    assert daemon.fetch() == b"group\n"
    keep(daemon, "group:ward", "group, again\n")
    assert daemon.fetch() == b"group, again\n"
    keep(daemon, f"device:{MAC}", "device\n")
    assert daemon.fetch() == b"device\n"
    rows = daemon.ctl("template", "list", json=True)["templates"]
    assert [row["scope"] for row in rows] == [f"device:{MAC}", "group:ward", "product:raw"]
    assert daemon.ctl("template", "show", "group:ward") == "group, again\n"
    daemon.ctl("template", "remove", f"device:{MAC}")
    daemon.ctl("template", "remove", "group:ward")
    assert daemon.fetch() == b"product\n"
    assert daemon.ctl("template", "remove", "group:ward", check=False).returncode != 0


def test_another_content_type_is_another_document(daemon):
    daemon.add_device(product="raw")
    keep(daemon, f"device:{MAC}", "same\n")
    daemon.fetch()
    before = headers(daemon)[1]
    keep(daemon, f"device:{MAC}", "same\n", "--content-type", "application/octet-stream")
    after = headers(daemon)[1]
    assert after["content-type"] == "application/octet-stream"
    assert after["etag"] != before["etag"]
    daemon.restart()
    assert headers(daemon)[1]["content-type"] == "application/octet-stream"


def test_a_file_that_cannot_be_is_refused_and_changes_nothing(daemon):
    daemon.add_device(product="raw")
    daemon.add_device("7C2F80E0D606")
    keep(daemon, f"device:{MAC}", "good\n")

    def refused(scope, text, *options):
        done = keep(daemon, scope, text, *options, check=False)
        assert done.returncode != 0
        return done.stderr.decode()

    assert "line 2, column 3" in refused(f"device:{MAC}", "a\nb %MACX\n")
    assert "not UTF-8" in refused(f"device:{MAC}", b"\xe4")
    assert "empty" in refused(f"device:{MAC}", "")
    assert "max_template" in refused(f"device:{MAC}", "x" * 70000)
    assert "content type" in refused(f"device:{MAC}", "x", "--content-type", "nonsense")
    assert "made here" in refused("product:n870", "x")
    assert "product raw" in refused("device:7C2F80E0D606", "x")
    assert "product:NAME" in refused("fleet", "x")
    assert "no group" in refused("group:nobody", "x")
    assert daemon.ctl("template", "show", f"device:{MAC}") == "good\n"
    assert len(daemon.ctl("template", "list", json=True)["templates"]) == 1


def test_without_a_value_the_phone_keeps_its_last_file_and_the_admin_sees_why(daemon):
    daemon.add_device(product="raw")
    keep(daemon, f"device:{MAC}", "zone=%{Zone}\n")
    daemon.ctl("setting", "set", f"device:{MAC}", "Zone", "Europe/Berlin")
    assert daemon.fetch() == b"zone=Europe/Berlin\n"
    daemon.ctl("setting", "unset", f"device:{MAC}", "Zone")
    done = daemon.ctl("preview", MAC, check=False)
    assert done.returncode != 0 and b"line 1, column 6: %{Zone}" in done.stderr
    assert daemon.fetch() == b"zone=Europe/Berlin\n"


def test_a_file_is_sealed_and_goes_with_its_device(daemon):
    daemon.add_device(product="raw")
    keep(daemon, f"device:{MAC}", "password=hidden-in-file\n")
    assert daemon.fetch() == b"password=hidden-in-file\n"
    audit = daemon.ctl("audit", "list", "--json")
    assert "template.set" in audit and "hidden-" not in audit
    daemon.ctl("device", "remove", MAC)
    assert daemon.ctl("template", "list", json=True)["templates"] == []
    daemon.stop()
    assert "hidden-" not in daemon.log
    assert b"hidden-" not in daemon.database.read_bytes()


def test_files_are_for_admins(daemon):
    daemon.add_device(product="raw")
    keep(daemon, f"device:{MAC}", "x\n")
    daemon.ctl("account", "add", "eve", "--role", "viewer", "--password-stdin",
               stdin="a good password\n")
    url = daemon.url("admin", f"/api/v1/templates/device:{MAC}")
    login = ["--user", "eve:a good password"]
    assert daemon.curl_status(*login, url) == 403
    assert daemon.curl_status(*login, "-X", "PUT", "-H", "Content-Type: application/json", "-d",
                              json_module.dumps({"text": "y"}), url) == 403
    assert daemon.curl_status(*login, daemon.url("admin", "/api/v1/templates")) == 200


def test_what_stands_in_a_kept_file_is_shown_to_admins_only(daemon):
    daemon.add_device(product="raw")
    keep(daemon, f"device:{MAC}", "<settings productID='e2'><param name='PSK' value='hidden-1'/>"
         "</settings>")
    daemon.fetch()
    keep(daemon, f"device:{MAC}", "<settings productID='e2'><param name='PSK' value='hidden-2'/>"
         "</settings>")
    daemon.add_account("eve", "a good password", role="viewer", providers=())
    login = ["--user", "eve:a good password"]
    url = daemon.url("admin", f"/api/v1/devices/{MAC}")
    assert daemon.curl_status(*login, url + "/preview") == 403
    diff = daemon.curl(*login, url + "/diff")
    assert b"hidden-" not in diff
    row, = json_module.loads(diff)["differences"]
    assert (row["name"], row["change"], row["is_secret"]) == ("PSK", "changed", True)
    assert "hidden-2" in daemon.ctl("preview", MAC)
    assert "hidden-1" in daemon.ctl("diff", MAC)
