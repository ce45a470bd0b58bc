/* SPDX-License-Identifier: MIT */
/* An explanation: a line for each step, what to do about it below. */
#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ctl/run.h"
#include "ctl/table.h"

static const char *text_of(void *mem, const json_t *step, const char *name)
{
	const char *text = json_string_value(json_object_get(step, name));
	char *copy = mem_strdup(mem, text ? text : "");

	ctl_defuse(copy);
	return copy;
}

static void step_print(void *mem, const json_t *step, struct buf *out)
{
	const char *reason = text_of(mem, step, "reason");
	const char *todo = text_of(mem, step, "todo");

	buf_printf(out, "%-8s %-14s %s", text_of(mem, step, "outcome"), text_of(mem, step, "step"),
		   text_of(mem, step, "words"));
	if (*reason)
		buf_printf(out, " (%s)", reason);
	buf_addc(out, '\n');
	if (*todo)
		buf_printf(out, "%-23s -> %s\n", "", todo);
}

int ctl_run_steps(void *mem, const struct ctl_run *run)
{
	CLEANUP(json_decrefp) json_t *json = NULL;
	struct ctl_answer answer;
	struct buf *out = buf_new(mem);
	const json_t *steps;
	int code = ctl_run_send(mem, run, &run->request, &answer);

	if (code != CTL_DONE)
		return code;
	json = json_loadb(answer.body->data, answer.body->len, 0, NULL);
	steps = json_object_get(json, "steps");
	if (!json_is_array(steps))
		return ctl_complain(CTL_UNREACHABLE, run->program, "the answer has no steps in it");
	if (run->line->options.json) {
		ctl_run_print(answer.body, true);
		return CTL_DONE;
	}
	for (size_t i = 0; i < json_array_size(steps); i++)
		step_print(mem, json_array_get(steps, i), out);
	ctl_run_print(out, true);
	return CTL_DONE;
}
