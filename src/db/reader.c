/* SPDX-License-Identifier: MIT */
#include "db/reader.h"

#include <pthread.h>

#include "base/mem.h"

struct readers {
	char *url;
	pthread_key_t key;
};

static void thread_ends(void *db)
{
	db_close(db);
}

int readers_open(void *mem, const char *url, struct readers **ret, struct diag *reterr)
{
	struct readers *readers = mem_new(mem, struct readers);
	struct db *db;
	int r;

	readers->url = mem_strdup(readers, url);
	r = -pthread_key_create(&readers->key, thread_ends);
	if (r < 0)
		return r;
	/* This thread's connection shows at once whether the others will work. */
	r = db_open(NULL, url, DB_READ, DB_SYNC_NORMAL, &db, reterr);
	if (r < 0) {
		pthread_key_delete(readers->key);
		return r;
	}
	pthread_setspecific(readers->key, db);
	*ret = readers;
	return 0;
}

int readers_get(struct readers *readers, struct db **ret)
{
	struct db *db = pthread_getspecific(readers->key);
	int r;

	if (!db) {
		r = db_open(NULL, readers->url, DB_READ, DB_SYNC_NORMAL, &db, NULL);
		if (r < 0)
			return r;
		pthread_setspecific(readers->key, db);
	}
	*ret = db;
	return 0;
}

void readers_close(struct readers *readers)
{
	if (!readers)
		return;
	db_close(pthread_getspecific(readers->key));
	pthread_key_delete(readers->key);
	mem_free(readers);
}
