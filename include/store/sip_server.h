/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* SIP servers, as stored, and the index under which each device knows them. */

enum { SIP_SERVERS_PER_DEVICE = 20 };

struct sip_server {
	int64_t id;
	const char *name;
	const char *domain;
	const char *proxy_address;
	int proxy_port;
	const char *registrar_address;
	int registrar_port;
	const char *transport; /* "udp", "tcp" or "tls" */
	int64_t revision;
	int position; /* SipProvider.n; only from sip_server_of_device() */
};

/* 1 found, 0 not. */
int sip_server_find(void *mem, struct db *db, const char *name, struct sip_server **ret) MUST_CHECK;
/* By name, after `after` (NULL: from the first), at most `limit`. */
int sip_server_list(void *mem, struct db *db, const char *after, int limit, struct sip_server **ret,
		    size_t *ret_count) MUST_CHECK;

int sip_server_insert(struct db *db, struct sip_server *server) MUST_CHECK;
/* All but the name; the revision grows. */
int sip_server_update(struct db *db, const struct sip_server *server) MUST_CHECK;
/* -E_DB_CONSTRAINT while lines use it. */
int sip_server_delete(struct db *db, int64_t id) MUST_CHECK;

/* The servers of a device, by position. */
int sip_server_of_device(void *mem, struct db *db, int64_t mac, struct sip_server **ret,
			 size_t *ret_count) MUST_CHECK;

/*
 * Gives the server a position on the device unless it has one.  -E_SIP_FULL.
 * Neither this nor detaching makes the device's revision grow; the change of
 * lines that they are part of does.
 */
int sip_server_attach(struct db *db, int64_t mac, int64_t id) MUST_CHECK;
/* At this position; -E_DB_CONSTRAINT when another one has it, or it has another one. */
int sip_server_attach_at(struct db *db, int64_t mac, int64_t id, int position) MUST_CHECK;
int sip_server_detach(struct db *db, int64_t mac, int64_t id) MUST_CHECK;
