/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "render/item.h"
#include "wpi/session.h"

static int order(const struct wpi_item *a, const struct wpi_item *b)
{
	return item_order(a->name, a->index, b->name, b->index);
}

/* Equal ones in the order of the array that both are in. */
static int told_order(const void *a, const void *b)
{
	const struct wpi_item *x = *(const struct wpi_item *const *)a;
	const struct wpi_item *y = *(const struct wpi_item *const *)b;
	int r = order(x, y);

	return r ? r : (x > y) - (x < y);
}

static int want_order(const void *a, const void *b)
{
	const struct wpi_want *x = *(const struct wpi_want *const *)a;
	const struct wpi_want *y = *(const struct wpi_want *const *)b;
	int r = order(&x->item, &y->item);

	return r ? r : (x > y) - (x < y);
}

/* The last one of its name and index; NULL when there is none. */
static const struct wpi_item *told_find(const struct wpi_item *const *told, size_t count,
					const struct wpi_item *key)
{
	size_t low = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (order(told[low + half], key) <= 0) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low > 0 && order(told[low - 1], key) == 0 ? told[low - 1] : NULL;
}

/* Whether the phone has told a value at all.  Passwords are not read back, or as asterisks. */
static bool has_told(const struct wpi_item *told)
{
	const char *s;

	if (!told || told->status != WPI_ITEM_FINE)
		return false;
	if (!told->secret)
		return true;
	s = secret_reveal(told->secret);
	return s[strspn(s, "*")] != '\0';
}

static bool is_same(const struct wpi_item *want, const struct wpi_item *told)
{
	const char *a = want->secret ? secret_reveal(want->secret) : want->value;
	const char *b = told->secret ? secret_reveal(told->secret) : told->value;

	return item_is_same(a ? a : "", b ? b : "");
}

static bool is_sendable(struct step *step, const struct wpi_want *want)
{
	const struct wpi_policy *policy = step->policy;
	struct diag diag = {0};
	size_t size = wpi_answer_size(WPI_ACTION_WRITE_ITEMS, "") + WPI_NONCE_MAX;
	struct wpi_record *record;
	int r;

	r = wpi_item_check(&want->item, policy->entities, &diag);
	if (r == 0 && size + wpi_item_size(&want->item) > policy->message_bytes)
		r = diag_set(&diag, -E_WPI_LONG, "%s: longer than a message may be",
			     want->item.name);
	if (r == 0)
		return true;
	record = step_record(step, WPI_RECORD_UNSENDABLE, &want->item);
	record->words = mem_strdup(step->session->turn, diag.text);
	return false;
}

/* Whether a value was given so often that giving it again changes nothing, or starts a loop. */
static bool is_in_vain(const struct step *step, const struct wpi_want *want)
{
	const struct wpi_policy *policy = step->policy;

	return want->writes >= policy->writes_max &&
	       step->now - want->written_at < policy->writes_gap;
}

static void differ(struct step *step, const struct wpi_want *want, const struct wpi_item *told)
{
	struct wpi_session *session = step->session;
	struct wpi_item *item;

	if (told && session->reason == WPI_REASON_LOCAL_CHANGES &&
	    (!session->changes_attached || wpi_name_is_basic(told->name)))
		step_record(step, WPI_RECORD_LOCAL_CHANGE, told);
	if (session->observes)
		return;
	if (!is_sendable(step, want))
		return;
	if (is_in_vain(step, want)) {
		step_record(step, WPI_RECORD_STUBBORN, told ? told : &want->item);
		return;
	}
	item = mem_push(session->dialogue, &session->writes, &session->write_count);
	wpi_item_copy(session->dialogue, &want->item, item);
	if (!item->secret)
		item->value = wpi_item_value(session->dialogue, item->value ? item->value : "",
					     step->policy->entities);
}

static bool tells_another(const struct step *step, const struct wpi_want *want,
			  const struct wpi_item *told)
{
	CLEANUP(mem_freep) void *scratch = mem_root("wpi_compare");
	struct wpi_item item = want->item;

	if (!has_told(told))
		return false;
	if (!item.secret)
		item.value = wpi_item_value(scratch, item.value ? item.value : "",
					    step->policy->entities);
	return !is_same(&item, told);
}

/*
 * A phone that tells another value than it took has been reset, or is another one.
 * What it does not tell, passwords first of all, it has lost as well.
 */
static bool has_lost(const struct step *step, const struct wpi_want *want,
		     const struct wpi_item *told)
{
	return !want->refused && !want->kept && want->writes > 0 && !is_in_vain(step, want) &&
	       tells_another(step, want, told);
}

static void compare_item(struct step *step, const struct wpi_want *want,
			 const struct wpi_item *told, enum view view, bool lost)
{
	if (want->refused || want->kept)
		return;
	if (view == VIEW_NOTHING)
		differ(step, want, NULL);
	else if (tells_another(step, want, told))
		differ(step, want, told);
	else if (view == VIEW_WHOLE && !has_told(told) &&
		 (want->writes == 0 || (lost && !is_in_vain(step, want))))
		differ(step, want, NULL);
}

void compare_items(struct step *step, const struct wpi_item *told, size_t count, enum view view)
{
	CLEANUP(mem_freep) void *scratch = mem_root("wpi_compare");
	const struct wpi_wants *wants = step->wants;
	const struct wpi_item **by_name = mem_array(scratch, const struct wpi_item *, count + 1);
	const struct wpi_want **sorted =
		mem_array(scratch, const struct wpi_want *, wants->item_count + 1);
	size_t want_count = 0;
	bool lost = false;

	step->session->withheld = wants->withheld;
	for (size_t i = 0; i < count; i++)
		by_name[i] = &told[i];
	qsort(by_name, count, sizeof(*by_name), told_order);
	for (size_t i = 0; i < wants->item_count; i++)
		sorted[i] = &wants->items[i];
	qsort(sorted, wants->item_count, sizeof(*sorted), want_order);
	/* the later one counts */
	for (size_t i = 0; i < wants->item_count; i++)
		if (!want_count || order(&sorted[want_count - 1]->item, &sorted[i]->item) != 0)
			sorted[want_count++] = sorted[i];
		else
			sorted[want_count - 1] = sorted[i];
	for (size_t i = 0; i < want_count && !lost; i++)
		lost = has_lost(step, sorted[i], told_find(by_name, count, &sorted[i]->item));
	for (size_t i = 0; i < want_count; i++)
		compare_item(step, sorted[i], told_find(by_name, count, &sorted[i]->item), view,
			     lost);
}

bool batch_next(struct wpi_session *session, const struct wpi_policy *policy)
{
	const struct wpi_item *writes = session->writes;
	size_t size = wpi_answer_size(WPI_ACTION_WRITE_ITEMS, "") + WPI_NONCE_MAX;
	size_t most = session->max_items ? session->max_items : session->write_count;
	size_t at = session->batch + session->batch_count;

	session->batch = at;
	session->batch_count = 0;
	while (at < session->write_count) {
		size_t group = at, group_size = 0;

		for (; group < session->write_count && writes[group].index == writes[at].index;
		     group++)
			group_size += wpi_item_size(&writes[group]);
		if (size + group_size <= policy->message_bytes && group - session->batch <= most) {
			size += group_size;
			at = group;
			continue;
		}
		if (at > session->batch)
			break;
		/* More than a message takes: there is no way but to take it apart. */
		for (; at < group && at - session->batch < most; at++) {
			size += wpi_item_size(&writes[at]);
			if (size > policy->message_bytes)
				break;
		}
		break;
	}
	session->batch_count = at - session->batch;
	return session->batch_count > 0;
}
