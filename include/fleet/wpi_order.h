/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"
#include "store/wpi_order.h"

/*
 * Orders: what a desk phone is to be told to do, once each (wpi_orders.def).
 *
 *   waiting → sent → taken → done, failed or cancelled
 *
 * The service reads what is due for a phone that calls (wpi_order_read()), and
 * writes what became of it (fleet_wpi_order_news()) in the same operation as the rest
 * of what the phone has said, before its answer leaves: so nothing is done twice
 * because of a crash.  A try that failed or that nothing was heard of is made
 * again after [wpi] order_seconds, [wpi] order_tries times at most; one that the
 * phone was too busy for does not count.
 *
 * Ids are texts, made of the order's number and the try, so that what a session
 * remembers of the last try does not hold up the next one.
 */

enum wpi_order_kind {
#define ORDER(id, action, end, away, wait_s, hours, tries, what) WPI_ORDER_KIND_##id,
#include "fleet/wpi_orders.def"
#undef ORDER
	WPI_ORDER_KINDS,
};

enum wpi_order_end {
	WPI_END_START_UP,
	WPI_END_VERSION,
	WPI_END_STATUS,
	WPI_END_LIST,
	WPI_END_ANSWER,
};

struct wpi_order_kind_row {
	const char *name;
	const char *action;
	enum wpi_order_end end;
	bool away;
	int64_t wait_s;
	int64_t hours;
	int64_t tries;
	const char *what;
};

const struct wpi_order_kind_row *wpi_order_kind_row(enum wpi_order_kind kind);
/* Of a stored one. */
enum wpi_order_kind wpi_order_kind_of(const struct wpi_order_row *row);

/* An item as it goes over the wire. */
struct wpi_order_item {
	const char *name;
	int index;		     /* -1: none */
	const char *value;	     /* NULL when it is a secret */
	const struct secret *secret; /* NULL when it is not */
};

/* The phone that calls. */
struct wpi_order_phone {
	int64_t mac;
	const char *reason;	   /* "start-up" */
	const char *version;	   /* software-version; NULL: not told */
	const char *software_type; /* "Siemens SIP"; NULL: not told */
	const char *origin;  /* "https://prov.example.net:18443", the Host that it says; NULL */
	const char *reached; /* "https://self:18443", the port of ours that it came to; NULL */
	int64_t at;	     /* when it opened the dialogue */
};

/* Something to be told to it. */
struct wpi_order_due {
	const char *id;
	const char *action; /* "FileDeployment" */
	const struct wpi_order_item *items;
	size_t item_count;
};

/*
 * What is due for the phone, in its order.  `ret_reads` says that something can only be seen in
 * ReadAllItems, so that the phone must be asked for all items now.
 */
int wpi_order_read(void *mem, struct db *db, const struct config *config,
		   const struct wpi_order_phone *phone, struct wpi_order_due **ret,
		   size_t *ret_count, bool *ret_reads) MUST_CHECK;

/* What the phone's message has told. */
enum wpi_order_event {
	WPI_EVENT_CONTACT, /* it has opened a dialogue */
	WPI_EVENT_SENT,
	WPI_EVENT_TAKEN,
	WPI_EVENT_FAILED, /* words: it could not even be sent */
	WPI_EVENT_ANSWERED,
	WPI_EVENT_BUSY,	       /* it will call by itself */
	WPI_EVENT_BUSY_SILENT, /* it will not */
	WPI_EVENT_FILE_TAKEN,  /* `name`, and `words`, the type */
	WPI_EVENT_FILE_FAILED,
	WPI_EVENT_READ, /* items: all that it has */
};

struct wpi_order_news_row {
	enum wpi_order_event event;
	const char *id;	   /* of the order; NULL: none */
	const char *name;  /* of a file; NULL: not told */
	const char *words; /* NULL: none */
};

struct wpi_order_news {
	struct wpi_order_phone phone;
	const struct wpi_order_news_row *rows;
	size_t count;
	const struct wpi_order_item *items; /* of READ and ANSWERED; secrets are NULL in both */
	size_t item_count;
};

/*
 * Part of a write operation, before the phone's answer leaves.  Sees to orders, to
 * jobs that hang on them, and to when the phone is wanted next.
 */
int fleet_wpi_order_news(struct change *change, const struct wpi_order_news *news) MUST_CHECK;

/* Commands. */
struct wpi_order_file {
	const char *name;
	const char *type; /* of file_delete */
};

struct wpi_order_new {
	enum wpi_order_kind kind;
	const struct wpi_order_item *items; /* read_items: names and indexes */
	size_t item_count;
	const struct wpi_order_file *files; /* file, file_delete */
	size_t file_count;
	const char *version; /* firmware */
	bool downgrade;	     /* firmware: also in place of something newer */
	bool at_once;	     /* firmware: also while somebody speaks */
	bool force;	     /* factory_reset: needed; firmware: although it failed before */
	int64_t job_id;	     /* 0: none */
	int64_t until_at;    /* 0: as usual */
};

/*
 * The phone is wanted from then on.  -E_MAC_UNKNOWN, -E_WPI_PRODUCT,
 * -E_WPI_ORDER_FORCE, -E_WPI_ORDER_MANY, -E_WPI_FILE_UNKNOWN, -E_FIRMWARE_UNKNOWN,
 * -E_WPI_FIRMWARE_LOOP with words.
 */
int fleet_wpi_order_add(struct change *change, int64_t mac, const struct wpi_order_new *new,
			int64_t *ret_id) MUST_CHECK;
/* `id` 0: all that have not ended.  -E_WPI_ORDER_UNKNOWN. */
int fleet_wpi_order_cancel(struct change *change, int64_t mac, int64_t id,
			   int64_t *ret_count) MUST_CHECK;
/* Of a job, which withdraws it; one that has ended is left as it is. */
int wpi_order_withdraw(struct change *change, int64_t mac, int64_t job_id) MUST_CHECK;

/* Somebody wants the phone: it is told so when it asks (DCMP), and called at `due_at` (0: not). */
int wpi_order_want(struct change *change, int64_t mac, int64_t due_at) MUST_CHECK;

/* A turn of the scheduler: tries that have had their time, and phones to be called. */
int wpi_order_turn_is_due(struct db *db, int64_t now, bool *ret) MUST_CHECK;
int wpi_order_turn(struct change *change, int64_t now, int64_t **ret_macs, size_t *ret_count,
		   bool *ret_more) MUST_CHECK;
