# SPDX-License-Identifier: MIT
"""Desk phones and the service that they talk to, over TLS, configured from the fleet."""

import re

import pytest

from gigaprov import until
from openstage import MAC, Phone, desk_daemon, item_xml

SERVER = ["pbx", "--domain", "pbx.example.net", "--registrar", "reg.example.net"]


@pytest.fixture
def desk(make_daemon):
    """A daemon that knows one OpenStage 60 with a line."""
    daemon = desk_daemon(make_daemon).start()
    add_phone(daemon)
    return daemon


def add_phone(daemon, mac=MAC, product="openstage60", line=True):
    daemon.ctl("device", "add", mac, "--product", product)
    if line:
        if not daemon.ctl("sip", "list", json=True)["sip_servers"]:
            daemon.ctl("sip", "add", *SERVER)
        daemon.ctl("line", "add", mac, "--user", "4242", "--display", "Anna", "--sip", "pbx",
                   "--password-stdin", stdin="hush hush")


def test_a_phone_that_boots_is_configured_from_the_fleet(desk):
    phone = Phone(desk)
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    assert phone.items["e164"] == "4242" and phone.items["sip-pwd"] == "hush hush"
    assert phone.items["reg-addr"] == "pbx.example.net"
    assert phone.items["registrar-addr"] == "reg.example.net"
    assert phone.items["sip-transport"] == "0"
    assert re.fullmatch(r"JSESSIONID=[0-9A-F]{32}; Path=/DeploymentService; Secure", phone.cookie)
    assert desk.ctl("device", "show", MAC, json=True)["provisioned_at"]
    # It has all that it can tell: only the password, which it does not tell, and once.
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
