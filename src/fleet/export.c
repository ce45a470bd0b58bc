/* SPDX-License-Identifier: MIT */
#include "fleet/export.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/mem.h"
#include "base/secret.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/line.h"
#include "store/sip_server.h"

struct page {
	void *mem; /* of one device */
	const struct export *export;
	struct buf *out;
};

static void header_write(const struct export *export, struct buf *out)
{
	const char *names[CELLS];
	size_t count;
	const enum import_cell *columns = import_columns(export->kind, &count);

	for (size_t i = 0; i < count; i++)
		names[i] = import_cell_name(columns[i]);
	csv_write(out, names, count);
}

/* In the order of the kind's columns; only keys cannot be taken for a formula. */
static void row_write(const struct page *page, const char *const cells[CELLS])
{
	const char *row[CELLS];
	size_t count;
	const enum import_cell *columns = import_columns(page->export->kind, &count);

	for (size_t i = 0; i < count; i++)
		row[i] = import_cell_guard(page->mem, cells[columns[i]]);
	csv_write(page->out, row, count);
}

static const char *secret_shown(const struct page *page, const struct secret *secret)
{
	if (!secret)
		return NULL;
	return page->export->reveal ? secret_reveal(secret) : IMPORT_KEEP;
}

static int device_write(const struct page *page, struct db *db, int64_t mac)
{
	char text[MAC_LEN + 1];
	const char *cells[CELLS] = {[CELL_MAC] = text};
	struct device *device;
	int r = device_get(page->mem, db, mac, &device);

	/* Gone since the page was read. */
	if (r == -E_MAC_UNKNOWN || (r == 0 && !device->product))
		return 0;
	if (r < 0)
		return r;
	mac_format(mac, text);
	cells[CELL_PRODUCT] = device->product;
	cells[CELL_GROUP] = device->group;
	cells[CELL_NAME] = device->name;
	cells[CELL_USER] = device->user_name;
	cells[CELL_LOCKED] = device->locked_at ? "yes" : "no";
	cells[CELL_SECRET] = secret_shown(page, device->secret);
	cells[CELL_PASSWORD] = secret_shown(page, device->user_password);
	row_write(page, cells);
	return 0;
}

static void line_cells(const struct page *page, const struct line *line,
		       const struct sip_server *servers, size_t count, const char *cells[CELLS])
{
	cells[CELL_USER] = line->user_name;
	cells[CELL_AUTH] = line->auth_name;
	cells[CELL_DISPLAY] = line->display_name;
	cells[CELL_PASSWORD] = secret_shown(page, line->auth_password);
	for (size_t i = 0; i < count; i++)
		if (servers[i].id == line->sip_server_id)
			cells[CELL_SIP] = servers[i].name;
}

/* A handset with its line, or a line of its own. */
static int members_write(const struct page *page, struct db *db, int64_t mac)
{
	struct handset *handsets;
	struct sip_server *servers;
	struct line *lines;
	size_t handset_count, server_count, line_count, l = 0;
	char mac_text[MAC_LEN + 1], slot[12];
	int r = handset_list(page->mem, db, mac, &handsets, &handset_count);

	if (r >= 0)
		r = line_list(page->mem, db, mac, &lines, &line_count);
	if (r >= 0)
		r = sip_server_of_device(page->mem, db, mac, &servers, &server_count);
	if (r < 0)
		return r;
	mac_format(mac, mac_text);
	for (size_t i = 0; page->export->kind == IMPORT_HANDSETS && i < handset_count; i++) {
		const struct handset *handset = &handsets[i];
		const char *cells[CELLS] = {[CELL_MAC] = mac_text, [CELL_SLOT] = slot};

		snprintf(slot, sizeof(slot), "%d", handset->slot);
		cells[CELL_IPUI] = handset->ipui;
		cells[CELL_NAME] = handset->name;
		cells[CELL_PIN] = secret_shown(page, handset->pin);
		while (l < line_count && lines[l].slot < handset->slot)
			l++;
		if (l < line_count && lines[l].slot == handset->slot)
			line_cells(page, &lines[l], servers, server_count, cells);
		row_write(page, cells);
	}
	for (; page->export->kind == IMPORT_LINES && handset_count == 0 && l < line_count; l++) {
		const char *cells[CELLS] = {[CELL_MAC] = mac_text, [CELL_SLOT] = slot};

		snprintf(slot, sizeof(slot), "%d", lines[l].slot);
		line_cells(page, &lines[l], servers, server_count, cells);
		row_write(page, cells);
	}
	return 0;
}

int export_next(struct db *db, struct export *export, struct buf *out)
{
	CLEANUP(mem_freep) void *scratch = mem_root("export");
	struct device_filter filter = {
		.after = export->after, .group_id = export->group_id, .limit = EXPORT_PAGE};
	struct page page = {.export = export, .out = out};
	struct device_row *rows;
	size_t count;
	int r;

	if (!export->has_header)
		header_write(export, out);
	export->has_header = true;
	r = device_list(scratch, db, &filter, &rows, &count);
	for (size_t i = 0; i < count && r >= 0; i++) {
		page.mem = mem_root("device");
		r = export->kind == IMPORT_DEVICES ? device_write(&page, db, rows[i].mac)
						   : members_write(&page, db, rows[i].mac);
		mem_free(page.mem);
		export->after = rows[i].mac;
	}
	return r < 0 ? r : count == EXPORT_PAGE;
}
