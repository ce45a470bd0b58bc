# SPDX-License-Identifier: MIT
"""What desk phones are told to do once: by whom, how often, and what came of it."""

import ssl

import pytest

from desk_orders import MINUTES, NOON, OrderedPhone, at_noon
from gigaprov import until
from openstage import MAC, desk_daemon


@pytest.fixture
def site(make_daemon):
    return at_noon(desk_daemon(make_daemon))


@pytest.fixture
def phone(site, mailbox):
    """That phone, configured."""
    phone = OrderedPhone(site, uri=mailbox.uri)
    phone.boot()
    return phone


def orders(daemon, mac=MAC):
    return daemon.ctl("wpi", "orders", mac, json=True)["orders"]


def newest(daemon):
    return orders(daemon)[0]


def state(daemon):
    order = newest(daemon)
    return order["kind"], order["state"], order["attempts"]


def test_a_restart_is_told_once_and_proved_by_the_next_start_up(site, phone, mailbox):
    site.ctl("wpi", "restart", MAC)
    path, headers, fields = mailbox.wait(1)
    assert path == "/contact_dls.html/ContactDLS" and headers["Connection"] == "close"
    assert headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert fields == {"ContactMe": "true", "dls_ip_addr": "127.0.0.1",
                      "dls_ip_port": str(site.ports["desk"])}
    assert phone.boot("solicited")[-1] == "Restart"
    assert phone.orders == [("Restart", {})]
    assert state(site) == ("restart", "sent", 1)
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    assert state(site) == ("restart", "done", 1)
    assert phone.boot("solicited") == ["ReadAllItems", "CleanUp"]
    assert len(phone.orders) == 1


def test_a_forged_host_does_not_lead_the_phone_elsewhere(site, phone, mailbox):
    class Liar(type(phone.connect())):
        def putheader(self, header, *values):
            super().putheader(header, *(["prov.example.net:9999"] if header == "Host" else values))

    liar = OrderedPhone(site, uri=mailbox.uri)
    liar.connection = Liar("127.0.0.1", site.ports["desk"], timeout=60,
                           context=ssl._create_unverified_context())
    liar.boot()
    site.ctl("wpi", "restart", MAC)
    assert mailbox.wait(1)[2]["dls_ip_port"] == str(site.ports["desk"])
    # What the phone itself calls us stands in the links that it gets, and in no others.
    song = site.directory / "song.wav"
    song.write_bytes(b"RIFF")
    site.ctl("wpi", "file", "add", str(song), "--type", "RINGTONE")
    site.ctl("wpi", "cancel", MAC)
    site.ctl("wpi", "file", "deploy", MAC, "song.wav")
    phone.boot("solicited")
    link = phone.orders[-1][1]["file-https-base-url"]
    assert link.startswith(f"https://127.0.0.1:{site.ports['desk']}/")


def test_what_a_phone_does_not_do_is_told_again_after_a_while_and_not_for_ever(site, phone):
    site.ctl("wpi", "restart", MAC)
    now = NOON
    for attempt in (1, 2, 3):
        assert phone.boot("solicited")[-1] == "Restart"
        assert state(site) == ("restart", "sent", attempt)
        # It says nothing more: neither at once nor before its time has passed is it told again.
        assert phone.boot("solicited")[-1] == "CleanUp"
        now += 16 * MINUTES
        site.set_clock(now)
        if attempt < 3:
            until(lambda: newest(site)["state"] == "waiting", "the try has had its time")
            assert phone.boot("solicited")[-1] == "CleanUp"
            now += 15 * MINUTES
            site.set_clock(now)
    until(lambda: newest(site)["state"] == "failed", "the last try has failed")
    assert newest(site)["reason"] == "nothing was heard of it"
    assert phone.boot("solicited") == ["ReadAllItems", "CleanUp"]
    assert [action for action, _ in phone.orders] == ["Restart"] * 3


def test_a_refusal_counts_as_a_try_with_its_reason(site, phone):
    site.ctl("wpi", "read", MAC, "reg-addr")
    answer = phone.contact("solicited")
    while answer.action != "ReadItems":
        answer = phone.obey(answer)
    assert phone.reply("ReadItems", status="failed").action == "CleanUp"
    assert state(site) == ("read_items", "waiting", 1)
    assert newest(site)["reason"] == "the phone has refused it"


def test_items_are_read_and_secrets_are_not_shown(site, phone):
    phone.items.update({"reg-addr": "10.0.0.1", "key-label-unicode[3]": "Anna",
                        "sip-pwd": "hush hush"})
    site.ctl("wpi", "read", MAC, "reg-addr", "key-label-unicode[3]", "sip-pwd")
    assert phone.boot("solicited") == ["ReadAllItems", "ReadItems", "CleanUp"]
    assert newest(site)["state"] == "done"
    assert newest(site)["answer"] == {"reg-addr": "10.0.0.1", "key-label-unicode[3]": "Anna",
                                      "sip-pwd": "********"}
    assert "hush hush" not in site.ctl("audit", "list") + site.log


def test_a_factory_reset_is_meant_and_never_told_twice(site, phone):
    refused = site.ctl("wpi", "reset", MAC, check=False)
    assert refused.returncode != 0 and b"--force" in refused.stderr
    assert orders(site) == []
    site.ctl("wpi", "reset", MAC, "--force")
    assert phone.boot("solicited")[-1] == "Restart"
    assert phone.orders == [("Restart", {"restart-password": "124816",
                                         "restart-type": "FactoryReset"})]
    site.set_clock(NOON + 20 * MINUTES)
    until(lambda: newest(site)["state"] == "failed", "the reset has had its time")
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    assert len(phone.orders) == 1
    assert "124816" not in site.log + site.ctl("wpi", "orders", MAC)
    # One that the phone did not come for is forgotten soon.
    site.ctl("wpi", "reset", MAC, "--force")
    site.set_clock(NOON + 90 * MINUTES)
    until(lambda: newest(site)["state"] == "failed", "the reset is too old")
    assert phone.boot("solicited") == ["ReadAllItems", "CleanUp"]


def test_a_busy_phone_is_told_when_it_is_idle_and_that_is_no_try(site, phone, mailbox):
    phone.busy = True
    site.ctl("wpi", "restart", MAC)
    mailbox.wait(1)
    answer = phone.contact("solicited")
    while answer.action != "Restart":
        answer = phone.obey(answer)
    answer = phone.obey(answer)
    # V3 R5 remembers that it is to call.
    assert answer.action == "CleanUp" and answer.values == {"send-solicited": "true"}
    assert state(site) == ("restart", "waiting", 0)
    phone.busy = False
    assert phone.boot("solicited")[-1] == "Restart"
    assert state(site) == ("restart", "sent", 1)


def test_an_old_busy_phone_is_called_again_five_minutes_later(site, mailbox):
    phone = OrderedPhone(site, uri=mailbox.uri, version="V2 R2.30.0")
    phone.boot()
    phone.busy = True
    site.ctl("wpi", "restart", MAC)
    mailbox.wait(1)
    actions = phone.boot("solicited")
    assert actions[-2:] == ["Restart", "CleanUp"]
    site.set_clock(NOON + 4 * MINUTES)
    assert phone.boot("local-changes")  # it may call meanwhile
    site.set_clock(NOON + 10 * MINUTES)
    mailbox.wait(2)
    phone.busy = False
    assert phone.boot("solicited")[-1] == "Restart"


def test_an_order_that_is_taken_back_is_not_told(site, phone):
    site.ctl("wpi", "restart", MAC)
    site.ctl("wpi", "read", MAC, "reg-addr")
    assert site.ctl("wpi", "cancel", MAC, str(orders(site)[1]["id"]), json=True)["cancelled"] == 1
    assert phone.boot("solicited") == ["ReadAllItems", "ReadItems", "CleanUp"]
    assert [order["state"] for order in orders(site)] == ["done", "cancelled"]
    gone = site.ctl("wpi", "cancel", MAC, "4711", check=False)
    assert gone.returncode != 0
    audit = site.ctl("audit", "list")
    assert "wpi.order" in audit and "wpi.cancel" in audit


def test_a_kill_in_the_middle_neither_repeats_nor_forgets_an_order(site, phone):
    site.ctl("wpi", "restart", MAC)
    site.ctl("wpi", "read", MAC, "reg-addr")
    site.kill9()
    site.start()
    phone.connection = None
    assert [order["state"] for order in orders(site)] == ["waiting", "waiting"]
    assert phone.boot("solicited") == ["ReadAllItems", "ReadItems", "Restart"]
    site.kill9()
    site.start()
    phone.connection = None
    assert [order["state"] for order in orders(site)] == ["done", "sent"]
    assert phone.boot("solicited") == ["ReadAllItems", "CleanUp"]
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    assert [order["state"] for order in orders(site)] == ["done", "done"]


def test_explain_says_what_a_phone_is_still_to_do(site, phone):
    site.ctl("wpi", "restart", MAC)
    steps = {step["step"]: step for step in site.ctl("explain", MAC, json=True)["steps"]}
    assert steps["order"]["kind"] == "restart" and steps["order"]["state"] == "waiting"
    assert "told when it calls" in steps["order"]["words"] and "wanted" in steps["call"]["words"]


def test_others_than_desk_phones_take_no_orders(site):
    site.ctl("device", "add", "7C2F80E0D605", "--product", "n870")
    refused = site.ctl("wpi", "restart", "7C2F80E0D605", check=False)
    assert refused.returncode != 0 and b"n870" in refused.stderr
    unknown = site.ctl("wpi", "restart", "7C2F80E0D606", check=False)
    assert unknown.returncode != 0 and b"no such device" in unknown.stderr
    wrong = site.ctl("wpi", "read", MAC, "reg addr", check=False)
    assert wrong.returncode != 0 and b"reg addr" in wrong.stderr


def dcmp(daemon, mac):
    """The whole answer, without what tells time."""
    status, headers, body = OrderedPhone(daemon).get(
        f"https://127.0.0.1:{daemon.ports['desk']}/dcmp/contact-me?device-id={mac}")
    return status, [pair for pair in headers.items() if pair[0] != "Date"], body


def test_a_phone_that_nobody_can_call_asks_and_is_told(site):
    unknown = dcmp(site, "00:01:E3:99:99:99")
    assert unknown[0] == 200 and unknown[2] == b"" and ("Content-Length", "0") in unknown[1]
    assert dcmp(site, MAC) == unknown == dcmp(site, "nonsense")
    site.ctl("wpi", "restart", MAC)
    for spelling in (MAC, MAC.lower(), "00:01:E3:00:A9:F3", "00-01-e3-00-a9-f3"):
        assert dcmp(site, spelling)[0] == 202
    phone = OrderedPhone(site)
    assert phone.boot("solicited")[-1] == "Restart"
    assert dcmp(site, MAC) == unknown
    phone.boot()
    site.ctl("notify", MAC, "--wait", "1")
    assert dcmp(site, MAC)[0] == 202
    phone.boot("solicited")
    assert dcmp(site, MAC) == unknown
