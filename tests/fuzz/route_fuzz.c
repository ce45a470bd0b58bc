/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/http/router.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A raw path; whatever a route gets must be one clean segment. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct route routes[] = {
		{.method = HTTP_GET, .path = "/", .planes = PLANE_API},
		{.method = HTTP_GET, .path = "/{any}", .planes = PLANE_API},
		{.method = HTTP_GET, .path = "/cfg{mac}.xml", .planes = PLANE_API},
		{.method = HTTP_GET, .path = "/xml/{mac}.xml", .planes = PLANE_API},
		{.method = HTTP_GET, .path = "/{a}/x{b}/{c}y/d", .planes = PLANE_API},
	};
	static const struct config_words none;
	static struct router *router;
	struct router_match match;
	char *path;

	if (!router && router_new(NULL, routes, COUNT_OF(routes), &none, NULL, &router, NULL) < 0)
		abort();
	path = mem_strndup(NULL, (const char *)data, size);
	router_match(router, PLANE_API, HTTP_GET, path, &match);
	for (unsigned i = 0; match.route && i < match.param_count; i++) {
		const char *value = match.params[i].value;

		if (!*value || strchr(value, '/') || strchr(value, '\n'))
			abort();
	}
	mem_free(path);
	return 0;
}
