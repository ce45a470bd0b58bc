# SPDX-License-Identifier: MIT
"""Jobs and notify for desk phones: contact-me, orders, and what is evidence for them."""

from datetime import datetime, timedelta, timezone

import pytest

from desk_orders import MINUTES, NOON, ContactMe, OrderedPhone, at_noon
from gigaprov import until
from openstage import MAC, desk_daemon
from test_wpi_files import add_firmware
from test_wpi_orders import newest, orders

NIGHT = datetime(2026, 3, 5, 0, 30, tzinfo=timezone.utc)


@pytest.fixture
def site(make_daemon):
    night = {"start": "00:00", "end": "05:00", "interval": "0"}
    return at_noon(desk_daemon(make_daemon, **{"schedule night": night}))


@pytest.fixture
def phone(site, mailbox):
    phone = OrderedPhone(site, uri=mailbox.uri)
    phone.boot()
    return phone


def start(site, kind, *more):
    return str(site.ctl("job", "start", kind, "--mac", MAC, *more, json=True)["id"])


def device(site, job):
    return site.ctl("job", "devices", job, json=True)["devices"][0]


def offered(site, job):
    until(lambda: device(site, job)["state"] == "offered", "the phone is offered it")


def test_a_restart_job_is_confirmed_when_the_phone_has_booted(site, phone, mailbox):
    job = start(site, "restart", "--now")
    offered(site, job)
    mailbox.wait(1)
    assert phone.boot("solicited") == ["ReadAllItems", "Restart"]
    # That it has its configuration proves no restart.
    assert device(site, job)["state"] == "offered"
    phone.boot()
    assert device(site, job)["state"] == "confirmed"
    assert newest(site)["state"] == "done" and newest(site)["job"] == int(job)


def test_a_job_waits_for_its_window_and_takes_its_order_back(site, phone, mailbox):
    job = start(site, "restart", "--schedule", "night")
    until(lambda: device(site, job)["due_at"], "the job has begun")
    assert phone.boot("solicited")[-1] == "CleanUp" and mailbox.calls == []
    site.set_clock(datetime.fromtimestamp(device(site, job)["due_at"], timezone.utc))
    offered(site, job)
    mailbox.wait(1)
    site.ctl("job", "stop", job)
    until(lambda: newest(site)["state"] == "cancelled", "the order is taken back")
    assert phone.boot("solicited")[-1] == "CleanUp" and phone.orders == []


def test_a_reprovision_job_is_confirmed_when_the_phone_has_all(site, phone, mailbox):
    site.ctl("sip", "add", "pbx", "--domain", "pbx.example.net", "--registrar", "reg.example.net")
    site.ctl("line", "add", MAC, "--user", "4242", "--sip", "pbx", "--password-stdin",
             stdin="hush hush")
    job = start(site, "reprovision", "--now")
    offered(site, job)
    mailbox.wait(1)
    assert phone.boot("solicited") == ["ReadAllItems", "WriteItems", "CleanUp"]
    until(lambda: device(site, job)["state"] == "confirmed", "the phone is configured")
    # The same once more, with nothing that is new to it.
    site.set_clock(NOON + 5 * MINUTES)
    job = start(site, "reprovision", "--now")
    offered(site, job)
    phone.boot("solicited")
    until(lambda: device(site, job)["state"] == "confirmed", "the phone is configured")


def test_a_firmware_job_is_confirmed_by_the_version(site, phone, mailbox):
    add_firmware(site)
    job = start(site, "firmware", "--version", "V3 R5.13.0", "--now")
    offered(site, job)
    assert phone.boot("solicited") == ["SoftwareDeployment"]
    phone.version = "V3 R5.13.0"
    phone.boot()
    assert device(site, job)["state"] == "confirmed"
    assert newest(site)["state"] == "done"


def test_a_job_fails_for_a_phone_that_refuses_its_order(site, phone, mailbox):
    add_firmware(site)
    job = start(site, "firmware", "--version", "V3 R5.13.0", "--now")
    now = NOON
    for _ in range(3):
        until(lambda: orders(site) and newest(site)["state"] == "waiting", "the order waits")
        assert phone.boot("solicited") == ["SoftwareDeployment"]
        phone.boot()
        now += 16 * MINUTES
        site.set_clock(now)
    until(lambda: device(site, job)["state"] == "failed", "the job has failed for it")
    assert "V3 R5.12.0" in device(site, job)["reason"]


def test_a_desk_phone_has_no_dect_window(site, phone):
    job = start(site, "open_registration", "--now")
    until(lambda: device(site, job)["state"] == "failed", "it cannot have one")
    assert "DECT" in device(site, job)["reason"]


def notify(site, mac=MAC):
    return site.ctl("notify", mac, "--wait", "1", json=True)


def test_notify_calls_the_phone_once_a_minute_and_waits_for_it(site, phone, mailbox):
    told = notify(site)
    assert told["outcome"] == "accepted" and told["status"] == 204
    assert len(mailbox.calls) == 1
    assert notify(site)["outcome"] == "suppressed" and len(mailbox.calls) == 1
    site.set_clock(NOON + 1 * MINUTES)
    mailbox.status = 503
    assert notify(site)["outcome"] == "refused"
    site.set_clock(NOON + 2 * MINUTES)
    mailbox.close()
    assert notify(site)["outcome"] == "no_answer"


def test_nobody_has_the_daemon_call_an_address_that_is_not_the_phones(site, mailbox):
    elsewhere = ContactMe()
    for uri in (f"http://localhost:{elsewhere.port}/contact", f"ftp://127.0.0.1:{elsewhere.port}/",
                f"http://user:pw@127.0.0.1:{elsewhere.port}/",
                f"http://127.0.0.2:{elsewhere.port}/", "nonsense"):
        phone = OrderedPhone(site, uri=uri)
        phone.boot()
        site.set_clock(datetime.fromtimestamp(site_time(site) + 61, timezone.utc))
        # The address that it called from has nothing on port 8085.
        assert notify(site)["outcome"] == "no_answer", uri
    assert elsewhere.calls == []
    elsewhere.close()


def site_time(site):
    return int.from_bytes(site.clock_file.read_bytes(), "little")


def test_a_phone_that_does_not_come_is_called_at_longer_and_longer_intervals(site, phone, mailbox):
    site.ctl("wpi", "restart", MAC)
    now, pauses = NOON, []
    for count in range(1, 5):
        mailbox.wait(count)
        pause = 5 * 2 ** (count - 1)
        site.set_clock(now + (pause - 1) * MINUTES)
        pauses.append(len(mailbox.calls))
        now += pause * MINUTES
        site.set_clock(now)
    mailbox.wait(5)
    assert pauses == [1, 2, 3, 4]
    assert newest(site)["state"] == "waiting" and newest(site)["attempts"] == 0
    site.set_clock(NOON + timedelta(days=8))
    until(lambda: newest(site)["state"] == "failed", "the order is too old")
    assert newest(site)["reason"] == "the phone has not called in time"
