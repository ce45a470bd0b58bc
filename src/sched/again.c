/* SPDX-License-Identifier: MIT */
#include "again.h"

#include "base/mem.h"
#include "store/notify.h"

enum { AT_ONCE = 200 };

/* Who has been told since is not told again before its next try. */
static int was_told(void *mem, struct db *seen, const struct job_device *row)
{
	struct notify *last;
	int r = notify_find(mem, seen, row->mac, &last);

	return r > 0 ? last->sent_at >= row->offered_at : r;
}

static int page(void *mem, struct db *db, struct db *seen, const struct turn_trigger *trigger,
		const struct job *job, struct again *again)
{
	bool restarts = job_kind_row(job_kind_of(job))->restarts;
	struct job_device *rows;
	size_t count;
	int r = job_device_list(mem, db, job->id, JOB_OFFERED, again->mac, AT_ONCE, &rows, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		again->mac = rows[i].mac;
		if (!rows[i].told || rows[i].fetched_at >= rows[i].offered_at)
			continue;
		r = was_told(mem, seen, &rows[i]);
		if (r == 0)
			trigger->tell(rows[i].mac, restarts);
		r = r > 0 ? 0 : r;
	}
	if (r == 0 && count < AT_ONCE) {
		again->job_id = job->id + 1;
		again->mac = -1;
	}
	return r;
}

int again_turn(struct db *db, struct db *seen, const struct turn_trigger *trigger,
	       struct again *again)
{
	CLEANUP(mem_freep) void *scratch = mem_root("tell again");
	struct job *jobs;
	size_t count;
	int r = job_list_active(scratch, db, &jobs, &count);

	for (size_t i = 0; i < count && r == 0; i++)
		if (jobs[i].id >= again->job_id)
			return page(scratch, db, seen, trigger, &jobs[i], again);
	again->is_over = r == 0;
	return r;
}
