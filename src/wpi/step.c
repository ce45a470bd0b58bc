/* SPDX-License-Identifier: MIT */
/* The steps that rows of flows.def name. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/secret.h"
#include "wpi/session.h"

enum { FILES_MAX = 100 }; /* of which a message can tell */

static void clean_up(struct step *step)
{
	step_say(step, WPI_ACTION_CLEAN_UP, NULL, 0, WPI_ENTITIES);
}

/* What is ordered for the end, or the end. */
static void finish(struct step *step)
{
	if (!step_order(step, false))
		clean_up(step);
}

static void write_next(struct step *step)
{
	struct wpi_session *session = step->session;

	if (session->observes) {
		clean_up(step);
	} else if (batch_next(session, step->policy)) {
		step_say(step, WPI_ACTION_WRITE_ITEMS, session->writes + session->batch,
			 session->batch_count, step->policy->entities);
	} else {
		if (!session->changes_attached)
			step_record(step,
				    session->withheld ? WPI_RECORD_WITHHELD : WPI_RECORD_CONFIGURED,
				    NULL);
		finish(step);
	}
}

/* send-solicited is of V3 R3 and later (guide p. 72): "V3 R5.12.0", "V3.1 R2.0.0". */
static bool tells_when_idle(const struct wpi_message *message)
{
	const char *version = wpi_message_text(message, "software-version");
	unsigned major, minor = 0, release;

	if (!version || (sscanf(version, "V%4u.%4u R%4u", &major, &minor, &release) != 3 &&
			 sscanf(version, "V%4u R%4u", &major, &release) != 2))
		return false;
	return major > 3 || (major == 3 && (minor > 0 || release >= 3));
}

static bool is_true(const struct wpi_message *message, const char *name)
{
	const char *value = wpi_message_text(message, name);

	return value && strcasecmp(value, "true") == 0;
}

/* A dialogue begins.  false, and answered, when nobody can tell which phone it is. */
static bool opens(struct step *step)
{
	struct wpi_session *session = step->session;
	const struct wpi_message *message = step->message;
	const char *mac = wpi_message_text(message, "mac-addr");

	if (session->state != WPI_STATE_IDLE && session->state != WPI_STATE_AWAY)
		step_record(step, WPI_RECORD_SUPERSEDED, NULL);
	session_open(session);
	session->turns = 1;
	session->max_items = message->max_items;
	session->reason = message->reason;
	session->observes = session->changes_attached = false;
	session->tells_when_idle = tells_when_idle(message);
	if (!mac || !*mac || strlen(mac) >= sizeof(session->mac)) {
		step_record(step, WPI_RECORD_STRAY, NULL)->words = "it has no mac-addr";
		session->mac[0] = '\0';
		clean_up(step);
		return false;
	}
	memcpy(session->mac, mac, strlen(mac) + 1);
	step_record(step, WPI_RECORD_CONTACT, NULL)->words = wpi_reason_word(message->reason);
	return true;
}

void step_begin(struct step *step)
{
	if (!opens(step) || step_order(step, true))
		return;
	switch (step->wants->check) {
	case WPI_CHECK_READ:
		step_say(step, WPI_ACTION_READ_ALL_ITEMS, NULL, 0, WPI_ENTITIES);
		return;
	case WPI_CHECK_PUSH:
		compare_items(step, NULL, 0, VIEW_NOTHING);
		write_next(step);
		return;
	case WPI_CHECK_SKIP:
		step_record(step, WPI_RECORD_CONFIGURED, NULL);
		finish(step);
		return;
	}
}

/* Since V2 R2 the changes are in the message, behind the basic items. */
void step_local_changes(struct step *step)
{
	struct wpi_session *session = step->session;
	const struct wpi_message *message = step->message;

	if (!opens(step))
		return;
	session->observes = step->policy->local_changes != WPI_LOCAL_OVERWRITE;
	session->changes_attached = is_true(message, "configuration-attached-flag");
	if (!session->changes_attached) {
		step_say(step, WPI_ACTION_READ_ALL_ITEMS, NULL, 0, WPI_ENTITIES);
		return;
	}
	for (size_t i = 0; i < message->item_count; i++)
		if (!wpi_name_is_basic(message->items[i].name))
			step_record(step, WPI_RECORD_LOCAL_CHANGE, &message->items[i]);
	compare_items(step, message->items, message->item_count, VIEW_PART);
	write_next(step);
}

void step_inventory(struct step *step)
{
	const struct wpi_message *message = step->message;

	if (!opens(step))
		return;
	for (size_t i = 0; i < message->item_count; i++)
		if (!wpi_name_is_basic(message->items[i].name))
			step_record(step, WPI_RECORD_MODULE, &message->items[i]);
	clean_up(step);
}

/* Of several files, each has its index. */
static const struct wpi_item *same_index(const struct wpi_message *message, const char *name,
					 int index)
{
	return wpi_item_find(message->items, message->item_count, name, index);
}

void step_file_status(struct step *step)
{
	const struct wpi_message *message = step->message;

	if (!opens(step))
		return;
	for (size_t i = 0, files = 0; i < message->item_count && files < FILES_MAX; i++) {
		const struct wpi_item *status = &message->items[i];
		const struct wpi_item *name, *type;
		struct wpi_record *record;
		bool good;

		if (strcmp(status->name, "file-deployment-status") != 0 || !status->value)
			continue;
		files++;
		good = strcasecmp(status->value, "ok") == 0;
		name = same_index(message, "file-deployment-name", status->index);
		type = same_index(message, "file-deployment-type", status->index);
		record = step_record(step, good ? WPI_RECORD_FILE_TAKEN : WPI_RECORD_FILE_FAILED,
				     name ? name : status);
		if (type && type->value)
			record->words = mem_strdup(step->session->turn, type->value);
	}
	finish(step);
}

void step_phone_ended(struct step *step)
{
	const struct wpi_message *message = step->message;

	step_record(
		step, WPI_RECORD_PHONE_ENDED,
		wpi_item_find(message->items, message->item_count, "cleanup-reason", WPI_NO_INDEX));
	clean_up(step);
}

void step_stray(struct step *step)
{
	step_record(step, WPI_RECORD_STRAY, NULL);
	clean_up(step);
}

void step_given_up(struct step *step)
{
	step_record(step, WPI_RECORD_GIVEN_UP, NULL);
	clean_up(step);
}

/* What an excerpt has: what is compared, and the files that are at the phone, which prove orders. */
static bool is_asked_for(const struct step *step, const struct wpi_item *item)
{
	const struct wpi_wants *wants = step->wants;

	for (size_t i = 0; i < wants->item_count; i++)
		if (wants->items[i].item.index == item->index &&
		    strcmp(wants->items[i].item.name, item->name) == 0)
			return true;
	return strncmp(item->name, "file-deployment-", strlen("file-deployment-")) == 0;
}

static void keep_read(struct wpi_session *session, const struct wpi_item *item)
{
	wpi_item_copy(session->reading, item,
		      mem_push(session->reading, &session->read, &session->read_count));
}

/* From now on of all items only an excerpt is kept; of what was kept so far, too. */
static void make_excerpt(struct step *step)
{
	struct wpi_session *session = step->session;
	void *before = session->reading;
	const struct wpi_item *items = session->read;
	size_t count = session->read_count;

	session->is_excerpt = true;
	session->reading = mem_array(session->dialogue, char, 1);
	session->read = NULL;
	session->read_count = 0;
	for (size_t i = 0; i < count; i++)
		if (is_asked_for(step, &items[i]))
			keep_read(session, &items[i]);
	mem_free(before);
}

/* Adds the message's items to those of earlier fragments; false when it becomes too much. */
static bool take_items(struct step *step)
{
	struct wpi_session *session = step->session;
	const struct wpi_message *message = step->message;
	bool reads = session->state == WPI_STATE_READING;

	if (message->item_count > step->policy->read_items - session->heard_count)
		return false;
	session->heard_count += message->item_count;
	if (step->policy->is_short && reads && !session->is_excerpt)
		make_excerpt(step);
	for (size_t i = 0; i < message->item_count; i++) {
		const struct wpi_item *item = &message->items[i];

		session->heard_bytes +=
			strlen(item->name) +
			(item->secret ? secret_len(item->secret) : strlen(item->value));
		if (session->heard_bytes > step->policy->read_bytes)
			return false;
		if (!reads || !session->is_excerpt || is_asked_for(step, item))
			keep_read(session, item);
	}
	return true;
}

/* The same for the last or only part of a reply, which is whole then. */
static bool take_last(struct step *step)
{
	struct wpi_session *session = step->session;

	if (!take_items(step)) {
		step_given_up(step);
		return false;
	}
	mem_free(session->telling);
	session->telling = session->reading;
	session->told = session->read;
	session->told_count = session->read_count;
	session->reading = mem_array(session->dialogue, char, 1);
	session->read = NULL;
	session->read_count = session->heard_count = session->heard_bytes = 0;
	session->fragments = 0;
	return true;
}

void step_fragment(struct step *step)
{
	if (++step->session->fragments > step->policy->fragments || !take_items(step))
		step_given_up(step);
	else
		step_say(step, WPI_ACTION_GET_NEXT_FRAGMENT, NULL, 0, WPI_ENTITIES);
}

void step_items_read(struct step *step)
{
	struct wpi_session *session = step->session;

	if (!take_last(step))
		return;
	step_record(step, WPI_RECORD_READ, NULL);
	compare_items(step, session->told, session->told_count, VIEW_WHOLE);
	write_next(step);
}

/* What the phone says of an item that it was sent; its list has only those with which something is wrong. */
static const struct wpi_item *complaint_find(const struct wpi_session *session,
					     const struct wpi_item *sent)
{
	for (size_t i = 0; i < session->told_count; i++) {
		const struct wpi_item *item = &session->told[i];

		if (item->status != WPI_ITEM_FINE && strcmp(item->name, sent->name) == 0 &&
		    (item->index == sent->index || item->index == WPI_NO_INDEX))
			return item;
	}
	return NULL;
}

/* Of an order all or nothing counts, and then the phone shall go. */
static void order_written(struct step *step)
{
	struct wpi_session *session = step->session;
	enum wpi_record_kind kind = WPI_RECORD_ORDER_TAKEN;
	const char *order = session->order;

	for (size_t i = 0; i < session->told_count; i++) {
		if (session->told[i].status == WPI_ITEM_FINE)
			continue;
		step_record(step, WPI_RECORD_REFUSED, &session->told[i]);
		kind = WPI_RECORD_ORDER_FAILED;
	}
	step_record(step, kind, NULL)->order = order;
	clean_up(step);
}

void step_written(struct step *step)
{
	struct wpi_session *session = step->session;

	if (!take_last(step))
		return;
	if (session->order) {
		order_written(step);
		return;
	}
	for (size_t i = 0; i < session->batch_count; i++) {
		const struct wpi_item *sent = &session->writes[session->batch + i];
		const struct wpi_item *complaint = complaint_find(session, sent);
		struct wpi_item refused = *sent;

		if (!complaint) {
			step_record(step, WPI_RECORD_WRITTEN, sent);
			continue;
		}
		refused.status = complaint->status;
		refused.status_word = complaint->status_word;
		step_record(step, WPI_RECORD_REFUSED, &refused);
	}
	write_next(step);
}

void step_answered(struct step *step)
{
	if (!take_last(step))
		return;
	step_record(step, WPI_RECORD_ANSWERED, NULL)->order = step->session->order;
	finish(step);
}

void step_went(struct step *step)
{
	step_record(step, WPI_RECORD_ORDER_TAKEN, NULL)->order = step->session->order;
	finish(step);
}

void step_failed(struct step *step)
{
	struct wpi_session *session = step->session;

	if (session->asked == WPI_ACTION_WRITE_ITEMS)
		for (size_t i = 0; i < session->batch_count; i++)
			step_record(step, WPI_RECORD_NOT_WRITTEN,
				    &session->writes[session->batch + i]);
	if (session->order)
		step_record(step, WPI_RECORD_ORDER_FAILED, NULL)->order = session->order;
	step_record(step, WPI_RECORD_FAILED, NULL)->words = wpi_action_word(session->asked);
	clean_up(step);
}

/* The phone remembers one wish to call, however often it is told. */
void step_busy(struct step *step)
{
	static const struct wpi_item call[] = {
		{.name = "send-solicited", .index = WPI_NO_INDEX, .value = "true"},
	};
	struct wpi_session *session = step->session;
	struct wpi_record *record;

	record = step_record(
		step, session->tells_when_idle ? WPI_RECORD_BUSY : WPI_RECORD_BUSY_SILENT, NULL);
	record->words = wpi_action_word(session->asked);
	record->order = session->order;
	if (session->order)
		step_order_undo(session, session->order);
	if (session->tells_when_idle)
		step_say(step, WPI_ACTION_CLEAN_UP, call, 1, WPI_ENTITIES);
	else
		clean_up(step);
}
