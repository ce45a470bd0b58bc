/* SPDX-License-Identifier: MIT */
/*
 * From the fleet to what a step compares.  The document is that of any phone:
 * resolved, gated, guarded; so what a schedule holds back is not written, and
 * what it would have been made of is kept as the phone's rendition.
 */
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/rendition.h"
#include "fleet/wpi_plan.h"
#include "http/request.h"
#include "login.h"

void wants_nothing(struct wpi_wants *ret)
{
	*ret = (struct wpi_wants){.check = WPI_CHECK_READ};
}

/* What was replaced while the snapshot was read may be older than the revision in it. */
static int look(struct login *login, struct db *db, struct view **ret)
{
	const struct config *before, *after = NULL;
	int r;

	do {
		before = config_pin();
		r = view_read(request_mem(login->req), db, before, login->dialogue->mac, login->now,
			      ret);
		after = config_pin();
		config_release(before);
		config_release(after);
	} while (before != after);
	return r;
}

static void want_from(const struct login *login, const struct wpi_wanted *wanted,
		      struct wpi_want *ret)
{
	const struct wpi_item_row *row = wanted->row;

	ret->item = (struct wpi_item){
		.name = wanted->item.name,
		.index = wanted->item.index,
		.value = wanted->item.value,
		.secret = wanted->item.secret,
	};
	ret->refused = wpi_wanted_is_refused(wanted, login->phone->software_version);
	ret->kept = wpi_wanted_is_kept(wanted, login->config);
	if (!row)
		return;
	ret->writes = row->writes > UINT16_MAX ? UINT16_MAX : (unsigned)row->writes;
	ret->written_at = row->written_at;
}

/*
 * A secret only goes to whom it may.  Who has it by being enrolled gets it even if
 * it has been sent before: it may be another phone, or one that was reset.
 */
static void add_want(struct login *login, const struct wpi_wanted *wanted, struct wpi_want *wants,
		     struct wpi_wants *ret)
{
	struct wpi_want *want = &wants[ret->item_count];

	want_from(login, wanted, want);
	if (want->item.secret && !login->verdict.may_tell) {
		ret->withheld += want->writes == 0 && !want->refused && !want->kept;
		return;
	}
	if (want->item.secret && login->verdict.is_enrolled)
		want->writes = 0;
	ret->item_count++;
}

static int read_all(struct login *login, struct wpi_wants *ret, struct diag *reterr)
{
	void *mem = request_mem(login->req);
	struct wpi_want *wants;
	struct view *view;
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = look(login, db, &view);
	if (r == 0)
		r = rendition_make(mem, view, true, &login->rendition, reterr);
	if (r == 0)
		r = wpi_wanted_list(mem, db, &view->document, &login->wanted, &login->wanted_count,
				    reterr);
	if (r < 0)
		return r;
	login->view = view;
	login->is_new_rendition = !rendition_is_current(view->fetch, login->now);
	wants = mem_array(mem, struct wpi_want, login->wanted_count + 1);
	for (size_t i = 0; i < login->wanted_count; i++)
		add_want(login, &login->wanted[i], wants, ret);
	ret->items = wants;
	return 0;
}

int wants_read(struct login *login, struct wpi_wants *ret)
{
	struct diag diag = {0};
	char mac[MAC_LEN + 1];
	int r;

	wants_nothing(ret);
	r = read_all(login, ret, &diag);
	if (r < 0) {
		mac_format(login->dialogue->mac, mac);
		log_error("what a desk phone is to have cannot be told; it keeps what it has",
			  LOG_S("mac", mac), LOG_S("words", diag_text(&diag, r)), LOG_E(r));
		return r;
	}
	login->has_wants = true;
	return 0;
}

/*
 * The phone says that it is as it was when it told its items, not long ago, to us
 * (guide p. 34).
 */
static bool says_unchanged(const struct login *login)
{
	const struct wpi_message *message = login->message;
	const struct wpi_phone *phone = login->phone;
	const char *flag = wpi_message_text(message, "configuration-changed-flag");
	const char *version = wpi_message_text(message, "software-version");
	int64_t hours = login->config->wpi.unchanged_hours;

	return hours > 0 && phone->told_at && login->now - phone->told_at <= hours * 3600 &&
	       (message->reason == WPI_REASON_START_UP ||
		message->reason == WPI_REASON_SOLICITED) &&
	       !login->verdict.is_enrolled && flag && strcasecmp(flag, "false") == 0 && version &&
	       phone->software_version && strcmp(version, phone->software_version) == 0;
}

/* What it tells unasked, such as its number, would be another one if others had been at it. */
static bool greets_as_wanted(const struct login *login)
{
	const struct wpi_message *message = login->message;

	for (size_t i = 0; i < message->item_count; i++) {
		const struct wpi_item *item = &message->items[i];
		const struct wpi_wanted *wanted = wpi_wanted_find(
			login->wanted, login->wanted_count, item->name, item->index);

		if (wanted && item->value && wanted->item.value &&
		    (item->status != WPI_ITEM_FINE ||
		     !item_is_same(wanted->item.value, item->value)))
			return false;
	}
	return true;
}

int wants_unchanged(struct login *login, struct wpi_wants *ret)
{
	void *mem = request_mem(login->req);
	struct diag diag = {0};
	struct wpi_plan plan;
	struct db *db;
	int r;

	if (!says_unchanged(login))
		return 0;
	r = wants_read(login, ret);
	if (r == 0 && !greets_as_wanted(login))
		return 0;
	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = wpi_plan_read(mem, db, login->config, login->view,
				  login->phone->software_version, login->now, &plan, &diag);
	if (r == 0 && ret->withheld == 0 && plan.of[WPI_GETS] == 0 && plan.of[WPI_VAIN] == 0)
		ret->check = WPI_CHECK_SKIP;
	return r;
}

/* The names are one block, since a dialogue has hundreds of them. */
static char *names_new(const struct login *login, void *mem)
{
	size_t size = 1;

	for (size_t i = 0; i < login->wanted_count; i++)
		size += strlen(login->wanted[i].item.name) + 1;
	return mem_array(mem, char, size);
}

void wants_mark(struct login *login)
{
	struct dialogue *dialogue = login->dialogue;
	char *names;

	mem_free(dialogue->work);
	dialogue->work = mem_root("wpi_marks");
	dialogue->etag = mem_strdup(dialogue->work, login->rendition->etag);
	dialogue->revision = mem_strdup(dialogue->work, login->rendition->revision);
	dialogue->mark_count = login->wanted_count;
	dialogue->marks = mem_array(dialogue->work, struct dialogue_mark, login->wanted_count + 1);
	names = names_new(login, dialogue->work);
	for (size_t i = 0; i < login->wanted_count; i++) {
		const struct wpi_wanted *wanted = &login->wanted[i];
		struct dialogue_mark *mark = &dialogue->marks[i];

		mark->name = names;
		names = stpcpy(names, wanted->item.name) + 1;
		mark->index = wanted->item.index;
		memcpy(mark->fingerprint, wanted->fingerprint, sizeof(mark->fingerprint));
	}
}
