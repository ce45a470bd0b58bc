/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/net.h"
#include "window/schedule.h"

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
	PLANE_WPI = 1 << 5,
};

enum phone_auth { PHONE_AUTH_DIGEST, PHONE_AUTH_OPEN };
enum date_order { DATE_ORDER_DATE_URL, DATE_ORDER_URL_DATE };
enum list_answer { LIST_ANSWER_SEED, LIST_ANSWER_GUIDE };
enum sip_transport { SIP_UDP, SIP_TCP };
enum upstream_kind { UPSTREAM_AUTOPROV };
enum firmware_unidentified { FIRMWARE_ALLOW, FIRMWARE_DENY };
enum delete_not_provisioned { DNP_AUTO, DNP_ALWAYS, DNP_NEVER };

enum local_changes { LOCAL_CHANGES_KEEP, LOCAL_CHANGES_REPORT, LOCAL_CHANGES_OVERWRITE };
enum wpi_bind { WPI_BIND_NONE, WPI_BIND_ADDRESS };
enum wpi_secrets { WPI_SECRETS_ALWAYS, WPI_SECRETS_ENROLMENT };
enum entities { ENTITIES_FULL, ENTITIES_REFUSE, ENTITIES_REPLACE };

enum schedule_pin { PIN_NO, PIN_DAY, PIN_HOUR };

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

/* Days of the calendar (base/civil.h), the last one included. */
struct config_range {
	int64_t first;
	int64_t last;
};

struct config_ranges {
	struct config_range *ranges;
	size_t count;
};

/* One struct for each section of keys.def; of a section that may be many, `name` comes first. */

struct config_daemon {
	const char *database; /* "sqlite:" and an absolute path */
	const char *control_socket;
	const char *state_dir;
	const char *firmware_dir; /* "": see config_firmware_dir() */
	const char *backup_dir;	  /* "": see config_backup_dir() */
	const char *secret_key_file;
	const char *timezone;
	unsigned log_level;  /* enum log_level */
	unsigned log_format; /* enum log_format */
	unsigned threads;
	unsigned workers;
};

struct config_listener {
	const char *name;
	const char *address; /* as net_address_text() writes it */
	unsigned port;
	unsigned planes;      /* of enum plane */
	const char *tls_cert; /* NULL where the listener speaks no TLS; see config_is_own() */
	const char *tls_key;
	const char *tls_client_ca; /* NULL: nobody is asked for a certificate */
	bool tls_legacy;
	bool basic_without_tls;
	struct config_networks trusted_proxies;
};

struct config_redirect {
	unsigned auth;		/* enum phone_auth */
	const char *data_url;	/* "": none */
	const char *chain_code; /* three digits; "": no chain */
	const char *chain_url;
	bool require_mac_id;
	struct config_words url_schemes;
	bool require_inventory;
	unsigned suffix_tries;
	unsigned suffix_lock_seconds;
	unsigned check_device_order; /* enum date_order */
	unsigned list_answer;	     /* enum list_answer */
	unsigned max_list;
};

struct config_provisioning {
	unsigned auth; /* enum phone_auth */
	struct config_networks open_networks;
	const char *realm;
	struct config_words paths;
	unsigned delete_not_provisioned; /* enum delete_not_provisioned */
	struct config_guard shrink_guard;
	const char *public_url;		/* "": none */
	unsigned firmware_unidentified; /* enum firmware_unidentified */
};

struct config_firmware {
	struct config_words mirror_hosts; /* "fw.example.net", "private:10.0.0.1:8080" */
	unsigned max_bytes;
	unsigned stall_seconds;
	const char *tls_ca; /* NULL: the system's */
};

struct config_sip {
	bool notify;
	const char *address;
	unsigned port;
	unsigned transport; /* enum sip_transport */
	unsigned phone_port;
	unsigned t1_ms;
	unsigned t2_ms;
	unsigned answer_ms;
	unsigned fetch_seconds;
	unsigned gap_seconds;
	unsigned rate;
	unsigned queue;
	bool multicast;
	struct config_words multicast_interfaces;
	unsigned multicast_port;
	unsigned multicast_rate;
};

struct config_wpi {
	unsigned local_changes; /* enum local_changes */
	unsigned entities;	/* enum entities */
	unsigned message_bytes;
	unsigned max_items;
	unsigned max_read;
	unsigned max_fragments;
	unsigned max_turns;
	unsigned idle_seconds;
	unsigned away_seconds;
	unsigned writes;
	unsigned writes_seconds;
	unsigned unchanged_hours;
	unsigned order_seconds;
	unsigned max_sessions;
	unsigned session_memory;
	const char *public_url;
	unsigned order_tries;
	unsigned order_hours;
	unsigned max_orders;
	unsigned keep_orders;
	unsigned firmware_tries;
	unsigned contact_gap;
	unsigned contact_retry;
	unsigned contact_rate;
	unsigned contact_seconds;
	bool contact_elsewhere;
	unsigned max_file;
	struct config_networks networks; /* none: any */
	unsigned bind;			 /* enum wpi_bind */
	unsigned secrets;		 /* enum wpi_secrets */
	unsigned enrolment_seconds;
	unsigned secure_port; /* 0: the listener's */
	unsigned certificate_days;
};

struct config_upstream {
	const char *name;
	unsigned kind; /* enum upstream_kind */
	const char *url;
	const char *user;
	const char *password_file;
	const char *provider; /* "": the same as here */
	struct config_words providers;
	const char *tls_ca; /* NULL: the system's */
	unsigned connections;
	unsigned timeout_seconds;
	unsigned retry_seconds;
	unsigned retry_max_seconds;
	unsigned diff_rows;
};

struct config_schedule {
	const char *name;
	const char *timezone; /* "": the daemon's */
	unsigned kind;	      /* enum schedule_kind */
	unsigned start;	      /* minute of the day */
	unsigned end;
	unsigned days; /* bit 0 Sunday */
	unsigned interval;
	unsigned inactivity;
	const char *anchor; /* a date; "": none */
	unsigned equal;	    /* enum schedule_equal */
	unsigned missed;    /* enum schedule_missed */
	bool rotate;
	unsigned tail; /* seconds */
	unsigned grace;
	unsigned min_gap; /* days */
	struct config_ranges blackout;
	unsigned pin;  /* enum schedule_pin */
	unsigned poll; /* minutes; 0: none */
	bool native;
	unsigned rollout_phones; /* 0: not told */
	unsigned rollout_image;
	unsigned rollout_kbits; /* 0: not told */

	struct schedule schedule; /* all that, ready to be asked */
};

struct config_limits {
	unsigned max_body;
	unsigned max_import;
	unsigned max_import_rows;
	unsigned max_import_elements;
	unsigned max_import_report;
	unsigned max_template;
	unsigned max_connections;
	unsigned connections_per_address;
	unsigned connection_memory;
	unsigned idle_seconds;
	unsigned wpi_idle_seconds;
	unsigned deadline_seconds;
	unsigned stop_seconds;
	unsigned nonce_seconds;
	unsigned login_memory_seconds;
	unsigned login_tries;
	unsigned login_slow_seconds;
	unsigned cache_bytes;
	unsigned max_downloads;
	unsigned downloads_per_device;
	unsigned downloads_per_address;
	unsigned seen_days;
	unsigned kept_days;
	unsigned disk_low_percent;
	unsigned seen_seconds;
	unsigned write_queue;
	unsigned work_queue;
	unsigned unknown_macs_per_minute;
	unsigned max_xml_depth;
};

struct config {
	const char *file; /* absolute; what a reload reads again */
	unsigned slot;	  /* belongs to config_use() */

	struct config_daemon daemon;
	struct config_redirect redirect;
	struct config_provisioning provisioning;
	struct config_firmware firmware;
	struct config_sip sip;
	struct config_wpi wpi;
	struct config_limits limits;

	struct config_listener *listeners; /* in the file's order, at least one */
	size_t listener_count;
	struct config_upstream *upstreams; /* in the file's order, perhaps none */
	size_t upstream_count;
	struct config_schedule *schedules; /* in the file's order, perhaps none */
	size_t schedule_count;
	const struct config_schedule **schedules_by_name;

	struct config_words
		warnings; /* "etc/gigaprovd.ini:12: warning: …": what is allowed, but odd */
};

/* Where firmware lies. */
const char *config_firmware_dir(void *mem, const struct config *config);
/* The same of backups. */
const char *config_backup_dir(void *mem, const struct config *config);

/* tls_cert and tls_client_ca of listeners may say `own` instead of a file. */
bool config_is_own(const char *file);
/* Where that certificate lies, its key with it; and the authority's certificate. */
const char *config_own_cert(void *mem, const struct config *config,
			    const struct config_listener *listener);
const char *config_own_authority(void *mem, const struct config *config);

/* NULL when there is none of that name. */
const struct config_upstream *config_upstream_find(const struct config *config, const char *name);

const struct config_schedule *config_schedule_find(const struct config *config, const char *name);

/* "night, weekend": the names that there are, or some of them and "…"; "" for none. */
void config_schedule_names(const struct config *config, struct buf *buf);

/*
 * Reads `path`.  On errors all of them are appended to `errors`, a line each
 * ("etc/gigaprovd.ini:12: …"), by line number, and -E_CONFIG is returned.
 * Paths in the file are relative to its directory, and absolute afterwards.
 * Neither logs nor opens anything but the file itself; looks whether the files
 * that keys of type FILE name can be read.  Not from two threads at once.
 */
int config_read(void *mem, const char *path, struct config **ret, struct buf *errors) MUST_CHECK;

/* The same of a text in memory; `path` is what errors and relative paths take it for. */
int config_read_text(void *mem, const char *path, const char *text, size_t len, struct config **ret,
		     struct buf *errors) MUST_CHECK;

/* The whole of it as an ini file, defaults included, which reads back as the same. */
void config_print(const struct config *config, struct buf *buf);

/* The annotated sample, as etc/gigaprovd.ini holds it: made from keys.def. */
void config_print_sample(struct buf *buf);

/*
 * Appends to `errors` a line for each key that `next` changes although it takes
 * effect only at a start; -E_CONFIG when there is any.
 */
int config_check_reload(const struct config *now, const struct config *next,
			struct buf *errors) MUST_CHECK;

/*
 * The configuration in force.  config_use() takes over `next` (a root of its
 * own: config_read(NULL, …)) and lets go of the last one, which is freed when
 * its last user has released it, by that user's thread.  NULL, when all is
 * over, only lets go.  From one thread; pins may come from any.
 */
void config_use(struct config *next);

/* Pins the one in force until config_release(), which may come from another thread. */
const struct config *config_pin(void);
void config_release(const struct config *config);
