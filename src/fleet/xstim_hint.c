/* SPDX-License-Identifier: MIT */
#include "fleet/xstim_hint.h"

#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/zone.h"
#include "fleet/view.h"
#include "render/format.h"
#include "render/param.h"
#include "render/pcode.h"
#include "window/schedule.h"

enum { YEAR_S = 366 * 86400 };

struct noting {
	void *mem;
	const struct view *view;
	const char **texts;
	size_t count;
};

static void add(struct noting *to, const char *text)
{
	if (text && to->count < XSTIM_HINTS_MAX)
		to->texts[to->count++] = text;
}

/* NULL: no setting, or one that nobody sees. */
static const char *value_of(const struct view *view, unsigned code)
{
	for (size_t i = 0; i < view->document.param_count; i++)
		if (param_code(view->document.params[i].name) == code)
			return view->document.params[i].value;
	return NULL;
}

/* What a zone's clock does in a year: the lesser of its offsets is the standard one. */
static int standard_minutes(const struct zone *zone, int64_t at, bool *ret_changes)
{
	struct zone_span span = zone_at(zone, at);
	int64_t least = span.offset;

	*ret_changes = false;
	for (int64_t next = span.until; next < at + YEAR_S; next = span.until) {
		span = zone_at(zone, next);
		*ret_changes |= span.offset != least;
		least = span.offset < least ? span.offset : least;
	}
	return (int)(least / 60);
}

static void on_zone(struct noting *to)
{
	const struct zone *zone = to->view->phone_schedule->zone;
	const char *id = value_of(to->view, PCODE_ZONE);
	const char *summer = value_of(to->view, PCODE_SUMMER);
	const char *wanted, *wanted_summer;
	int minutes, phone;
	bool changes;

	minutes = standard_minutes(zone, to->view->at, &changes);
	wanted = pcode_zone_of(minutes);
	wanted_summer = changes ? "2" : "0";
	if (!id && wanted)
		add(to,
		    mem_printf(to->mem,
			       "P64 is not set: the phone keeps the schedule by a clock that is "
			       "not known here; for %s set P64 to %s and P75 to %s",
			       zone_name(zone), wanted, wanted_summer));
	if (id && pcode_zone(id, &phone) && phone != minutes)
		add(to,
		    mem_printf(to->mem,
			       "P64 is %s, which is not the zone %s of the schedule: the phone's "
			       "windows are at other times%s%s",
			       id, zone_name(zone), wanted ? "; set it to " : "",
			       wanted ? wanted : ""));
	if (summer && strcmp(summer, wanted_summer) != 0 && (!changes || strcmp(summer, "2") != 0))
		add(to,
		    mem_printf(to->mem,
			       "P75 is %s, but the schedule's zone %s %s daylight saving time; "
			       "set it to %s",
			       summer, zone_name(zone), changes ? "has" : "has no", wanted_summer));
}

/* By codes that are set one by one. */
static void on_reach(struct noting *to)
{
	static const unsigned codes[] = {25020, 25021, 25022, 25036};
	const char *power_on = value_of(to->view, codes[0]);

	if (to->view->document.schedule || !power_on || strcmp(power_on, "0") != 0)
		return;
	for (size_t i = 1; i < COUNT_OF(codes); i++) {
		const char *value = value_of(to->view, codes[i]);

		if (value && strcmp(value, "0") != 0)
			return;
	}
	add(to, "P25020 is 0, and so is all the rest: the phone asks for nothing any more, and can "
		"only be told by hand");
}

static bool has_escape(const char *s)
{
	for (; *s; s++)
		if (s[0] == '%' && hex_digit(s[1]) >= 0 && hex_digit(s[2]) >= 0)
			return true;
	return false;
}

static void on_escapes(struct noting *to)
{
	const struct document *document = &to->view->document;

	for (size_t i = 0; i < document->param_count; i++) {
		const struct param *param = &document->params[i];
		const char *value = param_text(param);

		if (value && has_escape(value))
			add(to,
			    mem_printf(to->mem,
				       "%s holds a percent sign with two hex digits, which phones "
				       "may take for one character",
				       param->name));
	}
	for (size_t i = 0; i < document->line_count; i++) {
		const struct line *line = document->lines[i].line;

		if (line->auth_password && has_escape(secret_reveal(line->auth_password)))
			add(to,
			    mem_printf(to->mem,
				       "the password of line %d holds a percent sign with two hex "
				       "digits, which phones may take for one character",
				       line->slot));
	}
}

size_t xstim_hint(void *mem, const struct view *view, const char *ret[XSTIM_HINTS_MAX])
{
	const struct product *product = product_find(view->document.product);
	struct noting to = {.mem = mem, .view = view, .texts = ret};

	if (!product || strcmp(product->format->name, "xstim") != 0)
		return 0;
	if (view->codes_left_out > 0)
		add(&to,
		    mem_printf(mem,
			       "settings of P25020 to P25041 that are left out, for the schedule "
			       "%s says what they are: %zu",
			       view->document.schedule ? view->document.schedule->name : "",
			       view->codes_left_out));
	if (view->document.line_count > 0 && pcode_is_xstim_mode(&view->document))
		add(&to,
		    "lines are left out: by P5900, P5902 or P5905 this is a phone in XSTIM mode");
	if (view->phone_schedule)
		on_zone(&to);
	on_reach(&to);
	on_escapes(&to);
	return to.count;
}
