/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* Replies.  A handler sets one and returns 0; setting a second replaces the first. */

struct request;
struct buf;

/* The bytes are copied. */
void reply_bytes(struct request *req, int status, const char *type, const void *data, size_t len);

/* The bytes must live as long as the request (hang them on request_mem()). */
void reply_static(struct request *req, int status, const char *type, const void *data, size_t len);

void reply_empty(struct request *req, int status);

/* Adds a header to the reply that has been set. */
void reply_header(struct request *req, const char *name, const char *value);

/*
 * An error in the form of the request's plane: JSON {"error": {"reason", "text",
 * "request"}} for api and control, nothing that tells for phones, one line of
 * text elsewhere.  `text` NULL: error_text(r).
 */
void reply_error(struct request *req, int r, const char *text);

/*
 * What who is refused gets instead, with status 200, where phones hold a dialogue
 * (POST on the plane wpi); the reason is in the log.  Once, before http_start(); the
 * bytes must live for ever.
 */
void reply_face(const char *type, const char *data, size_t len);

/* 401 with Digest (MD5) for phones; always the same bytes but for the nonce. */
void reply_challenge_device(struct request *req, bool stale);

/*
 * A long answer, made in pieces on workers while earlier ones are being sent.
 * `next` appends to `out` and returns 1 (there is more), 0 (the end) or a
 * negative error, which closes the connection without the last chunk.  `arg`
 * must live as long as the request.
 */
typedef int reply_next(void *arg, struct buf *out);
void reply_stream(struct request *req, int status, const char *type, reply_next *next, void *arg);

/*
 * A file, or parts of it (Range), or that the client has it already (If-…): as
 * RFC 9110 and nginx have it.  `fd` is taken over whatever becomes of it.  A
 * replaced file is sent to its end as it was when it was opened.
 */
struct reply_file {
	int fd;
	uint64_t size;
	int64_t modified_at; /* UTC seconds */
	const char *etag;    /* with quotes, and strong: the same only for the same bytes */
	const char *type;
	int64_t whose; /* the device's MAC; -1: nobody knows */
};

/*
 * 0, or -E_DOWNLOADS: as many as max_downloads are under way; -E_DOWNLOADS_OF_ONE:
 * too many of them are this device's or this address's.  Retry-After tells when
 * to come.
 */
int reply_file(struct request *req, const struct reply_file *file_steal) MUST_CHECK;

/*
 * A reply made once and sent many times, from any thread: a document in the
 * cache.  It has a reference count; reply_send() takes a reference of its own.
 */
struct prepared;
struct prepared *prepared_new(int status, const char *type, const void *data, size_t len,
			      const char *etag);
struct prepared *prepared_ref(struct prepared *prepared);
void prepared_unref(struct prepared *prepared);
size_t prepared_size(const struct prepared *prepared);
/* Its body. */
const char *prepared_data(const struct prepared *prepared, size_t *ret_len);
/* With quotes; NULL without one. */
const char *prepared_etag(const struct prepared *prepared);

/* Answers 304 by itself when If-None-Match names the ETag. */
void reply_prepared(struct request *req, struct prepared *prepared);
