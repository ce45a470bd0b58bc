/* SPDX-License-Identifier: MIT */
/* Lines of one device without handsets; there are few of them. */
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "import_part.h"
#include "fleet/line.h"
#include "store/line.h"
#include "store/sip_server.h"

struct desk {
	struct import_part *part;
	struct line *lines;
	size_t line_count;
	struct sip_server *servers;
	size_t server_count;
};

static const struct line *line_of(const struct desk *desk, int slot)
{
	for (size_t i = 0; i < desk->line_count; i++)
		if (desk->lines[i].slot == slot)
			return &desk->lines[i];
	return NULL;
}

static const char *server_name(const struct desk *desk, int64_t id)
{
	for (size_t i = 0; i < desk->server_count; i++)
		if (desk->servers[i].id == id)
			return desk->servers[i].name;
	return NULL;
}

static bool take(const struct desk *desk, const char *key, const struct import_row *row,
		 enum import_cell cell, const char *was, const char **ret)
{
	if (!row->cells[cell])
		return false;
	*ret = import_text(row->cells[cell]);
	return import_differs(desk->part, key, import_cell_name(cell), was, *ret);
}

static bool input_take(struct desk *desk, const struct import_row *row, const struct line *line,
		       struct line_input *input)
{
	struct change *change = desk->part->change;
	const char *key = mem_printf(change->mem, "%d", row->slot);
	const char *cell = row->cells[CELL_PASSWORD];
	const struct secret *was = line ? line->auth_password : NULL;

	input->has_user =
		take(desk, key, row, CELL_USER, line ? line->user_name : NULL, &input->user);
	input->has_auth =
		take(desk, key, row, CELL_AUTH, line ? line->auth_name : NULL, &input->auth);
	input->has_display = take(desk, key, row, CELL_DISPLAY, line ? line->display_name : NULL,
				  &input->display);
	input->has_sip = take(desk, key, row, CELL_SIP,
			      line ? server_name(desk, line->sip_server_id) : NULL, &input->sip);
	if (cell) {
		input->password = secret_new(change->mem, cell);
		input->has_password =
			import_differs_secret(desk->part, key, "password", was, input->password);
	}
	return input->has_user || input->has_auth || input->has_display || input->has_sip ||
	       input->has_password;
}

static int row_put(struct desk *desk, const struct import_row *row)
{
	struct import_part *part = desk->part;
	const struct line *line = line_of(desk, row->slot);
	struct line_input input = {0};
	struct line *put;
	int r;

	if (row->keeps[CELL_PASSWORD] && !(line && line->auth_password))
		return diag_set(part->change->diag, -E_VALUE,
				"%s stands for a secret that is not here; export it with --reveal",
				IMPORT_KEEP);
	if (!input_take(desk, row, line, &input) && line) {
		part->counts->unchanged++;
		return 0;
	}
	if (line && ((input.has_user && !input.user) || (input.has_sip && !input.sip)))
		return diag_set(part->change->diag, -E_FIELD_MISSING,
				"a line needs a user and a SIP server; remove it with: gigaprovctl "
				"line remove");
	if (line)
		r = fleet_line_set(part->change, row->mac, row->slot, &input, &put);
	else
		r = fleet_line_add(part->change, row->mac, row->slot, &input, &put);
	if (r < 0)
		return r;
	part->touched = true;
	import_row_told(part, row, line == NULL, mem_printf(part->change->mem, "%d", row->slot));
	*(line ? &part->counts->changed : &part->counts->added) += 1;
	return 0;
}

int import_line_rows(struct import_part *part)
{
	struct change *change = part->change;
	struct desk desk = {.part = part};
	int64_t mac = part->rows->mac;
	int r = line_list(change->mem, change->db, mac, &desk.lines, &desk.line_count);

	if (r >= 0)
		r = sip_server_of_device(change->mem, change->db, mac, &desk.servers,
					 &desk.server_count);
	for (size_t i = 0; i < part->count && r >= 0; i++) {
		r = part->rows[i].is_wrong ? 0 : row_put(&desk, &part->rows[i]);
		if (r < 0)
			r = import_row_failed(part, &part->rows[i], r);
		import_row_done(part);
	}
	return r < 0 ? r : 0;
}
