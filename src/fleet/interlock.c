/* SPDX-License-Identifier: MIT */
#include "fleet/interlock.h"

#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "fleet/view.h"

/* How many words there are in `before`, and how many of them are not in `now`; both sorted. */
static void count_missing(const char *before, const char *now, unsigned *ret_all,
			  unsigned *ret_missing)
{
	*ret_all = 0;
	*ret_missing = 0;
	while (*before) {
		int order = 1;

		while (*now && (order = strncmp(now, before, IPUI_LEN)) < 0)
			now += IPUI_LEN + (now[IPUI_LEN] == ' ');
		*ret_all += 1;
		*ret_missing += !*now || order != 0;
		before += IPUI_LEN + (before[IPUI_LEN] == ' ');
	}
}

void interlock_apply(void *mem, const struct config *config, struct view *view,
		     const char *handsets_given)
{
	unsigned mode = config->provisioning.delete_not_provisioned;
	const struct config_guard *guard = &config->provisioning.shrink_guard;
	unsigned all, missing;

	if (mode == DNP_NEVER || view->document.handset_count == 0)
		return;
	if (mode == DNP_AUTO && view->fetch->provisioned_at == 0)
		return;
	count_missing(handsets_given, view->handsets, &all, &missing);
	if (missing > guard->count && missing * 100 > guard->percent * all) {
		view->held = true;
		view->notice =
			mem_printf(mem,
				   "DeleteNotProvisionedHS is left out: %u of %u handsets are "
				   "missing, shrink_guard allows %u%% or %u",
				   missing, all, guard->percent, guard->count);
		return;
	}
	view->document.delete_not_provisioned = true;
}
