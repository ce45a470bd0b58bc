/* SPDX-License-Identifier: MIT */
#include "fleet/explain.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/zone.h"
#include "config/config.h"
#include "fleet/admission.h"
#include "store/mac.h"

static const struct advice {
	int reason;
	const char *text;
} advices[] = {
#define ADVICE(reason, text) {reason, text},
#include "fleet/advice.def"
#undef ADVICE
};

static const char *const outcomes[] = {
	[EXPLAIN_OK] = "ok",
	[EXPLAIN_NOTE] = "note",
	[EXPLAIN_HELD] = "held",
	[EXPLAIN_REFUSED] = "refused",
};

static const char *const proofs[] = {
	[EXPLAIN_PROOF_GOOD] = "good",	 [EXPLAIN_PROOF_NONE] = "none",
	[EXPLAIN_PROOF_WRONG] = "wrong", [EXPLAIN_PROOF_STALE] = "stale",
	[EXPLAIN_PROOF_OTHER] = "other", [EXPLAIN_PROOF_GARBLED] = "garbled",
};

int explain_proof_parse(const char *s)
{
	for (size_t i = 0; i < COUNT_OF(proofs); i++)
		if (strcmp(proofs[i], s) == 0)
			return (int)i;
	return -1;
}

json_t *explain_time(int64_t at)
{
	return at ? json_integer(at) : json_null();
}

json_t *explain_text(const char *s)
{
	CLEANUP(mem_freep) char *copy = NULL;
	size_t at = 0;

	if (!s)
		return json_null();
	copy = mem_strdup(NULL, s);
	for (char *rest = copy; text_check(rest, strlen(rest), &at) < 0; rest += at + 1)
		rest[at] = '?';
	return json_string(copy);
}

const char *explain_when(struct explain *explain, int64_t at)
{
	return zone_tell(explain->mem, explain->config->daemon.timezone, at);
}

/* What to do, with the MAC filled in where it is known. */
static json_t *todo_json(struct explain *explain, int reason)
{
	struct buf *out = buf_new(explain->mem);
	char mac[MAC_LEN + 1] = "MAC";
	const char *rest = NULL;
	const char *place;

	for (size_t i = 0; i < COUNT_OF(advices); i++)
		if (advices[i].reason == -reason)
			rest = advices[i].text;
	if (!reason || !rest)
		return json_null();
	if (explain->mac >= 0)
		mac_format(explain->mac, mac);
	while ((place = strstr(rest, "{mac}")) != NULL) {
		buf_add(out, rest, (size_t)(place - rest));
		buf_adds(out, mac);
		rest = place + strlen("{mac}");
	}
	buf_adds(out, rest);
	return json_string(out->data);
}

static void say(struct explain *explain, const char *step, enum explain_outcome outcome, int reason,
		json_t *details_steal, const char *words)
{
	json_t *json =
		json_pack("{s:s, s:s, s:o, s:o, s:o}", "step", step, "outcome", outcomes[outcome],
			  "reason", reason ? json_string(error_name(reason)) : json_null(), "words",
			  explain_text(words), "todo",
			  strcmp(step, "answer") == 0 ? json_null() : todo_json(explain, reason));

	if (details_steal) {
		json_object_update(json, details_steal);
		json_decref(details_steal);
	}
	json_array_append_new(explain->steps, json);
}

void explain_say(struct explain *explain, const char *step, enum explain_outcome outcome,
		 int reason, json_t *details_steal, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(explain, step, outcome, reason, details_steal, mem_vprintf(explain->mem, format, args));
	va_end(args);
}

void explain_refuse(struct explain *explain, const char *step, int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(explain, step, EXPLAIN_REFUSED, r, NULL, mem_vprintf(explain->mem, format, args));
	va_end(args);
	if (explain->reason)
		return;
	explain->reason = r;
	explain->face = r;
}

void explain_deny(struct explain *explain, int r, bool is_open)
{
	explain->reason = r;
	explain->face = admission_is_denial(r) ? admission_face(is_open) : r;
}

/* What the phone's proof would come to; `can_prove`: there is something to prove itself by. */
int explain_proof_of(struct explain *explain, bool is_open, bool can_prove)
{
	static const int results[] = {
		[EXPLAIN_PROOF_GOOD] = 0,
		[EXPLAIN_PROOF_NONE] = -E_SECRET_MISSING,
		[EXPLAIN_PROOF_WRONG] = -E_SECRET_WRONG,
		[EXPLAIN_PROOF_STALE] = -E_NONCE_STALE,
		[EXPLAIN_PROOF_OTHER] = -E_UNAUTHORIZED,
		[EXPLAIN_PROOF_GARBLED] = -E_BAD_REQUEST,
	};
	int r = results[explain->proof];

	if (is_open)
		return 0;
	return r == 0 && !can_prove ? -E_SECRET_WRONG : r;
}
