/* SPDX-License-Identifier: MIT */
/*
 * What phones make of orders.  Each thing that a phone's message has told is a
 * function of the stored orders; one that no stored order fits (it was cancelled,
 * it has ended, it is of an older try) changes nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/job.h"
#include "fleet/version.h"
#include "fleet/wpi_file.h"
#include "store/device.h"
#include "wpi_payload.h"

enum { HOUR = 3600 };

struct telling {
	struct change *change;
	const struct wpi_order_news *news;
	const struct wpi_order_phone *phone;
	int64_t now;
	struct wpi_order_row *rows; /* that have not ended */
	size_t count;
	int64_t call_at; /* it is busy, and to be called then; 0: not */
};

typedef int event_fn(struct telling *at, const struct wpi_order_news_row *row);

static bool is_open(const struct wpi_order_row *row)
{
	return row->ended_at == 0;
}

static bool is_under_way(const struct wpi_order_row *row)
{
	return row->state == WPI_ORDER_SENT || row->state == WPI_ORDER_TAKEN;
}

/* "17.2": the second try of order 17. */
static struct wpi_order_row *order_of(const struct telling *at, const char *id, int64_t *ret_try)
{
	char *end;
	long long number = id ? strtoll(id, &end, 10) : 0;

	if (!id || *end != '.')
		return NULL;
	*ret_try = strtoll(end + 1, NULL, 10);
	for (size_t i = 0; i < at->count; i++)
		if (at->rows[i].id == number && is_open(&at->rows[i]))
			return &at->rows[i];
	return NULL;
}

static struct wpi_order_row *wanted_of(const struct telling *at, const char *id)
{
	const char *mark = WPI_ORDER_ID_FIRMWARE;

	if (!id || strncmp(id, mark, strlen(mark)) != 0)
		return NULL;
	for (size_t i = 0; i < at->count; i++)
		if (is_open(&at->rows[i]) && at->rows[i].what &&
		    wpi_order_kind_of(&at->rows[i]) == WPI_ORDER_KIND_firmware &&
		    strcmp(at->rows[i].what, id + strlen(mark)) == 0)
			return &at->rows[i];
	return NULL;
}

/* The one that was sent under that id, if it is still about that try. */
static struct wpi_order_row *sent_of(const struct telling *at, const char *id)
{
	int64_t try = 0;
	struct wpi_order_row *row = order_of(at, id, &try);

	if (row)
		return is_under_way(row) && row->attempts == try ? row : NULL;
	row = wanted_of(at, id);
	return row && is_under_way(row) ? row : NULL;
}

/* Where it has reached us: it is called to that port again. */
static int origin_note(struct telling *at)
{
	const char *origin = at->phone->reached;
	char *known;
	int r;

	if (!origin)
		return 0;
	r = wpi_origin_find(at->change->mem, at->change->db, at->phone->mac, &known);
	if (r < 0 || (r > 0 && strcmp(known, origin) == 0))
		return r < 0 ? r : 0;
	return wpi_origin_put(at->change->db, at->phone->mac, origin);
}

static int booted(struct telling *at, struct wpi_order_row *row)
{
	struct wpi_payload payload;
	const char *version = at->phone->version;
	int r;

	if (wpi_order_kind_row(wpi_order_kind_of(row))->end == WPI_END_START_UP)
		return wpi_order_done(at->change, row, "it has booted", at->now);
	r = wpi_payload_read(at->change->mem, row->payload, &payload);
	if (r < 0)
		return r;
	if (version && payload.version && version_compare(version, payload.version) == 0)
		return wpi_order_done(at->change, row,
				      mem_printf(at->change->mem, "runs %.64s", version), at->now);
	return wpi_order_try_failed(at->change, row,
				    mem_printf(at->change->mem, "it has booted, and runs %.64s",
					       version ? version : "nothing that it tells"),
				    at->now);
}

static int on_contact(struct telling *at, const struct wpi_order_news_row *row)
{
	bool has_booted = strcmp(at->phone->reason, "start-up") == 0;
	int r = origin_note(at);

	(void)row;
	for (size_t i = 0; i < at->count && r == 0 && has_booted; i++) {
		enum wpi_order_end end = wpi_order_kind_row(wpi_order_kind_of(&at->rows[i]))->end;

		if (is_under_way(&at->rows[i]) &&
		    (end == WPI_END_START_UP || end == WPI_END_VERSION))
			r = booted(at, &at->rows[i]);
	}
	return r;
}

static int note_sent(struct telling *at, struct wpi_order_row *row)
{
	row->state = WPI_ORDER_SENT;
	row->attempts++;
	row->sent_at = at->now;
	row->next_at = at->now + wpi_order_kind_row(wpi_order_kind_of(row))->wait_s;
	row->reason = NULL;
	return wpi_order_update(at->change->db, row);
}

/* What settings want, told to the phone for the first time. */
static int send_wanted(struct telling *at, const char *version)
{
	struct wpi_payload payload = {.version = version};
	struct wpi_order_row *row;
	struct wpi_choice wanted;
	int r = wpi_firmware_choose(at->change->mem, at->change->db, at->change->config,
				    at->phone->mac, at->phone->version, at->now, &wanted);

	if (r <= 0)
		return r;
	payload.firmware = wanted.file;
	row = mem_push(at->change->mem, &at->rows, &at->count);
	*row = (struct wpi_order_row){
		.mac = at->phone->mac,
		.kind = wpi_order_kind_row(WPI_ORDER_KIND_firmware)->name,
		.what = version,
		.next_at = at->now,
		.until_at = at->now + (int64_t)at->change->config->wpi.order_hours * HOUR,
		.payload = wpi_payload_write(at->change->mem, &payload),
		.actor = "gigaprovd",
		.created_at = at->now,
	};
	r = wpi_order_insert(at->change->db, row);
	if (r == 0)
		r = wpi_order_file_insert(at->change->db, row->id, wanted.file);
	return r < 0 ? r : note_sent(at, row);
}

static int on_sent(struct telling *at, const struct wpi_order_news_row *row)
{
	const char *mark = WPI_ORDER_ID_FIRMWARE;
	int64_t try = 0;
	struct wpi_order_row *order = order_of(at, row->id, &try);

	if (order)
		return order->state == WPI_ORDER_WAITING && order->attempts + 1 == try
			       ? note_sent(at, order)
			       : 0;
	if (row->id && strncmp(row->id, mark, strlen(mark)) == 0 && !wanted_of(at, row->id))
		return send_wanted(at, row->id + strlen(mark));
	return 0;
}

static int on_taken(struct telling *at, const struct wpi_order_news_row *row)
{
	struct wpi_order_row *order = sent_of(at, row->id);

	if (!order)
		return 0;
	order->state = WPI_ORDER_TAKEN;
	return wpi_order_update(at->change->db, order);
}

static int on_failed(struct telling *at, const struct wpi_order_news_row *row)
{
	struct wpi_order_row *order = sent_of(at, row->id);
	int64_t try;

	if (order)
		return wpi_order_try_failed(at->change, order, "the phone has refused it", at->now);
	/* It never left: the next time it would be the same. */
	order = order_of(at, row->id, &try);
	return order && row->words
		       ? wpi_order_end(at->change, order, WPI_ORDER_FAILED, row->words, at->now)
		       : 0;
}

static int on_answered(struct telling *at, const struct wpi_order_news_row *row)
{
	struct wpi_order_row *order = sent_of(at, row->id);

	if (!order)
		return 0;
	order->answer = wpi_answer_write(at->change->mem, at->news->items, at->news->item_count);
	return wpi_order_done(at->change, order, "it has told them", at->now);
}

/* The try does not count: the phone has not even begun. */
static int busy(struct telling *at, const struct wpi_order_news_row *row, int64_t again_at)
{
	struct wpi_order_row *order = sent_of(at, row->id);
	int r = 0;

	if (order) {
		order->state = WPI_ORDER_WAITING;
		order->attempts--;
		order->next_at = at->now;
		order->reason = "the phone was in a call";
		r = wpi_order_update(at->change->db, order);
	}
	at->call_at = again_at;
	return r;
}

/* It calls when it is idle, unless it forgets that with a restart that tells nobody. */
static int on_busy(struct telling *at, const struct wpi_order_news_row *row)
{
	return busy(at, row, at->now + HOUR);
}

static int on_busy_silent(struct telling *at, const struct wpi_order_news_row *row)
{
	return busy(at, row, at->now + (int64_t)at->change->config->wpi.contact_retry);
}

static bool is_of(const struct wpi_order_file *file, const char *name, const char *type)
{
	return strcmp(file->name, name) == 0 && (!type || strcasecmp(file->type, type) == 0);
}

/* How many of its files the message says are there. */
static size_t told_of(const struct telling *at, const struct wpi_payload *payload)
{
	size_t found = 0;

	for (size_t i = 0; i < payload->file_count; i++)
		for (size_t k = 0; k < at->news->count; k++) {
			const struct wpi_order_news_row *row = &at->news->rows[k];

			if (row->event != WPI_EVENT_FILE_TAKEN || !row->name ||
			    !is_of(&payload->files[i], row->name, row->words))
				continue;
			found++;
			break;
		}
	return found;
}

/* The order that the status is about; `name` NULL: the only one that it can be. */
static int order_of_file(struct telling *at, const struct wpi_order_news_row *row,
			 struct wpi_order_row **ret, struct wpi_payload *payload)
{
	bool is_firmware = row->words && strcasecmp(row->words, "APP") == 0;
	int r = 0;

	*ret = NULL;
	for (size_t i = 0; i < at->count && r == 0; i++) {
		enum wpi_order_kind kind = wpi_order_kind_of(&at->rows[i]);

		if (!is_under_way(&at->rows[i]) ||
		    kind != (is_firmware ? WPI_ORDER_KIND_firmware : WPI_ORDER_KIND_file))
			continue;
		r = wpi_payload_read(at->change->mem, at->rows[i].payload, payload);
		if (r < 0 || is_firmware || !row->name) {
			*ret = &at->rows[i];
			return r;
		}
		for (size_t k = 0; k < payload->file_count; k++)
			if (is_of(&payload->files[k], row->name, row->words)) {
				*ret = &at->rows[i];
				return 0;
			}
	}
	return r;
}

static int on_file_taken(struct telling *at, const struct wpi_order_news_row *row)
{
	struct wpi_order_row *order;
	struct wpi_payload payload;
	int r = order_of_file(at, row, &order, &payload);

	if (r < 0 || !order)
		return r;
	/* Firmware is proved by what boots. */
	if (wpi_order_kind_of(order) == WPI_ORDER_KIND_firmware) {
		order->state = WPI_ORDER_TAKEN;
		return wpi_order_update(at->change->db, order);
	}
	if (payload.file_count > 1 && told_of(at, &payload) < payload.file_count)
		return 0;
	return wpi_order_done(at->change, order, "it has the file", at->now);
}

static int on_file_failed(struct telling *at, const struct wpi_order_news_row *row)
{
	struct wpi_order_row *order;
	struct wpi_payload payload;
	int r = order_of_file(at, row, &order, &payload);

	if (r < 0 || !order)
		return r;
	return wpi_order_try_failed(at->change, order,
				    mem_printf(at->change->mem,
					       "the phone could not get or use %.128s",
					       row->name ? row->name : "the file"),
				    at->now);
}

static const char *value_of(const struct telling *at, const char *name, int index)
{
	for (size_t i = 0; i < at->news->item_count; i++)
		if (at->news->items[i].index == index && at->news->items[i].value &&
		    strcmp(at->news->items[i].name, name) == 0)
			return at->news->items[i].value;
	return NULL;
}

/* Whether the phone's list of files shows it, and as good. */
static bool is_listed(const struct telling *at, const struct wpi_order_file *file)
{
	for (size_t i = 0; i < at->news->item_count; i++) {
		const struct wpi_order_item *item = &at->news->items[i];
		const char *type, *status;

		if (strcmp(item->name, "file-deployment-name") != 0 || !item->value ||
		    strcmp(item->value, file->name) != 0)
			continue;
		type = value_of(at, "file-deployment-type", item->index);
		status = value_of(at, "file-deployment-status", item->index);
		if ((!type || strcasecmp(type, file->type) == 0) &&
		    (!status || strcasecmp(status, "ok") == 0))
			return true;
	}
	return false;
}

static int read_back(struct telling *at, struct wpi_order_row *row)
{
	bool deletes = wpi_order_kind_of(row) == WPI_ORDER_KIND_file_delete;
	struct wpi_payload payload;
	int r = wpi_payload_read(at->change->mem, row->payload, &payload);

	for (size_t i = 0; i < payload.file_count && r == 0; i++) {
		if (is_listed(at, &payload.files[i]) != deletes)
			continue;
		row->reason = mem_printf(at->change->mem,
					 deletes ? "the phone's list still shows %.128s"
						 : "the phone's list does not show %.128s",
					 payload.files[i].name);
		return wpi_order_update(at->change->db, row);
	}
	return r < 0 ? r
		     : wpi_order_done(at->change, row, "the phone's list of files shows it",
				      at->now);
}

static int on_read(struct telling *at, const struct wpi_order_news_row *row)
{
	int r = 0;

	(void)row;
	for (size_t i = 0; i < at->count && r == 0; i++) {
		enum wpi_order_end end = wpi_order_kind_row(wpi_order_kind_of(&at->rows[i]))->end;

		/* What was sent in this dialogue cannot be there yet. */
		if (is_under_way(&at->rows[i]) && at->rows[i].sent_at < at->phone->at &&
		    (end == WPI_END_LIST || end == WPI_END_STATUS))
			r = read_back(at, &at->rows[i]);
	}
	return r;
}

static event_fn *const events[] = {
	[WPI_EVENT_CONTACT] = on_contact,
	[WPI_EVENT_SENT] = on_sent,
	[WPI_EVENT_TAKEN] = on_taken,
	[WPI_EVENT_FAILED] = on_failed,
	[WPI_EVENT_ANSWERED] = on_answered,
	[WPI_EVENT_BUSY] = on_busy,
	[WPI_EVENT_BUSY_SILENT] = on_busy_silent,
	[WPI_EVENT_FILE_TAKEN] = on_file_taken,
	[WPI_EVENT_FILE_FAILED] = on_file_failed,
	[WPI_EVENT_READ] = on_read,
};

static bool is_read_back(const struct wpi_order_row *row)
{
	enum wpi_order_end end = wpi_order_kind_row(wpi_order_kind_of(row))->end;

	return end == WPI_END_LIST || end == WPI_END_STATUS;
}

/* When the phone is to come again because of an order; 0: it need not. */
static int64_t call_for(const struct telling *at, const struct wpi_order_row *row)
{
	const struct config_wpi *config = &at->change->config->wpi;
	int64_t soon = at->now + (int64_t)config->contact_gap;

	if (row->state == WPI_ORDER_WAITING)
		return row->next_at > soon ? row->next_at : soon;
	/* It may say nothing by itself. */
	if (!is_under_way(row) || !is_read_back(row))
		return 0;
	return row->reason ? at->now + (int64_t)config->contact_retry
			   : row->sent_at + (int64_t)config->contact_gap;
}

/* It is here.  What does not go with this dialogue is a reason to call it again. */
static int settle(struct telling *at)
{
	int64_t hours = (int64_t)at->change->config->wpi.order_hours;
	struct wpi_call call = {
		.mac = at->phone->mac, .due_at = at->call_at, .until_at = at->now + hours * HOUR};

	for (size_t i = 0; i < at->count; i++) {
		int64_t due_at = is_open(&at->rows[i]) ? call_for(at, &at->rows[i]) : 0;

		/* While it is in a call, earlier is in vain. */
		if (due_at && (!call.due_at || (due_at < call.due_at && !at->call_at)))
			call.due_at = due_at;
	}
	return call.due_at ? wpi_call_put(at->change->db, &call)
			   : wpi_call_delete(at->change->db, at->phone->mac);
}

int fleet_wpi_order_news(struct change *change, const struct wpi_order_news *news)
{
	struct telling at = {
		.change = change, .news = news, .phone = &news->phone, .now = clock_now()};
	int r = wpi_order_list_open(change->mem, change->db, news->phone.mac, &at.rows, &at.count);

	for (size_t i = 0; i < news->count && r >= 0; i++)
		r = events[news->rows[i].event](&at, &news->rows[i]);
	return r < 0 ? r : settle(&at);
}
