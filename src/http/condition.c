/* SPDX-License-Identifier: MIT */
#include "condition.h"

#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "http/request.h"

void http_date_format(char out[HTTP_DATE_SIZE], int64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, HTTP_DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

bool http_date_parse(const char *s, int64_t *ret)
{
	static const char *const forms[] = {
		"%a, %d %b %Y %H:%M:%S GMT",
		"%A, %d-%b-%y %H:%M:%S GMT",
		"%a %b %e %H:%M:%S %Y",
	};

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct tm tm = {0};
		const char *end = strptime(s, forms[i], &tm);

		if (!end || *end)
			continue;
		*ret = timegm(&tm);
		return true;
	}
	return false;
}

bool condition_names(const char *list, const char *etag, bool strong)
{
	bool is_weak = strncmp(etag, "W/", 2) == 0;
	const char *opaque = is_weak ? etag + 2 : etag;
	size_t len = strlen(opaque);

	if (strcmp(list, "*") == 0)
		return true;
	for (;;) {
		bool weak;

		list += strspn(list, " \t,");
		if (!*list)
			return false;
		weak = strncmp(list, "W/", 2) == 0;
		list += weak ? 2 : 0;
		if (strncmp(list, opaque, len) == 0 && strchr(" \t,", list[len]) &&
		    !(strong && (weak || is_weak)))
			return true;
		/* A tag may hold commas; what is not in quotes is no tag. */
		if (*list == '"' && strchr(list + 1, '"'))
			list = strchr(list + 1, '"') + 1;
		list += strcspn(list, ",");
	}
}

static bool date_of(const struct request *req, const char *header, int64_t *ret)
{
	const char *text = request_header(req, header);

	return text && http_date_parse(text, ret);
}

enum condition condition_judge(const struct request *req, const char *etag, int64_t modified_at)
{
	const char *match = request_header(req, "If-Match");
	const char *none_match = request_header(req, "If-None-Match");
	int64_t date;

	if (match && !condition_names(match, etag, true))
		return CONDITION_FAILED;
	if (!match && date_of(req, "If-Unmodified-Since", &date) && modified_at > date)
		return CONDITION_FAILED;
	if (none_match)
		return condition_names(none_match, etag, false) ? CONDITION_NOT_MODIFIED
								: CONDITION_GO;
	if (date_of(req, "If-Modified-Since", &date) && modified_at <= date)
		return CONDITION_NOT_MODIFIED;
	return CONDITION_GO;
}

bool condition_range(const struct request *req, const char *etag, int64_t modified_at)
{
	const char *text = request_header(req, "If-Range");
	size_t len = text ? strlen(text) : 0;
	int64_t date;

	if (!text)
		return true;
	if (len >= 2 && text[len - 1] == '"')
		return strcmp(text, etag) == 0;
	return http_date_parse(text, &date) && date == modified_at;
}
