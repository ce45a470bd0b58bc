# SPDX-License-Identifier: MIT
"""Jobs in nights on which clocks are changed: devices have their turn when a second program says."""

from datetime import datetime, timedelta, timezone

from gigaprov import until
from test_schedule_model import Model

SECRET = "A2B4C6D8E0F2"
TONE = "Telephony.0.ToneScheme"
# Zone, wall clock of the window, when it is open in UTC.
NIGHTS = [
    ("America/New_York", "00:00", "05:00", "2026-03-08T05:00", "2026-03-08T09:00"),
    ("Europe/Berlin", "02:00", "03:00", "2026-03-29T01:00", "2026-03-29T02:00"),
    ("America/Santiago", "23:30", "00:30", "2026-04-05T02:30", "2026-04-05T04:30"),
    ("Africa/Cairo", "00:30", "02:00", "2026-04-23T22:00", "2026-04-23T23:00"),
    ("Australia/Lord_Howe", "02:15", "04:00", "2026-10-03T15:30", "2026-10-03T17:00"),
    ("America/New_York", "01:30", "02:00", "2026-11-01T05:30", "2026-11-01T07:00"),
]


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def minute(text):
    return int(text[:2]) * 60 + int(text[3:])


def expected(zone, start, end, name, mac, now):
    return Model({"kind": "weekly", "tz": zone, "start": minute(start), "end": minute(end),
                  "interval": 0, "days": 127, "equal": "point", "missed": "next-window",
                  "rotate": 0, "tail": 0, "name": name, "mac": mac, "anchor_day": 0, "now": now,
                  "enrolled_at": now, "run_day": None}).next_due()


def test_devices_have_their_turns_in_nights_on_which_clocks_are_changed(make_daemon):
    daemon = make_daemon(settings={
        f"schedule n{number}": {"timezone": zone, "start": start, "end": end, "interval": "0"}
        for number, (zone, start, end, _, _) in enumerate(NIGHTS)})
    daemon.set_clock(utc(NIGHTS[0][3]) - timedelta(hours=12))
    daemon.start()

    def row(job, mac):
        rows = daemon.ctl("job", "devices", job, json=True)["devices"]
        return next(row for row in rows if row["mac"] == mac)

    def fetch(mac):
        return daemon.curl("--fail", "--digest", "--user", f"{mac}:{SECRET}",
                           daemon.url("phones", f"/xml/{mac}.xml"))

    for number, (zone, start, end, opens, closes) in enumerate(NIGHTS):
        name = f"n{number}"
        before = utc(opens) - timedelta(hours=1)
        macs = [f"7C2F80E0{number:02X}{n:02X}" for n in range(2)]
        daemon.set_clock(before)
        for mac in macs:
            daemon.add_device(mac)
            daemon.fetch(mac)
            # Its own schedule holds back what only its turn may give it.
            daemon.ctl("setting", "set", f"device:{mac}", "schedule.config", name)
            daemon.ctl("setting", "set", f"device:{mac}", TONE, "USA")
            assert b"USA" not in fetch(mac)
        job = daemon.ctl("job", "start", "reprovision", "--mac", macs[0], "--mac", macs[1],
                         json=True)["id"]
        due = {mac: expected(zone, start, end, name, mac, int(before.timestamp())) for mac in macs}
        for mac in macs:
            assert (due[mac]["open"], due[mac]["close"]) == (utc(opens).timestamp(),
                                                             utc(closes).timestamp())
            until(lambda mac=mac: row(job, mac)["due_at"], "its time")
            assert (row(job, mac)["due_at"], row(job, mac)["close_at"]) == (
                due[mac]["due"], due[mac]["close"]), (zone, mac)
        for mac in sorted(macs, key=lambda mac: due[mac]["due"]):
            daemon.set_clock(datetime.fromtimestamp(due[mac]["due"] - 1, timezone.utc))
            assert row(job, mac)["state"] == "waiting"
            daemon.set_clock(datetime.fromtimestamp(due[mac]["due"], timezone.utc))
            until(lambda mac=mac: row(job, mac)["state"] == "offered", "the offer")
            assert b"USA" in fetch(mac)
            until(lambda mac=mac: row(job, mac)["state"] == "confirmed", "the evidence")
        assert daemon.ctl("job", "show", job, json=True)["state"] == "done"
