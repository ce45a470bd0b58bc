# SPDX-License-Identifier: MIT
"""What is spoken under TLS, with and without tls_legacy: asked by OpenSSL, curl and raw bytes."""

import socket
import ssl
import struct

import pytest

from gigaprov import BUILD, run

REQUEST = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
KEYS = {
    "rsa1024": ["-newkey", "rsa:1024", "-sha1"],
    "rsa": ["-newkey", "rsa:2048", "-sha256"],
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
}


def certificate(daemon, kind):
    """A self-signed certificate; the ini's two keys for it."""
    daemon.directory.mkdir(exist_ok=True)
    cert, key = (daemon.directory / f"{kind}.{end}" for end in ("pem", "key"))
    run("openssl", "req", "-x509", *KEYS[kind], "-nodes", "-keyout", key, "-out", cert,
        "-days", "2", "-subj", "/CN=127.0.0.1")
    return {"tls_cert": cert.name, "tls_key": key.name}


@pytest.fixture
def tls_daemon(make_daemon):
    """One listener for each kind of key, and a legacy one for each kind of RSA key."""
    daemon = make_daemon()
    daemon.listeners = {kind: {"port": 0, "serves": "wpi metrics", **certificate(daemon, kind)}
                        for kind in KEYS}
    daemon.listeners |= {f"legacy-{kind}": {**daemon.listeners[kind], "tls_legacy": "yes"}
                         for kind in ("rsa1024", "rsa")}
    daemon.write_ini()
    return daemon.start()


def s_client(daemon, listener, *words):
    """What openssl s_client is answered, and by which protocol and cipher; "" for no handshake."""
    done = run("openssl", "s_client", "-connect", f"127.0.0.1:{daemon.ports[listener]}",
               "-ign_eof", *words, stdin=REQUEST, check=False)
    text = done.stdout.decode("latin-1")
    return text if "HTTP/1.1 200 OK" in text else ""


@pytest.mark.parametrize("version, name", [("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1")])
def test_old_protocols_are_spoken_only_where_the_ini_says_so(tls_daemon, version, name):
    for kind in KEYS:
        assert not s_client(tls_daemon, kind, version, "-cipher", "ALL:@SECLEVEL=0")
    for kind in ("legacy-rsa1024", "legacy-rsa"):
        text = s_client(tls_daemon, kind, version, "-cipher", "AES128-SHA:@SECLEVEL=0")
        assert f"Protocol  : {name}\n" in text and "Cipher    : AES128-SHA\n" in text


def test_rsa_key_exchange_is_taken_only_where_the_ini_says_so(tls_daemon):
    for kind in KEYS:
        assert not s_client(tls_daemon, kind, "-tls1_2", "-cipher", "kRSA:@SECLEVEL=0")
    assert s_client(tls_daemon, "legacy-rsa", "-tls1_2", "-cipher", "kRSA:@SECLEVEL=0")


def test_new_protocols_are_spoken_everywhere(tls_daemon):
    for listener in tls_daemon.ports:
        assert s_client(tls_daemon, listener, "-tls1_2", "-cipher", "ECDHE:@SECLEVEL=0")
        assert s_client(tls_daemon, listener, "-tls1_3")
        url = tls_daemon.url(listener, "/healthz").replace("http:", "https:")
        # curl's own idea of security wants more than 1024 bits.
        words = ["--ciphers", "DEFAULT:@SECLEVEL=0"] if "1024" in listener else []
        assert tls_daemon.curl("-k", "--fail", "--tlsv1.2", *words, url)


def client_hello(*ciphers):
    """The first message of a phone of 2008: TLS 1.0, no extensions."""
    body = (b"\x03\x01" + bytes(32) + b"\0" + struct.pack(">H", 2 * len(ciphers)) +
            b"".join(struct.pack(">H", cipher) for cipher in ciphers) + b"\x01\0")
    message = b"\x01" + struct.pack(">I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack(">H", len(message)) + message


def choice(daemon, listener, *ciphers):
    """The cipher that the listener chooses of these; None when it refuses."""
    with socket.create_connection(("127.0.0.1", daemon.ports[listener]), timeout=60) as connection:
        connection.sendall(client_hello(*ciphers))
        answer = b""
        while len(answer) < 5 + 4 + 2 + 32 + 1:
            piece = connection.recv(4096)
            if not piece:
                return None
            answer += piece
        if answer[0] != 0x16:
            return None
        at = 5 + 4 + 2 + 32
        at += 1 + answer[at]
        return struct.unpack(">H", answer[at:at + 2])[0]


def test_a_phone_without_extensions_gets_aes_or_triple_des(tls_daemon):
    triple_des, aes, rc4, des = 0x000A, 0x002F, 0x0005, 0x0009
    assert choice(tls_daemon, "legacy-rsa1024", triple_des) == triple_des
    assert choice(tls_daemon, "legacy-rsa1024", rc4, des, triple_des, aes) == aes
    assert choice(tls_daemon, "legacy-rsa1024", rc4, des) is None
    assert choice(tls_daemon, "rsa", triple_des, aes) is None


@pytest.mark.filterwarnings("ignore:.*TLSv1 is deprecated")
def test_python_speaks_to_both_kinds(tls_daemon):
    for listener, lowest in (("legacy-rsa", ssl.TLSVersion.TLSv1), ("ec", ssl.TLSVersion.TLSv1_2)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = lowest
        if lowest == ssl.TLSVersion.TLSv1:
            context.maximum_version = lowest
            context.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", tls_daemon.ports[listener])) as plain:
            with context.wrap_socket(plain) as connection:
                connection.sendall(REQUEST.encode())
                assert connection.recv(15) == b"HTTP/1.1 200 OK"


def test_what_is_dangerous_is_said(make_daemon):
    daemon = make_daemon()
    pair = certificate(daemon, "rsa")

    def check(**keys):
        daemon.listeners = {"one": {"port": 0, "serves": "wpi", **keys}}
        daemon.write_ini()
        done = run(BUILD / "gigaprovd", "--check", "-c", daemon.ini, check=False)
        return done.returncode, done.stderr.decode()

    assert check(**pair, tls_legacy="yes") == (0, "")
    status, words = check(**pair, tls_legacy="yes", serves="phones wpi")
    assert status == 0 and "tls_legacy: weakens all that the listener serves" in words
    status, words = check()
    assert status == 0 and "desk phones speak only TLS" in words
    status, words = check(tls_legacy="yes")
    assert status != 0 and "tls_legacy: yes without tls_cert" in words
    status, words = check(tls_client_ca=pair["tls_cert"])
    assert status != 0 and "tls_client_ca: given without tls_cert" in words


def test_a_system_that_forbids_tls_1_0_is_said(make_daemon):
    daemon = make_daemon()
    daemon.listeners = {"one": {"port": 0, "serves": "wpi", "tls_legacy": "yes",
                                **certificate(daemon, "rsa")}}
    daemon.write_ini()
    policy = daemon.directory / "gnutls.config"
    policy.write_text("[overrides]\ndisabled-version = tls1.0\n", encoding="ascii")
    daemon.spawn(env={"GNUTLS_SYSTEM_PRIORITY_FILE": str(policy)})
    assert daemon.wait() != 0
    assert "forbids TLS 1.0" in daemon.log
