/* SPDX-License-Identifier: MIT */
/*
 * One lock, three hash tables, and a list for each way in which a dialogue ends
 * by itself: those that have ended and are only remembered, those that wait for
 * an answer, those whose phone is away.  In a list all have the same time to
 * live, so that what is over stands at its beginning.
 */
#include "dialogue.h"

#include <pthread.h>
#include <string.h>

#include "base/counter.h"
#include "base/hash.h"
#include "base/mem.h"
#include "config/config.h"
#include "http/handlers.h"
#include "http/request.h"

enum { BUCKETS = 4096, WAITING_MAX = 8, SWEPT_AT_ONCE = 16, STALE_SECONDS = 30 };
enum list { ENDED, OPEN, AWAY, LISTS };

static struct {
	pthread_mutex_t lock;
	struct dialogue *by_cookie[BUCKETS], *by_mac[BUCKETS], *by_address[BUCKETS];
	struct dialogue *oldest[LISTS], *newest[LISTS];
	size_t count, bytes;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t hash(const void *data, size_t len)
{
	uint64_t h = hash_bytes(data, len);

	return (h ^ h >> 32) % BUCKETS;
}

static size_t hash_mac(int64_t mac)
{
	return hash(&mac, sizeof(mac));
}

static size_t hash_address(const struct net_address *address)
{
	return hash(address->bytes, sizeof(address->bytes));
}

/* --- with the lock --- */

static void list_remove(struct dialogue *d)
{
	if (d->older)
		d->older->newer = d->newer;
	else
		table.oldest[d->list] = d->newer;
	if (d->newer)
		d->newer->older = d->older;
	else
		table.newest[d->list] = d->older;
	d->older = d->newer = NULL;
}

static void list_add(struct dialogue *d, enum list list)
{
	d->list = list;
	d->newer = NULL;
	d->older = table.newest[list];
	if (d->older)
		d->older->newer = d;
	else
		table.oldest[list] = d;
	table.newest[list] = d;
}

/* Thousands of phones behind one address are in one chain: it is not walked to remove one. */
#define CHAIN_REMOVE(chain, d)                                                                     \
	do {                                                                                       \
		if ((d)->next_##chain)                                                             \
			(d)->next_##chain->at_##chain = (d)->at_##chain;                           \
		*(d)->at_##chain = (d)->next_##chain;                                              \
	} while (0)

#define CHAIN_ADD(head, chain, d)                                                                  \
	do {                                                                                       \
		(d)->at_##chain = (head);                                                          \
		(d)->next_##chain = *(d)->at_##chain;                                              \
		if ((d)->next_##chain)                                                             \
			(d)->next_##chain->at_##chain = &(d)->next_##chain;                        \
		*(d)->at_##chain = (d);                                                            \
	} while (0)

static void index_remove(struct dialogue *d)
{
	CHAIN_REMOVE(cookie, d);
	CHAIN_REMOVE(address, d);
}

static void index_add(struct dialogue *d)
{
	CHAIN_ADD(&table.by_cookie[hash(d->key, COOKIE_LEN)], cookie, d);
	CHAIN_ADD(&table.by_address[hash_address(&d->place)], address, d);
}

/* Out of the table; whoever holds the lock frees it behind it. */
static void forget(struct dialogue *d)
{
	index_remove(d);
	CHAIN_REMOVE(mac, d);
	list_remove(d);
	table.count--;
	table.bytes -= d->bytes;
	counter_set(M_WPI_DIALOGUES, (int64_t)table.count);
}

static void discard(struct dialogue *d, struct dialogue **garbage)
{
	forget(d);
	d->newer = *garbage;
	*garbage = d;
}

/* What is over; `garbage` is freed without the lock. */
static void sweep(int64_t now, struct dialogue **garbage)
{
	for (int list = 0; list < LISTS; list++) {
		struct dialogue *d = table.oldest[list], *newer;

		for (int i = 0; d && i < SWEPT_AT_ONCE && d->until_at < now; i++, d = newer) {
			newer = d->newer;
			if (d->is_taken)
				continue;
			discard(d, garbage);
		}
	}
}

/* Those that nobody was in since then go, while there are too many. */
static void make_less(enum list list, int64_t since, size_t max, struct dialogue **garbage)
{
	struct dialogue *d = table.oldest[list], *newer;

	for (; d && table.count >= max && d->left_at <= since; d = newer) {
		newer = d->newer;
		if (d->is_taken)
			continue;
		discard(d, garbage);
	}
}

/*
 * Room for one more, at the cost of those that are only remembered, and then of
 * phones that have been silent for long: who begins dialogues and leaves them
 * would else keep all others out.
 */
static bool make_room(const struct config_wpi *config, int64_t now, struct dialogue **garbage)
{
	make_less(ENDED, now, config->max_sessions, garbage);
	make_less(OPEN, now - STALE_SECONDS, config->max_sessions, garbage);
	return table.count < config->max_sessions;
}

static struct dialogue *find_mac(int64_t mac)
{
	struct dialogue *d = table.by_mac[hash_mac(mac)];

	while (d && d->mac != mac)
		d = d->next_mac;
	return d;
}

static struct dialogue *find_cookie(const char *cookies)
{
	char cookie[COOKIE_LEN + 1];

	while (cookies && cookie_next(&cookies, cookie)) {
		struct dialogue *d = table.by_cookie[hash(cookie, COOKIE_LEN)];

		while (d && strcmp(d->key, cookie) != 0)
			d = d->next_cookie;
		if (d)
			return d;
	}
	return NULL;
}

static bool is_under_way(const struct dialogue *d, int64_t now)
{
	return d->is_taken || (d->list != ENDED && d->until_at >= now);
}

/* By its connection, else the only one that is under way and of a phone without cookies. */
static struct dialogue *find_place(const struct net_address *address, uint64_t link, int64_t now)
{
	struct dialogue *only = NULL;
	unsigned count = 0;

	for (struct dialogue *d = table.by_address[hash_address(address)]; d; d = d->next_address) {
		if (!net_address_is_same(&d->place, address))
			continue;
		if (d->link == link)
			return d;
		if (is_under_way(d, now) && !d->has_cookie) {
			only = d;
			count++;
		}
	}
	return count == 1 ? only : NULL;
}

static struct dialogue *add(struct request *req, int64_t mac, int64_t now)
{
	struct dialogue *d = mem_new(NULL, struct dialogue);

	d->session = wpi_session_new(d);
	d->mac = mac;
	cookie_make(d->key);
	d->place = *request_address(req);
	d->link = request_connection(req);
	d->left_at = now;
	index_add(d);
	CHAIN_ADD(&table.by_mac[hash_mac(mac)], mac, d);
	list_add(d, OPEN);
	table.count++;
	counter_set(M_WPI_DIALOGUES, (int64_t)table.count);
	return d;
}

static int enter(struct dialogue *d, struct request *req)
{
	if (d->is_taken && d->waiting_count == WAITING_MAX)
		return -E_BUSY;
	if (d->is_taken) {
		if (!d->waiting)
			d->waiting = mem_array(NULL, struct request *, WAITING_MAX);
		d->waiting[d->waiting_count++] = req;
		return 0;
	}
	d->is_taken = true;
	d->address = *request_address(req);
	d->connection = request_connection(req);
	memcpy(d->cookie, d->key, sizeof(d->cookie));
	return 1;
}

/* --- without it --- */

static void dialogue_free(struct dialogue *d)
{
	mem_free(d->work);
	mem_free(d->waiting);
	mem_free(d);
}

static void free_all(struct dialogue *garbage)
{
	for (struct dialogue *next; garbage; garbage = next) {
		next = garbage->newer;
		dialogue_free(garbage);
	}
}

int dialogue_open(struct request *req, int64_t mac, const struct config_wpi *config, int64_t now,
		  struct dialogue **ret)
{
	struct dialogue *garbage = NULL;
	int r = -E_WPI_FULL;

	pthread_mutex_lock(&table.lock);
	sweep(now, &garbage);
	*ret = find_mac(mac);
	if (!*ret && make_room(config, now, &garbage))
		*ret = add(req, mac, now);
	if (*ret) {
		(*ret)->has_cookie = false;
		r = enter(*ret, req);
	}
	pthread_mutex_unlock(&table.lock);
	free_all(garbage);
	return r;
}

int dialogue_find(struct request *req, int64_t now, struct dialogue **ret)
{
	struct dialogue *garbage = NULL;
	int r = -E_WPI_STRAY;

	pthread_mutex_lock(&table.lock);
	sweep(now, &garbage);
	*ret = find_cookie(request_cookies(req));
	if (*ret)
		(*ret)->has_cookie = true;
	else
		*ret = find_place(request_address(req), request_connection(req), now);
	if (*ret)
		r = enter(*ret, req);
	pthread_mutex_unlock(&table.lock);
	free_all(garbage);
	return r;
}

static enum list list_of(const struct dialogue *d)
{
	switch (wpi_session_state(d->session)) {
	case WPI_STATE_IDLE:
		return ENDED;
	case WPI_STATE_AWAY:
		return AWAY;
	default:
		return OPEN;
	}
}

/* With the lock: where and as what the phone was met last. */
static void settle(struct dialogue *d, int64_t now, int64_t until_at, size_t bytes)
{
	index_remove(d);
	memcpy(d->key, d->cookie, sizeof(d->key));
	d->place = d->address;
	d->link = d->connection;
	index_add(d);
	list_remove(d);
	list_add(d, list_of(d));
	table.bytes = table.bytes - d->bytes + bytes;
	d->bytes = bytes;
	d->state = wpi_session_state(d->session);
	d->left_at = now;
	d->until_at = until_at;
}

static void go_on(struct request **waiting, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int r = request_defer(waiting[i], wpi_login);

		if (r < 0)
			request_finish(waiting[i], r);
	}
	mem_free(waiting);
}

bool dialogue_reserve(struct dialogue *d, size_t bytes, size_t memory_max)
{
	bool fits;

	pthread_mutex_lock(&table.lock);
	fits = table.bytes + bytes <= memory_max;
	if (fits) {
		d->bytes += bytes;
		table.bytes += bytes;
	}
	pthread_mutex_unlock(&table.lock);
	return fits;
}

void dialogue_leave(struct dialogue *d, int64_t now, int64_t until_at)
{
	size_t bytes = talloc_total_size(d) + (d->work ? talloc_total_size(d->work) : 0);
	struct request **waiting;
	size_t count;

	pthread_mutex_lock(&table.lock);
	waiting = d->waiting;
	count = d->waiting_count;
	d->waiting = NULL;
	d->waiting_count = 0;
	d->is_taken = false;
	if (until_at)
		settle(d, now, until_at, bytes);
	else
		forget(d);
	pthread_mutex_unlock(&table.lock);
	if (!until_at)
		dialogue_free(d);
	go_on(waiting, count);
}

size_t dialogue_list(void *mem, int64_t now, size_t max, struct dialogue_row **ret,
		     size_t *ret_count)
{
	size_t open = 0;

	*ret = mem_array(mem, struct dialogue_row, max);
	*ret_count = 0;
	pthread_mutex_lock(&table.lock);
	for (int list = OPEN; list < LISTS; list++) {
		for (const struct dialogue *d = table.oldest[list]; d; d = d->newer) {
			if (!is_under_way(d, now))
				continue;
			open++;
			if (*ret_count == max)
				continue;
			(*ret)[(*ret_count)++] = (struct dialogue_row){
				.mac = d->mac,
				.address = d->place,
				.state = d->state,
				.is_taken = d->is_taken,
				.until_at = d->until_at,
				.bytes = d->bytes,
			};
		}
	}
	pthread_mutex_unlock(&table.lock);
	return open;
}

void dialogues_done(void)
{
	for (int list = 0; list < LISTS; list++) {
		while (table.oldest[list]) {
			struct dialogue *d = table.oldest[list];

			forget(d);
			dialogue_free(d);
		}
	}
}
