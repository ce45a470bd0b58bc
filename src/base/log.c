/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_MAX_BYTES = 4096 };

struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

static _Atomic int level_max = LOG_LEVEL_INFO;
static _Atomic int line_format = LOG_FORMAT_LOGFMT;
static _Thread_local const char *request_id;

void log_setup(enum log_level level, enum log_format format)
{
	level_max = level;
	line_format = format;
}

void log_request(const char *id)
{
	request_id = id;
}

static void add(struct line *line, const char *s, size_t len)
{
	size_t room = sizeof(line->text) - 2 - line->len;

	if (len > room)
		len = room;
	memcpy(line->text + line->len, s, len);
	line->len += len;
}

static void adds(struct line *line, const char *s)
{
	add(line, s, strlen(s));
}

static bool is_plain(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == '"' || *s == '=' || *s == '\\' || *s == 0x7f)
			return false;
	return true;
}

static void add_value(struct line *line, const char *s)
{
	if (is_plain(s)) {
		adds(line, s);
		return;
	}
	adds(line, "\"");
	for (; *s; s++) {
		char escape[5];

		if (*s == '"' || *s == '\\')
			snprintf(escape, sizeof(escape), "\\%c", *s);
		else if (*s == '\n')
			snprintf(escape, sizeof(escape), "\\n");
		else if ((unsigned char)*s < ' ' || *s == 0x7f)
			snprintf(escape, sizeof(escape), "\\x%02x", (unsigned)*s);
		else
			snprintf(escape, sizeof(escape), "%c", *s);
		adds(line, escape);
	}
	adds(line, "\"");
}

static void add_time(struct line *line)
{
	char text[64];
	int64_t now_ms = clock_now_ms();
	time_t now = (time_t)(now_ms / 1000);
	struct tm tm;

	gmtime_r(&now, &tm);
	snprintf(text, sizeof(text), "ts=%04d-%02d-%02dT%02d:%02d:%02d.%03dZ ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(now_ms % 1000));
	adds(line, text);
}

void log_write(enum log_level level, const char *msg, const struct log_field *fields)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};
	static const char *const priorities[] = {"<3>", "<4>", "<6>", "<7>"};
	struct line line;
	ssize_t written;

	if ((int)level > level_max)
		return;
	line.len = 0;
	if (line_format == LOG_FORMAT_JOURNAL)
		adds(&line, priorities[level]);
	else
		add_time(&line);
	adds(&line, "level=");
	adds(&line, names[level]);
	adds(&line, " msg=");
	add_value(&line, msg);
	if (request_id) {
		adds(&line, " request=");
		add_value(&line, request_id);
	}
	for (const struct log_field *f = fields; f->key; f++) {
		adds(&line, " ");
		adds(&line, f->key);
		adds(&line, "=");
		if (f->s) {
			add_value(&line, f->s);
		} else {
			char number[24];

			snprintf(number, sizeof(number), "%lld", (long long)f->i);
			adds(&line, number);
		}
	}
	line.text[line.len++] = '\n';
	/* One write per line keeps lines of several threads apart; a full pipe loses the line. */
	written = write(STDERR_FILENO, line.text, line.len);
	(void)written;
}
