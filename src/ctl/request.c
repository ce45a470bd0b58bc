/* SPDX-License-Identifier: MIT */
#include "ctl/request.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "ctl/file.h"
#include "ctl/when.h"

void ctl_encode(struct buf *buf, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			     (c >= 'A' && c <= 'Z') || strchr("-._~", c);

		if (plain)
			buf_addc(buf, *s);
		else
			buf_printf(buf, "%%%02X", c);
	}
}

const char *ctl_request_with(void *mem, const char *path, const char *name, const char *value)
{
	struct buf *buf = buf_new(mem);

	buf_adds(buf, path);
	buf_addc(buf, strchr(path, '?') ? '&' : '?');
	ctl_encode(buf, name);
	buf_addc(buf, '=');
	ctl_encode(buf, value);
	return buf->data;
}

static int path_build(void *mem, const struct ctl_line *line, const char **ret)
{
	struct buf *buf = buf_new(mem);
	const char *template = line->verb->path;

	while (*template) {
		size_t plain = strcspn(template, "{");
		size_t len;
		const struct ctl_value *value;
		char *field;

		buf_add(buf, template, plain);
		template += plain;
		if (!*template)
			break;
		len = strcspn(template, "}");
		field = mem_strndup(mem, template + 1, len - 1);
		value = ctl_line_value(line, field);
		if (!value || value->arg->where != CTL_PATH)
			return -E_INTERNAL;
		ctl_encode(buf, value->text);
		template += len + 1;
	}
	*ret = buf->data;
	return 0;
}

static const char *zone_of(const struct ctl_line *line)
{
	const struct ctl_value *zone = ctl_line_value(line, "zone");

	return zone ? zone->text : NULL;
}

static int query_add(void *mem, const struct ctl_line *line, const struct ctl_value *value,
		     const char **path, struct diag *reterr)
{
	const char *text = value->arg->type == CTL_TRUTH ? "1" : value->text;
	bool is_limit = value->arg->type == CTL_LIMIT;
	uint64_t n;
	int64_t at;

	if (value->arg->type == CTL_TIME) {
		int r = ctl_when_parse(text, clock_now(), zone_of(line), &at, reterr);

		if (r < 0)
			return r;
		text = mem_printf(mem, "%lld", (long long)at);
	}
	if ((is_limit || value->arg->type == CTL_NUMBER) && !text_to_uint(text, INT32_MAX, &n))
		return diag_set(reterr, -EINVAL, "%s: '%s' is not a whole number",
				value->arg->spelling, text);
	if (is_limit && n > CTL_PAGE_MAX)
		text = mem_printf(mem, "%d", CTL_PAGE_MAX);
	*path = ctl_request_with(mem, *path, value->arg->field, text);
	return 0;
}

static int number_build(const struct ctl_value *value, json_t **ret, struct diag *reterr)
{
	uint64_t n;

	if (!text_to_uint(value->text, INT64_MAX, &n))
		return diag_set(reterr, -EINVAL, "%s: '%s' is not a whole number",
				value->arg->spelling, value->text);
	*ret = json_integer((json_int_t)n);
	return 0;
}

static int time_build(const struct ctl_line *line, const struct ctl_value *value, json_t **ret,
		      struct diag *reterr)
{
	int64_t at;
	int r = ctl_when_parse(value->text, clock_now(), zone_of(line), &at, reterr);

	if (r < 0)
		return r;
	*ret = json_integer(at);
	return 0;
}

static int choice_build(const struct ctl_value *value, json_t **ret, struct diag *reterr)
{
	if (strcmp(value->text, "yes") == 0)
		*ret = json_true();
	else if (strcmp(value->text, "no") == 0)
		*ret = json_false();
	else if (strcmp(value->text, "default") == 0)
		*ret = json_null();
	else
		return diag_set(reterr, -EINVAL, "%s: '%s' is not yes, no or default",
				value->arg->spelling, value->text);
	return 0;
}

static int text_build(const struct ctl_value *value, const char *text, json_t **ret,
		      struct diag *reterr)
{
	*ret = json_string(text);
	if (!*ret)
		return diag_set(reterr, -EINVAL, "%s: not valid UTF-8", value->arg->spelling);
	return 0;
}

static int content_build(const struct ctl_value *value, json_t **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("file");
	struct buf *file = buf_new(scratch);
	int r = ctl_file_read_text(file, value->text, reterr);

	if (r < 0)
		return r;
	*ret = json_stringn(file->data, file->len);
	if (!*ret)
		return diag_set(reterr, -EINVAL, "%s: %s is not UTF-8", value->arg->spelling,
				value->text);
	return 0;
}

/* People mean the directory that they are in, the daemon is in another one; it may be on another machine. */
static int place_build(const struct ctl_line *line, const struct ctl_value *value, json_t **ret,
		       struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("place");
	char here[PATH_MAX];

	if (value->text[0] == '/' || line->options.url)
		return text_build(value, value->text, ret, reterr);
	if (!getcwd(here, sizeof(here)))
		return diag_set(reterr, -errno, "%s: %s", value->text, strerror(errno));
	return text_build(value, mem_printf(scratch, "%s/%s", here, value->text), ret, reterr);
}

/* The JSON value; the caller's to put away. */
static int value_build(const struct ctl_line *line, const struct ctl_value *value, json_t **ret,
		       struct diag *reterr)
{
	switch (value->arg->type) {
	case CTL_NUMBER:
		return number_build(value, ret, reterr);
	case CTL_TIME:
		return time_build(line, value, ret, reterr);
	case CTL_CHOICE:
		return choice_build(value, ret, reterr);
	case CTL_TRUTH:
		*ret = json_true();
		return 0;
	case CTL_LIE:
		*ret = json_false();
		return 0;
	case CTL_CLEAR:
		*ret = json_null();
		return 0;
	case CTL_EMPTY:
		*ret = json_array();
		return 0;
	case CTL_SENT:
	case CTL_UPLOAD:
		return text_build(value, ctl_file_name(value->text), ret, reterr);
	case CTL_CONTENT:
		return content_build(value, ret, reterr);
	case CTL_PLACE:
		return place_build(line, value, ret, reterr);
	case CTL_SECRET:
		return text_build(value, secret_reveal(value->secret), ret, reterr);
	default:
		return text_build(value, value->text, ret, reterr);
	}
}

/* The file is the body. */
static int file_set(void *mem, const struct ctl_value *value, struct ctl_request *request,
		    struct diag *reterr)
{
	struct buf *file = buf_new(mem);
	int r = ctl_file_read(file, value->text, reterr);

	request->content_type = "text/csv; charset=utf-8";
	request->body = file->data;
	request->body_len = file->len;
	return r;
}

/* A Gigaset's file begins with `<`, after blanks and a byte order mark; no table does. */
static bool is_xml(const struct buf *file)
{
	return file->data[strspn(file->data, " \t\r\n\xef\xbb\xbf")] == '<';
}

/* The file is the body; its name, which may hold a MAC, goes along. */
static int named_file_set(void *mem, const struct ctl_value *value, struct ctl_request *request,
			  struct diag *reterr)
{
	const char *slash = strrchr(value->text, '/');
	struct buf *file = buf_new(mem);
	int r = ctl_file_read(file, value->text, reterr);

	if (r < 0)
		return r;
	request->content_type = is_xml(file) ? "application/xml" : "text/csv; charset=utf-8";
	request->body = file->data;
	request->body_len = file->len;
	if (strcmp(value->text, "-") != 0)
		request->path = ctl_request_with(mem, request->path, "file",
						 slash ? slash + 1 : value->text);
	return 0;
}

static int body_add(json_t *body, const struct ctl_line *line, const struct ctl_value *value,
		    struct diag *reterr)
{
	const char *field = value->arg->field;
	json_t *json = NULL;
	json_t *array;
	int r;

	r = value_build(line, value, &json, reterr);
	if (r < 0)
		return r;
	if (value->arg->type != CTL_MANY && value->arg->type != CTL_WORDS) {
		json_object_set_new(body, field, json);
		return 0;
	}
	array = json_object_get(body, field);
	if (!array) {
		array = json_array();
		json_object_set_new(body, field, array);
	}
	json_array_append_new(array, json);
	return 0;
}

static int body_set(void *mem, const json_t *body, struct ctl_request *request)
{
	char *text = json_dumps(body, JSON_COMPACT);

	if (!text)
		return -E_INTERNAL;
	request->content_type = "application/json";
	request->body = mem_strdup(mem, text);
	request->body_len = strlen(text);
	explicit_bzero(text, request->body_len);
	free(text);
	return 0;
}

static const char *accept_of(const struct ctl_line *line)
{
	if (line->verb->output == CTL_RPC)
		return "text/xml";
	if (line->verb->output == CTL_DOCUMENT && !line->options.json)
		return "text/xml, */*;q=0.5";
	return "application/json";
}

int ctl_request_build(void *mem, const struct ctl_line *line, struct ctl_request *ret,
		      struct diag *reterr)
{
	CLEANUP(json_decrefp) json_t *body = json_object();
	struct ctl_request request = {.method = line->verb->method, .accept = accept_of(line)};
	const struct ctl_arg *arg = NULL;
	int r;

	r = path_build(mem, line, &request.path);
	for (size_t i = 0; r >= 0 && i < line->count; i++) {
		const struct ctl_value *value = &line->values[i];

		if (value->arg->where == CTL_QUERY)
			r = query_add(mem, line, value, &request.path, reterr);
		else if (value->arg->type == CTL_CSV)
			r = file_set(mem, value, &request, reterr);
		else if (value->arg->type == CTL_FILE)
			r = named_file_set(mem, value, &request, reterr);
		else if (value->arg->where == CTL_BODY)
			r = body_add(body, line, value, reterr);
	}
	while (r >= 0 && (arg = ctl_arg_next(line->verb, arg)) != NULL)
		if (arg->need == CTL_FIXED)
			r = body_add(body, line, &(struct ctl_value){.arg = arg}, reterr);
	if (r < 0)
		return r;
	if (strcmp(request.method, "PATCH") == 0 && json_object_size(body) == 0)
		return diag_set(reterr, -EINVAL, "nothing to change; say what");
	if (request.method[0] == 'P' && line->verb->output != CTL_RPC && !request.content_type)
		r = body_set(mem, body, &request);
	*ret = request;
	return r;
}
