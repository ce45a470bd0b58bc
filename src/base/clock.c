/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/zone.h"

enum { DAY_S = 86400, CYCLE_DAYS = 146097 /* in 400 years */, DAYS_BEFORE_1970 = 719468 };

static _Atomic int64_t stands_at;
static const struct zone *dates;
static const _Atomic int64_t *followed; /* set before there are threads */

static int64_t read_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	int64_t at = atomic_load_explicit(followed ? followed : &stands_at, memory_order_relaxed);

	return at ? at * 1000 : read_ms(CLOCK_REALTIME);
}

int64_t clock_now(void)
{
	return clock_now_ms() / 1000;
}

int64_t clock_monotonic_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void clock_set(int64_t now)
{
	atomic_store(&stands_at, now);
}

int clock_follow(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	if (fd < 0)
		return -E_VALUE;
	if (fstat(fd, &st) < 0 || st.st_size != sizeof(int64_t)) {
		close(fd);
		return -E_VALUE;
	}
	at = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return -E_VALUE;
	followed = at;
	return 0;
}

bool clock_is_followed(void)
{
	return followed != NULL;
}

void clock_set_zone(const struct zone *zone)
{
	dates = zone;
}

static void digits_put(char *out, unsigned count, unsigned n)
{
	for (; count > 0; n /= 10)
		out[--count] = (char)('0' + n % 10);
}

/* Days are counted from the first of March of a year 0, so that leap days come last. */
static void day_format(char *out, int64_t days)
{
	int64_t cycle = days / CYCLE_DAYS - (days % CYCLE_DAYS < 0);
	unsigned day = (unsigned)(days - cycle * CYCLE_DAYS);
	unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned month;

	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	digits_put(out, 4, (unsigned)(cycle * 400 + year + (month >= 10)));
	out[4] = '-';
	digits_put(out + 5, 2, month < 10 ? month + 3 : month - 9);
	out[7] = '-';
	digits_put(out + 8, 2, day + 1);
	out[10] = '\0';
}

/* By hand, since lists of registrations have a date on every line, and many have the same one. */
void clock_format_date(char *out, int64_t at)
{
	static _Thread_local struct {
		int64_t days;
		char text[sizeof("2026-12-31")];
	} last;
	int64_t days;

	if (dates)
		at += zone_offset(dates, at);
	days = at / DAY_S - (at % DAY_S < 0) + DAYS_BEFORE_1970;
	if (!last.text[0] || days != last.days) {
		day_format(last.text, days);
		last.days = days;
	}
	memcpy(out, last.text, sizeof(last.text));
}
