/* SPDX-License-Identifier: MIT */
/* Orders are given, taken back, and wanted; what phones make of them is wpi_order_news.c. */
#include "fleet/wpi_order.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "fleet/wpi_file.h"
#include "render/format.h"
#include "store/device.h"
#include "wpi_payload.h"

enum { HOUR = 3600, ITEMS_MAX = 200, FILES_MAX = 50, NAME_MAX = 64, INDEX_MAX = 999999 };

static const struct wpi_order_kind_row kinds[] = {
#define ORDER(id, action, end, away, wait_s, hours, tries, what)                                   \
	{#id, action, WPI_END_##end, away, wait_s, hours, tries, what},
#include "fleet/wpi_orders.def"
#undef ORDER
};

const struct wpi_order_kind_row *wpi_order_kind_row(enum wpi_order_kind kind)
{
	return &kinds[kind];
}

enum wpi_order_kind wpi_order_kind_of(const struct wpi_order_row *row)
{
	size_t i = 0;

	/* Nobody but this program writes them. */
	while (i + 1 < WPI_ORDER_KINDS && strcmp(kinds[i].name, row->kind) != 0)
		i++;
	return (enum wpi_order_kind)i;
}

int wpi_order_want(struct change *change, int64_t mac, int64_t due_at)
{
	int64_t until_at = clock_now() + (int64_t)change->config->wpi.order_hours * HOUR;
	struct wpi_call call = {.mac = mac};
	int r = wpi_call_find(change->db, mac, &call);

	if (r < 0)
		return r;
	if (due_at && (!call.due_at || due_at < call.due_at))
		call.due_at = due_at;
	if (until_at > call.until_at)
		call.until_at = until_at;
	return wpi_call_put(change->db, &call);
}

static bool is_item_name(const char *name)
{
	size_t len =
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*");

	return len > 0 && len <= NAME_MAX && !name[len];
}

static int items_take(struct change *change, const struct wpi_order_new *new,
		      struct wpi_payload *payload)
{
	if (new->item_count < 1 || new->item_count > ITEMS_MAX)
		return diag_set(change->diag, -E_VALUE, "1 to %d items can be read at once",
				ITEMS_MAX);
	for (size_t i = 0; i < new->item_count; i++)
		if (!is_item_name(new->items[i].name) || new->items[i].index < -1 ||
		    new->items[i].index > INDEX_MAX)
			return diag_set(change->diag, -E_WPI_ITEM,
					"'%.80s' is no item; one is reg-addr or key-label[3]",
					new->items[i].name);
	payload->items = mem_memdup(change->mem, new->items, sizeof(*new->items) * new->item_count);
	payload->item_count = new->item_count;
	return 0;
}

static int files_take(struct change *change, const struct wpi_order_new *new,
		      struct wpi_payload *payload)
{
	int r = 0;

	if (new->file_count < 1 || new->file_count > FILES_MAX)
		return diag_set(change->diag, -E_VALUE, "1 to %d files can be given at once",
				FILES_MAX);
	for (size_t i = 0; i < new->file_count &&r == 0; i++) {
		struct wpi_order_file *file =
			mem_push(change->mem, &payload->files, &payload->file_count);
		const char *type = new->files[i].type;
		struct wpi_file *stored;

		file->name = new->files[i].name;
		if (new->kind == WPI_ORDER_KIND_file) {
			r = wpi_file_get(change->mem, change->db, file->name, &stored,
					 change->diag);
			file->type = r == 0 ? stored->type : NULL;
		} else {
			r = wpi_file_name_check(file->name, change->diag);
			if (r == 0)
				r = wpi_file_type_check(type, &file->type, change->diag);
		}
	}
	return r;
}

static int payload_take(struct change *change, int64_t mac, const struct device *device,
			const struct wpi_order_new *new, struct wpi_payload *payload)
{
	payload->at_once = new->at_once;
	switch (new->kind) {
	case WPI_ORDER_KIND_restart:
		return 0;
	case WPI_ORDER_KIND_factory_reset:
		if (new->job_id || !new->force)
			return diag_set(change->diag, -E_WPI_ORDER_FORCE,
					"a factory reset takes everything from the phone, and it "
					"comes back only if the network tells it where; say it "
					"again with --force");
		return 0;
	case WPI_ORDER_KIND_read_items:
		return items_take(change, new, payload);
	case WPI_ORDER_KIND_file:
	case WPI_ORDER_KIND_file_delete:
		return files_take(change, new, payload);
	case WPI_ORDER_KIND_firmware:
		return wpi_firmware_take(change, mac, device, new, payload);
	case WPI_ORDER_KINDS:
		break;
	}
	return -E_VALUE;
}

static int phone_get(struct change *change, int64_t mac, struct device **ret)
{
	int r = device_get(change->mem, change->db, mac, ret);

	if (r < 0 || product_is_desk_phone(product_find((*ret)->product)))
		return r;
	return diag_set(change->diag, -E_WPI_PRODUCT, "a device of product %s takes no such orders",
			(*ret)->product ? (*ret)->product : "none");
}

static int room_check(struct change *change, int64_t mac)
{
	int64_t count;
	int r = wpi_order_count_open(change->db, mac, &count);

	if (r < 0 || count < (int64_t)change->config->wpi.max_orders)
		return r;
	return diag_set(change->diag, -E_WPI_ORDER_MANY,
			"the phone has %lld orders that it has not carried out ([wpi] max_orders); "
			"gigaprovctl wpi cancel takes some back",
			(long long)count);
}

int fleet_wpi_order_add(struct change *change, int64_t mac, const struct wpi_order_new *new,
			int64_t *ret_id)
{
	const struct wpi_order_kind_row *kind = &kinds[new->kind];
	int64_t hours = kind->hours ? kind->hours : (int64_t)change->config->wpi.order_hours;
	int64_t now = clock_now();
	struct wpi_order_row row = {
		.mac = mac,
		.kind = kind->name,
		.next_at = now,
		.until_at = new->until_at ? new->until_at : now + hours *HOUR,
		.actor = change->who->actor,
		.job_id = new->job_id,
		.created_at = now,
	};
	struct wpi_payload payload = {0};
	struct device *device;
	int r = phone_get(change, mac, &device);

	if (r == 0)
		r = room_check(change, mac);
	if (r == 0)
		r = payload_take(change, mac, device, new, &payload);
	if (r < 0)
		return r;
	row.what = wpi_payload_words(change->mem, &payload);
	row.payload = wpi_payload_write(change->mem, &payload);
	r = wpi_order_insert(change->db, &row);
	for (size_t i = 0; i < payload.file_count && r == 0; i++)
		r = new->kind == WPI_ORDER_KIND_file
			    ? wpi_order_file_insert(change->db, row.id, payload.files[i].name)
			    : 0;
	if (r == 0 && payload.firmware)
		r = wpi_order_file_insert(change->db, row.id, payload.firmware);
	if (r == 0)
		r = wpi_order_want(change, mac, new->job_id ? 0 : now);
	if (r < 0)
		return r;
	*ret_id = row.id;
	return fleet_audit(change, "wpi.order", scope_device(change->mem, mac), NULL,
			   json_pack("{s:I, s:s, s:o, s:b}", "id", (json_int_t)row.id, "kind",
				     row.kind, "what", audit_string(row.what), "force",
				     new->force));
}

static int cancel(struct change *change, struct wpi_order_row *row, const char *reason)
{
	row->state = WPI_ORDER_CANCELLED;
	row->reason = reason;
	row->ended_at = clock_now();
	return wpi_order_update(change->db, row);
}

int fleet_wpi_order_cancel(struct change *change, int64_t mac, int64_t id, int64_t *ret_count)
{
	struct wpi_order_row *rows;
	struct device *device;
	size_t count;
	int r = device_get(change->mem, change->db, mac, &device);

	*ret_count = 0;
	if (r == 0)
		r = wpi_order_list_open(change->mem, change->db, mac, &rows, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		bool was_sent = rows[i].state != WPI_ORDER_WAITING;

		if (id && rows[i].id != id)
			continue;
		++*ret_count;
		r = wpi_order_end(change, &rows[i], WPI_ORDER_CANCELLED,
				  was_sent ? "taken back after the phone had been told"
					   : "taken back",
				  clock_now());
		if (r == 0)
			r = fleet_audit(change, "wpi.cancel", scope_device(change->mem, mac),
					json_pack("{s:I, s:s}", "id", (json_int_t)rows[i].id,
						  "kind", rows[i].kind),
					NULL);
	}
	if (r == 0 && id && *ret_count == 0)
		return -E_WPI_ORDER_UNKNOWN;
	return r;
}

int wpi_order_withdraw(struct change *change, int64_t mac, int64_t job_id)
{
	struct wpi_order_row *rows;
	size_t count;
	int r = wpi_order_list_open(change->mem, change->db, mac, &rows, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		if (rows[i].job_id == job_id)
			r = cancel(change, &rows[i], "its job has withdrawn it");
	return r;
}
