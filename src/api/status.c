/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "api/answer.h"
#include "api/api.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/version.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/format.h"
#include "store/device.h"
#include "store/mac_id_failure.h"
#include "store/rendition.h"
#include "firmware.h"
#include "job.h"
#include "schedule.h"
#include "upstream.h"
#include "wpi_notice.h"

enum { LOCKS_SHOWN = 10, HELD_SHOWN = 10 };

static int64_t started_at_ms;

void api_setup(void)
{
	started_at_ms = clock_monotonic_ms();
}

static void notice(json_t *notices, const char *text)
{
	json_array_append_new(notices, api_text(text));
}

static void notice_listeners(void *mem, const struct config *config, json_t *notices)
{
	for (size_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *listener = &config->listeners[i];

		if (listener->basic_without_tls && !listener->tls_cert)
			notice(notices,
			       mem_printf(
				       mem,
				       "[listener %s] takes Basic passwords without TLS: whoever "
				       "is on the way can read them",
				       listener->name));
	}
}

/* Desk phones get no document, and prove themselves in other ways. */
static void unproven_add(void *arg, const char *name, int64_t count)
{
	const struct product *product = product_find(name);
	int64_t *unproven = arg;

	if (product && !product_is_desk_phone(product))
		*unproven += count;
}

static void notice_phones(void *mem, const struct config *config, int64_t unproven, json_t *notices)
{
	if (config->provisioning.auth == PHONE_AUTH_OPEN)
		notice(notices,
		       "[provisioning] auth = open: whoever knows a MAC gets its passwords");
	else if (unproven > 0)
		notice(notices,
		       mem_printf(
			       mem,
			       "%s without secret and without user: no document for them outside "
			       "open_networks",
			       text_count(mem, unproven, "device")));
	if (config->sip.multicast)
		notice(notices, "[sip] multicast = yes: whoever is in the network learns which "
				"MACs are known, and their URLs without passwords");
	if (config->provisioning.open_networks.count > 0)
		notice(notices,
		       "[provisioning] open_networks: whoever is there learns which MACs exist "
		       "and gets their passwords");
}

static void notice_redirect(const struct config *config, json_t *notices)
{
	if (config->redirect.auth == PHONE_AUTH_OPEN)
		notice(notices,
		       "[redirect] auth = open: whoever asks learns which MACs are registered, and "
		       "their URLs with the passwords in them");
}

static void notice_password(void *mem, const struct config *config, json_t *notices)
{
	char *path = mem_printf(mem, "%s/admin.password", config->daemon.state_dir);

	if (access(path, F_OK) == 0)
		notice(notices,
		       mem_printf(mem,
				  "%s is still there: change the first admin's password and remove "
				  "the file",
				  path));
}

static void notice_locks(void *mem, const struct mac_id_failure *locked, size_t count,
			 json_t *notices)
{
	struct buf *text = buf_new(mem);

	if (count == 0)
		return;
	buf_adds(text, "locked after too many wrong MAC-ID suffixes, until they are unlocked or "
		       "[redirect] suffix_lock_seconds are over: ");
	for (size_t i = 0; i < count && i < LOCKS_SHOWN; i++) {
		char mac[MAC_LEN + 1];

		mac_format(locked[i].mac, mac);
		buf_printf(text, "%s%s", i > 0 ? ", " : "", mac);
	}
	if (count > LOCKS_SHOWN)
		buf_adds(text, " and more");
	buf_adds(text, "; gigaprovctl inventory unlock MAC");
	notice(notices, text->data);
}

static int notice_held(void *mem, struct db *db, json_t *notices)
{
	struct rendition_held *held;
	struct buf *text = buf_new(mem);
	int64_t all;
	size_t count;
	int r = rendition_held_count(db, &all);

	if (r < 0)
		return r;
	r = rendition_held_list(mem, db, HELD_SHOWN, &held, &count);
	if (r < 0 || count == 0)
		return r;
	buf_printf(text, "the shrink guard holds documents back, of %s: ",
		   text_count(mem, all, "device"));
	for (size_t i = 0; i < count; i++) {
		char mac[MAC_LEN + 1];

		mac_format(held[i].mac, mac);
		buf_printf(text, "%s%s (%lld of %lld handsets would go)", i > 0 ? ", " : "", mac,
			   (long long)held[i].missing, (long long)held[i].all);
	}
	if (all > (int64_t)count)
		buf_adds(text, " and more (gigaprovctl device list --held)");
	buf_adds(text, "; add the handsets again, or let them go: gigaprovctl acknowledge MAC");
	notice(notices, text->data);
	return 0;
}

static int notice_waiting(void *mem, struct db *db, json_t *notices)
{
	int64_t count;
	int r = rendition_waiting_count(db, &count);

	if (r == 0 && count > 0)
		notice(notices, mem_printf(mem,
					   "changes wait for the windows of schedules, those of %s "
					   "(gigaprovctl device list --waiting); at once: "
					   "gigaprovctl release",
					   text_count(mem, count, "device")));
	return r;
}

/* Everything stops when it is full, registrations first. */
static void notice_disk(void *mem, const struct config *config, json_t *notices)
{
	const char *path = strchr(config->daemon.database, ':');
	const char *slash = path ? strrchr(path, '/') : NULL;
	struct statvfs disk;
	char *folder;
	unsigned percent;

	if (!slash)
		return;
	folder = mem_strndup(mem, path + 1, (size_t)(slash - path));
	if (statvfs(folder, &disk) < 0 || disk.f_blocks == 0)
		return;
	percent = (unsigned)(disk.f_bavail * 100 / disk.f_blocks);
	if (percent < config->limits.disk_low_percent)
		notice(notices, mem_printf(mem,
					   "the disk of %s has only %u %% free, %llu MiB; [limits] "
					   "disk_low_percent = %u",
					   folder, percent,
					   (unsigned long long)disk.f_bavail * disk.f_frsize >> 20,
					   config->limits.disk_low_percent));
}

static void notice_clock(json_t *notices)
{
	if (clock_is_followed())
		notice(notices, CLOCK_FILE " is set: the clock is not the system's");
}

static json_t *notices_json(void *mem, const struct config *config, int64_t unproven)
{
	json_t *notices = json_array();

	notice_phones(mem, config, unproven, notices);
	notice_redirect(config, notices);
	notice_listeners(mem, config, notices);
	notice_password(mem, config, notices);
	notice_disk(mem, config, notices);
	return notices;
}

static json_t *counts_json(const struct device_counts *counts)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "devices",
			 (json_int_t)counts->devices, "provisioned",
			 (json_int_t)counts->provisioned, "locked", (json_int_t)counts->locked,
			 "registrations", (json_int_t)counts->registrations, "handsets",
			 (json_int_t)counts->handsets, "accounts", (json_int_t)counts->accounts,
			 "providers", (json_int_t)counts->providers);
}

int api_status(struct request *req)
{
	struct mac_id_failure *locked;
	struct device_counts counts;
	int64_t unproven = 0;
	size_t locked_count;
	struct db *db;
	json_t *notices;
	int r = fleet_reader(&db);

	if (r == 0)
		r = device_counts(db, &counts);
	if (r == 0)
		r = device_unproven_each(db, unproven_add, &unproven);
	if (r == 0)
		r = mac_id_failure_locked(request_mem(req), db, clock_now(), LOCKS_SHOWN + 1,
					  &locked, &locked_count);
	if (r < 0)
		return r;
	notices = notices_json(request_mem(req), request_config(req), unproven);
	notice_locks(request_mem(req), locked, locked_count, notices);
	notice_clock(notices);
	r = notice_held(request_mem(req), db, notices);
	if (r == 0)
		r = notice_waiting(request_mem(req), db, notices);
	if (r == 0)
		r = upstream_notices(request_mem(req), db, request_config(req), notices);
	if (r == 0)
		r = firmware_notices(request_mem(req), db, notices);
	if (r == 0)
		r = job_notices(request_mem(req), db, notices);
	if (r == 0)
		r = wpi_notices(request_mem(req), db, request_config(req), notices);
	if (r == 0)
		r = schedule_notices(request_mem(req), db, request_config(req), notices);
	if (r < 0) {
		json_decref(notices);
		return r;
	}
	return api_answer(req, 200,
			  json_pack("{s:s, s:I, s:o, s:o}", "version", GIGAPROV_VERSION,
				    "uptime_seconds",
				    (json_int_t)((clock_monotonic_ms() - started_at_ms) / 1000),
				    "database", counts_json(&counts), "notices", notices));
}
