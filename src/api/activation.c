/* SPDX-License-Identifier: MIT */
#include "store/activation.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/activation.h"
#include "http/handlers.h"
#include "http/request.h"
#include "redirect/url.h"

struct input {
	const char *code;
	struct activation_input activation;
};

static const struct api_field fields[] = {
	API_FIELD("code", TEXT, MUST, struct input, code),
	API_FIELD("url", TEXT, MUST, struct input, activation.url),
	API_FIELD("provider", TEXT, MUST, struct input, activation.provider),
	API_FIELD("password", SECRET, MUST, struct input, activation.password),
};

static json_t *activation_json(void *mem, const struct activation *activation)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "code", activation->code, "provider",
			 activation->provider, "url", api_text(url_redact(mem, activation->url)),
			 "password", api_mark(activation->password), "created_at",
			 api_time(activation->created_at));
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct activation *activation;
	int r = fleet_activation_add(change, input->code, &input->activation);

	if (r >= 0)
		r = activation_find(change->mem, change->db, input->code, &activation);
	if (r <= 0)
		return r < 0 ? r : -E_INTERNAL;
	return api_answer(req, 201, activation_json(change->mem, activation));
}

int api_activation_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), input, &diag);

	if (r < 0)
		return api_refuse(req, r, &diag);
	input->activation.url_schemes = &request_config(req)->redirect.url_schemes;
	return api_write(req, add_op, input);
}

static int remove_op(struct request *req, struct change *change, void *arg)
{
	int r = fleet_activation_remove(change, request_param(req, "code"));

	(void)arg;
	return r < 0 ? r : api_answer_nothing(req);
}

int api_activation_remove(struct request *req)
{
	return api_write(req, remove_op, NULL);
}

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last)
{
	struct activation *activations;
	size_t count;
	int r = activation_list(mem, db, page->after, api_page_rows(page), &activations, &count);

	for (size_t i = 0; r == 0 && i < api_page_cut(page, count); i++) {
		json_array_append_new(rows, activation_json(mem, &activations[i]));
		*ret_last = activations[i].code;
	}
	return r < 0 ? r : (int)count;
}

int api_activation_list(struct request *req)
{
	return api_list(req, "activations", rows_read);
}
