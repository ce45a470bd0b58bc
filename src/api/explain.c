/* SPDX-License-Identifier: MIT */
/*
 * What a phone's request would come to.  The URL is looked up as a request's
 * is (http/lookup.h); what the phone plane would decide about it is fleet's to
 * tell (fleet/explain.h).
 */
#include <string.h>
#include <strings.h>

#include "api/answer.h"
#include "api/query.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/net.h"
#include "base/text.h"
#include "fleet/explain.h"
#include "fleet/fleet.h"
#include "http/auth.h"
#include "http/handlers.h"
#include "http/lookup.h"
#include "http/request.h"
#include "redirect/chain.h"
#include "redirect/url.h"
#include "render/format.h"
#include "store/device.h"
#include "store/seen.h"

enum { WHAT_MAX = 2048 };

struct asked {
	struct explain explain;
	const char *what; /* as it was asked for */
	const char *url;  /* a URL, or a path */
	struct lookup lookup;
	bool is_for_phones, is_desk_phone;
	int64_t as; /* who asks for firmware by its name; -1: somebody */
};

static int read_from(struct request *req, struct explain *explain, struct diag *reterr)
{
	const char *text = request_query(req, "from");
	struct net_address *from;

	if (!text)
		return 0;
	from = mem_new(request_mem(req), struct net_address);
	if (!net_address_parse(text, from))
		return diag_set(reterr, -E_VALUE, "from is an IPv4 or IPv6 address");
	explain->from = from;
	return 0;
}

static int read_proof(struct request *req, struct explain *explain, struct diag *reterr)
{
	const char *text = request_query(req, "proof");
	int proof = text ? explain_proof_parse(text) : EXPLAIN_PROOF_GOOD;

	if (proof < 0)
		return diag_set(reterr, -E_VALUE,
				"proof is good, none, wrong, stale, other or garbled");
	explain->proof = (enum explain_proof)proof;
	return 0;
}

static int read_as(struct request *req, struct asked *asked, struct diag *reterr)
{
	const char *text = request_query(req, "as");

	asked->as = -1;
	if (text && mac_parse(text, &asked->as) < 0)
		return diag_set(reterr, -E_MAC_MALFORMED, "as: %s", error_text(-E_MAC_MALFORMED));
	return 0;
}

static int input(struct request *req, struct asked *asked, struct diag *reterr)
{
	struct explain *explain = &asked->explain;
	int r;

	asked->what = request_query(req, "what");
	if (!asked->what)
		return diag_set(reterr, -E_FIELD_MISSING,
				"what is a MAC, a URL or the path of one, as a phone asks for it");
	r = text_check_line(asked->what, WHAT_MAX);
	if (r < 0)
		return diag_set(reterr, r, "what %s", error_text(r));
	r = read_from(req, explain, reterr);
	if (r == 0)
		r = api_time_query(req, "at", &explain->at, reterr);
	if (r == 0)
		r = read_proof(req, explain, reterr);
	if (r == 0)
		r = read_as(req, asked, reterr);
	if (r < 0)
		return r;
	explain->mem = request_mem(req);
	explain->config = request_config(req);
	explain->is_admin = request_principal(req)->role == ROLE_ADMIN;
	explain->mac = -1;
	return fleet_reader(&explain->db);
}

/* The URL that a phone with this MAC asks for: its document's, or where it is sent from. */
static int usual_url(struct asked *asked)
{
	struct explain *explain = &asked->explain;
	struct device *device = NULL;
	char mac[MAC_LEN + 1];
	int r = device_find(explain->mem, explain->db, explain->mac, &device);

	if (r < 0)
		return r;
	asked->is_desk_phone = r > 0 && product_is_desk_phone(product_find(device->product));
	mac_format(explain->mac, mac);
	asked->url = mem_printf(
		explain->mem, r > 0 && !device->product ? "/macredirect/ap?mac=%s" : "/xml/%s.xml",
		mac);
	return 0;
}

/* Where it comes from is where it last came from, unless somebody says otherwise. */
static int usual_address(struct explain *explain)
{
	struct net_address *from;
	struct seen *seen = NULL;
	struct db *db;
	int r = explain->from || explain->mac < 0 ? 0 : fleet_seen_reader(&db);

	if (r < 0 || explain->from || explain->mac < 0)
		return r;
	r = seen_find(explain->mem, db, explain->mac, &seen);
	if (r <= 0)
		return r;
	from = mem_new(explain->mem, struct net_address);
	if (net_address_parse(seen->address, from))
		explain->from = from;
	return 0;
}

/* 1 it may be looked up, 0 it is no URL, which has been said. */
static int url_find(struct asked *asked)
{
	struct explain *explain = &asked->explain;
	struct diag diag = {0};
	int r;

	if (*asked->what == '/' || strstr(asked->what, "://")) {
		r = *asked->what == '/' ? 0 : url_check(asked->what, NULL, &diag);
		if (r < 0)
			explain_refuse(explain, "url", r, "%s", diag_text(&diag, r));
		else
			asked->url = asked->what;
		return r == 0;
	}
	r = mac_parse(asked->what, &explain->mac);
	if (r == 0) {
		r = usual_url(asked);
		return r < 0 ? r : 1;
	}
	explain->mac = -1;
	explain_refuse(explain, "mac", r,
		       "'%s' is neither a MAC nor a URL: a URL begins with "
		       "http:// or https://, its path with /",
		       asked->what);
	return 0;
}

static void say_route(struct asked *asked)
{
	const struct lookup *lookup = &asked->lookup;
	const struct route *route = lookup->route;
	const char *listener = lookup->listener ? lookup->listener : "no listener";

	if (lookup->refusal < 0) {
		explain_refuse(
			&asked->explain, "route", lookup->refusal,
			lookup->planes & PLANE_PHONES || !lookup->planes
				? "listener %s: a GET of %s matches no route"
				: "listener %s does not serve phones, and has no route for %s",
			listener, lookup->target);
		return;
	}
	explain_say(&asked->explain, "route", EXPLAIN_OK, 0,
		    json_pack("{s:s, s:s, s:s}", "listener", listener, "path", route->path,
			      "target", lookup->target),
		    "listener %s, GET %s: %s", listener, route->path, route->what);
}

static void bare_name(struct asked *asked, const char *text, int r)
{
	explain_refuse(&asked->explain, "mac", r, "'%s' is no MAC", text ? text : "");
}

/* Files of version 1.0 have a directory of their own: /xml/{mac}/updates.xml */
static const char *file_of(const struct route *route)
{
	static const char prefix[] = "/xml/{mac}/";

	return strncmp(route->path, prefix, strlen(prefix)) == 0 ? route->path + strlen(prefix)
								 : NULL;
}

static int profile(struct asked *asked)
{
	const char *text = lookup_param(&asked->lookup, "mac");
	int r;

	asked->explain.file = file_of(asked->lookup.route);
	if (!text)
		text = lookup_query(&asked->lookup, "mac");
	if (!text || mac_parse(text, &asked->explain.mac) < 0) {
		bare_name(asked, text, -E_BARE_NAME);
		return 0;
	}
	r = usual_address(&asked->explain);
	return r < 0 ? r : explain_document(&asked->explain);
}

static int redirection(struct asked *asked)
{
	const char *mac = lookup_query(&asked->lookup, "mac");
	const char *code = mac ? NULL : lookup_query(&asked->lookup, "ac");
	bool is_open = asked->explain.config->redirect.auth == PHONE_AUTH_OPEN;
	int r;

	if (code)
		return explain_activation(&asked->explain, code);
	r = mac_parse(mac ? mac : "", &asked->explain.mac);
	if (r < 0) {
		bare_name(asked, mac, r);
		explain_deny(&asked->explain, r, is_open);
		return 0;
	}
	r = usual_address(&asked->explain);
	return r < 0 ? r : explain_redirect(&asked->explain);
}

static int chain(struct asked *asked)
{
	struct explain *explain = &asked->explain;
	struct buf *out = buf_new(explain->mem);
	int r = chain_file(out, &explain->config->redirect, lookup_param(&asked->lookup, "dvid"),
			   lookup_param(&asked->lookup, "part"),
			   lookup_param(&asked->lookup, "file"));

	if (r < 0)
		explain_refuse(explain, "chain", r,
			       *explain->config->redirect.chain_code
				       ? "no file of the chain of old phones has this name"
				       : "[redirect] chain_code is not set, so that there is no "
					 "chain for old phones");
	else
		explain_say(explain, "chain", EXPLAIN_OK, 0, NULL,
			    "%zu bytes, the same for every phone", out->len);
	explain->status = r < 0 ? 0 : 200;
	return 0;
}

static int firmware_link_of_device(struct asked *asked)
{
	const char *text = lookup_param(&asked->lookup, "mac");
	const char *token = lookup_param(&asked->lookup, "token");

	if (mac_parse(text, &asked->explain.mac) < 0) {
		bare_name(asked, text, -E_BARE_NAME);
		return 0;
	}
	return explain_firmware_link(&asked->explain, token, lookup_param(&asked->lookup, "file"));
}

static int firmware(struct asked *asked)
{
	int r;

	asked->explain.mac = asked->as;
	r = usual_address(&asked->explain);
	return r < 0 ? r : explain_firmware(&asked->explain, lookup_param(&asked->lookup, "file"));
}

static const struct {
	request_handler *handler;
	int (*explain)(struct asked *asked);
} handlers[] = {
	{phone_profile, profile},   {phone_redirect, redirection},
	{phone_chain, chain},	    {phone_firmware_link, firmware_link_of_device},
	{phone_firmware, firmware},
};

/* Desk phones POST there, and name themselves in what they say: --as MAC. */
static bool asks_login(const struct asked *asked)
{
	static const char login_path[] = "/DeploymentService/LoginService";
	size_t len = strcspn(asked->lookup.target, "?");

	return len == strlen(login_path) && strncmp(asked->lookup.target, login_path, len) == 0 &&
	       (*asked->url == '/' || asked->lookup.planes & PLANE_WPI);
}

static int login(struct asked *asked)
{
	struct explain *explain = &asked->explain;
	int r;

	explain->mac = asked->as;
	if (asked->as < 0) {
		explain_say(explain, "route", EXPLAIN_NOTE, 0, NULL,
			    "desk phones POST their messages here, which name them: --as MAC");
		return 0;
	}
	r = usual_url(asked);
	if (r < 0)
		return r;
	asked->is_for_phones = true;
	if (asked->is_desk_phone)
		return explain_wpi(explain);
	explain_refuse(explain, "device", -E_WPI_PRODUCT,
		       "whatever it says is answered by CleanUp: there is no such device, or it is "
		       "no desk phone");
	asked->is_desk_phone = true;
	return 0;
}

static int replay(struct request *req, struct asked *asked)
{
	int r = url_find(asked);

	if (r <= 0)
		return r;
	if (asked->is_desk_phone) {
		asked->is_for_phones = true;
		return explain_wpi(&asked->explain);
	}
	http_lookup(req, asked->url, &asked->lookup);
	if (asks_login(asked))
		return login(asked);
	say_route(asked);
	if (asked->lookup.refusal < 0)
		return 0;
	for (size_t i = 0; i < COUNT_OF(handlers); i++)
		if (asked->lookup.route->handler == handlers[i].handler) {
			asked->is_for_phones = true;
			return handlers[i].explain(asked);
		}
	explain_say(&asked->explain, "route", EXPLAIN_NOTE, 0, NULL,
		    "this URL is for people and programs; only answers to phones are explained");
	return 0;
}

/* The status that the wire shows; 0: not one of ours to tell. */
static int status_of(const struct asked *asked)
{
	const struct explain *explain = &asked->explain;

	if (!explain->reason)
		return explain->status;
	if (asked->is_desk_phone) /* CleanUp */
		return explain->reason == -E_WPI_NOT_SERVED ? 0 : 200;
	if (!asked->url)
		return 0;
	if (explain->face == -E_UNAUTHORIZED)
		return error_status(explain->face);
	return lookup_status(&asked->lookup, explain->face);
}

static json_t *answer_json(struct asked *asked)
{
	const struct explain *explain = &asked->explain;
	int status = status_of(asked);
	const char *words = "what it asked for";

	if (status == 401)
		words = "a challenge, as for every refusal";
	else if (explain->reason && asked->is_desk_phone)
		words = "CleanUp, as for every refusal";
	else if (explain->reason)
		words = "an answer that tells nothing";
	else if (status == 307)
		words = "where to go";
	else if (status == 200 && asked->is_desk_phone)
		words = "what is described here";
	else if (status == 200)
		words = "what is described here, or 304 if it has that already";
	if (status)
		explain_say(&asked->explain, "answer",
			    explain->reason ? EXPLAIN_REFUSED : EXPLAIN_OK, explain->reason,
			    json_pack("{s:i}", "status", status), "HTTP %d: %s", status, words);
	return json_pack("{s:o, s:o}", "status", status ? json_integer(status) : json_null(),
			 "reason",
			 explain->reason ? json_string(error_name(explain->reason)) : json_null());
}

static json_t *from_json(const struct explain *explain)
{
	char text[NET_TEXT_MAX];

	if (!explain->from)
		return json_null();
	net_address_text(explain->from, text);
	return json_string(text);
}

int api_explain(struct request *req)
{
	struct asked *asked = mem_new(request_mem(req), struct asked);
	struct explain *explain = &asked->explain;
	struct diag diag = {0};
	json_t *answer;
	int r = input(req, asked, &diag);

	if (r < 0)
		return api_refuse(req, r, &diag);
	explain->steps = json_array();
	r = replay(req, asked);
	if (r < 0) {
		json_decref(explain->steps);
		return r;
	}
	answer = answer_json(asked);
	return api_answer(req, 200,
			  json_pack("{s:o, s:o, s:o, s:I, s:o, s:o}", "asked",
				    api_text(url_redact(request_mem(req), asked->what)), "mac",
				    explain->mac >= 0 ? api_mac_text(explain->mac) : json_null(),
				    "from", from_json(explain), "at", (json_int_t)explain->at,
				    "answer", answer, "steps", explain->steps));
}
