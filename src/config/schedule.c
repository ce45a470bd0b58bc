/* SPDX-License-Identifier: MIT */
/* Schedules: their values, what is made of a section, and finding one. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/zone.h"
#include "config/config.h"
#include "parse.h"
#include "read.h"
#include "shape.h"
#include "window/days.h"
#include "window/feasible.h"
#include "window/wall.h"

enum { RANGES_MAX = 64, NAMES_SHOWN = 20 };

static int wrong(struct diag *reterr, const char *value, const char *what)
{
	char quoted[QUOTE_MAX];

	return diag_set(reterr, -E_VALUE, "%s %s", config_quote(quoted, value), what);
}

int parse_minute(const struct config_origin *origin, const char *value, void *field,
		 struct diag *reterr)
{
	(void)origin;
	if (civil_parse_minute(value, field) < 0)
		return wrong(reterr, value, "is not a time of the day");
	return 0;
}

int parse_days(const struct config_origin *origin, const char *value, void *field,
	       struct diag *reterr)
{
	(void)origin;
	return days_parse(value, field, reterr);
}

int parse_date(const struct config_origin *origin, const char *value, void *field,
	       struct diag *reterr)
{
	int64_t day;

	if (*value && civil_parse_date(value, &day) < 0)
		return wrong(reterr, value, "is not a date");
	*(const char **)field = mem_strdup(origin->mem, value);
	return 0;
}

int parse_span(const struct config_origin *origin, const char *value, void *field,
	       struct diag *reterr)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long long n = strtoull(value, NULL, 10);
	unsigned unit = 60;

	(void)origin;
	if (strcmp(value + digits, "s") == 0)
		unit = 1;
	else if (strcmp(value + digits, "h") == 0)
		unit = 3600;
	else if (value[digits] && strcmp(value + digits, "m") != 0)
		digits = 0;
	if (digits == 0 || digits > 6)
		return wrong(reterr, value, "is not a time");
	if (n * unit > SCHEDULE_SPAN_MAX)
		return wrong(reterr, value, "is too long");
	*(unsigned *)field = (unsigned)n * unit;
	return 0;
}

/* DATE, or DATE..DATE. */
static int range_read(char *word, struct config_range *ret, struct diag *reterr)
{
	char *dots = strstr(word, "..");
	struct config_range range;

	if (dots)
		*dots = '\0';
	if (civil_parse_date(word, &range.first) < 0)
		return wrong(reterr, word, "is not a date");
	range.last = range.first;
	if (dots && civil_parse_date(dots + 2, &range.last) < 0)
		return wrong(reterr, dots + 2, "is not a date");
	if (range.last < range.first)
		return wrong(reterr, dots + 2, "is before the day that it is the end of");
	*ret = range;
	return 0;
}

int parse_blackout(const struct config_origin *origin, const char *value, void *field,
		   struct diag *reterr)
{
	struct config_ranges ranges = {0};
	char *rest = mem_strdup(origin->mem, value);

	for (char *word; (word = strsep(&rest, " ,"));) {
		struct config_range range;
		int r;

		if (!*word)
			continue;
		if (ranges.count == RANGES_MAX)
			return diag_set(reterr, -E_VALUE, "more than %d ranges", RANGES_MAX);
		r = range_read(word, &range, reterr);
		if (r < 0)
			return r;
		*mem_push(origin->mem, &ranges.ranges, &ranges.count) = range;
	}
	*(struct config_ranges *)field = ranges;
	return 0;
}

void print_minute(const void *field, struct buf *buf)
{
	const unsigned *minute = field;

	buf_printf(buf, "%02u:%02u", *minute / 60, *minute % 60);
}

void print_days(const void *field, struct buf *buf)
{
	const unsigned *days = field;

	days_print(*days, buf);
}

void print_span(const void *field, struct buf *buf)
{
	const unsigned *span = field;

	if (*span % 60)
		buf_printf(buf, "%us", *span);
	else
		buf_printf(buf, "%um", *span / 60);
}

void print_ranges(const void *field, struct buf *buf)
{
	const struct config_ranges *ranges = field;

	for (size_t i = 0; i < ranges->count; i++) {
		char date[CIVIL_DATE_MAX];

		civil_format_date(date, ranges->ranges[i].first);
		buf_printf(buf, "%s%s", i ? " " : "", date);
		if (ranges->ranges[i].last == ranges->ranges[i].first)
			continue;
		civil_format_date(date, ranges->ranges[i].last);
		buf_printf(buf, "..%s", date);
	}
}

/* Where the key that a sentence begins with ("interval: …") stands. */
static unsigned line_of(const struct instance *instance, const char *text)
{
	for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
		size_t len = strlen(config_keys[i].name);

		if (config_keys[i].section == instance->section && instance->keys[i].line &&
		    strncmp(text, config_keys[i].name, len) == 0 && strchr(": ", text[len]))
			return instance->keys[i].line;
	}
	return instance->line;
}

static bool is_sound(const struct reading *reading, const struct instance *instance)
{
	for (size_t i = 0; i < CONFIG_KEY_COUNT; i++)
		if (config_keys[i].section == instance->section &&
		    (instance->keys[i].bad ||
		     (!config_keys[i].fallback && !instance->keys[i].line)))
			return false;
	/* sections that are there once come first, in the order of the table */
	return !reading->instances[CONFIG_SECTION_daemon]->keys[CONFIG_KEY_daemon_timezone].bad;
}

static void blackouts_make(struct reading *reading, const struct config_schedule *section,
			   struct schedule *s)
{
	const struct config_ranges *ranges = &section->blackout;
	struct blackout *blackouts = mem_array(reading->config, struct blackout, ranges->count);

	for (size_t i = 0; i < ranges->count; i++) {
		blackouts[i].from = wall_reach(s->zone, ranges->ranges[i].first, 0);
		blackouts[i].until = wall_reach(s->zone, ranges->ranges[i].last + 1, 0);
	}
	s->blackouts = blackouts;
	s->blackout_count = ranges->count;
}

static void ours_lint(struct reading *reading, const struct instance *instance)
{
	static const unsigned weekly[] = {CONFIG_KEY_schedule_days, CONFIG_KEY_schedule_inactivity};
	const struct config_schedule *section = instance->data;
	struct feasible_rollout rollout = {.phones = section->rollout_phones,
					   .image_bytes = section->rollout_image,
					   .link_bps = (uint64_t)section->rollout_kbits * 1000};
	struct feasible f;

	for (size_t i = 0; section->kind == SCHEDULE_FLEXIBLE && i < COUNT_OF(weekly); i++)
		if (instance->keys[weekly[i]].line)
			warning_add(reading, instance->keys[weekly[i]].line,
				    "%s %s: only weekly schedules have it; it does nothing here",
				    instance->label, config_keys[weekly[i]].name);
	if (!rollout.phones || !rollout.link_bps)
		return;
	f = feasible_of(&section->schedule, &rollout);
	if (!f.fits)
		warning_add(reading, line_of(instance, "rollout_kbits: "),
			    "%s rollout_kbits: firmware for %llu phones in one window takes %llu "
			    "seconds on this link, and the window has %llu; spread them over more "
			    "days, or make it longer",
			    instance->label, (unsigned long long)f.phones,
			    (unsigned long long)f.need_s, (unsigned long long)f.have_s);
}

/* What is told to phones that keep a schedule themselves. */
static void phones_lint(struct reading *reading, const struct instance *instance)
{
	const struct config_schedule *section = instance->data;

	if (section->poll)
		warning_add(reading, line_of(instance, "poll: "),
			    "%s poll: phones ask outside of the windows, too, and get what they "
			    "have until one opens",
			    instance->label);
	if (section->pin == PIN_DAY && (section->kind == SCHEDULE_FLEXIBLE || !section->interval))
		warning_add(reading, line_of(instance, "pin: "),
			    "%s pin: day does nothing here: only weekly schedules with an interval "
			    "of a week or more have one day for each phone",
			    instance->label);
}

static void schedule_fill(const struct config_schedule *section, struct schedule *s)
{
	s->name = section->name;
	s->kind = section->kind;
	s->start = section->start;
	s->end = section->end;
	s->interval = section->interval;
	s->days = section->days;
	s->idle = section->kind == SCHEDULE_WEEKLY ? section->inactivity : 0;
	s->equal = section->equal;
	s->missed = section->missed;
	s->rotate = section->rotate;
	s->tail = section->tail;
	s->grace = section->grace;
	s->min_gap = section->min_gap;
}

static void schedule_warn(struct reading *reading, const struct instance *instance)
{
	const struct config_schedule *section = instance->data;
	bool equal_is_given = instance->keys[CONFIG_KEY_schedule_equal].line > 0;
	const char *lint[SCHEDULE_LINT_MAX];
	size_t count = schedule_lint(reading->scratch, &section->schedule, equal_is_given,
				     clock_now(), lint);

	for (size_t i = 0; i < count; i++)
		warning_add(reading, line_of(instance, lint[i]), "%s %s", instance->label, lint[i]);
	ours_lint(reading, instance);
	phones_lint(reading, instance);
}

void check_schedule(struct reading *reading, const struct instance *instance)
{
	struct config_schedule *section = instance->data;
	const char *zone =
		*section->timezone ? section->timezone : reading->config->daemon.timezone;
	struct schedule *s = &section->schedule;
	struct diag diag = {0};

	/* a key that is bad has its default, so that the others are looked at all the same */
	schedule_fill(section, s);
	if (!instance->keys[CONFIG_KEY_schedule_kind].bad && schedule_check(s, &diag) < 0) {
		issue_add(reading, line_of(instance, diag.text), "%s %s", instance->label,
			  diag.text);
		return;
	}
	if (section->pin != PIN_NO && section->rotate) {
		issue_add(reading, line_of(instance, "pin: "),
			  "%s pin: a day that rotates cannot be written into phones; set rotate = "
			  "no, or pin = no",
			  instance->label);
		return;
	}
	if (!is_sound(reading, instance) || zone_find(zone, &s->zone, NULL) < 0)
		return;
	if (*section->anchor && civil_parse_date(section->anchor, &s->anchor) < 0)
		return;
	blackouts_make(reading, section, s);
	schedule_warn(reading, instance);
}

static int by_name(const void *a, const void *b)
{
	const struct config_schedule *const *one = a;
	const struct config_schedule *const *two = b;

	return strcmp((*one)->name, (*two)->name);
}

void config_schedule_index(struct config *config)
{
	config->schedules_by_name =
		mem_array(config, const struct config_schedule *, config->schedule_count + 1);
	for (size_t i = 0; i < config->schedule_count; i++)
		config->schedules_by_name[i] = &config->schedules[i];
	qsort(config->schedules_by_name, config->schedule_count,
	      sizeof(config->schedules_by_name[0]), by_name);
}

const struct config_schedule *config_schedule_find(const struct config *config, const char *name)
{
	struct config_schedule wanted = {.name = name};
	const struct config_schedule *key = &wanted;
	const struct config_schedule **found;

	if (config->schedule_count == 0)
		return NULL;
	found = bsearch(&key, config->schedules_by_name, config->schedule_count,
			sizeof(config->schedules_by_name[0]), by_name);
	return found ? *found : NULL;
}

void config_schedule_names(const struct config *config, struct buf *buf)
{
	for (size_t i = 0; i < config->schedule_count && i < NAMES_SHOWN; i++)
		buf_printf(buf, "%s%s", i ? ", " : "", config->schedules_by_name[i]->name);
	if (config->schedule_count > NAMES_SHOWN)
		buf_adds(buf, ", …");
}
