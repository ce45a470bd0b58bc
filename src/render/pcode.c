/* SPDX-License-Identifier: MIT */
#include "render/pcode.h"

#include <stddef.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
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

static const unsigned accounts[PCODE_ACCOUNTS][PCODE_FIELDS] = {
	{271, 47, 48, 130, 20000, 35, 36, 34, 3},
	{401, 747, 748, 830, 20001, 735, 736, 734, 703},
	{501, 502, 503, 930, 20002, 504, 505, 506, 507},
	{601, 602, 603, 1030, 20003, 604, 605, 606, 607},
};

/* The last one is spelt so in all files. */
static const char *const field_names[PCODE_FIELDS] = {
	[PCODE_ACTIVE] = "Active",	 [PCODE_SERVER] = "Sipserver",
	[PCODE_PROXY] = "OutboundProxy", [PCODE_SIP_TRANSPORT] = "SipTransport",
	[PCODE_LABEL] = "Label",	 [PCODE_USER] = "SipUserId",
	[PCODE_AUTH] = "AuthenticateID", [PCODE_PASSWORD] = "AuthenticatePassword",
	[PCODE_DISPLAY] = "DispalyName",
};

unsigned pcode_of_account(int slot, enum pcode_field field)
{
	return accounts[slot - 1][field];
}

const char *pcode_field_name(enum pcode_field field)
{
	return field_names[field];
}

bool pcode_is_of_account(unsigned code, int *ret_slot, enum pcode_field *ret_field)
{
	for (int slot = 1; slot <= PCODE_ACCOUNTS && code; slot++)
		for (int field = 0; field < PCODE_FIELDS; field++)
			if (accounts[slot - 1][field] == code) {
				*ret_slot = slot;
				*ret_field = (enum pcode_field)field;
				return true;
			}
	return false;
}

static const char *const schedule_words[PCODE_SCHEDULE_COUNT] = {
	"schedule: look at power on",
	"schedule: look every P193 minutes",
	"weekly schedule",
	"weekly schedule: interval in weeks",
	"weekly schedule: minutes without a call",
	"weekly schedule: start hour",
	"weekly schedule: start minute",
	"weekly schedule: end hour",
	"weekly schedule: end minute",
	"weekly schedule: Sunday",
	"weekly schedule: Monday",
	"weekly schedule: Tuesday",
	"weekly schedule: Wednesday",
	"weekly schedule: Thursday",
	"weekly schedule: Friday",
	"weekly schedule: Saturday",
	"flexible schedule",
	"flexible schedule: interval in days",
	"flexible schedule: start hour",
	"flexible schedule: start minute",
	"flexible schedule: end hour",
	"flexible schedule: end minute",
};

const char *pcode_words(void *mem, unsigned code)
{
	enum pcode_field field;
	int slot;

	if (pcode_is_schedule(code))
		return schedule_words[code - PCODE_SCHEDULE];
	if (pcode_is_of_account(code, &slot, &field))
		return mem_printf(mem, "Account%d.%s", slot, field_names[field]);
	return pcode_name(code);
}

bool pcode_is_secret(unsigned code)
{
	static const char *const ends[] = {"Password", "AESKey"};
	const char *name = pcode_name(code);
	size_t len = name ? strlen(name) : 0;
	enum pcode_field field;
	int slot;

	if (pcode_is_of_account(code, &slot, &field))
		return field == PCODE_PASSWORD;
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		if (len >= strlen(ends[i]) && strcmp(name + len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return code == PCODE_WIFI_KEY;
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
