/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "server.h"

/* Connections of a listener: each has a number, and may not take for ever to say what it wants. */

/* libmicrohttpd calls it at a connection's begin and, before its socket is closed, at its end. */
void link_notify(void *cls, struct MHD_Connection *connection, void **context,
		 enum MHD_ConnectionNotificationCode code);

/* Of all listeners; 64 bits never come around. */
uint64_t link_number(struct MHD_Connection *connection);

/* A piece of a body has come: each of its bytes is another millisecond. */
void link_body(struct MHD_Connection *connection, size_t bytes);

/* The request has come to its end; the connection has all the time until it was answered. */
void link_heard(struct MHD_Connection *connection);

/* From now on it has to say the next one. */
void link_answered(struct MHD_Connection *connection);

/* Cuts off those which have been saying what they want for longer than the listener's patience. */
void link_expire_all(struct listener *listener, int64_t now, int64_t deadline_ms);
