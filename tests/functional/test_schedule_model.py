# SPDX-License-Identifier: MIT
"""next_due against a second, plain and slow program: day by day, with Python's zoneinfo."""

import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from test_schedule_eval import evaluate

EPOCH = datetime(1970, 1, 1)
MASK = (1 << 64) - 1
ZONES = ["America/New_York", "Europe/Berlin", "America/Santiago", "Africa/Cairo",
         "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


def mix(z):
    z ^= z >> 30
    z = z * 0xBF58476D1CE4E5B9 & MASK
    z ^= z >> 27
    z = z * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def dice(mac, salt, purpose, cycle, n):
    text = 0xCBF29CE484222325
    for byte in salt.encode():
        text = (text ^ byte) * 0x100000001B3 & MASK
    x = mix(mix(mac ^ 0x9E3779B97F4A7C15) ^ text)
    x = mix(x ^ (purpose << 56 | cycle & (1 << 56) - 1))
    return (x >> 32) * n >> 32


class Model:
    def __init__(self, q):
        self.q, self.zone = q, ZoneInfo(q["tz"])
        self.weekly = q["kind"] == "weekly"
        self.mac = int(q["mac"], 16)

    def wall(self, t):
        local = datetime.fromtimestamp(t, timezone.utc).astimezone(self.zone)
        return int((local.replace(tzinfo=None) - EPOCH).total_seconds())

    def reach(self, wall):
        """The first instant at which the clock shows it or more, to the second."""
        low, high = wall - 100000, wall - 100000
        while self.wall(high) < wall:
            low, high = high, high + 900
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.wall(middle) >= wall else (middle, high)
        return high

    def window(self, day):
        start, end = self.q["start"], self.q["end"]
        opens = self.reach(day * 86400 + start * 60)
        if start == end and self.q["equal"] == "point":
            return opens, opens + 60
        closes = self.reach((day + (end <= start)) * 86400 + end * 60)
        return opens, closes if closes > opens else opens + ((end - start) % 1440 or 1440) * 60

    def chosen(self, day):
        return not self.weekly or self.q["days"] >> (day + 4) % 7 & 1

    def cycle(self, day):
        """Its number, its first day and the device's own."""
        q, n = self.q, self.q["interval"]
        if not self.weekly:
            k = (day - q["anchor_day"]) // n
            first = q["anchor_day"] + k * n
            return k, first, first + dice(self.mac, q["name"], 1, k * q["rotate"], n)
        if n == 0:
            return day, day, day if self.chosen(day) else None
        anchor = (q["anchor_day"] + 4) // 7
        k = ((day + 4) // 7 - anchor) // n
        first = (anchor + k * n) * 7 - 4
        days = [d for d in range(first, first + 7) if self.chosen(d)]
        return k, first, days[dice(self.mac, q["name"], 1, k * q["rotate"], len(days))]

    def next_due(self):
        q = self.q
        today = self.wall(q["now"]) // 86400
        span = 2 * (q["interval"] * (7 if self.weekly else 1)) + 10

        def satisfied(day):
            return q["run_day"] is not None and q["run_day"] >= self.cycle(day)[1]

        closed = [day for day in range(today - span, today + 1)
                  if self.cycle(day)[2] == day and self.window(day)[1] <= q["now"]]
        late = bool(closed) and not satisfied(closed[-1]) and q["missed"] == "next-window" \
            and self.window(closed[-1])[1] > q["enrolled_at"]
        for day in range(today - 1, today + span):
            k, _, own = self.cycle(day)
            mine = own == day and not satisfied(day)
            opens, closes = self.window(day)
            if closes <= q["now"] or not (mine or (late and self.chosen(day))):
                continue
            slot = opens + dice(self.mac, q["name"], 2, k * q["rotate"],
                                max(1, closes - opens - q["tail"]))
            return {"due": max(slot, q["now"]), "open": opens, "close": closes,
                    "start_day": day, "late": not mine}
        return None


def date(day):
    return (EPOCH + timedelta(days=day)).strftime("%Y-%m-%d")


def instant(t):
    return datetime.fromtimestamp(t, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def question(rng):
    weekly = rng.random() < 0.6
    start = rng.choice([0, 30, 60, 120, 150, 1320, 1410, rng.randrange(1440)])
    now = rng.randrange(1735689600, 1893456000)  # 2025 to 2029
    if rng.random() < 0.5:  # around changes of clocks
        now = rng.choice([1772946000, 1793505600, 1774738800, 1792879200, 1788667200, 1775358000,
                          1776981600, 1775311200, 1790956800]) + rng.randrange(-90000, 90000)
    return {"kind": "weekly" if weekly else "flexible", "tz": rng.choice(ZONES), "start": start,
            "end": rng.choice([start, (start + rng.randrange(1, 1440)) % 1440, 0, 300]),
            "interval": rng.choice([0, 1, 1, 2, 4, 12]) if weekly else rng.choice([1, 2, 7, 30]),
            "days": rng.randrange(1, 128), "equal": rng.choice(["point", "allday"]),
            "missed": rng.choice(["next-window", "next-window", "skip"]),
            "rotate": rng.randrange(2), "tail": rng.choice([0, 0, 600, 7200]),
            "name": rng.choice(["default", "night"]), "mac": f"{rng.randrange(1 << 48):012x}",
            "anchor_day": rng.choice([0, 20458, 20000]), "now": now,
            "enrolled_at": now - rng.randrange(200 * 86400), "ago": rng.choice(
                [None, rng.randrange(3), rng.randrange(40), rng.randrange(200)])}


def test_two_programs_agree_when_a_device_is_due():
    rng = random.Random(20260115)
    questions, expected = [], []
    for _ in range(500):
        q = question(rng)
        model = Model(q)
        ago = q.pop("ago")
        q["run_day"] = None if ago is None else model.wall(q["now"]) // 86400 - ago
        expected.append(model.next_due())
        sent = {k: v for k, v in q.items() if k not in ("anchor_day", "run_day")}
        questions.append({"ask": "next_due", **sent, "anchor": date(q["anchor_day"]),
                          "last_ok_day": None if ago is None else date(q["run_day"])})
    assert sum(due["late"] for due in expected) > 50
    for asked, due, answer in zip(questions, expected, evaluate(*questions)):
        assert answer == {"due": instant(due["due"]), "open": instant(due["open"]),
                          "close": instant(due["close"]), "start_day": date(due["start_day"]),
                          "late": due["late"]}, asked
