# SPDX-License-Identifier: MIT
"""Files that were made to hurt: each is answered with words, soon, and nothing is written."""

import socket

import pytest

from test_import import bring, state

MAC = "7C2F80E0D605"
E2 = "<provisioning productID='e2'><nvm>%s</nvm><custom>%s</custom></provisioning>"


def params(count, name="X.%d.Y"):
    return "".join(f"<param name='{name % n}' value='{n}'/>" for n in range(count))


LAUGHS = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))

XML = {
    "laughs": (f"<!DOCTYPE a [<!ENTITY a0 'ha'>{LAUGHS}]>" + E2 % ("", "&a9;"), "document type"),
    "external": ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'>" + E2 % ("", ""), "document type"),
    "deep": (E2 % ("", "<a>" * 5000 + "</a>" * 5000), "max_xml_depth"),
    "many settings": (E2 % (params(60_000), ""), "max_import_rows"),
    "many elements": (E2 % (params(250_000), ""), "max_import_elements"),
    "many handsets": (E2 % ("".join(f"<oper name='add_hs' value='{n:05}'/>"
                                    for n in range(1, 19_999)), ""), "nothing was written"),
    "many opers": (E2 % ("<oper name='add_backup_dm'/>" * 5000, ""), "opers"),
    "one value": (E2 % (f"<param name='a' value='{'x' * 30_000_000}'/>", ""), None),
    "one name": (E2 % (f"<param name='{'x' * 3_000_000}' value='1'/>", ""), None),
    "two documents": ((E2 % ("", "")) * 2, "line 1"),
    "another encoding": (b"<?xml version='1.0' encoding='UTF-8'?>"
                         b"<settings productID='e2'><param name='a' value='\xe4'/></settings>",
                         "UTF-8"),
    "wide": ("<settings productID='e2'/>".encode("utf-16"), "UTF-"),
    "wide without a mark": ("<settings productID='e2'/>".encode("utf-16-le"), "UTF-16"),
}


@pytest.mark.parametrize("case", XML)
def test_a_configuration_that_was_made_to_hurt(daemon, case):
    text, words = XML[case]
    daemon.add_device(MAC)
    before = state(daemon)
    done = bring(daemon, text, "--mac", MAC, name="a.xml", check=False)
    if words:
        assert done.returncode != 0 and words in done.stderr.decode()
    if done.returncode or words:
        assert state(daemon) == before
    assert daemon.ctl("device", "list", json=True)["devices"][0]["mac"] == MAC


def test_nul_bytes_are_left_out_and_told(daemon):
    daemon.add_device(MAC)
    answer = bring(daemon, b"<settings productID='e2'><param name='A.B' value='x\0y'/></settings>",
                   "--mac", MAC, name="a.xml")
    assert answer["mended"] == 1
    assert 'name="A.B" value="xy"' in daemon.ctl("preview", MAC)


def test_a_declaration_in_the_middle_changes_no_encoding(daemon):
    daemon.add_device(MAC)
    text = ("<settings productID='e2'><?xml version='1.0' encoding='ISO-8859-1'?>"
            "<param name='A.B' value='ä'/></settings>")
    bring(daemon, text, "--mac", MAC, name="a.xml")
    assert 'value="ä"' in daemon.ctl("preview", MAC)


CSV = {
    "columns": ("mac" + ",name" * 1_000_000 + "\n", "more than"),
    "cells": ("mac,name\n7C2F80E0D605" + ",x" * 1_000_000 + "\n", "line 2"),
    "cell": ("mac,name\n7C2F80E0D605," + "x" * 2_000_000 + "\n", "line 2"),
    "quote": ("mac,name\n" + '"' + "x\n" * 100_000, "a quoted cell does not end"),
    "nul": (b"mac,name\n7C2F80E0D605,a\0b\n", "line 2"),
    "rows": ("mac,product\n" + "".join(f"7C2F{n:08X},n870\n" for n in range(30_000)),
             "max_import_rows"),
    "the same device": ("mac,product\n" + "7C2F80E0D605,n870\n" * 20_000, "line 3"),
}


@pytest.mark.parametrize("case", CSV)
def test_a_table_that_was_made_to_hurt(daemon, case):
    text, words = CSV[case]
    before = state(daemon)
    done = bring(daemon, text, "--kind", "devices", check=False)
    assert done.returncode != 0 and words in done.stderr.decode()
    assert state(daemon) == before


@pytest.mark.parametrize("length", [2 << 30, 1 << 62, 1 << 70])
def test_a_body_that_claims_to_be_huge_is_refused_before_it_comes(daemon, length):
    with socket.create_connection(("127.0.0.1", daemon.ports["admin"]), timeout=30) as client:
        client.sendall(f"POST /api/v1/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
                       f"Content-Length: {length}\r\n\r\nmac".encode())
        assert client.recv(100).startswith((b"HTTP/1.1 413", b"HTTP/1.1 401", b"HTTP/1.1 400"))
    assert daemon.ctl("device", "list", json=True)["devices"] == []
