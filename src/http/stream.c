/* SPDX-License-Identifier: MIT */
/*
 * Long answers.
 *
 * Two buffers: one is being sent on the connection's thread, the other filled
 * by `next` on a worker, some pages ahead.  When the sender has nothing it
 * suspends the connection; the worker resumes it with the next piece.  A slow
 * client therefore costs two pieces of memory, never a thread.
 *
 * libmicrohttpd holds the response's mutex while it asks for bytes, so the
 * worker must not touch the response, only the connection, and that only while
 * it is suspended.  A stream holds its request and the response its stream:
 * a request therefore lets its response go as soon as it is queued.
 */
#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "exchange.h"
#include "http/reply.h"

enum { BLOCK_BYTES = 32 * 1024, PIECE_BYTES = 256 * 1024 };

struct stream {
	struct work work; /* first */
	struct request *request;
	reply_next *next;
	void *arg;
	_Atomic bool is_gone;  /* the response has been let go */
	_Atomic unsigned refs; /* the response, and the work while it is posted */

	pthread_mutex_t lock;
	struct buf *sending; /* the connection's thread */
	size_t sent;
	struct buf *filling; /* the worker, while is_working; else whoever has the lock */
	bool is_working;
	bool is_suspended;
	int result; /* of the last `next`: 1 more, 0 the end, negative an error */
};

static void unref(struct stream *stream)
{
	struct request *req = stream->request;

	if (atomic_fetch_sub_explicit(&stream->refs, 1, memory_order_acq_rel) != 1)
		return;
	pthread_mutex_destroy(&stream->lock);
	mem_free(stream);
	request_unref(req);
}

static int fill(struct stream *stream)
{
	char id[REQUEST_ID_MAX];
	int r;

	if (stream->is_gone || atomic_load(&stream->request->http->is_stopping))
		return -E_STOPPING;
	memcpy(id, request_id(stream->request), sizeof(id));
	log_request(id);
	/* Pages may be small; going to and fro between the threads costs more than some of them. */
	do {
		r = stream->next(stream->arg, stream->filling);
	} while (r > 0 && stream->filling->len < PIECE_BYTES);
	if (r < 0)
		log_warn("answer broken off", LOG_S("path", stream->request->path), LOG_E(r));
	log_request(NULL);
	return r;
}

/* With the lock held.  What has been sent is forgotten; the filled buffer is sent next. */
static void swap(struct stream *stream)
{
	struct buf *empty = stream->sending;

	stream->sending = stream->filling;
	stream->sent = 0;
	buf_cut(empty, 0);
	stream->filling = empty;
}

static void run_fill(struct work *work)
{
	struct stream *stream = (struct stream *)work;
	int r = fill(stream);

	pthread_mutex_lock(&stream->lock);
	stream->result = r;
	stream->is_working = false;
	if (stream->is_suspended) {
		stream->is_suspended = false;
		/* Under the lock: once it is free, the connection may go. */
		suspension_end(stream->request->http, stream->request->connection);
	}
	pthread_mutex_unlock(&stream->lock);
	unref(stream);
}

/* With the lock held. */
static void post(struct stream *stream)
{
	int r;

	if (stream->is_working || stream->result <= 0 || stream->filling->len)
		return;
	stream->is_working = true;
	atomic_fetch_add(&stream->refs, 1);
	r = pool_post(stream->request->http->pool, &stream->work, POOL_NO_LIMIT);
	if (r == 0)
		return;
	atomic_fetch_sub(&stream->refs, 1);
	stream->is_working = false;
	stream->result = r;
}

/* With the lock held. */
static ssize_t wait_or_end(struct stream *stream)
{
	if (stream->result == 0 && !stream->is_working)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (stream->result < 0 && !stream->is_working)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (!suspension_begin(stream->request->http))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	stream->is_suspended = true;
	MHD_suspend_connection(stream->request->connection);
	return 0;
}

static ssize_t read_stream(void *cls, uint64_t position, char *out, size_t max)
{
	struct stream *stream = cls;
	size_t len;
	ssize_t n;

	(void)position;
	pthread_mutex_lock(&stream->lock);
	if (stream->sent == stream->sending->len && !stream->is_working && stream->filling->len)
		swap(stream);
	post(stream);
	len = stream->sending->len - stream->sent;
	if (len > max)
		len = max;
	if (len) {
		memcpy(out, stream->sending->data + stream->sent, len);
		stream->sent += len;
		n = (ssize_t)len;
	} else {
		n = wait_or_end(stream);
	}
	pthread_mutex_unlock(&stream->lock);
	return n;
}

static void let_go(void *cls)
{
	struct stream *stream = cls;

	stream->is_gone = true;
	unref(stream);
}

void reply_stream(struct request *req, int status, const char *type, reply_next *next, void *arg)
{
	struct stream *stream = mem_new(NULL, struct stream);
	struct MHD_Response *response;

	stream->work.run = run_fill;
	stream->request = req;
	stream->next = next;
	stream->arg = arg;
	stream->refs = 1;
	stream->result = 1;
	stream->sending = buf_new(stream);
	stream->filling = buf_new(stream);
	pthread_mutex_init(&stream->lock, NULL);
	request_ref(req);
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream,
						     stream, let_go);
	assert(response);
	if (type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	reply_set(req, status, response);
}
