/* SPDX-License-Identifier: MIT */
#include "phone/flight.h"

#include <pthread.h>

#include "base/mem.h"
#include "http/request.h"

enum { BUCKETS = 256 };

struct flight {
	int64_t mac;
	struct waiter *first;
	struct waiter **last;
	struct flight *next;
};

static struct flight *flights[BUCKETS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static struct flight **flight_find(int64_t mac)
{
	struct flight **at = &flights[(uint64_t)mac * 0x9e3779b97f4a7c15u >> 56];

	while (*at && (*at)->mac != mac)
		at = &(*at)->next;
	return at;
}

bool flight_join(int64_t mac, struct request *req)
{
	struct waiter *waiter = mem_new(request_mem(req), struct waiter);
	struct flight **at;
	bool leads;

	waiter->req = req;
	pthread_mutex_lock(&mutex);
	at = flight_find(mac);
	leads = !*at;
	if (leads) {
		*at = mem_new(NULL, struct flight);
		(*at)->mac = mac;
		(*at)->last = &(*at)->first;
	}
	*(*at)->last = waiter;
	(*at)->last = &waiter->next;
	pthread_mutex_unlock(&mutex);
	return leads;
}

struct waiter *flight_land(int64_t mac)
{
	struct waiter *waiters;
	struct flight **at, *flight;

	pthread_mutex_lock(&mutex);
	at = flight_find(mac);
	flight = *at;
	*at = flight->next;
	pthread_mutex_unlock(&mutex);
	waiters = flight->first;
	mem_free(flight);
	return waiters;
}
