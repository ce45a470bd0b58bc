/* SPDX-License-Identifier: MIT */
#include "daemon/routes.h"

#include "http/handlers.h"

const struct route *routes_all(size_t *ret_count)
{
	static const struct route routes[] = {
#define ROUTE(method, path, plane, auth, how, handler, what)                                       \
	{HTTP_##method, path,	 PLANE_##plane, ROUTE_AUTH_##auth,                                 \
	 ROUTE_##how,	handler, #handler,	what},
#include "http/routes.def"
#undef ROUTE
	};

	*ret_count = COUNT_OF(routes);
	return routes;
}
