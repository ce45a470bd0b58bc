/* SPDX-License-Identifier: MIT */
/*
 * What a turn has told, in one write operation, before the phone is answered:
 * who called, what it tells of its items, what it took and refused, what was
 * changed at it, and that it has its document, which is what a fetch is to others.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/learn.h"
#include "fleet/rendition.h"
#include "fleet/seen.h"
#include "fleet/version.h"
#include "fleet/watch.h"
#include "http/request.h"
#include "login.h"

enum { TEXT_MAX = 255 }; /* of what a phone says of itself */

static const char *outcome_of(const struct login *login)
{
	const struct wpi_turn *turn = &login->turn;
	const char *outcome = NULL;

	if (wpi_session_state(login->dialogue->session) != WPI_STATE_IDLE)
		return NULL;
	for (size_t i = 0; i < turn->record_count; i++) {
		enum wpi_record_kind kind = turn->records[i].kind;

		/* The dialogue before, or none at all. */
		if (kind == WPI_RECORD_DUPLICATE || (kind == WPI_RECORD_STRAY && login->was_idle))
			return NULL;
		if (kind == WPI_RECORD_SUPERSEDED)
			continue;
		outcome = wpi_record_name(kind);
		if (wpi_record_ends(kind) || kind == WPI_RECORD_CONFIGURED ||
		    kind == WPI_RECORD_WITHHELD)
			return outcome;
	}
	return outcome;
}

bool keep_is_needed(const struct login *login)
{
	if (login->is_new_rendition || outcome_of(login))
		return true;
	for (size_t i = 0; i < login->turn.record_count; i++)
		if (login->turn.records[i].kind != WPI_RECORD_DUPLICATE)
			return true;
	return false;
}

static const char *text_of(void *mem, const struct wpi_message *message, const char *name)
{
	const char *text = wpi_message_text(message, name);

	return text && *text ? mem_strndup(mem, text, strnlen(text, TEXT_MAX)) : NULL;
}

static int keep_contact(struct db *db, void *mem, const struct login *login)
{
	const struct wpi_message *message = login->message;
	char address[NET_TEXT_MAX];
	struct wpi_phone phone = {
		.mac = login->dialogue->mac,
		.reason = wpi_reason_word(message->reason),
		.address = address,
		.contacted_at = login->now,
		.device_type = text_of(mem, message, "device-type"),
		.software_type = text_of(mem, message, "software-type"),
		.software_version = text_of(mem, message, "software-version"),
		.part_number = text_of(mem, message, "part-number"),
		.contact_me_uri = text_of(mem, message, "contact-me-uri"),
		.e164 = text_of(mem, message, "e164"),
	};
	int r;

	net_address_text(request_address(login->req), address);
	r = wpi_phone_contact(db, &phone);
	if (r == 0 && phone.software_version && version_is(phone.software_version))
		r = learn_version(mem, db, phone.mac, phone.software_version, -1);
	return r < 0 ? r : 0;
}

static void tell_item(struct buf *out, const struct wpi_item *item)
{
	const struct wpi_told told = {
		.name = item->name,
		.index = item->index,
		.status = item->status_word ? item->status_word : "",
		.value = item->secret ? secret_reveal(item->secret) : item->value,
	};

	wpi_told_add(out, &told);
}

static int keep_told(struct db *db, void *mem, const struct login *login)
{
	struct buf *told = buf_new(mem);
	size_t count;
	const struct wpi_item *items = wpi_session_items(login->dialogue->session, &count);

	for (size_t i = 0; i < count; i++)
		tell_item(told, &items[i]);
	return wpi_phone_tell(db, login->dialogue->mac, told->data, told->len, login->now);
}

/*
 * Some items, such as the modules at the phone, are laid over what it has told of
 * all; each of those stays once.
 */
static int keep_part(struct db *db, void *mem, const struct login *login,
		     const struct wpi_item *items, size_t item_count)
{
	struct buf *out = buf_new(mem);
	struct wpi_told *told;
	size_t count;
	int64_t at;
	int r = wpi_told_read(mem, db, login->dialogue->mac, &told, &count, &at);

	if (r <= 0 || count + item_count > login->config->wpi.max_items)
		return r;
	for (size_t i = 0; i < count; i++)
		wpi_told_add(out, &told[i]);
	for (size_t i = 0; i < item_count; i++)
		tell_item(out, &items[i]);
	if (out->len > login->config->wpi.max_read)
		return 0;
	return wpi_phone_tell(db, login->dialogue->mac, out->data, out->len, at);
}

/* What it told before and an excerpt lacks is likely to be as it was. */
static int keep_read(struct db *db, void *mem, const struct login *login)
{
	const struct wpi_session *session = login->dialogue->session;
	size_t count;
	const struct wpi_item *items = wpi_session_items(session, &count);

	return wpi_session_is_excerpt(session) && login->phone->told_at
		       ? keep_part(db, mem, login, items, count)
		       : keep_told(db, mem, login);
}

static int by_item(const void *key, const void *member)
{
	const struct wpi_item *item = key;
	const struct dialogue_mark *mark = member;

	return item_order(item->name, item->index, mark->name, mark->index);
}

static const struct dialogue_mark *mark_of(const struct dialogue *dialogue,
					   const struct wpi_item *item)
{
	return dialogue->mark_count ? bsearch(item, dialogue->marks, dialogue->mark_count,
					      sizeof(*dialogue->marks), by_item)
				    : NULL;
}

static int keep_sent(struct db *db, const struct login *login, const struct wpi_record *record)
{
	const struct wpi_item *item = record->item;
	const struct dialogue_mark *mark = mark_of(login->dialogue, item);
	struct wpi_item_row row = {
		.name = item->name,
		.index = item->index,
		.written_at = login->now,
		.status = item->status_word ? item->status_word : "failed",
		.refused_at = login->now,
		.firmware = login->phone->software_version,
	};

	/* An order's, of which nothing is wanted. */
	if (!mark)
		return 0;
	row.wanted = mark->fingerprint;
	if (record->kind == WPI_RECORD_REFUSED)
		return wpi_item_refused(db, login->dialogue->mac, &row);
	return wpi_item_written(db, login->dialogue->mac, &row, record->kind == WPI_RECORD_WRITTEN);
}

static const char *value_of(const struct wpi_item *item)
{
	return item->secret ? secret_reveal(item->secret) : item->value;
}

static const char *wanted_value(const struct wpi_wanted *wanted)
{
	return wanted->item.secret ? secret_reveal(wanted->item.secret) : wanted->item.value;
}

struct before {
	struct wpi_told *items;
	size_t count;
	bool is_read;
};

/*
 * Older phones do not say what was changed.  It was done at the phone if it took
 * our value before, or told another one.
 */
static int is_local(struct db *db, void *mem, const struct login *login,
		    const struct wpi_wanted *wanted, const struct wpi_item *item,
		    struct before *before)
{
	const struct wpi_told *told;
	int64_t at;
	int r = 0;

	if (login->message->reason == WPI_REASON_LOCAL_CHANGES ||
	    (wanted->row && wanted->row->writes > 0))
		return 1;
	if (!before->is_read)
		r = wpi_told_read(mem, db, login->dialogue->mac, &before->items, &before->count,
				  &at);
	before->is_read = true;
	if (r < 0)
		return r;
	told = wpi_told_find(before->items, before->count, item->name, item->index);
	return told && !item_is_same(told->value, value_of(item));
}

/* Of items that nothing is wanted of, it is among what the phone tells, and no more. */
static int keep_change(struct db *db, void *mem, const struct login *login,
		       const struct wpi_item *item, struct before *before)
{
	const struct wpi_wanted *wanted =
		wpi_wanted_find(login->wanted, login->wanted_count, item->name, item->index);
	struct wpi_item_row row = {
		.name = item->name,
		.index = item->index,
		.changed_at = login->now,
		.is_kept = login->config->wpi.local_changes == LOCAL_CHANGES_KEEP,
	};
	int r;

	if (!wanted || item->status != WPI_ITEM_FINE ||
	    item_is_same(wanted_value(wanted), value_of(item)))
		return 0;
	r = is_local(db, mem, login, wanted, item, before);
	if (r <= 0)
		return r;
	row.wanted = wanted->fingerprint;
	row.changed = secret_new(mem, value_of(item));
	return wpi_item_changed(db, login->dialogue->mac, &row);
}

static int keep_configured(struct db *db, struct login *login)
{
	const struct dialogue *dialogue = login->dialogue;
	int r;

	if (!dialogue->etag)
		return 0;
	r = rendition_evidence(db, dialogue->mac, dialogue->etag, login->now, &login->operations);
	if (r > 0)
		login->given = dialogue->etag;
	if (r >= 0)
		r = wpi_phone_configured(db, dialogue->mac, dialogue->etag, login->now);
	return r;
}

static int keep_record(struct db *db, void *mem, struct login *login,
		       const struct wpi_record *record, struct before *before)
{
	switch (record->kind) {
	case WPI_RECORD_CONTACT:
		return keep_contact(db, mem, login);
	case WPI_RECORD_WRITTEN:
	case WPI_RECORD_NOT_WRITTEN:
	case WPI_RECORD_REFUSED:
		return keep_sent(db, login, record);
	case WPI_RECORD_LOCAL_CHANGE:
		return keep_change(db, mem, login, record->item, before);
	case WPI_RECORD_CONFIGURED:
		return keep_configured(db, login);
	default:
		return 0;
	}
}

/* Whom the phone has shown to be, and what secrets leave with the answer or have arrived. */
static int keep_trust(struct db *db, void *mem, const struct login *login, struct diag *diag)
{
	const struct wpi_turn *turn = &login->turn;
	const struct wpi_verdict *verdict = &login->verdict;
	const struct audit_who who = {
		.actor = "gigaprovd",
		.address = verdict->address,
		.request = request_id(login->req),
	};
	struct change change = {
		.db = db,
		.mem = mem,
		.who = &who,
		.diag = diag,
		.config = login->config,
	};
	int64_t mac = login->dialogue->mac;
	int r = wpi_trust_called(&change, mac, verdict, login->now);

	for (size_t i = 0; i < turn->record_count && r == 0; i++) {
		const struct wpi_record *record = &turn->records[i];

		if (secure_is_order(record) && record->kind == WPI_RECORD_ORDER_SENT)
			r = wpi_trust_gave(&change, mac, verdict, login->now);
		if (record->kind == WPI_RECORD_WRITTEN && record->item->secret)
			r = wpi_trust_taken(&change, mac, login->now);
	}
	if (r == 0 && verdict->is_enrolled && wpi_session_tells_secrets(login->dialogue->session))
		r = wpi_trust_told(&change, mac, verdict, login->now);
	return r;
}

int keep_turn(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *mem = mem_root("wpi_keep");
	struct login *login = arg;
	const struct wpi_turn *turn = &login->turn;
	struct before before = {0};
	bool has_read = false, has_part = false;
	int r = login->is_new_rendition ? rendition_put(db, login->rendition) : 0;

	if (r >= 0)
		r = keep_trust(db, mem, login, diag);
	/* Before the phone's version is learnt, by which a job would take its order back. */
	if (r >= 0)
		r = orders_keep(db, mem, login, diag);
	for (size_t i = 0; i < turn->record_count && r >= 0; i++) {
		has_read = has_read || turn->records[i].kind == WPI_RECORD_READ;
		has_part = has_part || turn->records[i].kind == WPI_RECORD_MODULE ||
			   turn->records[i].kind == WPI_RECORD_LOCAL_CHANGE;
		r = keep_record(db, mem, login, &turn->records[i], &before);
	}
	/* Last: changes are seen against what was told before. */
	if (r >= 0 && has_read)
		r = keep_read(db, mem, login);
	else if (r >= 0 && has_part && wpi_reason_kind(login->message->reason) == WPI_KIND_OPENS)
		r = keep_part(db, mem, login, login->message->items, login->message->item_count);
	login->outcome = outcome_of(login);
	if (r >= 0 && login->outcome)
		r = wpi_phone_end(db, login->dialogue->mac, login->outcome, login->now);
	return r < 0 ? r : 0;
}

/* No value ever gets here: names, statuses and words are not secret. */
static void tell_record(const char *mac, const struct wpi_record *record)
{
	const struct wpi_item *item = record->item;

	switch (record->kind) {
	case WPI_RECORD_REFUSED:
		counter_add(M_WPI_ITEM_REFUSED, 1);
		log_info("a desk phone refuses an item", LOG_S("mac", mac),
			 LOG_S("item", item->name), LOG_I("index", item->index),
			 LOG_S("status", item->status_word));
		break;
	case WPI_RECORD_WRITTEN:
		counter_add(M_WPI_WRITTEN, 1);
		break;
	case WPI_RECORD_CONFIGURED:
		counter_add(M_WPI_CONFIGURED, 1);
		break;
	case WPI_RECORD_WITHHELD:
		log_info("secrets are withheld from a desk phone until it is enrolled",
			 LOG_S("mac", mac));
		break;
	case WPI_RECORD_UNSENDABLE:
	case WPI_RECORD_STUBBORN:
	case WPI_RECORD_LOCAL_CHANGE:
		log_info(wpi_record_text(record->kind), LOG_S("mac", mac),
			 LOG_S("item", item->name), LOG_I("index", item->index),
			 LOG_S("words", record->words));
		break;
	default:
		if (wpi_record_ends(record->kind))
			log_info("a dialogue ends early", LOG_S("mac", mac),
				 LOG_S("why", wpi_record_text(record->kind)),
				 LOG_S("words", record->words));
		break;
	}
}

void keep_tell(const struct login *login)
{
	const struct dialogue *dialogue = login->dialogue;
	char mac[MAC_LEN + 1];

	mac_format(dialogue->mac, mac);
	for (size_t i = 0; i < login->turn.record_count; i++)
		tell_record(mac, &login->turn.records[i]);
	if (login->outcome)
		log_debug("a dialogue has ended", LOG_S("mac", mac),
			  LOG_S("outcome", login->outcome));
	seen_note(dialogue->mac, login->now, &dialogue->address, login->phone->software_version);
	watch_note(dialogue->mac);
	if (login->given)
		seen_fetch(dialogue->mac, login->now, &dialogue->address, dialogue->etag,
			   dialogue->revision, login->operations);
}
