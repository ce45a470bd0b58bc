/* SPDX-License-Identifier: MIT */
/* What is known of parameters; nothing of the fleet. */
#include "render/parameter.h"

#include <string.h>

#include "api/answer.h"
#include "api/query.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/format.h"

/* Whether a setting of this name is refused, because something else makes the parameter. */
static bool is_made(void *mem, const struct parameter *row)
{
	const char *key = strstr(row->name, ".*.");
	char *name = mem_strdup(mem, row->name);

	if (strncmp(name, "hs.", 3) == 0 || strncmp(name, "SipAccount.", 11) == 0)
		name = mem_printf(mem, "%.*s%s", (int)(key - row->name), row->name, key + 2);
	for (char *c = name; *c; c++)
		if (*c == '#')
			*c = '1';
	return product_reserves(NULL, name);
}

static json_t *row_json(void *mem, const struct parameter *row)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "name", row->name, "family",
			 row->family, "type", parameter_type_name(row->type), "set_with",
			 is_made(mem, row) ? "handset, line, sip" : "setting", "values",
			 parameter_values(mem, row), "since",
			 row->since[0] ? json_string(row->since) : json_null(), "what", row->what,
			 "source", row->source);
}

/* NULL is every family; *ret is then NULL, too. */
static int family_of(const struct request *req, const char **ret, struct diag *reterr)
{
	const char *name = request_query(req, "product");
	const struct product *product = product_find(name);

	*ret = NULL;
	if (!name)
		return 0;
	if (!product)
		return diag_set(reterr, -E_PRODUCT_UNKNOWN, "there is no product '%.64s'", name);
	*ret = parameter_family(product);
	if (!*ret)
		return diag_set(reterr, -E_PARAMETER_UNKNOWN, "no parameters of %s are known",
				product->name);
	return 0;
}

int api_parameter_list(struct request *req)
{
	void *mem = request_mem(req);
	const char *match = request_query(req, "match");
	json_t *rows;
	const char *family;
	struct diag diag = {0};
	int r = family_of(req, &family, &diag);

	if (r < 0)
		return api_refuse(req, r, &diag);
	rows = json_array();
	for (const struct parameter *row = parameter_next(NULL); row; row = parameter_next(row))
		if ((!family || strcmp(row->family, family) == 0) &&
		    (!match || strcasestr(row->name, match) || strcasestr(row->what, match)))
			json_array_append_new(rows, row_json(mem, row));
	return api_answer(req, 200, json_pack("{s:o}", "parameters", rows));
}

int api_parameter_show(struct request *req)
{
	void *mem = request_mem(req);
	const char *name = request_param(req, "name");
	json_t *rows = json_array();
	const char *near;
	struct diag diag = {0};

	for (const struct parameter *row = parameter_next(NULL); row; row = parameter_next(row))
		if (parameter_find(row->family, name) == row)
			json_array_append_new(rows, row_json(mem, row));
	if (json_array_size(rows) > 0)
		return api_answer(req, 200,
				  json_pack("{s:s, s:o}", "name", name, "parameters", rows));
	json_decref(rows);
	near = parameter_suggest(mem, NULL, name);
	return api_refuse(req,
			  diag_set(&diag, -E_PARAMETER_UNKNOWN, "%.128s is not known%s%s%s", name,
				   near ? "; did you mean " : "", near ? near : "",
				   near ? "?" : ""),
			  &diag);
}
