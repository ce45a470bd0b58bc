/* SPDX-License-Identifier: MIT */
/*
 * Contacts gather in maps, one for each of a few locks, and are written in
 * pieces of at most PIECE rows at low priority.  A map that is full drops what
 * comes on top: the date of a last request is worth less than memory.
 */
#include "fleet/seen.h"

#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/net.h"
#include "fleet/fleet.h"
#include "fleet/rendition.h"
#include "store/seen.h"

enum { SHARDS = 16, SLOTS_MIN = 64, SLOTS_MAX = 1 << 16, PIECE = 100, USER_AGENT_MAX = 200 };

struct contact {
	int64_t mac;
	int64_t at;	       /* 0: a free slot */
	int64_t redirected_at; /* 0: not since the last piece */
	int64_t served_at;     /* the same */
	struct net_address address;
	char *user_agent; /* of the map's tree; NULL: none told */
};

struct map {
	struct contact *slots;
	size_t size; /* a power of two */
	size_t used;
};

static struct {
	_Alignas(64) pthread_mutex_t mutex;
	struct map *map;
} shards[SHARDS];

static uint64_t mix(int64_t mac)
{
	uint64_t h = (uint64_t)mac * 0x9e3779b97f4a7c15u;

	return h ^ h >> 32;
}

static struct map *map_new(void)
{
	struct map *map = mem_new(NULL, struct map);

	map->size = SLOTS_MIN;
	map->slots = mem_array(map, struct contact, map->size);
	return map;
}

static struct contact *slot_find(struct map *map, int64_t mac)
{
	size_t i = mix(mac) / SHARDS & (map->size - 1);

	while (map->slots[i].at && map->slots[i].mac != mac)
		i = (i + 1) & (map->size - 1);
	return &map->slots[i];
}

static void map_grow(struct map *map)
{
	struct contact *old = map->slots;
	size_t old_size = map->size;

	map->size *= 2;
	map->slots = mem_array(map, struct contact, map->size);
	for (size_t i = 0; i < old_size; i++)
		if (old[i].at)
			*slot_find(map, old[i].mac) = old[i];
	mem_free(old);
}

void seen_setup(void)
{
	for (int i = 0; i < SHARDS; i++) {
		pthread_mutex_init(&shards[i].mutex, NULL);
		shards[i].map = map_new();
	}
}

void seen_done(void)
{
	for (int i = 0; i < SHARDS; i++) {
		mem_free(shards[i].map);
		shards[i].map = NULL;
		pthread_mutex_destroy(&shards[i].mutex);
	}
}

enum what { CAME, REDIRECTED, SERVED };

static void contact_set(struct map *map, int64_t mac, int64_t at, enum what what,
			const struct net_address *address, const char *user_agent)
{
	struct contact *contact = slot_find(map, mac);

	if (!contact->at) {
		if (map->used * 2 >= map->size && map->size >= SLOTS_MAX)
			return;
		if (map->used * 2 >= map->size) {
			map_grow(map);
			contact = slot_find(map, mac);
		}
		map->used++;
	}
	contact->mac = mac;
	contact->at = at;
	if (what == REDIRECTED)
		contact->redirected_at = at;
	if (what == SERVED)
		contact->served_at = at;
	contact->address = *address;
	if (!user_agent ||
	    (contact->user_agent && strncmp(contact->user_agent, user_agent, USER_AGENT_MAX) == 0))
		return;
	mem_free(contact->user_agent);
	contact->user_agent = mem_strndup(map, user_agent, strnlen(user_agent, USER_AGENT_MAX));
}

static void note(int64_t mac, int64_t at, enum what what, const struct net_address *address,
		 const char *user_agent)
{
	size_t i = mix(mac) & (SHARDS - 1);

	pthread_mutex_lock(&shards[i].mutex);
	contact_set(shards[i].map, mac, at, what, address, user_agent);
	pthread_mutex_unlock(&shards[i].mutex);
}

void seen_note(int64_t mac, int64_t at, const struct net_address *address, const char *user_agent)
{
	note(mac, at, CAME, address, user_agent);
}

void seen_note_served(int64_t mac, int64_t at, const struct net_address *address,
		      const char *user_agent)
{
	note(mac, at, SERVED, address, user_agent);
}

void seen_note_redirect(int64_t mac, int64_t at, const struct net_address *address,
			const char *user_agent)
{
	note(mac, at, REDIRECTED, address, user_agent);
}

bool seen_peek(int64_t mac, struct net_address *ret)
{
	size_t i = mix(mac) & (SHARDS - 1);
	const struct contact *contact = NULL;

	if (!shards[i].map)
		return false;
	pthread_mutex_lock(&shards[i].mutex);
	contact = slot_find(shards[i].map, mac);
	if (contact->at)
		*ret = contact->address;
	else
		contact = NULL;
	pthread_mutex_unlock(&shards[i].mutex);
	return contact;
}

int64_t seen_peek_served(int64_t mac)
{
	size_t i = mix(mac) & (SHARDS - 1);
	int64_t at = 0;

	if (!shards[i].map)
		return 0;
	pthread_mutex_lock(&shards[i].mutex);
	at = slot_find(shards[i].map, mac)->served_at;
	pthread_mutex_unlock(&shards[i].mutex);
	return at;
}

/* Of the map, under its lock. */
static struct seen *copy(void *mem, const struct contact *contact)
{
	struct seen *seen = mem_new(mem, struct seen);
	char address[NET_TEXT_MAX];

	net_address_text(&contact->address, address);
	*seen = (struct seen){
		.mac = contact->mac,
		.at = contact->at,
		.address = mem_strdup(mem, address),
		.user_agent = contact->user_agent ? mem_strdup(mem, contact->user_agent) : NULL,
		.redirected_at = contact->redirected_at,
		.served_at = contact->served_at,
	};
	return seen;
}

int seen_look(void *mem, struct db *db, int64_t mac, struct seen **ret)
{
	size_t i = mix(mac) & (SHARDS - 1);
	const struct contact *contact;
	struct seen *now = NULL, *stored = NULL;
	int r;

	/* First the map: what leaves it meanwhile is in the database or on its way there. */
	if (shards[i].map) {
		pthread_mutex_lock(&shards[i].mutex);
		contact = slot_find(shards[i].map, mac);
		now = contact->at ? copy(mem, contact) : NULL;
		pthread_mutex_unlock(&shards[i].mutex);
	}
	r = seen_find(mem, db, mac, &stored);
	if (r < 0 || !now) {
		if (r > 0)
			*ret = stored;
		return r;
	}
	if (stored) {
		now->user_agent = now->user_agent ? now->user_agent : stored->user_agent;
		now->redirected_at =
			now->redirected_at ? now->redirected_at : stored->redirected_at;
		now->served_at = now->served_at ? now->served_at : stored->served_at;
	}
	*ret = now;
	return 1;
}

struct piece {
	struct contact contacts[PIECE];
	size_t count;
};

static int piece_op(struct db *db, void *arg, struct diag *diag)
{
	struct piece *piece = arg;
	int r = 0;

	(void)diag;
	for (size_t i = 0; i < piece->count && r == 0; i++) {
		const struct contact *contact = &piece->contacts[i];
		char address[NET_TEXT_MAX];

		const struct seen seen = {.mac = contact->mac,
					  .at = contact->at,
					  .address = address,
					  .redirected_at = contact->redirected_at,
					  .served_at = contact->served_at};

		net_address_text(&contact->address, address);
		r = seen_put(db, &seen);
		if (r == 0 && contact->user_agent)
			r = seen_put_agent(db, contact->mac, contact->at, contact->user_agent);
	}
	return r;
}

static void piece_done(void *arg, int result, const struct diag *diag)
{
	if (result < 0)
		log_warn("dates of last requests were not written", LOG_S("words", diag->text),
			 LOG_E(result));
	mem_free(arg);
}

static void piece_post(struct piece *piece)
{
	int r = writer_post(fleet_seen_writer(), WRITER_LOW, piece_op, piece_done, piece);

	if (r < 0) {
		log_warn("dates of last requests were dropped", LOG_I("devices", piece->count),
			 LOG_E(r));
		mem_free(piece);
	}
}

static void map_post(struct map *map)
{
	struct piece *piece = NULL;

	for (size_t i = 0; i < map->size; i++) {
		struct contact *contact;

		if (!map->slots[i].at)
			continue;
		if (!piece)
			piece = mem_new(NULL, struct piece);
		contact = &piece->contacts[piece->count++];
		*contact = map->slots[i];
		if (contact->user_agent)
			contact->user_agent = mem_strdup(piece, contact->user_agent);
		if (piece->count == PIECE) {
			piece_post(piece);
			piece = NULL;
		}
	}
	if (piece)
		piece_post(piece);
}

void seen_flush(void)
{
	for (int i = 0; i < SHARDS; i++) {
		struct map *next = map_new();
		struct map *full;

		pthread_mutex_lock(&shards[i].mutex);
		full = shards[i].map;
		shards[i].map = next;
		pthread_mutex_unlock(&shards[i].mutex);
		map_post(full);
		mem_free(full);
	}
}

struct evidence {
	struct fetch fetch;
	struct net_address address;
	seen_done_fn *done;
	void *arg;
};

static int log_op(struct db *db, void *arg, struct diag *diag)
{
	struct evidence *evidence = arg;
	char address[NET_TEXT_MAX];

	(void)diag;
	net_address_text(&evidence->address, address);
	evidence->fetch.address = address;
	return fetch_insert(db, &evidence->fetch);
}

static void log_done(void *arg, int result, const struct diag *diag)
{
	struct evidence *evidence = arg;

	if (result < 0)
		log_error("a fetch was not logged", LOG_S("words", diag->text), LOG_E(result));
	mem_free(evidence);
}

static struct evidence *evidence_new(int64_t mac, int64_t at, const struct net_address *address,
				     const char *etag, const char *revision)
{
	struct evidence *evidence = mem_new(NULL, struct evidence);

	evidence->fetch.mac = mac;
	evidence->fetch.at = at;
	evidence->fetch.etag = mem_strdup(evidence, etag);
	evidence->fetch.revision = mem_strdup(evidence, revision);
	evidence->address = *address;
	return evidence;
}

static void log_post(struct evidence *evidence)
{
	int r = writer_post(fleet_seen_writer(), WRITER_NORMAL, log_op, log_done, evidence);

	if (r < 0) {
		log_error("a fetch was not logged", LOG_E(r));
		mem_free(evidence);
	}
}

void seen_fetch(int64_t mac, int64_t at, const struct net_address *address, const char *etag,
		const char *revision, int64_t operations)
{
	struct evidence *evidence = evidence_new(mac, at, address, etag, revision);

	evidence->fetch.operations = operations;
	log_post(evidence);
}

static int evidence_op(struct db *db, void *arg, struct diag *diag)
{
	struct evidence *evidence = arg;

	(void)diag;
	return rendition_evidence(db, evidence->fetch.mac, evidence->fetch.etag, evidence->fetch.at,
				  &evidence->fetch.operations);
}

static void evidence_done(void *arg, int result, const struct diag *diag)
{
	struct evidence *evidence = arg;

	if (evidence->done)
		evidence->done(evidence->arg, result);
	if (result <= 0) {
		if (result < 0)
			log_error("a fetch was not recorded; it will be with the next one",
				  LOG_S("words", diag->text), LOG_E(result));
		mem_free(evidence);
		return;
	}
	log_post(evidence);
}

int seen_evidence(int64_t mac, int64_t at, const struct net_address *address, const char *etag,
		  const char *revision, seen_done_fn *done, void *arg)
{
	struct evidence *evidence = evidence_new(mac, at, address, etag, revision);
	int r;

	evidence->done = done;
	evidence->arg = arg;
	r = writer_post(fleet_writer(), WRITER_NORMAL, evidence_op, evidence_done, evidence);
	if (r < 0)
		mem_free(evidence);
	return r;
}
