/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/net.h"

struct config_sip;
struct sip_place;

/* Sockets for SIP; none of them ever waits. */

/* The socket that messages leave from and answers come to; its descriptor. */
int sip_udp_open(const struct config_sip *config, unsigned *ret_port,
		 struct diag *reterr) MUST_CHECK;

/* A socket that hears what is sent to 224.0.1.75, and nothing else. */
int sip_multicast_open(const struct config_sip *config, struct diag *reterr) MUST_CHECK;

/* Sends `len` bytes to address and port; a full buffer is a lost packet.  Negative: an errno. */
int sip_udp_send(int fd, const struct net_address *to, const void *data, size_t len) MUST_CHECK;

/* A packet of at most `size` bytes, longer ones are cut; -EAGAIN when there is none. */
int sip_udp_receive(int fd, void *data, size_t size, struct net_address *ret_from) MUST_CHECK;

/* Begins a connection from the configured address; its descriptor. */
int sip_tcp_connect(const struct config_sip *config, const struct net_address *to) MUST_CHECK;

/*
 * Which of our addresses the other one sees; `port` is that of sip_udp_open(),
 * and goes into the place as it is.
 */
int sip_place_of(const struct config_sip *config, const struct net_address *to, unsigned port,
		 struct sip_place *ret) MUST_CHECK;
