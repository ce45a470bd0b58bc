/* SPDX-License-Identifier: MIT */
#pragma once

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "render/document.h"

/*
 * A document as JSON, the form that golden tests are written in.
 *
 * {"what": "…", "product": "n870", "reveal": true, "delete_not_provisioned": false,
 *  "params": {"NAME": TEXT, "NAME": {"secret": TEXT}},
 *  "servers": [{"position", "name", "domain", "proxy_address", "proxy_port",
 *               "registrar_address", "registrar_port", "transport"}],
 *  "handsets": [{"ipui", "pin", "provider", "params", "repeat",
 *                "line": {"user_name", "auth_name", "auth_password", "display_name"}}],
 *  "opers": [{"name", "value", "params"}], "firmware": {"version", "url"},
 *  "operations": [{"kind", "mode", "ipui", "dm", "start_at", "duration", "password", "url"}],
 *  "lines": [{"slot", "provider", "repeat", "line": {…}}],
 *  "template": {"content_type", "text" or "file"},
 *  "schedule": {"name", "kind", "start", "end", "interval", "days", "idle", "poll"},
 *  "firmware_directory": TEXT,
 *  "expect_error": {"name": "text_empty", "text": "…"}}
 *
 * A TEXT is a string, or {"hex": "…"} for bytes that JSON does not hold.
 * `repeat` makes so many handsets, with IPUIs that count up from the first, and
 * writes the number in place of {n}; a handset without "ipui" goes by its slot.
 * A member that is not known is an error.
 */

struct golden {
	struct document document;
	bool reveal;
	const char *expect_error; /* NULL: none */
	const char *expect_text;
	const char **secrets; /* every one's clear text */
	size_t secret_count;
	char error[200]; /* what is wrong with the JSON */
};

static inline bool golden_fail(struct golden *g, const char *text)
{
	if (!g->error[0])
		snprintf(g->error, sizeof(g->error), "%s", text);
	return false;
}

static inline int golden_hex(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* Bytes and their length; NULL for no JSON.  A NUL follows them. */
static inline char *golden_bytes(void *mem, const json_t *json, size_t n, size_t *ret_len)
{
	const char *hex = json_string_value(json_object_get(json, "hex"));
	const char *s = json_string_value(json);
	const char *at = s && n > 0 ? strstr(s, "{n}") : NULL;
	char *out = NULL;

	*ret_len = 0;
	if (hex) {
		*ret_len = strlen(hex) / 2;
		out = mem_zalloc(mem, *ret_len + 1);
		for (size_t i = 0; i < *ret_len; i++)
			out[i] = (char)(golden_hex(hex[2 * i]) << 4 | golden_hex(hex[2 * i + 1]));
	} else if (at) {
		out = mem_printf(mem, "%.*s%04zu%s", (int)(at - s), s, n, at + 3);
		*ret_len = strlen(out);
	} else if (s) {
		out = mem_strdup(mem, s);
		*ret_len = strlen(s);
	}
	return out;
}

static inline const char *golden_text(void *mem, const json_t *json, size_t n)
{
	size_t len;

	return golden_bytes(mem, json, n, &len);
}

static inline const struct secret *golden_secret(void *mem, struct golden *g, const json_t *json,
						 size_t n)
{
	size_t len;
	const char *s = golden_bytes(mem, json, n, &len);

	if (!s)
		return NULL;
	g->secrets = mem_grow(mem, g->secrets, sizeof(*g->secrets), g->secret_count + 1);
	g->secrets[g->secret_count++] = s;
	return secret_new_bytes(mem, s, len);
}

static inline struct param *golden_params(void *mem, struct golden *g, json_t *json, size_t n,
					  size_t *ret_count)
{
	struct param *params = mem_array(mem, struct param, json_object_size(json) + 1);
	size_t count = 0;
	const char *name;
	json_t *value;

	json_object_foreach(json, name, value)
	{
		json_t *secret = json_object_get(value, "secret");

		params[count].name = mem_strdup(mem, name);
		if (secret)
			params[count].secret = golden_secret(mem, g, secret, n);
		else
			params[count].value = golden_text(mem, value, n);
		count++;
	}
	*ret_count = count;
	return params;
}

static inline bool golden_server(void *mem, struct golden *g, json_t *json,
				 struct sip_server *server)
{
	json_t *name = NULL, *domain = NULL, *proxy = NULL, *registrar = NULL;
	const char *transport = "udp";
	json_error_t error;

	server->proxy_port = 5060;
	server->registrar_port = 5060;
	if (json_unpack_ex(json, &error, JSON_STRICT, "{s:i, s:o, s:o, s?o, s?i, s?o, s?i, s?s}",
			   "position", &server->position, "name", &name, "domain", &domain,
			   "proxy_address", &proxy, "proxy_port", &server->proxy_port,
			   "registrar_address", &registrar, "registrar_port",
			   &server->registrar_port, "transport", &transport) < 0)
		return golden_fail(g, error.text);
	server->name = golden_text(mem, name, 0);
	server->domain = golden_text(mem, domain, 0);
	server->proxy_address = golden_text(mem, proxy, 0);
	server->registrar_address = golden_text(mem, registrar, 0);
	server->transport = mem_strdup(mem, transport);
	return true;
}

static inline bool golden_line(void *mem, struct golden *g, json_t *json, size_t n,
			       const struct line **ret)
{
	struct line *line = mem_new(mem, struct line);
	json_t *user = NULL, *auth = NULL, *password = NULL, *display = NULL;
	json_error_t error;

	if (json_unpack_ex(json, &error, JSON_STRICT, "{s:o, s?o, s?o, s?o}", "user_name", &user,
			   "auth_name", &auth, "auth_password", &password, "display_name",
			   &display) < 0)
		return golden_fail(g, error.text);
	line->user_name = golden_text(mem, user, n);
	line->auth_name = golden_text(mem, auth, n);
	line->auth_password = golden_secret(mem, g, password, n);
	line->display_name = golden_text(mem, display, n);
	*ret = line;
	return true;
}

static inline bool golden_handset(void *mem, struct golden *g, json_t *json)
{
	struct document *d = &g->document;
	json_t *pin = NULL, *line = NULL, *params = NULL;
	const char *ipui = "";
	int repeat = 0, provider = 0;
	json_error_t error;

	if (json_unpack_ex(json, &error, JSON_STRICT, "{s?s, s?o, s?i, s?o, s?i, s?o}", "ipui",
			   &ipui, "pin", &pin, "provider", &provider, "params", &params, "repeat",
			   &repeat, "line", &line) < 0)
		return golden_fail(g, error.text);
	for (int i = 0; i < (repeat ? repeat : 1); i++) {
		size_t n = repeat ? (size_t)i + 1 : 0;
		struct handset *handset = mem_new(mem, struct handset);
		struct document_handset *row;

		d->handsets = mem_grow(mem, d->handsets, sizeof(*row), d->handset_count + 1);
		row = &d->handsets[d->handset_count++];
		memset(row, 0, sizeof(*row));
		if (repeat && *ipui)
			snprintf(handset->ipui, sizeof(handset->ipui), "%010" PRIx64,
				 (uint64_t)strtoull(ipui, NULL, 16) + (uint64_t)i);
		else
			snprintf(handset->ipui, sizeof(handset->ipui), "%s", ipui);
		handset->slot = (int)d->handset_count;
		handset->pin = golden_secret(mem, g, pin, n);
		handset->origin = "hand";
		row->handset = handset;
		row->provider = provider;
		row->params = golden_params(mem, g, params, n, &row->param_count);
		if (line && !golden_line(mem, g, line, n, &row->line))
			return false;
	}
	return true;
}

static inline bool golden_operation(void *mem, struct golden *g, json_t *json,
				    struct operation *operation)
{
	const char *kind = "", *mode = "delete", *ipui = "";
	json_t *dm = NULL, *password = NULL, *url = NULL;
	json_int_t start_at = 0, duration = 0;
	json_error_t error;

	if (json_unpack_ex(json, &error, JSON_STRICT, "{s:s, s?s, s?s, s?o, s?I, s?I, s?o, s?o}",
			   "kind", &kind, "mode", &mode, "ipui", &ipui, "dm", &dm, "start_at",
			   &start_at, "duration", &duration, "password", &password, "url",
			   &url) < 0)
		return golden_fail(g, error.text);
	if (strcmp(kind, "remove_handset") == 0)
		operation->kind = OPERATION_REMOVE_HANDSET;
	else if (strcmp(kind, "open_registration") == 0)
		operation->kind = OPERATION_OPEN_REGISTRATION;
	else if (strcmp(kind, "firmware") == 0)
		operation->kind = OPERATION_FIRMWARE;
	else
		return golden_fail(g, "no such kind of operation");
	operation->mode = strcmp(mode, "delete") == 0 ? OPERATION_DELETE : OPERATION_DEREGISTER;
	snprintf(operation->ipui, sizeof(operation->ipui), "%s", ipui);
	operation->dm = golden_text(mem, dm, 0);
	operation->start_at = start_at;
	operation->duration = duration;
	operation->password = golden_secret(mem, g, password, 0);
	operation->url = golden_text(mem, url, 0);
	return true;
}

static inline bool golden_oper(void *mem, struct golden *g, json_t *json,
			       struct document_oper *oper)
{
	json_t *name = NULL, *value = NULL, *params = NULL;
	json_error_t error;

	if (json_unpack_ex(json, &error, JSON_STRICT, "{s:o, s?o, s?o}", "name", &name, "value",
			   &value, "params", &params) < 0)
		return golden_fail(g, error.text);
	oper->name = golden_text(mem, name, 0);
	oper->value = golden_text(mem, value, 0);
	oper->params = golden_params(mem, g, params, 0, &oper->param_count);
	return true;
}

static inline bool golden_opers(void *mem, struct golden *g, json_t *opers, json_t *firmware)
{
	struct document *d = &g->document;
	size_t i;
	json_t *row;

	d->opers = mem_array(mem, struct document_oper, json_array_size(opers) + 1);
	json_array_foreach(opers, i, row)
	{
		if (!golden_oper(mem, g, row, &d->opers[d->oper_count++]))
			return false;
	}
	if (firmware) {
		struct document_firmware *file = mem_new(mem, struct document_firmware);

		file->version = golden_text(mem, json_object_get(firmware, "version"), 0);
		file->url = golden_text(mem, json_object_get(firmware, "url"), 0);
		d->firmware = file;
	}
	return true;
}

static inline bool golden_lists(void *mem, struct golden *g, json_t *servers, json_t *handsets,
				json_t *operations)
{
	struct document *d = &g->document;
	size_t i;
	json_t *row;

	d->servers = mem_array(mem, struct sip_server, json_array_size(servers) + 1);
	json_array_foreach(
		servers, i,
		row) if (!golden_server(mem, g, row, &d->servers[d->server_count++])) return false;
	json_array_foreach(handsets, i, row) if (!golden_handset(mem, g, row)) return false;
	d->operations = mem_array(mem, struct operation, json_array_size(operations) + 1);
	json_array_foreach(operations, i, row)
	{
		struct operation *operation = &d->operations[d->operation_count++];

		operation->id = (int64_t)i + 1;
		if (!golden_operation(mem, g, row, operation))
			return false;
	}
	return true;
}

static inline bool golden_lines(void *mem, struct golden *g, json_t *lines)
{
	struct document *d = &g->document;
	size_t i;
	json_t *row;

	json_array_foreach(lines, i, row)
	{
		int slot = (int)i + 1, provider = 0, repeat = 0;
		json_error_t error;
		json_t *line = NULL;

		if (json_unpack_ex(row, &error, JSON_STRICT, "{s?i, s?i, s?i, s:o}", "slot", &slot,
				   "provider", &provider, "repeat", &repeat, "line", &line) < 0)
			return golden_fail(g, error.text);
		for (int n = 0; n < (repeat ? repeat : 1); n++) {
			struct document_line *member;
			struct line *made;

			member = mem_push(mem, &d->lines, &d->line_count);
			if (!golden_line(mem, g, line, repeat ? (size_t)n + 1 : 0, &member->line))
				return false;
			made = mem_memdup(mem, member->line, sizeof(*made));
			made->slot = slot + n;
			member->line = made;
			member->provider = provider;
		}
	}
	return true;
}

static inline bool golden_template(void *mem, struct golden *g, json_t *json)
{
	struct document_template *template = mem_new(mem, struct document_template);
	const char *type = "text/plain", *file = NULL;
	json_t *text = NULL;
	json_error_t error;

	if (!json)
		return true;
	if (json_unpack_ex(json, &error, JSON_STRICT, "{s?s, s?o, s?s}", "content_type", &type,
			   "text", &text, "file", &file) < 0)
		return golden_fail(g, error.text);
	if (file) {
		char bytes[4096];
		FILE *stream = fopen(file, "r");

		if (!stream)
			return golden_fail(g, file);
		template->text =
			secret_new_bytes(mem, bytes, fread(bytes, 1, sizeof(bytes), stream));
		fclose(stream);
	} else {
		size_t len;
		const char *s = golden_bytes(mem, text, 0, &len);

		template->text = secret_new_bytes(mem, s ? s : "", len);
	}
	template->content_type = mem_strdup(mem, type);
	g->document.template = template;
	return true;
}

/* Times are minutes of the day, days bits from Sunday on. */
static inline bool golden_schedule(void *mem, struct golden *g, json_t *json)
{
	struct document_schedule *schedule = mem_new(mem, struct document_schedule);
	const char *name, *kind;
	json_error_t error;

	if (!json)
		return true;
	if (json_unpack_ex(json, &error, JSON_STRICT, "{s:s, s:s, s:i, s:i, s:i, s?i, s?i, s?i}",
			   "name", &name, "kind", &kind, "start", &schedule->start, "end",
			   &schedule->end, "interval", &schedule->interval, "days", &schedule->days,
			   "idle", &schedule->idle, "poll", &schedule->poll) < 0)
		return golden_fail(g, error.text);
	schedule->name = mem_strdup(mem, name);
	schedule->kind = strcmp(kind, "flexible") == 0 ? DOCUMENT_FLEXIBLE : DOCUMENT_WEEKLY;
	g->document.schedule = schedule;
	return true;
}

/* False leaves words in `error`. */
static inline bool golden_read(void *mem, const char *path, struct golden *g)
{
	json_error_t error;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	json_t *params = NULL, *servers = NULL, *handsets = NULL, *operations = NULL;
	json_t *opers = NULL, *firmware = NULL, *lines = NULL, *template = NULL;
	json_t *schedule = NULL, *directory = NULL;
	const char *what, *product, *name = NULL, *text = NULL;
	int reveal = 1, clear = 0;
	bool good = false;

	memset(g, 0, sizeof(*g));
	if (json &&
	    json_unpack_ex(json, &error, JSON_STRICT,
			   "{s:s, s:s, s?b, s?b, s?o, s?o, s?o, s?o, s?o, s?o, s?o, s?o, "
			   "s?o, s?o, s?{s:s, s:s}}",
			   "what", &what, "product", &product, "reveal", &reveal,
			   "delete_not_provisioned", &clear, "params", &params, "servers", &servers,
			   "handsets", &handsets, "operations", &operations, "opers", &opers,
			   "firmware", &firmware, "lines", &lines, "template", &template,
			   "schedule", &schedule, "firmware_directory", &directory, "expect_error",
			   "name", &name, "text", &text) == 0) {
		g->document.mac = 0x7c2f80e0d605;
		g->document.product = mem_strdup(mem, product);
		g->document.delete_not_provisioned = clear;
		g->reveal = reveal;
		g->expect_error = name ? mem_strdup(mem, name) : NULL;
		g->expect_text = text ? mem_strdup(mem, text) : NULL;
		g->document.params = golden_params(mem, g, params, 0, &g->document.param_count);
		good = golden_lists(mem, g, servers, handsets, operations) &&
		       golden_opers(mem, g, opers, firmware) && golden_lines(mem, g, lines) &&
		       golden_template(mem, g, template) && golden_schedule(mem, g, schedule);
		g->document.firmware_directory = golden_text(mem, directory, 0);
	} else {
		golden_fail(g, error.text);
	}
	json_decref(json);
	return good;
}
