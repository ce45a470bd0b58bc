# SPDX-License-Identifier: MIT
"""A secret is a type: values are kept as one for what they are, however they came here."""

import pytest

MAC = "7C2F80E0D605"
URL = "https://prov:geh3im-url@files.example.net/x"
FILE = f"""<?xml version="1.0" encoding="UTF-8"?>
<provisioning version="1.1" productID="e2">
<nvm>
<param name="Some.Odd.0.AdminPwd" value="geh3im-pwd"/>
<param name="XMLDir.1.ServerURL" value="{URL}"/>
<oper name="strange_oper"><param name="password" value="geh3im-oper"/></oper>
</nvm>
</provisioning>
"""


def by_hand(daemon, _path):
    scope = f"device:{MAC}"
    daemon.ctl("setting", "set", scope, "Some.Odd.0.AdminPwd", "geh3im-pwd")
    daemon.ctl("setting", "set", scope, "XMLDir.1.ServerURL", URL)
    daemon.ctl("oper", "add", MAC, "strange_oper", "--param", "password=geh3im-oper", "--force")


def by_file(daemon, path):
    path.write_text(FILE)
    daemon.ctl("import", path, "--mac", MAC, "--product", "n870")


@pytest.mark.parametrize("give", [by_hand, by_file])
def test_a_secret_is_one_however_it_is_given(daemon, tmp_path, give):
    daemon.add_device(MAC)
    daemon.fetch(MAC)
    give(daemon, tmp_path / "phone.xml")
    for words in (["setting", "list", f"device:{MAC}"], ["oper", "list", MAC], ["preview", MAC],
                  ["diff", MAC], ["audit", "list"],
                  ["setting", "why", MAC, "XMLDir.1.ServerURL"]):
        assert "geh3im" not in daemon.ctl(*words, "--json"), words
    document = daemon.fetch(MAC).decode()
    for text in ('"Some.Odd.0.AdminPwd" value="geh3im-pwd"', f'value="{URL}"',
                 'name="password" value="geh3im-oper"'):
        assert text in document
    daemon.stop()
    assert "geh3im" not in daemon.log
    assert b"geh3im" not in daemon.database.read_bytes()
