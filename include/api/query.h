/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * What a request's URL says.
 *
 * Lists come in pages: `limit` rows behind the key `after`.  One row more is
 * read than is shown, and tells whether there is a next page; then the answer
 * has `next`, the key to go on behind.
 */

struct db;
struct device;
struct request;

enum { API_LIMIT = 100, API_LIMIT_MAX = 500, API_NAME_MAX = 64 };

struct api_page {
	const char *after; /* NULL: from the first */
	size_t limit;
};

/* {mac} of the path.  -E_MAC_MALFORMED. */
int api_mac(const struct request *req, int64_t *ret) MUST_CHECK;

/* {id} of the path, which is that of `what`: "a job".  -E_VALUE. */
int api_id(const struct request *req, const char *what, int64_t *ret,
	   struct diag *reterr) MUST_CHECK;

/* The device of {mac}, and the reader that has it.  -E_MAC_MALFORMED, -E_MAC_UNKNOWN. */
int api_device(struct request *req, struct db **ret_db, struct device **ret) MUST_CHECK;

/* A name that will be a segment of a path.  -E_VALUE for one that no path can hold. */
int api_name_check(const char *name, struct diag *reterr) MUST_CHECK;

/* `name=1`; false when it is not there.  -E_VALUE for anything but 0 and 1. */
int api_flag(const struct request *req, const char *name, bool *ret,
	     struct diag *reterr) MUST_CHECK;

/* `name=` a time in UNIX seconds; now when it is not there.  -E_TIME. */
int api_time_query(const struct request *req, const char *name, int64_t *ret,
		   struct diag *reterr) MUST_CHECK;

/* -E_VALUE. */
int api_page(const struct request *req, struct api_page *ret, struct diag *reterr) MUST_CHECK;

/* Rows to ask for. */
int api_page_rows(const struct api_page *page);

/* How many of `count` rows are on the page. */
size_t api_page_cut(const struct api_page *page, size_t count);

/*
 * Answers {"<name>": rows, "next": <key of the last row>}; without `next` when
 * `count` rows were all.  `rows` is taken over.
 */
int api_page_answer(struct request *req, const struct api_page *page, const char *name,
		    json_t *rows_steal, size_t count, const char *key);

/*
 * A list by name, whole: reads the page, has `read` append the rows that are on
 * it, and answers.  `read` tells how many rows there were (one more than the
 * page holds: there is a next one) and the last appended one's key.
 */
typedef int api_rows(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last);
int api_list(struct request *req, const char *name, api_rows *read);
