/* SPDX-License-Identifier: MIT */
#include "fleet/line.h"

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "handset_parts.h"
#include "render/format.h"
#include "store/device.h"
#include "store/line.h"
#include "store/sip_server.h"

enum { LINE_TEXT_MAX = 64, LINE_PASSWORD_MAX = 128 };

static json_t *shown(const struct line *line)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:I}", "user", audit_string(line->user_name), "auth",
			 audit_string(line->auth_name), "password",
			 audit_secret(line->auth_password), "display",
			 audit_string(line->display_name), "sip_server",
			 (json_int_t)line->sip_server_id);
}

static char *object_of(struct change *change, const struct line *line)
{
	return mem_printf(change->mem, "%s line:%d", scope_device(change->mem, line->mac),
			  line->slot);
}

static int text_fits(struct change *change, const struct product *product, const char *what,
		     const char *s)
{
	if (!s || product_takes_text(product, s))
		return 0;
	return diag_set(change->diag, -E_VALUE,
			"%s: %s has it in double quotes, and so it cannot hold one", what,
			product->what);
}

static int field_check(struct change *change, const struct product *product, const char *what,
		       const char *s, size_t max)
{
	int r = s ? text_check_line(s, max) : 0;

	if (r < 0)
		return diag_set(change->diag, r, "%s %s", what, error_text(r));
	return text_fits(change, product, what, s);
}

static int input_check(struct change *change, const struct product *product,
		       const struct line_input *input)
{
	int r = field_check(change, product, "user", input->user, LINE_TEXT_MAX);

	if (r == 0)
		r = field_check(change, product, "auth", input->auth, LINE_TEXT_MAX);
	if (r == 0)
		r = field_check(change, product, "display", input->display, LINE_TEXT_MAX);
	if (r == 0 && input->password)
		r = field_check(change, product, "the password", secret_reveal(input->password),
				LINE_PASSWORD_MAX);
	return r;
}

/* The device's product, which must be one with lines of its own. */
static int product_get(struct change *change, int64_t mac, const struct product **ret)
{
	struct device *device;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r < 0)
		return r;
	*ret = product_find(device->product);
	if (!*ret)
		return diag_set(change->diag, -E_NO_PRODUCT,
				"the device has no product yet; give it one first");
	if ((*ret)->lines_max == 0)
		return diag_set(change->diag, -E_LINES_NONE,
				"lines of %s belong to its handsets: gigaprovctl handset add",
				(*ret)->what);
	return 0;
}

static int line_get(struct change *change, int64_t mac, int64_t slot, struct line **ret)
{
	struct line *lines;
	size_t count;
	int r = line_list(change->mem, change->db, mac, &lines, &count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		if (lines[i].slot == slot) {
			*ret = &lines[i];
			return 0;
		}
	return -E_LINE_UNKNOWN;
}

static int slot_choose(struct change *change, int64_t mac, int64_t slot,
		       const struct product *product, int *ret)
{
	struct line *lines;
	size_t count;
	int64_t free = 1;
	int r = line_list(change->mem, change->db, mac, &lines, &count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (slot && lines[i].slot == slot)
			return diag_set(change->diag, -E_LINE_EXISTS,
					"slot %d has a line already; change it with: "
					"gigaprovctl line set",
					lines[i].slot);
		if (lines[i].slot == free)
			free++;
	}
	*ret = (int)(slot ? slot : free);
	if (slot > product->lines_max)
		return diag_set(change->diag, -E_LINES_FULL, "%s has lines 1 to %d", product->what,
				product->lines_max);
	if (free > product->lines_max)
		return diag_set(change->diag, -E_LINES_FULL, "%s has %d lines, and all are taken",
				product->what, product->lines_max);
	return 0;
}

static int server_find(struct change *change, const struct product *product, const char *name,
		       int64_t *ret)
{
	int64_t id;
	int r = handset_server_find(change, name, &id);

	if (r == 0)
		r = text_fits(change, product, "the SIP server's name", name);
	if (r == 0)
		*ret = id;
	return r;
}

static int servers_fit(struct change *change, int64_t mac, const struct product *product)
{
	struct sip_server *servers;
	size_t count;
	int r = sip_server_of_device(change->mem, change->db, mac, &servers, &count);

	if (r == 0 && count > (size_t)product->sip_servers_max)
		return diag_set(change->diag, -E_SIP_FULL, "%s takes %d SIP servers", product->what,
				product->sip_servers_max);
	return r;
}

static int server_attach(struct change *change, const struct line *line,
			 const struct product *product)
{
	int r = sip_server_attach(change->db, line->mac, line->sip_server_id);

	return r < 0 ? r : servers_fit(change, line->mac, product);
}

/* A server that no line of the device uses any more has no place on it. */
static int server_detach(struct change *change, int64_t mac, int64_t id)
{
	int r = line_uses_server(change->db, mac, id);

	return r == 0 ? sip_server_detach(change->db, mac, id) : r < 0 ? r : 0;
}

static int finish(struct change *change, const struct line *line, const char *action,
		  json_t *before, json_t *after)
{
	int r = change->is_part ? 0 : device_touch(change->db, line->mac);

	if (r < 0) {
		json_decref(before);
		json_decref(after);
		return r;
	}
	writer_touch(change->db);
	return fleet_audit(change, action, object_of(change, line), before, after);
}

int fleet_line_add(struct change *change, int64_t mac, int64_t slot, const struct line_input *input,
		   struct line **ret)
{
	struct line *line = mem_new(change->mem, struct line);
	const struct product *product;
	int r = product_get(change, mac, &product);

	if (r == 0)
		r = input_check(change, product, input);
	if (r == 0 && (!input->user || !input->sip))
		r = diag_set(change->diag, -E_FIELD_MISSING,
			     "a line needs a user and a SIP server");
	if (r == 0)
		r = slot_choose(change, mac, slot, product, &line->slot);
	line->mac = mac;
	if (r == 0)
		r = server_find(change, product, input->sip, &line->sip_server_id);
	if (r == 0)
		r = server_attach(change, line, product);
	if (r < 0)
		return r;
	line->user_name = input->user;
	line->auth_name = input->auth ? input->auth : input->user;
	line->display_name = input->display ? input->display : input->user;
	line->auth_password = input->password;
	r = line_insert(change->db, line);
	if (r < 0)
		return r;
	*ret = line;
	return finish(change, line, "line.add", NULL, shown(line));
}

static int apply(struct change *change, struct line *line, const struct line_input *input,
		 const struct product *product)
{
	int r = 0;

	if (input->has_user)
		line->user_name = input->user;
	if (input->has_auth)
		line->auth_name = input->auth ? input->auth : line->user_name;
	if (input->has_display)
		line->display_name = input->display ? input->display : line->user_name;
	if (input->has_password)
		line->auth_password = input->password;
	if (input->has_sip)
		r = server_find(change, product, input->sip, &line->sip_server_id);
	return r;
}

int fleet_line_set(struct change *change, int64_t mac, int64_t slot, const struct line_input *input,
		   struct line **ret)
{
	const struct product *product;
	struct line *line;
	json_t *before;
	int64_t server;
	int r = product_get(change, mac, &product);

	if (r == 0)
		r = line_get(change, mac, slot, &line);
	if (r == 0)
		r = input_check(change, product, input);
	if (r < 0)
		return r;
	before = shown(line);
	server = line->sip_server_id;
	r = apply(change, line, input, product);
	if (r == 0)
		r = line_update(change->db, line);
	/* What it had goes first: its place may be the only one. */
	if (r == 0)
		r = server_detach(change, mac, server);
	if (r == 0)
		r = server_attach(change, line, product);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	*ret = line;
	return finish(change, line, "line.set", before, shown(line));
}

int fleet_line_remove(struct change *change, int64_t mac, int64_t slot)
{
	const struct product *product;
	struct line *line;
	int r = product_get(change, mac, &product);

	if (r == 0)
		r = line_get(change, mac, slot, &line);
	if (r < 0)
		return r;
	r = line_delete(change->db, mac, line->slot);
	if (r == 0)
		r = server_detach(change, mac, line->sip_server_id);
	return r < 0 ? r : finish(change, line, "line.remove", shown(line), NULL);
}

/* What a line has was taken for another product. */
static int line_fits(struct change *change, const struct line *line, const struct product *product)
{
	const char *password = line->auth_password ? secret_reveal(line->auth_password) : NULL;
	int r = text_fits(change, product, "a line's user", line->user_name);

	if (r == 0)
		r = text_fits(change, product, "a line's auth", line->auth_name);
	if (r == 0)
		r = text_fits(change, product, "a line's display", line->display_name);
	if (r == 0)
		r = text_fits(change, product, "a line's password", password);
	return r;
}

int fleet_line_fits(struct change *change, int64_t mac, const struct product *product)
{
	int max = product ? product->lines_max : 0;
	struct sip_server *servers;
	size_t count, server_count;
	struct line *lines;
	int r = line_list(change->mem, change->db, mac, &lines, &count);

	if (r == 0)
		r = sip_server_of_device(change->mem, change->db, mac, &servers, &server_count);
	if (r < 0)
		return r;
	if (count > 0 && lines[count - 1].slot > max)
		return diag_set(change->diag, -E_LINES_FULL,
				"the device has a line in slot %d, which %s does not have",
				lines[count - 1].slot, product ? product->what : "no product");
	if (!product || count == 0)
		return 0;
	r = servers_fit(change, mac, product);
	for (size_t i = 0; i < count && r == 0; i++)
		r = line_fits(change, &lines[i], product);
	for (size_t i = 0; i < server_count && r == 0; i++)
		r = text_fits(change, product, "a SIP server's name", servers[i].name);
	return r;
}
