/* SPDX-License-Identifier: MIT */
/*
 * GET of the URL that a phone was registered with.
 *
 * All on the connection's thread: one keyed read, the proof, and 307 with the
 * URL.  A phone comes with its MAC (mac=) or, at its first start, with an
 * activation code (ac=).  A refusal is the one answer of a profile's, and takes
 * as long whatever the reason: whoever has sent credentials has been looked up.
 *
 * [redirect] auth = open is for phones whose secret only the manufacturer
 * knows.  Passwords of activation codes are set here, so these always prove it.
 */
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/admission.h"
#include "fleet/fleet.h"
#include "fleet/redirection.h"
#include "fleet/seen.h"
#include "http/digest.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "phone/proof.h"
#include "http/scan.h"
#include "store/activation.h"
#include "store/mac.h"
#include "store/registration.h"

static int deny(struct request *req, int reason, bool is_open)
{
	counter_add(M_REDIRECT_DENIED, 1);
	proof_answer(req, reason, is_open);
	return 0;
}

/* `r` is what became of making the location. */
static int give(struct request *req, const char *object, const char *location, int r)
{
	if (r < 0) {
		log_error("a registered URL cannot be given", LOG_S("object", object), LOG_E(r));
		return r;
	}
	reply_empty(req, 307);
	reply_header(req, "Location", location);
	counter_add(M_REDIRECT, 1);
	return 0;
}

static int give_device(struct request *req, struct db *db, const struct registration_fetch *fetch)
{
	char mac[MAC_LEN + 1];
	char *location = NULL;
	int r = redirection_of_device(request_mem(req), db, request_config(req), fetch, &location);

	mac_format(fetch->mac, mac);
	r = give(req, mac, location, r);
	if (r == 0)
		seen_note_redirect(fetch->mac, clock_now(), request_address(req),
				   request_header(req, "User-Agent"));
	return r;
}

/* `digest` is NULL where no proof is asked. */
static int device_check(struct request *req, const struct digest *digest,
			const struct registration_fetch *fetch)
{
	struct admission_pairs pairs;

	admission_of_registration(fetch, &pairs);
	return admission_judge_registration(fetch, digest ? proof_pairs(req, digest, &pairs) : 0);
}

static int by_mac(struct request *req, const char *text)
{
	bool is_open = request_config(req)->redirect.auth == PHONE_AUTH_OPEN;
	struct registration_fetch *fetch = NULL;
	struct digest *digest = NULL;
	struct db *db;
	int64_t mac;
	int r;

	if (mac_parse(text, &mac) < 0)
		return deny(req, -E_MAC_MALFORMED, is_open);
	r = is_open ? 0 : proof_read(req, &digest);
	if (r < 0)
		return deny(req, r, is_open);
	r = fleet_reader(&db);
	if (r == 0)
		r = registration_fetch_find(request_mem(req), db, mac, &fetch);
	if (r < 0)
		return r;
	if (!fetch) {
		proof_pretend();
		scan_note(req, mac);
	}
	r = device_check(req, digest, fetch);
	return r < 0 ? deny(req, r, is_open) : give_device(req, db, fetch);
}

static int by_code(struct request *req, const char *code)
{
	struct activation *activation = NULL;
	const char *password = NULL;
	char *location = NULL;
	struct digest *digest;
	struct db *db;
	int r = proof_read(req, &digest);

	if (r < 0)
		return deny(req, r, false);
	r = fleet_reader(&db);
	if (r == 0)
		r = activation_find(request_mem(req), db, code, &activation);
	if (r < 0)
		return r;
	if (!activation)
		proof_pretend();
	else if (strcmp(digest->username, code) == 0)
		password = secret_reveal(activation->password);
	r = admission_judge_activation(activation, proof_password(req, digest, password));
	if (r < 0)
		return deny(req, r, false);
	r = redirection_of_code(request_mem(req), request_config(req), activation, &location);
	return give(req, mem_printf(request_mem(req), "activation:%s", code), location, r);
}

int phone_redirect(struct request *req)
{
	const char *mac = request_query(req, "mac");
	const char *code = mac ? NULL : request_query(req, "ac");

	if (code)
		return by_code(req, code);
	return by_mac(req, mac ? mac : "");
}
