# SPDX-License-Identifier: MIT
"""The redirection service at its edges: who may use Basic, the sample client over TLS, files."""

import json

import pytest

from gigaprov import BUILD, run, until
from test_tls import certificate

URL = "http://prov.example/xml/%MACD.xml"
MAC = "7C2F80820EC0"
ELSEWHERE = "192.0.2.77"
CALL = ("<?xml version='1.0'?><methodCall><methodName>autoprov.checkDevice</methodName><params>"
        f"<param><value><string>{MAC}</string></value></param></params></methodCall>")


# -- Basic is a password in clear

@pytest.fixture(name="proxied")
def fixture_proxied(make_daemon):
    """Listeners behind a proxy on this machine, so that a caller's address can be told."""
    daemon = make_daemon()
    shared = {"port": 0, "serves": "rpc api", "trusted_proxies": "127.0.0.0/8"}
    daemon.listeners = {
        "admin": {"port": 0, "serves": "rpc api metrics"},
        "plain": shared,
        "allowed": {**shared, "basic_without_tls": "yes"},
        "tls": {**shared, **certificate(daemon, "ec")},
    }
    daemon.write_ini()
    daemon.start()
    daemon.add_account()
    return daemon


def status(daemon, listener, *words, address=ELSEWHERE):
    scheme = "https" if listener == "tls" else "http"
    return daemon.curl_status(
        "-k", "-u", "anna:anna's password", "-H", f"X-Forwarded-For: {address}", "-H",
        "Content-Type: text/xml", *words, "--data-binary", CALL,
        f"{scheme}://127.0.0.1:{daemon.ports[listener]}/apxml/rpc.do")


def test_basic_without_tls_is_taken_from_loopback_or_where_the_ini_says_so(proxied):
    assert status(proxied, "plain", "--basic") == 401
    refusal = proxied.log.splitlines()[-1]
    assert "basic_refused" in refusal and ELSEWHERE in refusal
    assert "anna's password" not in proxied.log
    assert status(proxied, "plain", "--basic", address="127.0.0.1") == 200
    assert status(proxied, "plain", "--basic", address="::1") == 200
    assert status(proxied, "allowed", "--basic") == 200
    assert status(proxied, "tls", "--basic") == 200
    assert status(proxied, "plain", "--digest") == 200
    notices = json.dumps(proxied.ctl("status", json=True)["notices"])
    assert "allowed" in notices and "Basic" in notices


def test_who_may_not_use_basic_is_not_asked_for_it(proxied):
    for listener, offered in (("plain", False), ("allowed", True), ("tls", True)):
        scheme = "https" if listener == "tls" else "http"
        head = proxied.curl("-k", "-i", "-H", f"X-Forwarded-For: {ELSEWHERE}", "-d", CALL,
                            f"{scheme}://127.0.0.1:{proxied.ports[listener]}/RPC2").decode()
        assert head.startswith("HTTP/1.1 401")
        assert ("WWW-Authenticate: Basic" in head) == offered, listener
        assert "WWW-Authenticate: Digest" in head


# -- lists

def test_a_list_with_one_url_for_all_is_done_and_warned_of(daemon):
    call = daemon.rpc(*daemon.add_account()).autoprov.registerDeviceList
    good = "http://prov.example/xml/%s.xml"
    for n, name in enumerate(("%MACD", "%MACC", "%25MACD")):
        assert call([f"7C2F8082000{n}", f"7C2F8082001{n}"], good % name, "Daryna")[0] is True
    assert "level=warn" not in daemon.log
    answer = call([MAC, "7C2F80820EC1"], good % "all", "Daryna")
    assert answer[0] is True and len(answer) == 3
    warning, = [line for line in daemon.log.splitlines() if "level=warn" in line]
    assert "all devices of a list get the same URL" in warning and "account=anna" in warning
    # One device is no list of them.
    assert call(["7C2F80820EC2"], good % "one", "Daryna")[0] is True


@pytest.mark.parametrize("url, good", [
    ("http://h/" + "x" * 1015, True),
    ("http://h/" + "x" * 1016, False),
    ("http://h/a\rb", False),
    ("http://h/a\nb", False),
    ("http://h/a\x7fb", False),
    ("http://h/a\tb", False),
    ("http://user:pass@h:8080/%MACD", True),
    ("http://", False),
    ("http://:80/%MACD", False),
    ("http://user@/%MACD", False),
    ("javascript:alert(1)", False),
    ("HTTPS://h/%MACD.xml", True),
    ("http://[2001:db8::1]/%MACD.xml", True),
    ("http://h:65536/%MACD.xml", False),
])
def test_a_url_is_good_or_named_in_the_answer(daemon, url, good):
    server = daemon.rpc(*daemon.add_account())
    answer = server.autoprov.registerDevice(MAC, url, "Daryna")
    assert answer[0] is good, answer
    if good:
        assert server.autoprov.checkDevice(MAC)[4] == url
    else:
        assert answer[1].startswith("url_invalid:http" if url.startswith("http") else
                                    "url_invalid:java")
        assert server.autoprov.checkDevice(MAC) == [False, f"mac_not_found:{MAC}"]


# -- clients

def test_the_sample_client_speaks_tls(make_daemon):
    daemon = make_daemon()
    keys = certificate(daemon, "ec")
    daemon.listeners = {"admin": {"port": 0, "serves": "rpc", **keys}}
    daemon.write_ini()
    daemon.start()
    daemon.add_account()
    host = f"127.0.0.1:{daemon.ports['admin']}"
    trust = ("--cacert", daemon.directory / keys["tls_cert"])

    def client(*words):
        done = run(BUILD / "ap-client", *words, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    register = ("autoprov.registerDevice", f"s:{MAC}", f"s:{URL}", "s:Daryna")
    check = ("autoprov.checkDevice", f"s:{MAC}")
    code, out, _ = client(*trust, "anna", "anna's password", f"https://{host}", *register)
    assert (code, out[:6]) == (0, "1\nOK: ")
    code, out, _ = client(*trust, "--https", "anna", "anna's password", host, *check)
    assert code == 0 and out.startswith(f"1\n{MAC}\nDaryna\n")
    code, out, _ = client("--insecure", "anna", "anna's password", f"https://{host}", *check)
    assert code == 0
    # Nobody else is told the password: neither who shows another certificate, nor in clear.
    code, out, err = client("anna", "anna's password", f"https://{host}", *check)
    assert code not in (0, 1) and out == "" and "certificate" in err
    code, out, err = client("anna", "anna's password", f"http://{host}", *check)
    assert code not in (0, 1) and out == "" and err
    code, out, err = client(*trust, "anna", "wrong", f"https://{host}", *check)
    assert code != 0 and out == "" and "password" in err


def test_a_call_that_lies_in_a_file_is_sent_as_it_is(daemon, tmp_path):
    path = tmp_path / "call.xml"
    path.write_text(CALL)
    done = daemon.ctl("rpc", "--file", path, check=False)
    assert (done.returncode, done.stdout) == (1, f"0\nmac_not_found:{MAC}\n".encode())
    done = daemon.ctl("rpc", "--file", "-", stdin=CALL, check=False)
    assert done.stdout == f"0\nmac_not_found:{MAC}\n".encode()
    done = daemon.ctl("rpc", "--file", path, "--xml", check=False)
    assert done.stdout.startswith(b'<?xml version="1.0" encoding="UTF-8"?><methodResponse><params>')
    path.write_text("<methodCall>")
    done = daemon.ctl("rpc", "--file", path, check=False)
    assert (done.returncode, done.stdout) == (1, b"") and b"not valid XML" in done.stderr
    done = daemon.ctl("rpc", "--file", tmp_path / "none.xml", check=False)
    assert done.returncode not in (0, 1) and b"none.xml" in done.stderr


# -- limits

def test_guesses_are_slowed_as_the_ini_says(make_daemon):
    daemon = make_daemon(settings={"limits": {"login_tries": 1, "login_slow_seconds": 86400}})
    daemon.start()
    daemon.add_account()
    url = daemon.url("admin", "/RPC2")

    def ask(password):
        return daemon.curl_headers("-u", f"anna:{password}", "-d", CALL, url)

    assert ask("wrong")[0] == 401
    until(lambda: int(ask("wrong")[1].get("retry-after", 0)) >= 8, "a long pause")
    assert ask("anna's password")[0] == 429
