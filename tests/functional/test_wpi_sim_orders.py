# SPDX-License-Identifier: MIT
"""Orders, from the command to a simulated desk phone that carries them out and back."""

import contextlib
import hashlib

import pytest

from desk_orders import MINUTES, NOON, at_noon
from gigaprov import until
from openstage import desk_daemon
from simulated import finish, phones, start
from test_wpi_files import add, add_firmware, image

MAC = "0001E3000001"  # of the simulator's first phone
NEWER = "V3 R5.13.0"
SECURE = {"admin": {"port": 0, "serves": "rpc api metrics"},
          "desk": {"port": 0, "serves": "wpi", "tls_cert": "own"},
          "secure": {"port": 0, "serves": "wpi", "tls_cert": "own", "tls_client_ca": "own"}}


@pytest.fixture(name="site")
def one_openstage_at_noon(make_daemon):
    return at_noon(desk_daemon(make_daemon), MAC)


def url(site):
    return f"https://127.0.0.1:{site.ports['desk']}"


def seen(site):
    """What the service knows of the phone's last call; nothing before the first."""
    shown = site.ctl("wpi", "status", MAC, json=True)["phones"]
    return shown[0] if shown else {"outcome": None}


@contextlib.contextmanager
def listening(site, *options, calls=1):
    """A phone that has booted and waits to be called: finish() it when it has been."""
    process = start(url(site), "--flow", "start-up", "--flow", "listen", "--contact-port", 0,
                    "--contact-gap", 0, "--calls", calls, *options)
    try:
        until(lambda: seen(site)["outcome"] or process.poll() is not None,
              "the phone has booted")
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def order(site):
    return site.ctl("wpi", "orders", MAC, json=True)["orders"][0]


def state(site):
    return order(site)["state"]


def reaches(site, wanted):
    until(lambda: state(site) == wanted, f"the order is {wanted}")


def well(process):
    done = finish(process)
    assert done.code == 0, done.text()
    return done


def after_listening(done):
    """The actions that it hears once it waits."""
    events = done.of()
    return [value.split(" (")[0] for key, value in events[events.index(("does", "listens")):] if key == "hears"]


def test_a_phone_is_called_and_restarts(site):
    with listening(site) as phone:
        site.ctl("wpi", "restart", MAC)
        done = well(phone)
    assert done.told("does")[:3] == ["listens", "is asked to call", "boots"]
    assert after_listening(done) == ["ReadAllItems", "Restart", "ReadAllItems", "CleanUp"]
    assert (state(site), order(site)["attempts"]) == ("done", 1)


def test_a_phone_that_cannot_be_called_asks_and_restarts(site):
    """Behind NAT: nobody is at the address of its contact-me-uri."""
    with listening(site, "--contact-address", "127.9.9.9", "--dcmp", url(site) + "/dcmp",
                   "--dcmp-interval", 200) as phone:
        site.ctl("wpi", "restart", MAC)
        done = well(phone)
    assert "is asked to call by DCMP" in done.told("does") and "boots" in done.told("does")
    assert state(site) == "done"


def test_a_single_file_arrives_and_is_reported(site):
    tone = b"tone" * 5000
    add(site, "ring.wav", tone, "ringtone")
    with listening(site, "--sha256", hashlib.sha256(tone).hexdigest()) as phone:
        site.ctl("wpi", "file", "deploy", MAC, "ring.wav")
        done = well(phone)
    assert f"has ring.wav (RINGTONE): {len(tone)} bytes" in done.told("does")
    assert any(text.startswith("status") for text in done.told("says")), done.text()
    assert (state(site), order(site)["attempts"]) == ("done", 1)


def read_back(site, process):
    """Phones report neither several files nor a deletion: they are called to tell their list."""
    until(lambda: state(site) in ("sent", "taken"), "the phone is told")
    site.set_clock(NOON + 2 * MINUTES)
    done = well(process)
    assert state(site) == "done"
    return [text for text in done.told("does") if text.startswith(("has", "deletes"))]


def test_several_files_arrive_and_are_read_back(site):
    add(site, "a.png", b"a", "PIC")
    add(site, "b.xml", b"<b/>", "LDAP")
    with listening(site, calls=2) as phone:
        site.ctl("wpi", "file", "deploy", MAC, "a.png", "b.xml")
        assert read_back(site, phone) == ["has a.png (PIC): 1 bytes", "has b.xml (LDAP): 4 bytes"]


def test_a_file_is_deleted_and_that_is_read_back(site):
    with listening(site, "--item", "file-deployment-name[1]=old.png", "--item",
                   "file-deployment-type[1]=PIC", calls=2) as phone:
        site.ctl("wpi", "file", "delete", MAC, "old.png", "--type", "PIC")
        assert read_back(site, phone) == ["deletes old.png (PIC)"]


def test_firmware_is_proved_by_the_next_start_up(site):
    add_firmware(site)
    digest = hashlib.sha256(image(NEWER)).hexdigest()
    with listening(site, "--sha256", digest, "--item", "country-iso=DE") as phone:
        site.ctl("wpi", "firmware", MAC, NEWER)
        done = well(phone)
    assert done.told("does")[-2:] == [f"installs {NEWER}", "boots"]
    assert (state(site), order(site)["reason"]) == ("done", f"runs {NEWER}")
    assert site.ctl("device", "show", MAC, json=True)["firmware"] == NEWER


def test_a_phone_in_a_call_comes_back_when_it_is_idle(site):
    add_firmware(site)
    with listening(site, "--quirk", "busy-once") as phone:
        site.ctl("wpi", "firmware", MAC, NEWER)
        done = well(phone)
    # The first is answered busy; it was asked to call only once, and comes twice.
    assert after_listening(done).count("SoftwareDeployment") == 2
    assert done.told("does").count("is asked to call") == 1
    assert f"installs {NEWER}" in done.told("does")
    assert (state(site), order(site)["attempts"]) == ("done", 1)


def test_an_old_phone_in_a_call_is_called_again_later(site):
    add_firmware(site)
    with listening(site, "--quirk", "busy-once", "--software-version", "V2 R2.30.0",
                   calls=2) as phone:
        site.ctl("wpi", "firmware", MAC, NEWER)
        until(lambda: seen(site)["reason"] == "solicited" and seen(site)["outcome"],
              "it has said that it is busy")
        assert (state(site), order(site)["attempts"]) == ("waiting", 0)
        site.set_clock(NOON + 10 * MINUTES)
        done = well(phone)
    assert done.told("does").count("is asked to call") == 2
    assert f"installs {NEWER}" in done.told("does") and state(site) == "done"


def test_a_file_that_does_not_arrive_as_it_should_is_tried_three_times(site):
    add(site, "logo.png", b"logo", "LOGO")
    now = NOON
    with listening(site, "--sha256", "0" * 64, calls=3) as phone:
        site.ctl("wpi", "file", "deploy", MAC, "logo.png")
        for attempt in (1, 2, 3):
            until(lambda: order(site)["attempts"] == attempt and
                  state(site) == ("failed" if attempt == 3 else "waiting"),
                  f"try {attempt} has failed")
            now += 16 * MINUTES
            site.set_clock(now)
        done = finish(phone)
    assert done.code == 1 and len(done.told("complains")) == 3, done.text()
    assert "logo.png" in order(site)["reason"]


def test_a_phone_tells_the_items_that_it_is_asked_for(site):
    with listening(site, "--item", "reg-addr=192.0.2.10") as phone:
        site.ctl("wpi", "read", MAC, "reg-addr", "no-such-item")
        well(phone)
    assert state(site) == "done"
    assert order(site)["answer"] == {"reg-addr": "192.0.2.10", "no-such-item": ""}


def test_secure_mode_is_kept_through_a_restart(make_daemon, tmp_path):
    """The phone changes ports, is ordered there, and is a stranger where it was."""
    site = at_noon(make_daemon(listeners=SECURE), MAC)
    site.ctl("wpi", "secure", MAC)
    with listening(site, "--state", tmp_path) as phone:
        until(lambda: site.ctl("wpi", "trust", MAC, json=True)["mode"] == "secure",
              "it has shown its certificate")
        site.ctl("wpi", "restart", MAC)
        done = well(phone)
    assert done.told("does")[0] == f"goes to secure mode, port {site.ports['secure']}"
    assert state(site) == "done"
    assert phones(url(site)).told("hears") == ["CleanUp"]


def test_a_phone_that_takes_no_certificate_goes_on_as_it_was(make_daemon):
    site = at_noon(make_daemon(listeners=SECURE), MAC)
    site.ctl("wpi", "secure", MAC)
    done = phones(url(site), "--quirk", "refuses-all")
    assert not [text for text in done.told("does") if "secure" in text], done.text()
    assert "WriteItems" in done.text()
    assert site.ctl("wpi", "trust", MAC, json=True)["mode"] != "secure"


@pytest.mark.parametrize("item", ["goto-secure-mode", "dls-client-certificate", "dls-server-ca[0]",
                                  "dls-secure-port"])
def test_a_phone_that_refuses_a_part_of_the_certificate_goes_on_as_it_was(make_daemon, item):
    site = at_noon(make_daemon(listeners=SECURE), MAC)
    site.ctl("wpi", "secure", MAC)
    done = phones(url(site), "--refuse", f"{item}=invalid data", "--flow", "start-up", "--flow",
                  "start-up")
    assert done.code == 0, done.text()
    assert not [text for text in done.told("does") if "secure mode" in text], done.text()
    assert done.refused >= 1 and not done.told("complains"), done.text()
    trust = site.ctl("wpi", "trust", MAC, json=True)
    assert trust["mode"] != "secure"
