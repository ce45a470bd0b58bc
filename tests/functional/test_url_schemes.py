# SPDX-License-Identifier: MIT
"""Schemes that URLs of registrations may have."""

MAC = "7C2F80820EC0"


def outcome(daemon, url):
    password = (daemon.state_dir / "admin.password").read_text().strip()
    server = daemon.rpc("admin", password)
    server.autoprov.deregisterDevice(MAC)
    return server.autoprov.registerDevice(MAC, url, "Daryna")


def test_other_schemes_are_taken_only_when_the_ini_lists_them(daemon):
    daemon.ctl("provider", "add", "Daryna")
    for url in ("tftp://p.example/%MACD.xml", "ftp://p.example/%MACD.xml", "javascript://x"):
        assert outcome(daemon, url) == [False, f"url_invalid:{url}"]
    daemon.write_ini(redirect={"url_schemes": "http https tftp"})
    daemon.reload()
    assert outcome(daemon, "tftp://p.example/%MACD.xml")[0]
    assert not outcome(daemon, "ftp://p.example/%MACD.xml")[0]
    assert outcome(daemon, "HTTPS://p.example/%MACD.xml")[0]
