/* SPDX-License-Identifier: MIT */
/* Between the dialogue, which knows no fleet, and the fleet's orders. */
#include <string.h>

#include "base/mem.h"
#include "fleet/audit.h"
#include "fleet/fleet.h"
#include "fleet/wpi_order.h"
#include "http/request.h"
#include "login.h"

/*
 * Where it has reached us: its Host only goes back to whoever sent it, but this is
 * what the phone will be told to call.  Behind a proxy that speaks TLS for us nobody
 * here knows.
 */
static const char *reached_at(const struct login *login)
{
	if (!request_is_tls(login->req))
		return NULL;
	return mem_printf(request_mem(login->req), "https://self:%u", request_port(login->req));
}

/* Replies tell little: what their dialogue began with is in the phone's row. */
static void phone_of(const struct login *login, struct wpi_order_phone *ret)
{
	const struct wpi_message *message = login->message;
	bool opens = wpi_reason_kind(message->reason) == WPI_KIND_OPENS;
	const char *host = request_header(login->req, "Host");

	*ret = (struct wpi_order_phone){
		.mac = login->dialogue->mac,
		.reason = wpi_reason_word(message->reason),
		.version = opens ? wpi_message_text(message, "software-version")
				 : login->phone->software_version,
		.software_type = opens ? wpi_message_text(message, "software-type")
				       : login->phone->software_type,
		.origin = host ? mem_printf(request_mem(login->req), "http%s://%s",
					    request_is_tls(login->req) ? "s" : "", host)
			       : NULL,
		.reached = reached_at(login),
		.at = opens ? login->now : login->phone->contacted_at,
	};
}

static const struct wpi_item *items_of(void *mem, const struct wpi_order_due *due)
{
	struct wpi_item *items = mem_array(mem, struct wpi_item, due->item_count + 1);

	for (size_t i = 0; i < due->item_count; i++)
		items[i] = (struct wpi_item){.name = due->items[i].name,
					     .index = due->items[i].index,
					     .value = due->items[i].value,
					     .secret = due->items[i].secret};
	return items;
}

int orders_read(struct login *login, struct wpi_wants *ret)
{
	void *mem = request_mem(login->req);
	struct wpi_order_phone phone;
	struct wpi_order_due *due;
	struct wpi_order *orders;
	struct db *db;
	size_t count;
	bool reads;
	int r = fleet_reader(&db);

	phone_of(login, &phone);
	if (r == 0)
		r = wpi_order_read(mem, db, login->config, &phone, &due, &count, &reads);
	if (r < 0)
		return r;
	orders = mem_array(mem, struct wpi_order, count + 1);
	for (size_t i = 0; i < count; i++)
		orders[i] = (struct wpi_order){.id = due[i].id,
					       .action = wpi_action_of(due[i].action),
					       .items = items_of(mem, &due[i]),
					       .item_count = due[i].item_count};
	ret->orders = orders;
	ret->order_count = count;
	if (reads)
		ret->check = WPI_CHECK_READ;
	return 0;
}

/* Records that have to do with orders; -1 for the others. */
static int event_of(enum wpi_record_kind kind)
{
	switch (kind) {
	case WPI_RECORD_CONTACT:
		return WPI_EVENT_CONTACT;
	case WPI_RECORD_ORDER_SENT:
		return WPI_EVENT_SENT;
	case WPI_RECORD_ORDER_TAKEN:
		return WPI_EVENT_TAKEN;
	case WPI_RECORD_ORDER_FAILED:
		return WPI_EVENT_FAILED;
	case WPI_RECORD_ANSWERED:
		return WPI_EVENT_ANSWERED;
	case WPI_RECORD_BUSY:
		return WPI_EVENT_BUSY;
	case WPI_RECORD_BUSY_SILENT:
		return WPI_EVENT_BUSY_SILENT;
	case WPI_RECORD_FILE_TAKEN:
		return WPI_EVENT_FILE_TAKEN;
	case WPI_RECORD_FILE_FAILED:
		return WPI_EVENT_FILE_FAILED;
	case WPI_RECORD_READ:
		return WPI_EVENT_READ;
	default:
		return -1;
	}
}

/* BUSY's words say to which action, and a plain refusal has none that matter. */
static const char *words_of(const struct wpi_record *record)
{
	return record->kind == WPI_RECORD_CONTACT || record->kind == WPI_RECORD_BUSY ||
			       record->kind == WPI_RECORD_BUSY_SILENT
		       ? NULL
		       : record->words;
}

/* In the status of a file, the item is its name, or else the status itself. */
static const char *file_of(const struct wpi_record *record)
{
	bool is_file =
		record->kind == WPI_RECORD_FILE_TAKEN || record->kind == WPI_RECORD_FILE_FAILED;

	if (!is_file || !record->item || wpi_name_is_secret(record->item->name))
		return NULL;
	return strcmp(record->item->name, "file-deployment-name") == 0 ? record->item->value : NULL;
}

/* Of secrets, no value goes on from here. */
static void items_take(void *mem, const struct wpi_session *session, struct wpi_order_news *news)
{
	size_t count;
	const struct wpi_item *told = wpi_session_items(session, &count);
	struct wpi_order_item *items = mem_array(mem, struct wpi_order_item, count + 1);

	for (size_t i = 0; i < count; i++)
		items[i] = (struct wpi_order_item){
			.name = told[i].name, .index = told[i].index, .value = told[i].value};
	news->items = items;
	news->item_count = count;
}

int orders_keep(struct db *db, void *mem, const struct login *login, struct diag *diag)
{
	struct change change = {
		.db = db, .mem = mem, .who = &audit_daemon, .diag = diag, .config = login->config};
	const struct wpi_turn *turn = &login->turn;
	struct wpi_order_news news = {.rows = NULL};
	struct wpi_order_news_row *rows = NULL;
	bool has_items = false;

	for (size_t i = 0; i < turn->record_count; i++) {
		const struct wpi_record *record = &turn->records[i];
		int event = event_of(record->kind);

		if (event < 0)
			continue;
		has_items = has_items || event == WPI_EVENT_READ || event == WPI_EVENT_ANSWERED;
		*mem_push(mem, &rows, &news.count) =
			(struct wpi_order_news_row){.event = (enum wpi_order_event)event,
						    .id = record->order,
						    .name = file_of(record),
						    .words = words_of(record)};
	}
	if (news.count == 0)
		return 0;
	news.rows = rows;
	phone_of(login, &news.phone);
	if (has_items)
		items_take(mem, login->dialogue->session, &news);
	return fleet_wpi_order_news(&change, &news);
}
