# SPDX-License-Identifier: MIT
"""Handsets from their slot to their end, with curl as the phones that tell of themselves."""

import time

from gigaprov import BUILD, run, until

A, B = "7C2F80E0D605", "7C2F80E0D606"
SECRET = "A2B4C6D8E0F2"
IPUI, OTHER = "029e74a599", "02b6ec8aa5"
UA = "Gigaset N870 IP PRO/83.V2.43.0+build.5f0a106;{};Handset=250"


def states(daemon, mac=A):
    rows = daemon.ctl("handset", "list", mac, json=True)["handsets"]
    return {row["ipui"] or row["key"]: row["state"] for row in rows}


def handset(daemon, key, mac=A):
    rows = daemon.ctl("handset", "list", mac, json=True)["handsets"]
    return next(row for row in rows if key in (row["ipui"], row.get("key")))


def device(daemon, mac=A):
    return daemon.ctl("device", "show", mac, json=True)


def poll(daemon, agent, mac=A, secret=SECRET):
    return daemon.curl("--fail", "--digest", "--user", f"{mac}:{secret}", "-A", agent,
                       daemon.url("phones", f"/xml/{mac}.xml")).decode()


def test_a_handset_is_known_by_its_slot_until_its_ipui_is_told(daemon):
    daemon.add_device()
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    assert daemon.ctl("handset", "add", A, check=False).returncode != 0
    daemon.ctl("handset", "add", A, "--slot", "7", "--pin", "4711", "--name", "Ward 7",
               "--user", "1007", "--sip", "pbx")
    done = daemon.ctl("handset", "add", A, IPUI, "--slot", "7", check=False)
    assert done.returncode != 0 and b"slot 7" in done.stderr
    document = daemon.fetch().decode()
    assert '<oper name="add_hs" value="00007">' in document
    assert '<param name="hs.00007.DECT_AC" value="4711"/>' in document
    assert '<param name="SipAccount.00007.UserName" value="1007"/>' in document
    row = handset(daemon, "00007")
    assert row["state"] == "to_register" and row["added_at"] and not row["registered_at"]
    done = daemon.ctl("setting", "set", "handset:00007", "hs.IntKeyDir", "20", check=False)
    assert done.returncode != 0 and b"IPUI" in done.stderr

    daemon.ctl("handset", "set", A, "7", "--ipui", IPUI.upper(), "--display", "Nurse")
    row = handset(daemon, IPUI)
    assert (row["slot"], row["state"], row["user"], row["display"]) == (
        7, "registered", "1007", "Nurse")
    document = daemon.fetch().decode()
    assert f'<oper name="add_hs" value="{IPUI}">' in document and "00007" not in document
    done = daemon.ctl("handset", "set", A, IPUI, "--ipui", OTHER, check=False)
    assert done.returncode != 0 and OTHER.encode() in done.stderr
    assert handset(daemon, IPUI)["slot"] == 7
    log = daemon.ctl("audit", "list", json=True)
    assert "handset.set" in {row["action"] for row in log["audit"]}


def test_a_device_tells_its_firmware_and_what_it_takes(daemon):
    daemon.add_device()
    assert device(daemon)["firmware"] is None
    poll(daemon, "Gigaset N870 IP PRO/83.V2.20.0;7C2F80E0D606;Handset=1")
    poll(daemon, "curl/7.88.1")
    poll(daemon, UA.format(A))
    until(lambda: device(daemon)["firmware"], "what it tells")
    assert device(daemon)["firmware"] == "83.V2.43.0+build.5f0a106"
    assert device(daemon)["capacity"] == 250
    # A refused request tells nothing, whatever it says.
    daemon.curl("--digest", "--user", f"{A}:wrong", "-A", UA.format(A).replace("2.43", "9.99"),
                daemon.url("phones", f"/xml/{A}.xml"))
    # What is no news is not written, and what is news is, though the document stays the same.
    log = len(daemon.log)
    for _ in range(5):
        poll(daemon, UA.format(A))
    poll(daemon, UA.format(A).replace("Handset=250", "Handset=1"))
    until(lambda: device(daemon)["capacity"] == 1, "the capacity")
    assert daemon.log[log:].count("a device tells its firmware") == 1
    assert device(daemon)["firmware"] == "83.V2.43.0+build.5f0a106"
    rows = daemon.ctl("device", "list", json=True)["devices"]
    assert rows[0]["firmware"] == "83.V2.43.0+build.5f0a106" and rows[0]["capacity"] == 1
    daemon.ctl("handset", "add", A, IPUI)
    done = daemon.ctl("handset", "add", A, OTHER, check=False)
    assert done.returncode != 0
    assert b"takes 1 " in done.stderr and b"250" in done.stderr
    # Back again to what it said before, and over a restart.
    poll(daemon, UA.format(A))
    until(lambda: device(daemon)["capacity"] == 250, "the capacity")
    daemon.restart()
    poll(daemon, UA.format(A).replace("V2.43.0", "V2.64.0"))
    until(lambda: "2.64.0" in device(daemon)["firmware"], "the new firmware")


def test_where_nothing_is_proved_nothing_is_learnt(make_daemon):
    daemon = make_daemon(settings={"provisioning": {"auth": "open"}}).start()
    daemon.add_device()
    for _ in range(3):
        daemon.curl("--fail", "-A", UA.format(A), daemon.url("phones", f"/xml/{A}.xml"))
    until(lambda: device(daemon)["provisioned_at"], "the record of a fetch")
    time.sleep(0.2)
    assert device(daemon)["firmware"] is None and device(daemon)["capacity"] is None


def test_a_removal_is_as_the_firmware_knows_it(daemon):
    daemon.add_device()
    for ipui in (IPUI, OTHER, "029e74a600"):
        daemon.ctl("handset", "add", A, ipui)
    poll(daemon, UA.format(A).replace("V2.43.0", "V2.35.1"))
    until(lambda: device(daemon)["firmware"], "what it tells")
    daemon.ctl("handset", "remove", A, IPUI)
    assert f'<param name="hs.{IPUI}.RegStatus" value="ToDeReg"/>' in daemon.fetch().decode()
    poll(daemon, UA.format(A))
    until(lambda: "2.43" in device(daemon)["firmware"], "the new firmware")
    daemon.ctl("handset", "remove", A, OTHER)
    assert f'<oper name="delete_hs" value="{OTHER}"/>' in daemon.fetch().decode()
    assert states(daemon) == {"029e74a600": "registered", IPUI: "removing", OTHER: "removing"}
    until(lambda: handset(daemon, OTHER)["carried_at"], "the record of a fetch")
    row = handset(daemon, OTHER)
    assert row["removed_at"] <= row["carried_at"]
    assert row["gone_at"] == row["carried_at"] + 3600
    assert handset(daemon, IPUI)["gone_at"] - handset(daemon, IPUI)["carried_at"] == 86400


def test_a_handset_without_ipui_goes_by_absence(daemon):
    daemon.add_device()
    daemon.ctl("handset", "add", A, "--pin", "4711")
    daemon.ctl("handset", "add", A, IPUI)
    daemon.fetch()
    done = daemon.ctl("handset", "remove", A, "1", "--mode", "delete", check=False)
    assert done.returncode != 0 and b"slot 1" in done.stderr
    daemon.ctl("handset", "remove", A, "1")
    document = until(lambda: next((d for d in [daemon.fetch().decode()]
                                   if "DeleteNotProvisionedHS" in d), None), "the second document")
    assert "00001" not in document and "delete_hs" not in document
    rows = daemon.ctl("handset", "list", A, json=True)["handsets"]
    until(lambda: [row["state"] for row in daemon.ctl("handset", "list", A, json=True)["handsets"]]
          == ["registered", "gone"], f"its end: {rows}")
    done = daemon.ctl("handset", "remove", A, "2", "--mode", "absence", check=False)
    assert done.returncode != 0 and b"empty list" in done.stderr


def test_a_moved_handset_waits_for_the_device_that_it_leaves_over_a_restart(daemon):
    daemon.add_device(A)
    daemon.add_device(B, product="n670")
    daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net")
    daemon.ctl("handset", "add", A, IPUI, "--name", "Ann", "--pin", "4711", "--user", "1001",
               "--sip", "pbx", "--password-stdin", stdin="pass-word\n")
    daemon.ctl("setting", "set", f"handset:{IPUI}", "hs.IntKeyDir", "20")
    daemon.fetch(A)
    daemon.fetch(B)
    daemon.ctl("handset", "move", IPUI, B)
    assert states(daemon, A) == {IPUI: "removing"}
    assert states(daemon, B) == {IPUI: "moving"}
    assert handset(daemon, IPUI, B)["waits_for"] == A
    assert IPUI not in daemon.fetch(B).decode()
    daemon.kill9()
    daemon.start()
    assert IPUI not in daemon.fetch(B).decode()
    assert states(daemon, B) == {IPUI: "moving"}
    assert f'<oper name="delete_hs" value="{IPUI}"/>' in daemon.fetch(A).decode()
    assert states(daemon, B) == {IPUI: "to_register"}
    document = daemon.fetch(B).decode()
    for line in (f'<oper name="add_hs" value="{IPUI}">',
                 f'<param name="hs.{IPUI}.DECT_AC" value="4711"/>',
                 f'<param name="hs.{IPUI}.IntKeyDir" value="20"/>',
                 f'<param name="SipAccount.{IPUI}.AuthPassword" value="pass-word"/>'):
        assert line in document
    assert states(daemon, B) == {IPUI: "registered"}

    # There and back again without waiting, and let in when the old device goes.
    daemon.ctl("handset", "move", IPUI, A, "--now")
    assert IPUI in daemon.fetch(A).decode()
    daemon.ctl("handset", "move", IPUI, B)
    assert states(daemon, B) == {IPUI: "moving"}
    daemon.ctl("device", "remove", A, "--force")
    assert states(daemon, B) == {IPUI: "to_register"}
    assert f'"add_hs" value="{IPUI}"' in daemon.fetch(B).decode()


def test_windows_do_not_overlap_and_come_one_after_the_other(daemon):
    daemon.add_device()
    now = int(time.time())
    add = ("operation", "add", A, "open_registration", "--duration", "300", "--start")
    daemon.ctl(*add, str(now + 7200))
    done = daemon.ctl(*add, str(now + 7000), check=False)
    assert done.returncode != 0 and b"operation remove" in done.stderr
    daemon.ctl(*add, str(now + 3600))
    assert daemon.fetch().decode().count("RegStart") == 1
    assert f'name="RegStart" value="{now + 3600}"' in daemon.fetch().decode()
    rows = daemon.ctl("operation", "list", A, json=True)["operations"]
    first = next(row["id"] for row in rows if row["start"] == now + 3600)
    daemon.ctl("operation", "remove", A, str(first))
    assert f'name="RegStart" value="{now + 7200}"' in daemon.fetch().decode()


def test_times_and_dates_may_be_of_a_zone(make_daemon):
    daemon = make_daemon(settings={"daemon": {"timezone": "Pacific/Kiritimati"}}).start()
    daemon.add_device()
    add = ("operation", "add", A, "open_registration", "--duration", "300", "--zone",
           "Europe/Berlin", "--start")
    daemon.ctl(*add, "2098-07-22 14:59")
    assert daemon.ctl("operation", "list", A, json=True)["operations"][0]["start"] == 4056872340
    done = daemon.ctl(*add, "2098-03-30 02:30", check=False)
    assert done.returncode != 0 and b"no such time in Europe/Berlin" in done.stderr
    # Fourteen hours ahead of UTC: the day there is today's or tomorrow's.
    user = daemon.add_account()
    daemon.rpc(*user).autoprov.registerDevice(B, "http://prov.example.net/%MACD.xml", "Daryna")
    before = time.time()
    date = daemon.rpc(*user).autoprov.listDevices("Daryna")[0][3]
    days = {time.strftime("%Y-%m-%d", time.gmtime(at + 14 * 3600)) for at in (before, time.time())}
    assert date in days
    daemon.write_ini(daemon={"timezone": "Europe/Nowhere"})
    done = run(BUILD / "gigaprovd", "--check", "-c", daemon.ini, check=False)
    assert done.returncode != 0 and b"timezone" in done.stderr
