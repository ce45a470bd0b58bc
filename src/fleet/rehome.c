/* SPDX-License-Identifier: MIT */
/*
 * Looking and changing is one walk, with or without a change to write to, so
 * that a dry run says what will be.  All of it is one operation of the writer:
 * a fleet of which half has moved is in two places, and nobody could tell
 * which half.  Other writers wait for it (measured: 0.4 s for 100,000
 * registrations, 1.3 s when a mirror is told of them); phones, which only
 * read, do not.
 */
#include "fleet/rehome.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "redirect/mirror.h"
#include "redirect/rehome.h"
#include "redirect/url.h"
#include "store/activation.h"
#include "store/mac.h"
#include "store/provider.h"
#include "store/registration.h"
#include "store/setting.h"

enum { PAGE = 500 };

struct walk {
	void *mem; /* of samples */
	struct db *db;
	const struct config *config;
	struct change *change; /* NULL: only look */
	struct url_base from, to;
	struct rehome *found;
	struct diag *reterr;
};

/* Settings that tell a phone its provisioning server. */
static const char *const names[] = {
	"Provisioning.global.ProvisioningServer",
	"System.Provision.ProvisioningServer",
};

static void sample(struct walk *walk, const char *object, const char *before, const char *after)
{
	struct rehome *found = walk->found;

	if (found->sample_count == REHOME_SAMPLES_MAX)
		return;
	found->samples[found->sample_count++] = (struct rehome_sample){
		mem_strdup(walk->mem, object),
		url_redact(walk->mem, before),
		url_redact(walk->mem, after),
	};
}

/* 1 and what the URL becomes, 0 when it stays. */
static int move(struct walk *walk, void *mem, const struct config_words *schemes,
		const char *object, const char *url, char **ret)
{
	struct diag diag = {0};
	int r = url_rehome(mem, &walk->from, &walk->to, url, ret);

	if (r <= 0)
		return r;
	r = url_check(*ret, schemes, &diag);
	if (r < 0)
		return diag_set(walk->reterr, r, "%s: %s, when it becomes %s", object,
				diag_text(&diag, r), url_redact(mem, *ret));
	sample(walk, object, url, *ret);
	return 1;
}

static int tell(struct walk *walk, const struct registration_found *found, const char *url)
{
	const struct config *config = walk->change->config;
	struct registration moved = found->registration;
	int r;

	moved.url = url;
	r = mirror_deregister(walk->db, config, &found->registration);
	return r < 0 ? r : mirror_register(walk->db, config, &moved, found->mac_id);
}

static int registration(struct walk *walk, void *mem, const struct registration_found *found)
{
	const struct registration *old = &found->registration;
	char object[sizeof("device:") + MAC_LEN] = "device:";
	char *url;
	int r;

	mac_format(old->mac, object + strlen(object));
	r = move(walk, mem, &walk->config->redirect.url_schemes, object, old->url, &url);
	if (r <= 0)
		return r;
	walk->found->registrations++;
	for (size_t i = 0; i < walk->config->upstream_count; i++)
		if (mirror_provider(&walk->config->upstreams[i], old->provider))
			walk->found->told += 2;
	if (!walk->change)
		return 0;
	r = registration_move(walk->db, old->mac, url);
	return r < 0 ? r : tell(walk, found, url);
}

/* A pattern of SQL's LIKE for the URLs that have the host in them; the walk looks closer. */
static char *pattern_of(void *mem, const struct url_base *base)
{
	struct buf *out = buf_new(mem);

	buf_addc(out, '%');
	for (size_t i = 0; i < base->host_len; i++) {
		if (strchr("%_!", base->host[i]))
			buf_addc(out, '!');
		buf_addc(out, (char)tolower((unsigned char)base->host[i]));
	}
	buf_addc(out, '%');
	return out->data;
}

static int registrations(struct walk *walk)
{
	char *pattern = pattern_of(walk->mem, &walk->from);
	int64_t after = -1;
	size_t count = PAGE;
	int r = 0;

	while (r >= 0 && count == PAGE) {
		CLEANUP(mem_freep) void *scratch = mem_root("rehome");
		struct registration_found *found;

		r = registration_like(scratch, walk->db, pattern, after, PAGE, &found, &count);
		for (size_t i = 0; i < count && r >= 0; i++) {
			after = found[i].registration.mac;
			r = registration(walk, scratch, &found[i]);
		}
	}
	return r;
}

static int setting(struct walk *walk, void *mem, const struct setting *old)
{
	struct setting moved = *old;
	char *url;
	int r = move(walk, mem, NULL, mem_printf(mem, "%s %s", old->scope, old->name),
		     old->secret ? secret_reveal(old->secret) : old->value, &url);

	if (r <= 0)
		return r;
	walk->found->settings++;
	if (!walk->change)
		return 0;
	if (old->secret)
		moved.secret = secret_new(mem, url);
	else
		moved.value = url;
	moved.updated_at = clock_now();
	r = setting_put(walk->db, &moved);
	return r < 0 ? r : fleet_scope_touch(walk->change, old->scope);
}

static int settings(struct walk *walk, const char *name)
{
	char *after = NULL;
	size_t count = PAGE;
	int r = 0;

	while (r >= 0 && count == PAGE) {
		CLEANUP(mem_freep) void *scratch = mem_root("rehome");
		struct setting *found;

		r = setting_list_named(scratch, walk->db, name, after, PAGE, &found, &count);
		for (size_t i = 0; i < count && r >= 0; i++)
			r = setting(walk, scratch, &found[i]);
		if (count > 0)
			after = mem_strdup(walk->mem, found[count - 1].scope);
	}
	return r;
}

static int providers(struct walk *walk)
{
	struct provider *all;
	size_t count;
	int r = provider_list_of(walk->mem, walk->db, 0, &all, &count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		char *url;

		if (!all[i].default_url)
			continue;
		r = move(walk, walk->mem, NULL, mem_printf(walk->mem, "provider:%s", all[i].name),
			 all[i].default_url, &url);
		if (r <= 0)
			continue;
		walk->found->providers++;
		if (walk->change)
			r = provider_update(walk->db, all[i].id, url);
	}
	return r;
}

static int activations(struct walk *walk)
{
	const char *after = NULL;
	size_t count = PAGE;
	int r = 0;

	while (r >= 0 && count == PAGE) {
		struct activation *found;

		r = activation_list(walk->mem, walk->db, after, PAGE, &found, &count);
		for (size_t i = 0; i < count && r >= 0; i++) {
			char *url;

			after = found[i].code;
			r = move(walk, walk->mem, &walk->config->redirect.url_schemes,
				 mem_printf(walk->mem, "activation:%s", after), found[i].url, &url);
			if (r <= 0)
				continue;
			walk->found->activations++;
			if (walk->change)
				r = activation_move(walk->db, after, url);
		}
	}
	return r;
}

/* Few things first: of many only some fit into the samples. */
static int walk_all(struct walk *walk)
{
	const struct rehome *found = walk->found;
	int r = providers(walk);

	if (r >= 0)
		r = activations(walk);
	for (size_t i = 0; i < COUNT_OF(names) && r >= 0; i++)
		r = settings(walk, names[i]);
	if (r >= 0)
		r = registrations(walk);
	if (r < 0)
		return r;
	if (!found->registrations && !found->settings && !found->providers && !found->activations)
		return diag_set(walk->reterr, -E_REHOME_NOTHING,
				"no registration, setting, provider or activation code has a URL "
				"that begins with %s; nothing was changed",
				url_redact(walk->mem, walk->from.url));
	return 0;
}

static int base_parse(struct walk *walk, const char *what, const char *url, struct url_base *ret)
{
	struct diag diag = {0};
	int r = url_base_parse(url, &walk->config->redirect.url_schemes, ret, &diag);

	return r < 0 ? diag_set(walk->reterr, r, "%s: %s", what, diag_text(&diag, r)) : 0;
}

static int walk_begin(struct walk *walk, const char *from, const char *to)
{
	char *same = NULL;
	int r = base_parse(walk, "old", from, &walk->from);

	*walk->found = (struct rehome){.registrations = 0};
	if (r == 0)
		r = base_parse(walk, "new", to, &walk->to);
	if (r < 0)
		return r;
	if (url_rehome(walk->mem, &walk->from, &walk->to, from, &same) > 0 &&
	    strcmp(same, from) == 0)
		return diag_set(walk->reterr, -E_VALUE, "old and new are the same");
	return walk_all(walk);
}

int rehome_find(void *mem, struct db *db, const struct config *config, const char *from,
		const char *to, struct rehome *ret, struct diag *reterr)
{
	struct walk walk = {.mem = mem, .db = db, .config = config, .found = ret, .reterr = reterr};

	return walk_begin(&walk, from, to);
}

int fleet_rehome(struct change *change, const char *from, const char *to, struct rehome *ret)
{
	struct walk walk = {
		.mem = change->mem,
		.db = change->db,
		.config = change->config,
		.change = change,
		.found = ret,
		.reterr = change->diag,
	};
	int r = walk_begin(&walk, from, to);

	if (r < 0)
		return r;
	/* The password of a registered URL proves a device. */
	writer_touch(change->db);
	return fleet_audit(
		change, "rehome", "fleet", json_pack("{s:s}", "url", url_redact(change->mem, from)),
		json_pack("{s:s, s:I, s:I, s:I, s:I}", "url", url_redact(change->mem, to),
			  "registrations", (json_int_t)ret->registrations, "settings",
			  (json_int_t)ret->settings, "providers", (json_int_t)ret->providers,
			  "activations", (json_int_t)ret->activations));
}
