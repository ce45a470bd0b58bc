/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include <string.h>

#include "api/answer.h"
#include "api/query.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/zone.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/schedule.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"
#include "window/days.h"
#include "window/due.h"
#include "window/sentence.h"
#include "window/window.h"

static json_t *sentence_json(void *mem, const struct schedule *s, const struct device *device)
{
	struct buf *buf = buf_new(mem);

	sentence_schedule(s, buf);
	if (device) {
		buf_printf(buf, "; %012llX ", (unsigned long long)device->mac);
		sentence_device(s, (uint64_t)device->mac, buf);
	}
	return api_text(buf->data);
}

static json_t *minute_json(void *mem, unsigned minute)
{
	return api_text(mem_printf(mem, "%02u:%02u", minute / 60, minute % 60));
}

static json_t *days_json(void *mem, unsigned days)
{
	struct buf *buf = buf_new(mem);

	days_print(days, buf);
	return api_text(buf->data);
}

/* From when on a poll is on time; null: never. */
static json_t *next_json(const struct schedule *s, int64_t now)
{
	int64_t at;

	return window_next(s, now, false, &at) ? json_integer(at) : json_null();
}

static json_t *row_json(void *mem, const struct schedule *s)
{
	int64_t now = clock_now();

	return json_pack("{s:s, s:s, s:o, s:o}", "name", s->name, "state",
			 window_state_name(window_at(s, now, false).state), "open_at",
			 next_json(s, now), "sentence", sentence_json(mem, s, NULL));
}

static json_t *blackouts_json(const struct schedule *s)
{
	json_t *array = json_array();

	for (size_t i = 0; i < s->blackout_count; i++)
		json_array_append_new(array, json_pack("{s:I, s:I}", "from",
						       (json_int_t)s->blackouts[i].from, "until",
						       (json_int_t)s->blackouts[i].until));
	return array;
}

/* The fields have the names of the ini's keys; times are as there, spans are seconds. */
static json_t *full_json(void *mem, const struct schedule *s)
{
	json_t *json = row_json(mem, s);
	bool weekly = s->kind == SCHEDULE_WEEKLY;
	json_t *keys =
		json_pack("{s:s, s:s, s:o, s:o, s:o, s:I, s:o, s:s, s:s, s:b, s:I, s:I, s:I, s:o}",
			  "timezone", zone_name(s->zone), "kind", weekly ? "weekly" : "flexible",
			  "start", minute_json(mem, s->start), "end", minute_json(mem, s->end),
			  "days", days_json(mem, weekly ? s->days : SCHEDULE_ALL_DAYS), "interval",
			  (json_int_t)s->interval, "inactivity",
			  weekly ? json_integer((json_int_t)s->idle) : json_null(), "equal",
			  s->equal == SCHEDULE_ALLDAY ? "allday" : "point", "missed",
			  s->missed == SCHEDULE_SKIP ? "skip" : "next-window", "rotate", s->rotate,
			  "tail", (json_int_t)s->tail, "grace", (json_int_t)s->grace, "min_gap",
			  (json_int_t)s->min_gap, "blackout", blackouts_json(s));

	json_object_update(json, keys);
	json_decref(keys);
	return json;
}

int api_schedule_list(struct request *req)
{
	const struct config *config = request_config(req);
	json_t *rows = json_array();
	struct diag diag = {0};
	struct api_page page;
	const char *last = NULL;
	size_t count = 0;
	int r = api_page(req, &page, &diag);

	if (r < 0) {
		json_decref(rows);
		return api_refuse(req, r, &diag);
	}
	for (size_t i = 0; i < config->schedule_count && count <= page.limit; i++) {
		const struct config_schedule *section = config->schedules_by_name[i];

		if (page.after && strcmp(section->name, page.after) <= 0)
			continue;
		if (count++ == page.limit)
			break;
		json_array_append_new(rows, row_json(request_mem(req), &section->schedule));
		last = section->name;
	}
	return api_page_answer(req, &page, "schedules", rows, count, last);
}

static int refuse_unknown(struct request *req, const char *name)
{
	struct buf *known = buf_new(request_mem(req));
	struct diag diag = {0};
	int r;

	config_schedule_names(request_config(req), known);
	r = known->len ? diag_set(&diag, -E_SCHEDULE_UNKNOWN,
				  "there is no schedule '%.64s'; the configuration has %s", name,
				  known->data)
		       : diag_set(&diag, -E_SCHEDULE_UNKNOWN,
				  "there is no schedule '%.64s'; the configuration has none: "
				  "write a section [schedule NAME]",
				  name);
	return api_refuse(req, r, &diag);
}

int api_schedule_show(struct request *req)
{
	const char *name = request_param(req, "name");
	const struct config_schedule *section = config_schedule_find(request_config(req), name);

	if (!section)
		return refuse_unknown(req, name);
	return api_answer(req, 200, full_json(request_mem(req), &section->schedule));
}

static void due_put(json_t *row, const struct due *due)
{
	char day[CIVIL_DATE_MAX];

	if (due)
		civil_format_date(day, due->day);
	json_object_set_new(row, "day", api_text(due ? day : NULL));
	json_object_set_new(row, "due_at", due ? json_integer(due->at) : json_null());
	json_object_set_new(row, "opens_at", due ? json_integer(due->open) : json_null());
	json_object_set_new(row, "closes_at", due ? json_integer(due->close) : json_null());
	json_object_set_new(row, "late", due ? json_boolean(due->late) : json_null());
}

static const char *state_of(const struct planned *planned, int64_t now)
{
	if (!planned->name)
		return "open";
	if (!planned->schedule)
		return "missing";
	return window_state_name(window_at(planned->schedule, now, false).state);
}

static int planned_json(void *mem, const struct config *config, const struct device *device,
			const char *setting, json_t **ret)
{
	int64_t now = clock_now();
	struct planned planned;
	struct db *db, *seen;
	struct due due;
	json_t *row;
	int r = fleet_reader(&db);

	if (r == 0)
		r = fleet_seen_reader(&seen);
	if (r == 0)
		r = planned_find(mem, db, config, device, setting, &planned);
	if (r == 0)
		r = planned_due(mem, db, seen, config, device, &planned, now, &due);
	if (r < 0)
		return r;
	row = json_pack("{s:s, s:o, s:o, s:s}", "setting", setting, "schedule",
			api_text(planned.name), "scope", api_text(planned.scope), "state",
			state_of(&planned, now));
	due_put(row, r > 0 ? &due : NULL);
	json_object_set_new(row, "sentence",
			    planned.schedule
				    ? sentence_json(mem, planned.schedule, device)
				    : schedule_meaning(mem, config, setting, planned.name));
	*ret = row;
	return 0;
}

int api_schedule_next(struct request *req)
{
	static const char *const settings[] = {schedule_config_name, schedule_firmware_name};
	void *mem = request_mem(req);
	json_t *rows, *row;
	struct device *device;
	struct db *db;
	int r = api_device(req, &db, &device);

	if (r < 0)
		return r;
	rows = json_array();
	for (size_t i = 0; r == 0 && i < COUNT_OF(settings); i++) {
		r = planned_json(mem, request_config(req), device, settings[i], &row);
		if (r == 0)
			json_array_append_new(rows, row);
	}
	if (r < 0) {
		json_decref(rows);
		return r;
	}
	return api_answer(
		req, 200,
		json_pack("{s:o, s:o}", "mac", api_mac_text(device->mac), "schedules", rows));
}

int schedule_notices(void *mem, struct db *db, const struct config *config, json_t *notices)
{
	const char **missing;
	size_t count;
	int r = schedule_missing(mem, db, config, &missing, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		json_array_append_new(notices, api_text(missing[i]));
	return r;
}

json_t *schedule_meaning(void *mem, const struct config *config, const char *setting,
			 const char *value)
{
	const struct config_schedule *section;

	if (strcmp(setting, schedule_config_name) != 0 &&
	    strcmp(setting, schedule_firmware_name) != 0)
		return json_null();
	if (!value)
		return json_string("Always open");
	section = config_schedule_find(config, value);
	if (!section)
		return api_text(mem_printf(
			mem, "Never open: the configuration has no [schedule %s]", value));
	return sentence_json(mem, &section->schedule, NULL);
}
