# SPDX-License-Identifier: MIT
"""Desk phones and the service that they talk to, over TLS, configured from the fleet."""

import datetime
import re
import threading

import pytest

from openstage import MAC, Answer, Phone, add_phone, desk_daemon, item_xml

OTHER = "0001E300A9F4"
NIGHT = datetime.datetime(2026, 1, 1, 1, tzinfo=datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def desk(make_daemon):
    """A daemon that knows one OpenStage 60 with a line."""
    daemon = desk_daemon(make_daemon).start()
    add_phone(daemon)
    return daemon


def of_phone(daemon, mac=MAC):
    return daemon.ctl("wpi", "status", mac, json=True)["phones"][0]


def rows(daemon, *states):
    found = daemon.ctl("wpi", "items", MAC, json=True)["items"]
    return {row["item"]: row for row in found if not states or row["state"] in states}


def setting(daemon, name, value, scope=f"device:{MAC}"):
    daemon.ctl("setting", "set", scope, name, value)


def test_a_phone_that_boots_is_configured_from_the_fleet(desk):
    phone = Phone(desk)
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    assert phone.items["e164"] == "4242" and phone.items["sip-pwd"] == "hush hush"
    assert phone.items["reg-addr"] == "pbx.example.net"
    assert phone.items["registrar-addr"] == "reg.example.net"
    assert phone.items["sip-transport"] == "0"
    assert re.fullmatch(r"JSESSIONID=[0-9A-F]{32}; Path=/DeploymentService; Secure", phone.cookie)
    device = desk.ctl("device", "show", MAC, json=True)
    assert device["provisioned_at"] and device["firmware"] == "V3 R5.12.0"
    # It tells all but the password, which it has taken once.
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    status = of_phone(desk)
    assert status["outcome"] == "CONFIGURED" and status["contacts"] == 2
    assert status["device_type"] == "OpenStage 60" and status["reason"] == "start-up"
    assert "hush hush" not in desk.log


def test_a_setting_of_any_scope_is_an_item(desk):
    desk.ctl("setting", "set", "fleet", "country-iso", "DE")
    desk.ctl("setting", "set", "product:openstage60", "function-key-def[2]", "31")
    desk.ctl("setting", "set", "product:openstage40", "function-key-def[3]", "31")
    setting(desk, "display-id-unicode", "Front desk")
    setting(desk, "admin-pwd", "124816")
    phone = Phone(desk)
    phone.boot()
    assert phone.items["country-iso"] == "DE" and phone.items["function-key-def[2]"] == "31"
    assert phone.items["display-id-unicode"] == "Front desk"
    assert phone.items["admin-pwd"] == "124816"
    assert "function-key-def[3]" not in phone.items
    why = desk.ctl("setting", "why", MAC, "function-key-def[2]")
    assert "product:openstage60" in why
    preview = desk.ctl("preview", MAC)
    assert '<Item name="function-key-def" index="2">31</Item>' in preview
    assert "124816" not in preview and "hush hush" not in preview
    assert "124816" not in desk.log


def test_only_what_differs_is_written_and_in_batches(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"message_bytes": 5000}).start()
    add_phone(daemon, line=False)
    lines = "".join(f"product:openstage60,function-key-def[{k}],31\n"
                    f"product:openstage60,key-label-unicode[{k}],Line number {k}\n"
                    for k in range(1, 101))
    for line in lines.splitlines():
        daemon.ctl("setting", "set", *line.split(","))
    has = {f"function-key-def[{k}]": "31" for k in range(1, 41)}
    phone = Phone(daemon, items=has)
    actions = phone.boot()
    assert actions[0] == "ReadAllItems" and actions[-1] == "CleanUp"
    assert actions[1:-1] == ["WriteItems"] * len(phone.writes) and len(phone.writes) > 2
    written = [name for batch in phone.writes for name in batch]
    assert len(written) == len(set(written)) == 160
    assert not set(written) & set(has)
    # What belongs to one key is in one message.
    for k in range(41, 101):
        holding = [batch for batch in phone.writes
                   if {f"function-key-def[{k}]", f"key-label-unicode[{k}]"} & set(batch)]
        assert len(holding) == 1
    assert phone.boot() == ["ReadAllItems", "CleanUp"]


def test_what_a_phone_refuses_is_shown_and_not_asked_again_until_something_changes(desk):
    phone = Phone(desk)
    for name in ("reg-ttl", "blf-code", "date-format", "time-format"):
        setting(desk, name, "7")
    phone.refuses = {"reg-ttl": "unknown item", "blf-code": "not supported",
                     "date-format": "invalid data"}
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    refused = rows(desk, "refused")
    assert {name: row["status"] for name, row in refused.items()} == phone.refuses
    assert of_phone(desk)["refused"] == 3
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    # Another value of one of them.
    setting(desk, "blf-code", "8")
    phone.boot()
    assert phone.writes[-1] == {"blf-code": "8"}
    assert set(rows(desk, "refused")) == {"reg-ttl", "blf-code", "date-format"}
    # Other firmware: all three.
    phone.version = "V3 R5.13.0"
    phone.refuses = {"reg-ttl": "read only"}
    phone.boot()
    assert set(phone.writes[-1]) == {"reg-ttl", "blf-code", "date-format"}
    assert {name: row["status"] for name, row in rows(desk, "refused").items()} == phone.refuses
    # Somebody wants it tried again.
    phone.refuses = {}
    assert desk.ctl("wpi", "forget", MAC, "reg-ttl", json=True)["items"] == 1
    phone.boot()
    assert phone.writes[-1] == {"reg-ttl": "7"} and not rows(desk, "refused")


def wrong_causes(daemon):
    """(what, bytes of a request) that get the one answer, all with the same nonce."""
    nonce = "A" * 32
    phone = Phone(daemon)

    def message(mac, reason="start-up", **more):
        extra = Phone(daemon, mac=mac)
        return phone.message(reason, extra.basic(), nonce=nonce, **more)

    yield "unknown MAC", message("0001E3FFFFFF")
    yield "locked", message("0001E3000001")
    yield "no product", message("0001E3000002")
    yield "another kind", message("0001E3000003")
    yield "no MAC", phone.message("start-up", [], nonce=nonce)
    yield "softphone", phone.message("start-up", [item_xml("mac-addr", "anna@pc")], nonce=nonce)
    yield "unknown reason", message(MAC, reason="bored")
    yield "stray reply", phone.message("reply-to", [], nonce=nonce,
                                       attributes=' action="WriteItems" status="accepted"')
    yield "phone ends nothing", phone.message("clean-up", [], nonce=nonce)


def test_whatever_is_wrong_the_answer_has_the_same_bytes(desk):
    add_phone(desk, "0001E3000001", line=False)
    desk.ctl("lock", "0001E3000001")
    desk.add_account()
    desk.rpc("anna", "anna's password").autoprov.registerDevice("0001E3000002", "http://a/b", "acme")
    desk.ctl("device", "add", "0001E3000003", "--product", "n870")
    answers = {}
    for what, body in wrong_causes(desk):
        status, headers, data = Phone(desk).post(body)
        headers = [(name, value) for name, value in headers if name != "Date"]
        answers[what] = status, headers, data
    assert len(set(map(repr, answers.values()))) == 1, answers
    status, headers, data = answers["locked"]
    assert status == 200 and b"<Action>CleanUp</Action>" in data
    assert not any(name == "Set-Cookie" for name, _ in headers)


def test_what_is_not_understood_is_answered_by_clean_up(desk):
    phone = Phone(desk)
    answers = set()
    for body in (b"", b"what?", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                 phone.message("start-up", phone.basic(), nonce=""), b"\0" * 100,
                 b"x" * (2 << 20)):
        status, headers, data = Phone(desk).post(body)
        answers.add((status, data, dict(headers)["Content-Type"]))
        assert "Set-Cookie" not in dict(headers)
    assert len(answers) == 1
    answer = Answer(*Phone(desk).post(b"what?"))
    assert answer.status == 200 and answer.action == "CleanUp" and answer.nonce == ""


def test_an_answer_has_its_length_and_is_never_chunked(desk):
    status, headers, data = Phone(desk).post(Phone(desk).message("start-up",
                                                                 Phone(desk).basic()))
    headers = dict(headers)
    assert status == 200 and headers["Content-Length"] == str(len(data))
    assert headers["Content-Type"] == "text/xml" and "Transfer-Encoding" not in headers


def test_phones_that_close_every_connection_and_send_stale_cookies_are_configured(desk):
    phone = Phone(desk)
    phone.closes = True
    phone.cookie = "PHPSESSID=g75hfoo; path=/; secure"
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    # Its cookie is of a dialogue that is over: a new one begins.
    assert phone.boot() == ["ReadAllItems", "CleanUp"]


def test_without_cookies_the_connection_or_the_address_tells(desk):
    phone = Phone(desk)
    phone.contact()
    phone.cookie = None
    assert phone.reply("ReadAllItems", phone.all_items()).action == "WriteItems"
    phone.cookie = phone.connection = None
    assert phone.reply("WriteItems").action == "CleanUp"
    # Two at one address without cookies are nobody's.
    add_phone(desk, OTHER)
    both = [Phone(desk, mac=mac) for mac in (MAC, OTHER)]
    for one in both:
        assert one.contact().action == "ReadAllItems"
        one.cookie = one.connection = None
    assert both[0].reply("ReadAllItems", both[0].all_items()).action == "CleanUp"


def test_who_has_sent_its_cookie_is_not_known_by_its_address_any_more(desk):
    """A stranger behind the same address does not go on with its dialogue."""
    phone = Phone(desk)
    phone.contact()
    assert phone.reply("ReadAllItems", phone.all_items()).action == "WriteItems"
    stranger = Phone(desk)
    assert stranger.reply("WriteItems").action == "CleanUp"
    assert of_phone(desk)["outcome"] != "CONFIGURED"
    assert phone.reply("WriteItems").action == "CleanUp"
    assert of_phone(desk)["outcome"] == "CONFIGURED"


def test_a_message_that_comes_twice_is_answered_as_before(desk):
    phone = Phone(desk)
    body = phone.message("start-up", phone.basic(), nonce="B" * 32)
    assert phone.post(body)[2] == Phone(desk).post(body)[2]
    reply = phone.message("reply-to", phone.all_items(), nonce="C" * 32,
                          attributes=' action="ReadAllItems" status="accepted"')
    answers, ready = [], threading.Barrier(4)

    def say():
        one = Phone(desk)
        one.cookie = phone.cookie
        ready.wait()
        answers.append(one.post(reply)[2])

    threads = [threading.Thread(target=say) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 and len(set(answers)) == 1
    assert Answer(200, [], answers[0]).action == "WriteItems"


def test_a_new_start_up_supersedes_the_dialogue_before(desk):
    phone = Phone(desk)
    phone.contact()
    before = phone.cookie
    assert phone.boot() == ["ReadAllItems", "WriteItems", "CleanUp"]
    assert phone.cookie != before


def test_local_changes_are_reported_and_overwritten_by_the_next_start_up(desk):
    phone = Phone(desk)
    phone.boot()
    phone.items["display-id-unicode"] = "Mine"
    changes = [item_xml("configuration-attached-flag", "true"),
               item_xml("display-id-unicode", "Mine"), item_xml("wallpaper", "cats")]
    assert phone.contact("local-changes", changes).action == "CleanUp"
    row = rows(desk)["display-id-unicode"]
    assert row["changed"] == "Mine" and row["state"] != "kept"
    phone.boot()
    assert phone.items["display-id-unicode"] == "Anna"
    assert rows(desk)["display-id-unicode"]["changed"] is None


def reason_of(daemon, step):
    steps = daemon.ctl("explain", MAC, json=True)["steps"]
    return next(found["reason"] for found in steps if found["step"] == step)


def test_local_changes_are_kept_where_the_ini_says_so_until_somebody_revokes_it(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"local_changes": "keep"}).start()
    add_phone(daemon)
    phone = Phone(daemon)
    phone.boot()
    phone.items["display-id-unicode"] = "Mine"
    changes = [item_xml("configuration-attached-flag", "true"),
               item_xml("display-id-unicode", "Mine"), item_xml("sip-pwd", "my own secret")]
    assert phone.contact("local-changes", changes).action == "CleanUp"
    assert set(rows(daemon, "kept")) == {"display-id-unicode", "sip-pwd"}
    assert reason_of(daemon, "kept") == "wpi_kept"
    shown = daemon.ctl("wpi", "items", MAC, json=True)
    assert "my own secret" not in repr(shown) and "my own secret" not in daemon.log
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    assert phone.items["display-id-unicode"] == "Mine"
    # Another value is another wish.
    daemon.ctl("line", "set", MAC, "1", "--display", "Berta")
    phone.boot()
    assert phone.items["display-id-unicode"] == "Berta"
    assert set(rows(daemon, "kept")) == {"sip-pwd"}
    assert daemon.ctl("wpi", "forget", MAC, json=True)["items"] > 0
    phone.boot()
    assert phone.writes[-1] == {"sip-pwd": "hush hush"}


def test_local_changes_are_overwritten_at_once_where_the_ini_says_so_and_without_end(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"local_changes": "overwrite", "writes": 3}).start()
    add_phone(daemon)
    phone = Phone(daemon)
    phone.boot()
    storm = []
    for _ in range(8):
        phone.items["display-id-unicode"] = "Mine"
        answer = phone.contact("local-changes",
                               [item_xml("configuration-attached-flag", "true"),
                                item_xml("display-id-unicode", "Mine")])
        storm.append(answer.action)
        while (answer := phone.obey(answer)) is not None:
            pass
    assert storm[0] == "WriteItems" and storm[-1] == "CleanUp"
    assert storm.count("WriteItems") <= 3
    assert set(rows(daemon, "vain")) == {"display-id-unicode"}
    assert reason_of(daemon, "vain") == "wpi_vain"

def test_old_phones_that_do_not_say_what_was_changed_are_asked(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"local_changes": "keep"}).start()
    add_phone(daemon)
    setting(daemon, "country-iso", "DE")
    phone = Phone(daemon, version="V2 R0.11.0", items={"country-iso": "DE"})
    phone.boot()
    # Meanwhile somebody wants something else of another item: that is nobody's change.
    setting(daemon, "language-iso", "en")
    phone.items |= {"country-iso": "FR", "language-iso": "de"}
    phone.items["display-id-unicode"] = "Mine"
    answer = phone.contact("local-changes")
    assert answer.action == "ReadAllItems"
    assert phone.obey(answer).action == "CleanUp"
    assert set(rows(daemon, "kept")) >= {"display-id-unicode", "country-iso"}


def test_outside_its_window_a_phone_gets_what_it_had(make_daemon):
    night = {"start": "00:00", "end": "05:00", "grace": "0m"}
    daemon = desk_daemon(make_daemon, **{"schedule night": night})
    daemon.set_clock(NIGHT)
    daemon.start()
    add_phone(daemon)
    setting(daemon, "schedule.config", "night", scope="fleet")
    phone = Phone(daemon)
    phone.boot()
    daemon.set_clock(NIGHT + HOUR * 11)
    setting(daemon, "country-iso", "DE")
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    # What somebody changed at the phone is put back as it was.
    phone.items["e164"] = "1"
    phone.boot()
    assert phone.items["e164"] == "4242" and "country-iso" not in phone.items
    daemon.set_clock(NIGHT + HOUR * 24)
    phone.boot()
    assert phone.items["country-iso"] == "DE"


@pytest.mark.parametrize("how", ["restart", "kill9"])
def test_a_restart_in_the_middle_of_a_dialogue_costs_the_phone_a_start_up(desk, how):
    phone = Phone(desk)
    answer = phone.contact()
    answer = phone.obey(answer)
    assert answer.action == "WriteItems"
    complaints = phone.write(answer)
    if how == "kill9":
        desk.kill9()
        desk.start()
    else:
        desk.restart()
    phone.connection = None
    assert phone.reply("WriteItems", complaints).action == "CleanUp"
    assert of_phone(desk)["outcome"] is None
    assert phone.boot()[-1] == "CleanUp"
    assert of_phone(desk)["outcome"] == "CONFIGURED"
    assert phone.items["e164"] == "4242"


def test_what_was_answered_is_known_after_kill_9(desk):
    phone = Phone(desk)
    setting(desk, "reg-ttl", "60")
    phone.refuses = {"reg-ttl": "unknown item"}
    phone.boot()
    desk.kill9()
    desk.start()
    assert set(rows(desk, "refused")) == {"reg-ttl"}
    assert of_phone(desk)["outcome"] == "CONFIGURED"
    phone.connection = None
    assert phone.boot() == ["ReadAllItems", "CleanUp"]


def fragment(size):
    """Items of about so many bytes."""
    return [item_xml("filler", "x" * 1000, index) for index in range(size // 1100)]


def test_a_reply_in_fragments_is_put_together_within_limits(desk):
    phone = Phone(desk)
    phone.contact()
    for _ in range(99):
        answer = phone.reply("ReadAllItems", fragment(4000), fragment="next")
        assert answer.action == "GetNextFragment"
    assert phone.reply("ReadAllItems", phone.all_items()).action == "WriteItems"
    phone.contact()
    assert phone.reply("ReadAllItems", fragment(50_000), fragment="next").action == \
        "GetNextFragment"
    actions = [phone.reply("ReadAllItems", fragment(4000), fragment="next").action
               for _ in range(101)]
    assert actions[98:] == ["GetNextFragment", "CleanUp", "CleanUp"]
    assert of_phone(desk)["outcome"] == "GIVEN_UP"


def test_a_phone_that_tells_too_much_is_sent_away(desk):
    phone = Phone(desk)
    phone.contact()
    told = [item_xml("a", "b", index) for index in range(10_001)]
    assert phone.reply("ReadAllItems", told[:9_900], fragment="next").action == "GetNextFragment"
    assert phone.reply("ReadAllItems", told[9_900:]).action == "CleanUp"
    assert of_phone(desk)["outcome"] == "GIVEN_UP"
    phone.contact()
    assert phone.reply("ReadAllItems", told).action == "CleanUp"
    phone.contact()
    megabyte = phone.message("reply-to", [item_xml("a", "x" * 60_000, n) for n in range(18)],
                             attributes=' action="ReadAllItems" status="accepted"')
    assert len(megabyte) > 1 << 20
    assert Answer(*phone.post(megabyte)).action == "CleanUp"


def test_a_dialogue_without_an_end_is_ended(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"max_turns": 20, "max_fragments": 1000}).start()
    add_phone(daemon)
    phone = Phone(daemon)
    phone.contact()
    actions = [phone.reply("ReadAllItems", fragment="next").action for _ in range(30)]
    assert actions[:19] == ["GetNextFragment"] * 19 and actions[20:] == ["CleanUp"] * 10


def test_a_silent_phone_s_dialogue_is_over_by_the_clock(make_daemon):
    daemon = desk_daemon(make_daemon, wpi={"max_sessions": 2})
    daemon.set_clock(NIGHT)
    daemon.start()
    macs = [MAC, OTHER, "0001E300A9F5"]
    for mac in macs:
        add_phone(daemon, mac, line=False)
        setting(daemon, "country-iso", "DE", scope=f"device:{mac}")
    phones = [Phone(daemon, mac=mac) for mac in macs]
    assert phones[0].contact().action == phones[1].contact().action == "ReadAllItems"
    assert len(daemon.ctl("wpi", "sessions", json=True)["sessions"]) == 2
    assert phones[2].contact().action == "CleanUp"
    daemon.set_clock(NIGHT + datetime.timedelta(seconds=301))
    assert phones[2].contact().action == "ReadAllItems"
    assert [row["mac"] for row in daemon.ctl("wpi", "sessions", json=True)["sessions"]] == [
        macs[2]]
    assert phones[0].reply("ReadAllItems", phones[0].all_items()).action == "CleanUp"
    # Those that have ended make room.
    assert phones[2].reply("ReadAllItems", [item_xml("country-iso", "DE")]).action == "CleanUp"
    assert phones[0].contact().action == phones[1].contact().action == "ReadAllItems"


def test_a_busy_phone_is_asked_to_call_when_it_is_idle(desk):
    phone = Phone(desk)
    assert phone.obey(phone.contact()).action == "WriteItems"
    answer = phone.reply("WriteItems", status="busy")
    assert answer.action == "CleanUp" and answer.values == {"send-solicited": "true"}
    assert of_phone(desk)["outcome"] == "BUSY"
    assert not desk.ctl("device", "show", MAC, json=True)["provisioned_at"]
    assert phone.boot("solicited") == ["ReadAllItems", "WriteItems", "CleanUp"]


def test_a_desk_phone_s_document_is_given_to_nobody_who_fetches_it(desk):
    desk.ctl("device", "set", MAC, "--secret-stdin", stdin="A2B4C6D8E0F2")
    status = desk.curl_status("--digest", "-u", f"{MAC}:A2B4C6D8E0F2",
                              desk.url("phones", f"/xml/{MAC}.xml"))
    assert status == 404
    assert "reason=wpi_dialogue" in desk.log
    assert not desk.ctl("device", "show", MAC, json=True)["provisioned_at"]


def test_explain_and_preview_tell_what_would_be_written(desk):
    setting(desk, "reg-ttl", "60")
    setting(desk, "blf-code", "1")
    phone = Phone(desk)
    phone.refuses = {"reg-ttl": "unknown item"}
    phone.boot()
    setting(desk, "country-iso", "DE")
    answer = desk.ctl("explain", MAC, json=True)
    steps = {step["step"]: step for step in answer["steps"]}
    assert steps["refused"]["reason"] == "wpi_refused" and steps["refused"]["todo"]
    assert steps["refused"]["status"] == "unknown item"
    assert "country-iso" in steps["gets"]["words"] and steps["gets"]["items"] == 1
    assert steps["dialogue"]["written"] == 1
    assert "hush hush" not in repr(answer)
    notes = desk.ctl("preview", MAC, json=True)["notes"]
    assert any("country-iso" in note for note in notes)
    assert any("reg-ttl" in note and "refused" in note for note in notes)
    phone.boot()
    changes = desk.ctl("diff", MAC, json=True)["differences"]
    assert changes == []
    setting(desk, "country-iso", "FR")
    changes = desk.ctl("diff", MAC, json=True)["differences"]
    assert [(row["name"], row["before"], row["after"]) for row in changes] == [
        ("country-iso", "DE", "FR")]


def test_a_line_that_is_removed_takes_the_account_away(desk):
    phone = Phone(desk)
    phone.boot()
    desk.ctl("line", "remove", MAC, "1")
    phone.boot()
    assert phone.writes[-1] == {"e164": "NULL", "registrar-addr": "NULL"}
    phone.items |= {"e164": "", "registrar-addr": ""}
    assert phone.boot() == ["ReadAllItems", "CleanUp"]
    # Who never had one from here is left alone.
    add_phone(desk, OTHER, line=False)
    other = Phone(desk, mac=OTHER, items={"e164": "999"})
    assert other.boot() == ["ReadAllItems", "CleanUp"]


def test_modules_at_the_phone_are_among_what_it_tells(desk):
    phone = Phone(desk)
    phone.boot()
    modules = [item_xml("key-modules", "2"), item_xml("blf-modules", "0")]
    assert phone.contact("inventory-changes", modules).action == "CleanUp"
    told = {row["item"]: row["told"] for row in
            desk.ctl("wpi", "items", MAC, "--all", json=True)["items"]}
    assert told["key-modules"] == "2" and told["device-type"] == "OpenStage 60"
    assert of_phone(desk)["outcome"] == "MODULE"


def test_what_a_phone_says_of_itself_is_no_command_for_a_terminal(desk):
    phone = Phone(desk, version="V3\nok       forged \u009b31m")
    phone.boot()
    for words in (("explain", MAC), ("wpi", "status"), ("device", "list")):
        told = desk.ctl(*words)
        assert "V3?ok       forged ??31m" in told, words
    steps = desk.ctl("explain", MAC, json=True)["steps"]
    contact = next(step for step in steps if step["step"] == "contact")
    assert (contact["outcome"], contact["ended"]) == ("ok", "CONFIGURED")
