/* SPDX-License-Identifier: MIT */
#include "fleet/admission.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/net.h"
#include "base/secret.h"
#include "base/text.h"
#include "config/config.h"
#include "redirect/fill.h"
#include "render/format.h"
#include "store/activation.h"
#include "store/device.h"
#include "store/registration.h"

bool admission_is_open(const struct config *config, const struct net_address *address)
{
	const struct config_networks *networks = &config->provisioning.open_networks;

	return config->provisioning.auth == PHONE_AUTH_OPEN ||
	       net_prefix_contains(networks->prefixes, networks->count, address);
}

static void add(struct admission_pairs *pairs, enum credential_kind kind, const char *user,
		const char *password)
{
	if (*password)
		pairs->pairs[pairs->count++] = (struct admission_pair){kind, user, password};
}

static char *decoded(void *mem, const char *s)
{
	char *out = mem_strdup(mem, s);
	char *end = out;

	for (; *s; s++) {
		int high = *s == '%' ? hex_digit(s[1]) : -1;
		int low = high >= 0 ? hex_digit(s[2]) : -1;

		*end++ = low < 0 ? *s : (char)(high << 4 | low);
		s += low < 0 ? 0 : 2;
	}
	*end = '\0';
	return out;
}

/* The pair in http://user:password@host/: as it stands, and decoded. */
static void add_from_url(void *mem, const struct config *config, const struct device_fetch *fetch,
			 struct admission_pairs *pairs)
{
	const char *start = fetch->url ? strstr(fetch->url, "://") : NULL;
	char mac[MAC_LEN + 1];
	char *url, *password, *at, *user_decoded, *password_decoded;

	if (!start || !memchr(start + 3, '@', strcspn(start + 3, "/?#")))
		return;
	mac_format(fetch->mac, mac);
	if (fill_url(mem, fetch->url, &config->redirect.url_schemes, &(struct fill){.mac = mac},
		     &url) < 0)
		return;
	url = strstr(url, "://") + 3;
	at = memrchr(url, '@', strcspn(url, "/?#"));
	if (!at)
		return;
	*at = '\0';
	password = strchr(url, ':');
	if (!password)
		return;
	*password++ = '\0';
	add(pairs, CREDENTIAL_URL, url, password);
	user_decoded = decoded(mem, url);
	password_decoded = decoded(mem, password);
	if (strcmp(user_decoded, url) != 0 || strcmp(password_decoded, password) != 0)
		add(pairs, CREDENTIAL_URL, user_decoded, password_decoded);
}

void admission_of_device(void *mem, const struct config *config, const struct device_fetch *fetch,
			 struct admission_pairs *ret)
{
	ret->count = 0;
	if (!fetch)
		return;
	ret->mac = fetch->mac;
	if (fetch->secret)
		add(ret, CREDENTIAL_SECRET, NULL, secret_reveal(fetch->secret));
	if (fetch->user_name && fetch->user_password)
		add(ret, CREDENTIAL_USER, fetch->user_name, secret_reveal(fetch->user_password));
	add_from_url(mem, config, fetch, ret);
}

void admission_of_registration(const struct registration_fetch *fetch, struct admission_pairs *ret)
{
	ret->count = 0;
	if (!fetch)
		return;
	ret->mac = fetch->mac;
	if (fetch->secret)
		add(ret, CREDENTIAL_SECRET, NULL, secret_reveal(fetch->secret));
}

bool admission_is_user(const struct admission_pairs *pairs, size_t i, const char *user)
{
	int64_t mac;

	if (pairs->pairs[i].user)
		return strcmp(pairs->pairs[i].user, user) == 0;
	return mac_parse(user, &mac) == 0 && mac == pairs->mac;
}

int admission_judge_device(const struct device_fetch *fetch, int proof)
{
	if (!fetch)
		return -E_MAC_UNKNOWN;
	return fetch->locked_at ? -E_MAC_LOCKED : proof;
}

int admission_judge_registration(const struct registration_fetch *fetch, int proof)
{
	if (!fetch)
		return -E_NOT_REGISTERED;
	return fetch->locked_at ? -E_MAC_LOCKED : proof;
}

int admission_judge_activation(const struct activation *activation, int proof)
{
	return activation ? proof : -E_ACTIVATION_UNKNOWN;
}

int admission_document(const struct device_fetch *fetch)
{
	if (!fetch)
		return -E_MAC_UNKNOWN;
	if (!fetch->product)
		return -E_NO_PRODUCT;
	/* What it would be given holds its passwords, and nobody knows that it asks. */
	return product_is_desk_phone(product_find(fetch->product)) ? -E_WPI_DIALOGUE : 0;
}

bool admission_keeps_last(int reason)
{
	return reason != -E_MAC_UNKNOWN && reason != -E_NO_PRODUCT && reason != -E_WPI_DIALOGUE;
}

bool admission_is_denial(int reason)
{
	switch (-reason) {
	case E_MAC_UNKNOWN:
	case E_MAC_MALFORMED:
	case E_MAC_LOCKED:
	case E_NOT_REGISTERED:
	case E_ACTIVATION_UNKNOWN:
	case E_SECRET_MISSING:
	case E_SECRET_WRONG:
	case E_NONCE_STALE:
	case E_UNAUTHORIZED:
	case E_BAD_REQUEST:
		return true;
	default:
		return false;
	}
}

int admission_face(bool is_open)
{
	return is_open ? -E_NO_ROUTE : -E_UNAUTHORIZED;
}
