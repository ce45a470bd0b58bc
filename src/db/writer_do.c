/* SPDX-License-Identifier: MIT */
/* A write for those who wait for its commit. */
#include <pthread.h>

#include "db/writer.h"

struct waiter {
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	writer_op *op;
	void *arg;
	bool done;
	int result;
	struct diag diag;
};

static int waiter_op(struct db *db, void *arg, struct diag *diag)
{
	struct waiter *waiter = arg;

	return waiter->op(db, waiter->arg, diag);
}

static void waiter_done(void *arg, int result, const struct diag *diag)
{
	struct waiter *waiter = arg;

	pthread_mutex_lock(&waiter->mutex);
	waiter->result = result;
	waiter->diag = *diag;
	waiter->done = true;
	pthread_cond_signal(&waiter->wake);
	pthread_mutex_unlock(&waiter->mutex);
}

int writer_do(struct writer *writer, writer_op *op, void *arg, struct diag *reterr)
{
	struct waiter waiter = {
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.wake = PTHREAD_COND_INITIALIZER,
		.op = op,
		.arg = arg,
	};
	int r = writer_post(writer, WRITER_NORMAL, waiter_op, waiter_done, &waiter);

	if (r < 0) {
		if (reterr)
			*reterr = (struct diag){0};
		return r;
	}
	pthread_mutex_lock(&waiter.mutex);
	while (!waiter.done)
		pthread_cond_wait(&waiter.wake, &waiter.mutex);
	pthread_mutex_unlock(&waiter.mutex);
	if (waiter.result < 0 && reterr)
		*reterr = waiter.diag;
	return waiter.result;
}
