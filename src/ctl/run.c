/* SPDX-License-Identifier: MIT */
#include "ctl/run.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ctl/show.h"

void ctl_run_print(const struct buf *buf, bool line)
{
	fwrite(buf->data, 1, buf->len, stdout);
	if (line && buf->len && buf->data[buf->len - 1] != '\n')
		putchar('\n');
}

/* What is wrong with each line of a file. */
static void complain_lines(const char *program, const json_t *errors)
{
	const json_t *error;
	size_t i;

	json_array_foreach(errors, i, error)
	{
		const char *text;
		json_int_t line;

		if (json_unpack((json_t *)error, "{s:I, s:s}", "line", &line, "text", &text) == 0)
			ctl_complain(CTL_REFUSED, program, "line %lld: %s", (long long)line, text);
	}
}

/* Of an answer that says nothing itself, as those over XML-RPC do. */
static const char *status_hint(long status)
{
	switch (status) {
	case 401:
		return ": name or password are wrong, or it takes no password without TLS";
	case 403:
		return ": this account may not do that";
	case 404:
		return ": it has no XML-RPC there";
	case 429:
		return ": too many wrong passwords; wait a while";
	default:
		return "";
	}
}

int ctl_run_check(const char *program, const struct ctl_answer *answer)
{
	CLEANUP(json_decrefp) json_t *json = NULL;
	const char *reason = NULL;
	const char *text = NULL;
	const char *request = "";

	if (answer->status >= 200 && answer->status < 300)
		return CTL_DONE;
	json = json_loadb(answer->body->data, answer->body->len, 0, NULL);
	if (json_unpack(json, "{s:{s:s, s:s, s?s}}", "error", "reason", &reason, "text", &text,
			"request", &request) < 0)
		return ctl_complain(CTL_REFUSED, program,
				    "the server answered with HTTP status %ld%s", answer->status,
				    status_hint(answer->status));
	complain_lines(program, json_object_get(json, "errors"));
	ctl_complain(CTL_REFUSED, program, "%s (%s%s%s)", text, reason,
		     *request ? ", request " : "", request);
	if (answer->status == 404 && strcmp(reason, "no_route") != 0)
		return CTL_NOT_FOUND;
	return CTL_REFUSED;
}

int ctl_run_send(void *mem, const struct ctl_run *run, const struct ctl_request *request,
		 struct ctl_answer *ret)
{
	struct diag diag = {0};
	int r = ctl_connection_send(mem, run->connection, request, ret, &diag);

	if (r < 0)
		return ctl_complain(CTL_UNREACHABLE, run->program, "%s", diag_text(&diag, r));
	ctl_show_use_zone(ret->zone);
	r = ctl_run_check(run->program, ret);
	if (r == CTL_REFUSED && ret->status == 404 && strstr(request->path, "%2F"))
		return ctl_complain(CTL_NOT_FOUND, run->program, "there are no names with a slash");
	return r;
}

/* What was done all the same; for people only, and so not in what is printed. */
static void tell_warnings(const char *program, json_t *json)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(json, "warnings"), i, warning)
	{
		if (json_is_string(warning))
			ctl_complain(CTL_DONE, program, "warning: %s", json_string_value(warning));
	}
	json_object_del(json, "warnings");
}

int ctl_run_object(void *mem, const struct ctl_run *run)
{
	CLEANUP(json_decrefp) json_t *json = NULL;
	struct ctl_answer answer;
	struct buf *out = buf_new(mem);
	int code = ctl_run_send(mem, run, &run->request, &answer);

	if (code != CTL_DONE || answer.body->len == 0)
		return code;
	json = json_loadb(answer.body->data, answer.body->len, 0, NULL);
	if (!json_is_object(json))
		return ctl_complain(CTL_UNREACHABLE, run->program,
				    "the answer is not a JSON object");
	tell_warnings(run->program, json);
	if (run->line->options.json) {
		ctl_run_print(answer.body, true);
		return CTL_DONE;
	}
	ctl_show_object(mem, json, out);
	ctl_run_print(out, true);
	return CTL_DONE;
}

int ctl_run_document(void *mem, const struct ctl_run *run)
{
	struct ctl_answer answer;
	int code;

	if (!run->line->options.json)
		ctl_connection_print(run->connection, stdout);
	code = ctl_run_send(mem, run, &run->request, &answer);
	if (code != CTL_DONE)
		return code;
	ctl_run_print(answer.body, run->line->options.json != NULL);
	for (size_t i = 0; i < answer.note_count; i++)
		ctl_complain(CTL_DONE, run->program, "note: %s", answer.notes[i]);
	return CTL_DONE;
}
