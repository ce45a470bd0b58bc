/* SPDX-License-Identifier: MIT */
#include "fleet/release.h"

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/audit.h"
#include "fleet/rendition.h"
#include "fleet/scope.h"
#include "fleet/view.h"

static int release(struct change *change, void *scratch, int64_t mac, const struct view *before)
{
	struct rendition *rendition;
	struct view *view;
	int r = view_read_forced(scratch, change->db, change->config, mac, before->at, true, &view);

	if (r == 0 && view->held.at)
		r = diag_set(change->diag, -E_SHRINK_HELD, "%s", view->notice);
	if (r == 0)
		r = rendition_make(scratch, view, true, &rendition, change->diag);
	if (r == 0)
		r = rendition_put(change->db, rendition);
	if (r < 0)
		return r;
	writer_touch(change->db);
	return fleet_audit(change, "device.release", scope_device(change->mem, mac),
			   json_pack("{s:s, s:I}", "schedule", before->gate.name, "waits_at",
				     (json_int_t)before->waits_at),
			   json_pack("{s:s}", "revision", view->revision));
}

int fleet_release(struct change *change, int64_t mac)
{
	CLEANUP(mem_freep) void *scratch = mem_root("release");
	struct view *view;
	int r = view_read_forced(scratch, change->db, change->config, mac, clock_now(), false,
				 &view);

	if (r < 0 || !view->waiting)
		return r;
	r = release(change, scratch, mac, view);
	return r < 0 ? r : 1;
}
