/* SPDX-License-Identifier: MIT */
/*
 * Where a device is told, and as whom: what an admin has set comes first, then
 * what is known anyway.  A phone takes a NOTIFY for one of its accounts more
 * readily than one for nobody, and some restart only then (gigaset wiki,
 * "Check-sync with reboot"): its first line is the user of the URI.
 */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/notify.h"
#include "fleet/redirection.h"
#include "fleet/scope.h"
#include "fleet/seen.h"
#include "redirect/fill.h"
#include "render/format.h"
#include "store/device.h"
#include "store/line.h"
#include "store/registration.h"
#include "store/seen.h"
#include "store/setting.h"

struct reading {
	void *mem;
	struct db *db;
	struct db *seen;
	const struct config *config;
	struct device *device;
	const struct line *line; /* the first; NULL: none */
	const char *uri;	 /* as set; NULL: not */
	struct notify_target *target;
	struct diag *reterr;
};

static const char *text_of(const struct setting *setting)
{
	return setting->secret ? secret_reveal(setting->secret) : setting->value;
}

static int settings_read(struct reading *at)
{
	struct notify_target *target = at->target;
	struct setting *settings;
	size_t count;
	int r = scope_resolve(at->mem, at->db, at->device, &settings, &count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		const struct setting *setting = &settings[i];

		if (strcmp(setting->name, "notify.uri") == 0)
			at->uri = text_of(setting);
		else if (strcmp(setting->name, "notify.user") == 0)
			target->user = text_of(setting);
		else if (strcmp(setting->name, "notify.password") == 0)
			target->password = setting->secret;
	}
	return r;
}

static int line_read(struct reading *at)
{
	struct notify_target *target = at->target;
	struct line *lines;
	size_t count;
	int r = line_list(at->mem, at->db, at->device->mac, &lines, &count);

	if (r < 0 || count == 0)
		return r;
	at->line = &lines[0];
	if (target->user || target->password || !lines[0].auth_password)
		return 0;
	target->user = lines[0].auth_name ? lines[0].auth_name : lines[0].user_name;
	target->password = lines[0].auth_password;
	return 0;
}

static int contact_read(struct reading *at)
{
	struct net_address address;
	char text[NET_TEXT_MAX];
	struct seen *seen;
	int r;

	if (seen_peek(at->device->mac, &address) && address.len > 0) {
		net_address_text(&address, text);
		at->target->address = mem_strdup(at->mem, text);
		return 0;
	}
	r = seen_find(at->mem, at->seen, at->device->mac, &seen);
	if (r > 0 && net_address_parse(seen->address, &address))
		at->target->address = seen->address;
	return r < 0 ? r : 0;
}

/* %MACD is the MAC, as everywhere. */
static const char *filled(void *mem, const char *uri, int64_t mac)
{
	struct buf *out = buf_new(mem);
	char text[MAC_LEN + 1];
	const char *place;

	mac_format(mac, text);
	while ((place = strstr(uri, "%MACD"))) {
		buf_add(out, uri, (size_t)(place - uri));
		buf_adds(out, text);
		uri = place + strlen("%MACD");
	}
	buf_adds(out, uri);
	return out->data;
}

/* The user part of a URI; what does not belong there is escaped. */
static void add_user(struct buf *out, const char *user)
{
	for (const char *s = user; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("-_.!~*'()&=+$;/", c))
			buf_addc(out, *s);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static int uri_make(struct reading *at)
{
	struct buf *out = buf_new(at->mem);
	const char *address = at->target->address;
	bool brackets;

	if (!address)
		return diag_set(at->reterr, -E_NOTIFY_NOWHERE,
				"the device has not been here yet, so its address is not known; "
				"set notify.uri, or wait until it has fetched once");
	brackets = strchr(address, ':');
	buf_adds(out, "sip:");
	if (at->line && at->line->user_name) {
		add_user(out, at->line->user_name);
		buf_addc(out, '@');
	}
	buf_printf(out, "%s%s%s:%u", brackets ? "[" : "", address, brackets ? "]" : "",
		   at->config->sip.phone_port);
	at->uri = out->data;
	return 0;
}

static int sip_target(struct reading *at)
{
	struct notify_target *target = at->target;
	struct notify_uri uri;
	int r = at->uri ? 0 : uri_make(at);

	if (r < 0)
		return r;
	target->uri = filled(at->mem, at->uri, at->device->mac);
	r = notify_uri_parse(at->mem, target->uri, &uri, at->reterr);
	if (r < 0)
		return r;
	target->host = uri.host;
	target->port = uri.port ? uri.port : at->config->sip.phone_port;
	target->tcp = uri.has_transport ? uri.tcp : at->config->sip.transport == SIP_TCP;
	if (!target->user || !target->password)
		target->user = NULL;
	return 0;
}

int notify_target_read(void *mem, struct db *db, struct db *seen, const struct config *config,
		       int64_t mac, bool reboot, struct notify_target *ret, struct diag *reterr)
{
	struct reading at = {.mem = mem,
			     .db = db,
			     .seen = seen,
			     .config = config,
			     .target = ret,
			     .reterr = reterr};
	const struct product *product;
	int r = device_get(mem, db, mac, &at.device);

	*ret = (struct notify_target){0};
	if (r < 0)
		return r;
	if (at.device->locked_at)
		return -E_MAC_LOCKED;
	product = product_find(at.device->product);
	if (!product)
		return -E_NO_PRODUCT;
	ret->way = product->format->trigger->way;
	ret->event =
		reboot ? product->format->trigger->reboot_event : product->format->trigger->event;
	if (ret->way == TRIGGER_POLL)
		return 0;
	r = settings_read(&at);
	if (r >= 0)
		r = line_read(&at);
	if (r >= 0)
		r = contact_read(&at);
	if (r >= 0 && ret->way == TRIGGER_SIP)
		r = sip_target(&at);
	return r < 0 ? r : 0;
}

/* Whoever asks by multicast proves nothing: a user and password in the URL stay here. */
static void drop_userinfo(char *url)
{
	char *host = strstr(url, "://");
	char *end, *at;

	if (!host)
		return;
	host += 3;
	end = host + strcspn(host, "/?#");
	at = memrchr(host, '@', (size_t)(end - host));
	if (at)
		memmove(host, at + 1, strlen(at + 1) + 1);
}

/* The document of a device that is not registered, on this server. */
static int own_url(void *mem, const struct config *config, const struct device *device, char **ret)
{
	const struct product *product = product_find(device->product);
	const char *base = config->provisioning.public_url;
	size_t len = base ? strlen(base) : 0;
	char mac[MAC_LEN + 1];
	struct fill fill = {.mac = mac, .dvid = product ? product->dvid : NULL};
	int r;

	if (!product || len == 0)
		return 0;
	while (len > 0 && base[len - 1] == '/')
		len--;
	mac_format(device->mac, mac);
	r = fill_url(mem, mem_printf(mem, "%.*s/xml/%s.xml", (int)len, base, mac), NULL, &fill,
		     ret);
	return r < 0 ? r : 1;
}

int notify_url(void *mem, struct db *db, const struct config *config, int64_t mac, char **ret)
{
	struct registration_fetch *fetch;
	struct device *device;
	int r = registration_fetch_find(mem, db, mac, &fetch);

	if (r > 0 && fetch->locked_at)
		return 0;
	if (r > 0) {
		r = redirection_of_device(mem, db, config, fetch, ret);
		if (r < 0)
			return r;
		drop_userinfo(*ret);
		return 1;
	}
	if (r < 0)
		return r;
	r = device_find(mem, db, mac, &device);
	if (r <= 0)
		return r;
	if (device->locked_at)
		return 0;
	return own_url(mem, config, device, ret);
}
