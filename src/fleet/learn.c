/* SPDX-License-Identifier: MIT */
#include "fleet/learn.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/fleet.h"
#include "fleet/job.h"
#include "store/device.h"

struct lesson {
	int64_t mac;
	struct user_agent agent;
	learn_done_fn *done;
	void *arg;
};

int learn_version(void *scratch, struct db *db, int64_t mac, const char *version, int64_t capacity)
{
	int r = device_learn(db, mac, version, capacity);
	int noted = r < 0 ? r : job_note_version(scratch, db, mac, version, clock_now());

	if (r > 0)
		writer_touch(db);
	return noted < 0 ? noted : r;
}

static int learn_op(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("lesson");
	const struct lesson *lesson = arg;

	(void)diag;
	return learn_version(scratch, db, lesson->mac, lesson->agent.version,
			     lesson->agent.capacity);
}

static void learn_done(void *arg, int result, const struct diag *diag)
{
	struct lesson *lesson = arg;
	char mac[MAC_LEN + 1];

	mac_format(lesson->mac, mac);
	if (result > 0)
		log_info("a device tells its firmware", LOG_S("mac", mac),
			 LOG_S("firmware", lesson->agent.version),
			 LOG_I("handsets", lesson->agent.capacity));
	if (result < 0)
		log_error("a device's firmware was not kept; it will be with its next fetch",
			  LOG_S("mac", mac), LOG_S("words", diag->text), LOG_E(result));
	lesson->done(lesson->arg, result);
	mem_free(lesson);
}

int learn_agent(int64_t mac, const struct user_agent *agent, learn_done_fn *done, void *arg)
{
	struct lesson *lesson = mem_new(NULL, struct lesson);
	int r;

	*lesson = (struct lesson){mac, *agent, done, arg};
	r = writer_post(fleet_writer(), WRITER_LOW, learn_op, learn_done, lesson);
	if (r < 0)
		mem_free(lesson);
	return r;
}
