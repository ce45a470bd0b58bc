/* SPDX-License-Identifier: MIT */
#pragma once

/* Rows that tests of several tables need. */

#include "scratch.h"
#include "store/device.h"
#include "store/sip_server.h"

static inline void device_make(struct scratch *s, int64_t mac)
{
	struct device device = {.mac = mac, .product = "n870", .created_at = SCRATCH_NOW};

	assert_int_equal(device_insert(s->db, &device), 0);
}

static inline struct sip_server server_of(const char *name)
{
	return (struct sip_server){
		.name = name,
		.domain = "sip.example",
		.proxy_address = "proxy.example",
		.proxy_port = 5060,
		.registrar_address = "registrar.example",
		.registrar_port = 5061,
		.transport = "tls",
	};
}

static inline int64_t server_make(struct scratch *s, const char *name)
{
	struct sip_server server = server_of(name);

	assert_int_equal(sip_server_insert(s->db, &server), 0);
	return server.id;
}
