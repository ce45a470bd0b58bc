# SPDX-License-Identifier: MIT
"""What the programs read and write when a file is odd, closed or full; and names that cannot be."""

import os
import subprocess

import pytest

from gigaprov import BUILD, PATIENCE

MAC = "7C2F80E0D605"


def started(*words, closed=(), **streams):
    """Exit code, output and complaint of a program that is started with descriptors closed."""
    def close():
        for number in closed:
            os.close(number)

    done = subprocess.run([BUILD / words[0], *words[1:]], timeout=PATIENCE, preexec_fn=close,
                          stderr=subprocess.PIPE, check=False, **streams)
    return done.returncode, done.stderr.decode()


def ctl(daemon, *words, **streams):
    return started("gigaprovctl", "-s", daemon.socket, *words, **streams)


@pytest.mark.parametrize("words", (("status",), ("--json", "device", "list"), ("parameter", "list"),
                                   ("export", "devices"), ("preview", MAC)))
def test_what_is_printed_to_nowhere_goes_to_nobody_and_fails(daemon, words):
    daemon.add_device(MAC)
    code, text = ctl(daemon, *words, closed=(1,))
    assert (code, "standard output cannot be written: Bad file descriptor" in text) == (1, True)
    with open("/dev/full", "wb") as full:
        code, text = ctl(daemon, *words, stdout=full)
    assert (code, "standard output cannot be written: No space left" in text) == (1, True)
    # The daemon has heard the question, and nothing else.
    daemon.assert_clean_log()
    assert "reason=" not in daemon.log


@pytest.mark.parametrize("words", (("--print-sample",), ("--print-config", "-c"), ("--check", "-c"),
                                   ("--help",)))
def test_a_file_that_the_daemon_could_not_write_whole_is_no_success(daemon, words):
    with open("/dev/full", "wb") as full:
        code, text = started("gigaprovd", *words, *([daemon.ini] if "-c" in words else []),
                             stdout=full)
    assert (code, "standard output cannot be written" in text) == (1, True)


def test_a_file_that_no_daemon_would_take_is_refused_before_it_is_sent(daemon, tmp_path):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(50 << 20)
    code, text = ctl(daemon, "template", "set", "product:raw", "--file", tmp_path / "large")
    assert code == 2 and "has more than 16 MiB" in text


@pytest.mark.parametrize("words", (("account", "show", "a/b"), ("group", "remove", "../x"),
                                   ("setting", "unset", "fleet", "a/b"), ("job", "show", "1/2"),
                                   ("device", "show", "7C/2F")))
def test_a_name_with_a_slash_is_told_to_be_none(daemon, words):
    code, text = ctl(daemon, *words)
    assert code == 4 and "there are no names with a slash" in text
