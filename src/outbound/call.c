/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <sodium.h>
#include <string.h>

#include "autoprov.h"
#include "backoff.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "health.h"
#include "post.h"
#include "redirect/url.h"
#include "store/mac.h"

enum { PASSWORD_MAX = 64 };

static bool registers(const struct call *call)
{
	return strcmp(call->row.action, "register") == 0;
}

/* Whether what is there is known to have come from here. */
static bool is_known(const char *state)
{
	return state && (strcmp(state, "registered") == 0 || strcmp(state, "confirmed") == 0);
}

static void section_copy(void *mem, struct config_upstream *to, const struct config_upstream *from)
{
	*to = *from;
	to->name = mem_strdup(mem, from->name);
	to->url = mem_strdup(mem, from->url);
	to->user = mem_strdup(mem, from->user);
	to->password_file = mem_strdup(mem, from->password_file);
	to->tls_ca = from->tls_ca ? mem_strdup(mem, from->tls_ca) : NULL;
	to->provider = NULL;
	to->providers = (struct config_words){0};
}

static const char *copy(void *mem, const char *s)
{
	return s ? mem_strdup(mem, s) : NULL;
}

struct call *call_new(const struct config_upstream *section, const struct outbox *row)
{
	struct call *call = mem_new(NULL, struct call);

	section_copy(call, &call->section, section);
	call->row = *row;
	call->row.upstream = call->section.name;
	call->row.action = copy(call, row->action);
	call->row.mac_id = copy(call, row->mac_id);
	call->row.url = copy(call, row->url);
	call->row.provider = copy(call, row->provider);
	call->row.error = NULL;
	call->row.state = NULL;
	call->step =
		row->unsure || (!registers(call) && !is_known(row->state)) ? CALL_CHECK : CALL_SEND;
	call->digest = health_digest(section->name);
	call->begun_at_ms = clock_monotonic_ms();
	call->result.end = UPSTREAM_AGAIN;
	return call;
}

void call_free(struct call *call)
{
	mem_free(call);
}

bool call_has_ended(const struct call *call)
{
	return call->result.answer != NULL;
}

/* A person reads it, perhaps in a list of thousands: no secrets, not too long. */
static const char *words_of(struct call *call, const char *text)
{
	char *words = url_redact(call, text);

	if (strlen(words) > 200)
		words[200] = '\0';
	for (char *c = words; text_check(c, strlen(c), NULL) < 0 && *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	return words;
}

static void end(struct call *call, enum upstream_end how, const char *answer)
{
	char mac[MAC_LEN + 1];

	call->result.end = how;
	call->result.answer = words_of(call, answer);
	health_good(&call->section);
	if (how != UPSTREAM_REFUSED)
		return;
	counter_add(M_OUTBOUND_REFUSED, 1);
	mac_format(call->row.mac, mac);
	log_warn("upstream refuses", LOG_S("mac", mac), LOG_S("upstream", call->section.name),
		 LOG_S("action", call->row.action), LOG_S("answer", call->result.answer));
}

static void end_failed(struct call *call, bool unsure, bool is_denied, const char *words)
{
	int64_t wait = backoff_ms(call->row.attempts + 1, call->section.retry_seconds,
				  call->section.retry_max_seconds, randombytes_random());

	call->result.end = UPSTREAM_AGAIN;
	call->result.answer = words_of(call, words);
	call->result.next_at = clock_now() + (wait + 999) / 1000;
	/* A question changes nothing there. */
	call->result.unsure = call->step == CALL_CHECK	? call->row.unsure
			      : call->step == CALL_SEND ? unsure
							: true;
	counter_add(M_OUTBOUND_FAILED, 1);
	health_bad(&call->section, call->begun_at_ms, is_denied, call->result.answer);
}

static int write_call(struct call *call, struct diag *reterr)
{
	char mac[MAC_LEN + 1];
	const char *params[3] = {mac, call->row.url, call->row.provider};

	call->out = buf_new(call);
	mac_format(call->row.mac, mac);
	if (call->step != CALL_SEND)
		return autoprov_call(call->out, "autoprov.checkDevice", params, 1, reterr);
	if (!registers(call))
		return autoprov_call(call->out, "autoprov.deregisterDevice", params, 1, reterr);
	if (call->row.mac_id)
		params[0] = mem_printf(call, "%s-%s", mac, call->row.mac_id);
	return autoprov_call(call->out, "autoprov.registerDevice", params, 3, reterr);
}

void call_begin(struct call *call, CURLM *multi)
{
	struct diag diag = {0};
	int r = write_call(call, &diag);

	if (r == 0)
		r = post_new(call, &call->section, call->digest, call->out, &call->post, &diag);
	if (r < 0) {
		end_failed(call, false, false, diag_text(&diag, r));
		return;
	}
	counter_add(M_OUTBOUND, 1);
	curl_easy_setopt(call->post->easy, CURLOPT_PRIVATE, call);
	curl_multi_add_handle(multi, call->post->easy);
}

static void go_on(struct call *call, CURLM *multi, enum call_step step)
{
	call->step = step;
	call_begin(call, multi);
}

/* registerDevice was answered well. */
static void registered(struct call *call, const struct autoprov_answer *answer)
{
	const char *password = autoprov_password(answer);

	if (password && text_check_line(password, PASSWORD_MAX) == 0)
		call->result.secret = secret_new(call, password);
	end(call, UPSTREAM_REGISTERED, "OK");
}

static void checked(struct call *call, CURLM *multi, const struct autoprov_answer *answer)
{
	bool ours = autoprov_is_ours(answer, call->row.url, call->row.provider);

	if (registers(call) && ours)
		end(call, UPSTREAM_REGISTERED, "OK, found there");
	else if (registers(call) || ours)
		go_on(call, multi, CALL_SEND);
	else if (answer->good)
		end(call, UPSTREAM_GONE, "what is there has another URL or name, and stays");
	else
		end(call, autoprov_is(answer, "mac_not_found") ? UPSTREAM_GONE : UPSTREAM_REFUSED,
		    answer->texts[0]);
}

static void sent(struct call *call, CURLM *multi, const struct autoprov_answer *answer)
{
	if (registers(call) && answer->good) {
		registered(call, answer);
	} else if (answer->good || (!registers(call) && autoprov_is(answer, "mac_not_found"))) {
		end(call, UPSTREAM_GONE, answer->texts[0]);
	} else if (registers(call) && autoprov_is(answer, "mac_already_in_use")) {
		call->refusal = words_of(call, answer->texts[0]);
		go_on(call, multi, CALL_VERIFY);
	} else {
		end(call, UPSTREAM_REFUSED, answer->texts[0]);
	}
}

static void answered(struct call *call, CURLM *multi)
{
	struct autoprov_answer answer;
	struct diag diag = {0};
	int r = autoprov_parse(call, call->post->in->len ? call->post->in->data : "",
			       call->post->in->len, &answer, &diag);

	if (r < 0) {
		end_failed(call, true, false, diag_text(&diag, r));
		return;
	}
	if (answer.is_fault) {
		end_failed(call, false, false, answer.texts[0]);
		return;
	}
	if (call->step == CALL_CHECK)
		checked(call, multi, &answer);
	else if (call->step == CALL_SEND)
		sent(call, multi, &answer);
	else if (autoprov_is_ours(&answer, call->row.url, call->row.provider))
		end(call, UPSTREAM_REGISTERED, "OK, found there");
	else
		end(call, UPSTREAM_REFUSED, call->refusal);
}

void call_advance(struct call *call, CURLM *multi, CURLcode code)
{
	struct post *post = call->post;
	struct diag words = {0};
	enum post_end how = post_end(post, code, &words);

	curl_multi_remove_handle(multi, post->easy);
	if (how == POST_DIGEST && !call->digest) {
		call->digest = true;
		call_begin(call, multi);
	} else if (how == POST_ANSWERED) {
		if (call->digest)
			health_set_digest(call->section.name);
		answered(call, multi);
	} else {
		end_failed(call, how == POST_UNSURE, how == POST_DENIED || how == POST_DIGEST,
			   words.text);
	}
	mem_free(post);
}
