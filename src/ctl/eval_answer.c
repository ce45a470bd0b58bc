/* SPDX-License-Identifier: MIT */
/* The answers to what can be asked; each has the fields of its vectors. */
#include "eval_answer.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/civil.h"
#include "window/cycle.h"
#include "window/due.h"
#include "window/occurrence.h"
#include "window/sentence.h"
#include "window/spread.h"
#include "window/wall.h"
#include "window/window.h"

/* The days of the vectors: 120 from 2025-12-21 on. */
enum { CALENDAR_FIRST = 20443, CALENDAR_DAYS = 120, CALENDAR_DAYS_MAX = 40000 };

static void put(json_t *answer, const char *name, json_t *value)
{
	json_object_set_new(answer, name, value);
}

static json_t *date(int64_t day)
{
	char text[CIVIL_DATE_MAX];

	civil_format_date(text, day);
	return json_string(text);
}

static json_t *instant(int64_t at)
{
	char text[CIVIL_INSTANT_MAX];

	civil_format_instant(text, at);
	return json_string(text);
}

int ask_occurrence(const struct question *q, json_t *answer, struct diag *reterr)
{
	struct schedule s;
	struct occurrence o;
	int64_t day;
	int r = question_schedule(q, &s, reterr);

	if (r < 0 || (r = question_date(q, "start_day", &day, reterr)) < 0)
		return r;
	o = occurrence_of(&s, day);
	put(answer, "open", json_integer(o.open));
	put(answer, "close", json_integer(o.close));
	put(answer, "open_z", instant(o.open));
	put(answer, "close_z", instant(o.close));
	return 0;
}

int ask_contains(const struct question *q, json_t *answer, struct diag *reterr)
{
	struct schedule s;
	struct occurrence o;
	int64_t t;
	int r = question_schedule(q, &s, reterr);

	if (r < 0 || (r = question_instant(q, "t", &t, reterr)) < 0)
		return r;
	put(answer, "start_day", occurrence_contains(&s, t, false, &o) ? date(o.day) : json_null());
	return 0;
}

int ask_window(const struct question *q, json_t *answer, struct diag *reterr)
{
	bool any_week = json_is_true(json_object_get(q->json, "any_week"));
	struct window window;
	struct schedule s;
	int64_t t;
	int r = question_schedule(q, &s, reterr);

	if (r < 0 || (r = question_instant(q, "t", &t, reterr)) < 0)
		return r;
	window = window_at(&s, t, any_week);
	put(answer, "state", json_string(window_state_name(window.state)));
	put(answer, "start_day",
	    window.state == WINDOW_OUTSIDE ? json_null() : date(window.occurrence.day));
	put(answer, "next", window_next(&s, t, any_week, &t) ? instant(t) : json_null());
	return 0;
}

int ask_calendar(const struct question *q, json_t *answer, struct diag *reterr)
{
	json_t *active = json_array();
	int64_t from, until;
	struct schedule s;
	int r = question_schedule(q, &s, reterr);

	put(answer, "active", active);
	if (r < 0 || (r = question_date_or(q, "from", CALENDAR_FIRST, &from, reterr)) < 0 ||
	    (r = question_date_or(q, "until", from + CALENDAR_DAYS, &until, reterr)) < 0)
		return r;
	if (until - from > CALENDAR_DAYS_MAX)
		return diag_set(reterr, -E_VALUE, "until: more than %d days after from",
				CALENDAR_DAYS_MAX);
	for (int64_t day = from; day < until; day++)
		if (schedule_has_day(&s, day))
			json_array_append_new(active, date(day));
	return 0;
}

int ask_week(const struct question *q, json_t *answer, struct diag *reterr)
{
	int64_t day;
	int r = question_date(q, "date", &day, reterr);

	if (r < 0)
		return r;
	put(answer, "day", json_integer(day));
	put(answer, "wday", json_integer(civil_weekday(day)));
	put(answer, "week", json_integer(civil_week(day)));
	return 0;
}

static int cycle_read(const struct question *q, const struct schedule *s, int64_t *ret,
		      struct diag *reterr)
{
	int64_t t;
	int r;

	if (question_has(q, "cycle")) {
		r = question_number_or(q, "cycle", 0, ret, reterr);
		if (r == 0 && (*ret > 4000000 || *ret < -4000000))
			return diag_set(reterr, -E_VALUE, "cycle: is out of range");
		return r;
	}
	r = question_instant(q, "t", &t, reterr);
	if (r < 0)
		return diag_set(reterr, r, "cycle: expected its number, or an instant t within it");
	*ret = cycle_of(s, wall_day(s->zone, t));
	return 0;
}

static int assign(const struct question *q, json_t *answer, struct diag *reterr)
{
	struct schedule s;
	struct occurrence o;
	int64_t cycle, day;
	uint64_t mac;
	int r = question_schedule(q, &s, reterr);

	if (r < 0 || (r = question_mac(q, &mac, reterr)) < 0 ||
	    (r = cycle_read(q, &s, &cycle, reterr)) < 0)
		return r;
	put(answer, "cycle", json_integer(cycle));
	put(answer, "cycle_first", date(cycle_first_day(&s, cycle)));
	if (!cycle_own_day(&s, mac, cycle, &day)) {
		put(answer, "day", json_null());
		put(answer, "due", json_null());
		return 0;
	}
	o = occurrence_of(&s, day);
	put(answer, "day", date(day));
	put(answer, "due", instant(cycle_slot(&s, mac, &o)));
	return 0;
}

int ask_assign_weekly(const struct question *q, json_t *answer, struct diag *reterr)
{
	return assign(q, answer, reterr);
}

int ask_assign_flex(const struct question *q, json_t *answer, struct diag *reterr)
{
	struct question flexible = *q;

	flexible.flexible = true;
	return assign(&flexible, answer, reterr);
}

int ask_next_due(const struct question *q, json_t *answer, struct diag *reterr)
{
	struct due_state state = {.has_run = question_has(q, "last_ok_day")};
	struct schedule s;
	struct due due;
	uint64_t mac;
	int64_t now;
	bool found;
	int r = question_schedule(q, &s, reterr);

	if (r < 0 || (r = question_mac(q, &mac, reterr)) < 0 ||
	    (r = question_instant(q, "now", &now, reterr)) < 0 ||
	    (r = question_date_or(q, "last_ok_day", 0, &state.run_day, reterr)) < 0 ||
	    (r = question_instant_or(q, "enrolled_at", 0, &state.enrolled_at, reterr)) < 0 ||
	    (r = question_instant_or(q, "last_activity", 0, &state.active_at, reterr)) < 0)
		return r;
	found = due_next(&s, mac, now, &state, &due);
	put(answer, "due", found ? instant(due.at) : json_null());
	put(answer, "open", found ? instant(due.open) : json_null());
	put(answer, "close", found ? instant(due.close) : json_null());
	put(answer, "start_day", found ? date(due.day) : json_null());
	put(answer, "late", found ? json_boolean(due.late) : json_null());
	return 0;
}

int ask_idle(const struct question *q, json_t *answer, struct diag *reterr)
{
	int64_t due, close, active;
	struct schedule s;
	int r = question_schedule(q, &s, reterr);

	if (r < 0 || (r = question_instant(q, "due", &due, reterr)) < 0 ||
	    (r = question_instant(q, "close", &close, reterr)) < 0 ||
	    (r = question_instant_or(q, "last_activity", 0, &active, reterr)) < 0)
		return r;
	put(answer, "due", due_fit(&s, active, due, close, &due) ? instant(due) : json_null());
	return 0;
}

int ask_hash(const struct question *q, json_t *answer, struct diag *reterr)
{
	int64_t purpose, cycle;
	const char *salt;
	uint64_t mac;
	char text[9];
	int r = question_mac(q, &mac, reterr);

	if (r < 0 || (r = question_text(q, "salt", "default", &salt, reterr)) < 0 ||
	    (r = question_number_or(q, "purpose", SPREAD_DAY, &purpose, reterr)) < 0 ||
	    (r = question_number_or(q, "cycle", 0, &cycle, reterr)) < 0)
		return r;
	if (purpose < SPREAD_DAY || purpose > SPREAD_PHASE)
		return diag_set(reterr, -E_VALUE,
				"purpose: expected 1 day, 2 slot, 3 wave, 4 phase");
	snprintf(text, sizeof(text), "%08x",
		 spread_hash(mac, salt, (enum spread_purpose)purpose, cycle));
	put(answer, "h32", json_string(text));
	return 0;
}

int ask_wave(const struct question *q, json_t *answer, struct diag *reterr)
{
	const char *rollout;
	int64_t percent;
	uint64_t mac;
	int r = question_mac(q, &mac, reterr);

	if (r < 0 || (r = question_text(q, "rollout", NULL, &rollout, reterr)) < 0 ||
	    (r = question_number_or(q, "percent", 100, &percent, reterr)) < 0)
		return r;
	if (percent < 0 || percent > 100)
		return diag_set(reterr, -E_VALUE, "percent: expected a number from 0 to 100");
	put(answer, "bp", json_integer(spread_wave(mac, rollout)));
	put(answer, "open", json_boolean(spread_wave_is_open(mac, rollout, (unsigned)percent)));
	return 0;
}

int ask_sentence(const struct question *q, json_t *answer, struct diag *reterr)
{
	const char *lint[SCHEDULE_LINT_MAX];
	struct buf *buf = buf_new(q->mem);
	json_t *warnings = json_array();
	struct schedule s;
	int64_t now;
	uint64_t mac;
	size_t count;
	int r;

	put(answer, "warnings", warnings);
	r = question_schedule(q, &s, reterr);
	if (r == 0)
		r = question_instant_or(q, "now", clock_now(), &now, reterr);
	if (r < 0)
		return r;
	sentence_schedule(&s, buf);
	if (question_has(q, "mac")) {
		r = question_mac(q, &mac, reterr);
		if (r < 0)
			return r;
		buf_printf(buf, "; %012llX ", (unsigned long long)mac);
		sentence_device(&s, mac, buf);
	}
	put(answer, "sentence", json_string(buf->data));
	count = schedule_lint(q->mem, &s, question_has(q, "equal"), now, lint);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(warnings, json_string(lint[i]));
	return 0;
}
