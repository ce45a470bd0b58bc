# SPDX-License-Identifier: MIT
"""XML-RPC as integrators' scripts speak it: cause → request → answer, byte for byte."""

import datetime
import hashlib
import itertools
import pathlib
import re
import tempfile
import xml.sax.saxutils
import xmlrpc.client

import pytest

from gigaprov import BUILD, Daemon, run

URL = "http://prov.example/xml/%MACD.xml"
OTHER_URL = "https://user:pass@prov.example:8443/%DVID/%MACC.xml?a=1&b=%25MACD"
TODAY = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
HEAD = '<?xml version="1.0" encoding="UTF-8"?><methodResponse>'

REGISTER = "autoprov.registerDevice"
DEREGISTER = "autoprov.deregisterDevice"
REGISTER_LIST = "autoprov.registerDeviceList"
DEREGISTER_LIST = "autoprov.deregisterDeviceList"
LIST = "autoprov.listDevices"
CHECK = "autoprov.checkDevice"


# -- what answers look like

def escape(text):
    return xml.sax.saxutils.escape(text, {'"': "&quot;", "\r": "&#13;", "\n": "&#10;"})


def value(item):
    if isinstance(item, list):
        return f"<value><array><data>{''.join(map(value, item))}</data></array></value>"
    if isinstance(item, bool):
        return f"<value><boolean>{int(item)}</boolean></value>"
    return f"<value>{escape(item)}</value>"


def answer(items):
    return f"{HEAD}<params><param>{value(items)}</param></params></methodResponse>"


def fault(code, words):
    return (f"{HEAD}<fault><value><struct><member><name>faultCode</name><value><int>{code}</int>"
            f"</value></member><member><name>faultString</name><value>{escape(words)}</value>"
            "</member></struct></value></fault></methodResponse>")


def hidden(text):
    """Passwords are random: `OK: *` stands for one."""
    return re.sub(r"OK: [0-9a-f]{32}", "OK: *", text)


# -- what requests look like: each form is legal, and each is in use somewhere

def references(text):
    return "".join(f"&#x{ord(c):X};" if c in "<>&\"'" else f"&#{ord(c)};" for c in text)


class Form:
    """A way to write the same call."""

    def __init__(self, name, declaration="", string="<string>%s</string>", text=escape,
                 empty="<params/>", between="", indent="", mac=str):
        self.name, self.declaration, self.string, self.text = name, declaration, string, text
        self.empty, self.between, self.indent, self.mac = empty, between, indent, mac

    def value(self, item):
        gap, deeper = self.between, self.between + self.indent
        if isinstance(item, list):
            inner = "".join(gap + self.value(member) for member in item)
            return f"<value>{gap}<array>{deeper}<data>{inner}{gap}</data>{gap}</array></value>"
        return f"<value>{self.string % self.text(item)}</value>"

    def document(self, method, params):
        gap, deeper = self.between, self.between + self.indent
        inner = "".join(f"{deeper}<param>{deeper}{self.value(item)}{deeper}</param>"
                        for item in params)
        inner = f"<params>{inner}{gap}</params>" if params else self.empty
        return (f"{self.declaration}<methodCall>{gap}<methodName>{method}</methodName>"
                f"{gap}{inner}{gap}</methodCall>")


def pairs(mac, separator):
    return separator.join(mac[i:i + 2] for i in range(0, 12, 2)) + mac[12:]


FORMS = [
    Form("no declaration, one line"),
    Form("single-quoted declaration, pretty-printed with tabs", "<?xml version='1.0'?>\n",
         between="\n", indent="\t", empty="<params>\n     </params>"),
    Form("a leading blank before the declaration", " <?xml version='1.0'?>\r\n ",
         between="\r\n ", empty="<params></params>"),
    Form("a declaration with encoding", '<?xml version="1.0" encoding="UTF-8"?>', empty=""),
    Form("a byte order mark", '\ufeff<?xml version="1.0" encoding="utf-8"?>\n'),
    Form("another encoding declared, nothing but ASCII",
         '<?xml version="1.0" encoding="iso-8859-1"?>\n', text=references),
    Form("untyped values", string="%s"),
    Form("untyped values with escapes", string="%s", text=references),
    Form("CDATA", string="<string><![CDATA[%s]]></string>", text=str),
    Form("comments", "<!-- <!DOCTYPE --><?xml-stylesheet href='<a>'?>"),
    Form("lower-case MACs", mac=str.lower),
    Form("MACs with colons", mac=lambda mac: pairs(mac, ":")),
    Form("MACs with dashes, lower case", mac=lambda mac: pairs(mac, "-").lower()),
]


# -- the table

class Row:
    """`given` are calls made before; {a}, {b}, {c} are MACs that nobody has used yet."""

    def __init__(self, cause, method, *params, gives, given=()):
        self.cause, self.method, self.params = cause, method, list(params)
        self.gives, self.given = gives, given


A, B, C = "{a}-55DF", "{b}-1910", "{c}-A0Z9"
HAVE_A = (REGISTER, A, URL, "Daryna")
FOREIGN_A = ("otto", REGISTER, A, URL, "Otto")

ROWS = [
    # registerDevice
    Row("a free MAC-ID is registered", REGISTER, A, URL, "Daryna", gives=[True, "OK: *"]),
    Row("a free bare MAC is registered", REGISTER, "{a}", URL, "Daryna", gives=[True, "OK: *"]),
    Row("a URL with every placeholder is registered", REGISTER, A,
        "http://h/%MACD/%MACC/%DVID/%DURL/%ACTC/%SUBLIST/%%/%25MACD", "Daryna",
        gives=[True, "OK: *"]),
    Row("a URL with a name and a password is registered", REGISTER, A, OTHER_URL, "Daryna",
        gives=[True, "OK: *"]),
    Row("a MAC in use is refused", REGISTER, A, OTHER_URL, "Daryna", given=[HAVE_A],
        gives=[False, "mac_already_in_use:{a}"]),
    Row("a MAC in use is refused whatever its suffix", REGISTER, "{a}-0000", URL, "Daryna",
        given=[HAVE_A], gives=[False, "mac_already_in_use:{a}"]),
    Row("a MAC in use elsewhere is refused", REGISTER, A, URL, "Daryna", given=[FOREIGN_A],
        gives=[False, "mac_already_in_use:{a}"]),
    Row("a suffix that was another one before is refused", REGISTER, "{a}-0000", URL, "Daryna",
        given=[HAVE_A, (DEREGISTER, A)], gives=[False, "mac_invalid:{a}"]),
    Row("what is no MAC is refused", REGISTER, "7C2F80820EC", URL, "Daryna",
        gives=[False, "mac_invalid:7C2F80820EC"]),
    Row("an empty MAC is refused", REGISTER, "", URL, "Daryna", gives=[False, "mac_invalid:"]),
    Row("a suffix that is too short is refused with the MAC", REGISTER, "{a}-55D", URL, "Daryna",
        gives=[False, "mac_invalid:{a}"]),
    Row("a suffix with other characters is refused with the MAC", REGISTER, "{a}-55_F", URL,
        "Daryna", gives=[False, "mac_invalid:{a}"]),
    Row("markup in a MAC comes back escaped", REGISTER, '<&">', URL, "Daryna",
        gives=[False, 'mac_invalid:<&">']),
    Row("a URL of another scheme is refused", REGISTER, A, "ftp://h/%MACD.xml", "Daryna",
        gives=[False, "url_invalid:ftp://h/%MACD.xml"]),
    Row("a URL without a host is refused", REGISTER, A, "http:///%MACD.xml", "Daryna",
        gives=[False, "url_invalid:http:///%MACD.xml"]),
    Row("a URL with an unknown placeholder is refused", REGISTER, A, "http://h/%WHAT", "Daryna",
        gives=[False, "url_invalid:http://h/%WHAT"]),
    Row("a URL with a blank is refused", REGISTER, A, "http://h/a b", "Daryna",
        gives=[False, "url_invalid:http://h/a b"]),
    Row("an empty URL is refused", REGISTER, A, "", "Daryna", gives=[False, "url_invalid:"]),
    Row("an unknown name is refused", REGISTER, A, URL, "Nobody & Sons",
        gives=[False, "name_invalid:Nobody & Sons"]),
    Row("the name of somebody else is refused as an unknown one", REGISTER, A, URL, "Otto",
        gives=[False, "name_invalid:Otto"]),
    Row("an empty name is refused", REGISTER, A, URL, "", gives=[False, "name_invalid:"]),
    Row("the URL is looked at before the name", REGISTER, A, "x", "Nobody",
        gives=[False, "url_invalid:x"]),

    # deregisterDevice
    Row("a registration is removed by its MAC-ID", DEREGISTER, A, given=[HAVE_A],
        gives=[True, "OK"]),
    Row("a registration is removed by its bare MAC", DEREGISTER, "{a}", given=[HAVE_A],
        gives=[True, "OK"]),
    Row("a registration is removed once", DEREGISTER, A, given=[HAVE_A, (DEREGISTER, A)],
        gives=[False, "mac_not_found:{a}"]),
    Row("an unknown MAC is not removed", DEREGISTER, A, gives=[False, "mac_not_found:{a}"]),
    Row("a foreign MAC is not removed, as if unknown", DEREGISTER, A, given=[FOREIGN_A],
        gives=[False, "mac_not_found:{a}"]),
    Row("a foreign MAC does not tell its suffix", DEREGISTER, "{a}-0000", given=[FOREIGN_A],
        gives=[False, "mac_not_found:{a}"]),
    Row("a wrong suffix removes nothing", DEREGISTER, "{a}-0000", given=[HAVE_A],
        gives=[False, "mac_invalid:{a}"]),
    Row("what is no MAC is not removed", DEREGISTER, "none", gives=[False, "mac_invalid:none"]),

    # registerDeviceList
    Row("a list is registered", REGISTER_LIST, [A, B, "{c}"], URL, "Daryna",
        gives=[True, "OK: *", "OK: *", "OK: *"]),
    Row("a list without members is well", REGISTER_LIST, [], URL, "Daryna", gives=[True]),
    Row("a list is done but for its bad members, in the order asked", REGISTER_LIST,
        [A, "bad", B, C], URL, "Daryna", given=[(REGISTER, B, URL, "Daryna")],
        gives=[False, "OK: *", "mac_invalid:bad", "mac_already_in_use:{b}", "OK: *"]),
    Row("a double in a list is answered as the first", REGISTER_LIST, [A, "{a}", A], URL,
        "Daryna", gives=[True, "OK: *", "OK: *", "OK: *"]),
    Row("a bad URL refuses a whole list", REGISTER_LIST, [A, B], "h/%MACD", "Daryna",
        gives=[False, "url_invalid:h/%MACD"]),
    Row("a bad name refuses a whole list", REGISTER_LIST, [A, B], URL, "Nobody",
        gives=[False, "name_invalid:Nobody"]),

    # deregisterDeviceList
    Row("a list is removed", DEREGISTER_LIST, [A, "{b}"],
        given=[(REGISTER_LIST, [A, B], URL, "Daryna")], gives=[True, "OK", "OK"]),
    Row("a list is removed but for its bad members", DEREGISTER_LIST, [A, B, "bad"],
        given=[HAVE_A], gives=[False, "OK", "mac_not_found:{b}", "mac_invalid:bad"]),
    Row("a foreign member of a list is as an unknown one", DEREGISTER_LIST, [A], given=[FOREIGN_A],
        gives=[False, "mac_not_found:{a}"]),

    # listDevices
    Row("a name without registrations lists nothing", LIST, "Empty", gives=[]),
    Row("an unknown name lists nothing", LIST, "Nobody", gives=[]),
    Row("the name of somebody else lists nothing", LIST, "Otto", gives=[]),
    Row("a name lists its registrations", LIST, "Solo",
        gives=[["0000000050E0", "Solo", OTHER_URL, TODAY]]),
    Row("several names list the registrations of each", LIST, "Solo", "Duo",
        gives=[["0000000000D0", "Duo", URL, TODAY], ["0000000000D1", "Duo", URL, TODAY],
               ["0000000050E0", "Solo", OTHER_URL, TODAY]]),

    # checkDevice
    Row("a registration is shown by its MAC-ID", CHECK, A, given=[HAVE_A],
        gives=[True, "{a}", "Daryna", TODAY, URL]),
    Row("a registration is shown by its bare MAC, with its markup", CHECK, "{a}",
        given=[(REGISTER, A, OTHER_URL, "Daryna")],
        gives=[True, "{a}", "Daryna", TODAY, OTHER_URL]),
    Row("an unknown MAC is not shown", CHECK, A, gives=[False, "mac_not_found:{a}"]),
    Row("a foreign MAC is not shown, as if unknown", CHECK, A, given=[FOREIGN_A],
        gives=[False, "mac_not_found:{a}"]),
    Row("a wrong suffix is not shown", CHECK, "{a}-0000", given=[HAVE_A],
        gives=[False, "mac_invalid:{a}"]),
    Row("what is no MAC is not shown", CHECK, "7C2F80820EC0G",
        gives=[False, "mac_invalid:7C2F80820EC0"]),
]


# -- the daemon that they all ask

macs = (f"7C2F{n:08X}" for n in itertools.count(0x80000000))


class Caller:
    def __init__(self, daemon, name, password="password of everybody"):
        self.daemon, self.name, self.password = daemon, name, password
        self.proxy = daemon.rpc(name, password)

    def __call__(self, method, *params):
        """By xmlrpc.client; a Fault is raised."""
        return getattr(self.proxy, method)(*params)

    def curl(self, document, path="/apxml/rpc.do", *options):
        return self.daemon.curl(
            "--user", f"{self.name}:{self.password}", "-H", "Content-Type: text/xml", *options,
            "--data-binary", document, self.daemon.url("admin", path)).decode()

    def ask(self, method, *params, form=FORMS[0], **options):
        return self.curl(form.document(method, list(params)), **options)


def add_accounts(daemon):
    daemon.ctl("provider", "add", "Unowned")
    return {name: Caller(daemon, *daemon.add_account(name, "password of everybody", role, names))
            for name, role, names in (
                ("anna", "integrator", ("Daryna", "Empty", "Solo", "Duo")),
                ("otto", "integrator", ("Otto",)),
                ("vera", "viewer", ()),
                ("ada", "admin", ()))}


@pytest.fixture(scope="module", name="callers")
def fixture_callers():
    with tempfile.TemporaryDirectory(prefix="gigaprov-") as top:
        daemon = Daemon(pathlib.Path(top) / "daemon").start()
        callers = add_accounts(daemon)
        callers["anna"](REGISTER, "0000000050E0", OTHER_URL, "Solo")
        callers["anna"](REGISTER_LIST, ["0000000000D1", "0000000000D0"], URL, "Duo")
        yield callers
        daemon.stop()


@pytest.fixture(name="anna")
def fixture_anna(callers):
    return callers["anna"]


@pytest.fixture(name="daemon_of_all")
def fixture_daemon_of_all(callers):
    return callers["anna"].daemon


def filled(item, names, mac=str):
    if isinstance(item, (list, tuple)):
        return [filled(member, names, mac) for member in item]
    if not isinstance(item, str) or not re.search(r"\{[abc]\}", item):
        return item
    return mac(re.sub(r"\{([abc])\}", lambda found: names[found[1]], item))


def prepare(callers, row):
    names = {letter: next(macs) for letter in "abc"}
    for given in row.given:
        who, call = ("anna", given) if given[0] not in callers else (given[0], given[1:])
        assert callers[who](*filled(call, names))[0] is True
    return names


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.cause)
def test_every_form_of_a_call_has_its_answer(callers, row):
    for form in FORMS:
        names = prepare(callers, row)
        document = form.document(row.method, filled(row.params, names, form.mac))
        path = "/RPC2" if FORMS.index(form) % 2 else "/apxml/rpc.do"
        got = callers["anna"].curl(document, path)
        assert hidden(got) == answer(filled(row.gives, names)), (form.name, document)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.cause)
def test_xmlrpc_client_understands_the_answer(callers, row):
    names = prepare(callers, row)
    got = callers["anna"](row.method, *filled(row.params, names))
    assert hidden(repr(got)) == repr(filled(row.gives, names))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_call_without_parameters_may_be_written_in_every_form(anna, form):
    got = anna.ask("system.listMethods", form=form)
    assert got.startswith(f"{HEAD}<params><param><value><array><data><value>{REGISTER}</value>")
    listed = anna.ask(LIST, form=form)
    assert listed.startswith(f"{HEAD}<params><param><value><array><data>")
    assert value(["0000000050E0", "Solo", OTHER_URL, TODAY]) in listed


def test_an_answer_says_that_it_is_xml(anna):
    status, headers = anna.daemon.curl_headers(
        "--user", f"{anna.name}:{anna.password}", "--data-binary",
        FORMS[0].document(CHECK, ["bad"]), anna.daemon.url("admin", "/apxml/rpc.do"))
    assert (status, headers["content-type"]) == (200, "text/xml")
    assert headers["cache-control"] == "no-store"


def test_text_of_several_lines_comes_back_on_one(anna):
    got = anna.ask(CHECK, "a\nb\r\tc")
    assert "\n" not in got and "\r" not in got
    assert got == answer([False, "mac_invalid:a\nb\n\tc"])
    assert anna(CHECK, "a\nb") == [False, "mac_invalid:a\nb"]


def test_what_is_repeated_of_a_long_mac_is_still_text(anna):
    for start in ("", "x", "xx", "xxx"):
        words = anna(CHECK, start + "é" * 100)[1]
        assert words.startswith("mac_invalid:" + start + "é" * 29) and len(words) < 80
        words = anna(CHECK, start + "日" * 100)[1]
        assert words.startswith("mac_invalid:" + start + "日" * 19) and len(words) < 80


# -- clients in the wild

GO_CLIENT = re.compile(
    r"<params><param><value><array><data><value><boolean>(.*)</boolean></value><value>(.*)</value>"
    r"</data></array></value></param></params>")


def test_the_regular_expression_of_the_go_client_matches(anna):
    mac = next(macs)
    for call, good, begins in (
            ((REGISTER, mac, "no url", "Daryna"), "0", "url_invalid:"),
            ((REGISTER, mac, URL, "Daryna"), "1", "OK: "),
            ((REGISTER, mac, URL, "Daryna"), "0", "mac_already_in_use:"),
            ((REGISTER_LIST, [mac], URL, "Daryna"), "0", "mac_already_in_use:"),
            ((DEREGISTER, mac), "1", "OK"),
            ((DEREGISTER, mac), "0", "mac_not_found:"),
            ((REGISTER, "a\nb", URL, "Daryna"), "0", "mac_invalid:")):
        found = GO_CLIENT.search(anna.ask(*call))
        assert found and found[1] == good and found[2].startswith(begins), call


def test_the_php_client_goes_its_way(anna):
    mac = next(macs)
    assert anna(CHECK, mac)[1].lower() == f"mac_not_found:{mac}".lower()
    assert anna(REGISTER, f"{mac}-55DF", URL, "Daryna")[0]
    assert anna(CHECK, mac)[1] == mac
    assert anna(DEREGISTER, mac) == [True, "OK"]
    assert anna(REGISTER, f"{mac}-55DF", OTHER_URL, "Daryna")[0]
    assert anna(CHECK, mac)[4] == OTHER_URL


def test_the_manufacturers_sample_client_works_as_it_stands(anna):
    a, b = next(macs), next(macs)
    host = f"127.0.0.1:{anna.daemon.ports['admin']}"

    def client(*words):
        done = run(BUILD / "ap-client", anna.name, anna.password, host, *words, check=False)
        return done.returncode, hidden(done.stdout.decode())

    assert client(REGISTER, f"s:{a}-55DF", f"s:{URL}", "s:Daryna") == (0, "1\nOK: *\n")
    assert client(REGISTER_LIST, f"sl:{a},{b}-1910", f"s:{URL},", "s:Daryna") == (
        1, f"0\nmac_already_in_use:{a}\nOK: *\n")
    assert client(LIST, "s:Solo") == (0, f"0000000050E0\tSolo\t{OTHER_URL}\t{TODAY}\n")
    assert client(CHECK, f"s:{a}")[1] == f"1\n{a}\nDaryna\n{TODAY}\n{URL}\n"
    assert client(DEREGISTER_LIST, f"sl:{a},{b}") == (0, "1\nOK\nOK\n")
    assert client(DEREGISTER, f"s:{a}") == (1, f"0\nmac_not_found:{a}\n")


def test_gigaprovctl_rpc_calls_as_the_admin_of_the_machine(anna):
    mac = next(macs)
    ctl = anna.daemon.ctl
    assert hidden(ctl("rpc", REGISTER, f"s:{mac}", f"s:{URL}", "s:Daryna")) == "1\nOK: *\n"
    assert ctl("rpc", CHECK, f"s:{mac}", json=True) == [True, mac, "Daryna", TODAY, URL]
    assert ctl("rpc", DEREGISTER, f"s:{mac}") == "1\nOK\n"
    assert ctl("rpc", DEREGISTER, f"s:{mac}", check=False).returncode == 1


# -- who asks

def response(algorithm, user, password, realm, nonce, uri, method="POST", count=1):
    def digest(*parts):
        return hashlib.new(algorithm, ":".join(parts).encode()).hexdigest()

    ha1 = digest(user, realm, password)
    return digest(ha1, nonce, f"{count:08x}", "c0ffee", "auth", digest(method, uri))


def challenges(daemon, *arguments):
    text = daemon.curl("-i", "--data-binary", "x", *arguments,
                       daemon.url("admin", "/apxml/rpc.do")).decode()
    assert text.startswith("HTTP/1.1 401 ")
    return re.findall(r"(?im)^WWW-Authenticate: (.*)\r$", text)


@pytest.mark.parametrize("who", ["", "anna:wrong password", "nobody:password of everybody",
                                 "anna:", ":"])
def test_wrong_credentials_are_answered_with_every_challenge(daemon_of_all, who):
    md5, sha256, basic = challenges(daemon_of_all, *(("--user", who) if who else ()))
    pattern = 'Digest realm="gigaprovd", qop="auth", algorithm=%s, nonce="[0-9a-f]{48}"'
    assert re.fullmatch(pattern % "MD5", md5)
    assert re.fullmatch(pattern % "SHA-256", sha256)
    assert basic == 'Basic realm="gigaprovd", charset="UTF-8"'


def test_curl_logs_in_by_digest(anna):
    assert anna.ask(CHECK, "bad", path="/RPC2") == answer([False, "mac_invalid:bad"])
    assert anna.curl(FORMS[0].document(CHECK, ["bad"]), "/apxml/rpc.do", "--digest") == answer(
        [False, "mac_invalid:bad"])


@pytest.mark.parametrize("name, algorithm", [("MD5", "md5"), ("SHA-256", "sha256")])
@pytest.mark.parametrize("path, uri", [("/apxml/rpc.do", "/apxml/rpc.do"),
                                       ("/apxml/rpc.do?a=1", "/apxml/rpc.do"),
                                       ("/apxml/rpc.do?a=1", "/apxml/rpc.do?a=1")])
def test_both_algorithms_prove_an_account_once_for_each_count(anna, name, algorithm, path, uri):
    nonce = re.search('nonce="(.*?)"', challenges(anna.daemon)[0])[1]

    def status(password, count):
        made = response(algorithm, anna.name, password, "gigaprovd", nonce, uri, count=count)
        return anna.daemon.curl_status(
            "-H", f'Authorization: Digest username="{anna.name}", realm="gigaprovd", '
            f'nonce="{nonce}", uri="{uri}", algorithm={name}, qop=auth, nc={count:08x}, '
            f'cnonce="c0ffee", response="{made}"', "--data-binary",
            FORMS[0].document(CHECK, ["bad"]), anna.daemon.url("admin", path))

    assert status("wrong", 1) == 401
    assert status(anna.password, 1) == 200
    assert status(anna.password, 1) == 401
    assert status(anna.password, 2) == 200


def test_a_password_ends_with_its_account(daemon_of_all):
    daemon_of_all.add_account("temp", "the first password", "viewer", ())
    assert daemon_of_all.rpc("temp", "the first password").system.listMethods()
    daemon_of_all.ctl("account", "remove", "temp")
    daemon_of_all.add_account("temp", "the second password", "viewer", ())
    with pytest.raises(xmlrpc.client.ProtocolError, match="401"):
        daemon_of_all.rpc("temp", "the first password").system.listMethods()
    assert daemon_of_all.rpc("temp", "the second password").system.listMethods()


@pytest.mark.parametrize("call", [(REGISTER, "7C2F00000001", URL, "Solo"),
                                  (DEREGISTER, "0000000050E0"),
                                  (REGISTER_LIST, ["7C2F00000001"], URL, "Solo"),
                                  (DEREGISTER_LIST, ["0000000050E0"])], ids=lambda call: call[0])
def test_a_viewer_may_not_change_anything(callers, call):
    vera = callers["vera"]
    assert vera.ask(*call) == fault(1013, f"account 'vera' may not call {call[0]}")
    with pytest.raises(xmlrpc.client.Fault) as caught:
        vera(*call)
    assert caught.value.faultCode == 1013
    assert vera(CHECK, "0000000050E0")[0] is True
    assert vera(CHECK, "7C2F00000001") == [False, "mac_not_found:7C2F00000001"]


def test_viewers_and_admins_see_the_registrations_of_all(callers):
    mac = next(macs)
    assert callers["otto"](REGISTER, mac, URL, "Otto")[0]
    for who in ("vera", "ada"):
        assert callers[who](CHECK, mac) == [True, mac, "Otto", TODAY, URL]
        names = {row[1] for row in callers[who](LIST)}
        assert {"Otto", "Solo", "Duo"} <= names
    assert {row[1] for row in callers["otto"](LIST)} == {"Otto"}
    assert "Otto" not in {row[1] for row in callers["anna"](LIST)}


def test_an_admin_registers_under_every_name_an_integrator_only_under_his(callers):
    assert callers["ada"](REGISTER, next(macs), URL, "Unowned")[0] is True
    assert callers["otto"](REGISTER, next(macs), URL, "Unowned") == [False, "name_invalid:Unowned"]


@pytest.mark.parametrize("method", [CHECK, DEREGISTER])
@pytest.mark.parametrize("suffix", ["", "-55DF", "-0000", "-bad"])
def test_foreign_and_unknown_macs_are_answered_with_the_same_bytes(callers, method, suffix):
    foreign, unknown = next(macs), next(macs)
    assert callers["otto"](REGISTER, f"{foreign}-55DF", URL, "Otto")[0]
    got = [callers["anna"].ask(method, mac + suffix).replace(mac, "MAC")
           for mac in (foreign, unknown)]
    assert got[0] == got[1]
    assert callers["otto"](CHECK, foreign)[0] is True


# -- what stays

def test_a_registered_mac_is_never_overwritten(callers):
    mac = next(macs)
    assert callers["anna"](REGISTER, mac, URL, "Daryna")[0]
    for who, name in (("anna", "Daryna"), ("anna", "Solo"), ("otto", "Otto"), ("ada", "Otto")):
        refusal = f"mac_already_in_use:{mac}"
        assert callers[who](REGISTER, mac, OTHER_URL, name) == [False, refusal]
        assert callers[who](REGISTER_LIST, [mac], OTHER_URL, name) == [False, refusal]
    assert callers["anna"](CHECK, mac) == [True, mac, "Daryna", TODAY, URL]


def test_a_device_keeps_its_password_with_its_owner_and_gets_another_with_another(callers):
    anna, otto = callers["anna"], callers["otto"]
    mac = next(macs)
    first = anna(REGISTER, mac, URL, "Daryna")[1]
    assert re.fullmatch("OK: [0-9a-f]{32}", first)
    anna(DEREGISTER, mac)
    assert anna(REGISTER, mac, OTHER_URL, "Solo")[1] == first
    anna(DEREGISTER_LIST, [mac])
    assert anna(REGISTER_LIST, [mac], URL, "Daryna")[1] == first
    anna(DEREGISTER, mac)
    second = otto(REGISTER, mac, URL, "Otto")[1]
    otto(DEREGISTER, mac)
    assert second != first
    assert anna(REGISTER, mac, URL, "Daryna")[1] not in (first, second)


def test_devices_have_different_passwords(anna):
    answers = anna(REGISTER_LIST, [next(macs) for _ in range(20)], URL, "Daryna")
    assert len(set(answers[1:])) == 20


def test_the_password_of_a_registration_opens_the_document_of_its_device(anna):
    mac = next(macs)
    daemon = anna.daemon
    secret = anna(REGISTER, mac, "http://phone:its%20own@h/%MACD.xml", "Daryna")[1][4:]
    profile = daemon.url("phones", f"/xml/{mac}.xml")
    assert daemon.curl_status("--digest", "--user", f"{mac}:{secret}", profile) == 404
    daemon.ctl("device", "add", mac, "--product", "n870")
    assert b"<provisioning" in daemon.fetch(mac, secret)
    assert b"<provisioning" in daemon.fetch(mac.lower(), secret)
    assert daemon.curl_status("--digest", "--user", f"{mac}:wrong", profile) == 401
    anna(DEREGISTER, mac)
    assert b"<provisioning" in daemon.fetch(mac, secret)


def test_a_phone_logs_in_with_the_name_and_password_of_its_url(anna):
    mac = next(macs)
    daemon = anna.daemon
    anna(REGISTER, mac, "http://phone:word@h/%MACD.xml", "Daryna")
    daemon.ctl("device", "add", mac, "--product", "n870")
    profile = daemon.url("phones", f"/xml/{mac}.xml")
    assert daemon.curl_status("--digest", "--user", "phone:word", profile) == 200
    assert daemon.curl_status("--digest", "--user", "phone:other", profile) == 401
    anna(DEREGISTER, mac)
    assert daemon.curl_status("--digest", "--user", "phone:word", profile) == 401


# -- introspection

AUTOPROV = {
    REGISTER: [["array", "string", "string", "string"]],
    DEREGISTER: [["array", "string"]],
    REGISTER_LIST: [["array", "array", "string", "string"]],
    DEREGISTER_LIST: [["array", "array"]],
    LIST: [["array"], ["array", "string"]],
    CHECK: [["array", "string"]],
}


def test_methods_tell_about_themselves(anna):
    methods = anna("system.listMethods")
    assert methods[:6] == list(AUTOPROV)
    assert len(set(methods)) == len(methods)
    for method in methods:
        assert len(anna("system.methodHelp", method)) > 10
        assert all(types[0] for types in anna("system.methodSignature", method))
    for method, signatures in AUTOPROV.items():
        assert anna("system.methodSignature", method) == signatures


@pytest.mark.parametrize("method", ["system.shutdown", "system.multicall", "system.getCapabilities",
                                    "autoprov.registerdevice", "registerDevice", "x" * 5000])
def test_other_methods_are_not_there(anna, method):
    assert method not in anna("system.listMethods")
    for params in ([], ["now"], [[]]):
        with pytest.raises(xmlrpc.client.Fault) as caught:
            anna(method, *params)
        assert caught.value.faultCode == 1301
    for ask in ("system.methodHelp", "system.methodSignature"):
        with pytest.raises(xmlrpc.client.Fault):
            anna(ask, method)


# -- the ini's and the accounts' switches

def test_the_ini_says_whether_macs_need_their_suffix_and_an_account_may_say_otherwise(make_daemon):
    daemon = make_daemon().start()
    callers = add_accounts(daemon)
    anna, otto = callers["anna"], callers["otto"]
    bare = {name: next(macs) for name in ("anna", "otto")}
    daemon.ctl("account", "set", "anna", "--require-mac-id", "yes")
    refusal = [False, f"mac_invalid:{bare['anna']}"]
    assert anna(REGISTER, bare["anna"], URL, "Daryna") == refusal
    assert anna(REGISTER_LIST, [bare["anna"]], URL, "Daryna") == refusal
    assert anna(REGISTER, f"{bare['anna']}-55DF", URL, "Daryna")[0] is True
    assert anna(CHECK, bare["anna"])[0] is True
    assert anna(DEREGISTER, bare["anna"]) == [True, "OK"]
    assert otto(REGISTER, bare["otto"], URL, "Otto")[0] is True
    assert otto(DEREGISTER, bare["otto"])[0] is True

    daemon.write_ini(redirect={"require_mac_id": "yes"})
    daemon.reload()
    assert otto(REGISTER, bare["otto"], URL, "Otto") == [False, f"mac_invalid:{bare['otto']}"]
    daemon.ctl("account", "set", "otto", "--require-mac-id", "no")
    assert otto(REGISTER, bare["otto"], URL, "Otto")[0] is True
    daemon.ctl("account", "set", "anna", "--require-mac-id", "default")
    assert anna(REGISTER, bare["anna"], URL, "Daryna") == refusal
    # Refused for its suffix: what is there may not make room for nothing.
    if "redirect.registerDevice" in anna("system.listMethods"):
        daemon.ctl("account", "set", "otto", "--require-mac-id", "yes")
        assert otto("redirect.registerDevice", bare["otto"], OTHER_URL, True)[0] is False
        assert otto(CHECK, bare["otto"])[4] == URL


def test_a_reload_switches_the_order_of_check_device(make_daemon):
    daemon = make_daemon().start()
    anna = add_accounts(daemon)["anna"]
    mac = next(macs)
    anna(REGISTER, mac, URL, "Daryna")
    assert anna.ask(CHECK, mac) == answer([True, mac, "Daryna", TODAY, URL])
    daemon.write_ini(redirect={"check_device_order": "url-date"})
    daemon.reload()
    assert anna.ask(CHECK, mac) == answer([True, mac, "Daryna", URL, TODAY])
    assert anna(LIST) == [[mac, "Daryna", URL, TODAY]]


def test_a_reload_switches_list_answers_to_the_guides(make_daemon):
    daemon = make_daemon(settings={"redirect": {"max_list": "5"}}).start()
    anna = add_accounts(daemon)["anna"]
    a, b, c, d = (next(macs) for _ in range(4))
    assert hidden(repr(anna(REGISTER_LIST, [f"{a}-55DF", b], URL, "Daryna"))) == repr(
        [True, "OK: *", "OK: *"])
    daemon.write_ini(redirect={"list_answer": "guide"})
    daemon.reload()
    assert anna.ask(REGISTER_LIST, [a, b, c], URL, "Daryna") == answer(
        [f"mac_already_in_use:{a}", f"mac_already_in_use:{b}"])
    assert anna(CHECK, c)[0] is True
    assert anna.ask(DEREGISTER_LIST, [c, d], ) == answer([f"mac_not_found:{d}"])
    assert anna.ask(REGISTER_LIST, [c, d], URL, "Daryna") == answer([True, "OK"])
    assert anna.ask(DEREGISTER_LIST, [c, d, c]) == answer([True, "OK"])
    # An invalid MAC, URL or name refuses the whole list.
    anna(DEREGISTER, a)
    for bad, words in (("bad", "bad"), (f"{a}-0000", a), (f"{d}-5", d)):
        assert anna.ask(REGISTER_LIST, [c, bad], URL, "Daryna") == answer(
            [False, f"mac_invalid:{words}"])
        assert anna(CHECK, c)[0] is False
    for bad, words in (("bad", "bad"), (f"{b}-5", b)):
        assert anna.ask(DEREGISTER_LIST, [b, bad]) == answer([False, f"mac_invalid:{words}"])
        assert anna(CHECK, b)[0] is True
    assert anna.ask(REGISTER_LIST, [c], "x", "Daryna") == answer([False, "url_invalid:x"])
    assert anna.ask(REGISTER_LIST, [c], URL, "x") == answer([False, "name_invalid:x"])
    daemon.ctl("account", "set", "anna", "--require-mac-id", "yes")
    assert anna.ask(REGISTER_LIST, [f"{c}-0000", d], URL, "Daryna") == answer(
        [False, f"mac_invalid:{d}"])
    assert anna(LIST) == [[b, "Daryna", URL, TODAY]]


def test_a_list_may_be_as_long_as_the_ini_says(make_daemon):
    daemon = make_daemon(settings={"redirect": {"max_list": "5"}}).start()
    anna = add_accounts(daemon)["anna"]
    names = [next(macs) for _ in range(6)]
    for call in ((REGISTER_LIST, names, URL, "Daryna"), (DEREGISTER_LIST, names)):
        assert anna.ask(*call) == fault(1304, "6 MACs in one call; max_list is 5")
    assert anna(LIST) == []
    assert anna(REGISTER_LIST, names[:5], URL, "Daryna")[0] is True


def test_a_list_is_one_line_of_the_log_with_its_request(make_daemon):
    daemon = make_daemon().start()
    anna = add_accounts(daemon)["anna"]
    names = [next(macs) for _ in range(50)]
    anna(REGISTER_LIST, names[:40], URL, "Daryna")
    before = len(daemon.log)
    assert anna(REGISTER_LIST, names, URL, "Daryna")[0] is False
    anna(REGISTER, names[0], URL, "Daryna")
    lines = [line for line in daemon.log[before:].splitlines() if "refused" in line]
    assert len(lines) == 2
    assert "devices=50 refused=40 " in lines[0]
    assert f"mac_already_in_use:{names[4]}" in lines[0] and names[5] not in lines[0]
    assert all(re.search(r" request=[0-9a-f]{6}-\d+ ", line) for line in lines)
    daemon.write_ini(daemon={"log_level": "debug"})
    daemon.reload()
    before = len(daemon.log)
    anna(DEREGISTER_LIST, names + ["bad"])
    lines = [line for line in daemon.log[before:].splitlines() if "mac_invalid:bad" in line]
    assert len(lines) == 2 and all(" request=" in line for line in lines)


# -- long lists

def test_thousands_are_registered_listed_and_removed(make_daemon):
    daemon = make_daemon().start()
    anna = add_accounts(daemon)["anna"]
    names = sorted(f"7C2F81{n * 7:06X}" for n in range(3000))
    assert anna(LIST) == [] and anna(LIST, "Daryna") == []
    assert anna(REGISTER_LIST, names[:1], URL, "Daryna")[0]
    assert anna(LIST) == [[names[0], "Daryna", URL, TODAY]]
    got = anna(REGISTER_LIST, names[:0:-1], URL, "Daryna")
    assert got[0] is True and len(got) == 3000
    anna(REGISTER, "000000000001", URL, "Solo")
    daryna = [[mac, "Daryna", URL, TODAY] for mac in names]
    solo = [["000000000001", "Solo", URL, TODAY]]
    assert anna(LIST, "Daryna") == daryna
    assert anna(LIST) == daryna + solo
    assert anna.ask(LIST, "Daryna", "Solo") == answer(daryna + solo)
    status, headers = daemon.curl_headers(
        "--user", f"{anna.name}:{anna.password}", "--data-binary",
        FORMS[0].document(LIST, []), daemon.url("admin", "/RPC2"))
    assert (status, headers.get("transfer-encoding")) == (200, "chunked")
    assert anna(DEREGISTER_LIST, names) == [True] + ["OK"] * 3000
    assert anna(LIST) == solo
