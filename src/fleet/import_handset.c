/* SPDX-License-Identifier: MIT */
/*
 * Handsets of one device.  Those that are there are read once; a row finds its
 * own by IPUI or slot, and is compared field by field, so that a file which
 * says what is known already writes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "fleet/handset.h"
#include "import_part.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/line.h"
#include "store/setting.h"
#include "store/sip_server.h"

struct house {
	struct import_part *part;
	struct handset *handsets; /* by slot */
	struct handset **by_ipui;
	size_t count;
	struct line *lines; /* by slot */
	size_t line_count;
	struct sip_server *servers; /* of the device */
	size_t server_count;
	unsigned *rows; /* lines of the rows that handsets were found by; 0: none */
};

static int by_slot(const void *key, const void *member)
{
	return *(const int *)key - ((const struct handset *)member)->slot;
}

static int line_by_slot(const void *key, const void *member)
{
	return *(const int *)key - ((const struct line *)member)->slot;
}

static int by_ipui(const void *a, const void *b)
{
	return strcmp((*(struct handset *const *)a)->ipui, (*(struct handset *const *)b)->ipui);
}

static int ipui_is(const void *key, const void *member)
{
	return strcmp(key, (*(struct handset *const *)member)->ipui);
}

static int house_read(struct house *house)
{
	struct change *change = house->part->change;
	int64_t mac = house->part->rows->mac;
	struct device *device;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0)
		r = handset_list(change->mem, change->db, mac, &house->handsets, &house->count);
	if (r == 0)
		r = line_list(change->mem, change->db, mac, &house->lines, &house->line_count);
	if (r == 0)
		r = sip_server_of_device(change->mem, change->db, mac, &house->servers,
					 &house->server_count);
	if (r < 0)
		return r;
	house->rows = mem_array(change->mem, unsigned, house->count + 1);
	house->by_ipui = mem_array(change->mem, struct handset *, house->count + 1);
	for (size_t i = 0; i < house->count; i++)
		house->by_ipui[i] = &house->handsets[i];
	if (house->count)
		qsort(house->by_ipui, house->count, sizeof(*house->by_ipui), by_ipui);
	return 0;
}

static struct handset *at_slot(const struct house *house, int slot)
{
	if (!slot || !house->count)
		return NULL;
	return bsearch(&slot, house->handsets, house->count, sizeof(struct handset), by_slot);
}

static struct handset *with_ipui(const struct house *house, const char *ipui)
{
	struct handset **found = NULL;

	if (*ipui && house->count)
		found = bsearch(ipui, house->by_ipui, house->count, sizeof(*house->by_ipui),
				ipui_is);
	return found ? *found : NULL;
}

/* 1 found, 0 it is a new one; the IPUI of one that had none may be told. */
static int find(struct house *house, const struct import_row *row, struct handset **ret)
{
	struct diag *diag = house->part->change->diag;
	struct handset *known = with_ipui(house, row->ipui);
	struct handset *there = at_slot(house, row->slot);

	*ret = known ? known : there;
	if (known && row->slot && known->slot != row->slot)
		return diag_set(diag, -E_VALUE,
				"handset %s is in slot %d, and an import does not move it",
				row->ipui, known->slot);
	if (!known && there && row->ipui[0] && there->ipui[0])
		return diag_set(diag, -E_SLOT_TAKEN, "slot %d has handset %s", row->slot,
				there->ipui);
	return *ret != NULL;
}

static const struct line *line_of(const struct house *house, int slot)
{
	if (!house->line_count)
		return NULL;
	return bsearch(&slot, house->lines, house->line_count, sizeof(struct line), line_by_slot);
}

static const char *server_name(const struct house *house, int64_t id)
{
	for (size_t i = 0; i < house->server_count; i++)
		if (house->servers[i].id == id)
			return house->servers[i].name;
	return NULL;
}

static const struct secret *secret_of(struct change *change, const char *cell,
				      const struct secret *was)
{
	return cell ? secret_new(change->mem, cell) : was;
}

static const char *text_of(const char *cell, const char *was)
{
	return cell ? import_text(cell) : was;
}

/* What the handset is to be: what is there, and over it what the row says. */
static void merge(struct house *house, const struct import_row *row, const struct handset *handset,
		  const struct line *line, struct handset_new *new)
{
	struct change *change = house->part->change;
	const char *user = line ? line->user_name : NULL;

	new->ipui = row->ipui[0] ? row->ipui : handset && handset->ipui[0] ? handset->ipui : NULL;
	new->slot = handset ? handset->slot : row->slot;
	new->origin = "import";
	new->force = house->part->options->force;
	new->name = text_of(row->cells[CELL_NAME], handset ? handset->name : NULL);
	new->pin = secret_of(change, row->cells[CELL_PIN], handset ? handset->pin : NULL);
	new->user = text_of(row->cells[CELL_USER], user);
	/* A line goes with its user, whatever else its cells say. */
	if (line && !new->user)
		return;
	new->sip = text_of(row->cells[CELL_SIP],
			   line ? server_name(house, line->sip_server_id) : NULL);
	new->password =
		secret_of(change, row->cells[CELL_PASSWORD], line ? line->auth_password : NULL);
	new->auth = text_of(row->cells[CELL_AUTH],
			    line && strcmp(line->auth_name, user) != 0 ? line->auth_name : NULL);
	new->display = text_of(row->cells[CELL_DISPLAY], line ? line->display_name : NULL);
}

/* The same name as fleet_handset_add() gives where none is told. */
static void fill_up(struct handset_new *new)
{
	if (!new->user)
		return;
	if (!new->auth)
		new->auth = new->user;
	if (!new->display)
		new->display = new->name ? new->name : new->user;
}

static bool differs(struct house *house, const struct handset *handset, const struct line *line,
		    const struct handset_new *new, bool *ret_line)
{
	struct import_part *part = house->part;
	char key[IPUI_LEN + 1];
	bool r = false;

	handset_key(handset, key);
	r |= import_differs(part, key, "ipui", import_text(handset->ipui), new->ipui);
	r |= import_differs(part, key, "name", handset->name, new->name);
	r |= import_differs_secret(part, key, "pin", handset->pin, new->pin);
	*ret_line = false;
	*ret_line |= import_differs(part, key, "user", line ? line->user_name : NULL, new->user);
	*ret_line |= import_differs(part, key, "auth", line ? line->auth_name : NULL, new->auth);
	*ret_line |= import_differs(part, key, "display", line ? line->display_name : NULL,
				    new->display);
	*ret_line |= import_differs(
		part, key, "sip", line ? server_name(house, line->sip_server_id) : NULL, new->sip);
	*ret_line |= import_differs_secret(part, key, "password", line ? line->auth_password : NULL,
					   new->password);
	return r;
}

static int handset_change(struct house *house, const struct import_row *row,
			  const struct handset *handset, const struct line *line,
			  struct handset_new *new)
{
	struct import_part *part = house->part;
	struct handset_change set = {.force = new->force};
	char key[IPUI_LEN + 1];
	struct handset *changed;
	bool line_differs;
	int r;

	fill_up(new);
	if (!(differs(house, handset, line, new, &line_differs) | line_differs)) {
		part->counts->unchanged++;
		return 0;
	}
	if (!handset->ipui[0])
		set.ipui = new->ipui;
	set.has_name = !import_same(handset->name, new->name);
	set.name = new->name;
	set.has_pin = !import_same_secret(handset->pin, new->pin);
	set.pin = new->pin;
	set.has_user = line_differs && (line || new->user);
	set.user = new->user;
	set.has_auth = line_differs && new->auth;
	set.auth = new->auth;
	set.has_display = line_differs && new->display;
	set.display = new->display;
	set.has_sip = line_differs && (new->sip || new->user);
	set.sip = new->sip;
	set.has_password = line_differs && new->password;
	set.password = new->password;
	r = fleet_handset_set(part->change, handset->mac, handset_key(handset, key), &set,
			      &changed);
	if (r < 0)
		return r;
	part->touched = true;
	import_row_told(part, row, false, key);
	part->counts->changed++;
	return 0;
}

static int handset_new(struct house *house, const struct import_row *row,
		       const struct handset_new *new)
{
	struct import_part *part = house->part;
	struct handset *handset;
	char key[IPUI_LEN + 1];
	int r = fleet_handset_add(part->change, part->rows->mac, new, &handset);

	if (r < 0)
		return r;
	handset_key(handset, key);
	import_differs(part, key, "name", NULL, new->name);
	import_differs(part, key, "user", NULL, new->user);
	import_differs_secret(part, key, "pin", NULL, new->pin);
	import_differs_secret(part, key, "password", NULL, new->password);
	import_differs(part, key, "slot", NULL, mem_printf(part->change->mem, "%d", handset->slot));
	part->touched = true;
	import_row_told(part, row, true, key);
	part->counts->added++;
	return 0;
}

static int row_put(struct house *house, const struct import_row *row)
{
	struct handset *handset = NULL;
	struct handset_new new = {0};
	const struct line *line;
	int found = find(house, row, &handset);

	if (found < 0)
		return found;
	line = handset ? line_of(house, handset->slot) : NULL;
	if ((row->keeps[CELL_PIN] && !(handset && handset->pin)) ||
	    (row->keeps[CELL_PASSWORD] && !(line && line->auth_password)))
		return diag_set(house->part->change->diag, -E_VALUE,
				"%s stands for a secret that is not here; export it with --reveal",
				IMPORT_KEEP);
	if (handset && house->rows[handset - house->handsets])
		return diag_set(house->part->change->diag, -E_VALUE,
				"the handset stands in line %u already",
				house->rows[handset - house->handsets]);
	if (handset)
		house->rows[handset - house->handsets] = row->line;
	merge(house, row, handset, line, &new);
	return handset ? handset_change(house, row, handset, line, &new)
		       : handset_new(house, row, &new);
}

int import_handset_rows(struct import_part *part)
{
	struct house house = {.part = part};
	int r = house_read(&house);

	/* Every row of an unknown device is wrong; one complaint is enough. */
	if (r < 0) {
		part->counts->rows += (int64_t)part->count;
		return import_row_failed(part, part->rows, r);
	}
	for (size_t i = 0; i < part->count && r >= 0; i++) {
		r = part->rows[i].is_wrong ? 0 : row_put(&house, &part->rows[i]);
		if (r < 0)
			r = import_row_failed(part, &part->rows[i], r);
		import_row_done(part);
	}
	return r < 0 ? r : 0;
}
