/* SPDX-License-Identifier: MIT */
/*
 * Files: whole, in part, or not at all when the client has them already.
 *
 * The whole and a single part go out by sendfile, where libmicrohttpd can.
 * Several parts have text between them and are read piece by piece, from the
 * same open file: what was opened is what is sent, whatever becomes of its name.
 *
 * A download takes its time, which no deadline cuts, and a place, of which
 * there are max_downloads.  The place belongs to the request, until its last
 * byte has gone or its connection has.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "base/counter.h"
#include "base/mem.h"
#include "condition.h"
#include "exchange.h"
#include "http/reply.h"
#include "range.h"

enum { BLOCK_BYTES = 64 * 1024, BOUNDARY_LEN = 20, RETRY_SECONDS = 30 };

static const char text_type[] = "text/plain; charset=utf-8";

/* A stretch of an answer of several parts: text, or bytes of the file. */
struct stretch {
	uint64_t at; /* in the answer */
	uint64_t len;
	const char *text; /* NULL: of the file, from `from` */
	uint64_t from;
};

struct parts {
	int fd;
	struct stretch *stretches;
	size_t count;
	size_t current;
	uint64_t len;
};

static void stretch_add(struct parts *parts, const char *text, uint64_t from, uint64_t len)
{
	struct stretch *stretch = &parts->stretches[parts->count++];

	*stretch = (struct stretch){.at = parts->len, .len = len, .text = text, .from = from};
	parts->len += len;
}

static ssize_t parts_read(void *cls, uint64_t at, char *out, size_t max)
{
	struct parts *parts = cls;
	const struct stretch *stretch = &parts->stretches[parts->current];
	uint64_t skip;
	ssize_t n;

	while (at >= stretch->at + stretch->len) {
		if (++parts->current == parts->count)
			return MHD_CONTENT_READER_END_OF_STREAM;
		stretch++;
	}
	skip = at - stretch->at;
	if (max > stretch->len - skip)
		max = (size_t)(stretch->len - skip);
	if (stretch->text) {
		memcpy(out, stretch->text + skip, max);
		return (ssize_t)max;
	}
	n = pread(parts->fd, out, max, (off_t)(stretch->from + skip));
	/* Shorter than it was: better a broken connection than wrong bytes. */
	return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void parts_free(void *cls)
{
	struct parts *parts = cls;

	close(parts->fd);
	mem_free(parts);
}

static struct MHD_Response *parts_response(const struct reply_file *file,
					   const struct ranges *ranges,
					   char boundary[BOUNDARY_LEN + 1])
{
	struct parts *parts = mem_new(NULL, struct parts);

	for (size_t i = 0; i < BOUNDARY_LEN; i++)
		boundary[i] = (char)('0' + randombytes_uniform(10));
	boundary[BOUNDARY_LEN] = '\0';
	parts->fd = file->fd;
	parts->stretches = mem_array(parts, struct stretch, 2 * ranges->count + 1);
	for (size_t i = 0; i < ranges->count; i++) {
		const struct range *range = &ranges->list[i];
		const char *head = mem_printf(
			parts,
			"\r\n--%s\r\nContent-Type: %s\r\nContent-Range: bytes %llu-%llu/%llu\r\n"
			"\r\n",
			boundary, file->type, (unsigned long long)range->start,
			(unsigned long long)range->end - 1, (unsigned long long)file->size);

		stretch_add(parts, head, 0, strlen(head));
		stretch_add(parts, NULL, range->start, range->end - range->start);
	}
	stretch_add(parts, mem_printf(parts, "\r\n--%s--\r\n", boundary), 0, BOUNDARY_LEN + 8);
	return MHD_create_response_from_callback(parts->len, BLOCK_BYTES, parts_read, parts,
						 parts_free);
}

static void validators_add(struct request *req, const struct reply_file *file)
{
	char date[HTTP_DATE_SIZE];

	http_date_format(date, file->modified_at);
	reply_header(req, MHD_HTTP_HEADER_ETAG, file->etag);
	reply_header(req, MHD_HTTP_HEADER_LAST_MODIFIED, date);
	reply_header(req, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
}

static void set(struct request *req, int status, struct MHD_Response *response,
		const struct reply_file *file)
{
	assert(response);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	reply_set(req, status, response);
	validators_add(req, file);
}

static void give(struct request *req, const struct reply_file *file)
{
	struct MHD_Response *response;

	posix_fadvise(file->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	response = MHD_create_response_from_fd64(file->size, file->fd);
	set(req, MHD_HTTP_OK, response, file);
	reply_header(req, MHD_HTTP_HEADER_CONTENT_TYPE, file->type);
}

static void give_parts(struct request *req, const struct reply_file *file,
		       const struct ranges *ranges)
{
	const struct range *range = &ranges->list[0];
	char boundary[BOUNDARY_LEN + 1];

	if (ranges->count > 1) {
		set(req, MHD_HTTP_PARTIAL_CONTENT, parts_response(file, ranges, boundary), file);
		reply_header(req, MHD_HTTP_HEADER_CONTENT_TYPE,
			     mem_printf(req, "multipart/byteranges; boundary=%s", boundary));
		return;
	}
	set(req, MHD_HTTP_PARTIAL_CONTENT,
	    MHD_create_response_from_fd_at_offset64(range->end - range->start, file->fd,
						    range->start),
	    file);
	reply_header(req, MHD_HTTP_HEADER_CONTENT_TYPE, file->type);
	reply_header(req, MHD_HTTP_HEADER_CONTENT_RANGE,
		     mem_printf(req, "bytes %llu-%llu/%llu", (unsigned long long)range->start,
				(unsigned long long)range->end - 1,
				(unsigned long long)file->size));
}

static void refuse(struct request *req, int status, const char *text)
{
	reply_static(req, status, text_type, text, strlen(text));
}

/* 0 with a place in the list, which is as long as max_downloads at most. */
static int place_find(struct request *req, const struct config_limits *limits)
{
	unsigned all = 0, of_device = 0, of_address = 0;

	for (struct request *r = req->http->downloads; r; r = r->download_next) {
		all++;
		of_device += req->download_of >= 0 && r->download_of == req->download_of;
		of_address += net_address_is_same(request_address(r), request_address(req));
	}
	if (all >= limits->max_downloads)
		return -E_DOWNLOADS;
	if (of_device >= limits->downloads_per_device ||
	    of_address >= limits->downloads_per_address)
		return -E_DOWNLOADS_OF_ONE;
	req->download_next = req->http->downloads;
	req->http->downloads = req;
	return 0;
}

/* 0, or why there is no place for a download, which a HEAD is none of. */
static int take_place(struct request *req, int64_t whose)
{
	int r;

	if (req->is_head || req->is_download)
		return 0;
	req->download_of = whose;
	/* found before others may look at it */
	request_address(req);
	pthread_mutex_lock(&req->http->lock);
	r = place_find(req, &req->config->limits);
	pthread_mutex_unlock(&req->http->lock);
	if (r < 0)
		return r;
	req->is_download = true;
	counter_add(M_DOWNLOAD, 1);
	counter_add(M_DOWNLOAD_OPEN, 1);
	return 0;
}

void download_end(struct request *req)
{
	struct request **place = &req->http->downloads;

	pthread_mutex_lock(&req->http->lock);
	while (*place && *place != req)
		place = &(*place)->download_next;
	if (*place)
		*place = req->download_next;
	pthread_mutex_unlock(&req->http->lock);
	counter_add(M_DOWNLOAD_OPEN, -1);
}

/* RANGE_WHOLE also where If-Range says that parts would not fit. */
static enum range_result ranges_of(struct request *req, const struct reply_file *file,
				   struct ranges *ret)
{
	if (!condition_range(req, file->etag, file->modified_at))
		return RANGE_WHOLE;
	return range_parse(request_header(req, MHD_HTTP_HEADER_RANGE), file->size, ret);
}

int reply_file(struct request *req, const struct reply_file *file)
{
	enum condition condition = condition_judge(req, file->etag, file->modified_at);
	enum range_result wanted = RANGE_WHOLE;
	struct ranges ranges;
	int r = 0;

	if (condition == CONDITION_GO)
		wanted = ranges_of(req, file, &ranges);
	if (condition == CONDITION_GO && wanted != RANGE_WRONG)
		r = take_place(req, file->whose);
	if (condition == CONDITION_GO && wanted != RANGE_WRONG && r == 0) {
		if (wanted == RANGE_PARTS)
			give_parts(req, file, &ranges);
		else
			give(req, file);
		return 0;
	}
	if (condition == CONDITION_NOT_MODIFIED) {
		/* Nothing of it is sent, but a length is told, and it must be the file's. */
		set(req, MHD_HTTP_NOT_MODIFIED, MHD_create_response_from_fd64(file->size, file->fd),
		    file);
		return 0;
	}
	close(file->fd);
	if (condition == CONDITION_FAILED) {
		refuse(req, MHD_HTTP_PRECONDITION_FAILED, "precondition failed\n");
	} else if (wanted == RANGE_WRONG) {
		refuse(req, MHD_HTTP_RANGE_NOT_SATISFIABLE, "range not satisfiable\n");
		reply_header(req, MHD_HTTP_HEADER_CONTENT_RANGE,
			     mem_printf(req, "bytes */%llu", (unsigned long long)file->size));
	} else {
		req->retry_after = RETRY_SECONDS;
		return r;
	}
	return 0;
}
