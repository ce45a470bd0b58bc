/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"

/* The kernel tells who is at the other end of the control socket. */
static int admit_peer(struct request *req)
{
	const union MHD_ConnectionInfo *info;
	struct ucred peer;
	socklen_t len = sizeof(peer);

	info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -E_FORBIDDEN;
	if (peer.uid != 0 && peer.uid != geteuid())
		return -E_FORBIDDEN;
	req->principal.account_id = 0;
	req->principal.role = ROLE_ADMIN;
	snprintf(req->principal.name, sizeof(req->principal.name), "uid:%u", (unsigned)peer.uid);
	return 0;
}

static bool may(enum route_auth auth, enum role role)
{
	switch (auth) {
	case ROUTE_AUTH_VIEWER:
		return role == ROLE_VIEWER || role == ROLE_ADMIN;
	case ROUTE_AUTH_ADMIN:
		return role == ROLE_ADMIN;
	default:
		return true;
	}
}

int request_admit(struct request *req)
{
	int r;

	if (req->listener->is_control)
		return admit_peer(req);
	if (req->route->auth < ROUTE_AUTH_ACCOUNT)
		return 0;
	r = auth_check(req, &req->principal);
	if (r != 0)
		return r;
	return may(req->route->auth, req->principal.role) ? 0 : -E_FORBIDDEN;
}
