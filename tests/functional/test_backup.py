# SPDX-License-Identifier: MIT
"""Backups: whole, private, never over anything, and good for a start."""

import contextlib
import os
import shutil
import sqlite3
import stat
import threading

from gigaprov import until

MAC = "7C2F80E0D605"


def remote(daemon, name, account="root", role="admin"):
    """Status and reason of a backup asked for over HTTP."""
    if account not in {row["name"] for row in daemon.ctl("account", "list", json=True)["accounts"]}:
        daemon.add_account(account, "a good password", role=role, providers=())
    text = daemon.curl("-u", f"{account}:a good password", "-H", "Content-Type: application/json",
                       "--data", f'{{"file": "{name}"}}', "-w", "\n%{http_code}",
                       daemon.url("admin", "/api/v1/backup")).decode()
    body, _, status = text.rpartition("\n")
    return int(status), body


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_a_restored_backup_starts_and_serves(make_daemon):
    """Taken while others write; whole, of one moment, with what was there before."""
    daemon = make_daemon().start()
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example")
    daemon.add_device(MAC)
    daemon.ctl("handset", "add", MAC, "029e74a501", "--user", "1001", "--sip", "pbx",
               "--password-stdin", stdin="s3cret-of-1001")
    before = daemon.fetch()
    with contextlib.closing(sqlite3.connect(daemon.state_dir / "seen.db")) as db:
        until(lambda: db.execute("SELECT mac FROM seen").fetchall(), "its last contact")
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            daemon.ctl("setting", "set", "fleet", f"Some.{number}.Name", "x")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until(lambda: daemon.ctl("setting", "list", "fleet", json=True)["settings"], "a write")
        told = daemon.ctl("backup", daemon.directory / "copy.db", json=True)
    finally:
        stop.set()
        writer.join()
    for name, size in ((told["file"], told["bytes"]), (told["seen_file"], told["seen_bytes"])):
        assert mode(name) == 0o600 and os.stat(name).st_size == size
        assert not os.path.exists(f"{name}-wal")
        with contextlib.closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert told["file"] == str(daemon.directory / "copy.db")
    row = daemon.ctl("audit", "list", json=True)["audit"]
    assert any(entry["action"] == "backup" for entry in row)
    daemon.stop()

    other = make_daemon("restored")
    shutil.copy(told["file"], other.database)
    shutil.copy(told["seen_file"], other.state_dir / "seen.db")
    shutil.copy(daemon.directory / "secret.key", other.directory / "secret.key")
    other.start()
    for setting in other.ctl("setting", "list", "fleet", json=True)["settings"]:
        other.ctl("setting", "unset", "fleet", setting["name"])
    shown = other.ctl("device", "show", MAC, json=True)
    assert shown["seen"]["address"] == "127.0.0.1"
    after = other.fetch()
    assert b"s3cret-of-1001" in before and b"s3cret-of-1001" in after
    other.ctl("device", "set", MAC, "--name", "it goes on")


def test_a_backup_is_written_over_nothing(daemon):
    there = daemon.directory / "there.db"
    there.write_text("mine")
    for name in (there, daemon.directory, daemon.directory / "none" / "x.db"):
        done = daemon.ctl("backup", name, check=False)
        assert done.returncode == 1 and b"(backup" in done.stderr, done.stderr
    assert there.read_text() == "mine"
    link = daemon.directory / "link.db"
    link.symlink_to(daemon.directory / "elsewhere.db")
    assert daemon.ctl("backup", link, check=False).returncode == 1
    assert not (daemon.directory / "elsewhere.db").exists()
    # The second file is in the way: the first one goes again.
    (daemon.directory / "half.db.seen").write_text("mine")
    assert daemon.ctl("backup", daemon.directory / "half.db", check=False).returncode == 1
    assert not (daemon.directory / "half.db").exists()


def test_over_http_backups_go_into_their_directory_only(make_daemon):
    daemon = make_daemon()
    daemon.write_ini(daemon={"backup_dir": daemon.directory / "copies"})
    daemon.start()
    for name in ("/tmp/x.db", "../x.db", "a/b", "./x.db", "..", ".", ""):
        status, body = remote(daemon, name)
        assert status in (400, 409), (name, status, body)
    assert not list(daemon.directory.glob("**/*.db.seen"))
    assert remote(daemon, "first.db")[0] == 201
    folder = daemon.directory / "copies"
    assert mode(folder) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["first.db", "first.db.seen"]
    assert remote(daemon, "first.db")[0] == 409
    # Nobody but an admin.
    assert remote(daemon, "second.db", "eve", "viewer")[0] == 403
    assert remote(daemon, "second.db", "ian", "integrator")[0] == 403
    assert len(list(folder.iterdir())) == 2


def test_a_relative_name_is_where_the_person_is(daemon, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = daemon.ctl("backup", "copy.db", json=True)
    assert told["file"] == str(tmp_path / "copy.db") and (tmp_path / "copy.db.seen").exists()
