/* SPDX-License-Identifier: MIT */
/* What is asked of a phone, and what becomes of it before there is a document. */
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/net.h"
#include "config/config.h"
#include "fleet/admission.h"
#include "fleet/explain.h"
#include "fleet/redirection.h"
#include "redirect/url.h"
#include "render/format.h"
#include "store/activation.h"
#include "store/device.h"
#include "store/registration.h"

static const char *const kinds[] = {
	[CREDENTIAL_SECRET] = "secret",
	[CREDENTIAL_USER] = "user",
	[CREDENTIAL_URL] = "url",
};

static const char *const kind_words[] = {
	[CREDENTIAL_SECRET] = "its MAC with the device's secret",
	[CREDENTIAL_USER] = "the user and password set for the device",
	[CREDENTIAL_URL] = "the user:password@ of its registered URL",
};

static const struct net_address nowhere;

/* Who sends no credentials, or none that can be read, is denied before anything is looked at. */
static bool is_looked_up(enum explain_proof proof)
{
	return proof == EXPLAIN_PROOF_GOOD || proof == EXPLAIN_PROOF_WRONG ||
	       proof == EXPLAIN_PROOF_STALE;
}

static const char *from_words(struct explain *explain)
{
	char *text = mem_alloc(explain->mem, NET_TEXT_MAX);

	if (!explain->from)
		return "an address outside of open_networks";
	net_address_text(explain->from, text);
	return text;
}

/* Kinds, each once: a URL's pair may be there in two readings. */
static json_t *accepted_json(void *mem, const struct admission_pairs *pairs, const char **ret_words)
{
	struct buf *words = buf_new(mem);
	json_t *accepted = json_array();

	for (size_t i = 0; i < pairs->count; i++) {
		if (i > 0 && pairs->pairs[i].kind == pairs->pairs[i - 1].kind)
			continue;
		buf_printf(words, "%s%s", i ? ", or " : "", kind_words[pairs->pairs[i].kind]);
		json_array_append_new(accepted, json_string(kinds[pairs->pairs[i].kind]));
	}
	*ret_words = pairs->count ? words->data : "nothing: no secret, user or password is known";
	return accepted;
}

static void say_open(struct explain *explain, const char *why)
{
	explain_say(explain, "proof", EXPLAIN_OK, 0,
		    json_pack("{s:s, s:[]}", "asked", "nothing", "accepted"),
		    "no proof is asked of %s: %s", from_words(explain), why);
}

/* `is_known`: there is somebody who could prove something. */
static void say_proof(struct explain *explain, const struct admission_pairs *pairs, bool is_known,
		      int proof)
{
	bool is_refused = proof < 0 && (is_known || !is_looked_up(explain->proof));
	const char *words;
	json_t *accepted = accepted_json(explain->mem, pairs, &words);

	explain_say(explain, "proof", is_refused ? EXPLAIN_REFUSED : EXPLAIN_OK,
		    is_refused ? proof : 0,
		    json_pack("{s:s, s:o}", "asked", "digest", "accepted", accepted),
		    "Digest is asked of %s%s%s%s%s", from_words(explain),
		    is_known ? "; accepted is " : "", is_known ? words : "",
		    is_refused ? "; here: " : "", is_refused ? error_text(proof) : "");
}

static const char *open_why(const struct config *config)
{
	return config->provisioning.auth == PHONE_AUTH_OPEN ? "[provisioning] auth = open"
							    : "its network is in open_networks";
}

static void say_device(struct explain *explain, const struct device_fetch *fetch)
{
	const struct product *product = fetch ? product_find(fetch->product) : NULL;

	if (!fetch) {
		explain_say(explain, "device", EXPLAIN_REFUSED, -E_MAC_UNKNOWN, NULL,
			    "there is no device with this MAC");
		return;
	}
	if (fetch->locked_at)
		explain_say(explain, "lock", EXPLAIN_REFUSED, -E_MAC_LOCKED,
			    json_pack("{s:o}", "locked_at", explain_time(fetch->locked_at)),
			    "the device was locked on %s and gets nothing",
			    explain_when(explain, fetch->locked_at));
	if (!fetch->product)
		explain_say(explain, "device", EXPLAIN_REFUSED, -E_NO_PRODUCT, NULL,
			    "the device is only registered here: without a product it has no "
			    "document");
	else
		explain_say(explain, "device", EXPLAIN_OK, 0,
			    json_pack("{s:s, s:o}", "product", fetch->product, "provisioned_at",
				      explain_time(fetch->provisioned_at)),
			    "%s, %s", product ? product->what : fetch->product,
			    fetch->provisioned_at
				    ? mem_printf(explain->mem, "first provisioned on %s",
						 explain_when(explain, fetch->provisioned_at))
				    : "never provisioned yet");
}

static int fetch_read(struct explain *explain, struct device_fetch **ret)
{
	int r = device_fetch_find(explain->mem, explain->db, explain->mac, ret);

	if (r == 0)
		*ret = NULL;
	if (r == -E_SEAL)
		explain_refuse(explain, "device", r, "what the device must prove cannot be read");
	return r;
}

int explain_proven(struct explain *explain, bool is_open, struct device_fetch **ret)
{
	const struct config *config = explain->config;
	struct admission_pairs pairs;
	int proof, r = fetch_read(explain, ret);

	if (r < 0)
		return r;
	admission_of_device(explain->mem, config, *ret, &pairs);
	proof = explain_proof_of(explain, is_open, pairs.count > 0);
	if (is_open)
		say_open(explain, open_why(config));
	else
		say_proof(explain, &pairs, *ret != NULL, proof);
	if (is_open || is_looked_up(explain->proof))
		proof = admission_judge_device(*ret, proof);
	if (proof < 0)
		explain_deny(explain, proof, is_open);
	return 0;
}

int explain_document(struct explain *explain)
{
	bool is_open = admission_is_open(explain->config, explain->from ? explain->from : &nowhere);
	struct device_fetch *fetch;
	int r = explain_proven(explain, is_open, &fetch);

	if (r < 0)
		return explain->reason ? 0 : r;
	say_device(explain, fetch);
	r = explain->reason ? 0 : admission_document(fetch);
	if (r < 0)
		explain_deny(explain, r, is_open);
	r = explain_registration(explain);
	if (r == 0 && fetch && fetch->product)
		r = explain_made(explain, fetch);
	if (r == 0)
		r = explain_traces(explain);
	if (r == 0 && fetch && fetch->product)
		r = explain_notify(explain, fetch);
	if (!explain->reason)
		explain->status = 200;
	return r;
}

static void say_location(struct explain *explain, const char *location, int r)
{
	if (r < 0) {
		explain_say(explain, "redirection", EXPLAIN_REFUSED, r, NULL,
			    "the registered URL cannot be given");
		return;
	}
	location = url_redact(explain->mem, location);
	explain_say(explain, "redirection", EXPLAIN_OK, 0,
		    json_pack("{s:o}", "location", explain_text(location)),
		    "the phone is sent to %s", location);
}

int explain_redirect(struct explain *explain)
{
	const struct config *config = explain->config;
	bool is_open = config->redirect.auth == PHONE_AUTH_OPEN;
	struct registration_fetch *fetch = NULL;
	struct admission_pairs pairs;
	char *location = NULL;
	int r = registration_fetch_find(explain->mem, explain->db, explain->mac, &fetch);
	int proof;

	explain->asks_where = true;
	if (r == -E_SEAL)
		explain_refuse(explain, "device", r, "what the device must prove cannot be read");
	if (r < 0)
		return explain->reason ? 0 : r;
	admission_of_registration(fetch, &pairs);
	proof = explain_proof_of(explain, is_open, pairs.count > 0);
	if (is_open)
		say_open(explain, "[redirect] auth = open");
	else
		say_proof(explain, &pairs, fetch != NULL, proof);
	if (fetch && fetch->locked_at)
		explain_say(explain, "lock", EXPLAIN_REFUSED, -E_MAC_LOCKED,
			    json_pack("{s:o}", "locked_at", explain_time(fetch->locked_at)),
			    "the device was locked on %s and is sent nowhere",
			    explain_when(explain, fetch->locked_at));
	r = explain_registration(explain);
	if (r < 0)
		return r;
	if (fetch) {
		r = redirection_of_device(explain->mem, explain->db, config, fetch, &location);
		say_location(explain, location, r);
	}
	if (is_open || is_looked_up(explain->proof))
		proof = admission_judge_registration(fetch, proof);
	if (proof < 0 || r < 0)
		explain_deny(explain, proof < 0 ? proof : r, is_open);
	else
		explain->status = 307;
	return explain_traces(explain);
}

int explain_activation(struct explain *explain, const char *code)
{
	struct activation *activation = NULL;
	char *location = NULL;
	int r = activation_find(explain->mem, explain->db, code, &activation);
	int proof;

	if (r < 0)
		return r;
	proof = explain_proof_of(explain, false, activation != NULL);
	explain_say(explain, "proof", proof < 0 && activation ? EXPLAIN_REFUSED : EXPLAIN_OK,
		    proof < 0 && activation ? proof : 0,
		    json_pack("{s:s, s:[s]}", "asked", "digest", "accepted", "activation"),
		    "Digest is asked of every phone with an activation code; accepted is the code "
		    "with its password");
	if (activation)
		explain_say(explain, "activation", EXPLAIN_OK, 0,
			    json_pack("{s:s}", "provider", activation->provider),
			    "a code of provider %s", activation->provider);
	else
		explain_say(explain, "activation", EXPLAIN_REFUSED, -E_ACTIVATION_UNKNOWN, NULL,
			    "there is no activation code '%s'", code);
	if (activation) {
		r = redirection_of_code(explain->mem, explain->config, activation, &location);
		say_location(explain, location, r);
	}
	if (is_looked_up(explain->proof))
		proof = admission_judge_activation(activation, proof);
	if (proof < 0 || r < 0)
		explain_deny(explain, proof < 0 ? proof : r, false);
	else
		explain->status = 307;
	return 0;
}
