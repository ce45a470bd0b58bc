/* SPDX-License-Identifier: MIT */
#include "ctl/eval.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "ctl/program.h"
#include "eval_answer.h"

enum { LINE_MAX_BYTES = 1 << 20 };

static const struct ask {
	const char *name;
	int (*answer)(const struct question *q, json_t *answer, struct diag *reterr);
} asks[] = {
#define ASK(name, what) {#name, ask_##name},
#include "ctl/asks.def"
#undef ASK
};

static int ask_unknown(void *mem, const char *word, struct diag *reterr)
{
	struct nearest nearest = {.word = word};
	struct buf *names = buf_new(mem);

	for (size_t i = 0; i < COUNT_OF(asks); i++) {
		nearest_offer(&nearest, asks[i].name);
		buf_printf(names, "%s%s", i ? ", " : "", asks[i].name);
	}
	if (nearest.best)
		return diag_set(reterr, -E_VALUE,
				"ask: there is no such question; did you mean %s?", nearest.best);
	return diag_set(reterr, -E_VALUE, "ask: expected one of %s", names->data);
}

static int answer_to(void *mem, const struct buf *line, json_t *answer, struct diag *reterr)
{
	CLEANUP(json_decrefp) json_t *json = NULL;
	json_error_t error;
	const char *word;
	struct question q;
	int r;

	if (line->len > LINE_MAX_BYTES)
		return diag_set(reterr, -E_VALUE, "the line has more than 1 MiB");
	json = json_loadb(line->data, line->len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return diag_set(reterr, -E_VALUE, "not JSON: %s", error.text);
	if (!json_is_object(json))
		return diag_set(reterr, -E_VALUE, "expected a JSON object");
	q = (struct question){.mem = mem, .json = json};
	r = question_check(&q, reterr);
	if (r == 0)
		r = question_text(&q, "ask", NULL, &word, reterr);
	if (r < 0)
		return r;
	for (size_t i = 0; i < COUNT_OF(asks); i++)
		if (strcmp(asks[i].name, word) == 0)
			return asks[i].answer(&q, answer, reterr);
	return ask_unknown(mem, word, reterr);
}

/* False at the end.  Of a line that is too long the rest is passed over. */
static bool line_read(FILE *in, struct buf *line)
{
	int c;

	buf_cut(line, 0);
	while ((c = getc(in)) != EOF && c != '\n')
		if (line->len <= LINE_MAX_BYTES)
			buf_addc(line, (char)c);
	return c != EOF || line->len > 0;
}

static void line_answer(const struct buf *line, unsigned long number, FILE *out)
{
	CLEANUP(mem_freep) void *mem = mem_root("schedule eval");
	CLEANUP(json_decrefp) json_t *answer = json_object();
	struct diag diag = {0};
	int r = answer_to(mem, line, answer, &diag);

	if (r < 0) {
		json_object_clear(answer);
		json_object_set_new(answer, "error", json_string(diag_text(&diag, r)));
		json_object_set_new(answer, "line", json_integer((json_int_t)number));
	}
	json_dumpf(answer, out, JSON_COMPACT);
	putc('\n', out);
	fflush(out);
}

int ctl_eval(void *mem, FILE *in, FILE *out)
{
	struct buf *line = buf_new(mem);

	for (unsigned long number = 1; line_read(in, line); number++)
		if (line->data[strspn(line->data, " \t\r")] || memchr(line->data, '\0', line->len))
			line_answer(line, number, out);
	if (ferror(in))
		return ctl_complain(CTL_USAGE, "gigaprovctl", "standard input cannot be read: %m");
	return CTL_DONE;
}
