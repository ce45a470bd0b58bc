# SPDX-License-Identifier: MIT
"""Fixtures: real daemons, each in a directory of its own, stopped and judged afterwards.

    daemon          one that runs
    make_daemon     make_daemon("name", settings={…}, listeners={…}): one that does not run yet
    mailbox         where a desk phone is reached by contact-me
"""

import pathlib
import tempfile

import pytest

from desk_orders import ContactMe
from gigaprov import BUILD, Daemon


def pytest_sessionstart(session):
    del session
    for program in ("gigaprovd", "gigaprovctl", "ap-client", "gigaprov-sim"):
        if not (BUILD / program).exists():
            pytest.exit(f"{BUILD / program} is not there: run make first", 2)


@pytest.fixture
def make_daemon():
    """Daemons are made by calling this; all are stopped at the end, the first failure reported."""
    made = []
    # pytest's own directories can be longer than a socket's name may be.
    with tempfile.TemporaryDirectory(prefix="gigaprov-") as top:

        def make(name="daemon", settings=None, listeners=None):
            daemon = Daemon(pathlib.Path(top) / name, settings, listeners)
            made.append(daemon)
            return daemon

        yield make
        failures = []
        for daemon in reversed(made):
            try:
                daemon.stop()
                daemon.assert_clean_log()
            except AssertionError as failure:
                failures.append(failure)
            finally:
                if daemon.process:
                    daemon.kill9()
        if failures:
            raise failures[0]


@pytest.fixture
def daemon(make_daemon):
    return make_daemon().start()


@pytest.fixture
def mailbox():
    server = ContactMe()
    yield server
    server.close()
