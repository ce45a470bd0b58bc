/* SPDX-License-Identifier: MIT */
#include "store/template.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/template.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"

struct input {
	const struct secret *text;
	const char *content_type;
};

static const struct api_field fields[] = {
	API_FIELD("text", SECRET, MUST, struct input, text),
	API_FIELD("content_type", TEXT, CLEARS, struct input, content_type),
};

static json_t *template_json(const struct template *template)
{
	return json_pack("{s:s, s:s, s:o}", "scope", template->scope, "content_type",
			 template->content_type, "updated_at", api_time(template->updated_at));
}

static int set_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct template *template;
	int r = fleet_template_set(change, request_param(req, "scope"), input->text,
				   input->content_type, &template);

	return r < 0 ? r : api_answer(req, 200, template_json(template));
}

int api_template_set(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), input, &diag);

	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, set_op, input);
}

static int remove_op(struct request *req, struct change *change, void *arg)
{
	int r = fleet_template_remove(change, request_param(req, "scope"));

	(void)arg;
	return r < 0 ? r : api_answer_nothing(req);
}

int api_template_remove(struct request *req)
{
	return api_write(req, remove_op, NULL);
}

/* The file itself: it may hold passwords, so the route is for admins. */
int api_template_show(struct request *req)
{
	void *mem = request_mem(req);
	struct diag diag = {0};
	struct template *template = NULL;
	const char *scope;
	struct db *db;
	int r = template_scope_parse(mem, request_param(req, "scope"), &scope, &diag);

	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0) {
		r = template_find(mem, db, scope, &template);
		if (r == 0)
			r = -E_TEMPLATE_UNKNOWN;
	}
	if (r < 0)
		return api_refuse(req, r, &diag);
	reply_bytes(req, 200, template->content_type, secret_reveal(template->text),
		    secret_len(template->text));
	return 0;
}

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *array,
		     const char **ret_last)
{
	struct template *templates;
	size_t count;
	int r = template_list(mem, db, page->after, api_page_rows(page), &templates, &count);

	for (size_t i = 0; r == 0 && i < api_page_cut(page, count); i++) {
		json_array_append_new(array, template_json(&templates[i]));
		*ret_last = templates[i].scope;
	}
	return r < 0 ? r : (int)count;
}

int api_template_list(struct request *req)
{
	return api_list(req, "templates", rows_read);
}
