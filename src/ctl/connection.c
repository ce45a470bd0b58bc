/* SPDX-License-Identifier: MIT */
#include "ctl/connection.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "ctl/progress.h"

enum {
	CONNECT_SECONDS_MAX = 15,
	/* a list of thousands of MACs takes the server a while before its first byte */
	SILENT_SECONDS_MAX = 180,
};

struct ctl_connection {
	CURL *curl;
	struct ctl_target target;
	char error[CURL_ERROR_SIZE];
	struct ctl_progress progress;
	FILE *out;	  /* a good answer's body goes there; NULL: into the answer */
	struct buf *body; /* of the answer that is coming */
};

static int connection_close(struct ctl_connection *connection)
{
	curl_easy_cleanup(connection->curl);
	return 0;
}

static size_t receive(char *data, size_t size, size_t count, void *arg)
{
	struct ctl_connection *connection = arg;
	long status = 0;

	if (connection->out)
		curl_easy_getinfo(connection->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return fwrite(data, 1, size * count, connection->out);
	buf_add(connection->body, data, size * count);
	return size * count;
}

void ctl_connection_print(struct ctl_connection *connection, FILE *out)
{
	connection->out = out;
}

struct ctl_connection *ctl_connection_open(void *mem, const struct ctl_target *target)
{
	struct ctl_connection *connection = mem_new(mem, struct ctl_connection);

	connection->target = *target;
	connection->curl = curl_easy_init();
	talloc_set_destructor(connection, connection_close);
	return connection;
}

static void set_credentials(CURL *curl, const struct ctl_target *target, long auth)
{
	if (!target->user)
		return;
	curl_easy_setopt(curl, CURLOPT_HTTPAUTH, auth);
	curl_easy_setopt(curl, CURLOPT_USERNAME, target->user);
	curl_easy_setopt(curl, CURLOPT_PASSWORD, secret_reveal(target->password));
}

static void set_target(CURL *curl, const struct ctl_target *target)
{
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS_MAX);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SILENT_SECONDS_MAX);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "gigaprovctl");
	/* names may be "..": the server shall see what was typed */
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	if (target->socket)
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, target->socket);
	if (target->cacert)
		curl_easy_setopt(curl, CURLOPT_CAINFO, target->cacert);
	if (target->insecure) {
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

static struct curl_slist *set_request(void *mem, CURL *curl, const struct ctl_target *target,
				      const struct ctl_request *request)
{
	struct curl_slist *headers = NULL;

	curl_easy_setopt(curl, CURLOPT_URL, mem_printf(mem, "%s%s", target->base, request->path));
	headers = curl_slist_append(headers, mem_printf(mem, "Accept: %s", request->accept));
	/* no pause to ask whether the body is welcome */
	headers = curl_slist_append(headers, "Expect:");
	if (request->content_type) {
		headers = curl_slist_append(
			headers, mem_printf(mem, "Content-Type: %s", request->content_type));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	return headers;
}

static int unreachable(struct ctl_connection *connection, CURLcode code, struct diag *reterr)
{
	const struct ctl_target *target = &connection->target;
	const char *why = connection->error[0] ? connection->error : curl_easy_strerror(code);
	long number = 0;

	curl_easy_getinfo(connection->curl, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_COULDNT_CONNECT && number)
		why = strerror((int)number);
	if (target->socket)
		return diag_set(reterr, -ECONNREFUSED, "cannot reach gigaprovd at %s: %s",
				target->socket, why);
	return diag_set(reterr, -ECONNREFUSED, "cannot reach %s: %s", target->base, why);
}

static void read_notes(void *mem, CURL *curl, struct ctl_answer *answer)
{
	struct curl_header *header;

	answer->zone = NULL;
	if (curl_easy_header(curl, "X-Timezone", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
		answer->zone = mem_strdup(mem, header->value);
	answer->notes = NULL;
	answer->note_count = 0;
	while (curl_easy_header(curl, "X-Document-Note", answer->note_count, CURLH_HEADER, -1,
				&header) == CURLHE_OK)
		*mem_push(mem, &answer->notes, &answer->note_count) =
			mem_strdup(mem, header->value);
}

static int perform(void *mem, struct ctl_connection *connection, struct ctl_answer *answer,
		   struct diag *reterr)
{
	CURLcode code;

	answer->body = buf_new(mem);
	connection->body = answer->body;
	curl_easy_setopt(connection->curl, CURLOPT_WRITEDATA, connection);
	connection->error[0] = '\0';
	code = curl_easy_perform(connection->curl);
	ctl_progress_end(&connection->progress);
	if (code != CURLE_OK)
		return unreachable(connection, code, reterr);
	curl_easy_getinfo(connection->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	read_notes(mem, connection->curl, answer);
	return 0;
}

int ctl_connection_send(void *mem, struct ctl_connection *connection,
			const struct ctl_request *request, struct ctl_answer *ret,
			struct diag *reterr)
{
	const struct ctl_target *target = &connection->target;
	CURL *curl = connection->curl;
	struct curl_slist *headers;
	long offered = 0;
	int r;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, connection->error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
	set_target(curl, target);
	headers = set_request(mem, curl, target, request);
	ctl_progress_begin(&connection->progress, curl, request->body_len);
	/* not CURLAUTH_ANY: a Kerberos ticket or an NTLM hash is nothing for this server */
	set_credentials(curl, target,
			target->preemptive ? CURLAUTH_BASIC
					   : (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST));
	r = perform(mem, connection, ret, reterr);
	if (r >= 0 && ret->status == 401 && target->preemptive) {
		curl_easy_getinfo(curl, CURLINFO_HTTPAUTH_AVAIL, &offered);
		if (offered & (long)CURLAUTH_DIGEST) {
			set_credentials(curl, target, CURLAUTH_DIGEST);
			r = perform(mem, connection, ret, reterr);
		}
	}
	curl_slist_free_all(headers);
	return r;
}
