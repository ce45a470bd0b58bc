/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

/*
 * JSON that goes out: compact, fields in the order in which they were put in.
 *
 * A secret is never shown, only that there is one: "set" or null.  A time is
 * UTC seconds, null where it stands for "never".
 */

struct param;
struct request;
struct secret;

/* Replies with `json`, which is taken over; NULL is an error of ours.  Always 0. */
int api_answer(struct request *req, int status, json_t *json_steal);

/* 204.  Always 0. */
int api_answer_nothing(struct request *req);

/* Replies with an error and its words; 0, so that a handler can `return api_refuse(…)`. */
int api_refuse(struct request *req, int r, const struct diag *diag);

/* null for NULL; bytes that are no text become question marks. */
json_t *api_text(const char *s);
/* An array of such. */
json_t *api_texts_json(const char *const *texts, size_t count);
/* null for 0 */
json_t *api_time(int64_t at);
/* "set", or null for NULL */
json_t *api_mark(const struct secret *secret);
/* [{"name": …, "value": … or null, "secret": mark}] */
json_t *api_params(const struct param *params, size_t count);
/* 7C2F80E0D605 */
json_t *api_mac_text(int64_t mac);
