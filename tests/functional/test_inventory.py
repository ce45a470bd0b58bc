# SPDX-License-Identifier: MIT
"""The inventory: imports, what they mean for registering, and locks after wrong suffixes."""

import json
import re
import threading
import time

import pytest

from gigaprov import until

MAC = "7C2F80E0D605"
RIGHT = f"{MAC}-55DF"
WRONG = f"{MAC}-0000"
SECRET = "0123456789ab"
URL = "http://127.0.0.1/xml/%MACD.xml"
GOOD = (f"{MAC},55DF,n870,{SECRET}\r\n"
        "7C:2F:80:E0:D6:06,55e0,n670,\r\n"
        "7C2F80E0D607-55E1\r\n".replace("E1\r\n", "E1,,,\r\n"))


def load(daemon, text, *options, check=True):
    """gigaprovctl inventory import; the report, or with check=False the process."""
    if check:
        return daemon.ctl("inventory", "import", "-", *options, stdin=text, json=True)
    return daemon.ctl("inventory", "import", "-", *options, stdin=text, check=False)


def counts(report):
    return [report[name] for name in ("rows", "added", "changed", "unchanged", "devices")]


def audits(daemon):
    rows = daemon.ctl("audit", "list", "--object", "inventory", json=True)["audit"]
    return [row["after"] if isinstance(row["after"], dict) else json.loads(row["after"])
            for row in rows if row["action"] == "inventory.import"]


@pytest.fixture
def anna(daemon):
    """An integrator's connection."""
    return daemon.rpc(*daemon.add_account()).autoprov


# -- imports

def test_a_good_file_is_taken_and_again_changes_nothing(daemon):
    assert counts(load(daemon, GOOD)) == [3, 3, 0, 0, 0]
    assert counts(load(daemon, GOOD)) == [3, 0, 0, 3, 0]
    assert counts(load(daemon, f"{MAC},55DF,n870,another\n")) == [1, 0, 1, 0, 0]
    rows = daemon.ctl("inventory", "list", json=True)["inventory"]
    assert [row["mac"] for row in rows] == [MAC, "7C2F80E0D606", "7C2F80E0D607"]
    assert [row["product"] for row in rows] == ["n870", "n670", None]
    assert [row["suffix"] for row in rows] == ["set"] * 3
    assert [row["secret"] for row in rows] == ["set", None, None]
    assert [audit["rows"] for audit in audits(daemon)] == [1, 3, 3]
    assert audits(daemon)[2]["added"] == 3


def test_columns_come_in_any_order_with_a_header(daemon):
    text = f"\ufeffProduct,SECRET,Mac,suffix\nn870,\"a \"\"b\"\", c\",{MAC.lower()},55df\n"
    assert counts(load(daemon, text)) == [1, 1, 0, 0, 0]
    assert counts(load(daemon, f"mac,product\n{MAC},n670\n")) == [1, 0, 1, 0, 0]
    shown = daemon.ctl("inventory", "show", MAC, json=True)
    assert (shown["product"], shown["suffix"], shown["secret"]) == ("n670", "set", "set")


def test_a_cell_that_is_empty_leaves_what_is_known(daemon):
    load(daemon, GOOD)
    assert counts(load(daemon, f"{MAC},,,\n")) == [1, 0, 0, 1, 0]
    assert daemon.ctl("inventory", "show", MAC, json=True)["secret"] == "set"


def test_a_dry_run_counts_and_writes_nothing(daemon):
    assert counts(load(daemon, GOOD, "--dry-run")) == [3, 3, 0, 0, 0]
    assert daemon.ctl("inventory", "list", json=True)["inventory"] == []
    assert audits(daemon) == []


@pytest.mark.parametrize("text,lines", [
    ("", [1]),
    ("mac,suffix\n", [1]),
    ("mac,colour\nx,y\n", [1]),
    ("suffix,product\n55DF,n870\n", [1]),
    ("mac,mac\nx,y\n", [1]),
    (f"{MAC}\n{MAC[:-1]}\n\n7C2F80E0D606-12\n", [2, 4]),
    (f"{MAC},55DF\n7C2F80E0D606,55D\n7C2F80E0D607,55_F\n", [2, 3]),
    (f"{MAC},,n8700,\n", [1]),
    (f"{MAC},,,{'x' * 65}\n", [1]),
    (f"{MAC},,,\"a\nb\"\n7C2F80E0D606,,,\x07\n", [1, 3]),
    (f"{MAC}-55DF,55E0,,\n", [1]),
    (f"{MAC}\n7C2F80E0D606\n{MAC.lower()}\n", [3]),
    (f"{MAC},1111,n870,a,b\n", [1]),
    (f"{MAC},1111\n7C2F80E0D606\n", [2]),
    (f"{MAC},\"1111\nn870\n", [1]),
])
def test_a_file_with_errors_is_refused_as_a_whole_with_their_lines(daemon, text, lines):
    done = load(daemon, f"{text}", check=False)
    assert done.returncode not in (0, 2)
    told = [int(n) for n in re.findall(r"line (\d+): ", done.stderr.decode())]
    assert sorted(set(told)) == lines, done.stderr.decode()
    assert "nothing was written" in done.stderr.decode()
    assert daemon.ctl("inventory", "list", json=True)["inventory"] == []


def test_of_many_errors_the_first_hundred_are_told(daemon):
    done = load(daemon, f"{MAC}\n" + "x\n" * 5000, check=False)
    words = done.stderr.decode()
    assert len(re.findall(r"line \d+: ", words)) == 100
    assert "5000 errors" in words
    assert "line 101: " in words and "line 102: " not in words


def test_bytes_that_are_no_text_are_refused(daemon):
    done = daemon.ctl("inventory", "import", "-", stdin=b"mac,secret\n7C2F80E0D605,\xff\xfe\n",
                      check=False)
    assert done.returncode != 0 and b"line 2: " in done.stderr


def test_a_hundred_thousand_rows_take_seconds_and_hold_nobody_up(make_daemon):
    # longer than the deadline of a request, where the programs are sanitized
    daemon = make_daemon(settings={"limits": {"deadline_seconds": 4}}).start()
    text = "mac,suffix,secret\n" + "".join(
        f"{0x7C2F81000000 + n:012X},{n % 10000:04d},secret-{n}\n" for n in range(100000))
    daemon.add_account(providers=("Daryna",))
    server = daemon.rpc("anna", "anna's password").autoprov
    waited = []
    over = threading.Event()

    def register():
        number = 0
        while not over.is_set():
            start = time.monotonic()
            assert server.registerDevice(f"7C2F82{number:06X}", URL, "Daryna")[0]
            waited.append(time.monotonic() - start)
            number += 1

    thread = threading.Thread(target=register)
    thread.start()
    try:
        start = time.monotonic()
        assert counts(load(daemon, text)) == [100000, 100000, 0, 0, 0]
        took = time.monotonic() - start
    finally:
        over.set()
        thread.join()
    assert took < 60
    assert len(waited) > 10 and max(waited) < 5
    assert audits(daemon)[0]["added"] == 100000
    assert server.registerDevice("7C2F81000001-0001", URL, "Daryna")[1] == "OK: secret-1"
    assert counts(load(daemon, text, "--dry-run")) == [100000, 0, 0, 100000, 0]


def test_an_import_may_be_larger_than_other_bodies(make_daemon):
    daemon = make_daemon(settings={"limits": {"max_body": "4K", "max_import": "64K"}}).start()
    rows = "".join(f"7C2F81{n:06X},,,\n" for n in range(1500))
    assert counts(load(daemon, rows)) == [1500, 1500, 0, 0, 0]
    daemon.add_account("root", "root's password", role="admin", providers=())
    file = daemon.directory / "rows.csv"
    file.write_text(rows, encoding="ascii")
    post = ["-H", "Content-Type: text/csv", "--data-binary", f"@{file}",
            daemon.url("admin", "/api/v1/inventory")]
    assert daemon.curl_status(*post) == 401
    assert daemon.curl_status("-u", "root:wrong password", *post) == 401
    assert daemon.curl_status("-u", "root:root's password", *post) == 200
    assert daemon.curl_status("-u", "root:root's password", "-H", "Origin: http://evil", *post) == 403
    post[1] = "Content-Type: text/plain"
    assert daemon.curl_status("-u", "root:root's password", *post) == 415
    post[1] = "Content-Type: text/csv"
    file.write_text(rows * 4, encoding="ascii")
    assert daemon.curl_status("-u", "root:root's password", *post) == 413
    post[-1] = daemon.url("admin", "/api/v1/providers")
    assert daemon.curl_status("-u", "root:root's password", *post) == 413


def test_only_admins_import_and_viewers_see_no_secrets(daemon):
    load(daemon, GOOD)
    daemon.add_account("vera", "vera's password", role="viewer", providers=())
    base = daemon.url("admin", "/api/v1/inventory")
    shown = daemon.curl("-u", "vera:vera's password", base).decode()
    assert MAC in shown and SECRET not in shown and "55DF" not in shown
    assert daemon.curl_status("-u", "vera:vera's password", "-H", "Content-Type: text/csv",
                              "-d", GOOD, base) == 403
    daemon.add_account()
    assert daemon.curl_status("-u", "anna:anna's password", base) == 403
    assert SECRET.encode() not in daemon.database.read_bytes()
    assert SECRET not in daemon.log


def test_what_is_removed_is_unknown(daemon):
    load(daemon, GOOD)
    daemon.ctl("inventory", "remove", MAC)
    assert daemon.ctl("inventory", "show", MAC, check=False).returncode == 4
    assert daemon.ctl("inventory", "remove", MAC, check=False).returncode == 4


# -- secrets

def test_a_secret_of_the_inventory_is_answered_and_proves_the_phone(daemon, anna):
    load(daemon, GOOD)
    assert anna.registerDevice(RIGHT, URL, "Daryna") == [True, f"OK: {SECRET}"]
    daemon.ctl("device", "set", MAC, "--product", "n870")
    assert b"<" in daemon.fetch(MAC, SECRET)
    assert daemon.ctl("device", "show", MAC, json=True)["secret_origin"] == "given"


def test_an_import_replaces_a_secret_that_was_only_made_here(daemon, anna):
    made = anna.registerDevice(MAC, URL, "Daryna")[1].removeprefix("OK: ")
    daemon.ctl("device", "set", MAC, "--product", "n870")
    assert daemon.fetch(MAC, made)
    assert counts(load(daemon, GOOD)) == [3, 3, 0, 0, 1]
    assert daemon.fetch(MAC, SECRET)
    assert daemon.curl_status("--digest", "-u", f"{MAC}:{made}",
                              daemon.url("phones", f"/xml/{MAC}.xml")) == 401
    # a correction reaches the device, too, since that secret came from an import
    assert counts(load(daemon, f"{MAC},55DF,n870,corrected\n")) == [1, 0, 1, 0, 1]
    assert daemon.fetch(MAC, "corrected")


def test_a_secret_that_a_person_gave_stays(daemon):
    daemon.add_device(MAC, secret="given by hand")
    assert counts(load(daemon, GOOD)) == [3, 3, 0, 0, 0]
    assert daemon.fetch(MAC, "given by hand")


def test_a_device_added_without_a_secret_has_that_of_the_inventory(daemon):
    load(daemon, GOOD)
    daemon.ctl("device", "add", MAC, "--product", "n870")
    assert daemon.fetch(MAC, SECRET)


# -- rules

def test_what_is_not_in_the_inventory_does_not_exist_where_that_is_required(make_daemon):
    daemon = make_daemon(settings={"redirect": {"require_inventory": "yes"}}).start()
    server = daemon.rpc(*daemon.add_account()).autoprov
    assert server.registerDevice(MAC, URL, "Daryna") == [False, f"mac_not_exist:{MAC}"]
    assert server.registerDeviceList([RIGHT, "7C2F80E0D606"], URL, "Daryna") == [
        False, f"mac_not_exist:{MAC}", "mac_not_exist:7C2F80E0D606"]
    load(daemon, GOOD)
    assert server.registerDevice(MAC, URL, "Daryna") == [True, f"OK: {SECRET}"]
    daemon.ctl("inventory", "remove", MAC)
    assert server.registerDevice(MAC, URL, "Daryna") == [False, f"mac_already_in_use:{MAC}"]
    assert server.deregisterDevice(MAC) == [True, "OK"]
    assert server.registerDevice(MAC, URL, "Daryna") == [False, f"mac_not_exist:{MAC}"]


def test_a_suffix_is_compared_with_the_inventory(daemon, anna):
    load(daemon, GOOD)
    assert anna.registerDevice(WRONG, URL, "Daryna") == [False, f"mac_invalid:{MAC}"]
    assert anna.registerDevice(RIGHT.lower(), URL, "Daryna")[0] is True
    assert anna.checkDevice(WRONG) == [False, f"mac_invalid:{MAC}"]
    assert anna.checkDevice(RIGHT)[0] is True
    assert anna.deregisterDevice(WRONG) == [False, f"mac_invalid:{MAC}"]
    assert anna.deregisterDevice(MAC) == [True, "OK"]


def test_without_an_inventory_the_first_suffix_is_kept(daemon, anna):
    assert anna.registerDevice(RIGHT, URL, "Daryna")[0]
    assert anna.checkDevice(WRONG) == [False, f"mac_invalid:{MAC}"]
    assert anna.deregisterDevice(RIGHT)[0]
    assert anna.registerDevice(WRONG, URL, "Daryna") == [False, f"mac_invalid:{MAC}"]
    load(daemon, f"{MAC},0000,,\n")
    assert anna.registerDevice(WRONG, URL, "Daryna")[0]


def test_a_bare_mac_is_refused_to_an_account_that_must_prove_possession(daemon):
    load(daemon, GOOD)
    daemon.add_account()
    daemon.ctl("account", "set", "anna", "--require-mac-id", "yes")
    server = daemon.rpc("anna", "anna's password").autoprov
    assert server.registerDevice(MAC, URL, "Daryna") == [False, f"mac_invalid:{MAC}"]
    assert server.registerDevice(RIGHT, URL, "Daryna")[0]


def test_foreign_accounts_learn_nothing_of_a_suffix(daemon, anna):
    load(daemon, GOOD)
    bert = daemon.rpc(*daemon.add_account("bert", "bert's password", providers=("Bert",))).autoprov
    assert anna.registerDevice(RIGHT, URL, "Daryna")[0]
    for _ in range(3):
        for mac_id in (RIGHT, WRONG, MAC):
            assert bert.checkDevice(mac_id) == [False, f"mac_not_found:{MAC}"]
            assert bert.deregisterDevice(mac_id) == [False, f"mac_not_found:{MAC}"]
            assert bert.registerDevice(mac_id, URL, "Bert") == [
                False, f"mac_already_in_use:{MAC}"]
    assert daemon.ctl("inventory", "show", MAC, json=True)["wrong_suffixes"] == 0
    assert anna.checkDevice(RIGHT)[0]


# -- locks

def attempts(server):
    """Wrong suffixes for a registered MAC, in every way that there is."""
    yield lambda: server.autoprov.checkDevice(WRONG)
    yield lambda: server.autoprov.deregisterDevice(WRONG)
    yield lambda: server.autoprov.deregisterDeviceList([WRONG, WRONG])
    yield lambda: server.redirect.registerPhone(WRONG, URL)
    yield lambda: server.redirect.checkPhone(WRONG)


def notices(daemon):
    return " ".join(daemon.ctl("status", json=True)["notices"])


def test_five_wrong_suffixes_lock_a_mac_and_raise_an_alarm(daemon, anna):
    load(daemon, GOOD)
    anna.registerDevice(RIGHT, URL, "Daryna")
    for number, attempt in enumerate(attempts(daemon.rpc("anna", "anna's password")), 1):
        assert attempt()[0] is False
        assert daemon.ctl("inventory", "show", MAC, json=True)["wrong_suffixes"] == number
        assert (MAC in notices(daemon)) == (number == 5)
    assert anna.checkDevice(RIGHT) == [False, f"mac_invalid:{MAC}"]
    assert anna.deregisterDevice(RIGHT) == [False, f"mac_invalid:{MAC}"]
    assert anna.checkDevice(MAC)[0] is True
    alarms = [line for line in daemon.log.splitlines() if "MAC locked" in line]
    assert len(alarms) == 1
    assert "level=warn" in alarms[0] and MAC in alarms[0]
    assert "anna" in alarms[0] and "127.0.0.1" in alarms[0]
    metrics = daemon.curl(daemon.url("admin", "/metrics")).decode()
    assert "gigaprovd_mac_id_wrong_total 5\n" in metrics
    assert "gigaprovd_mac_id_locks_total 1\n" in metrics


def test_an_admin_unlocks(daemon, anna):
    load(daemon, GOOD)
    for _ in range(5):
        anna.registerDevice(WRONG, URL, "Daryna")
    assert anna.registerDevice(RIGHT, URL, "Daryna") == [False, f"mac_invalid:{MAC}"]
    daemon.ctl("inventory", "unlock", MAC)
    assert MAC not in notices(daemon)
    assert anna.registerDevice(RIGHT, URL, "Daryna")[0]
    assert daemon.ctl("inventory", "unlock", MAC, check=False).returncode == 4
    actions = [row["action"] for row in daemon.ctl("audit", "list", json=True)["audit"]]
    assert "inventory.unlock" in actions


def test_the_right_suffix_before_the_lock_begins_the_count_anew(daemon, anna):
    load(daemon, GOOD)
    anna.registerDevice(RIGHT, URL, "Daryna")
    for _ in range(3):
        for _ in range(4):
            assert not anna.checkDevice(WRONG)[0]
        assert anna.checkDevice(RIGHT)[0] is True
    assert daemon.ctl("inventory", "show", MAC, json=True)["wrong_suffixes"] == 0


def test_guesses_that_come_all_at_once_are_counted_one_by_one(daemon, anna):
    load(daemon, GOOD)
    anna.registerDevice(RIGHT, URL, "Daryna")
    assert not anna.checkDevice(WRONG)[0]
    answers = []

    def guess(server, suffixes):
        for suffix in suffixes:
            answers.append(server.checkDevice(f"{MAC}-{suffix}"))

    threads = [threading.Thread(target=guess, args=(
        daemon.rpc("anna", "anna's password").autoprov, [f"{n}{k:03d}" for k in range(20)]))
        for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[False, f"mac_invalid:{MAC}"]] * 160
    assert daemon.ctl("inventory", "show", MAC, json=True)["wrong_suffixes"] == 5
    assert daemon.log.count("MAC locked") == 1


def test_counts_and_locks_survive_a_restart(daemon, anna):
    load(daemon, GOOD)
    anna.registerDevice(RIGHT, URL, "Daryna")
    for _ in range(4):
        anna.checkDevice(WRONG)
    daemon.kill9()
    daemon.start()
    server = daemon.rpc("anna", "anna's password").autoprov
    assert server.checkDevice(WRONG) == [False, f"mac_invalid:{MAC}"]
    assert server.checkDevice(RIGHT) == [False, f"mac_invalid:{MAC}"]
    daemon.restart()
    server = daemon.rpc("anna", "anna's password").autoprov
    assert server.checkDevice(RIGHT) == [False, f"mac_invalid:{MAC}"]
    assert MAC in notices(daemon)


def test_a_lock_ends(make_daemon):
    daemon = make_daemon(settings={"redirect": {"suffix_tries": 2,
                                                "suffix_lock_seconds": 3}}).start()
    load(daemon, GOOD)
    server = daemon.rpc(*daemon.add_account()).autoprov
    server.registerDevice(RIGHT, URL, "Daryna")
    assert not server.checkDevice(WRONG)[0]
    assert not server.checkDevice(WRONG)[0]
    assert not server.checkDevice(RIGHT)[0]
    until(lambda: server.checkDevice(RIGHT)[0], "the end of the lock")
    assert not server.checkDevice(WRONG)[0]
    assert server.checkDevice(RIGHT)[0]


def test_guesses_before_a_list_is_refused_count(make_daemon):
    daemon = make_daemon(settings={"redirect": {"list_answer": "guide"}}).start()
    load(daemon, GOOD)
    server = daemon.rpc(*daemon.add_account()).autoprov
    for number in range(1, 6):
        assert server.registerDeviceList(["7C2F80E0D606-55E0", WRONG], URL, "Daryna") == [
            False, f"mac_invalid:{MAC}"]
        assert daemon.ctl("inventory", "show", MAC, json=True)["wrong_suffixes"] == number
    assert server.registerDeviceList([RIGHT], URL, "Daryna") == [False, f"mac_invalid:{MAC}"]
    assert server.registerDeviceList(["7C2F80E0D606-55E0"], URL, "Daryna") == [True, "OK"]
