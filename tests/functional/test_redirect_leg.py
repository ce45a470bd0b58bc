# SPDX-License-Identifier: MIT
"""How a phone finds its way: the redirection service, with curl as the phone."""

import re
import statistics
import time

import pytest

from gigaprov import until

MAC = "7C2F80E0D605"
OTHER = "7C2F80E0D606"
PROFILE = "http://provider.example/xml/%MACD.xml"

# What differs between two answers of the same kind.
NONCE = re.compile(rb'nonce="[0-9a-f]+"')
DATE = re.compile(rb"\r\nDate: [^\r]*")


def colons(mac):
    return ":".join(mac[i:i + 2] for i in range(0, 12, 2))


@pytest.fixture
def fleet(daemon):
    """A daemon with the provider Daryna and an account of hers: daemon.register() is by RPC."""
    client = daemon.rpc(*daemon.add_account())

    def register(mac=MAC, url=PROFILE, daemon=daemon):
        good, answer = client.autoprov.registerDevice(f"{mac}-55DF", url, "Daryna")
        assert good and answer.startswith("OK: "), answer
        return answer[4:]

    daemon.register = register
    return daemon


def ap(daemon, query):
    return daemon.url("phones", f"/macredirect/ap?{query}")


def location(daemon, query, user, password, *more):
    """The Location that a phone with these credentials is told."""
    status, headers = daemon.curl_headers("--digest", "-u", f"{user}:{password}", *more,
                                          ap(daemon, query))
    assert status == 307, headers
    return headers["location"]


def raw(daemon, *arguments):
    """The last answer as it came, without its nonce and date."""
    answer = daemon.curl("-i", *arguments)
    last = answer[answer.rindex(b"HTTP/1.1 "):]
    return DATE.sub(b"", NONCE.sub(b'nonce="*"', last))


# -- the whole way

def test_a_phone_finds_its_document_with_the_secret_that_register_device_told(fleet):
    """401, Digest, 307, 401, Digest, 200."""
    secret = fleet.register(url=fleet.url("phones", "/xml/%MACD.xml"))
    fleet.ctl("device", "add", MAC, "--product", "n870")

    def ask(*words):
        answers = fleet.curl("-i", "--digest", "-u", f"{MAC}:{secret}", *words).decode()
        return re.findall(r"^HTTP/1.1 (\d+)", answers, re.M), answers

    statuses, answers = ask(ap(fleet, f"mac={colons(MAC)}"))
    assert statuses == ["401", "307"]
    statuses, document = ask(re.search(r"^Location: (.*)\r", answers, re.M).group(1))
    assert statuses == ["401", "200"]
    assert '<provisioning version="1.1" productID="e2">' in document
    # A client that follows by itself knows the challenge already.
    assert ask("--location", ap(fleet, f"mac={MAC}"))[0] == ["401", "307", "200"]

    challenge = re.search(r"WWW-Authenticate: (.*)\r", answers).group(1)
    assert challenge.startswith("Digest ") and challenge.count("Digest") == 1
    assert "algorithm=MD5" in challenge and 'qop="auth"' in challenge


def test_credentials_of_the_registered_url_are_good_for_the_document(fleet):
    port = fleet.ports["phones"]
    secret = fleet.register(url=f"http://ward:geheim@127.0.0.1:{port}/xml/%MACD.xml")
    fleet.ctl("device", "add", MAC, "--product", "n870")

    there = location(fleet, f"mac={MAC}", MAC, secret)
    assert there == f"http://ward:geheim@127.0.0.1:{port}/xml/{MAC}.xml"
    assert fleet.curl_status("--digest", there) == 200
    assert fleet.curl_status("--digest", there.replace("geheim", "falsch")) == 401
    # A healthy phone tries its own secret first; both are good.
    assert fleet.fetch(MAC, secret)


@pytest.mark.parametrize("userinfo, user, password", [
    ("ward:ge%40heim", "ward", "ge@heim"),
    ("ward:ge%40heim", "ward", "ge%40heim"),  # from a phone that does not decode
    ("w%2Frd:x", "w/rd", "x"),
    ("%MACD:geheim", MAC, "geheim"),
    ("%25MACC:geheim", colons(MAC), None),  # a colon ends the user
])
def test_credentials_of_the_url_are_read_as_phones_read_them(fleet, userinfo, user, password):
    secret = fleet.register(url=f"http://{userinfo}@provider.example/%MACD.xml")
    fleet.ctl("device", "add", MAC, "--product", "n870")
    url = fleet.url("phones", f"/xml/{MAC}.xml")

    def status(user, password):
        _, headers = fleet.curl_headers(url)
        return fleet.curl_status("-H", digest_header(headers["www-authenticate"], user, password,
                                                     f"/xml/{MAC}.xml"), url)

    if password:
        assert status(user, password) == 200
    assert status(MAC, secret) == 200
    assert status(user, "falsch") == 401
    assert status("otto", "geheim") == 401


def test_the_date_of_the_last_request_is_kept(make_daemon):
    daemon = make_daemon(settings={"limits": {"seen_seconds": 1}}).start()
    client = daemon.rpc(*daemon.add_account())
    secret = client.autoprov.registerDevice(MAC, PROFILE, "Daryna")[1][4:]

    def seen():
        return daemon.ctl("device", "show", MAC, json=True)["seen"]

    before = int(time.time())
    assert seen() is None
    # Whoever cannot prove it leaves no trace.
    assert daemon.curl_status("--digest", "-u", f"{MAC}:wrong", ap(daemon, f"mac={MAC}")) == 401
    location(daemon, f"mac={MAC}", MAC, secret, "-A", "Gigaset N510 IP PRO/42.258")
    trace = until(seen, "the trace of a redirection")
    assert trace["at"] == trace["redirected_at"] >= before
    assert trace["user_agent"] == "Gigaset N510 IP PRO/42.258"
    assert "seen.redirected_at" in daemon.ctl("device", "show", MAC)

    # A fetch of the document leaves that date alone, over a restart, too.
    daemon.ctl("device", "add", MAC, "--product", "n870")
    daemon.restart()
    time.sleep(1)
    daemon.fetch(MAC, secret)
    later = until(lambda: seen()["at"] > trace["at"] and seen(), "the trace of a fetch")
    assert later["redirected_at"] == trace["redirected_at"]


def test_a_request_is_shown_before_its_date_is_stored(make_daemon):
    daemon = make_daemon(settings={"limits": {"seen_seconds": 86400}}).start()
    client = daemon.rpc(*daemon.add_account())
    secret = client.autoprov.registerDevice(MAC, PROFILE, "Daryna")[1][4:]
    daemon.ctl("device", "add", MAC, "--product", "n870")
    assert "it was never here" in daemon.ctl("explain", MAC)
    before = int(time.time())
    location(daemon, f"mac={MAC}", MAC, secret, "-A", "Gigaset N870 IP PRO/83.V2.65.0")
    daemon.fetch(MAC, secret)
    trace = daemon.ctl("device", "show", MAC, json=True)["seen"]
    assert before <= trace["redirected_at"] <= trace["at"] and trace["address"] == "127.0.0.1"
    row, = daemon.ctl("device", "list", json=True)["devices"]
    assert row["seen_at"] == trace["at"]
    assert "last here on" in daemon.ctl("explain", MAC)


# -- what phones send

@pytest.mark.parametrize("query", [MAC, MAC.lower(), colons(MAC), colons(MAC).lower(),
                                   colons(MAC).replace(":", "%3A")])
@pytest.mark.parametrize("user", [MAC, MAC.lower()])
def test_a_mac_is_known_in_every_spelling(fleet, query, user):
    secret = fleet.register()
    assert location(fleet, f"mac={query}", user, secret) == f"http://provider.example/xml/{MAC}.xml"


def digest_header(challenge, user, password, uri, method="GET"):
    from hashlib import md5

    def h(text):
        return md5(text.encode()).hexdigest()

    realm = re.search(r'realm="([^"]*)"', challenge).group(1)
    nonce = re.search(r'nonce="([^"]*)"', challenge).group(1)
    response = h(f"{h(f'{user}:{realm}:{password}')}:{nonce}:00000001:c0ffee:auth:"
                 f"{h(f'{method}:{uri}')}")
    return (f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", '
            f'uri="{uri}", qop=auth, nc=00000001, cnonce="c0ffee", response="{response}", '
            'algorithm=MD5')


def test_the_uri_in_the_digest_may_lack_the_query(fleet):
    secret = fleet.register()
    url = ap(fleet, f"mac={colons(MAC)}")
    for uri, status in (("/macredirect/ap", 307),
                        (f"/macredirect/ap?mac={colons(MAC)}", 307),
                        (f"/macredirect/ap?mac={colons(OTHER)}", 401),
                        ("/xml/x.xml", 401)):
        _, headers = fleet.curl_headers(url)
        header = digest_header(headers["www-authenticate"], MAC, secret, uri)
        assert fleet.curl_status("-H", header, url) == status, uri


def test_head_is_answered_like_get_without_a_body(fleet):
    secret = fleet.register()
    status, headers = fleet.curl_headers("--head", "--digest", "-u", f"{MAC}:{secret}",
                                         ap(fleet, f"mac={MAC}"))
    assert status == 307 and headers["location"].endswith(f"/{MAC}.xml")
    assert fleet.curl_headers("--head", ap(fleet, f"mac={MAC}"))[0] == 401


def test_an_old_nonce_is_stale_and_the_phone_may_try_again(make_daemon):
    daemon = make_daemon(settings={"limits": {"nonce_seconds": 1}}).start()
    client = daemon.rpc(*daemon.add_account())
    secret = client.autoprov.registerDevice(MAC, PROFILE, "Daryna")[1][4:]
    url = ap(daemon, f"mac={MAC}")

    _, headers = daemon.curl_headers(url)
    good = digest_header(headers["www-authenticate"], MAC, secret, "/macredirect/ap")
    wrong = digest_header(headers["www-authenticate"], MAC, "wrong", "/macredirect/ap")
    assert "stale" not in headers["www-authenticate"]
    time.sleep(2.1)
    status, headers = daemon.curl_headers("-H", good, url)
    assert status == 401 and headers["www-authenticate"].endswith("stale=true")
    assert "stale" not in daemon.curl_headers("-H", wrong, url)[1]["www-authenticate"]
    good = digest_header(headers["www-authenticate"], MAC, secret, "/macredirect/ap")
    assert daemon.curl_status("-H", good, url) == 307


# -- denials

def test_every_denial_is_the_same_answer(fleet):
    secret = fleet.register()
    locked = fleet.register("7C2F80E0D607")
    fleet.add_device("7C2F80E0D608", secret="A2B4C6D8E0F2")  # not registered
    fleet.ctl("lock", "7C2F80E0D607")
    fleet.ctl("activation", "add", "anna", "--url", PROFILE, "--provider", "Daryna",
              "--password-stdin", stdin="geheim\n")
    asked = {
        "no credentials": [ap(fleet, f"mac={MAC}")],
        "unknown, no credentials": [ap(fleet, f"mac={OTHER}")],
        "wrong secret": ["-u", f"{MAC}:wrong", ap(fleet, f"mac={MAC}")],
        "another's MAC": ["-u", f"{OTHER}:{secret}", ap(fleet, f"mac={MAC}")],
        "another's URL": ["-u", f"{MAC}:{secret}", ap(fleet, "mac=7C2F80E0D607")],
        "unknown": ["-u", f"{OTHER}:{secret}", ap(fleet, f"mac={OTHER}")],
        "not registered": ["-u", "7C2F80E0D608:A2B4C6D8E0F2", ap(fleet, "mac=7C2F80E0D608")],
        "locked": ["-u", f"7C2F80E0D607:{locked}", ap(fleet, "mac=7C2F80E0D607")],
        "no MAC": ["-u", f"{MAC}:{secret}", ap(fleet, "mac=")],
        "half a MAC": ["-u", f"{MAC}:{secret}", ap(fleet, "mac=7C2F80")],
        "nothing": ["-u", f"{MAC}:{secret}", fleet.url("phones", "/macredirect/ap")],
        "wrong password": ["-u", "anna:falsch", ap(fleet, "ac=anna")],
        "unknown code": ["-u", "otto:geheim", ap(fleet, "ac=otto")],
        "another's code": ["-u", "otto:geheim", ap(fleet, "ac=anna")],
        "a MAC with a code": ["-u", "anna:geheim", ap(fleet, f"mac={MAC}&ac=anna")],
        "a code's secret": ["-u", f"{MAC}:{secret}", ap(fleet, "ac=anna")],
    }
    answers = {what: raw(fleet, "--digest", *words) for what, words in asked.items()}
    reference = answers["no credentials"]
    assert reference.startswith(b"HTTP/1.1 401 ") and b"Location" not in reference
    assert {what for what, answer in answers.items() if answer != reference} == set()
    # It is also what a profile's denial looks like.
    assert raw(fleet, fleet.url("phones", f"/xml/{OTHER}.xml")) == reference
    for header in ("Basic QTpC", "Digest", "Digest x", "Bearer x"):
        assert raw(fleet, "-H", f"Authorization: {header}", ap(fleet, f"mac={MAC}")) == reference


def test_the_log_tells_what_the_wire_does_not(fleet):
    secret = fleet.register()
    fleet.curl_status("--digest", "-u", f"{OTHER}:{secret}", ap(fleet, f"mac={OTHER}"))
    fleet.curl_status("--digest", "-u", f"{MAC}:wrong", ap(fleet, f"mac={MAC}"))
    fleet.ctl("lock", MAC)
    fleet.curl_status("--digest", "-u", f"{MAC}:{secret}", ap(fleet, f"mac={MAC}"))
    for reason in ("not_registered", "secret_wrong", "mac_locked"):
        assert re.search(rf"reason={reason}\b", fleet.log), reason
    metrics = fleet.curl(fleet.url("admin", "/metrics")).decode()
    assert re.search(r"^gigaprovd_redirects_denied_total [1-9]", metrics, re.M)


def test_denials_take_the_same_time(fleet):
    """Medians of interleaved requests on one connection; far less than a network's jitter."""
    import http.client

    fleet.register()
    connection = http.client.HTTPConnection("127.0.0.1", fleet.ports["phones"])

    def ask(mac):
        connection.request("GET", f"/macredirect/ap?mac={mac}")
        answer = connection.getresponse()
        challenge = answer.headers["WWW-Authenticate"]
        answer.read()
        name, _, value = digest_header(challenge, mac, "wrong", "/macredirect/ap").partition(": ")
        start = time.perf_counter()
        connection.request("GET", f"/macredirect/ap?mac={mac}", headers={name: value})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 401
        return time.perf_counter() - start

    known, unknown = [], []
    for _ in range(400):
        known.append(ask(MAC))
        unknown.append(ask(OTHER))
    a, b = statistics.median(known), statistics.median(unknown)
    assert abs(a - b) < 0.25 * max(a, b), (a, b)


# -- placeholders

def test_placeholders_are_filled_in(make_daemon):
    daemon = make_daemon(settings={"redirect": {"data_url": "http://data.example/device/"}}).start()
    client = daemon.rpc(*daemon.add_account())

    def told(url):
        client.autoprov.deregisterDevice(MAC)
        secret = client.autoprov.registerDevice(MAC, url, "Daryna")[1][4:]
        return location(daemon, f"mac={MAC}", MAC, secret)

    assert told("http://a.example/%25MACD?%MACC") == f"http://a.example/{MAC}?{colons(MAC)}"
    assert told("http://%DURL/%MACD.xml") == f"http://data.example/device/{MAC}.xml"
    # What nobody here knows is for the phone to fill in.
    assert told("http://a.example/%DVID/%SUBLIST/%ACTC") == "http://a.example/%DVID/%SUBLIST/%ACTC"

    daemon.ctl("device", "add", MAC, "--product", "n870")
    daemon.ctl("sip", "add", "pbx", "--domain", "192.0.2.10")
    for ipui in ("029e74a599", "029e74a600", "029e74a601"):
        daemon.ctl("handset", "add", MAC, ipui, "--user", "1013", "--sip", "pbx",
                   "--password-stdin", stdin="geheim\n")
    daemon.ctl("handset", "remove", MAC, "029e74a600")
    assert told("http://a.example/%DVID/%MACD?s=%SUBLIST") == f"http://a.example/83/1/{MAC}?s=1,3"


def test_a_url_that_would_break_a_header_is_not_given(fleet):
    """Nobody can register one; but a database can be written by others."""
    import sqlite3

    secret = fleet.register()
    with sqlite3.connect(fleet.database, timeout=20) as db:
        db.execute("UPDATE registration SET url = ?", ("http://a/\r\nX-Evil: 1",))
    answer = fleet.curl("-i", "--digest", "-u", f"{MAC}:{secret}", ap(fleet, f"mac={MAC}"))
    assert b"Evil" not in answer and b" 307 " not in answer
    assert "a registered URL cannot be given" in fleet.log


# -- open

def test_open_asks_for_no_proof_and_status_says_so(make_daemon):
    daemon = make_daemon(settings={"redirect": {"auth": "open"}}).start()
    client = daemon.rpc(*daemon.add_account())
    client.autoprov.registerDevice(MAC, PROFILE, "Daryna")
    client.autoprov.registerDevice(OTHER, PROFILE, "Daryna")
    daemon.ctl("lock", OTHER)
    daemon.ctl("activation", "add", "anna", "--url", PROFILE, "--provider", "Daryna",
               "--password-stdin", stdin="geheim\n")

    status, headers = daemon.curl_headers(ap(daemon, f"mac={colons(MAC)}"))
    assert (status, headers["location"]) == (307, f"http://provider.example/xml/{MAC}.xml")
    denials = {raw(daemon, ap(daemon, query))
               for query in (f"mac={OTHER}", "mac=7C2F80000000", "mac=x", "mac=")}
    assert len(denials) == 1 and denials.pop().startswith(b"HTTP/1.1 404 ")
    # A password that is set here can always be proved.
    assert daemon.curl_status(ap(daemon, "ac=anna")) == 401
    location(daemon, "ac=anna", "anna", "geheim")
    notices = daemon.ctl("status", json=True)["notices"]
    assert any("[redirect] auth = open" in notice for notice in notices)


def test_digest_gives_no_such_notice(daemon):
    assert "[redirect]" not in daemon.ctl("status")


# -- activation codes

def activate(daemon, code="anna", url="http://provider.example/%ACTC.xml?m=%MACD"):
    return daemon.ctl("activation", "add", code, "--url", url, "--provider", "Daryna",
                      "--password-stdin", stdin="ge#heim\n", json=True)


def test_an_activation_code_leads_to_its_url(fleet):
    made = activate(fleet)
    assert made["code"] == "anna" and "ge#heim" not in str(made)
    # The phone comes without its MAC; that placeholder is left to it.
    assert (location(fleet, "ac=anna", "anna", "ge#heim")
            == "http://provider.example/anna.xml?m=%MACD")
    assert fleet.curl_status("--head", "--digest", "-u", "anna:ge#heim",
                             ap(fleet, "ac=anna")) == 307

    fleet.ctl("activation", "remove", "anna")
    assert fleet.curl_status("--digest", "-u", "anna:ge#heim", ap(fleet, "ac=anna")) == 401


def test_activation_codes_are_listed_and_audited(fleet):
    activate(fleet)
    activate(fleet, "otto", "http://u:geheim@provider.example/")
    rows = fleet.ctl("activation", "list", json=True)["activations"]
    assert [row["code"] for row in rows] == ["anna", "otto"]
    assert rows[0]["provider"] == "Daryna" and rows[0]["password"] == "set"
    assert "geheim" not in fleet.ctl("activation", "list")
    fleet.ctl("activation", "remove", "anna")
    audit = fleet.ctl("audit", "list", json=True)["audit"]
    assert [row["action"] for row in audit[:3]] == ["activation.remove", "activation.add",
                                                    "activation.add"]
    assert audit[0]["object"] == "activation:anna"
    assert "ge#heim" not in str(audit)
    assert b"ge#heim" not in fleet.database.read_bytes()


@pytest.mark.parametrize("code, url, provider, reason", [
    ("anna", PROFILE, "Daryna", "exists already"),
    ("anna#geheim", PROFILE, "Daryna", "password"),
    ("..", PROFILE, "Daryna", "an activation code has"),
    ("a/b", PROFILE, "Daryna", "an activation code has"),
    ("", PROFILE, "Daryna", "an activation code has"),
    ("x" * 65, PROFILE, "Daryna", "an activation code has"),
    ("otto", "ftp://a.example/", "Daryna", "http://"),
    ("otto", "http://a.example/%XYZ", "Daryna", "%XYZ"),
    ("otto", PROFILE, "Nobody", "no such provider"),
])
def test_a_bad_activation_code_is_refused_with_words(fleet, code, url, provider, reason):
    activate(fleet)
    done = fleet.ctl("activation", "add", code, "--url", url, "--provider", provider,
                     "--password-stdin", stdin="geheim\n", check=False)
    assert done.returncode != 0 and reason in done.stderr.decode()
    assert len(fleet.ctl("activation", "list", json=True)["activations"]) == 1


def test_a_provider_with_activation_codes_stays(fleet):
    activate(fleet)
    done = fleet.ctl("provider", "remove", "Daryna", check=False)
    assert done.returncode != 0 and "activation codes" in done.stderr.decode()
    assert fleet.ctl("activation", "remove", "otto", check=False).returncode != 0


# -- the chain of old phones

def entries(data):
    """(type, URL) of each entry of a file of the chain."""
    found = []
    while data:
        kind, length, inner, size = data[:4]
        assert inner == 3 and length == size + 2 and data[3 + size] == 0
        found.append((kind, data[4:3 + size].decode()))
        data = data[2 + length:]
    return found


def test_an_old_phone_follows_the_chain_to_its_document(make_daemon):
    daemon = make_daemon(settings={"redirect": {"chain_code": "444"}}).start()
    secret = "A2B4C6D8E0F2"
    daemon.add_device(MAC, "n870", secret)

    def get(path):
        return daemon.curl("--fail", "--path-as-is", daemon.url("phones", path))

    for base in ("/device", ""):
        path = f"{base}/42/2/master.bin"
        data = get(path)
        assert data == (b"\x03\x1a\x03\x18../../sifs/sifsroot.bin\0"
                        b"\x05\x0a\x03\x08webuil/\0\x05\x07\x03\x05sht/\0")
        # Phones ask for what they find as it is, or resolve it first.
        assert get(f"{base}/42/2/../../sifs/sifsroot.bin") == get(f"{base}/sifs/sifsroot.bin")
        name = "sifsroot.bin"
        while True:
            (kind, name), = entries(get(f"{base}/sifs/{name}"))
            if kind == 0:
                break
        assert name == "http://%DURL/%MACD.xml"
    assert daemon.fetch(MAC, secret, path=f"/device/{MAC}.xml")


def test_the_chain_has_no_other_files_and_is_off_by_default(make_daemon):
    url = "http://192.0.2.1/%MACC.xml"
    on = make_daemon("on", settings={"redirect": {"chain_code": "123", "chain_url": url}}).start()
    off = make_daemon("off").start()

    def status(daemon, path):
        return daemon.curl_status("--path-as-is", daemon.url("phones", path))

    assert entries(on.curl("--fail", on.url("phones", "/sifs/siu_123.bin"))) == [(0, url)]
    for path in ("/sifs/siu_444.bin", "/sifs/master.bin", "/device/a/2/master.bin",
                 "/device/42/2000/master.bin", "/device/42/2/../../../sifs/sifsroot.bin",
                 "/device/42/2/%2e%2e/../sifs/sifsroot.bin", "/device/../sifs/sifsroot.bin"):
        assert status(on, path) == 404, path
    # master.bin is no name of a node
    for path in ("/device/42/2/master.bin", "/sifs/sifsroot.bin", "/42/2/master.bin"):
        assert status(on, path) == 200 and status(off, path) == 404, path
