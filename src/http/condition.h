/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct request;

/* Conditional requests (RFC 9110, 13), and the dates in them. */

enum { HTTP_DATE_SIZE = 32 };

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
void http_date_format(char out[HTTP_DATE_SIZE], int64_t at);

/* Any of the three forms that there have been; false for what is no date. */
bool http_date_parse(const char *s, int64_t *ret);

/*
 * Whether a list of entity tags (If-None-Match, If-Match) names this one, or is
 * `*`.  Weak comparison: a leading W/ does not count; strong: what has one is
 * never the same.
 */
bool condition_names(const char *list, const char *etag, bool strong);

enum condition { CONDITION_GO, CONDITION_NOT_MODIFIED, CONDITION_FAILED };

/* What the request's conditions say of something with these; the tags' go before the dates'. */
enum condition condition_judge(const struct request *req, const char *etag, int64_t modified_at);

/* False when If-Range says that the client has parts of something else. */
bool condition_range(const struct request *req, const char *etag, int64_t modified_at);
