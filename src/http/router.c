/* SPDX-License-Identifier: MIT */
/*
 * Patterns are cut into segments once.  They stand in lists by their number of
 * segments, the more literal ones first, so that the first that fits is the
 * right one: at the leftmost segment in which two patterns differ in kind, the
 * one with more literal bytes wins.
 *
 * The path is decoded here and nowhere else, segment by segment after it has
 * been cut: an encoded slash can neither make a segment nor hide in one.  ..
 * stands for itself, and so matches only where a pattern has it.
 */
#include "router.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct piece {
	const char *before; /* literal text; the whole segment when there is no name */
	size_t before_len;
	const char *name; /* NULL: no parameter */
	const char *after;
	size_t after_len;
};

struct pattern {
	const struct route *route;
	size_t order; /* in the table, for patterns that are equally literal */
	unsigned count;
	struct piece pieces[ROUTER_SEGMENTS_MAX];
};

struct list {
	struct pattern *patterns;
	size_t count;
};

struct router {
	struct list lists[ROUTER_SEGMENTS_MAX + 1];
};

struct segment {
	char *text;
	size_t len;
	bool is_parent; /* .. as it stands, without encoding */
};

static int literal(const struct piece *piece)
{
	if (!piece->name)
		return 1 << 16;
	return (int)(piece->before_len + piece->after_len);
}

static int compare(const void *a, const void *b)
{
	const struct pattern *x = a;
	const struct pattern *y = b;

	for (unsigned i = 0; i < x->count; i++) {
		int difference = literal(&y->pieces[i]) - literal(&x->pieces[i]);

		if (difference)
			return difference;
	}
	return x->order < y->order ? -1 : 1;
}

static int piece_parse(void *mem, const char *s, size_t len, struct piece *ret)
{
	const char *open = memchr(s, '{', len);
	const char *close = open ? memchr(open, '}', len - (size_t)(open - s)) : NULL;

	memset(ret, 0, sizeof(*ret));
	if (!open) {
		ret->before = mem_strndup(mem, s, len);
		ret->before_len = len;
		return memchr(s, '}', len) ? -E_CONFIG : 0;
	}
	if (!close || close == open + 1)
		return -E_CONFIG;
	ret->before_len = (size_t)(open - s);
	ret->before = mem_strndup(mem, s, ret->before_len);
	ret->name = mem_strndup(mem, open + 1, (size_t)(close - open - 1));
	ret->after_len = len - (size_t)(close + 1 - s);
	ret->after = mem_strndup(mem, close + 1, ret->after_len);
	return memchr(close + 1, '{', ret->after_len) ? -E_CONFIG : 0;
}

static int pattern_parse(void *mem, const struct route *route, struct pattern *ret)
{
	const char *s = route->path;
	unsigned params = 0;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->route = route;
	if (*s != '/')
		return -E_CONFIG;
	while (*s == '/') {
		size_t len = strcspn(++s, "/");

		if (ret->count == ROUTER_SEGMENTS_MAX)
			return -E_CONFIG;
		r = piece_parse(mem, s, len, &ret->pieces[ret->count]);
		if (r < 0)
			return r;
		params += ret->pieces[ret->count].name != NULL;
		ret->count++;
		s += len;
	}
	return params > ROUTER_PARAMS_MAX ? -E_CONFIG : 0;
}

static int pattern_add(struct router *router, const struct route *route, size_t order)
{
	struct pattern pattern;
	struct list *list;
	int r;

	r = pattern_parse(router, route, &pattern);
	if (r < 0)
		return r;
	pattern.order = order;
	list = &router->lists[pattern.count];
	list->patterns = mem_grow(router, list->patterns, sizeof(pattern), list->count + 1);
	list->patterns[list->count++] = pattern;
	return 0;
}

/* "/%DVID/%MACD.xml?x" becomes "/{dvid}/{dvid_part}/{mac}.xml". */
static char *path_from_config(void *mem, const char *word)
{
	static const struct {
		const char *from;
		const char *to;
	} places[] = {{"%MACD", "{mac}"}, {"%MACC", "{mac}"}, {"%DVID", "{dvid}/{dvid_part}"}};
	char *out = mem_strdup(mem, "");

	while (*word && *word != '?') {
		size_t i = 0;

		while (i < COUNT_OF(places) &&
		       strncmp(word, places[i].from, strlen(places[i].from)) != 0)
			i++;
		if (i < COUNT_OF(places)) {
			out = talloc_strdup_append_buffer(out, places[i].to);
			word += strlen(places[i].from);
		} else {
			out = talloc_strndup_append_buffer(out, word++, 1);
		}
	}
	return out;
}

static int phone_paths_add(struct router *router, const struct config_words *paths,
			   request_handler *handler, size_t order, struct diag *reterr)
{
	for (size_t i = 0; paths && i < paths->count; i++) {
		struct route *route = mem_new(router, struct route);

		route->method = HTTP_GET;
		route->path = path_from_config(router, paths->words[i]);
		route->planes = PLANE_PHONES;
		route->auth = ROUTE_AUTH_DEVICE;
		route->how = ROUTE_INLINE;
		route->handler = handler;
		route->name = "phone_profile";
		route->what = "configuration of one device, from the ini";
		if (pattern_add(router, route, order + i) < 0)
			return diag_set(reterr, -E_CONFIG,
					"provisioning.paths: %s: a part between slashes holds at "
					"most one placeholder, a path at most %d parts",
					paths->words[i], ROUTER_SEGMENTS_MAX);
	}
	return 0;
}

int router_new(void *mem, const struct route *routes, size_t count,
	       const struct config_words *paths, request_handler *phone_handler,
	       struct router **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) struct router *router = mem_new(NULL, struct router);
	int r;

	for (size_t i = 0; i < count; i++) {
		r = pattern_add(router, &routes[i], i);
		if (r < 0)
			return diag_set(reterr, r, "%s: not a pattern of a route", routes[i].path);
	}
	r = phone_paths_add(router, paths, phone_handler, count, reterr);
	if (r < 0)
		return r;
	for (size_t i = 0; i < COUNT_OF(router->lists); i++)
		if (router->lists[i].count)
			qsort(router->lists[i].patterns, router->lists[i].count,
			      sizeof(struct pattern), compare);
	*ret = talloc_steal(mem, router);
	router = NULL;
	return 0;
}

/* In place.  False for what can be in no route's path. */
static bool segment_decode(struct segment *segment)
{
	const char *in = segment->text;
	const char *end = segment->text + segment->len;
	char *out = segment->text;
	bool is_plain = true;

	segment->is_parent = segment->len == 2 && memcmp(in, "..", 2) == 0;
	if (segment->is_parent)
		return true;
	for (; in < end; in++) {
		char c = *in;

		if (c == '%') {
			int high = end - in > 2 ? hex_digit(in[1]) : -1;
			int low = high >= 0 ? hex_digit(in[2]) : -1;

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			in += 2;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f || c == '/')
			return false;
		is_plain = is_plain && (unsigned char)c < 0x7f;
		*out++ = c;
	}
	*out = '\0';
	segment->len = (size_t)(out - segment->text);
	if (strcmp(segment->text, ".") == 0 || strcmp(segment->text, "..") == 0)
		return false;
	return is_plain || text_check(segment->text, segment->len, NULL) == 0;
}

/* Number of segments; 0 for a path that no route can have. */
static unsigned split(char *path, struct segment *segments)
{
	unsigned count = 0;

	if (*path != '/')
		return 0;
	while (*path == '/') {
		struct segment *segment = &segments[count];

		if (count++ == ROUTER_SEGMENTS_MAX)
			return 0;
		segment->text = ++path;
		path = strchrnul(path, '/');
		segment->len = (size_t)(path - segment->text);
	}
	for (unsigned i = 0; i < count; i++)
		if (!segment_decode(&segments[i]))
			return 0;
	return count;
}

static bool piece_fits(const struct piece *piece, const struct segment *segment)
{
	if (segment->is_parent && piece->name)
		return false;
	if (!piece->name)
		return segment->len == piece->before_len &&
		       memcmp(segment->text, piece->before, segment->len) == 0;
	return segment->len > piece->before_len + piece->after_len &&
	       memcmp(segment->text, piece->before, piece->before_len) == 0 &&
	       memcmp(segment->text + segment->len - piece->after_len, piece->after,
		      piece->after_len) == 0;
}

static bool pattern_fits(const struct pattern *pattern, const struct segment *segments)
{
	for (unsigned i = 0; i < pattern->count; i++)
		if (!piece_fits(&pattern->pieces[i], &segments[i]))
			return false;
	return true;
}

/* The literal text behind a parameter is cut off where it stands. */
static void take(const struct pattern *pattern, const struct segment *segments,
		 struct router_match *match)
{
	match->route = pattern->route;
	for (unsigned i = 0; i < pattern->count; i++) {
		const struct piece *piece = &pattern->pieces[i];

		if (!piece->name)
			continue;
		segments[i].text[segments[i].len - piece->after_len] = '\0';
		match->params[match->param_count].name = piece->name;
		match->params[match->param_count].value = segments[i].text + piece->before_len;
		match->param_count++;
	}
}

void router_match(const struct router *router, unsigned planes, int method, char *path,
		  struct router_match *ret)
{
	struct segment segments[ROUTER_SEGMENTS_MAX];
	unsigned count = split(path, segments);
	const struct list *list = &router->lists[count];

	ret->route = NULL;
	ret->methods = 0;
	ret->planes = 0;
	ret->param_count = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct pattern *pattern = &list->patterns[i];

		if (!(pattern->route->planes & planes) || !pattern_fits(pattern, segments))
			continue;
		ret->methods |= 1u << pattern->route->method;
		ret->planes |= pattern->route->planes;
		if ((int)pattern->route->method == method) {
			take(pattern, segments, ret);
			return;
		}
	}
}

/* One of several planes: whose kind of answer a request gets.  What phones meet comes first: they learn least. */
static enum plane plane_pick(unsigned planes)
{
	static const enum plane order[] = {PLANE_PHONES, PLANE_WPI, PLANE_API, PLANE_RPC,
					   PLANE_METRICS};

	for (size_t i = 0; i < COUNT_OF(order); i++)
		if (planes & order[i])
			return order[i];
	return PLANE_CONTROL;
}

int router_decide(const struct router *router, unsigned planes, int method, char *path,
		  struct router_match *ret, enum plane *ret_plane)
{
	router_match(router, planes, method, path, ret);
	if (ret->route) {
		*ret_plane = plane_pick(ret->route->planes & planes);
		return 0;
	}
	*ret_plane = plane_pick(planes);
	if (!ret->methods || !(ret->planes & planes & ~(unsigned)(PLANE_PHONES | PLANE_WPI)))
		return -E_NO_ROUTE;
	*ret_plane = plane_pick(ret->planes & planes);
	return -E_METHOD_NOT_ALLOWED;
}

const char *router_param(const struct router_match *match, const char *name)
{
	for (unsigned i = 0; i < match->param_count; i++)
		if (strcmp(match->params[i].name, name) == 0)
			return match->params[i].value;
	return NULL;
}
