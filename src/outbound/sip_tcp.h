/* SPDX-License-Identifier: MIT */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/net.h"

struct config_sip;

/* One TCP connection to a phone: a message out, messages back. */
struct sip_tcp;

/* A tree of its own, which sip_tcp_close() frees. */
int sip_tcp_open(const struct config_sip *config, const struct net_address *to,
		 struct sip_tcp **ret) MUST_CHECK;
void sip_tcp_close(struct sip_tcp *tcp);

void sip_tcp_send(struct sip_tcp *tcp, const void *data, size_t len);

/* What to poll for. */
void sip_tcp_poll(const struct sip_tcp *tcp, struct pollfd *ret);

/* Neither side has closed it, as far as one knows. */
bool sip_tcp_is_open(const struct sip_tcp *tcp);

/* Sends and receives what can be; negative when the connection is no good any more. */
int sip_tcp_step(struct sip_tcp *tcp) MUST_CHECK;

/* The next whole message: 1, 0 none, negative for what cannot be one.  Valid until the next step. */
int sip_tcp_next(struct sip_tcp *tcp, const char **ret, size_t *ret_len) MUST_CHECK;
