/* SPDX-License-Identifier: MIT */
/*
 * What is due for a phone that calls, as items.
 *
 * One thing at a time keeps a phone away (it fetches, it boots), so of such only
 * one goes with a dialogue: firmware, then files, then restarts.  While the phone
 * is at one, it gets no other, unless it calls to say how that went or has booted.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/wpi_file.h"
#include "wpi_payload.h"

/* What phones take for a factory reset, documented and always the same (guide p. 51). */
static const char restart_password[] = "124816";

struct reading {
	void *mem;
	struct db *db;
	const struct config *config;
	const struct wpi_order_phone *phone;
	int64_t now;
	const char *origin; /* NULL: files cannot be told of */
	struct wpi_order_due *due;
	size_t count;
};

struct items {
	struct wpi_order_item *list;
	size_t count;
};

static void add(void *mem, struct items *items, const char *name, int index, const char *value)
{
	*mem_push(mem, &items->list, &items->count) =
		(struct wpi_order_item){.name = name, .index = index, .value = value};
}

static void reset_items(void *mem, struct items *items)
{
	*mem_push(mem, &items->list, &items->count) =
		(struct wpi_order_item){.name = "restart-password",
					.index = -1,
					.secret = secret_new(mem, restart_password)};
	add(mem, items, "restart-type", -1, "FactoryReset");
}

/* A single one has no index, and is told of with a status. */
static void file_items(struct reading *at, const struct wpi_payload *payload, struct items *items)
{
	bool one = payload->file_count == 1;

	for (size_t i = 0; i < payload->file_count; i++) {
		const struct wpi_order_file *file = &payload->files[i];
		int index = one ? -1 : (int)i + 1;

		add(at->mem, items, "file-https-base-url", index,
		    wpi_file_link(at->mem, at->origin, at->phone->mac, file->name));
		add(at->mem, items, "file-type", index, file->type);
		if (!one)
			add(at->mem, items, "file-action", index, "deploy");
	}
}

static void delete_items(struct reading *at, const struct wpi_payload *payload, struct items *items)
{
	for (size_t i = 0; i < payload->file_count; i++) {
		const struct wpi_order_file *file = &payload->files[i];

		add(at->mem, items, "file-name", (int)i + 1, file->name);
		add(at->mem, items, "file-type", (int)i + 1, file->type);
		add(at->mem, items, "file-action", (int)i + 1, "delete");
	}
}

static void firmware_items(struct reading *at, const struct wpi_payload *payload,
			   struct items *items)
{
	const char *type = at->phone->software_type;

	add(at->mem, items, "file-https-base-url", -1,
	    wpi_file_link(at->mem, at->origin, at->phone->mac, payload->firmware));
	add(at->mem, items, "file-type", -1, "APP");
	add(at->mem, items, "file-sw-type", -1, type && *type ? type : "Siemens SIP");
	add(at->mem, items, "file-sw-version", -1, payload->version);
	add(at->mem, items, "file-priority", -1, payload->at_once ? "immediate" : "normal");
}

static void items_make(struct reading *at, enum wpi_order_kind kind,
		       const struct wpi_payload *payload, struct wpi_order_due *due)
{
	struct items items = {0};

	switch (kind) {
	case WPI_ORDER_KIND_restart:
	case WPI_ORDER_KINDS:
		break;
	case WPI_ORDER_KIND_factory_reset:
		reset_items(at->mem, &items);
		break;
	case WPI_ORDER_KIND_read_items:
		for (size_t i = 0; i < payload->item_count; i++)
			add(at->mem, &items, payload->items[i].name, payload->items[i].index, "");
		break;
	case WPI_ORDER_KIND_file:
		file_items(at, payload, &items);
		break;
	case WPI_ORDER_KIND_file_delete:
		delete_items(at, payload, &items);
		break;
	case WPI_ORDER_KIND_firmware:
		firmware_items(at, payload, &items);
		break;
	}
	due->action = wpi_order_kind_row(kind)->action;
	due->items = items.list;
	due->item_count = items.count;
}

static int give(struct reading *at, const struct wpi_order_row *row)
{
	struct wpi_order_due *due;
	struct wpi_payload payload;
	int r = wpi_payload_read(at->mem, row->payload, &payload);

	if (r < 0)
		return r;
	due = mem_push(at->mem, &at->due, &at->count);
	due->id =
		mem_printf(at->mem, "%lld.%lld", (long long)row->id, (long long)row->attempts + 1);
	items_make(at, wpi_order_kind_of(row), &payload, due);
	return 0;
}

/* The Host that the phone has called goes back to that phone, and only as far as it can be one. */
static const char *origin_of(const struct reading *at)
{
	const char *public_url = at->config->wpi.public_url;
	const char *origin = at->phone->origin;
	size_t len = public_url ? strlen(public_url) : 0;

	while (len > 0 && public_url[len - 1] == '/')
		len--;
	if (len > 0)
		return mem_strndup(at->mem, public_url, len);
	return origin && wpi_file_origin_is(origin) ? origin : NULL;
}

static bool needs_origin(enum wpi_order_kind kind)
{
	return kind == WPI_ORDER_KIND_file || kind == WPI_ORDER_KIND_firmware;
}

static bool is_at_it(const struct wpi_order_row *row)
{
	return row->state != WPI_ORDER_WAITING && wpi_order_kind_row(wpi_order_kind_of(row))->away;
}

/* Only its list of files, which is among all items, tells how it went. */
static bool is_read_back(const struct wpi_order_row *row)
{
	enum wpi_order_end end = wpi_order_kind_row(wpi_order_kind_of(row))->end;

	return row->state != WPI_ORDER_WAITING && (end == WPI_END_LIST || end == WPI_END_STATUS);
}

/* Lower comes first. */
static int rank_of(enum wpi_order_kind kind)
{
	switch (kind) {
	case WPI_ORDER_KIND_firmware:
		return 0;
	case WPI_ORDER_KIND_file:
	case WPI_ORDER_KIND_file_delete:
		return 1;
	case WPI_ORDER_KIND_restart:
		return 2;
	default:
		return 3;
	}
}

static bool can_go(const struct reading *at, const struct wpi_order_row *row)
{
	return row->state == WPI_ORDER_WAITING && row->next_at <= at->now &&
	       row->until_at > at->now && (at->origin || !needs_origin(wpi_order_kind_of(row)));
}

/* Fetching or booting, and not calling because of that. */
static bool is_away(const struct reading *at, const struct wpi_order_row *rows, size_t count)
{
	if (strcmp(at->phone->reason, "status") == 0 || strcmp(at->phone->reason, "start-up") == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_at_it(&rows[i]))
			return true;
	return false;
}

/* The next that keeps it away; NULL: none. */
static const struct wpi_order_row *pick(const struct reading *at, const struct wpi_order_row *rows,
					size_t count)
{
	const struct wpi_order_row *best = NULL;

	for (size_t i = 0; i < count; i++) {
		enum wpi_order_kind kind = wpi_order_kind_of(&rows[i]);

		if (!can_go(at, &rows[i]) || !wpi_order_kind_row(kind)->away)
			continue;
		if (!best || rank_of(kind) < rank_of(wpi_order_kind_of(best)))
			best = &rows[i];
	}
	return best;
}

static bool has_firmware(const struct wpi_order_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (wpi_order_kind_of(&rows[i]) == WPI_ORDER_KIND_firmware)
			return true;
	return false;
}

/* What settings want becomes an order when it is sent.  1 when there is something. */
static int give_wanted(struct reading *at)
{
	struct wpi_payload payload = {0};
	struct wpi_order_due *due;
	struct wpi_choice wanted;
	int r = at->origin ? wpi_firmware_choose(at->mem, at->db, at->config, at->phone->mac,
						 at->phone->version, at->now, &wanted)
			   : 0;

	if (r <= 0)
		return r;
	payload.version = wanted.version;
	payload.firmware = wanted.file;
	due = mem_push(at->mem, &at->due, &at->count);
	due->id = mem_printf(at->mem, "%s%s", WPI_ORDER_ID_FIRMWARE, wanted.version);
	items_make(at, WPI_ORDER_KIND_firmware, &payload, due);
	return 1;
}

static int give_away(struct reading *at, const struct wpi_order_row *rows, size_t count)
{
	const struct wpi_order_row *away = pick(at, rows, count);
	int r = 0;

	if (!has_firmware(rows, count))
		r = give_wanted(at);
	return r == 0 && away ? give(at, away) : r;
}

int wpi_order_read(void *mem, struct db *db, const struct config *config,
		   const struct wpi_order_phone *phone, struct wpi_order_due **ret,
		   size_t *ret_count, bool *ret_reads)
{
	struct reading at = {
		.mem = mem, .db = db, .config = config, .phone = phone, .now = clock_now()};
	struct wpi_order_row *rows;
	size_t count;
	int r = wpi_order_list_open(mem, db, phone->mac, &rows, &count);

	if (r < 0)
		return r;
	at.origin = origin_of(&at);
	*ret_reads = false;
	for (size_t i = 0; i < count && r == 0; i++) {
		*ret_reads = *ret_reads || is_read_back(&rows[i]);
		if (can_go(&at, &rows[i]) && !wpi_order_kind_row(wpi_order_kind_of(&rows[i]))->away)
			r = give(&at, &rows[i]);
	}
	if (r == 0 && !is_away(&at, rows, count))
		r = give_away(&at, rows, count);
	*ret = at.due;
	*ret_count = at.count;
	return r < 0 ? r : 0;
}
