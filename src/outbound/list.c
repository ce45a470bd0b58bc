/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "autoprov.h"
#include "base/buf.h"
#include "base/mem.h"
#include "config/config.h"
#include "health.h"
#include "list_parse.h"
#include "post.h"

struct reading {
	struct post *post;
	struct list_parse *parse;
	const atomic_bool *is_stopping;
	struct diag *diag;
	int result;
};

/* A body with another status is none of ours. */
static size_t receive(char *data, size_t size, size_t count, void *arg)
{
	struct reading *reading = arg;
	long status = 0;

	curl_easy_getinfo(reading->post->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200 && reading->result == 0)
		reading->result =
			list_parse_bytes(reading->parse, data, size * count, reading->diag);
	return reading->result < 0 ? 0 : size * count;
}

static int progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
	const struct reading *reading = arg;

	(void)total;
	(void)now;
	(void)up_total;
	(void)up;
	return atomic_load(reading->is_stopping);
}

/* The names under which what is mirrored from here stands there; none: all names. */
static int write_call(void *mem, const struct config_upstream *upstream, struct buf **ret,
		      struct diag *reterr)
{
	bool one = *upstream->provider;

	*ret = buf_new(mem);
	return autoprov_call(*ret, "autoprov.listDevices",
			     one ? &upstream->provider : upstream->providers.words,
			     one ? 1 : upstream->providers.count, reterr);
}

static int failed(const struct reading *reading, enum post_end how, const struct diag *words,
		  struct diag *reterr)
{
	if (reading->result < 0)
		return reading->result;
	if (atomic_load(reading->is_stopping))
		return -E_STOPPING;
	return diag_set(reterr,
			how == POST_DENIED || how == POST_DIGEST ? -E_UPSTREAM_DENIED
								 : -E_UPSTREAM_UNREACHABLE,
			"%s", words->text);
}

static int read_once(void *mem, const struct config_upstream *upstream, struct reading *reading,
		     int64_t timeout_ms, bool digest, const struct buf *out, enum post_end *ret_how)
{
	struct diag words = {0};
	CURLcode code;
	CURL *easy;
	int r = post_new(mem, upstream, digest, out, &reading->post, reading->diag);

	if (r < 0)
		return r;
	easy = reading->post->easy;
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, 0L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, reading);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, reading);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	code = curl_easy_perform(easy);
	*ret_how = post_end(reading->post, code, &words);
	if (*ret_how != POST_ANSWERED && !(*ret_how == POST_DIGEST && !digest))
		return failed(reading, *ret_how, &words, reading->diag);
	return 0;
}

int list_read(const struct config_upstream *upstream, int64_t timeout_ms,
	      const atomic_bool *is_stopping, upstream_each *each, void *arg, struct diag *reterr)
{
	CLEANUP(mem_freep) void *mem = mem_root("upstream list");
	struct reading reading = {.is_stopping = is_stopping, .diag = reterr};
	bool digest = health_digest(upstream->name);
	enum post_end how;
	struct buf *out;
	int r = write_call(mem, upstream, &out, reterr);

	reading.parse = list_parse_new(mem, upstream->diff_rows, each, arg);
	if (r == 0)
		r = read_once(mem, upstream, &reading, timeout_ms, digest, out, &how);
	if (r == 0 && how == POST_DIGEST)
		r = read_once(mem, upstream, &reading, timeout_ms, true, out, &how);
	return r < 0 ? r : list_parse_end(reading.parse, reterr);
}
