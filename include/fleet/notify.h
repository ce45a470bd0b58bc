/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/net.h"

/*
 * Telling devices to fetch their documents: SIP NOTIFY, contact-me, or nothing
 * for those that only poll (render/triggers.def).
 *
 * Whoever wants a device told (a job, gigaprovctl notify) orders it here;
 * src/outbound does it, and has said so with notify_setup().  Orders are spread
 * ([sip] rate), and a device that was told within [sip] gap_seconds is not told
 * again.  The last time of each device is a row of `notify` in seen.db; the
 * proof is the fetch that follows, which is waited for, too.
 */

struct change;
struct config;
struct db;
struct scope;
struct secret;
struct setting_new;

enum notify_outcome {
#define OUTCOME(id, name, kept, words) id,
#include "fleet/notify_outcomes.def"
#undef OUTCOME
};

/* "no_answer"; what it means. */
const char *notify_outcome_name(enum notify_outcome outcome);
const char *notify_outcome_words(enum notify_outcome outcome);
/* Whether it is kept in seen.db: others leave the last one there. */
bool notify_outcome_is_kept(enum notify_outcome outcome);

struct notify_state {
	int64_t mac;
	enum notify_outcome outcome;
	int status; /* of the answer, "486"; 0: none */
	bool reboot;
	char target[300]; /* Request-URI, or where a contact-me went; "": nowhere */
	char words[200];  /* of a refusal or a failure; "": none */
	int64_t sent_at;
	int64_t answered_at; /* 0: not, or not yet */
	int64_t fetched_at;  /* 0: not, or not yet */
	int64_t next_at;     /* NOTIFY_SUPPRESSED: not before then */
	bool is_over;	     /* nothing will change any more */
};

struct notify_order {
	int64_t mac;
	bool reboot;
	/*
	 * Told once, on the thread of src/outbound, and so quickly: at the end
	 * (answered, and fetched or not in time), or after so many milliseconds
	 * whatever it has come to by then (0: only at the end).  A stop of the daemon
	 * is an end, too.  NULL: nobody is told.
	 */
	void (*told)(void *arg, const struct notify_state *state);
	/* Until then, about once a second; may be NULL. */
	void (*alive)(void *arg);
	void *arg;
	int64_t wait_ms;
};

/*
 * From any thread; does not wait.  Negative, and `told` is not called:
 * -E_NOTIFY_OFF ([sip] notify = no), -E_BUSY ([sip] queue is full), -E_STOPPING.
 */
int notify_order(const struct notify_order *order) MUST_CHECK;

/* 0, or -E_VALUE for what is none. */
int notify_outcome_parse(const char *s, enum notify_outcome *ret) MUST_CHECK;

/* What src/outbound does for others.  NULL ends it. */
struct notify_link {
	int (*order)(const struct notify_order *order);
};
void notify_setup(const struct notify_link *link);

/*
 * Contact-me, for those who speak what follows it.  `begin` sends one and says
 * with `told`, from any thread and once, what came of it: NOTIFY_ACCEPTED,
 * NOTIFY_REFUSED, NOTIFY_NO_ANSWER or NOTIFY_FAILED with words.  Negative: it was
 * not begun, and `told` is not called.  Until it is set, such devices cannot be
 * told anything.
 */
struct notify_contact {
	int64_t mac;
	const char *address; /* of the last contact; NULL: none */
	void (*told)(void *arg, enum notify_outcome outcome, int status, const char *words);
	void *arg;
};
typedef int notify_contact_begin(const struct notify_contact *contact);
void notify_contact_setup(notify_contact_begin *begin);
notify_contact_begin *notify_contact_of(void);

/*
 * How a device is told: read from its product, its settings notify.uri,
 * notify.user and notify.password in any scope, its first line and its last
 * contact.
 */
struct notify_target {
	unsigned way;	   /* enum trigger_way */
	const char *event; /* SIP: of its NOTIFY */
	const char *uri;   /* SIP: Request-URI */
	const char *host;  /* SIP: name or address that it is sent to */
	unsigned port;
	bool tcp;
	const char *user; /* for a Digest challenge; NULL: it is final */
	const struct secret *password;
	const char *address; /* of the last contact; NULL: none */
};

/*
 * -E_MAC_UNKNOWN, -E_MAC_LOCKED, -E_NO_PRODUCT, -E_NOTIFY_NOWHERE (SIP: neither a
 * setting nor a contact says where).
 */
int notify_target_read(void *mem, struct db *db, struct db *seen, const struct config *config,
		       int64_t mac, bool reboot, struct notify_target *ret,
		       struct diag *reterr) MUST_CHECK;

/* A SIP URI, taken apart; members belong to `mem`. */
struct notify_uri {
	const char *user; /* NULL: none */
	const char *host; /* an IPv6 address without its brackets */
	unsigned port;	  /* 0: not said */
	bool has_transport;
	bool tcp;
};

/* sip:[USER@]HOST[:PORT][;transport=udp|tcp]; -E_NOTIFY_URI with words. */
int notify_uri_parse(void *mem, const char *uri, struct notify_uri *ret,
		     struct diag *reterr) MUST_CHECK;

/* The URL that a device is told when it asks by SIP multicast; 0: none is known, 1. */
int notify_url(void *mem, struct db *db, const struct config *config, int64_t mac,
	       char **ret) MUST_CHECK;

/* A setting of ours, before it is written. */
int notify_setting_check(struct change *change, const struct scope *scope,
			 const struct setting_new *new) MUST_CHECK;
bool notify_setting_is_secret(const char *name);

/* Somebody asks for it: -E_MAC_UNKNOWN, or an audit row. */
int fleet_notify(struct change *change, int64_t mac, bool reboot) MUST_CHECK;
