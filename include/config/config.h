/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/net.h"

/*
 * The ini file, as typed values.
 *
 * keys.def is the one list of sections and keys.  A configuration is one
 * memory tree; it never changes once read.  A reload reads a new one, checks
 * it, swaps it in and lets the old one go when its last user has.
 */

struct buf;

enum plane {
	PLANE_PHONES = 1 << 0,
	PLANE_RPC = 1 << 1,
	PLANE_API = 1 << 2,
	PLANE_METRICS = 1 << 3,
	PLANE_CONTROL = 1 << 4, /* the UNIX socket; never in a listener's `serves` */
};

enum phone_auth { PHONE_AUTH_DIGEST, PHONE_AUTH_OPEN };
enum date_order { DATE_ORDER_DATE_URL, DATE_ORDER_URL_DATE };
enum list_answer { LIST_ANSWER_SEED, LIST_ANSWER_GUIDE };
enum delete_not_provisioned { DNP_AUTO, DNP_ALWAYS, DNP_NEVER };

struct config_networks {
	struct net_prefix *prefixes;
	size_t count;
};

struct config_words {
	const char **words;
	size_t count;
};

/* "20% 10": held back when more than 20 percent and more than 10 would go. */
struct config_guard {
	unsigned percent;
	unsigned count;
};

struct config_listener {
	const char *name;
	const char *address;
	unsigned port;
	unsigned planes;
	const char *tls_cert;
	const char *tls_key;
	bool basic_without_tls;
	struct config_networks trusted_proxies;
};

struct config {
	const char *file;

	struct {
		const char *database;
		const char *control_socket;
		const char *state_dir;
		const char *secret_key_file;
		unsigned log_level;  /* enum log_level */
		unsigned log_format; /* enum log_format */
		unsigned threads;
		unsigned workers;
	} daemon;

	struct {
		bool require_mac_id;
		unsigned check_device_order; /* enum date_order */
		unsigned list_answer;	     /* enum list_answer */
		unsigned max_list;
	} redirect;

	struct {
		unsigned auth; /* enum phone_auth */
		struct config_networks open_networks;
		const char *realm;
		struct config_words paths;
		unsigned delete_not_provisioned; /* enum delete_not_provisioned */
		struct config_guard shrink_guard;
	} provisioning;

	struct {
		unsigned max_body;
		unsigned max_connections;
		unsigned connection_memory;
		unsigned idle_seconds;
		unsigned deadline_seconds;
		unsigned stop_seconds;
		unsigned nonce_seconds;
		unsigned login_memory_seconds;
		unsigned cache_bytes;
		unsigned seen_seconds;
		unsigned write_queue;
		unsigned work_queue;
		unsigned unknown_macs_per_minute;
		unsigned max_xml_depth;
	} limits;

	struct config_listener *listeners;
	size_t listener_count;
};

/*
 * Reads `path`.  On errors all of them are appended to `errors`, a line each
 * ("etc/gigaprovd.ini:12: …"), and -E_CONFIG is returned.  Neither logs nor
 * opens anything but the file itself and the files that keys of type FILE name.
 */
int config_read(void *mem, const char *path, struct config **ret, struct buf *errors) MUST_CHECK;

/* The whole of it as an ini file, defaults included, secrets not. */
void config_print(const struct config *config, struct buf *buf);

/* The annotated sample, as etc/gigaprovd.ini holds it: made from keys.def. */
void config_print_sample(struct buf *buf);

/*
 * Appends to `errors` a line for each key that `next` changes although it takes
 * effect only at a start; -E_CONFIG when there is any.
 */
int config_check_reload(const struct config *now, const struct config *next,
			struct buf *errors) MUST_CHECK;

/* The configuration in force.  config_use() takes over `next` (a root) and releases the last one. */
void config_use(struct config *next);

/* Pins the one in force until config_release(). */
const struct config *config_pin(void);
void config_release(const struct config *config);
