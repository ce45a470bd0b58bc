/* SPDX-License-Identifier: MIT */
#include "base/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/mem.h"
#include "zone_data.h"

enum { FILE_MAX = 1 << 20 };

static const struct zone utc = {.name = "UTC"};

/* Zones that were read; they are never let go. */
static struct {
	pthread_mutex_t lock;
	const struct zone **zones;
	size_t count;
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Letters, digits, _ + - in parts between slashes: nothing leads out or hides. */
static bool name_is_good(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_+-/");

	return len > 0 && len < ZONE_NAME_MAX && !name[len] && name[0] != '/' &&
	       name[len - 1] != '/' && !strstr(name, "//");
}

static int load(void *mem, const char *name, char **ret, size_t *ret_len)
{
	const char *directory = getenv("TZDIR");
	char *path = mem_printf(mem, "%s/%s", directory ? directory : "/usr/share/zoneinfo", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	size_t len = 0;
	char *data;

	if (fd < 0)
		return -E_ZONE;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX) {
		close(fd);
		return -E_ZONE;
	}
	data = mem_alloc(mem, (size_t)st.st_size + 1);
	while (len < (size_t)st.st_size) {
		ssize_t n = read(fd, data + len, (size_t)st.st_size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	*ret = data;
	*ret_len = len;
	return 0;
}

static int read_new(const char *name, const struct zone **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) void *mem = mem_root("zone_find");
	const struct zone *zone;
	char *data;
	size_t len;
	int r = load(mem, name, &data, &len);

	if (r < 0)
		return diag_set(reterr, r, "is not a time zone that this system knows");
	r = zone_parse(NULL, name, data, len, &zone, reterr);
	if (r < 0)
		return r;
	*mem_push(NULL, &known.zones, &known.count) = zone;
	*ret = zone;
	return 0;
}

int zone_find(const char *name, const struct zone **ret, struct diag *reterr)
{
	int r = -E_ZONE;

	if (strcmp(name, utc.name) == 0) {
		*ret = &utc;
		return 0;
	}
	if (!name_is_good(name))
		return diag_set(reterr, r, "is not the name of a time zone");
	pthread_mutex_lock(&known.lock);
	for (size_t i = 0; r < 0 && i < known.count; i++) {
		if (strcmp(known.zones[i]->name, name) != 0)
			continue;
		*ret = known.zones[i];
		r = 0;
	}
	if (r < 0)
		r = read_new(name, ret, reterr);
	pthread_mutex_unlock(&known.lock);
	return r;
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

/* How many transitions are not later. */
static size_t passed(const struct zone *zone, int64_t at)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->at[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct zone_span zone_at(const struct zone *zone, int64_t at)
{
	size_t n = passed(zone, at);

	if (n < zone->count)
		return (struct zone_span){.offset = n ? zone->after[n - 1] : zone->before,
					  .until = zone->at[n]};
	if (zone->has_rule)
		return rule_at(&zone->rule, at);
	return (struct zone_span){.offset = n ? zone->after[n - 1] : zone->before,
				  .until = INT64_MAX};
}

int64_t zone_offset(const struct zone *zone, int64_t at)
{
	return zone_at(zone, at).offset;
}

/* Stretch by stretch of one offset, from before the first that could be it. */
int64_t zone_reach(const struct zone *zone, int64_t local)
{
	int64_t from = local - ZONE_OFFSET_MAX - 1;

	for (;;) {
		struct zone_span span = zone_at(zone, from);
		int64_t at = local - span.offset;

		if (at < from)
			at = from;
		if (at < span.until)
			return at;
		from = span.until;
	}
}

bool zone_moment(const struct zone *zone, int64_t local, int64_t *ret)
{
	int64_t at = zone_reach(zone, local);

	if (at + zone_offset(zone, at) != local)
		return false;
	*ret = at;
	return true;
}

char *zone_tell(void *mem, const char *name, int64_t at)
{
	const struct zone *zone = NULL;
	bool is_known = name && zone_find(name, &zone, NULL) == 0;
	int64_t local = is_known ? at + zone_offset(zone, at) : at;
	int64_t second = civil_modulo(local, CIVIL_DAY_S);
	char date[CIVIL_DATE_MAX];

	civil_format_date(date, civil_floor(local, CIVIL_DAY_S));
	return mem_printf(mem, "%s %02d:%02d:%02d %s", date, (int)(second / 3600),
			  (int)(second / 60 % 60), (int)(second % 60),
			  is_known ? zone->name : "UTC");
}
