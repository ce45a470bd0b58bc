# SPDX-License-Identifier: MIT
"""What the daemon sends to other servers over TLS goes to those only that it trusts."""

import contextlib
import json
import ssl

import pytest

from gigaprov import until
from test_firmware_mirror import CONTENT, NAME, SHA256, serving
from test_tls import certificate

MAC = "7C2F80E0D605"
URL = "http://provider.example/xml/%MACD.xml"


# -- registrations

@pytest.fixture(name="maker")
def fixture_maker(make_daemon):
    """A manufacturer's server that speaks TLS."""
    maker = make_daemon("maker")
    keys = certificate(maker, "ec")
    maker.listeners = {**maker.listeners,
                       "outside": {"port": 0, "serves": "rpc", "basic_without_tls": "no", **keys}}
    maker.write_ini()
    maker.start()
    maker.add_account("acme", "acme's password", providers=["Daryna"])
    return maker


def mirroring(make_daemon, maker, name, **keys):
    daemon = make_daemon(name)
    password = daemon.directory / "acme.password"
    password.write_text("acme's password\n", encoding="utf-8")
    daemon.write_ini(**{"upstream maker": {
        "url": f"https://127.0.0.1:{maker.ports['outside']}", "user": "acme",
        "password_file": password, "retry_seconds": 1, "retry_max_seconds": 1, **keys}})
    daemon.start()
    daemon.add_account()
    return daemon


def status(daemon):
    return daemon.ctl("upstream", "status", "maker", json=True)


def test_registrations_are_mirrored_over_tls(make_daemon, maker):
    here = mirroring(make_daemon, maker, "here",
                     tls_ca=maker.directory / maker.listeners["outside"]["tls_cert"])
    ours = here.rpc("anna", "anna's password").autoprov
    assert ours.registerDevice(MAC, URL, "Daryna")[0]
    until(lambda: status(here)["registered"] == 1, "the mirrored registration")
    assert maker.rpc("acme", "acme's password").autoprov.checkDevice(MAC)[4] == URL
    diff = here.ctl("upstream", "diff", "maker", json=True)
    assert not [row for rows in diff.values() if isinstance(rows, list) for row in rows], diff


def test_a_server_that_is_not_trusted_is_told_nothing(make_daemon, maker):
    here = mirroring(make_daemon, maker, "here")
    ours = here.rpc("anna", "anna's password").autoprov
    assert ours.registerDevice(MAC, URL, "Daryna")[0]
    until(lambda: "certificate" in json.dumps(status(here)), "the reason")
    assert status(here)["waiting"] == 1 and status(here)["registered"] == 0
    assert maker.rpc("acme", "acme's password").autoprov.listDevices() == []
    assert "account=acme" not in maker.log.replace("autoprov.listDevices", "")
    assert "acme's password" not in here.log
    # A reload that names its certificate is enough, and nothing was lost.
    here.write_ini(**{"upstream maker": {
        "tls_ca": maker.directory / maker.listeners["outside"]["tls_cert"]}})
    here.reload()
    until(lambda: status(here)["registered"] == 1, "the mirrored registration")


# -- firmware

@contextlib.contextmanager
def serving_tls(daemon):
    keys = certificate(daemon, "rsa")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(daemon.directory / keys["tls_cert"],
                            daemon.directory / keys["tls_key"])
    with serving(context) as server:
        server.cert = daemon.directory / keys["tls_cert"]
        yield server


def fetched(daemon, path, server):
    """The file's row once fetching has come to an end."""
    daemon.ctl("firmware", "fetch", f"{server.url}{path}", "--sha256", SHA256,
               "--product", "n870")
    def row():
        return daemon.ctl("firmware", "show", NAME, json=True)
    return until(lambda: (lambda now: now["state"] not in ("waiting", "fetching") and now)(row()),
                 "the end of fetching")


def test_firmware_is_fetched_over_tls_from_servers_that_are_trusted(make_daemon):
    daemon = make_daemon()
    with serving_tls(daemon) as server:
        daemon.write_ini(firmware={"mirror_hosts": f"private:{server.host}"})
        daemon.start()
        bad = fetched(daemon, f"/{NAME}", server)
        assert "certificate" in bad["error"] and server.asked == []
        daemon.write_ini(firmware={"tls_ca": server.cert})
        daemon.reload()
        daemon.ctl("firmware", "retry", NAME)
        until(lambda: daemon.ctl("firmware", "show", NAME, json=True)["state"] == "good",
              "the fetched file")
        assert (daemon.state_dir / "firmware" / NAME).read_bytes() == CONTENT


def test_fetching_that_stalls_has_failed(make_daemon):
    daemon = make_daemon()
    with serving_tls(daemon) as server:
        daemon.write_ini(firmware={"mirror_hosts": f"private:{server.host}", "stall_seconds": 1,
                                   "tls_ca": server.cert})
        daemon.start()
        bad = fetched(daemon, f"/slow/{NAME}", server)
        assert bad["error"] and bad["state"] != "good"
        assert not list((daemon.state_dir / "firmware").glob(f"{NAME}*"))
