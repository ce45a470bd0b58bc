/* SPDX-License-Identifier: MIT */
#include "eval_question.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/mac.h"
#include "base/civil.h"
#include "window/days.h"
#include "window/wall.h"
#include "base/zone.h"

/* Years 1 to 9999, so that sums cannot overflow. */
static const int64_t instant_max = INT64_C(253402300799);

enum { BLACKOUTS_MAX = 1000, NAME_MAX_LEN = 256 };

/* A vector with its answer is a question, too. */
static const char *const fields[] = {
	"ask",
	"case",
	"kind",
	"tz",
	"start",
	"end",
	"interval",
	"days",
	"equal",
	"anchor",
	"name",
	"missed",
	"rotate",
	"tail",
	"grace",
	"min_gap",
	"inactivity",
	"idle",
	"blackout",
	"mac",
	"salt",
	"purpose",
	"cycle",
	"rollout",
	"percent",
	"start_day",
	"t",
	"from",
	"until",
	"date",
	"now",
	"due",
	"close",
	"last_ok_day",
	"enrolled_at",
	"last_activity",
	"expect",
	"h32",
	"open",
	"open_z",
	"close_z",
	"active",
	"day",
	"wday",
	"week",
	"cycle_first",
	"late",
	"any_week",
	/* What tables of vectors have beside them. */
	"id",
	"note",
	"comment",
	"local",
	"minutes",
	"offset",
	"next_day",
	"next_cycle_first",
};

static const json_t *field(const struct question *q, const char *name)
{
	const json_t *value = json_object_get(q->json, name);

	return json_is_null(value) ? NULL : value;
}

static int wrong(struct diag *reterr, const char *name, const char *expected)
{
	return diag_set(reterr, -E_VALUE, "%s: expected %s", name, expected);
}

bool question_has(const struct question *q, const char *name)
{
	return field(q, name) != NULL;
}

int question_check(const struct question *q, struct diag *reterr)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)q->json, name, value)
	{
		bool known = false;

		for (size_t i = 0; !known && i < COUNT_OF(fields); i++)
			known = strcmp(fields[i], name) == 0;
		if (!known)
			return diag_set(reterr, -E_VALUE, "%.40s: no question has this field",
					name);
	}
	return 0;
}

int question_number_or(const struct question *q, const char *name, int64_t other, int64_t *ret,
		       struct diag *reterr)
{
	const json_t *value = field(q, name);

	if (value && !json_is_integer(value))
		return wrong(reterr, name, "a whole number");
	*ret = value ? json_integer_value(value) : other;
	return 0;
}

/* What is checked against its range later, but must not be cut before. */
static int small_or(const struct question *q, const char *name, unsigned other, unsigned *ret,
		    struct diag *reterr)
{
	int64_t n = 0;
	int r = question_number_or(q, name, other, &n, reterr);

	if (r < 0)
		return r;
	if (n < 0 || n > UINT32_MAX)
		return diag_set(reterr, -E_VALUE, "%s: %lld is out of range", name, (long long)n);
	*ret = (unsigned)n;
	return 0;
}

int question_text(const struct question *q, const char *name, const char *other, const char **ret,
		  struct diag *reterr)
{
	const json_t *value = field(q, name);

	if (!value && !other)
		return wrong(reterr, name, "a text; the field is missing");
	if (value && (!json_is_string(value) || json_string_length(value) > NAME_MAX_LEN))
		return wrong(reterr, name, "a text of at most 256 bytes");
	*ret = value ? json_string_value(value) : other;
	return 0;
}

int question_mac(const struct question *q, uint64_t *ret, struct diag *reterr)
{
	const char *text;
	int64_t mac;
	int r = question_text(q, "mac", NULL, &text, reterr);

	if (r < 0)
		return r;
	if (mac_parse(text, &mac) < 0)
		return wrong(reterr, "mac", "12 hex digits, bare or in pairs with : or -");
	*ret = (uint64_t)mac;
	return 0;
}

int question_date(const struct question *q, const char *name, int64_t *ret, struct diag *reterr)
{
	const json_t *value = field(q, name);

	if (!json_is_string(value) || civil_parse_date(json_string_value(value), ret) < 0)
		return wrong(reterr, name, "a date such as 2026-01-15");
	return 0;
}

int question_date_or(const struct question *q, const char *name, int64_t other, int64_t *ret,
		     struct diag *reterr)
{
	if (field(q, name))
		return question_date(q, name, ret, reterr);
	*ret = other;
	return 0;
}

static int instant_read(const json_t *value, int64_t *ret)
{
	if (json_is_integer(value)) {
		int64_t at = json_integer_value(value);

		if (at > instant_max || at < -instant_max)
			return -E_VALUE;
		*ret = at;
		return 0;
	}
	return json_is_string(value) ? civil_parse_instant(json_string_value(value), ret)
				     : -E_VALUE;
}

int question_instant(const struct question *q, const char *name, int64_t *ret, struct diag *reterr)
{
	if (instant_read(field(q, name), ret) < 0)
		return wrong(reterr, name, "an instant such as 2026-01-15T05:53:20Z");
	return 0;
}

int question_instant_or(const struct question *q, const char *name, int64_t other, int64_t *ret,
			struct diag *reterr)
{
	if (field(q, name))
		return question_instant(q, name, ret, reterr);
	*ret = other;
	return 0;
}

static int minute_read(const struct question *q, const char *name, unsigned *ret,
		       struct diag *reterr)
{
	const json_t *value = field(q, name);

	if (json_is_string(value) && civil_parse_minute(json_string_value(value), ret) == 0)
		return 0;
	if (json_is_integer(value))
		return small_or(q, name, 0, ret, reterr);
	if (!value) {
		*ret = 0;
		return 0;
	}
	return wrong(reterr, name, "HH:MM from 00:00 to 23:59, or a minute from 0 to 1439");
}

/* One of two words: 0 or 1. */
static int choice(const struct question *q, const char *name, const char *zero, const char *one,
		  unsigned *ret, struct diag *reterr)
{
	const char *word;
	int r = question_text(q, name, zero, &word, reterr);

	if (r < 0)
		return r;
	if (strcmp(word, zero) != 0 && strcmp(word, one) != 0)
		return diag_set(reterr, -E_VALUE, "%s: expected %s or %s", name, zero, one);
	*ret = strcmp(word, one) == 0;
	return 0;
}

static int kind_read(const struct question *q, struct schedule *s, struct diag *reterr)
{
	const char *kind;
	int r = question_text(q, "kind", q->flexible ? "flexible" : "weekly", &kind, reterr);

	if (r < 0)
		return r;
	s->kind = strcmp(kind, "weekly") == 0 ? SCHEDULE_WEEKLY : SCHEDULE_FLEXIBLE;
	if (s->kind == SCHEDULE_FLEXIBLE && strcmp(kind, "flexible") != 0 &&
	    strcmp(kind, "flex") != 0)
		return wrong(reterr, "kind", "weekly or flexible");
	return 0;
}

static int days_read(const struct question *q, unsigned *ret, struct diag *reterr)
{
	const json_t *value = field(q, "days");
	struct diag diag = {0};

	if (!json_is_string(value))
		return small_or(q, "days", SCHEDULE_ALL_DAYS, ret, reterr);
	if (days_parse(json_string_value(value), ret, &diag) < 0)
		return diag_set(reterr, -E_VALUE, "days: %s", diag.text);
	return 0;
}

static int rotate_read(const struct question *q, bool *ret, struct diag *reterr)
{
	const json_t *value = field(q, "rotate");
	bool number = json_is_integer(value) && json_integer_value(value) >= 0 &&
		      json_integer_value(value) <= 1;

	if (value && !json_is_boolean(value) && !number)
		return wrong(reterr, "rotate", "true, false, 0 or 1");
	*ret = json_is_true(value) || (number && json_integer_value(value) == 1);
	return 0;
}

/* An instant, or a date: its first moment in the schedule's zone. */
static int edge_read(const struct schedule *s, const json_t *value, int64_t *ret)
{
	int64_t day;

	if (json_is_string(value) && civil_parse_date(json_string_value(value), &day) == 0) {
		*ret = wall_reach(s->zone, day, 0);
		return 0;
	}
	return instant_read(value, ret);
}

static int blackouts_read(const struct question *q, struct schedule *s, struct diag *reterr)
{
	const json_t *list = field(q, "blackout");
	struct blackout *blackouts;
	const json_t *pair;
	size_t i;

	if (!list)
		return 0;
	if (!json_is_array(list) || json_array_size(list) > BLACKOUTS_MAX)
		return wrong(reterr, "blackout", "an array of [from, until]");
	blackouts = mem_array(q->mem, struct blackout, json_array_size(list) + 1);
	json_array_foreach((json_t *)list, i, pair)
	{
		if (json_array_size(pair) != 2 ||
		    edge_read(s, json_array_get(pair, 0), &blackouts[i].from) < 0 ||
		    edge_read(s, json_array_get(pair, 1), &blackouts[i].until) < 0)
			return wrong(reterr, "blackout", "an array of [from, until]");
		if (blackouts[i].until <= blackouts[i].from)
			return diag_set(reterr, -E_VALUE, "blackout: ends before it begins");
	}
	s->blackouts = blackouts;
	s->blackout_count = json_array_size(list);
	return 0;
}

static int zone_read(const struct question *q, const struct zone **ret, struct diag *reterr)
{
	struct diag diag = {0};
	const char *name;
	int r = question_text(q, "tz", "UTC", &name, reterr);

	if (r < 0)
		return r;
	r = zone_find(name, ret, &diag);
	if (r < 0)
		return diag_set(reterr, r, "tz: %.64s %s", name, diag_text(&diag, r));
	return 0;
}

int question_schedule(const struct question *q, struct schedule *ret, struct diag *reterr)
{
	struct schedule s = {0};
	int r = kind_read(q, &s, reterr);
	bool flexible = s.kind == SCHEDULE_FLEXIBLE;

	if (r < 0 || (r = zone_read(q, &s.zone, reterr)) < 0 ||
	    (r = minute_read(q, "start", &s.start, reterr)) < 0 ||
	    (r = minute_read(q, "end", &s.end, reterr)) < 0 ||
	    (r = small_or(q, "interval", flexible, &s.interval, reterr)) < 0 ||
	    (r = days_read(q, &s.days, reterr)) < 0 ||
	    (r = question_date_or(q, "anchor", 0, &s.anchor, reterr)) < 0 ||
	    (r = choice(q, "equal", "point", "allday", &s.equal, reterr)) < 0 ||
	    (r = choice(q, "missed", "next-window", "skip", &s.missed, reterr)) < 0 ||
	    (r = question_text(q, "name", "default", &s.name, reterr)) < 0 ||
	    (r = small_or(q, "tail", 0, &s.tail, reterr)) < 0 ||
	    (r = small_or(q, "grace", 0, &s.grace, reterr)) < 0 ||
	    (r = small_or(q, "min_gap", 0, &s.min_gap, reterr)) < 0 ||
	    (r = small_or(q, question_has(q, "idle") ? "idle" : "inactivity", 0, &s.idle, reterr)) <
		    0 ||
	    (r = rotate_read(q, &s.rotate, reterr)) < 0 ||
	    (r = blackouts_read(q, &s, reterr)) < 0 || (r = schedule_check(&s, reterr)) < 0)
		return r;
	*ret = s;
	return 0;
}
