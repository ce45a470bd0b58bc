/* SPDX-License-Identifier: MIT */
#include "fleet/phone_schedule.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/schedule.h"
#include "fleet/scope.h"
#include "fleet/version.h"
#include "fleet/view.h"
#include "render/format.h"
#include "render/param.h"
#include "render/pcode.h"
#include "store/setting.h"
#include "window/cycle.h"

#define PERIOD "Provisioning.global.Period"
#define PERIOD_START "Provisioning.global.PeriodStart"
#define PERIOD_END "Provisioning.global.PeriodEnd"
#define MAXWELL_PERIOD "System.Provision.Period"
#define PERIOD_SINCE "2.32"

enum { HOUR_MINUTES = 60, PERIOD_MIN_S = 1800 };

static bool has_one_day(const struct schedule *s)
{
	return s->kind == SCHEDULE_WEEKLY && s->interval > 0;
}

static bool is_point(const struct schedule *s)
{
	return s->start == s->end && s->equal == SCHEDULE_POINT;
}

/* A window that begins behind midnight belongs to a day that the phone calls the next. */
static int next_days(int days)
{
	return (days << 1 | days >> 6) & SCHEDULE_ALL_DAYS;
}

/*
 * The hour of the device's turn, as much of it as lies within the window; the
 * whole window where that is too short for the phone to become idle in.
 */
static void narrow(const struct schedule *s, int64_t mac, struct document_schedule *ret)
{
	int64_t length = schedule_length(s);
	int64_t turn = s->start + cycle_slot_offset(s, (uint64_t)mac, 0, length) / 60;
	int64_t from = turn - turn % HOUR_MINUTES;
	int64_t until = from + HOUR_MINUTES;
	int64_t end = s->start + length / 60;

	from = from < s->start ? s->start : from;
	until = until > end ? end : until;
	if (is_point(s) || until - from <= s->idle)
		return;
	ret->start = (int)(from % CIVIL_DAY_MINUTES);
	ret->end = (int)(until % CIVIL_DAY_MINUTES);
	if (from >= CIVIL_DAY_MINUTES)
		ret->days = next_days(ret->days);
}

void phone_schedule_of(const struct config_schedule *section, int64_t mac,
		       struct document_schedule *ret)
{
	const struct schedule *s = &section->schedule;
	int64_t own;

	*ret = (struct document_schedule){
		.name = s->name,
		.kind = s->kind == SCHEDULE_FLEXIBLE ? DOCUMENT_FLEXIBLE : DOCUMENT_WEEKLY,
		.start = (int)s->start,
		.end = (int)s->end,
		.interval = (int)s->interval,
		.days = s->kind == SCHEDULE_WEEKLY ? (int)s->days : 0,
		.idle = (int)s->idle,
		.poll = (int)section->poll,
	};
	/* The phone takes end = start for the one moment. */
	if (s->start == s->end && !is_point(s))
		ret->end = (int)(s->start + CIVIL_DAY_MINUTES - 1) % CIVIL_DAY_MINUTES;
	if (section->pin != PIN_NO && has_one_day(s) && cycle_own_day(s, (uint64_t)mac, 0, &own))
		ret->days = 1 << civil_weekday(own);
	if (section->pin == PIN_HOUR)
		narrow(s, mac, ret);
}

void phone_schedule_words(const struct config_schedule *section, struct buf *buf)
{
	const struct schedule *s = &section->schedule;

	buf_printf(buf, ",%u,%u,%d,%u,%u,%d", s->idle, s->tail, s->rotate, section->pin,
		   section->poll, section->native);
}

static bool has_param(const struct document *document, const char *name)
{
	for (size_t i = 0; i < document->param_count; i++)
		if (strcasecmp(document->params[i].name, name) == 0)
			return true;
	return false;
}

/* At its place: parameters are in the order of their names. */
static void insert(void *mem, struct document *document, const char *name, const char *value)
{
	size_t at = document->param_count;

	mem_push(mem, &document->params, &document->param_count);
	for (; at > 0 && strcmp(document->params[at - 1].name, name) > 0; at--)
		document->params[at] = document->params[at - 1];
	document->params[at] = (struct param){.name = name, .value = value};
}

static const char *clock_text(void *mem, unsigned minute)
{
	return mem_printf(mem, "%02u:%02u", minute / 60, minute % 60);
}

/* Nobody says whether its window may go over midnight: the longer part of one that does. */
static void tell_nx70(void *mem, const struct schedule *s, struct view *view)
{
	struct document *document = &view->document;
	unsigned start = s->start, end = s->end;

	if (version_is(view->fetch->firmware) &&
	    version_compare(view->fetch->firmware, PERIOD_SINCE) < 0)
		return;
	if (has_param(document, PERIOD) || has_param(document, PERIOD_START) ||
	    has_param(document, PERIOD_END))
		return;
	if (end < start && CIVIL_DAY_MINUTES - start >= end)
		end = CIVIL_DAY_MINUTES - 1;
	else if (end < start)
		start = 0;
	insert(mem, document, PERIOD, "0");
	insert(mem, document, PERIOD_START, clock_text(mem, start));
	insert(mem, document, PERIOD_END, clock_text(mem, end));
}

/* Its requests come at any time, so often that one lies in each window. */
static void tell_maxwell(void *mem, const struct schedule *s, struct view *view)
{
	int64_t seconds = schedule_length(s);

	if (seconds < PERIOD_MIN_S)
		seconds = PERIOD_MIN_S;
	if (!has_param(&view->document, MAXWELL_PERIOD))
		insert(mem, &view->document, MAXWELL_PERIOD,
		       mem_printf(mem, "%lld", (long long)seconds));
}

/* What the schedule says is not said a second time. */
static void drop_codes(struct view *view)
{
	struct document *document = &view->document;
	size_t kept = 0;

	for (size_t i = 0; i < document->param_count; i++)
		if (!pcode_is_schedule(param_code(document->params[i].name)))
			document->params[kept++] = document->params[i];
	view->codes_left_out = document->param_count - kept;
	document->param_count = kept;
}

static void tell_xstim(void *mem, const struct config_schedule *section, struct view *view)
{
	struct document_schedule *schedule = mem_new(mem, struct document_schedule);

	phone_schedule_of(section, view->document.mac, schedule);
	schedule->name = mem_strdup(mem, schedule->name);
	view->document.schedule = schedule;
	view->phone_schedule = &section->schedule;
	drop_codes(view);
}

static const struct config_schedule *attached(const struct config *config,
					      const struct setting *settings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(settings[i].name, schedule_config_name) == 0 && settings[i].value)
			return config_schedule_find(config, settings[i].value);
	return NULL;
}

void phone_schedule_apply(void *mem, const struct config *config, struct view *view,
			  const struct setting *settings, size_t count)
{
	const struct config_schedule *section = attached(config, settings, count);
	const struct product *product = product_find(view->document.product);
	const char *format = product ? product->format->name : "";

	if (!section)
		return;
	if (strcmp(format, "xstim") == 0)
		tell_xstim(mem, section, view);
	/* Any time is right where windows have no end, and where they are but a moment, none is. */
	if (!section->native || section->start == section->end)
		return;
	if (strcmp(format, "nx70") == 0)
		tell_nx70(mem, &section->schedule, view);
	else if (strcmp(format, "maxwell") == 0)
		tell_maxwell(mem, &section->schedule, view);
}

int phone_schedule_setting_check(struct change *change, const struct scope *scope,
				 const struct setting_new *new)
{
	const char *scopes[DEVICE_SCOPES_MAX] = {"fleet", scope->text};
	struct setting *setting = NULL;
	size_t count = 2;
	int r = 0;

	if (!pcode_is_schedule(param_code(new->name)))
		return 0;
	if (scope->kind == SCOPE_DEVICE) {
		struct device *device;
		int64_t mac;

		r = mac_parse(scope->key, &mac);
		if (r == 0)
			r = device_get(change->mem, change->db, mac, &device);
		if (r < 0)
			return r;
		count = scope_of_device(change->mem, device, scopes);
	}
	for (size_t i = count; i > 0 && r == 0; i--)
		r = setting_find(change->mem, change->db, scopes[i - 1], schedule_config_name,
				 &setting);
	if (r <= 0)
		return r;
	return diag_set(
		change->diag, -E_SETTING_RESERVED,
		"%s: the schedule %s says what it is, which schedule.config of %s attaches; "
		"change [schedule %s] in the ini, or unset schedule.config first",
		new->name, setting->value, setting->scope, setting->value);
}
