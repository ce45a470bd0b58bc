/* SPDX-License-Identifier: MIT */
/*
 * POST of a desk phone's message.  On a worker: read it, find out whose it is
 * and which dialogue it belongs to, let wpi_step() say what follows, keep what it
 * told, and answer after the commit.
 *
 * Whatever is wrong, the answer is CleanUp with status 200 and the same bytes:
 * not understood, not known, locked, no desk phone, no dialogue.  The reason is
 * in the log.  Bodies never are: they hold passwords.
 */
#include "login.h"

#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/scan.h"
#include "render/format.h"
#include "store/mac.h"
#include "wpi/wpi.h"

#define TYPE "text/xml"

enum {
	ITEM_COST = 400, /* of keeping one, beside its bytes */
	/* of what a phone tells in fragments, while there is no memory; for each wanted item more */
	FAIR_BYTES = 64 << 10,
	FAIR_ITEM_BYTES = 512,
};

static void reply_clean_up(struct request *req, const char *nonce)
{
	struct secret *body = wpi_emit_clean_up(request_mem(req), nonce);

	reply_bytes(req, 200, TYPE, secret_reveal(body), secret_len(body));
}

/* The one answer to everybody who gets none. */
static int refuse(struct login *login, int r, const char *words)
{
	struct request *req = login->req;
	char address[NET_TEXT_MAX];
	char mac[MAC_LEN + 1] = "";

	net_address_text(request_address(req), address);
	if (login->mac >= 0)
		mac_format(login->mac, mac);
	counter_add(M_WPI_REFUSED, 1);
	log_info("a message of a desk phone gets no answer but CleanUp", LOG_S("mac", mac),
		 LOG_S("address", address), LOG_S("words", words), LOG_E(r));
	request_set_reason(req, r);
	reply_clean_up(req, login->message ? login->message->nonce : "");
	return 0;
}

static struct wpi_policy policy_of(const struct config_wpi *config)
{
	struct wpi_policy policy = wpi_policy_default;

	policy.local_changes = (enum wpi_local_changes)config->local_changes;
	policy.entities = (enum wpi_entities)config->entities;
	policy.message_bytes = config->message_bytes;
	policy.fragments = config->max_fragments;
	policy.read_items = config->max_items;
	policy.read_bytes = config->max_read;
	policy.turns = config->max_turns;
	policy.idle = config->idle_seconds;
	policy.away = config->away_seconds;
	policy.writes_max = config->writes;
	policy.writes_gap = config->writes_seconds;
	policy.order_gap = config->order_seconds;
	return policy;
}

static int64_t until(const struct login *login)
{
	const struct wpi_policy *policy = &login->policy;
	const struct wpi_session *session = login->dialogue->session;
	int64_t time = policy->idle;

	if (wpi_session_state(session) == WPI_STATE_AWAY)
		time = policy->away;
	else if (wpi_session_state(session) == WPI_STATE_IDLE && wpi_session_has_orders(session) &&
		 policy->order_gap > time)
		time = policy->order_gap;
	return login->now + time;
}

/*
 * Where there is no memory for what phones tell, little of it is kept.  This one
 * tells the same items again and again, or was asked for more than there is room for.
 */
static bool is_greedy(const struct login *login)
{
	size_t fair = FAIR_BYTES + login->wanted_count * FAIR_ITEM_BYTES;

	if (!login->policy.is_short || wpi_session_told_size(login->dialogue->session) <= fair)
		return false;
	log_warn("a desk phone is sent away: it tells too much while dialogues have all of "
		 "session_memory",
		 LOG_I("bytes", wpi_session_told_size(login->dialogue->session)));
	return true;
}

/* The last thing that is done with a dialogue: nobody who waits may see it half done. */
static void leave(struct login *login, bool is_good)
{
	struct dialogue *dialogue = login->dialogue;
	int64_t until_at = is_good && !is_greedy(login) ? until(login) : 0;

	wpi_session_rest(dialogue->session);
	if (wpi_session_state(dialogue->session) == WPI_STATE_IDLE) {
		mem_free(dialogue->work);
		dialogue->work = NULL;
		dialogue->etag = dialogue->revision = NULL;
		dialogue->marks = NULL;
		dialogue->mark_count = 0;
	}
	login->dialogue = NULL;
	dialogue_leave(dialogue, login->now, until_at);
}

/*
 * Only who is asked for something gets a cookie, so that a dialogue that ends at
 * once looks like none.
 */
static void answer(struct login *login)
{
	const struct wpi_turn *turn = &login->turn;
	struct request *req = login->req;

	reply_bytes(req, 200, TYPE, secret_reveal(turn->body), secret_len(turn->body));
	if (turn->action != WPI_ACTION_CLEAN_UP &&
	    wpi_reason_kind(login->message->reason) == WPI_KIND_OPENS)
		reply_header(req, "Set-Cookie",
			     cookie_header(request_mem(req), login->dialogue->cookie));
	keep_tell(login);
	leave(login, true);
}

static void kept(void *arg, int result, const struct diag *diag)
{
	struct login *login = arg;
	struct request *req = login->req;

	if (result == 0) {
		answer(login);
	} else {
		log_error("what a desk phone said was not kept; it is sent away",
			  LOG_S("words", diag->text), LOG_E(result));
		reply_clean_up(req, login->message->nonce);
		leave(login, false);
	}
	request_finish(req, 0);
}

static bool is_duplicate(const struct wpi_turn *turn)
{
	return turn->record_count == 1 && turn->records[0].kind == WPI_RECORD_DUPLICATE;
}

/* A part of a reply, of which more is to come, is put aside: nothing is compared or ordered. */
static bool is_part(const struct wpi_message *message)
{
	return wpi_reason_kind(message->reason) == WPI_KIND_GOES_ON && message->is_partial;
}

/* Of fragments only an excerpt needs them: what is in it is asked of the wants. */
static bool needs_wants(const struct login *login)
{
	const struct wpi_session *session = login->dialogue->session;

	return login->message->reason == WPI_REASON_LOCAL_CHANGES ||
	       (wpi_reason_kind(login->message->reason) == WPI_KIND_GOES_ON &&
		wpi_session_state(session) == WPI_STATE_READING &&
		(!is_part(login->message) || login->policy.is_short ||
		 wpi_session_is_excerpt(session)));
}

/* A reply of which more is to come is kept until it is whole. */
static void look_for_room(struct login *login)
{
	const struct wpi_message *message = login->message;
	struct dialogue *dialogue = login->dialogue;
	size_t len;

	if (!is_part(message))
		return;
	request_body(login->req, &len);
	login->policy.is_short = !dialogue_reserve(dialogue, len + message->item_count * ITEM_COST,
						   login->config->wpi.session_memory);
	if (login->policy.is_short && wpi_session_state(dialogue->session) == WPI_STATE_READING &&
	    !wpi_session_is_excerpt(dialogue->session))
		counter_add(M_WPI_EXCERPT, 1);
}

/* Alone with the dialogue, of a phone that is admitted. */
static int take_turn(struct login *login)
{
	struct dialogue *dialogue = login->dialogue;
	struct wpi_wants wants;
	int r = 0;

	login->was_idle = wpi_session_state(dialogue->session) == WPI_STATE_IDLE;
	wants_nothing(&wants);
	look_for_room(login);
	if (needs_wants(login))
		r = wants_read(login, &wants);
	else
		r = wants_unchanged(login, &wants);
	if (r == 0 && !is_part(login->message))
		r = orders_read(login, &wants);
	if (r == 0)
		r = secure_order(login, &wants);
	if (r < 0) {
		leave(login, false);
		return refuse(login, r, NULL);
	}
	wpi_step(dialogue->session, login->message, &wants, &login->policy, login->now,
		 &login->turn);
	if (wpi_reason_kind(login->message->reason) == WPI_KIND_OPENS &&
	    !is_duplicate(&login->turn))
		cookie_make(dialogue->cookie);
	if (login->has_wants)
		wants_mark(login);
	if (keep_is_needed(login)) {
		r = writer_post(fleet_writer(), WRITER_NORMAL, keep_turn, kept, login);
		if (r == 0)
			return REQUEST_LATER;
		leave(login, false);
		return refuse(login, r, NULL);
	}
	answer(login);
	return 0;
}

static int judge(struct login *login, struct db *db, int64_t mac)
{
	const struct client_cert *cert = request_client_cert(login->req);
	const struct wpi_caller caller = {
		.mac = mac,
		.address = request_address(login->req),
		.asks_certificate = request_asks_client_cert(login->req),
		.fingerprint = cert ? cert->fingerprint : NULL,
		.now = login->now,
	};

	return wpi_trust_judge(request_mem(login->req), db, &login->config->wpi, &caller,
			       &login->verdict);
}

/*
 * All of these take two reads that have no secrets in them: time does not tell
 * which it was.
 */
static int admit(struct login *login, struct db *db)
{
	int trusted = judge(login, db, login->mac);
	const struct product *product;
	int64_t locked_at;
	const char *name;
	int r = trusted;

	if (r == 0 || wpi_trust_is_refusal(r))
		r = wpi_phone_admission(request_mem(login->req), db, login->mac, &name, &locked_at);
	if (r < 0)
		return r;
	if (r == 0) {
		scan_note(login->req, login->mac);
		return -E_MAC_UNKNOWN;
	}
	product = product_find(name);
	if (locked_at)
		return -E_MAC_LOCKED;
	if (!product)
		return -E_NO_PRODUCT;
	return product_is_desk_phone(product) ? trusted : -E_WPI_PRODUCT;
}

/* The phone, if it is to be answered. */
static int phone_get(struct login *login, int64_t mac)
{
	struct db *db;
	int r = fleet_reader(&db);

	login->mac = mac;
	if (r == 0)
		r = admit(login, db);
	if (r < 0)
		return r;
	r = wpi_phone_find(request_mem(login->req), db, mac, &login->phone);
	return r == 0 ? -E_MAC_UNKNOWN : r < 0 ? r : 0;
}

static int begin(struct login *login)
{
	const char *text = wpi_message_text(login->message, "mac-addr");
	int64_t mac;
	int r = text && mac_parse(text, &mac) == 0 ? 0 : -E_WPI_PHONE;

	if (r == 0)
		r = phone_get(login, mac);
	return r < 0 ? r
		     : dialogue_open(login->req, mac, &login->config->wpi, login->now,
				     &login->dialogue);
}

static int go_on(struct login *login)
{
	int r = dialogue_find(login->req, login->now, &login->dialogue);

	if (r <= 0)
		return r;
	r = phone_get(login, login->dialogue->mac);
	if (r == 0)
		return 1;
	leave(login, false);
	return r;
}

/* The limits of a message; what is longer has been refused by limits.max_body. */
static struct wpi_limits limits_of(const struct config *config)
{
	struct wpi_limits limits = wpi_limits_default;

	limits.bytes = config->limits.max_body;
	limits.items = config->wpi.max_items;
	return limits;
}

int wpi_login(struct request *req)
{
	struct login *login = mem_new(request_mem(req), struct login);
	struct wpi_limits limits = limits_of(request_config(req));
	struct diag diag = {0};
	const char *body;
	size_t len;
	int r;

	login->req = req;
	login->mac = -1;
	login->config = request_config(req);
	login->policy = policy_of(&login->config->wpi);
	login->now = clock_now();
	body = request_body(req, &len);
	counter_add(M_WPI_MESSAGE, 1);
	r = wpi_parse(request_mem(req), body, len, &limits, &login->message, &diag);
	if (r < 0)
		return refuse(login, r, diag.text);
	if (wpi_reason_kind(login->message->reason) == WPI_KIND_OPENS)
		r = begin(login);
	else
		r = go_on(login);
	if (r < 0)
		return refuse(login, r, NULL);
	return r == 0 ? REQUEST_LATER : take_turn(login);
}

void wpi_setup(void)
{
	static struct secret *nothing;

	if (nothing)
		return;
	nothing = wpi_emit_clean_up(NULL, "");
	reply_face(TYPE, secret_reveal(nothing), secret_len(nothing));
}

void wpi_done(void)
{
	dialogues_done();
}
