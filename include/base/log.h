/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/*
 * Log lines in logfmt on standard error: level, msg, then fields.
 *
 *     log_warn("device refused", LOG_S("mac", mac), LOG_E(r));
 *
 * Values are quoted and escaped, so nothing that a client sends can forge a
 * line.  The id of the request that a thread works on is added by itself.
 */

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* `journal` puts a priority (<6>) before each line and leaves out the time. */
enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JOURNAL };

struct log_field {
	const char *key;
	const char *s;
	int64_t i;
};

/* Arrays are fine too; a test of one for NULL would be a warning where it stands. */
static inline const char *log_text(const char *s)
{
	return s ? s : "";
}

#define LOG_S(k, v)                                                                                \
	{                                                                                          \
		.key = (k), .s = log_text(v)                                                       \
	}
#define LOG_I(k, v)                                                                                \
	{                                                                                          \
		.key = (k), .i = (int64_t)(v)                                                      \
	}
#define LOG_E(r)                                                                                   \
	{.key = "reason", .s = error_name(r)},                                                     \
	{                                                                                          \
		.key = "why", .s = error_text(r)                                                   \
	}

void log_setup(enum log_level level, enum log_format format);

/* The id that this thread's lines carry from now on; NULL: none.  Not copied. */
void log_request(const char *id);

void log_write(enum log_level level, const char *msg, const struct log_field *fields);

#ifdef __cppcheck__ /* trips over __VA_OPT__ */
#define LOG_AT(level, msg, ...) log_write(level, msg, 0)
#else
#define LOG_AT(level, msg, ...)                                                                    \
	log_write(level, msg, (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.key = 0}})
#endif
#define log_error(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) LOG_AT(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__)
