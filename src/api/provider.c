/* SPDX-License-Identifier: MIT */
#include "store/provider.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/catalogue.h"
#include "http/handlers.h"
#include "http/request.h"
#include "redirect/url.h"

struct input {
	const char *name;
	const char *default_url;
	bool has_default_url;
};

static const struct api_field fields[] = {
	API_FIELD("name", TEXT, MUST, struct input, name),
	API_FIELD("default_url", TEXT, CLEARS, struct input, default_url),
};

static const struct api_field fields_change[] = {
	API_FIELD_HAS("default_url", TEXT, CLEARS, struct input, default_url, has_default_url),
};

static json_t *provider_json(void *mem, const struct provider *provider)
{
	const char *url = provider->default_url ? url_redact(mem, provider->default_url) : NULL;

	return json_pack("{s:s, s:o, s:I, s:o}", "name", provider->name, "default_url",
			 api_text(url), "registrations", (json_int_t)provider->registrations,
			 "created_at", api_time(provider->created_at));
}

/* Registrations are counted for lists only. */
static int provider_answer(struct request *req, struct change *change, const char *name, int status)
{
	struct provider *provider;
	json_t *json;
	int r = provider_find(change->mem, change->db, name, &provider);

	if (r <= 0)
		return r < 0 ? r : -E_PROVIDER_UNKNOWN;
	json = provider_json(change->mem, provider);
	json_object_del(json, "registrations");
	return api_answer(req, status, json);
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_provider_add(change, input->name, input->default_url);

	return r < 0 ? r : provider_answer(req, change, input->name, 201);
}

static int set_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_provider_set(change, request_param(req, "name"), input->default_url);

	return r < 0 ? r : provider_answer(req, change, request_param(req, "name"), 200);
}

int api_provider_set(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields_change, COUNT_OF(fields_change), input, &diag);

	if (r == 0 && !input->has_default_url)
		r = diag_set(&diag, -E_FIELD_MISSING, "nothing to change; give default_url");
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, set_op, input);
}

int api_provider_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), input, &diag);

	if (r == 0)
		r = api_name_check(input->name, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, add_op, input);
}

static int remove_op(struct request *req, struct change *change, void *arg)
{
	int r = fleet_provider_remove(change, request_param(req, "name"));

	(void)arg;
	return r < 0 ? r : api_answer_nothing(req);
}

int api_provider_remove(struct request *req)
{
	return api_write(req, remove_op, NULL);
}

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last)
{
	struct provider *providers;
	size_t count;
	int r = provider_list(mem, db, page->after, api_page_rows(page), &providers, &count);

	for (size_t i = 0; r == 0 && i < api_page_cut(page, count); i++) {
		json_array_append_new(rows, provider_json(mem, &providers[i]));
		*ret_last = providers[i].name;
	}
	return r < 0 ? r : (int)count;
}

int api_provider_list(struct request *req)
{
	return api_list(req, "providers", rows_read);
}
