/* SPDX-License-Identifier: MIT */
/*
 * gigaprovd: options, the start-up list, the loop, the list backwards.
 */
#include <curl/curl.h>
#include <libxml/parser.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/standard.h"
#include "base/version.h"
#include "base/zone.h"
#include "config/config.h"
#include "daemon/accounts.h"
#include "daemon/loop.h"
#include "daemon/options.h"
#include "daemon/routes.h"
#include "daemon/tell.h"
#include "fleet/firmware_file.h"
#include "fleet/fleet.h"
#include "fleet/seen.h"
#include "fleet/wpi_authority.h"
#include "fleet/wpi_secure.h"
#include "http/auth.h"
#include "http/digest.h"
#include "http/handlers.h"
#include "http/http.h"
#include "metrics/metrics.h"
#include "outbound/outbound.h"
#include "phone/profile.h"
#include "rpc/parse.h"
#include "sched/sched.h"
#include "window/sentence.h"
#include "wpi/wpi.h"

static int print_and_exit(const struct options *options, const struct config *config)
{
	struct buf *out = buf_new(NULL);

	if (options->print_config)
		config_print(config, out);
	else
		buf_printf(out, "%s: good\n", options->config_file);
	for (size_t i = 0; !options->print_config && i < config->schedule_count; i++) {
		buf_printf(out, "[schedule %s]: ", config->schedules[i].name);
		sentence_schedule(&config->schedules[i].schedule, out);
		buf_addc(out, '\n');
	}
	fputs(out->data, stdout);
	for (size_t i = 0; i < config->warnings.count; i++)
		fprintf(stderr, "%s\n", config->warnings.words[i]);
	mem_free(out);
	return EXIT_SUCCESS;
}

/* That there is such a zone was seen when the file was read; it lives as long as the process. */
static void zone_setup(const struct config *config)
{
	const struct zone *zone;

	if (strcmp(config->daemon.timezone, "UTC") != 0 &&
	    zone_find(config->daemon.timezone, &zone, NULL) == 0)
		clock_set_zone(zone);
}

/* Before there are threads. */
static int clock_setup(void)
{
	const char *file = getenv(CLOCK_FILE);

	if (!file)
		return 0;
	if (clock_follow(file) < 0) {
		fprintf(stderr, CLOCK_FILE ": %s is no file of 8 bytes that can be read\n", file);
		return -E_VALUE;
	}
	log_warn("the clock is not the system's", LOG_S("file", file));
	return 0;
}

/* -1: go on with the configuration in force; otherwise the status to exit with. */
static int configure(const struct options *options)
{
	CLEANUP(mem_freep) struct config *config = NULL;
	CLEANUP(mem_freep) struct buf *out = buf_new(NULL);

	if (options->print_sample) {
		config_print_sample(out);
		fputs(out->data, stdout);
		return EXIT_SUCCESS;
	}
	if (config_read(NULL, options->config_file, &config, out) < 0) {
		fputs(out->data, stderr);
		return EXIT_CONFIG;
	}
	if (options->check || options->print_config)
		return print_and_exit(options, config);
	log_setup(config->daemon.log_level, config->daemon.log_format);
	tell_config(config);
	if (clock_setup() < 0)
		return EXIT_FAILURE;
	zone_setup(config);
	config_use(config);
	config = NULL;
	return -1;
}

/* Signals that the loop takes are blocked in every thread; a closed socket is an error, no signal. */
static void signals_setup(void)
{
	sigset_t taken;

	sigemptyset(&taken);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGINT);
	sigaddset(&taken, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &taken, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Every connection is a descriptor; ask for as many as there may be, and take what there is. */
static void descriptors_setup(const struct config *config)
{
	rlim_t wanted = (rlim_t)config->listener_count * config->limits.max_connections +
			config->limits.max_downloads + 256;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (limit.rlim_cur < wanted)
		log_warn("fewer files may be open than max_connections asks for",
			 LOG_I("wanted", wanted), LOG_I("limit", limit.rlim_cur));
	setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * What one thread makes, another frees, and with an arena for each thread that
 * leaves holes in all of them: a third of the memory with full caches.
 */
enum { ARENAS = 2 };

static int libraries_setup(const struct config *config, struct diag *reterr)
{
	uint8_t key[32];
	int r;

	umask(0077);
	mallopt(M_ARENA_MAX, ARENAS);
	descriptors_setup(config);
	xmlInitParser();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	r = secret_setup(config->daemon.secret_key_file, true, reterr);
	if (r < 0)
		return r;
	secret_derive("digest nonce", key);
	digest_setup(key);
	auth_setup(accounts_find, NULL);
	rpc_setup(config);
	return 0;
}

static int start(const struct config *config, struct http **ret, struct diag *reterr)
{
	const struct config_listener *secure;
	size_t count;
	const struct route *routes = routes_all(&count);
	int r = libraries_setup(config, reterr);

	if (r == 0)
		r = fleet_open(config, reterr);
	if (r == 0)
		r = accounts_first(config, reterr);
	if (r == 0)
		r = firmware_dir_setup(config, reterr);
	if (r < 0)
		return r;
	seen_setup();
	api_setup();
	profile_cache_setup(config->limits.cache_bytes);
	r = wpi_authority_setup(config, reterr);
	if (r < 0)
		return r;
	wpi_setup();
	sched_setup();
	r = http_start(NULL, config, routes, count, phone_profile, ret, reterr);
	if (r < 0)
		return r;
	metrics_setup(*ret);
	secure = wpi_secure_listener(config);
	if (secure)
		r = wpi_secure_setup(config, http_port(*ret, secure->name), reterr);
	if (r < 0)
		return r;
	return outbound_start(config, reterr);
}

/* Where port 0 was asked for, this is how people and programs learn what it became. */
static void tell_listeners(const struct http *http, const struct config *config)
{
	for (size_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *listener = &config->listeners[i];

		log_info("listening", LOG_S("listener", listener->name),
			 LOG_S("address", listener->address),
			 LOG_I("port", http_port(http, listener->name)));
	}
}

/* Requests in flight are answered, what was posted is written, then everything ends. */
static void stop(struct http *http, int64_t timeout_ms)
{
	unsigned left;

	sd_notify(0, "STOPPING=1");
	http_quiesce(http);
	sched_stop();
	outbound_stop();
	left = http_drain(http, timeout_ms);
	if (left > 0)
		log_warn("requests were not answered in time", LOG_I("requests", left));
	seen_flush();
	fleet_stop();
	http_stop(http);
	outbound_done();
	profile_cache_done();
	wpi_done();
	seen_done();
	wpi_secure_done();
	wpi_authority_done();
	fleet_close();
	curl_global_cleanup();
	xmlCleanupParser();
}

static int run(const struct options *options)
{
	const struct config *config = config_pin();
	int64_t stop_ms = (int64_t)config->limits.stop_seconds * 1000;
	struct http *http = NULL;
	struct loop *loop = NULL;
	struct diag diag = {0};
	int r = start(config, &http, &diag);

	if (r == 0)
		tell_listeners(http, config);
	config_release(config);
	if (r < 0) {
		log_error("cannot start", LOG_S("words", diag_text(&diag, r)), LOG_E(r));
		fleet_stop();
		fleet_close();
		return EXIT_FAILURE;
	}
	r = loop_new(http, options->config_file, &loop);
	if (r == 0) {
		log_info("ready", LOG_S("version", GIGAPROV_VERSION));
		sd_notify(0, "READY=1");
		r = loop_run(loop);
	}
	loop_free(loop);
	stop(http, stop_ms);
	if (r < 0) {
		log_error("the loop failed", LOG_E(r));
		return EXIT_FAILURE;
	}
	log_info("stopped");
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options options;
	int status;

	standard_hold();
	status = options_parse(argc, argv, &options);
	if (status < 0)
		status = configure(&options);
	if (!standard_is_written()) {
		perror("gigaprovd: standard output cannot be written");
		return EXIT_FAILURE;
	}
	if (status >= 0)
		return status;
	signals_setup();
	status = run(&options);
	config_use(NULL);
	return status;
}
