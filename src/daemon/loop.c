/* SPDX-License-Identifier: MIT */
#include "daemon/loop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/seen.h"
#include "fleet/sweep.h"
#include "http/http.h"
#include "outbound/outbound.h"
#include "sched/sched.h"
#include "tell.h"

enum { TICK_US = 1000000, STALL_MS = 20000 };

struct loop {
	sd_event *event;
	sd_event_source *tick;
	struct http *http;
	const char *config_file;
	int64_t flushed_at;
	/* When each of the threads that must not stand still was last seen to move. */
	uint64_t beats[3];
	int64_t moved_at[3];
};

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	struct loop *loop = arg;

	(void)source;
	log_info("stopping", LOG_S("signal", sigabbrev_np((int)si->ssi_signo)));
	return sd_event_exit(loop->event, 0);
}

static int config_next(struct loop *loop, struct config **ret)
{
	CLEANUP(mem_freep) void *scratch = mem_root("reload");
	struct buf *errors = buf_new(scratch);
	const struct config *now = config_pin();
	char *save = NULL;
	int r = config_read(NULL, loop->config_file, ret, errors);

	if (r == 0)
		r = config_check_reload(now, *ret, errors);
	config_release(now);
	if (r == 0)
		return 0;
	for (char *line = strtok_r(errors->data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		log_error("reload", LOG_S("error", line));
	return r;
}

static void reload(struct loop *loop)
{
	struct config *next = NULL;
	const struct config *now;
	int r = config_next(loop, &next);

	if (r < 0) {
		mem_free(next);
		log_error("the new configuration was not taken; the old one stays in force");
		return;
	}
	log_setup(next->daemon.log_level, next->daemon.log_format);
	tell_config(next);
	/* In force first: whoever sees the fleet's new revision sees the new configuration, too. */
	config_use(next);
	now = config_pin();
	r = fleet_apply_config(now);
	config_release(now);
	if (r < 0)
		log_error("the new configuration did not reach the documents", LOG_E(r));
	outbound_reload();
	log_info("configuration reloaded", LOG_S("file", loop->config_file));
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *si, void *arg)
{
	(void)source;
	(void)si;
	sd_notify(0, "RELOADING=1");
	reload(arg);
	sd_notify(0, "READY=1");
	return 0;
}

/* The watchdog is fed only while writers and workers advance. */
static void feed_watchdog(struct loop *loop)
{
	const uint64_t beats[] = {
		writer_heartbeat(fleet_writer()),
		writer_heartbeat(fleet_seen_writer()),
		http_heartbeat(loop->http),
	};
	static const char *const names[] = {"writer", "seen writer", "workers"};
	int64_t now = clock_monotonic_ms();

	for (size_t i = 0; i < COUNT_OF(beats); i++) {
		if (beats[i] != loop->beats[i]) {
			loop->beats[i] = beats[i];
			loop->moved_at[i] = now;
		} else if (now - loop->moved_at[i] > STALL_MS) {
			log_error("threads stand still; the watchdog is not fed",
				  LOG_S("threads", names[i]));
			return;
		}
	}
	sd_notify(0, "WATCHDOG=1");
}

static int on_tick(sd_event_source *source, uint64_t at, void *arg)
{
	struct loop *loop = arg;
	const struct config *config = config_pin();
	int64_t now = clock_monotonic_ms();

	http_tick(loop->http);
	feed_watchdog(loop);
	sched_tick();
	sweep_tick();
	if (now - loop->flushed_at >= (int64_t)config->limits.seen_seconds * 1000) {
		loop->flushed_at = now;
		seen_flush();
	}
	config_release(config);
	return sd_event_source_set_time(source, at + TICK_US);
}

static int add_sources(struct loop *loop)
{
	uint64_t now;
	int r = sd_event_add_signal(loop->event, NULL, SIGTERM, on_stop, loop);

	if (r >= 0)
		r = sd_event_add_signal(loop->event, NULL, SIGINT, on_stop, loop);
	if (r >= 0)
		r = sd_event_add_signal(loop->event, NULL, SIGHUP, on_reload, loop);
	if (r >= 0)
		r = sd_event_now(loop->event, CLOCK_MONOTONIC, &now);
	if (r >= 0)
		r = sd_event_add_time(loop->event, &loop->tick, CLOCK_MONOTONIC, now + TICK_US, 0,
				      on_tick, loop);
	if (r >= 0)
		r = sd_event_source_set_enabled(loop->tick, SD_EVENT_ON);
	return r;
}

int loop_new(struct http *http, const char *config_file, struct loop **ret)
{
	struct loop *loop = mem_new(NULL, struct loop);
	int r = sd_event_new(&loop->event);

	loop->http = http;
	loop->config_file = config_file;
	loop->flushed_at = clock_monotonic_ms();
	for (size_t i = 0; i < COUNT_OF(loop->moved_at); i++)
		loop->moved_at[i] = loop->flushed_at;
	if (r >= 0)
		r = add_sources(loop);
	if (r < 0) {
		loop_free(loop);
		return r;
	}
	*ret = loop;
	return 0;
}

int loop_run(struct loop *loop)
{
	return sd_event_loop(loop->event);
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	sd_event_source_unref(loop->tick);
	sd_event_unref(loop->event);
	mem_free(loop);
}
