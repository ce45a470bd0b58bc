# SPDX-License-Identifier: MIT
"""Lists of the API come in pages, by name."""

import json

import pytest

NAMES = [f"n{number}" for number in range(5)]


def ask(daemon, path):
    return json.loads(daemon.curl("-s", "--unix-socket", str(daemon.socket),
                                  f"http://localhost/api/v1/{path}"))


@pytest.mark.parametrize("verb, path", [("provider", "providers"), ("group", "groups")])
def test_a_list_goes_on_behind_its_last_row(daemon, verb, path):
    for name in NAMES:
        daemon.ctl(verb, "add", name)
    got, after = [], ""
    while True:
        page = ask(daemon, f"{path}?limit=2{after}")
        assert len(page[path]) <= 2
        got += [row["name"] for row in page[path]]
        if "next" not in page:
            break
        after = f"&after={page['next']}"
    assert got == NAMES
    # As many as a page holds: no next one.
    assert "next" not in ask(daemon, f"{path}?limit=5")


def test_an_empty_list_is_a_list(daemon):
    for path, name in (("sip-servers", "sip_servers"), ("activations", "activations"),
                       ("groups", "groups"), ("providers", "providers")):
        assert ask(daemon, path) == {name: []}


@pytest.mark.parametrize("limit", ["0", "501", "x", "-1"])
def test_a_page_of_no_size_is_refused(daemon, limit):
    assert ask(daemon, f"groups?limit={limit}")["error"]["reason"] == "value"
