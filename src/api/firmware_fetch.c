/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "firmware.h"
#include "fleet/firmware_host.h"
#include "fleet/firmware_name.h"
#include "http/handlers.h"
#include "http/request.h"

struct input {
	const char *url;
	const char *name;
	const char *sha256;
	struct api_texts products;
	const char *version;
	const char *note;
};

static const struct api_field fields[] = {
	API_FIELD("url", TEXT, MUST, struct input, url),
	API_FIELD("name", TEXT, MAY, struct input, name),
	API_FIELD("sha256", TEXT, MUST, struct input, sha256),
	API_FIELD("products", TEXTS, MAY, struct input, products),
	API_FIELD("version", TEXT, MAY, struct input, version),
	API_FIELD("note", TEXT, MAY, struct input, note),
};

static int fetch_op(struct request *req, struct change *change, void *arg)
{
	const struct firmware_new *new = arg;
	struct firmware *firmware;
	int r = fleet_firmware_fetch(change, new);

	if (r == 0)
		r = firmware_find(change->mem, change->db, new->name, &firmware);
	if (r <= 0)
		return r < 0 ? r : -E_INTERNAL;
	return api_answer(req, 202, firmware_json(change->mem, change->db, firmware));
}

/* The last part of the URL's path, as it stands there. */
static const char *name_of(void *mem, const char *url)
{
	const char *path = strstr(url, "://") ? strstr(url, "://") + 3 : url;
	const char *end = path + strcspn(path, "?#");
	const char *slash = memrchr(path, '/', (size_t)(end - path));

	return slash ? mem_strndup(mem, slash + 1, (size_t)(end - slash - 1)) : "";
}

int api_firmware_fetch(struct request *req)
{
	struct firmware_new *new = mem_new(request_mem(req), struct firmware_new);
	struct input input = {.url = NULL};
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), &input, &diag);

	if (r == 0)
		r = firmware_host_check(request_config(req), input.url, NULL, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	*new = (struct firmware_new){
		.name = input.name ? input.name : name_of(request_mem(req), input.url),
		.version = input.version,
		.products = input.products.texts,
		.product_count = input.products.count,
		.source = input.url,
		.note = input.note,
		.sha256 = input.sha256,
	};
	return api_write(req, fetch_op, new);
}
