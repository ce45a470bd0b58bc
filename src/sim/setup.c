/* SPDX-License-Identifier: MIT */
#include "sim/setup.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/net.h"
#include "base/text.h"

#define SERVICE_PATH "/DeploymentService/LoginService"

DEFINE_CLEANUP(CURLU, curl_url_cleanup);

/* Twelve hex digits, however they are grouped. */
static int mac_parse(const char *text, uint64_t *ret, struct diag *reterr)
{
	uint64_t mac = 0;
	unsigned digits = 0;

	for (const char *c = text; *c; c++) {
		if (hex_digit(*c) < 0 && !strchr(":-.", *c))
			digits = 99;
		else if (hex_digit(*c) >= 0) {
			mac = mac << 4 | (unsigned)hex_digit(*c);
			digits++;
		}
	}
	if (digits != 12)
		return diag_set(reterr, -EINVAL, "--mac: '%s' is no MAC", text);
	*ret = mac;
	return 0;
}

/* "" when the part is not there. */
static char *part_of(void *mem, CURLU *url, CURLUPart part)
{
	char *text = NULL;
	char *copy;

	(void)curl_url_get(url, part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0);
	copy = mem_strdup(mem, text ? text : "");
	curl_free(text);
	return copy;
}

static int url_parse(void *mem, const char *text, struct sim_setup *ret, struct diag *reterr)
{
	CLEANUP(curl_url_cleanupp) CURLU *url = curl_url();
	const char *path;
	const char *port;

	if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
	    strcmp(part_of(mem, url, CURLUPART_SCHEME), "https") != 0)
		return diag_set(reterr, -EINVAL, "--url: '%s' is not https://HOST[:PORT]", text);
	ret->host = part_of(mem, url, CURLUPART_HOST);
	port = part_of(mem, url, CURLUPART_PORT);
	path = part_of(mem, url, CURLUPART_PATH);
	ret->url = mem_printf(mem, "https://%s:%s%s", ret->host, port,
			      *path && strcmp(path, "/") != 0 ? path : SERVICE_PATH);
	return 0;
}

char *sim_setup_url(void *mem, const struct sim_setup *setup, const char *host, unsigned port)
{
	const char *path = strchr(setup->url + sizeof("https://") - 1, '/');

	return mem_printf(mem, "https://%s:%u%s", host ? host : setup->host, port ? port : 18443,
			  path ? path : SERVICE_PATH);
}

static int quirks_parse(const struct sim_list *words, uint64_t *ret, struct diag *reterr)
{
	for (size_t i = 0; i < words->count; i++) {
		enum sim_quirk quirk = sim_quirk_of(words->words[i]);

		if (quirk == SIM_QUIRK_COUNT)
			return diag_set(reterr, -EINVAL, "there is no quirk '%s'", words->words[i]);
		*ret |= UINT64_C(1) << quirk;
	}
	return 0;
}

static int flows_parse(void *mem, const struct sim_list *words, struct sim_setup *ret,
		       struct diag *reterr)
{
	for (size_t i = 0; i < words->count; i++) {
		enum sim_flow flow = sim_flow_of(words->words[i]);

		if (flow == SIM_FLOW_COUNT)
			return diag_set(reterr, -EINVAL, "there is no flow '%s'", words->words[i]);
		*mem_push(mem, &ret->flows, &ret->flow_count) = flow;
		ret->listens = ret->listens || flow == SIM_FLOW_LISTEN;
	}
	if (!ret->flow_count)
		*mem_push(mem, &ret->flows, &ret->flow_count) = SIM_FLOW_START_UP;
	return 0;
}

static int items_parse(void *mem, const struct sim_list *words, struct sim_items *items,
		       struct diag *reterr)
{
	struct sim_item item;

	for (size_t i = 0; i < words->count; i++) {
		int r = sim_item_parse(mem, words->words[i], &item, reterr);

		if (r < 0)
			return r;
		sim_items_set(mem, items, item.name, item.index, item.value);
	}
	return 0;
}

static int source_parse(void *mem, const char *text, struct sim_setup *ret, struct diag *reterr)
{
	struct net_prefix prefix;

	if (!text)
		return 0;
	if (!net_prefix_parse(text, &prefix))
		return diag_set(reterr, -EINVAL, "--source: '%s' is no address or network", text);
	ret->spreads = strchr(text, '/') && prefix.bits < prefix.address.len * 8;
	if (ret->spreads && prefix.address.len != 4)
		return diag_set(reterr, -EINVAL, "--source: a network must be one of IPv4");
	ret->source = mem_strndup(mem, text, strcspn(text, "/"));
	return 0;
}

char *sim_setup_source(void *mem, const struct sim_setup *setup, unsigned number)
{
	char text[INET_ADDRSTRLEN] = "";
	struct in_addr address;

	if (!setup->source || !setup->spreads)
		return setup->source;
	inet_pton(AF_INET, setup->source, &address);
	address.s_addr = htonl(ntohl(address.s_addr) + 1 + number);
	inet_ntop(AF_INET, &address, text, sizeof(text));
	return mem_strdup(mem, text);
}

const char *sim_setup_value(void *mem, const char *value, const struct sim_phone *phone)
{
	struct buf *out = buf_new(mem);

	buf_adds(out, "");
	while (*value) {
		if (strncmp(value, "{mac}", 5) == 0) {
			for (const char *c = phone->mac; *c; c++)
				if (hex_digit(*c) >= 0)
					buf_addc(out, "0123456789ABCDEF"[hex_digit(*c)]);
			value += 5;
		} else if (strncmp(value, "{n}", 3) == 0) {
			buf_printf(out, "%u", phone->number);
			value += 3;
		} else {
			buf_addc(out, *value++);
		}
	}
	return out->data;
}

static int numbers_check(const struct sim_options *options, struct diag *reterr)
{
	if (!options->count || !options->max_items || !options->fragment_items || !options->timeout)
		return diag_set(reterr, -EINVAL,
				"--count, --max-items, --fragment-items and --timeout are not 0");
	if (options->contact_port > 65535)
		return diag_set(reterr, -EINVAL, "--contact-port: %u is no port",
				options->contact_port);
	if (options->dcmp && strncmp(options->dcmp, "http", 4) != 0)
		return diag_set(reterr, -EINVAL, "--dcmp: '%s' is no URL", options->dcmp);
	return 0;
}

int sim_setup_make(void *mem, const struct sim_options *options, struct sim_setup *ret,
		   struct diag *reterr)
{
	static const char *preset[] = {"display-id=changed here"};
	static const struct sim_list changes = {preset, 1};
	struct sim_kind *kind = &ret->kind;
	int r;

	*ret = (struct sim_setup){
		.kind = {.model = options->model,
			 .software_version = options->software_version,
			 .software_type = options->software_type,
			 .refuse_share = options->refuse_share,
			 .max_items = options->max_items,
			 .fragment_items = options->fragment_items,
			 .messages_max = options->messages_max,
			 .pause_ms = options->pause,
			 .sha256 = options->sha256},
	};
	r = numbers_check(options, reterr);
	if (r >= 0)
		r = mac_parse(options->mac, &ret->mac, reterr);
	if (r >= 0)
		r = url_parse(mem, options->url, ret, reterr);
	if (r >= 0)
		r = source_parse(mem, options->source, ret, reterr);
	if (r >= 0)
		r = quirks_parse(&options->quirk, &kind->quirks, reterr);
	if (r >= 0)
		r = flows_parse(mem, &options->flow, ret, reterr);
	if (r >= 0 && options->items)
		r = sim_items_read(mem, &kind->items, options->items, reterr);
	if (r >= 0)
		r = items_parse(mem, &options->item, &kind->items, reterr);
	if (r >= 0)
		r = items_parse(mem, options->change.count ? &options->change : &changes,
				&kind->changes, reterr);
	if (r >= 0)
		r = items_parse(mem, &options->refuse, &kind->refuses, reterr);
	if (r >= 0)
		r = items_parse(mem, &options->expect, &ret->expects, reterr);
	return r;
}
