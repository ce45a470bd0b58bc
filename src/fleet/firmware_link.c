/* SPDX-License-Identifier: MIT */
/*
 * Links to firmware.  They begin with [provisioning] public_url or, where that
 * says nothing, with the origin of the URL that the device was registered
 * with, since that is where it comes to already.
 */
#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "file_token.h"
#include "config/config.h"
#include "fleet/admission.h"
#include "fleet/firmware.h"
#include "fleet/firmware_name.h"
#include "fleet/version.h"
#include "redirect/fill.h"
#include "render/format.h"
#include "store/device.h"

void firmware_token(int64_t mac, const char *name, char out[FIRMWARE_TOKEN_LEN + 1])
{
	file_token("firmware token", mac, name, out, FIRMWARE_TOKEN_LEN);
}

bool firmware_token_is(int64_t mac, const char *name, const char *token)
{
	char right[FIRMWARE_TOKEN_LEN + 1];

	firmware_token(mac, name, right);
	return strlen(token) == FIRMWARE_TOKEN_LEN &&
	       sodium_memcmp(right, token, FIRMWARE_TOKEN_LEN) == 0;
}

int firmware_judge_link(void *mem, struct db *db, int64_t mac, const char *token, const char *name)
{
	struct device_fetch *fetch = NULL;
	int r;

	if (!firmware_token_is(mac, name, token))
		return -E_FIRMWARE_TOKEN;
	r = device_fetch_find(mem, db, mac, &fetch);
	return r < 0 ? r : admission_judge_device(r ? fetch : NULL, 0);
}

int firmware_judge_file(void *mem, struct db *db, const char *name, struct firmware **ret)
{
	int r = firmware_find(mem, db, name, ret);

	if (r <= 0)
		return r < 0 ? r : -E_FIRMWARE_UNKNOWN;
	if ((*ret)->state == FIRMWARE_GOOD)
		return 0;
	return (*ret)->state == FIRMWARE_CHANGED ? -E_FIRMWARE_CHANGED : -E_FIRMWARE_UNKNOWN;
}

/* Cuts to scheme://host[:port], without user and password; false when that is none. */
static bool cut_to_origin(char *url)
{
	char *host = strstr(url, "://");
	char *at;

	if (!host)
		return false;
	host += 3;
	host[strcspn(host, "/?#")] = '\0';
	at = strrchr(host, '@');
	if (at)
		memmove(host, at + 1, strlen(at + 1) + 1);
	return *host;
}

static int base_of(void *mem, const struct config *config, const struct device_fetch *fetch,
		   char **ret, struct diag *reterr)
{
	const struct product *product = product_find(fetch->product);
	bool is_public = config->provisioning.public_url && *config->provisioning.public_url;
	const char *from = is_public ? config->provisioning.public_url : fetch->url;
	const char *data_url = config->redirect.data_url;
	char mac[MAC_LEN + 1];
	struct fill fill = {.mac = mac, .dvid = product ? product->dvid : NULL};
	int r;

	if (!from)
		return diag_set(reterr, -E_FIRMWARE_LINK,
				"no link to firmware can be made: [provisioning] public_url is "
				"empty, and the device is not registered");
	mac_format(fetch->mac, mac);
	fill.data_url = data_url && *data_url ? data_url : NULL;
	r = fill_url(mem, from, NULL, &fill, ret);
	if (r < 0 || (!is_public && !cut_to_origin(*ret)) || strchr(*ret, '%'))
		return diag_set(reterr, -E_FIRMWARE_LINK,
				"no link to firmware can be made from %s, which is no http URL or "
				"holds a placeholder that cannot be filled in",
				is_public ? "[provisioning] public_url"
					  : "the URL that the device was registered with");
	return 0;
}

int firmware_directory(void *mem, const struct config *config, const struct device_fetch *fetch,
		       char **ret, struct diag *reterr)
{
	int r = firmware_link(mem, config, fetch, "", ret, reterr);

	/* Phones put a slash between it and the name. */
	if (r == 0)
		(*ret)[strlen(*ret) - 1] = '\0';
	return r;
}

int firmware_link(void *mem, const struct config *config, const struct device_fetch *fetch,
		  const char *name, char **ret, struct diag *reterr)
{
	char token[FIRMWARE_TOKEN_LEN + 1];
	struct buf *url = buf_new(mem);
	char mac[MAC_LEN + 1];
	char *base;
	int r = base_of(mem, config, fetch, &base, reterr);

	if (r < 0)
		return r;
	buf_adds(url, base);
	while (url->len > 0 && url->data[url->len - 1] == '/')
		buf_cut(url, url->len - 1);
	mac_format(fetch->mac, mac);
	firmware_token(fetch->mac, name, token);
	buf_printf(url, "/firmware/%s/%s/", mac, token);
	firmware_name_encode(url, name);
	*ret = url->data;
	return 0;
}

static bool is_among(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static int good_for(void *mem, struct db *db, const struct device_fetch *fetch, const char *name,
		    bool force, struct diag *reterr)
{
	struct firmware *firmware;
	const char **products;
	size_t count;
	int r = firmware_find(mem, db, name, &firmware);

	if (r == 0)
		return diag_set(reterr, -E_FIRMWARE_UNKNOWN, "there is no firmware '%.130s'", name);
	if (r > 0 && firmware->state != FIRMWARE_GOOD)
		return diag_set(reterr, -E_FIRMWARE_CHANGED, "%s is %s%s%s", name,
				firmware_state_name(firmware->state), firmware->error ? ": " : "",
				firmware->error ? firmware->error : "");
	if (r > 0)
		r = firmware_products(mem, db, name, &products, &count);
	if (r < 0)
		return r;
	if (!fetch->product || !is_among(fetch->product, products, count))
		return diag_set(reterr, -E_VALUE, "%s is not for a device of this product", name);
	if (!force && firmware->version && version_is(fetch->firmware) &&
	    version_compare(fetch->firmware, firmware->version) > 0)
		return diag_set(reterr, -E_FIRMWARE_OLDER,
				"the device runs %s, which is newer than %s; --force gives it "
				"the older one",
				fetch->firmware, firmware->version);
	return 0;
}

int firmware_link_of(void *mem, struct db *db, const struct config *config, int64_t mac,
		     const char *name, bool force, char **ret, struct diag *reterr)
{
	struct device_fetch *fetch;
	int r = device_fetch_find(mem, db, mac, &fetch);

	if (r <= 0)
		return r < 0 ? r : -E_MAC_UNKNOWN;
	r = good_for(mem, db, fetch, name, force, reterr);
	return r < 0 ? r : firmware_link(mem, config, fetch, name, ret, reterr);
}
