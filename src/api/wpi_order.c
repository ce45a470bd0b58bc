/* SPDX-License-Identifier: MIT */
/* Orders for desk phones: given, shown, taken back. */
#include "fleet/wpi_order.h"

#include <string.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"

enum { NAME_MAX = 64, INDEX_MAX = 999999 };

struct input {
	int64_t mac;
	struct wpi_order_new order;
	struct api_texts words;
	const char *type;
};

static const struct api_field nothing[] = {
	API_FIELD("force", TRUTH, MAY, struct input, order.force),
};

static const struct api_field read_fields[] = {
	API_FIELD("items", TEXTS, MUST, struct input, words),
};

static const struct api_field firmware_fields[] = {
	API_FIELD("version", TEXT, MUST, struct input, order.version),
	API_FIELD("downgrade", TRUTH, MAY, struct input, order.downgrade),
	API_FIELD("immediate", TRUTH, MAY, struct input, order.at_once),
	API_FIELD("force", TRUTH, MAY, struct input, order.force),
};

static const struct api_field delete_fields[] = {
	API_FIELD("names", TEXTS, MUST, struct input, words),
	API_FIELD("type", TEXT, MUST, struct input, type),
};

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int64_t id;
	int r = fleet_wpi_order_add(change, input->mac, &input->order, &id);

	return r < 0 ? r : api_answer(req, 201, json_pack("{s:I}", "id", (json_int_t)id));
}

static int input_take(struct request *req, enum wpi_order_kind kind, const struct api_field *fields,
		      size_t count, struct input **ret, struct diag *reterr)
{
	struct input *input = mem_new(request_mem(req), struct input);
	int r = api_mac(req, &input->mac);

	*ret = input;
	if (r == 0)
		r = api_input(req, fields, count, input, reterr);
	input->order.kind = kind;
	return r;
}

static int plain(struct request *req, enum wpi_order_kind kind, const struct api_field *fields,
		 size_t count)
{
	struct diag diag = {0};
	struct input *input;
	int r = input_take(req, kind, fields, count, &input, &diag);

	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, add_op, input);
}

int api_wpi_order_restart(struct request *req)
{
	return plain(req, WPI_ORDER_KIND_restart, nothing, COUNT_OF(nothing));
}

int api_wpi_order_reset(struct request *req)
{
	return plain(req, WPI_ORDER_KIND_factory_reset, nothing, COUNT_OF(nothing));
}

int api_wpi_order_firmware(struct request *req)
{
	return plain(req, WPI_ORDER_KIND_firmware, firmware_fields, COUNT_OF(firmware_fields));
}

/* "key-label[3]"; what is no item at all is for the command to say. */
static void item_of(void *mem, const char *text, struct wpi_order_item *ret)
{
	const char *bracket = strchr(text, '[');
	size_t len = strlen(text);
	uint64_t index;

	*ret = (struct wpi_order_item){.name = text, .index = -1};
	if (!bracket || text[len - 1] != ']')
		return;
	if (!text_to_uint(mem_strndup(mem, bracket + 1, len - (size_t)(bracket - text) - 2),
			  INDEX_MAX, &index))
		return;
	ret->name = mem_strndup(mem, text, (size_t)(bracket - text));
	ret->index = (int)index;
}

int api_wpi_order_read(struct request *req)
{
	struct wpi_order_item *items;
	struct diag diag = {0};
	struct input *input;
	int r = input_take(req, WPI_ORDER_KIND_read_items, read_fields, COUNT_OF(read_fields),
			   &input, &diag);

	if (r < 0)
		return api_refuse(req, r, &diag);
	items = mem_array(input, struct wpi_order_item, input->words.count + 1);
	for (size_t i = 0; i < input->words.count; i++)
		item_of(input, input->words.texts[i], &items[i]);
	input->order.items = items;
	input->order.item_count = input->words.count;
	return api_write(req, add_op, input);
}

int api_wpi_order_delete(struct request *req)
{
	struct wpi_order_file *files;
	struct diag diag = {0};
	struct input *input;
	int r = input_take(req, WPI_ORDER_KIND_file_delete, delete_fields, COUNT_OF(delete_fields),
			   &input, &diag);

	if (r < 0)
		return api_refuse(req, r, &diag);
	files = mem_array(input, struct wpi_order_file, input->words.count + 1);
	for (size_t i = 0; i < input->words.count; i++)
		files[i] = (struct wpi_order_file){input->words.texts[i], input->type};
	input->order.files = files;
	input->order.file_count = input->words.count;
	return api_write(req, add_op, input);
}

struct cancel {
	int64_t mac;
	int64_t id;
};

static const struct api_field cancel_fields[] = {
	API_FIELD("id", NUMBER, MAY, struct cancel, id),
};

static int cancel_op(struct request *req, struct change *change, void *arg)
{
	const struct cancel *cancel = arg;
	int64_t count;
	int r = fleet_wpi_order_cancel(change, cancel->mac, cancel->id, &count);

	return r < 0 ? r : api_answer(req, 200, json_pack("{s:I}", "cancelled", (json_int_t)count));
}

int api_wpi_order_cancel(struct request *req)
{
	struct cancel *cancel = mem_new(request_mem(req), struct cancel);
	struct diag diag = {0};
	int r = api_mac(req, &cancel->mac);

	if (r == 0)
		r = api_input(req, cancel_fields, COUNT_OF(cancel_fields), cancel, &diag);
	if (r == 0 && cancel->id < 0)
		r = diag_set(&diag, -E_VALUE, "the id of an order is a number");
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, cancel_op, cancel);
}

/* "reg-addr = 10.0.0.1"; of what was a secret, no value was kept. */
static json_t *answer_json(const struct secret *answer)
{
	json_t *told = answer ? json_loads(secret_reveal(answer), 0, NULL) : NULL;
	json_t *ret = json_object();
	json_t *one;
	size_t i;

	if (!told)
		return json_decref(ret), json_null();
	json_array_foreach(told, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));
		json_int_t index = json_integer_value(json_object_get(one, "index"));
		json_t *value = json_object_get(one, "value");
		CLEANUP(mem_freep)
		char *key = index < 0 ? mem_strdup(NULL, name)
				      : mem_printf(NULL, "%s[%lld]", name, (long long)index);

		json_object_set_new(ret, key, value ? json_incref(value) : json_string("********"));
	}
	json_decref(told);
	return ret;
}

static json_t *order_json(const struct wpi_order_row *row)
{
	bool waits = row->state == WPI_ORDER_WAITING;

	return json_pack(
		"{s:I, s:s, s:o, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "id",
		(json_int_t)row->id, "kind", row->kind, "what", api_text(row->what), "state",
		wpi_order_state_name(row->state), "attempts", (json_int_t)row->attempts, "reason",
		api_text(row->reason), "next_at", api_time(waits ? row->next_at : 0), "until_at",
		api_time(row->ended_at ? 0 : row->until_at), "sent_at", api_time(row->sent_at),
		"ended_at", api_time(row->ended_at), "created_at", api_time(row->created_at),
		"actor", row->actor, "job", row->job_id ? json_integer(row->job_id) : json_null(),
		"answer", answer_json(row->answer));
}

int api_wpi_order_list(struct request *req)
{
	const char *before_text = request_query(req, "before");
	void *mem = request_mem(req);
	struct diag diag = {0};
	struct wpi_order_row *rows;
	struct device *device;
	struct api_page page;
	uint64_t before = 0;
	size_t count, shown;
	struct db *db;
	json_t *list;
	int r = api_device(req, &db, &device);

	if (r == 0)
		r = api_page(req, &page, &diag);
	if (r == 0 && before_text && !text_to_uint(before_text, INT64_MAX, &before))
		r = diag_set(&diag, -E_VALUE, "before is the id of an order");
	if (r == 0)
		r = wpi_order_list(mem, db, device->mac, (int64_t)before, api_page_rows(&page),
				   &rows, &count);
	if (r < 0)
		return api_refuse(req, r, &diag);
	shown = api_page_cut(&page, count);
	list = json_array();
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(list, order_json(&rows[i]));
	return api_page_answer(req, &page, "orders", list, count,
			       shown ? mem_printf(mem, "%lld", (long long)rows[shown - 1].id) : "");
}
