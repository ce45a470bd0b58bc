/* SPDX-License-Identifier: MIT */
#include "store/group.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"

#include "base/mem.h"
#include "fleet/catalogue.h"
#include "http/handlers.h"
#include "http/request.h"

struct input {
	const char *name;
};

static const struct api_field fields[] = {
	API_FIELD("name", TEXT, MUST, struct input, name),
};

static json_t *group_json(const struct group *group)
{
	return json_pack("{s:s, s:I, s:o}", "name", group->name, "devices",
			 (json_int_t)group->devices, "created_at", api_time(group->created_at));
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct group *group;
	int r = fleet_group_add(change, input->name);

	if (r >= 0)
		r = group_find(change->mem, change->db, input->name, &group);
	if (r <= 0)
		return r < 0 ? r : -E_INTERNAL;
	return api_answer(req, 201, group_json(group));
}

int api_group_add(struct request *req)
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
	int r = fleet_group_remove(change, request_param(req, "name"));

	(void)arg;
	return r < 0 ? r : api_answer_nothing(req);
}

int api_group_remove(struct request *req)
{
	return api_write(req, remove_op, NULL);
}

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last)
{
	struct group *groups;
	size_t count;
	int r = group_list(mem, db, page->after, api_page_rows(page), &groups, &count);

	for (size_t i = 0; r == 0 && i < api_page_cut(page, count); i++) {
		json_array_append_new(rows, group_json(&groups[i]));
		*ret_last = groups[i].name;
	}
	return r < 0 ? r : (int)count;
}

int api_group_list(struct request *req)
{
	return api_list(req, "groups", rows_read);
}
