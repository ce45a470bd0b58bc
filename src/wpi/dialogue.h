/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"
#include "cookie.h"
#include "fleet/wpi_wanted.h"
#include "wpi/flow.h"

/*
 * The dialogues that are under way, and those that have just ended, of which a
 * message may come once more.  At most one for a phone.
 *
 * Whoever has entered a dialogue is alone with it until he leaves: a message
 * that comes meanwhile waits, and is looked at from the start when he has left.
 * Nothing is timed: what is over goes when somebody else comes.  Their number is
 * bounded (max_sessions): of too many, those go first that have ended, then those
 * whose phone has been silent for long.  Memory (session_memory) keeps nobody out:
 * where there is none, a reply in fragments is kept as an excerpt.
 */

struct config_wpi;
struct request;

/* What a value was when it was sent: an item's answer may come messages later. */
struct dialogue_mark {
	const char *name;
	int index;
	char fingerprint[SECRET_FINGERPRINT_LEN + 1];
};

struct dialogue {
	/* Of whoever has entered; the dialogue is their memory. */
	struct wpi_session *session;
	int64_t mac;
	char cookie[COOKIE_LEN + 1];
	struct net_address address; /* of the last message */
	uint64_t connection;
	void *work;		     /* memory of what follows; NULL: none of it */
	const char *etag, *revision; /* of the document that the items are of */
	struct dialogue_mark *marks;
	size_t mark_count;

	/* The table's. */
	char key[COOKIE_LEN + 1]; /* the cookie by which it is found */
	struct net_address place;
	uint64_t link;
	bool has_cookie; /* the phone has sent it, and so need not be known by its address */
	int64_t left_at, until_at;
	enum wpi_state state; /* when it was left last */
	size_t bytes;
	bool is_taken;
	int list;
	struct dialogue *newer, *older;
	struct dialogue *next_cookie, *next_mac, *next_address;
	struct dialogue **at_cookie, **at_mac, **at_address; /* what points to it */
	struct request **waiting;
	size_t waiting_count;
};

void dialogues_done(void);

/*
 * Enters the phone's dialogue, or a new one.  1: it is `ret`'s; 0: the request
 * waits and will be deferred; -E_WPI_FULL; -E_BUSY: too many wait.
 */
int dialogue_open(struct request *req, int64_t mac, const struct config_wpi *config, int64_t now,
		  struct dialogue **ret) MUST_CHECK;

/*
 * The same with the one that a reply belongs to: by cookie, else by connection,
 * else the only open one of that address whose phone has sent no cookie.
 * -E_WPI_STRAY: there is none.
 */
int dialogue_find(struct request *req, int64_t now, struct dialogue **ret) MUST_CHECK;

/*
 * Sets `bytes` aside for what its phone tells, until it is left and they are counted;
 * false when all of them together were larger than `memory_max` then.
 */
bool dialogue_reserve(struct dialogue *dialogue, size_t bytes, size_t memory_max);

/*
 * Leaves; who waits comes in.  `until_at`: when it is over unless the phone says
 * something, 0: it goes at once.
 */
void dialogue_leave(struct dialogue *dialogue, int64_t now, int64_t until_at);

/* Those that are under way, the one that was heard longest ago first. */
struct dialogue_row {
	int64_t mac;
	struct net_address address;
	enum wpi_state state;
	bool is_taken; /* a message is being answered */
	int64_t until_at;
	size_t bytes;
};

/* At most `max` of them, which belong to `mem`; returns how many there are. */
size_t dialogue_list(void *mem, int64_t now, size_t max, struct dialogue_row **ret,
		     size_t *ret_count);
