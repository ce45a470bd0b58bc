/* SPDX-License-Identifier: MIT */
#include "api/query.h"

#include <string.h>

#include "api/answer.h"
#include "base/clock.h"
#include "base/text.h"
#include "fleet/fleet.h"
#include "http/request.h"
#include "store/device.h"
#include "store/mac.h"

int api_mac(const struct request *req, int64_t *ret)
{
	return mac_parse(request_param(req, "mac"), ret);
}

int api_id(const struct request *req, const char *what, int64_t *ret, struct diag *reterr)
{
	uint64_t id;

	if (!text_to_uint(request_param(req, "id"), INT64_MAX, &id))
		return diag_set(reterr, -E_VALUE, "the id of %s is a number", what);
	*ret = (int64_t)id;
	return 0;
}

int api_device(struct request *req, struct db **ret_db, struct device **ret)
{
	int64_t mac;
	int r = api_mac(req, &mac);

	if (r == 0)
		r = fleet_reader(ret_db);
	return r < 0 ? r : device_get(request_mem(req), *ret_db, mac, ret);
}

int api_name_check(const char *name, struct diag *reterr)
{
	if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return diag_set(reterr, -E_VALUE,
				"a name has no slash and is not '.' or '..', since it is part of "
				"URLs");
	return 0;
}

int api_flag(const struct request *req, const char *name, bool *ret, struct diag *reterr)
{
	const char *text = request_query(req, name);

	if (text && strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
		return diag_set(reterr, -E_VALUE, "%s is 0 or 1", name);
	*ret = text && text[0] == '1';
	return 0;
}

int api_time_query(const struct request *req, const char *name, int64_t *ret, struct diag *reterr)
{
	static const int64_t least = 1000000000; /* 2001 */
	static const uint64_t most = 4102444800; /* 2100 */
	const char *text = request_query(req, name);
	uint64_t at = (uint64_t)clock_now();

	if (text && (!text_to_uint(text, most, &at) || (int64_t)at < least))
		return diag_set(reterr, -E_TIME,
				"%s is a time in UNIX seconds, between 2001 and 2100", name);
	*ret = (int64_t)at;
	return 0;
}

int api_page(const struct request *req, struct api_page *ret, struct diag *reterr)
{
	const char *limit = request_query(req, "limit");
	uint64_t n = API_LIMIT;

	if (limit && (!text_to_uint(limit, API_LIMIT_MAX, &n) || n == 0))
		return diag_set(reterr, -E_VALUE, "limit is a number from 1 to %d", API_LIMIT_MAX);
	ret->after = request_query(req, "after");
	ret->limit = (size_t)n;
	return 0;
}

int api_page_rows(const struct api_page *page)
{
	return (int)page->limit + 1;
}

size_t api_page_cut(const struct api_page *page, size_t count)
{
	return count > page->limit ? page->limit : count;
}

int api_page_answer(struct request *req, const struct api_page *page, const char *name,
		    json_t *rows_steal, size_t count, const char *key)
{
	json_t *answer = json_object();

	json_object_set_new(answer, name, rows_steal);
	if (count > page->limit)
		json_object_set_new(answer, "next", json_string(key));
	return api_answer(req, 200, answer);
}

int api_list(struct request *req, const char *name, api_rows *read)
{
	struct diag diag = {0};
	const char *last = NULL;
	struct api_page page;
	json_t *rows;
	struct db *db;
	int r = api_page(req, &page, &diag);

	if (r < 0)
		return api_refuse(req, r, &diag);
	r = fleet_reader(&db);
	if (r < 0)
		return r;
	rows = json_array();
	r = read(request_mem(req), db, &page, rows, &last);
	if (r < 0) {
		json_decref(rows);
		return r;
	}
	return api_page_answer(req, &page, name, rows, (size_t)r, last);
}
