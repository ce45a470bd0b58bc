/* SPDX-License-Identifier: MIT */
#include "store/job.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"

static const char *const phases[] = {
	[JOB_SELECTING] = "selecting", [JOB_OPENING] = "opening", [JOB_RUNNING] = "running",
	[JOB_STOPPING] = "stopping",   [JOB_STOPPED] = "stopped", [JOB_DONE] = "done",
};

const char *job_phase_name(enum job_phase phase)
{
	return phases[phase];
}

/* The table's CHECK knows no others. */
static enum job_phase phase_of(const char *text)
{
	size_t i = 0;

	while (text && i + 1 < COUNT_OF(phases) && strcmp(phases[i], text) != 0)
		i++;
	return (enum job_phase)i;
}

DB_QUERY(job_add,
	 "INSERT INTO job (kind, rollout, phase, reason, actor, provider, device_group, product, "
	 "firmware, firmware_below, listed, schedule, is_now, cursor, wave, next_wave_at, soak, "
	 "advance, stop_percent, stop_count, pause_percent, pause_count, minimum, max_concurrent, "
	 "per_minute, tries, windows, version, downgrade, dm, duration, password, created_at) "
	 "VALUES (:kind, :rollout, :phase, :reason, :actor, :provider, :device_group, :product, "
	 ":firmware, :firmware_below, :listed, :schedule, :is_now, :cursor, :wave, :next_wave_at, "
	 ":soak, :advance, :stop_percent, :stop_count, :pause_percent, :pause_count, :minimum, "
	 ":max_concurrent, :per_minute, :tries, :windows, :version, :downgrade, :dm, :duration, "
	 ":password, :created_at) "
	 "RETURNING id");

int job_insert(struct db *db, struct job *job)
{
	int r = db_select_int(
		db, &job_add,
		DB_ARGS(DB_TEXT("kind", job->kind), DB_TEXT("rollout", job->rollout),
			DB_TEXT("phase", phases[job->phase]), DB_TEXT("reason", job->reason),
			DB_TEXT("actor", job->actor), DB_TEXT("provider", job->provider),
			DB_TEXT("device_group", job->group), DB_TEXT("product", job->product),
			DB_TEXT("firmware", job->firmware),
			DB_TEXT("firmware_below", job->firmware_below),
			DB_INT("listed", job->listed), DB_TEXT("schedule", job->schedule),
			DB_INT("is_now", job->now), DB_INT("cursor", job->cursor),
			DB_INT("wave", job->wave),
			DB_INT_OR_NULL("next_wave_at", job->next_wave_at),
			DB_INT("soak", job->soak), DB_INT("advance", job->advance),
			DB_INT("stop_percent", job->stop_percent),
			DB_INT("stop_count", job->stop_count),
			DB_INT("pause_percent", job->pause_percent),
			DB_INT("pause_count", job->pause_count), DB_INT("minimum", job->minimum),
			DB_INT("max_concurrent", job->max_concurrent),
			DB_INT("per_minute", job->per_minute), DB_INT("tries", job->tries),
			DB_INT("windows", job->windows), DB_TEXT("version", job->version),
			DB_INT("downgrade", job->downgrade), DB_TEXT("dm", job->dm),
			DB_INT_OR_NULL("duration", job->duration),
			DB_SECRET("password", job->password, "job.password"),
			DB_INT("created_at", job->created_at)),
		&job->id);

	return r < 0 ? r : 0;
}

#define COLUMNS                                                                                    \
	"id, kind, rollout, phase, halted, paused_at, reason, actor, provider, device_group, "     \
	"product, firmware, firmware_below, listed, schedule, is_now, cursor, wave, "              \
	"next_wave_at, soak, advance, stop_percent, stop_count, pause_percent, pause_count, "      \
	"minimum, max_concurrent, per_minute, tries, windows, minute, starts, under_way, "         \
	"forgiven_ended, forgiven_failed, version, downgrade, dm, duration, password, "            \
	"created_at, ended_at "

static void selection_from(void *mem, struct db_rows *rows, struct job *job)
{
	job->provider = db_text_copy(mem, rows, 8);
	job->group = db_text_copy(mem, rows, 9);
	job->product = db_text_copy(mem, rows, 10);
	job->firmware = db_text_copy(mem, rows, 11);
	job->firmware_below = db_text_copy(mem, rows, 12);
	job->listed = db_int(rows, 13) != 0;
	job->schedule = db_text_copy(mem, rows, 14);
	job->now = db_int(rows, 15) != 0;
}

static void limits_from(struct db_rows *rows, struct job *job)
{
	job->soak = db_int(rows, 19);
	job->advance = db_int(rows, 20);
	job->stop_percent = db_int(rows, 21);
	job->stop_count = db_int(rows, 22);
	job->pause_percent = db_int(rows, 23);
	job->pause_count = db_int(rows, 24);
	job->minimum = db_int(rows, 25);
	job->max_concurrent = db_int(rows, 26);
	job->per_minute = db_int(rows, 27);
	job->tries = db_int(rows, 28);
	job->windows = db_int(rows, 29);
}

static int job_from(void *mem, struct db_rows *rows, struct job *job)
{
	struct secret *password;
	int r = db_secret(mem, rows, 39, "job.password", &password);

	if (r < 0)
		return r;
	job->password = password;
	job->id = db_int(rows, 0);
	job->kind = db_text_copy(mem, rows, 1);
	job->rollout = db_text_copy(mem, rows, 2);
	job->phase = phase_of(db_text(rows, 3));
	job->halted = db_is_null(rows, 4) ? JOB_RUNNING : phase_of(db_text(rows, 4));
	job->paused_at = db_int(rows, 5);
	job->reason = db_text_copy(mem, rows, 6);
	job->actor = db_text_copy(mem, rows, 7);
	selection_from(mem, rows, job);
	job->cursor = db_int(rows, 16);
	job->wave = db_int(rows, 17);
	job->next_wave_at = db_int(rows, 18);
	limits_from(rows, job);
	job->minute = db_int(rows, 30);
	job->starts = db_int(rows, 31);
	job->under_way = db_int(rows, 32);
	job->forgiven_ended = db_int(rows, 33);
	job->forgiven_failed = db_int(rows, 34);
	job->version = db_text_copy(mem, rows, 35);
	job->downgrade = db_int(rows, 36) != 0;
	job->dm = db_text_copy(mem, rows, 37);
	job->duration = db_int(rows, 38);
	job->created_at = db_int(rows, 40);
	job->ended_at = db_int(rows, 41);
	return 0;
}

static int list(void *mem, struct db_rows *rows, struct job **ret, size_t *ret_count)
{
	int r = 0;

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		r = job_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(job_by_id, "SELECT " COLUMNS "FROM job WHERE id = :id");

int job_find(void *mem, struct db *db, int64_t id, struct job **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	size_t count = 0;
	int r = db_select(db, &job_by_id, DB_ARGS(DB_INT("id", id)), &rows);

	if (r == 0)
		r = list(mem, rows, ret, &count);
	return r < 0 ? r : count > 0;
}

DB_QUERY(job_page, "SELECT " COLUMNS "FROM job "
		   "WHERE id < :before "
		   "ORDER BY id DESC "
		   "LIMIT :limit");

int job_list(void *mem, struct db *db, int64_t before, int limit, struct job **ret,
	     size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(
		db, &job_page,
		DB_ARGS(DB_INT("before", before ? before : INT64_MAX), DB_INT("limit", limit)),
		&rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

/* What is active is said in the index's words, or it is not used. */
#define ACTIVE "paused_at IS NULL AND phase IN ('selecting', 'opening', 'running', 'stopping') "

DB_QUERY(job_all_active, "SELECT " COLUMNS "FROM job "
			 "WHERE " ACTIVE "ORDER BY id");

int job_list_active(void *mem, struct db *db, struct job **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &job_all_active, NULL, &rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

DB_QUERY(job_set, "UPDATE job SET phase = :phase, halted = :halted, paused_at = :paused_at, "
		  "reason = :reason, cursor = :cursor, wave = :wave, "
		  "next_wave_at = :next_wave_at, minute = :minute, starts = :starts, "
		  "under_way = :under_way, forgiven_ended = :forgiven_ended, "
		  "forgiven_failed = :forgiven_failed, ended_at = :ended_at "
		  "WHERE id = :id");

int job_update(struct db *db, const struct job *job)
{
	bool halted = job->phase == JOB_STOPPING || job->phase == JOB_STOPPED;

	return db_run(db, &job_set,
		      DB_ARGS(DB_TEXT("phase", phases[job->phase]),
			      DB_TEXT("halted", halted ? phases[job->halted] : NULL),
			      DB_INT_OR_NULL("paused_at", job->paused_at),
			      DB_TEXT("reason", job->reason), DB_INT("cursor", job->cursor),
			      DB_INT("wave", job->wave),
			      DB_INT_OR_NULL("next_wave_at", job->next_wave_at),
			      DB_INT("minute", job->minute), DB_INT("starts", job->starts),
			      DB_INT("under_way", job->under_way),
			      DB_INT("forgiven_ended", job->forgiven_ended),
			      DB_INT("forgiven_failed", job->forgiven_failed),
			      DB_INT_OR_NULL("ended_at", job->ended_at), DB_INT("id", job->id)));
}

DB_QUERY(job_wave_new, "INSERT INTO job_wave (job_id, wave, percent) "
		       "VALUES (:job_id, :wave, :percent)");

int job_wave_insert(struct db *db, int64_t job_id, const struct job_wave *wave)
{
	return db_run(db, &job_wave_new,
		      DB_ARGS(DB_INT("job_id", job_id), DB_INT("wave", wave->wave),
			      DB_INT_OR_NULL("percent", wave->percent)));
}

DB_QUERY(job_waves, "SELECT wave, percent, devices, offered, confirmed, failed, gone, opened_at "
		    "FROM job_wave "
		    "WHERE job_id = :job_id "
		    "ORDER BY wave");

int job_wave_list(void *mem, struct db *db, int64_t job_id, struct job_wave **ret,
		  size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &job_waves, DB_ARGS(DB_INT("job_id", job_id)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct job_wave *wave = mem_push(mem, ret, ret_count);

		wave->wave = db_int(rows, 0);
		wave->percent = db_int(rows, 1);
		wave->devices = db_int(rows, 2);
		wave->offered = db_int(rows, 3);
		wave->confirmed = db_int(rows, 4);
		wave->failed = db_int(rows, 5);
		wave->gone = db_int(rows, 6);
		wave->opened_at = db_int(rows, 7);
	}
	return r;
}

DB_QUERY(job_wave_more, "UPDATE job_wave SET devices = devices + :devices, "
			"offered = offered + :offered, confirmed = confirmed + :confirmed, "
			"failed = failed + :failed, gone = gone + :gone, "
			"opened_at = coalesce(opened_at, :opened_at) "
			"WHERE job_id = :job_id AND wave = :wave");

int job_wave_add(struct db *db, int64_t job_id, const struct job_wave *more)
{
	return db_run(db, &job_wave_more,
		      DB_ARGS(DB_INT("devices", more->devices), DB_INT("offered", more->offered),
			      DB_INT("confirmed", more->confirmed), DB_INT("failed", more->failed),
			      DB_INT("gone", more->gone),
			      DB_INT_OR_NULL("opened_at", more->opened_at),
			      DB_INT("job_id", job_id), DB_INT("wave", more->wave)));
}

DB_QUERY(job_numbers, "SELECT count(*), "
		      "(SELECT count(*) FROM job WHERE paused_at IS NOT NULL), "
		      "(SELECT coalesce(sum(w.failed), 0) FROM job j "
		      "JOIN job_wave w ON w.job_id = j.id WHERE j.ended_at IS NULL) "
		      "FROM job WHERE " ACTIVE);

int job_count(struct db *db, struct job_counts *ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &job_numbers, NULL, &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	ret->active = db_int(rows, 0);
	ret->paused = db_int(rows, 1);
	ret->failed = db_int(rows, 2);
	return 0;
}
