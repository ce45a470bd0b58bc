/* SPDX-License-Identifier: MIT */
#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/catalogue.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/sip_server.h"

struct input {
	const char *name;
	struct sip_input sip;
};

static const struct api_field fields_new[] = {
	API_FIELD("name", TEXT, MUST, struct input, name),
	API_FIELD("domain", TEXT, MUST, struct input, sip.domain),
	API_FIELD("proxy", TEXT, CLEARS, struct input, sip.proxy),
	API_FIELD("registrar", TEXT, CLEARS, struct input, sip.registrar),
	API_FIELD("transport", TEXT, MAY, struct input, sip.transport),
};

static const struct api_field fields_change[] = {
	API_FIELD("domain", TEXT, MAY, struct input, sip.domain),
	API_FIELD("proxy", TEXT, MAY, struct input, sip.proxy),
	API_FIELD("registrar", TEXT, MAY, struct input, sip.registrar),
	API_FIELD("transport", TEXT, MAY, struct input, sip.transport),
};

static json_t *server_json(const struct sip_server *server)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:i, s:s}", "name", server->name, "domain",
			 server->domain, "proxy_address", server->proxy_address, "proxy_port",
			 server->proxy_port, "registrar_address", server->registrar_address,
			 "registrar_port", server->registrar_port, "transport", server->transport);
}

static int server_answer(struct request *req, struct change *change, const char *name, int status)
{
	struct sip_server *server;
	int r = sip_server_find(change->mem, change->db, name, &server);

	if (r <= 0)
		return r < 0 ? r : -E_SIP_UNKNOWN;
	return api_answer(req, status, server_json(server));
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_sip_add(change, input->name, &input->sip);

	return r < 0 ? r : server_answer(req, change, input->name, 201);
}

int api_sip_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields_new, COUNT_OF(fields_new), input, &diag);

	if (r == 0)
		r = api_name_check(input->name, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, add_op, input);
}

static int set_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_sip_set(change, input->name, &input->sip);

	return r < 0 ? r : server_answer(req, change, input->name, 200);
}

int api_sip_set(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields_change, COUNT_OF(fields_change), input, &diag);

	if (r < 0)
		return api_refuse(req, r, &diag);
	input->name = request_param(req, "name");
	return api_write(req, set_op, input);
}

static int remove_op(struct request *req, struct change *change, void *arg)
{
	int r = fleet_sip_remove(change, request_param(req, "name"));

	(void)arg;
	return r < 0 ? r : api_answer_nothing(req);
}

int api_sip_remove(struct request *req)
{
	return api_write(req, remove_op, NULL);
}

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last)
{
	struct sip_server *servers;
	size_t count;
	int r = sip_server_list(mem, db, page->after, api_page_rows(page), &servers, &count);

	for (size_t i = 0; r == 0 && i < api_page_cut(page, count); i++) {
		json_array_append_new(rows, server_json(&servers[i]));
		*ret_last = servers[i].name;
	}
	return r < 0 ? r : (int)count;
}

int api_sip_list(struct request *req)
{
	return api_list(req, "sip_servers", rows_read);
}
