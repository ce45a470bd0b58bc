/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_plan.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/view.h"

static const char *const names[] = {
	[WPI_HAS] = "has",	   [WPI_TOOK] = "took", [WPI_GETS] = "gets",
	[WPI_REFUSED] = "refused", [WPI_KEPT] = "kept", [WPI_VAIN] = "vain",
};

const char *wpi_verdict_name(enum wpi_item_verdict verdict)
{
	return names[verdict];
}

/* Passwords are not read back, or as asterisks. */
static bool has_told(const struct wpi_told *told)
{
	if (!told || *told->status)
		return false;
	return !item_is_secret(told->name) || told->value[strspn(told->value, "*")];
}

static const char *value_of(const struct item *item)
{
	return item->secret ? secret_reveal(item->secret) : item->value;
}

/* What somebody has made of it since it was told last. */
static const char *changed_since(const struct wpi_planned *item, int64_t told_at)
{
	const struct wpi_item_row *row = item->wanted->row;

	return row && row->changed && row->changed_at >= told_at ? secret_reveal(row->changed)
								 : NULL;
}

static enum wpi_item_verdict judge(const struct config *config, const struct wpi_planned *item,
				   int64_t told_at, const char *firmware, int64_t now)
{
	const struct wpi_wanted *wanted = item->wanted;
	const struct wpi_item_row *row = wanted->row;
	const char *tells = changed_since(item, told_at);

	if (!tells && has_told(item->told))
		tells = item->told->value;
	if (tells && item_is_same(value_of(&wanted->item), tells))
		return WPI_HAS;
	if (wpi_wanted_is_refused(wanted, firmware))
		return WPI_REFUSED;
	if (wpi_wanted_is_kept(wanted, config))
		return WPI_KEPT;
	/* What is written follows what was told. */
	if (row && row->writes > 0 && (!tells || (row->written_at >= told_at && !row->changed)))
		return WPI_TOOK;
	if (row && row->writes >= config->wpi.writes &&
	    now - row->written_at < config->wpi.writes_seconds)
		return WPI_VAIN;
	return WPI_GETS;
}

int wpi_plan_read(void *mem, struct db *db, const struct config *config, const struct view *view,
		  const char *firmware, int64_t now, struct wpi_plan *ret, struct diag *reterr)
{
	int r;

	*ret = (struct wpi_plan){0};
	r = wpi_wanted_list(mem, db, &view->document, &ret->wanted, &ret->count, reterr);
	if (r == 0)
		r = wpi_told_read(mem, db, view->document.mac, &ret->told, &ret->told_count,
				  &ret->told_at);
	if (r < 0)
		return r;
	ret->items = mem_array(mem, struct wpi_planned, ret->count + 1);
	for (size_t i = 0; i < ret->count; i++) {
		struct wpi_planned *item = &ret->items[i];

		item->wanted = &ret->wanted[i];
		item->told = wpi_told_find(ret->told, ret->told_count, item->wanted->item.name,
					   item->wanted->item.index);
		item->verdict = judge(config, item, ret->told_at, firmware, now);
		ret->of[item->verdict]++;
	}
	return 0;
}

const char *wpi_plan_names(void *mem, const struct wpi_plan *plan, enum wpi_item_verdict verdict,
			   size_t max)
{
	struct buf *out = buf_new(mem);
	size_t n = 0;

	for (size_t i = 0; i < plan->count && n < max; i++) {
		const struct item *item = &plan->items[i].wanted->item;

		if (plan->items[i].verdict == verdict)
			buf_printf(out, "%s%s", n++ ? ", " : "",
				   item_text(mem, item->name, item->index));
	}
	if (plan->of[verdict] > n)
		buf_printf(out, " and %zu more", plan->of[verdict] - n);
	return out->data;
}
