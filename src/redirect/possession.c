/* SPDX-License-Identifier: MIT */
/*
 * A check runs on a reader, and all but a few need no more.  Those that have
 * something to count are judged again by the writer, one after the other.  A
 * reader does not see what has not been committed: guesses that come all at
 * once could each find a MAC that nobody has tried.  So a MAC that was tried is
 * remembered here as well, before the first guess is posted, and from then on
 * goes to the writer.
 */
#include "redirect/possession.h"

#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "config/config.h"
#include "redirect/list.h"
#include "store/device.h"

enum { TRIED_SLOTS = 4096 };

static _Atomic int64_t tried[TRIED_SLOTS]; /* MACs, plus one */

static _Atomic int64_t *tried_slot(int64_t mac)
{
	return &tried[((uint64_t)mac * 0x9e3779b97f4a7c15u) >> 52];
}

static bool tried_has(int64_t mac)
{
	return atomic_load_explicit(tried_slot(mac), memory_order_acquire) == mac + 1;
}

static void tried_add(int64_t mac)
{
	atomic_store_explicit(tried_slot(mac), mac + 1, memory_order_release);
}

int possession_parse(const char *mac_id, struct possession *ret)
{
	*ret = (struct possession){.mac = 0};
	return mac_id_parse(mac_id, &ret->mac, ret->suffix);
}

/* Both of these look for the first MAC from `mac` on: 1 found, 0 there is none. */
typedef int next_mac(struct db *db, int64_t mac, int64_t *ret);

/* 1 the MAC may be there, 0 it is not. */
static int gap_look(struct db *db, struct redirect_gap *gap, next_mac *next, int64_t mac)
{
	int r;

	if (mac >= gap->from && mac < gap->to)
		return 0;
	gap->from = mac;
	r = next(db, mac, &gap->to);
	if (r == 0)
		gap->to = INT64_MAX;
	return r < 0 ? r : gap->to == mac;
}

int possession_device(void *mem, struct db *db, struct redirect_list *list,
		      struct possession *possession)
{
	int r = 1;

	if (possession->has_looked)
		return 0;
	if (list)
		r = gap_look(db, &list->device, device_next_mac, possession->mac);
	if (r > 0)
		r = device_find(mem, db, possession->mac, &possession->device);
	possession->has_looked = true;
	return r < 0 ? r : 0;
}

int possession_read(void *mem, struct db *db, struct redirect_list *list,
		    struct possession *possession)
{
	struct inventory *item;
	int r = list ? gap_look(db, &list->inventory, inventory_next_mac, possession->mac) : 1;

	if (r > 0)
		r = inventory_find(mem, db, possession->mac, &item);
	if (r < 0)
		return r;
	possession->item = r > 0 ? item : NULL;
	possession->expected = r > 0 ? item->mac_id : NULL;
	if (!*possession->suffix)
		return 0;
	if (!possession->expected) {
		r = possession_device(mem, db, list, possession);
		if (r < 0)
			return r;
		possession->expected = possession->device ? possession->device->mac_id : NULL;
	}
	r = mac_id_failure_find(db, possession->mac, &possession->failure);
	possession->has_failure = r > 0;
	return r < 0 ? r : 0;
}

static bool is_right(const struct possession *possession)
{
	return !possession->expected || strcmp(possession->expected, possession->suffix) == 0;
}

static int refuse(struct redirect_answer *answer, int reason)
{
	answer->outcome = REDIRECT_MAC_INVALID;
	answer->reason = reason;
	return 0;
}

int possession_judge(const struct possession *possession, struct redirect_answer *answer)
{
	if (!*possession->suffix)
		return 1;
	if (possession->has_failure && possession->failure.locked_until > clock_now())
		return refuse(answer, -E_MAC_ID_LOCKED);
	if (is_right(possession) && !possession->has_failure && !tried_has(possession->mac))
		return 1;
	tried_add(possession->mac);
	return POSSESSION_COUNT;
}

static int count_wrong(struct db *db, struct possession *possession,
		       const struct config_redirect *rules, struct redirect_answer *answer)
{
	struct mac_id_failure *failure = &possession->failure;

	if (!possession->has_failure || failure->locked_until)
		*failure = (struct mac_id_failure){.mac = possession->mac};
	failure->failures++;
	failure->last_at = clock_now();
	if (failure->failures >= rules->suffix_tries) {
		failure->locked_until = failure->last_at + rules->suffix_lock_seconds;
		answer->locks_until = failure->locked_until;
	}
	refuse(answer, -E_MAC_ID_WRONG);
	return mac_id_failure_put(db, failure);
}

int possession_count(struct db *db, struct possession *possession,
		     const struct redirect_caller *caller, struct redirect_answer *answer)
{
	int r = possession_judge(possession, answer);

	if (r != POSSESSION_COUNT)
		return r;
	if (!is_right(possession))
		return count_wrong(db, possession, caller->rules, answer);
	if (!possession->has_failure)
		return 1;
	r = mac_id_failure_delete(db, possession->mac);
	return r < 0 ? r : 1;
}
