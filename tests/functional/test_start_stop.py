# SPDX-License-Identifier: MIT
"""How the daemon starts, reloads and stops, and what it refuses to start with."""

import base64
import os
import re
import signal
import socket
import sqlite3
import stat
import threading

import pytest

from gigaprov import BUILD, TOP, CommandFailed, run, until

EXIT_FAILURE, EXIT_USAGE, EXIT_CONFIG = 1, 2, 3


def spawn_and_fail(daemon):
    """Starts a daemon that must not start; what it wrote."""
    daemon.spawn()
    assert daemon.wait() == EXIT_FAILURE
    return daemon.log_of_run


def test_it_starts_tells_its_ports_and_stops(daemon):
    assert set(daemon.ports) == {"phones", "admin"}
    assert daemon.curl_status(daemon.url("admin", "/healthz")) == 200
    daemon.stop()
    assert "msg=stopped" in daemon.log
    assert not daemon.socket.exists()


def test_sigint_stops_it_too(daemon):
    daemon.process.send_signal(signal.SIGINT)
    assert daemon.wait() == 0


def test_it_starts_again_on_what_it_left(daemon):
    daemon.add_device()
    document = daemon.fetch()
    daemon.restart()
    assert daemon.ctl("device", "list", json=True)["devices"][0]["mac"] == "7C2F80E0D605"
    assert len(daemon.fetch()) >= len(document)


def test_it_starts_again_after_kill_9(daemon):
    daemon.add_device()
    daemon.kill9()
    assert daemon.socket.exists()
    daemon.start()
    assert daemon.fetch().startswith(b"<?xml")


def test_check_says_that_a_file_is_good(daemon):
    done = run(BUILD / "gigaprovd", "--check", "-c", daemon.ini)
    assert done.stdout.decode() == f"{daemon.ini}: good\n"


def test_check_tells_all_errors_with_their_lines(make_daemon):
    daemon = make_daemon()
    daemon.ini.write_text("[daemon]\nthreads = many\ncolour = blue\n[listener a]\nport = 1\n")
    done = run(BUILD / "gigaprovd", "--check", "-c", daemon.ini, check=False)
    words = done.stderr.decode()
    assert done.returncode == EXIT_CONFIG
    assert f"{daemon.ini}:2:" in words and "threads" in words
    assert f"{daemon.ini}:3:" in words and "colour" in words
    assert "serves" in words
    assert not daemon.database.exists()


def test_a_bad_file_does_not_start(make_daemon):
    daemon = make_daemon(settings={"limits": {"max_body": "huge"}})
    daemon.spawn()
    assert daemon.wait() == EXIT_CONFIG
    assert "max_body" in daemon.log
    assert not daemon.database.exists()


def test_a_file_that_is_not_there_is_named(make_daemon):
    daemon = make_daemon()
    daemon.ini.unlink()
    daemon.spawn()
    assert daemon.wait() == EXIT_CONFIG
    assert str(daemon.ini) in daemon.log


def test_an_unknown_option_is_wrong_usage():
    assert run(BUILD / "gigaprovd", "--daemonize", check=False).returncode == EXIT_USAGE


def test_print_config_prints_what_check_accepts(daemon):
    printed = run(BUILD / "gigaprovd", "--print-config", "-c", daemon.ini).stdout.decode()
    copy = daemon.directory / "copy.ini"
    copy.write_text(printed)
    assert "delete_not_provisioned = auto" in printed
    run(BUILD / "gigaprovd", "--check", "-c", copy)
    again = run(BUILD / "gigaprovd", "--print-config", "-c", copy).stdout.decode()
    assert again == printed


def test_print_sample_prints_the_file_in_the_tree():
    sample = (TOP / "etc/gigaprovd.ini").read_bytes()
    assert run(BUILD / "gigaprovd", "--print-sample").stdout == sample


def test_a_reload_takes_a_good_file(daemon):
    daemon.add_device()
    daemon.fetch()
    assert b"DeleteNotProvisionedHS" not in daemon.fetch()
    daemon.ctl("handset", "add", "7C2F80E0D605", "029e74a501")
    # Not before a document with handsets has been given.
    assert b"DeleteNotProvisionedHS" not in daemon.fetch()
    until(lambda: b"DeleteNotProvisionedHS" in daemon.fetch(), "the next document")
    daemon.write_ini(provisioning={"delete_not_provisioned": "never"})
    assert "configuration reloaded" in daemon.reload()
    until(lambda: b"DeleteNotProvisionedHS" not in daemon.fetch(), "documents of the new ini")


def test_a_reload_of_a_bad_file_changes_nothing(daemon):
    daemon.add_device()
    daemon.write_ini(provisioning={"auth": "open", "delete_not_provisioned": "sometimes"})
    words = daemon.reload()
    assert "the old one stays in force" in words
    assert "sometimes" in words and "delete_not_provisioned" in words
    assert daemon.curl_status(daemon.url("phones", "/xml/7C2F80E0D605.xml")) == 401
    daemon.write_ini(provisioning={"auth": "open", "delete_not_provisioned": "auto"})
    assert "configuration reloaded" in daemon.reload()
    assert daemon.curl_status(daemon.url("phones", "/xml/7C2F80E0D605.xml")) == 200


def test_a_reload_tells_what_only_a_start_can_change(daemon):
    daemon.write_ini(provisioning={"realm": "elsewhere"})
    assert "realm" in daemon.reload()
    assert daemon.curl_status(daemon.url("admin", "/readyz")) == 200


def test_it_is_alive_ready_and_counts(daemon):
    assert daemon.curl(daemon.url("admin", "/healthz")) == b"alive\n"
    assert daemon.curl(daemon.url("admin", "/readyz")) == b"ready\n"
    daemon.add_device()
    daemon.fetch()
    metrics = dict(line.rsplit(" ", 1)
                   for line in daemon.curl(daemon.url("admin", "/metrics")).decode().splitlines()
                   if not line.startswith("#"))
    assert metrics["gigaprovd_fetches_total"] == "1"
    assert int(metrics["gigaprovd_requests_total"]) >= 5
    assert metrics["gigaprovd_requests_failed_total"] == "0"


def test_planes_are_only_where_the_ini_puts_them(daemon):
    daemon.add_device()
    assert daemon.curl_status(daemon.url("phones", "/metrics")) == 404
    assert daemon.curl_status(daemon.url("phones", "/api/v1/status")) == 404
    assert daemon.curl_status("-d", "", daemon.url("phones", "/RPC2")) == 404
    assert daemon.curl_status(daemon.url("admin", "/xml/7C2F80E0D605.xml")) == 404


def test_the_first_admin_is_made_once(daemon):
    found = re.findall(r"^ +password +(\S+)$", daemon.log, re.M)
    path = daemon.state_dir / "admin.password"
    assert len(found) == 1
    assert path.read_text() == found[0] + "\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    daemon.restart()
    assert re.findall(r"^ +password +(\S+)$", daemon.log, re.M) == found
    status = run(BUILD / "gigaprovctl", "--url", daemon.url("admin").replace("//", "//admin@"),
                 "--password-file", path, "status").stdout
    assert b"version" in status
    wrong = run(BUILD / "gigaprovctl", "--url", daemon.url("admin").replace("//", "//admin@"),
                "status", env={"GIGAPROV_PASSWORD": "guessed"}, check=False)
    assert wrong.returncode == 1


def test_what_is_secret_is_nobody_elses_to_read(daemon):
    for path in (daemon.directory / "secret.key", daemon.database,
                 daemon.state_dir / "admin.password"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE(daemon.socket.stat().st_mode) == 0o660
    assert stat.S_ISSOCK(daemon.socket.stat().st_mode)


def test_a_request_in_flight_is_answered_before_the_end(daemon):
    name, password = daemon.add_account()
    body = (b"<methodCall><methodName>autoprov.registerDevice</methodName><params>"
            b"<param><value>7C2F80000001-55DF</value></param>"
            b"<param><value>http://prov.example.net/%MACD.xml</value></param>"
            b"<param><value>Daryna</value></param></params></methodCall>")
    login = base64.b64encode(f"{name}:{password}".encode())
    with socket.create_connection(("127.0.0.1", daemon.ports["admin"]), timeout=30) as client:
        client.sendall(b"POST /RPC2 HTTP/1.1\r\nHost: here\r\nAuthorization: Basic " + login +
                       b"\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n"
                       b"Connection: close\r\n\r\n" % len(body) + body[:40])
        # The head has been read once the daemon counts an open request besides the one that asks.
        until(lambda: b"gigaprovd_requests_open 2" in daemon.curl(daemon.url("admin", "/metrics")),
              "the request to be open")
        daemon.process.send_signal(signal.SIGTERM)
        until(lambda: "msg=stopping" in daemon.log, "the daemon to begin to stop")
        until(lambda: daemon.curl(daemon.url("phones", "/"), check=False).returncode == 7,
              "new connections to be refused")
        client.sendall(body[40:])
        answer = b""
        while chunk := client.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert b"<value>OK: " in answer
    assert daemon.wait() == 0
    daemon.start()
    assert daemon.ctl("device", "show", "7C2F80000001", json=True)["registration"]


def test_many_clients_do_not_hinder_a_stop(daemon):
    daemon.add_device()
    idle = [socket.create_connection(("127.0.0.1", daemon.ports["phones"])) for _ in range(50)]
    threads = [threading.Thread(target=daemon.fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    daemon.stop()
    for client in idle:
        client.close()


def test_a_second_daemon_on_the_same_database_is_refused(daemon, make_daemon):
    second = make_daemon("second", settings={
        "daemon": {"database": f"sqlite:{daemon.database}",
                   "secret_key_file": daemon.directory / "secret.key"}})
    words = spawn_and_fail(second)
    assert str(daemon.database) in words and "cannot start" in words
    assert daemon.curl_status(daemon.url("admin", "/readyz")) == 200
    daemon.stop()
    second.start()


def test_a_second_daemon_on_the_same_socket_is_refused(daemon, make_daemon):
    second = make_daemon("second", settings={"daemon": {"control_socket": daemon.socket}})
    assert str(daemon.socket) in spawn_and_fail(second)
    daemon.ctl("status")


def test_a_port_that_is_taken_is_named(daemon, make_daemon):
    port = daemon.ports["phones"]
    second = make_daemon("second", listeners={"front": {"port": port, "serves": "phones"}})
    words = spawn_and_fail(second)
    assert "front" in words and str(port) in words


def test_a_newer_database_is_refused(daemon):
    daemon.stop()
    with sqlite3.connect(daemon.database) as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_schema")}
        assert "migration" in tables, tables
        columns = [row[1] for row in database.execute("PRAGMA table_info(migration)")]
        newest = database.execute("SELECT * FROM migration ORDER BY 1 DESC LIMIT 1").fetchone()
        marks = ", ".join("?" for _ in columns)
        database.execute(f"INSERT INTO migration VALUES ({marks})",
                         [value + 1000 if isinstance(value, int) else f"{value}-later"
                          for value in newest])
    assert "newer" in spawn_and_fail(daemon)


def test_another_key_does_not_open_the_database(daemon):
    daemon.add_device()
    daemon.stop()
    key = daemon.directory / "secret.key"
    content = bytearray(key.read_bytes())
    content[0] = ord("a") if content[0] != ord("a") else ord("b")
    key.chmod(0o600)
    key.write_bytes(content)
    words = spawn_and_fail(daemon)
    assert str(key) in words and "not the key" in words


def test_the_command_line_says_that_nobody_is_there(make_daemon):
    daemon = make_daemon()
    done = daemon.ctl("status", check=False)
    assert done.returncode == 3
    assert str(daemon.socket) in done.stderr.decode()
    with pytest.raises(CommandFailed):
        daemon.ctl("status")


def test_only_its_own_user_may_use_the_socket(daemon):
    if os.getuid() != 0:
        pytest.skip("needs root, to become somebody else")
    daemon.directory.chmod(0o755)
    daemon.directory.parent.chmod(0o755)
    # The mode keeps others out; with the mode out of the way, the daemon itself does.
    daemon.socket.chmod(0o666)
    script = ("import os,socket,sys\n"
              "os.setgid(65534); os.setuid(65534)\n"
              "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
              "s.sendall(b'GET /api/v1/status HTTP/1.1\\r\\nHost: h\\r\\nConnection: close\\r\\n\\r\\n')\n"
              "print(s.recv(100).decode().split()[1])\n")
    assert run("/usr/bin/python3", "-c", script, daemon.socket).stdout == b"403\n"


def test_what_reveals_macs_or_passwords_by_nature_is_warned_of(make_daemon):
    """Said with file and line by --check, in the log at a start, and by status while it runs."""
    daemon = make_daemon(settings={
        "provisioning": {"open_networks": "192.0.2.0/24", "auth": "open"},
        "redirect": {"auth": "open"}})
    daemon.listeners = {**daemon.listeners,
                        "clear": {"port": 0, "serves": "rpc", "basic_without_tls": "yes"}}
    daemon.write_ini()
    lines = daemon.ini.read_text(encoding="utf-8").splitlines()
    done = run(BUILD / "gigaprovd", "--check", "-c", daemon.ini)
    told = (done.stdout + done.stderr).decode()
    for key, label in (("open_networks", "[provisioning] open_networks"),
                       ("basic_without_tls", "[listener clear] basic_without_tls"),
                       ("auth", "[provisioning] auth"), ("auth", "[redirect] auth")):
        section = lines.index(label.partition("]")[0] + "]")
        line = next(n for n, text in enumerate(lines[section:], section + 1)
                    if text.startswith(f"{key} ="))
        assert f"{daemon.ini}:{line}: warning: {label}: " in told, told
    daemon.start()
    for label in ("open_networks", "[redirect] auth", "basic_without_tls"):
        assert any(label in line for line in daemon.log.splitlines() if "level=warn" in line)
    assert "open_networks" in daemon.ctl("status")


def test_what_is_closed_is_not_warned_of(make_daemon):
    daemon = make_daemon()
    done = run(BUILD / "gigaprovd", "--check", "-c", daemon.ini)
    assert b"warning" not in done.stdout + done.stderr
    daemon.start()
    assert "level=warn" not in daemon.log
