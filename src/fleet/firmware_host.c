/* SPDX-License-Identifier: MIT */
#include "fleet/firmware_host.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/net.h"
#include "config/config.h"

static const char private_mark[] = "private:";

enum { HOST_MAX = 300 };

/* "host:port" in lower case; false for what is no plain http or https URL. */
static bool parse(const char *url, char *scheme, char *host_port)
{
	CURLU *parsed = curl_url();
	char *parts[4] = {NULL};
	bool good =
		curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_SCHEME, &parts[0], 0) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_HOST, &parts[1], 0) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_PORT, &parts[2], CURLU_DEFAULT_PORT) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_USER, &parts[3], 0) == CURLUE_NO_USER;

	good = good && (strcmp(parts[0], "http") == 0 || strcmp(parts[0], "https") == 0);
	if (good) {
		snprintf(scheme, 8, "%s", parts[0]);
		good = snprintf(host_port, HOST_MAX, "%s:%s", parts[1], parts[2]) < HOST_MAX;
	}
	for (size_t i = 0; i < 4; i++)
		curl_free(parts[i]);
	curl_url_cleanup(parsed);
	return good;
}

/* An entry without a port stands for the scheme's own. */
static bool is_entry(const char *entry, const char *scheme, const char *host_port)
{
	const char *bracket = strrchr(entry, ']');
	bool has_port = strchr(bracket ? bracket : entry, ':') != NULL;
	char full[HOST_MAX];

	snprintf(full, sizeof(full), "%s%s", entry,
		 has_port		       ? ""
		 : strcmp(scheme, "http") == 0 ? ":80"
					       : ":443");
	return strcasecmp(full, host_port) == 0;
}

int firmware_host_check(const struct config *config, const char *url, bool *ret_private,
			struct diag *reterr)
{
	const struct config_words *hosts = &config->firmware.mirror_hosts;
	char host_port[HOST_MAX], scheme[8];

	if (hosts->count == 0)
		return diag_set(reterr, -E_MIRROR_HOST,
				"nothing is fetched from other servers: [firmware] mirror_hosts is "
				"empty");
	if (!parse(url, scheme, host_port))
		return diag_set(reterr, -E_MIRROR_HOST,
				"firmware is fetched from http:// and https:// URLs without user "
				"and password");
	for (size_t i = 0; i < hosts->count; i++) {
		size_t mark = strlen(private_mark);
		bool is_private = strncmp(hosts->words[i], private_mark, mark) == 0;

		if (!is_entry(hosts->words[i] + (is_private ? mark : 0), scheme, host_port))
			continue;
		if (ret_private)
			*ret_private = is_private;
		return 0;
	}
	return diag_set(reterr, -E_MIRROR_HOST, "%s is not in [firmware] mirror_hosts", host_port);
}

bool firmware_host_same(const char *a, const char *b)
{
	char host_a[HOST_MAX], host_b[HOST_MAX], scheme_a[8], scheme_b[8];

	return parse(a, scheme_a, host_a) && parse(b, scheme_b, host_b) &&
	       strcmp(scheme_a, scheme_b) == 0 && strcasecmp(host_a, host_b) == 0;
}

bool firmware_host_is_inside(const struct net_address *address)
{
	static const char *const inside[] = {
		"0.0.0.0/8",	  "10.0.0.0/8",	   "100.64.0.0/10", "127.0.0.0/8",
		"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",  "192.168.0.0/16",
		"198.18.0.0/15",  "224.0.0.0/3",   "::/127",	    "64:ff9b::/96",
		"64:ff9b:1::/48", "fc00::/7",	   "fe80::/10",	    "ff00::/8",
		"2002::/16",
	};

	for (size_t i = 0; i < COUNT_OF(inside); i++) {
		struct net_prefix prefix;

		if (net_prefix_parse(inside[i], &prefix) &&
		    net_prefix_contains(&prefix, 1, address))
			return true;
	}
	return false;
}
