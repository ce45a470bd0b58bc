/* SPDX-License-Identifier: MIT */
#include "wpi/orders.h"

#include <string.h>

#include "base/mem.h"

void wpi_orders_phone(const struct wpi_message *message, int64_t mac, struct wpi_order_phone *ret)
{
	*ret = (struct wpi_order_phone){
		.mac = mac,
		.reason = wpi_reason_word(message->reason),
		.version = wpi_message_text(message, "software-version"),
		.software_type = wpi_message_text(message, "software-type"),
	};
}

static const char *copy(void *mem, const char *s)
{
	return s ? mem_strdup(mem, s) : NULL;
}

void wpi_orders_phone_copy(void *mem, const struct wpi_order_phone *from,
			   struct wpi_order_phone *to)
{
	*to = *from;
	to->reason = copy(mem, from->reason);
	to->version = copy(mem, from->version);
	to->software_type = copy(mem, from->software_type);
	to->origin = copy(mem, from->origin);
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

int wpi_orders_read(void *mem, struct db *db, const struct config *config,
		    const struct wpi_order_phone *phone, struct wpi_wants *wants)
{
	struct wpi_order_due *due;
	struct wpi_order *orders;
	size_t count;
	bool reads;
	int r = wpi_order_read(mem, db, config, phone, &due, &count, &reads);

	if (r < 0)
		return r;
	orders = mem_array(mem, struct wpi_order, count + 1);
	for (size_t i = 0; i < count; i++)
		orders[i] = (struct wpi_order){.id = due[i].id,
					       .action = wpi_action_of(due[i].action),
					       .items = items_of(mem, &due[i]),
					       .item_count = due[i].item_count};
	wants->orders = orders;
	wants->order_count = count;
	if (reads)
		wants->check = WPI_CHECK_READ;
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

static void items_take(void *mem, const struct wpi_session *session, struct wpi_order_news *news)
{
	size_t count;
	const struct wpi_item *told = wpi_session_items(session, &count);
	struct wpi_order_item *items = mem_array(mem, struct wpi_order_item, count + 1);

	for (size_t i = 0; i < count; i++)
		items[i] = (struct wpi_order_item){.name = mem_strdup(items, told[i].name),
						   .index = told[i].index,
						   .value = copy(items, told[i].value)};
	news->items = items;
	news->item_count = count;
}

struct wpi_order_news *wpi_orders_news(void *mem, const struct wpi_order_phone *phone,
				       const struct wpi_session *session,
				       const struct wpi_turn *turn)
{
	struct wpi_order_news *news = mem_new(mem, struct wpi_order_news);
	struct wpi_order_news_row *rows = NULL;
	bool has_items = false;

	for (size_t i = 0; i < turn->record_count; i++) {
		const struct wpi_record *record = &turn->records[i];
		int event = event_of(record->kind);

		if (event < 0)
			continue;
		has_items = has_items || event == WPI_EVENT_READ || event == WPI_EVENT_ANSWERED;
		*mem_push(news, &rows, &news->count) = (struct wpi_order_news_row){
			.event = (enum wpi_order_event)event,
			.id = copy(news, record->order),
			.name = copy(news, file_of(record)),
			.words = copy(news, words_of(record)),
		};
	}
	if (news->count == 0) {
		mem_free(news);
		return NULL;
	}
	news->rows = rows;
	wpi_orders_phone_copy(news, phone, &news->phone);
	if (has_items)
		items_take(news, session, news);
	return news;
}
