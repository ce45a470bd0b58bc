/* SPDX-License-Identifier: MIT */
#include "ctl/ap_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "ctl/help.h"
#include "ctl/rpc.h"
#include "ctl/run.h"

static const char program[] = "ap-client";

enum { WORDS_MIN = 4 };

static bool begins(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

static int host_parse(void *mem, const char *host, struct ap_client_call *call, struct diag *reterr)
{
	const char *authority;
	size_t len;

	if (!strstr(host, "://"))
		host = mem_printf(mem, "%s://%s", call->options.https ? "https" : "http", host);
	if (!begins(host, "http://") && !begins(host, "https://"))
		return diag_set(reterr, -EINVAL, "HOST is [http[s]://]HOST[:PORT]");
	authority = strstr(host, "://") + strlen("://");
	len = strcspn(authority, "/?#");
	if (len == 0 || memchr(authority, '@', len))
		return diag_set(reterr, -EINVAL, "HOST is [http[s]://]HOST[:PORT]");
	call->target.base = mem_strndup(mem, host, (size_t)(authority - host) + len);
	call->path = authority[len] && strcmp(authority + len, "/") != 0 ? authority + len
									 : "/apxml/rpc.do";
	return 0;
}

/* The manufacturer's page shows `s:URL, s:Provider-Name`; people copy it with the comma. */
static const char *without_comma(void *mem, const char *word, bool last)
{
	size_t len = strlen(word);

	if (last || len == 0 || word[len - 1] != ',' ||
	    (!begins(word, "s:http://") && !begins(word, "s:https://")))
		return word;
	return mem_strndup(mem, word, len - 1);
}

static int options_parse(int argc, struct ctl_words *words, struct ctl_options *options,
			 struct diag *reterr)
{
	while (words->at < argc && words->words[words->at][0] == '-') {
		int r;

		if (strcmp(words->words[words->at], "--") == 0) {
			words->at++;
			return 0;
		}
		r = ctl_option_take(CTL_PROGRAM_CLIENT, words, options, reterr);
		if (r == 0)
			return diag_set(reterr, -EINVAL, "unknown option %s",
					words->words[words->at]);
		if (r < 0)
			return r;
	}
	return 0;
}

int ap_client_parse(void *mem, int argc, char **argv, struct ap_client_call *ret,
		    struct diag *reterr)
{
	struct ap_client_call call = {.target.preemptive = true};
	struct ctl_words words = {.words = argv, .at = 1};
	int r;

	r = options_parse(argc, &words, &call.options, reterr);
	if (r < 0)
		return r;
	if (call.options.help) {
		*ret = call;
		return 0;
	}
	argv += words.at;
	argc -= words.at;
	if (argc < WORDS_MIN)
		return diag_set(reterr, -EINVAL,
				"AUTH-NAME, AUTH-PASS, HOST and METHOD are needed");
	call.target.user = argv[0];
	call.target.password = secret_new(mem, argv[1]);
	explicit_bzero(argv[1], strlen(argv[1]));
	call.target.cacert = call.options.cacert;
	call.target.insecure = call.options.insecure != NULL;
	call.method = argv[3];
	call.count = (size_t)(argc - WORDS_MIN);
	call.words = mem_array(mem, const char *, call.count + 1);
	for (size_t i = 0; i < call.count; i++)
		call.words[i] = without_comma(mem, argv[WORDS_MIN + i], i + 1 == call.count);
	r = host_parse(mem, argv[2], &call, reterr);
	*ret = call;
	return r;
}

static int call_send(void *mem, const struct ap_client_call *call, const struct buf *body)
{
	struct ctl_connection *connection = ctl_connection_open(mem, &call->target);
	struct ctl_request request = {.method = "POST",
				      .path = call->path,
				      .accept = "text/xml",
				      .content_type = "text/xml",
				      .body = body->data,
				      .body_len = body->len};
	struct ctl_answer answer;
	struct diag diag = {0};
	int r;

	r = ctl_connection_send(mem, connection, &request, &answer, &diag);
	if (r < 0)
		return ctl_complain(CTL_UNREACHABLE, program, "%s", diag_text(&diag, r));
	return ctl_run_rpc_answer(mem, program, &answer, &call->options, call->options.xml != NULL);
}

int ap_client_main(void *mem, int argc, char **argv)
{
	struct ap_client_call call;
	struct buf *out = buf_new(mem);
	struct diag diag = {0};
	int r;

	r = ap_client_parse(mem, argc, argv, &call, &diag);
	if (r >= 0 && call.options.help) {
		ctl_help_client(out);
		ctl_run_print(out, false);
		return CTL_DONE;
	}
	if (r >= 0)
		r = ctl_rpc_call(out, call.method, call.words, call.count, &diag);
	if (r >= 0)
		return call_send(mem, &call, out);
	ctl_complain(CTL_USAGE, program, "%s", diag_text(&diag, r));
	fprintf(stderr, "Try '%s --help'.\n", program);
	return CTL_USAGE;
}
