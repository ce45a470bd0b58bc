/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ctl/file.h"
#include "ctl/rpc.h"
#include "ctl/run.h"

static int call_build(void *mem, const struct ctl_line *line, struct buf *out, struct diag *reterr)
{
	const struct ctl_value *file = ctl_line_value(line, "file");
	const char **words = mem_array(mem, const char *, line->count + 1);
	size_t count = 0;

	if (file)
		return ctl_file_read(out, file->text, reterr);
	for (size_t i = 0; i < line->count; i++)
		if (line->values[i].arg->type == CTL_WORDS)
			words[count++] = line->values[i].text;
	return ctl_rpc_call(out, ctl_line_value(line, "method")->text, words, count, reterr);
}

static void print_value(void *mem, const json_t *value, bool json)
{
	struct buf *out = buf_new(mem);
	char *text;

	if (!json) {
		ctl_rpc_show(value, out);
		ctl_run_print(out, false);
		return;
	}
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	puts(text ? text : "null");
	free(text);
}

int ctl_run_rpc_answer(void *mem, const char *program, const struct ctl_answer *answer,
		       const struct ctl_options *options, bool xml)
{
	struct ctl_rpc_answer parsed;
	struct diag diag = {0};
	int code;
	int r;

	code = ctl_run_check(program, answer);
	if (code != CTL_DONE)
		return code;
	r = ctl_rpc_parse(mem, answer->body->data, answer->body->len, &parsed, &diag);
	if (xml)
		ctl_run_print(answer->body, true);
	if (r < 0)
		return ctl_complain(CTL_UNREACHABLE, program, "%s", diag_text(&diag, r));
	if (parsed.words)
		return ctl_complain(CTL_REFUSED, program, "%s (fault %d)", parsed.words,
				    parsed.fault);
	if (!xml)
		print_value(mem, parsed.value, options->json != NULL);
	code = ctl_rpc_is_refusal(parsed.value) ? CTL_REFUSED : CTL_DONE;
	ctl_rpc_answer_done(&parsed);
	return code;
}

int ctl_run_rpc(void *mem, struct ctl_run *run)
{
	struct buf *call = buf_new(mem);
	struct ctl_answer answer;
	struct diag diag = {0};
	int r;

	r = call_build(mem, run->line, call, &diag);
	if (r < 0)
		return ctl_complain(CTL_USAGE, run->program, "%s", diag_text(&diag, r));
	run->request.content_type = "text/xml";
	run->request.body = call->data;
	run->request.body_len = call->len;
	r = ctl_connection_send(mem, run->connection, &run->request, &answer, &diag);
	if (r < 0)
		return ctl_complain(CTL_UNREACHABLE, run->program, "%s", diag_text(&diag, r));
	return ctl_run_rpc_answer(mem, run->program, &answer, &run->line->options,
				  ctl_line_value(run->line, "xml") != NULL);
}
