/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/audit.h"
#include "fleet/handset.h"
#include "handset_parts.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/line.h"
#include "store/setting.h"

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static int ipui_apply(struct change *change, struct handset *handset, const char *text)
{
	char ipui[IPUI_LEN + 1];
	int r = ipui_parse(text, ipui);

	if (r < 0 || strcmp(ipui, handset->ipui) == 0)
		return r;
	if (handset->ipui[0])
		return diag_set(change->diag, -E_IPUI_KNOWN,
				"the handset in slot %d is %s; remove it, and add %s",
				handset->slot, handset->ipui, ipui);
	r = handset_ipui_check(change, handset->mac, ipui);
	if (r == 0)
		r = operation_delete_removal(change->db, handset->mac, ipui);
	if (r < 0)
		return r;
	memcpy(handset->ipui, ipui, sizeof(ipui));
	handset->registered_at = handset->added_at ? clock_now() : 0;
	return 0;
}

/* What was the user's name, or the handset's, goes on being it. */
static const char *display_of(const struct handset *handset, const struct handset *before,
			      const struct line *line, const char *user)
{
	if (is_same(line->display_name, before->name) && handset->name)
		return handset->name;
	if (is_same(line->display_name, line->user_name) ||
	    is_same(line->display_name, before->name))
		return user;
	return line->display_name;
}

static int line_change(struct change *change, const struct handset *handset,
		       const struct handset *before, struct line *line,
		       const struct handset_change *set)
{
	const char *user = set->has_user ? set->user : line->user_name;
	const char *fallback = handset->name ? handset->name : user;

	if (!user)
		return diag_set(change->diag, -E_FIELD_MISSING, "a line needs a user");
	if (set->has_display || !line->display_name)
		line->display_name = set->has_display && set->display ? set->display : fallback;
	else
		line->display_name = display_of(handset, before, line, user);
	if (set->has_auth)
		line->auth_name = set->auth ? set->auth : user;
	else if (!line->auth_name || is_same(line->auth_name, line->user_name))
		line->auth_name = user;
	if (set->has_password)
		line->auth_password = set->password;
	line->user_name = user;
	if (set->has_sip && set->sip)
		return handset_server_find(change, set->sip, &line->sip_server_id);
	if (set->has_sip || !line->sip_server_id)
		return diag_set(change->diag, -E_FIELD_MISSING, "a line needs a SIP server");
	return 0;
}

/* The line as it will be; NULL: none. */
static int line_apply(struct change *change, const struct handset *handset,
		      const struct handset *before, const struct line *old,
		      const struct handset_change *set, struct line **ret)
{
	bool is_wanted = set->has_auth || set->has_password || set->has_display || set->has_sip;
	struct line *line = mem_new(change->mem, struct line);

	*ret = NULL;
	if (set->has_user && !set->user)
		return is_wanted ? diag_set(change->diag, -E_FIELD_MISSING, "a line needs a user")
				 : 0;
	if (!old && !set->has_user && !is_wanted)
		return 0;
	if (old)
		*line = *old;
	line->mac = handset->mac;
	line->slot = handset->slot;
	*ret = line;
	return line_change(change, handset, before, line, set);
}

static int store(struct change *change, const struct handset *handset, const struct line *old,
		 const struct line *line)
{
	int r = handset_update(change->db, handset);

	/* First the old one, since the device has room for few servers; the place of one that stays is the same. */
	if (r == 0 && old && line && old->sip_server_id == line->sip_server_id)
		r = line_delete(change->db, old->mac, old->slot);
	else if (r == 0 && old)
		r = handset_line_take(change, old);
	if (r == 0 && line)
		r = handset_line_put(change, line);
	return r < 0 || change->is_part ? r : device_touch(change->db, handset->mac);
}

int fleet_handset_set(struct change *change, int64_t mac, const char *key,
		      const struct handset_change *set, struct handset **ret)
{
	struct handset *handset, before;
	struct line *old, *line = NULL;
	json_t *shown;
	int r = handset_find_key(change, mac, key, &handset);

	if (r == 0)
		r = handset_line_find(change, handset, &old);
	if (r < 0)
		return r;
	before = *handset;
	if (set->ipui)
		r = ipui_apply(change, handset, set->ipui);
	if (set->has_name)
		handset->name = set->name;
	if (set->has_pin)
		handset->pin = set->pin;
	if (r == 0)
		r = line_apply(change, handset, &before, old, set, &line);
	/* An easy PIN that was forced once needs no more force. */
	if (r == 0)
		r = handset_texts_check(change, handset, line, set->force || !set->has_pin);
	if (r < 0)
		return r;
	if (strcmp(before.ipui, handset->ipui) != 0)
		r = setting_move_scope(change->db, handset_scope(change->mem, &before),
				       handset_scope(change->mem, handset));
	if (r < 0)
		return r;
	shown = handset_shown(&before, old);
	r = store(change, handset, old, line);
	if (r < 0) {
		json_decref(shown);
		return r;
	}
	writer_touch(change->db);
	*ret = handset;
	return fleet_audit(change, "handset.set", handset_object(change, &before), shown,
			   handset_shown(handset, line));
}
