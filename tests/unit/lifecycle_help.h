/* SPDX-License-Identifier: MIT */
#pragma once

/* Handsets on two devices, and what is known of them. */

#include "fleet/lifecycle.h"
#include "fleet_help.h"
#include "store/device.h"
#include "store/line.h"
#include "store/operation.h"
#include "store/sip_server.h"

#define A "7C2F80E0D605"
#define B "7C2F80E0D606"
#define IPUI "029e74a599"
#define OTHER "02b6ec8aa5"
#define ADD(key) "<oper name=\"add_hs\" value=\"" key "\">"
#define DELETE(key) "<oper name=\"delete_hs\" value=\"" key "\"/>"

static inline struct handset *handset_of(struct fixture *f, const char *ipui)
{
	struct handset *handset;

	assert_int_equal(handset_find(f->mem, f->db, ipui, &handset), 1);
	return handset;
}

static inline struct handset *slot_of(struct fixture *f, int64_t mac, int slot)
{
	struct handset *handset;

	assert_int_equal(handset_at(f->mem, f->db, mac, slot, &handset), 1);
	return handset;
}

static inline int add(struct fixture *f, int64_t mac, const struct handset_new *new)
{
	struct handset *handset;

	return fleet_handset_add(&f->change, mac, new, &handset);
}

static inline void slot_make(struct fixture *f, int64_t mac, int slot, const char *pin)
{
	struct handset_new new = {.slot = slot, .pin = secret_new(f->mem, pin)};

	assert_int_equal(add(f, mac, &new), 0);
}

static inline void server_make(struct fixture *f)
{
	struct sip_server server = {.name = "pbx",
				    .domain = "pbx.example.net",
				    .proxy_address = "pbx.example.net",
				    .proxy_port = 5060,
				    .registrar_address = "pbx.example.net",
				    .registrar_port = 5060,
				    .transport = "udp"};

	assert_int_equal(sip_server_insert(f->db, &server), 0);
}

static inline int set(struct fixture *f, int64_t mac, const char *key,
		      const struct handset_change *change)
{
	struct handset *handset;

	return fleet_handset_set(&f->change, mac, key, change, &handset);
}

static inline int move(struct fixture *f, const char *ipui, int64_t mac, bool now)
{
	struct handset *handset;
	struct handset_move move = {.mac = mac, .now = now};

	return fleet_handset_move(&f->change, ipui, &move, &handset);
}

static inline int remove_as(struct fixture *f, int64_t mac, const char *key,
			    enum operation_mode mode)
{
	return fleet_handset_remove(&f->change, mac, key, mode);
}

static inline struct operation *removal_of(struct fixture *f, int64_t mac)
{
	struct operation *operations;
	size_t count;

	assert_int_equal(operation_list(f->mem, f->db, mac, &operations, &count), 0);
	for (size_t i = 0; i < count; i++)
		if (operations[i].kind == OPERATION_REMOVE_HANDSET)
			return &operations[i];
	return NULL;
}

static inline int64_t revision_of(struct fixture *f, int64_t mac)
{
	struct device *device;

	assert_int_equal(device_get(f->mem, f->db, mac, &device), 0);
	return device->revision;
}
