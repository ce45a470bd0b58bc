/* SPDX-License-Identifier: MIT */
#include "sim/caller.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "sim/link.h"
#include "sim/listen.h"
#include "sim/loop.h"

struct sim_caller {
	struct sim_run *run;
	struct sim_phone *phone;
	struct sim_link *link;
	struct sim_link *dcmp; /* NULL: it does not ask */
	struct sim_listener *listener;
	const char *state; /* path; NULL: nothing is kept */
	const char *source;
	size_t flow;	   /* that comes next */
	bool is_listening; /* for calls is all that is left to do */
	bool is_done;
	bool is_wanted;		/* somebody has asked for a call */
	const char *wanted_url; /* where; NULL: as ever */
	const char *url;	/* where the last call went */
	unsigned calls;
	int64_t wakes;	   /* when what is next is due; -1: it is under way */
	int64_t asks;	   /* DCMP, when */
	int64_t contacted; /* the last contact-me; -1: none */
};

static void advance(struct sim_caller *caller);

static struct sim_link_settings settings_of(const struct sim_caller *caller)
{
	const struct sim_phone *phone = caller->phone;

	return (struct sim_link_settings){
		.timeout_s = caller->run->options->timeout,
		.source = caller->source,
		.old_tls = caller->run->options->old_tls,
		.is_slow = caller->run->setup->kind.quirks & SIM_QUIRK(SLOW),
		.p12 = phone->is_secure ? phone->p12 : NULL,
		.server_ca = phone->server_ca,
	};
}

/* What phones were seen to stumble over. */
static void heard_check(struct sim_phone *phone, const struct sim_heard *heard)
{
	if (heard->is_chunked)
		sim_phone_complain(phone, "the answer is chunked");
	else if (heard->announced != heard->len)
		sim_phone_complain(phone, "Content-Length is not that of the answer");
	if (!heard->content_type || strncmp(heard->content_type, "text/xml", 8) != 0)
		sim_phone_complain(phone, "the answer is not text/xml but '%s'",
				   heard->content_type ? heard->content_type : "");
	if (heard->set_cookies > 1)
		sim_phone_complain(phone, "%u cookies came at once", heard->set_cookies);
}

/* Why there is no good answer, with room for the words; NULL: there is one. */
static const char *failure_of(const struct sim_heard *heard, char words[64])
{
	if (heard->error || heard->status == 200)
		return heard->error;
	snprintf(words, 64, "HTTP status %ld", heard->status);
	return words;
}

static void heard(void *arg, const struct sim_heard *heard)
{
	struct sim_caller *caller = arg;
	struct sim_phone *phone = caller->phone;
	char words[64];
	const char *failure = failure_of(heard, words);

	if (failure) {
		sim_phone_unheard(phone, failure);
	} else {
		heard_check(phone, heard);
		if (heard->set_cookie)
			sim_phone_set_cookie(phone, heard->set_cookie);
		sim_show_xml(&caller->run->show, phone, SIM_HEARS,
			     heard->body->data ? heard->body->data : "", heard->body->len);
		sim_phone_hear(phone, heard->body->data ? heard->body->data : "", heard->body->len);
	}
	advance(caller);
}

static void fetched(void *arg, const struct sim_heard *heard)
{
	struct sim_caller *caller = arg;
	char words[64];
	const char *failure = failure_of(heard, words);
	struct sim_fetched fetched = {
		.good = !failure,
		.head = heard->body->data ? heard->body->data : "",
		.head_len = heard->body->len,
		.len = (size_t)heard->len,
		.sha256 = heard->sha256,
		.words = failure,
	};

	if (!failure && heard->announced != heard->len) {
		fetched.good = false;
		fetched.words = "it was announced with another length";
	}
	sim_phone_fetched(caller->phone, &fetched);
	advance(caller);
}

static void say(struct sim_caller *caller)
{
	CLEANUP(mem_freep) void *mem = mem_root("say");
	struct sim_phone *phone = caller->phone;
	struct sim_link_settings settings = settings_of(caller);
	const char *url = caller->url ? caller->url : caller->run->setup->url;

	if (phone->is_secure)
		url = sim_setup_url(mem, caller->run->setup, NULL, phone->secure_port);
	if (phone->on_fresh_line)
		sim_link_close(caller->link);
	sim_show_xml(&caller->run->show, phone, SIM_SAYS, phone->said->data, phone->said->len);
	sim_link_ask(caller->link, &settings, url, phone->said, phone->cookie,
		     caller->run->setup->kind.quirks & SIM_QUIRK(CONNECTION_CLOSE), heard, caller);
}

static void fetch(struct sim_caller *caller)
{
	struct sim_link_settings settings = settings_of(caller);

	sim_link_close(caller->link);
	sim_link_ask(caller->link, &settings, caller->phone->fetch->url, NULL, NULL, false, fetched,
		     caller);
}

static void keep(struct sim_caller *caller)
{
	struct diag diag = {0};

	if (caller->state && sim_items_write(&caller->phone->items, caller->state, &diag) < 0)
		sim_phone_complain(caller->phone, "%s", diag.text);
}

/* Nothing is under way: the next flow, or a call that somebody asked for. */
static void rest(struct sim_caller *caller)
{
	const struct sim_setup *setup = caller->run->setup;

	sim_link_close(caller->link);
	keep(caller);
	if (caller->is_listening && caller->run->options->calls &&
	    caller->calls >= caller->run->options->calls) {
		caller->is_done = true;
	} else if (caller->is_listening || caller->flow == setup->flow_count) {
		caller->is_done = !caller->is_listening;
		if (caller->is_wanted && caller->is_listening) {
			caller->is_wanted = false;
			caller->url = caller->wanted_url;
			caller->calls++;
			sim_phone_call(caller->phone, SIM_FLOW_SOLICITED);
		}
	} else if (setup->flows[caller->flow] == SIM_FLOW_LISTEN) {
		caller->flow++;
		caller->is_listening = true;
		caller->asks = caller->dcmp ? clock_monotonic_ms() : -1;
		sim_show_event(&caller->run->show, caller->phone, SIM_DOES, "listens");
		rest(caller);
	} else {
		sim_phone_call(caller->phone, setup->flows[caller->flow++]);
	}
}

static void advance(struct sim_caller *caller)
{
	caller->wakes = -1;
	if (caller->phone->next == SIM_NEXT_REST)
		rest(caller);
	if (caller->phone->next != SIM_NEXT_REST)
		caller->wakes = clock_monotonic_ms() + caller->phone->delay_ms;
}

static bool contacted(void *arg, const char *host, unsigned port)
{
	struct sim_caller *caller = arg;
	struct sim_phone *phone = caller->phone;
	int64_t now = clock_monotonic_ms();
	int64_t since = caller->contacted < 0 ? -1 : now - caller->contacted;

	if (since >= 0 && since < 1000 && caller->run->setup->kind.quirks & SIM_QUIRK(FRAGILE)) {
		sim_phone_complain(phone,
				   "two contact-mes within a second: its web server is gone");
		sim_listener_close(caller->listener);
		return false;
	}
	if (since >= 0 && since < (int64_t)caller->run->options->contact_gap * 1000) {
		sim_show_event(&caller->run->show, phone, SIM_DOES, "ignores a contact-me");
		return true;
	}
	sim_show_event(&caller->run->show, phone, SIM_DOES, "is asked to call");
	caller->contacted = now;
	caller->is_wanted = true;
	caller->wanted_url =
		host || port ? sim_setup_url(phone, caller->run->setup, host, port) : NULL;
	if (caller->is_listening && phone->next == SIM_NEXT_REST && !caller->is_done)
		advance(caller);
	return true;
}

static void polled(void *arg, const struct sim_heard *heard)
{
	struct sim_caller *caller = arg;

	caller->asks = clock_monotonic_ms() + caller->run->options->dcmp_interval;
	if (heard->error)
		sim_phone_complain(caller->phone, "DCMP: %s", heard->error);
	if (heard->error || heard->status != 202)
		return;
	sim_show_event(&caller->run->show, caller->phone, SIM_DOES, "is asked to call by DCMP");
	caller->is_wanted = true;
	caller->wanted_url = NULL;
	if (caller->phone->next == SIM_NEXT_REST && !caller->is_done)
		advance(caller);
}

static void poll(struct sim_caller *caller)
{
	CLEANUP(mem_freep) void *mem = mem_root("poll");
	struct sim_link_settings settings = settings_of(caller);
	const char *base = caller->run->options->dcmp;
	size_t len = strlen(base);

	caller->asks = -1;
	while (len > 0 && base[len - 1] == '/')
		len--;
	settings.is_slow = false;
	sim_link_ask(
		caller->dcmp, &settings,
		mem_printf(mem, "%.*s/contact-me?device-id=%s", (int)len, base, caller->phone->mac),
		NULL, NULL, false, polled, caller);
}

int64_t sim_caller_due(const struct sim_caller *caller)
{
	int64_t due = sim_sooner(sim_link_due(caller->link), caller->wakes);

	if (caller->dcmp)
		due = sim_sooner(due, sim_sooner(sim_link_due(caller->dcmp), caller->asks));
	return due;
}

static bool is_due(int64_t due, int64_t now)
{
	return due >= 0 && due <= now;
}

void sim_caller_turn(struct sim_caller *caller)
{
	int64_t now = clock_monotonic_ms();

	if (is_due(sim_link_due(caller->link), now))
		sim_link_turn(caller->link);
	if (caller->dcmp && is_due(sim_link_due(caller->dcmp), now))
		sim_link_turn(caller->dcmp);
	if (caller->dcmp && is_due(caller->asks, now))
		poll(caller);
	if (!is_due(caller->wakes, now))
		return;
	caller->wakes = -1;
	if (caller->phone->next == SIM_NEXT_SAY)
		say(caller);
	else if (caller->phone->next == SIM_NEXT_FETCH)
		fetch(caller);
	else
		advance(caller);
}

void sim_caller_stop(struct sim_caller *caller)
{
	if (!caller->is_done && caller->phone->next != SIM_NEXT_REST)
		sim_phone_unheard(caller->phone, "interrupted");
	caller->is_done = true;
}

/* NULL when it is as it should be. */
static const char *why_not(const struct sim_caller *caller)
{
	const struct sim_phone *phone = caller->phone;
	const struct sim_items *expects = &caller->run->setup->expects;

	if (phone->why)
		return phone->why;
	if (phone->left_busy)
		return "it was in a call, and nobody has asked it since";
	for (size_t i = 0; i < expects->count; i++) {
		const struct sim_item *item = &expects->items[i];
		const char *value = sim_setup_value(caller->phone, item->value, phone);
		const struct sim_item *has = sim_items_find(&phone->items, item->name, item->index);

		if (!sim_phone_has(phone, item->name, item->index, value))
			return mem_printf(caller->phone, "%s is '%s'", item->name,
					  !has				   ? "not there"
					  : sim_name_is_secret(item->name) ? "another"
									   : has->value);
	}
	return NULL;
}

bool sim_caller_is_done(struct sim_caller *caller, struct sim_summary *summary)
{
	const char *why;

	if (!caller->is_done)
		return false;
	why = why_not(caller);
	sim_show_end(&caller->run->show, caller->phone, why);
	summary->configured += !why;
	summary->failed += why != NULL;
	summary->messages += caller->phone->messages;
	summary->written += caller->phone->written;
	summary->refused += caller->phone->refused;
	return true;
}

/* Where contact-me reaches it, and what it kept when it ran before. */
static int prepare(struct sim_caller *caller, uint64_t mac, struct diag *reterr)
{
	const struct sim_options *options = caller->run->options;
	struct sim_phone *phone = caller->phone;
	unsigned port = options->contact_port ? options->contact_port + phone->number : 0;
	int r;

	if (options->state) {
		caller->state = mem_printf(caller, "%s/%012" PRIX64 ".items", options->state, mac);
		r = access(caller->state, F_OK) == 0
			    ? sim_items_read(phone, &phone->items, caller->state, reterr)
			    : 0;
		if (r < 0)
			return r;
		sim_phone_wake(phone);
	}
	if (caller->run->setup->listens) {
		r = sim_listen(caller, caller->run->loop, port, contacted, caller,
			       &caller->listener, reterr);
		if (r < 0)
			return r;
		port = sim_listener_port(caller->listener);
		if (options->dcmp)
			caller->dcmp = sim_link_new(caller, caller->run->loop);
	}
	sim_items_set(phone, &phone->items, "contact-me-uri", SIM_NO_INDEX,
		      mem_printf(phone, "http://%s:%u/contact_dls.html/ContactDLS",
				 options->contact_address, port ? port : 8085));
	return 0;
}

int sim_caller_new(struct sim_run *run, unsigned number, struct sim_caller **ret,
		   struct diag *reterr)
{
	uint64_t mac = (run->setup->mac + number) & UINT64_C(0xffffffffffff);
	uint64_t seed = run->options->seed + mac;
	struct sim_caller *caller = mem_new(run->mem, struct sim_caller);
	int r;

	if (!run->options->seed)
		randombytes_buf(&seed, sizeof(seed));
	caller->run = run;
	caller->wakes = caller->asks = caller->contacted = -1;
	caller->phone = sim_phone_new(caller, &run->setup->kind, number, mac, seed);
	caller->link = sim_link_new(caller, run->loop);
	caller->source = sim_setup_source(caller, run->setup, number);
	r = prepare(caller, mac, reterr);
	if (r < 0)
		return r;
	advance(caller);
	*ret = caller;
	return 0;
}
