/* SPDX-License-Identifier: MIT */
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sim/dialogue.h"

/* Files and firmware: fetched when the dialogue is over, and reported as phones report them. */

static const char *text_of(const struct sim_items *items, const char *name, int index)
{
	const struct sim_item *item = sim_items_find(items, name, index);

	return item ? item->value : NULL;
}

static const char *name_of(void *mem, const char *url)
{
	size_t len = strcspn(url, "?#");
	size_t at = len;

	while (at > 0 && url[at - 1] != '/')
		at--;
	return mem_strndup(mem, url + at, len - at);
}

static void plan(struct sim_phone *phone, const struct sim_fetch *fetch)
{
	struct sim_plans *plans = phone->plans;

	if (plans->fetched == plans->fetch_count)
		plans->fetched = plans->fetch_count = 0;
	*(struct sim_fetch *)mem_push(phone, &plans->fetches, &plans->fetch_count) = *fetch;
}

/* What is on the phone: a numbered list, which ReadAllItems tells. */
static int place_of(struct sim_phone *phone, const char *name, const char *type)
{
	for (int at = 1;; at++) {
		const char *there = text_of(&phone->items, "file-deployment-name", at);
		const char *its_type = text_of(&phone->items, "file-deployment-type", at);

		if (!there || (strcmp(there, name) == 0 && its_type && !strcmp(its_type, type)))
			return at;
	}
}

static void keep(struct sim_phone *phone, const struct sim_fetch *fetch)
{
	int at = place_of(phone, fetch->name, fetch->type);

	sim_items_set(phone, &phone->items, "file-deployment-name", at, fetch->name);
	sim_items_set(phone, &phone->items, "file-deployment-type", at, fetch->type);
	sim_items_set(phone, &phone->items, "file-deployment-status", at, "ok");
}

/* The last one takes the place of the one that goes. */
static void drop(struct sim_phone *phone, const char *name, const char *type)
{
	static const char *const parts[] = {"file-deployment-name", "file-deployment-type",
					    "file-deployment-status"};
	int at = place_of(phone, name, type);
	int last = at;

	if (!text_of(&phone->items, parts[0], at))
		return;
	while (text_of(&phone->items, parts[0], last + 1))
		last++;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		const char *text = text_of(&phone->items, parts[i], last);

		if (text && at != last)
			sim_items_set(phone, &phone->items, parts[i], at, text);
		sim_items_remove(&phone->items, parts[i], last);
	}
	sim_tell(phone, SIM_DOES, "deletes %s (%s)", name, type);
}

static bool plan_file(struct sim_phone *phone, const struct sim_items *items, int index)
{
	const char *type = text_of(items, "file-type", index);
	const char *action = text_of(items, "file-action", index);
	const char *name = text_of(items, "file-name", index);
	const char *url = text_of(items, "file-https-base-url", index);

	if (!type) {
		sim_phone_complain(phone, "a file has no file-type");
		return false;
	}
	if (action && strcmp(action, "delete") == 0) {
		if (!name)
			sim_phone_complain(phone, "a file is to be deleted without file-name");
		else
			drop(phone, name, type);
		return name;
	}
	if (!url || strncmp(url, "https://", 8) != 0) {
		sim_phone_complain(phone,
				   "a file has no file-https-base-url; FTP is not simulated");
		return false;
	}
	plan(phone, &(struct sim_fetch){
			    .url = mem_strdup(phone, url),
			    .name = name ? mem_strdup(phone, name) : name_of(phone, url),
			    .type = mem_strdup(phone, type),
			    .is_single = index == SIM_NO_INDEX,
		    });
	return true;
}

void sim_do_files(struct sim_phone *phone, const struct sim_answer *answer)
{
	const struct sim_items *items = &answer->items;
	bool good = true;
	unsigned files = 0;

	sim_reply_clear(phone);
	for (size_t i = 0; i < items->count; i++) {
		if (strcmp(items->items[i].name, "file-type") == 0) {
			files++;
			good = plan_file(phone, items, items->items[i].index) && good;
		}
	}
	if (!files)
		sim_phone_complain(phone, "FileDeployment came without file-type");
	if (!files || !good)
		sim_reply(phone, answer->action, "failed");
	else
		sim_over(phone);
}

void sim_do_software(struct sim_phone *phone, const struct sim_answer *answer)
{
	const struct sim_items *items = &answer->items;
	const char *url = text_of(items, "file-https-base-url", SIM_NO_INDEX);
	const char *type = text_of(items, "file-type", SIM_NO_INDEX);
	const char *kind = text_of(items, "file-sw-type", SIM_NO_INDEX);
	const char *version = text_of(items, "file-sw-version", SIM_NO_INDEX);
	const char *priority = text_of(items, "file-priority", SIM_NO_INDEX);

	sim_reply_clear(phone);
	if (priority && strcmp(priority, "normal") == 0 && sim_is_busy(phone)) {
		sim_reply(phone, answer->action, "busy");
		return;
	}
	if (!url || strncmp(url, "https://", 8) != 0 || !type || strcmp(type, "APP") != 0) {
		sim_phone_complain(phone, "SoftwareDeployment came without an https URL or APP");
		sim_reply(phone, answer->action, "failed");
		return;
	}
	if (kind && strcmp(kind, sim_value(phone, "software-type")) != 0) {
		sim_reply(phone, answer->action, "failed");
		return;
	}
	plan(phone, &(struct sim_fetch){
			    .url = mem_strdup(phone, url),
			    .name = name_of(phone, url),
			    .type = "APP",
			    .is_software = true,
			    .version = version ? mem_strdup(phone, version) : NULL,
		    });
	sim_over(phone);
}

void sim_report(struct sim_phone *phone, const char *name, const char *type, bool good)
{
	CLEANUP(mem_freep) void *mem = mem_root("status");
	struct sim_items more = {0};

	sim_items_add(mem, &more, "file-deployment-date", SIM_NO_INDEX, "10:06:2008");
	sim_items_add(mem, &more, "file-deployment-time", SIM_NO_INDEX, "15:35:52");
	sim_items_add(mem, &more, "file-deployment-name", SIM_NO_INDEX, name);
	sim_items_add(mem, &more, "file-deployment-type", SIM_NO_INDEX, type);
	sim_items_add(mem, &more, "file-deployment-status", SIM_NO_INDEX, good ? "ok" : "failed");
	sim_contact(phone, "status", &more);
}

/* "V3 R5.12.0", somewhere in the image. */
static const char *image_version(void *mem, const struct sim_fetched *fetched)
{
	const char *found = NULL;
	regmatch_t match;
	regex_t regex;

	if (regcomp(&regex, "V[0-9]+(\\.[0-9]+)? R[0-9]+\\.[0-9]+\\.[0-9]+", REG_EXTENDED) != 0)
		return NULL;
	for (size_t at = 0; at < fetched->head_len && !found; at++) {
		const char *text = fetched->head + at;

		/* piece by piece: an image is full of zero bytes */
		if (*text == 'V' && regexec(&regex, text, 1, &match, 0) == 0 && !match.rm_so)
			found = mem_strndup(mem, text, (size_t)match.rm_eo);
	}
	regfree(&regex);
	return found;
}

/* The version that is in the image counts, and for one without the version that was announced. */
static bool install(struct sim_phone *phone, const struct sim_fetch *fetch,
		    const struct sim_fetched *fetched)
{
	const char *version = image_version(phone, fetched);

	if (!version && fetch->version && fetch->version[0] == 'V')
		version = fetch->version;
	if (!version) {
		sim_tell(phone, SIM_DOES, "does not take %s: it is no image", fetch->name);
		return false;
	}
	sim_tell(phone, SIM_DOES, "installs %s", version);
	sim_items_set(phone, &phone->items, "software-version", SIM_NO_INDEX, version);
	sim_items_set(phone, &phone->items, "related-software-version", SIM_NO_INDEX, version);
	phone->plans->boots = true;
	return true;
}

void sim_phone_fetched(struct sim_phone *phone, const struct sim_fetched *fetched)
{
	struct sim_fetch fetch = *phone->fetch;
	const char *sha256 = phone->kind->sha256;
	bool good = fetched->good;

	phone->plans->fetched++;
	if (good && sha256 && strcmp(sha256, fetched->sha256) != 0) {
		sim_phone_complain(phone, "%s has the SHA-256 %s", fetch.name, fetched->sha256);
		good = false;
	}
	if (good)
		sim_tell(phone, SIM_DOES, "has %s (%s): %zu bytes", fetch.name, fetch.type,
			 fetched->len);
	else if (fetched->words)
		sim_phone_complain(phone, "%s: %s", fetch.url, fetched->words);
	if (fetch.is_software) {
		good = good && install(phone, &fetch, fetched);
		if (good || !sim_quirky(phone, SIM_QUIRK(TELLS_FAILURES)))
			sim_over(phone);
		else
			sim_report(phone, fetch.name, fetch.type, false);
		return;
	}
	if (good)
		keep(phone, &fetch);
	if (fetch.is_single)
		sim_report(phone, fetch.name, fetch.type, good);
	else
		sim_over(phone);
}
