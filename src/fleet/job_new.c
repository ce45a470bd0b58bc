/* SPDX-License-Identifier: MIT */
/* A new job: what is wrong with it is said before anything is written. */
#include <string.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/version.h"
#include "job_selector.h"
#include "render/format.h"
#include "store/firmware.h"

enum {
	ROLLOUT_MAX = 64,
	MINIMUM = 10,
	CONCURRENT = 50,
	PER_MINUTE = 60,
	TRIES = 3,
	TRIES_MAX = 10,
	WINDOWS = 2,
	NUMBER_MAX = 1000000,
	HOUR = 3600,
	DAY = 86400,
	REGISTRATION_MAX = 7 * DAY,
	DM_MAX = 64,
};

static int selector_check(struct change *change, const struct job_new *new)
{
	bool filters =
		new->provider || new->group || new->product || new->firmware || new->firmware_below;

	if ((filters ? 1 : 0) + (new->mac_count ? 1 : 0) + (new->everything ? 1 : 0) != 1)
		return diag_set(change->diag, -E_JOB_SELECTOR,
				"say which devices: with provider, group, product, firmware or "
				"firmware_below, all of which must fit; or with macs; or with all");
	if (new->mac_count > JOB_LIST_MAX || new->canary_count > JOB_LIST_MAX)
		return diag_set(change->diag, -E_JOB_SELECTOR,
				"a list has at most %d MACs; put the devices in a group",
				JOB_LIST_MAX);
	if (new->product && !product_find(new->product))
		return diag_set(change->diag, -E_PRODUCT_UNKNOWN, "there is no product '%.40s'",
				new->product);
	if ((new->firmware && !version_is(new->firmware)) ||
	    (new->firmware_below && !version_is(new->firmware_below)))
		return diag_set(change->diag, -E_FIRMWARE_VERSION,
				"a version has numbers with dots between them, such as 2.65.0");
	return 0;
}

static int when_check(struct change *change, const struct job_new *new)
{
	CLEANUP(mem_freep) struct buf *names = buf_new(NULL);

	if (new->schedule &&new->now)
		return diag_set(change->diag, -E_VALUE,
				"schedule and now are two ways to say when");
	if (!new->schedule || config_schedule_find(change->config, new->schedule))
		return 0;
	config_schedule_names(change->config, names);
	return diag_set(change->diag, -E_SCHEDULE_UNKNOWN,
			"the configuration has no schedule '%.64s'; it has: %s", new->schedule,
			names->len ? names->data : "none");
}

static int number(struct change *change, const char *name, int64_t given, int64_t usual,
		  int64_t min, int64_t max, int64_t *ret)
{
	*ret = given == -1 ? usual : given;
	if (*ret >= min && *ret <= max)
		return 0;
	return diag_set(change->diag, -E_VALUE, "%s is %lld to %lld", name, (long long)min,
			(long long)max);
}

static int limits_take(struct change *change, const struct job_new *new, struct job *job)
{
	struct job_threshold stop = {0}, pause = {0};
	int r = number(change, "minimum", new->minimum, MINIMUM, 1, NUMBER_MAX, &job->minimum);

	if (r == 0)
		r = number(change, "soak", new->soak, 0, 0, 30 * DAY, &job->soak);
	if (r == 0)
		r = number(change, "advance", new->advance, 100, 1, 100, &job->advance);
	if (r == 0)
		r = number(change, "max_concurrent", new->max_concurrent, CONCURRENT, 0, NUMBER_MAX,
			   &job->max_concurrent);
	if (r == 0)
		r = number(change, "per_minute", new->per_minute, PER_MINUTE, 0, NUMBER_MAX,
			   &job->per_minute);
	if (r == 0)
		r = number(change, "tries", new->tries, TRIES, 1, TRIES_MAX, &job->tries);
	if (r == 0)
		r = number(change, "windows", new->windows, WINDOWS, 1, NUMBER_MAX, &job->windows);
	if (r == 0 && new->stop_after)
		r = job_threshold_parse(new->stop_after, &stop, change->diag);
	if (r == 0 && new->pause_after)
		r = job_threshold_parse(new->pause_after, &pause, change->diag);
	job->stop_percent = stop.percent;
	job->stop_count = stop.count;
	job->pause_percent = pause.percent;
	job->pause_count = pause.count;
	return r;
}

static int version_take(struct change *change, const struct job_new *new, struct job *job)
{
	struct firmware *files;
	size_t count;
	int r;

	if (!new->version || !version_is(new->version))
		return diag_set(change->diag, -E_FIRMWARE_VERSION,
				"say with version which firmware, such as 2.65.0");
	r = firmware_of_product(change->mem, change->db, new->product, &files, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		if (files[i].version && version_compare(files[i].version, new->version) == 0)
			return 0;
	(void)job;
	return diag_set(change->diag, -E_FIRMWARE_UNKNOWN,
			"no firmware has version %.64s; add its file first, with gigaprovctl "
			"firmware add",
			new->version);
}

static int registration_take(struct change *change, const struct job_new *new, struct job *job)
{
	job->duration = new->duration ? new->duration : HOUR;
	job->dm = new->dm ? new->dm : "local";
	if (job->duration < 1 || job->duration > REGISTRATION_MAX)
		return diag_set(change->diag, -E_VALUE, "duration is 1 to %d seconds",
				REGISTRATION_MAX);
	if (text_check_line(job->dm, DM_MAX) < 0)
		return diag_set(change->diag, -E_VALUE, "dm is one line of at most %d bytes",
				DM_MAX);
	if (!new->password)
		return 0;
	if (strcmp(secret_reveal(new->password), "Gigaset") == 0)
		return -E_DM_PASSWORD;
	return text_check_line(secret_reveal(new->password), DM_MAX);
}

static int kind_take(struct change *change, const struct job_new *new, enum job_kind kind,
		     struct job *job)
{
	if (kind != JOB_KIND_firmware && (new->version || new->downgrade))
		return diag_set(change->diag, -E_VALUE, "version and downgrade belong to firmware");
	if (kind != JOB_KIND_open_registration && (new->dm || new->duration || new->password))
		return diag_set(change->diag, -E_VALUE,
				"dm, duration and password belong to open_registration");
	job->version = new->version;
	job->downgrade = new->downgrade;
	job->password = new->password;
	if (kind == JOB_KIND_firmware)
		return version_take(change, new, job);
	return kind == JOB_KIND_open_registration ? registration_take(change, new, job) : 0;
}

/* "10,50,100" behind those that come first. */
static int waves_take(struct change *change, const struct job_new *new, struct job_wave *waves,
		      size_t *ret_count)
{
	char *rest = mem_strdup(change->mem, new->waves ? new->waves : "100");
	uint64_t last = 0;
	uint64_t percent;
	char *word;

	*ret_count = 0;
	if (new->canary_count)
		waves[(*ret_count)++] = (struct job_wave){0};
	for (int64_t i = 1; (word = strsep(&rest, ",")); i++) {
		if (i > JOB_WAVES_MAX || !text_to_uint(word, 100, &percent) || percent <= last)
			break;
		waves[(*ret_count)++] = (struct job_wave){.wave = i, .percent = (int64_t)percent};
		last = percent;
	}
	if (!word && last == 100)
		return 0;
	return diag_set(change->diag, -E_VALUE,
			"waves are percents that grow to 100, at most %d of them, such as "
			"10,50,100",
			JOB_WAVES_MAX);
}

/* Devices that were named, which there must be. */
static int macs_insert(struct change *change, const struct job *job, const char *const *macs,
		       size_t mac_count, const struct job_wave *waves, size_t count)
{
	struct job_selector selector;
	int r = job_selector_open(change->mem, change->db, job, &selector);

	for (size_t i = 0; i < mac_count && r >= 0; i++) {
		struct job_candidate *candidate;
		int64_t mac;

		r = mac_parse(macs[i], &mac);
		if (r < 0)
			return diag_set(change->diag, r, "'%.40s': %s", macs[i], error_text(r));
		r = job_candidate_find(change->mem, change->db, mac, &candidate);
		if (r == 0)
			return diag_set(change->diag, -E_MAC_UNKNOWN,
					"%.40s is not there, or has no product", macs[i]);
		if (r > 0 && !job_selector_takes(&selector, candidate))
			return diag_set(change->diag, -E_JOB_SELECTOR,
					"%.40s is to be among the first, but is none of the "
					"devices that were asked for",
					macs[i]);
		if (r > 0)
			r = job_selected(change->db, job, mac,
					 waves ? job_wave_of(job, waves, count, mac) : 0);
	}
	return r < 0 ? r : 0;
}

static bool is_listed(const struct job_new *new, const char *canary)
{
	int64_t a, b;

	for (size_t i = 0; i < new->mac_count; i++)
		if (mac_parse(canary, &a) == 0 && mac_parse(new->macs[i], &b) == 0 && a == b)
			return true;
	return new->mac_count == 0;
}

static int devices_insert(struct change *change, const struct job_new *new, const struct job *job,
			  const struct job_wave *waves, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = job_wave_insert(change->db, job->id, &waves[i]);
	for (size_t i = 0; i < new->canary_count &&r == 0; i++)
		if (!is_listed(new, new->canaries[i]))
			return diag_set(change->diag, -E_JOB_SELECTOR,
					"%.40s is to be among the first, but is not in the list",
					new->canaries[i]);
	/* First, since who is there already stays in that wave. */
	if (r == 0)
		r = macs_insert(change, job, new->canaries, new->canary_count, NULL, 0);
	return r == 0 ? macs_insert(change, job, new->macs, new->mac_count, waves, count) : r;
}

static json_t *shown(const struct job *job, const struct job_new *new)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:b, s:o, s:b, s:o, s:o, s:o}",
			 "kind", job->kind, "provider", audit_string(job->provider), "group",
			 audit_string(job->group), "product", audit_string(job->product),
			 "firmware", audit_string(job->firmware), "firmware_below",
			 audit_string(job->firmware_below), "macs", (json_int_t) new->mac_count,
			 "all", new->everything, "schedule", audit_string(job->schedule), "now",
			 job->now, "waves", audit_string(new->waves), "version",
			 audit_string(job->version), "password", audit_secret(job->password));
}

static int job_put(struct change *change, const struct job_new *new, struct job *job,
		   const struct job_wave *waves, size_t count)
{
	struct job_selector selector;
	int r = job_selector_open(change->mem, change->db, job, &selector);

	if (r == 0)
		r = job_insert(change->db, job);
	if (r == 0)
		r = devices_insert(change, new, job, waves, count);
	if (r < 0)
		return r;
	return fleet_audit(change, "job.start",
			   mem_printf(change->mem, "job:%lld", (long long)job->id), NULL,
			   shown(job, new));
}

/* "firmware-2026-05-31T14:59:00Z": people give it again where the same devices are to come first. */
static char *rollout_name(void *mem, const char *kind, int64_t now)
{
	char instant[CIVIL_INSTANT_MAX];

	civil_format_instant(instant, now);
	return mem_printf(mem, "%s-%s", kind, instant);
}

int fleet_job_start(struct change *change, const struct job_new *new, int64_t *ret_id)
{
	struct job_wave waves[JOB_WAVES_MAX + 1];
	int64_t now = clock_now();
	struct job job = {
		.rollout = new->rollout ? new->rollout : rollout_name(change->mem, new->kind, now),
		.actor = change->who->actor,
		.provider = new->provider,
		.group = new->group,
		.product = new->product,
		.firmware = new->firmware,
		.firmware_below = new->firmware_below,
		.listed = new->mac_count > 0,
		.schedule = new->schedule,
		.now = new->now,
		.phase = new->mac_count ? JOB_RUNNING : JOB_SELECTING,
		.cursor = -1,
		.wave = -1,
		.next_wave_at = new->mac_count ? now : 0,
		.created_at = now,
	};
	enum job_kind kind = JOB_KIND_reprovision;
	size_t count = 0;
	int r = job_kind_parse(new->kind, &kind, change->diag);

	if (r == 0)
		r = selector_check(change, new);
	if (r == 0 && text_check_line(job.rollout, ROLLOUT_MAX) < 0)
		r = diag_set(change->diag, -E_VALUE, "rollout is one line of at most %d bytes",
			     ROLLOUT_MAX);
	if (r == 0)
		r = when_check(change, new);
	if (r == 0)
		r = limits_take(change, new, &job);
	if (r == 0)
		r = kind_take(change, new, kind, &job);
	if (r == 0)
		r = waves_take(change, new, waves, &count);
	if (r < 0)
		return r;
	job.kind = job_kind_row(kind)->name;
	r = job_put(change, new, &job, waves, count);
	if (r == 0)
		*ret_id = job.id;
	return r;
}
