/* SPDX-License-Identifier: MIT */
/*
 * What holds for any fleet of phones that are told in other formats than Nx70's:
 * Maxwell, ProviderFrame, XSTIM, desk phones and raw files.  After each change, which
 * a command takes or refuses as the model says,
 *
 *	every document is made, twice the same; it is XML, names nothing twice, and
 *	has no value that is empty (but for XSTIM's proxy, which that clears)
 *	a raw one is missing exactly when its file, or what that names, is
 *	no secret shows in a preview
 *	documents and revisions of devices that the change does not reach stay
 *	a setting changes the documents whose resolution it changes, and no other
 *
 * A failure tells the seed (property_help.h).
 */
#include "property_desk.h"

#include "fleet/line.h"
#include "fleet/secrecy.h"
#include "fleet/template.h"
#include "store/template.h"

enum { SEED = 20191121, FLEETS = 20, EDITS = 40 };

static const char *reach(struct world *w, const char *scope)
{
	for (size_t i = 0; i < w->device_count; i++) {
		struct model_device *device = &w->devices[i];
		const char *key = strchr(scope, ':') ? strchr(scope, ':') + 1 : "";

		device->reached =
			strcmp(scope, "fleet") == 0 || strcmp(key, device->product) == 0 ||
			strcmp(key, device->text) == 0 ||
			(device->group && strcmp(key, device->group) == 0) ||
			(strncmp(scope, "handset:", 8) == 0 && strcmp(device->product, OTHER) == 0);
	}
	return scope;
}

static const char *scope_pick(struct world *w, const struct model_device *device)
{
	switch (dice(w->p, 4)) {
	case 0:
		return "fleet";
	case 1:
		return mem_printf(w->f, "product:%s", device->product);
	case 2:
		if (device->group)
			return mem_printf(w->f, "group:%s", device->group);
		break;
	default:
		break;
	}
	return mem_printf(w->f, "device:%s", device->text);
}

static char *value_for(struct world *w, const char *name)
{
	if (strcmp(name, "P5900") == 0 || strncmp(name, "custom.U", 8) == 0)
		return mem_printf(w->f, "%u", dice(w->p, 2));
	switch (dice(w->p, 8)) {
	case 0:
		return mem_printf(w->f, "%u", 1000 + w->p->serial++);
	case 1:
		return mem_printf(w->f, "0x%x,0x31", 1000 + w->p->serial++);
	case 2:
		return mem_printf(w->f, "\"v%u\"", w->p->serial++);
	case 3:
		return mem_printf(w->f, " v%u\t\r\n ", w->p->serial++);
	default:
		return long_text(w->p);
	}
}

static void change_setting(struct world *w)
{
	const char *name = names[dice(w->p, COUNT_OF(names))];
	bool is_short = strncmp(name, "hs.", 3) == 0;
	const char *scope = is_short ? "handset:0200000001" : scope_pick(w, device_pick(w));
	struct model_setting *known = model_find(w->p, scope, name);
	bool is_secret = secrecy_of_name(name) || (strcmp(name, "P5900") != 0 && !dice(w->p, 4));
	struct setting_new new = {.scope = scope, .name = name};
	char *value =
		is_secret ? mem_strdup(w->f, secret_reveal(secret(w->p))) : value_for(w, name);
	int expected = 0;

	if (known && dice(w->p, 2)) {
		assert_int_equal(fleet_setting_unset(&w->f->change, scope, name), 0);
		model_remove(w->p, known);
		reach(w, scope);
		return;
	}
	if (strcmp(name, "custom.") == 0)
		expected = -E_SETTING_NAME;
	else if (param_is_symbol(name) && value[0] != '"' && strchr(value, '"'))
		expected = -E_VALUE;
	if (is_secret && (!secrecy_of_name(name) || dice(w->p, 2)))
		new.secret = secret_new(w->f, value);
	else
		new.value = value;
	assert_int_equal(fleet_setting_set(&w->f->change, &new), expected);
	reach(w, expected ? "" : scope);
	if (expected == 0)
		model_add(w->p, scope, name)->value = value;
}

static char *template_text(struct world *w)
{
	const char *one = placeholder(w, names[dice(w->p, NAMES)]);
	const char *other =
		dice(w->p, 4) ? placeholder(w, names[dice(w->p, NAMES)]) : "%{line.1.user}";

	if (dice(w->p, 2))
		return mem_printf(w->f, "<a b=\"%%%%v%u\"><b c=\"%s\"/>%s</a>\n", w->p->serial++,
				  one, other);
	return mem_printf(w->f, "v%u %%%% <%%MACD> %s\n\t%s\n", w->p->serial++, one, other);
}

static void change_template(struct world *w)
{
	const struct model_device *device = device_pick(w);
	const char *scope = scope_pick(w, device);
	struct model_setting *known = model_find(w->p, scope, TEMPLATE);
	char *made = template_text(w);
	struct template *template;
	int expected = 0;

	if (known && dice(w->p, 3) == 0) {
		assert_int_equal(fleet_template_remove(&w->f->change, scope), 0);
		model_remove(w->p, known);
		reach(w, scope);
		return;
	}
	if (strcmp(scope, "fleet") == 0 || (!is_raw(device) && strncmp(scope, "group:", 6) != 0))
		expected = -E_TEMPLATE_SCOPE;
	assert_int_equal(
		fleet_template_set(&w->f->change, scope, secret_new(w->f, made), NULL, &template),
		expected);
	reach(w, expected ? "" : scope);
	if (expected == 0)
		model_add(w->p, scope, TEMPLATE)->value = made;
}

static bool has_quote(const char *s)
{
	return s && strchr(s, '"');
}

static void change_line(struct world *w, const struct model_device *device)
{
	const struct product *product = product_find(device->product);
	const char *password = secret_reveal(secret(w->p));
	struct line_input in = {
		.user = text(w->p),
		.auth = dice(w->p, 2) ? text(w->p) : NULL,
		.display = dice(w->p, 2) ? text(w->p) : NULL,
		.sip = servers[dice(w->p, SERVERS)],
	};
	int64_t slot = 1 + dice(w->p, (unsigned)product->lines_max) % (dice(w->p, 2) ? 2 : 100);
	struct line *line, *found;
	bool is_there = line_at(w->f, w->f->db, device->mac, (int)slot, &found) > 0;
	int r, expected = 0;

	if (dice(w->p, 8) == 0)
		password = mem_printf(w->f, "%s\"", password);
	in.password = dice(w->p, 4) ? secret_new(w->f, password) : NULL;
	if (is_there && dice(w->p, 3) == 0) {
		assert_int_equal(fleet_line_remove(&w->f->change, device->mac, slot), 0);
		reach(w, mem_printf(w->f, "device:%s", device->text));
		return;
	}
	if (is_there && dice(w->p, 2))
		in.user = NULL;
	if (is_there && dice(w->p, 2))
		in.sip = NULL;
	in.has_user = in.user;
	in.has_sip = in.sip;
	in.has_auth = in.has_display = in.has_password = !is_there || dice(w->p, 2);
	if (is_quoting(device) &&
	    (has_quote(in.user) || has_quote(in.auth) || has_quote(in.display) ||
	     has_quote(in.sip) || (in.password && has_quote(password))))
		expected = -E_VALUE;
	/* As the daemon does, a command that is refused leaves nothing behind. */
	assert_int_equal(db_begin(w->f->db), 0);
	r = is_there ? fleet_line_set(&w->f->change, device->mac, slot, &in, &line)
		     : fleet_line_add(&w->f->change, device->mac, slot, &in, &line);
	if (r != expected)
		fail_msg("%s line %d: %s", device->product, (int)slot, error_text(r));
	if (r < 0)
		db_rollback(w->f->db);
	else
		assert_int_equal(db_commit(w->f->db), 0);
	reach(w, r < 0 ? "" : mem_printf(w->f, "device:%s", device->text));
}

static void change_server(struct world *w)
{
	static const char *const transports[] = {"udp", "tcp", "tls"};
	const char *name = servers[dice(w->p, SERVERS)];
	struct sip_input in = {
		.domain = dice(w->p, 2) ? mem_printf(w->f, "d%u.example", w->p->serial++) : NULL,
		.proxy = dice(w->p, 2) ? mem_printf(w->f, "p%u.example:5070", dice(w->p, 9)) : NULL,
		.registrar = dice(w->p, 2) ? "[2001:db8::1]" : NULL,
		.transport = transports[dice(w->p, COUNT_OF(transports))],
	};
	struct sip_server *server;

	assert_int_equal(sip_server_find(w->f, w->f->db, name, &server), 1);
	assert_int_equal(fleet_sip_set(&w->f->change, name, &in), 0);
	for (size_t i = 0; i < w->device_count; i++) {
		struct line *lines;
		size_t count;

		lines = lines_of(w, &w->devices[i], &count);
		w->devices[i].reached = false;
		for (size_t l = 0; l < count; l++)
			w->devices[i].reached |= lines[l].sip_server_id == server->id;
	}
}

static bool any_quote(struct world *w, const struct line *line)
{
	const char *password = line->auth_password ? secret_reveal(line->auth_password) : NULL;

	return has_quote(line->user_name) || has_quote(line->auth_name) || has_quote(password) ||
	       has_quote(line->display_name) || line->sip_server_id == w->quoted_server;
}

static void change_device(struct world *w, struct model_device *device)
{
	struct model_device as = *device;
	struct device_input in = {.has_group = true, .has_product = true};
	struct line *lines;
	int expected = 0, r;
	size_t count;

	in.group = as.group = group_pick(w);
	in.product = as.product = products[dice(w->p, COUNT_OF(products))];
	lines = lines_of(w, device, &count);
	if (count > 0 && lines[count - 1].slot > product_find(as.product)->lines_max)
		expected = -E_LINES_FULL;
	for (size_t i = 0; i < count && expected == 0; i++)
		if (is_quoting(&as) && any_quote(w, &lines[i]))
			expected = -E_VALUE;
	r = fleet_device_set(&w->f->change, device->mac, &in);
	if (r != expected)
		fail_msg("%s to %s: %s", device->product, as.product, error_text(r));
	if (r == 0) {
		device->product = as.product;
		device->group = as.group;
	}
	reach(w, r == 0 ? mem_printf(w->f, "device:%s", device->text) : "");
}

static void run_fleet(struct fixture *f, uint64_t seed)
{
	struct world *w = mem_new(f, struct world);

	w->f = f;
	w->p = property_new(f, seed);
	make_fleet(w);
	for (size_t i = 0; i < w->device_count; i++)
		look_at(w, &w->devices[i]);
	for (int i = 0; i < EDITS; i++) {
		struct model_device *device = device_pick(w);
		unsigned what = dice(w->p, 10);

		if (what == 0)
			change_device(w, device);
		else if (what == 1)
			change_server(w);
		else if (what == 2)
			change_template(w);
		else if (what <= 5)
			change_line(w, device);
		else
			change_setting(w);
		look_at_all(w, what > 5);
	}
}

static void whatever_phones_a_fleet_has_their_documents_keep_the_rules(void **state)
{
	(void)state;
	property_run(SEED, FLEETS, run_fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_phones_a_fleet_has_their_documents_keep_the_rules),
	};

	xmlInitParser();
	return property_result(cmocka_run_group_tests_name("property_desk", tests, NULL, NULL));
}
