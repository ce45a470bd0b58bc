/* SPDX-License-Identifier: MIT */
#include "post.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "autoprov.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "easy.h"

enum { CONNECT_SECONDS_MAX = 10 };

/* The first line of password_file. */
static int password_read(void *mem, const char *path, struct secret **ret, struct diag *reterr)
{
	char text[SECRET_TEXT_MAX + 2] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int r = n < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	if (r < 0)
		return diag_set(reterr, r, "password_file %s: %s", path, strerror(-r));
	text[strcspn(text, "\r\n")] = '\0';
	if (!*text || strlen(text) > SECRET_TEXT_MAX)
		r = diag_set(reterr, -E_VALUE, "password_file %s: its first line is no password",
			     path);
	else
		*ret = secret_new(mem, text);
	explicit_bzero(text, sizeof(text));
	return r;
}

static size_t receive(char *data, size_t size, size_t count, void *arg)
{
	struct post *post = arg;
	size_t len = size * count;

	if (post->in->len + len > post->in_max)
		return 0;
	buf_add(post->in, data, len);
	return len;
}

static int post_free(struct post *post)
{
	curl_easy_cleanup(post->easy);
	curl_slist_free_all(post->headers);
	return 0;
}

static void options_set(struct post *post, const struct config_upstream *section)
{
	long timeout = (long)section->timeout_seconds;
	CURL *easy = post->easy;

	easy_setup(easy, section->url);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT,
			 timeout < CONNECT_SECONDS_MAX ? timeout : (long)CONNECT_SECONDS_MAX);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, timeout);
	if (section->tls_ca)
		curl_easy_setopt(easy, CURLOPT_CAINFO, section->tls_ca);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, post->headers);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->out->len);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post->out->data);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, post);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, post->words);
}

int post_new(void *mem, const struct config_upstream *section, bool digest, const struct buf *out,
	     struct post **ret, struct diag *reterr)
{
	struct post *post = mem_new(mem, struct post);
	struct secret *password;
	int r = password_read(post, section->password_file, &password, reterr);

	if (r < 0) {
		mem_free(post);
		return r;
	}
	post->easy = curl_easy_init();
	talloc_set_destructor(post, post_free);
	post->out = out;
	post->in = buf_new(post);
	post->in_max = AUTOPROV_ANSWER_MAX;
	post->headers = curl_slist_append(NULL, "Content-Type: text/xml");
	/* Without it large calls wait for a "100 Continue" that many servers never send. */
	post->headers = curl_slist_append(post->headers, "Expect:");
	options_set(post, section);
	curl_easy_setopt(post->easy, CURLOPT_HTTPAUTH,
			 digest ? (long)CURLAUTH_DIGEST : (long)CURLAUTH_BASIC);
	curl_easy_setopt(post->easy, CURLOPT_USERNAME, section->user);
	curl_easy_setopt(post->easy, CURLOPT_PASSWORD, secret_reveal(password));
	mem_free(password);
	*ret = post;
	return 0;
}

static enum post_end denied(struct post *post, long status, struct diag *words)
{
	long offered = 0;

	curl_easy_getinfo(post->easy, CURLINFO_HTTPAUTH_AVAIL, &offered);
	diag_set(words, -E_UPSTREAM_DENIED, "the other server refuses user and password (HTTP %ld)",
		 status);
	return status == 401 && (offered & (long)CURLAUTH_DIGEST) ? POST_DIGEST : POST_DENIED;
}

enum post_end post_end(struct post *post, CURLcode code, struct diag *words)
{
	long status = 0;
	long sent = 0;

	curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(post->easy, CURLINFO_REQUEST_SIZE, &sent);
	if (code != CURLE_OK) {
		diag_set(words, -E_UPSTREAM_UNREACHABLE, "%s",
			 *post->words ? post->words : curl_easy_strerror(code));
		return sent > 0 ? POST_UNSURE : POST_FAILED;
	}
	if (status == 200)
		return POST_ANSWERED;
	if (status == 401 || status == 403)
		return denied(post, status, words);
	diag_set(words, -E_UPSTREAM_UNREACHABLE, "the other server answers with HTTP status %ld",
		 status);
	/* Something behind a gateway may have done what the gateway gave up to wait for. */
	return status >= 500 ? POST_UNSURE : POST_FAILED;
}
