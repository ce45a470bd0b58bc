/* SPDX-License-Identifier: MIT */
#include "render/pcode.h"

#include <stddef.h>
#include <string.h>

#include "base/macros.h"
#include "render/document.h"

const char *pcode_name(unsigned code)
{
	switch (code) {
#define PCODE(number, name)                                                                        \
	case number:                                                                               \
		return name;
#include "render/pcodes.def"
#undef PCODE
	default:
		return NULL;
	}
}

/* Where each of them stands behind P25020. */
enum at {
	AT_POWER_ON,
	AT_REPEATEDLY,
	AT_WEEKLY,
	AT_WEEKS,
	AT_IDLE,
	AT_WEEKLY_TIMES,
	AT_SUNDAY = 9,
	AT_FLEXIBLE = 16,
	AT_DAYS,
	AT_FLEXIBLE_TIMES,
};

static void times(const struct document_schedule *schedule, int *ret)
{
	ret[0] = schedule->start / 60;
	ret[1] = schedule->start % 60;
	ret[2] = schedule->end / 60;
	ret[3] = schedule->end % 60;
}

void pcode_schedule(const struct document_schedule *schedule, int ret[PCODE_SCHEDULE_COUNT])
{
	memset(ret, 0, PCODE_SCHEDULE_COUNT * sizeof(*ret));
	ret[AT_POWER_ON] = 1; /* a phone that was replaced must heal itself */
	ret[AT_DAYS] = 1;     /* there is no 0 */
	if (!schedule)
		return;
	ret[AT_REPEATEDLY] = schedule->poll > 0;
	if (schedule->kind == DOCUMENT_FLEXIBLE) {
		ret[AT_FLEXIBLE] = 1;
		ret[AT_DAYS] = schedule->interval;
		times(schedule, &ret[AT_FLEXIBLE_TIMES]);
		return;
	}
	ret[AT_WEEKLY] = 1;
	ret[AT_WEEKS] = schedule->interval;
	ret[AT_IDLE] = schedule->idle;
	times(schedule, &ret[AT_WEEKLY_TIMES]);
	for (int day = 0; day < 7; day++)
		ret[AT_SUNDAY + day] = schedule->days >> day & 1;
}

/* As wazo_htek has them; fusionpbx has the same for American zones. */
static const struct {
	const char *value;
	int minutes;
} zones[] = {
	{"105", -660}, {"2", -600},  {"3", -540},  {"6", -480},	 {"10", -420}, {"14", -360},
	{"18", -300},  {"19", -270}, {"20", -240}, {"26", -210}, {"30", -180}, {"31", -120},
	{"32", -60},   {"33", 0},    {"49", 60},   {"57", 120},	 {"73", 180},  {"74", 210},
	{"77", 240},   {"83", 300},  {"84", 330},  {"85", 360},	 {"88", 420},  {"89", 480},
	{"93", 540},   {"94", 570},  {"96", 600},  {"100", 630}, {"101", 660}, {"102", 720},
	{"103", 765},  {"104", 780},
};

bool pcode_zone(const char *value, int *ret_minutes)
{
	for (size_t i = 0; i < COUNT_OF(zones); i++)
		if (strcmp(zones[i].value, value) == 0) {
			*ret_minutes = zones[i].minutes;
			return true;
		}
	return false;
}

const char *pcode_zone_of(int minutes)
{
	for (size_t i = 0; i < COUNT_OF(zones); i++)
		if (zones[i].minutes == minutes)
			return zones[i].value;
	return NULL;
}
