/* SPDX-License-Identifier: MIT */
/*
 * Which file is fetched, and what comes of it; the transfer is mirror_get.c.
 *
 * A file is written under a name that is never served.  Only when it is what
 * was asked for, whole and on disk, it gets its own name; then the row says
 * so.  A kill between the two leaves a file of that name, which the next start
 * finds to be the right one.
 */
#include "mirror.h"

#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/firmware.h"
#include "fleet/firmware_file.h"
#include "redirect/url.h"
#include "mirror_get.h"

/* One file on its way, a tree of its own. */
struct fetching {
	struct firmware *row;
	const struct config *config; /* pinned */
	struct mirror_get *get;	     /* NULL: there is nothing to wait for */
	bool has_ended;
	bool is_good;
	struct firmware_file file;
	struct diag diag;
};

static struct {
	CURLM *multi;
	struct fetching *fetching;

	/* For those who ask how far it is. */
	pthread_mutex_t lock;
	const char *name;
	int64_t bytes;
	int64_t total;
} mirror = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool progress(const char *name, int64_t *ret_bytes, int64_t *ret_total)
{
	bool is_it;

	pthread_mutex_lock(&mirror.lock);
	is_it = mirror.name && strcmp(mirror.name, name) == 0;
	*ret_bytes = mirror.bytes;
	*ret_total = mirror.total;
	pthread_mutex_unlock(&mirror.lock);
	return is_it;
}

static void progress_set(const char *name, int64_t bytes, int64_t total)
{
	pthread_mutex_lock(&mirror.lock);
	mirror.name = name;
	mirror.bytes = bytes;
	mirror.total = total;
	pthread_mutex_unlock(&mirror.lock);
}

static void on_bytes(void *arg, uint64_t bytes, int64_t total)
{
	const struct fetching *fetching = arg;

	progress_set(fetching->row->name, (int64_t)bytes, total);
}

static void drop(void)
{
	struct fetching *fetching = mirror.fetching;
	CLEANUP(mem_freep) void *scratch = mem_root("mirror drop");

	if (!fetching)
		return;
	progress_set(NULL, 0, 0);
	if (fetching->get)
		mirror_get_free(fetching->get);
	if (firmware_file_remove(fetching->config,
				 firmware_made_name(scratch, fetching->row->name)) < 0)
		log_warn("a file that is half fetched could not be removed",
			 LOG_S("file", fetching->row->name));
	config_release(fetching->config);
	mem_free(fetching);
	mirror.fetching = NULL;
}

static void fail(struct fetching *fetching, int r)
{
	fetching->has_ended = true;
	log_warn("firmware could not be fetched", LOG_S("file", fetching->row->name),
		 LOG_S("words", diag_text(&fetching->diag, r)), LOG_E(r));
}

/* It lies under its name: is it what was asked for? */
static int verify(struct fetching *fetching)
{
	const struct firmware *row = fetching->row;
	int r = firmware_file_open(fetching->config, row->name, &fetching->file, &fetching->diag);

	if (r < 0)
		return r;
	r = firmware_file_hash(&fetching->file, NULL, NULL, &fetching->diag);
	firmware_file_close(&fetching->file);
	if (r == 0 && strcmp(fetching->file.sha256, row->sha256) != 0)
		r = diag_set(&fetching->diag, -E_FIRMWARE_EXISTS,
			     "another file is there under the name %s", row->name);
	if (r < 0)
		return r;
	fetching->is_good = true;
	fetching->has_ended = true;
	log_info("firmware was fetched", LOG_S("file", row->name),
		 LOG_S("from", url_redact_query(fetching, row->source)));
	return 0;
}

static void settle(struct fetching *fetching, const char *sha256)
{
	const struct firmware *row = fetching->row;
	char *made = firmware_made_name(fetching, row->name);
	int r = 0;

	if (strcmp(sha256, row->sha256) != 0)
		r = diag_set(&fetching->diag, -E_FIRMWARE_CHANGED,
			     "its SHA-256 is %s, and not the one that was asked for", sha256);
	if (r == 0)
		r = firmware_file_settle(fetching->config, made, row->name, NULL, NULL,
					 &fetching->diag);
	if (r == 0)
		r = verify(fetching);
	if (r < 0)
		fail(fetching, r);
}

bool mirror_advance(CURL *easy, CURLcode code)
{
	struct fetching *fetching = mirror.fetching;
	char sha256[FIRMWARE_SHA256_LEN + 1];
	int r;

	if (!fetching || !fetching->get || !mirror_get_is(fetching->get, easy))
		return false;
	r = mirror_get_advance(fetching->get, code, sha256, &fetching->diag);
	if (r > 0)
		settle(fetching, sha256);
	else if (r < 0)
		fail(fetching, r);
	return true;
}

bool mirror_has_ended(void)
{
	return mirror.fetching && mirror.fetching->has_ended;
}

/* The next one, if there is any. */
static void begin(struct db *db)
{
	struct fetching *fetching = mem_new(NULL, struct fetching);
	struct firmware_file there = {.fd = -1};
	int r;

	if (firmware_to_fetch(fetching, db, &fetching->row) <= 0) {
		mem_free(fetching);
		return;
	}
	fetching->config = config_pin();
	mirror.fetching = fetching;
	progress_set(fetching->row->name, 0, 0);
	/* What an earlier run has brought to its end, or somebody has put there. */
	if (firmware_file_open(fetching->config, fetching->row->name, &there, NULL) == 0) {
		firmware_file_close(&there);
		r = verify(fetching);
	} else {
		r = mirror_get_begin(fetching, mirror.multi, fetching->config, fetching->row->name,
				     fetching->row->source, on_bytes, fetching, &fetching->get,
				     &fetching->diag);
	}
	if (r < 0)
		fail(fetching, r);
}

static int end_op(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("mirror");
	struct change change = {.db = db, .mem = scratch, .who = &audit_daemon, .diag = diag};
	const struct fetching *fetching = arg;

	return fleet_firmware_fetched(&change, fetching->row->name,
				      fetching->is_good ? &fetching->file : NULL,
				      diag_text(&fetching->diag, -E_FIRMWARE_FILE));
}

/* Somebody has removed it. */
static bool is_wanted(struct db *db)
{
	CLEANUP(mem_freep) void *scratch = mem_root("mirror");
	const struct firmware *row = mirror.fetching->row;
	struct firmware *now;
	int r = firmware_find(scratch, db, row->name, &now);

	return r < 0 ||
	       (r > 0 && now->state == FIRMWARE_FETCHING && strcmp(now->source, row->source) == 0 &&
		strcmp(now->sha256, row->sha256) == 0);
}

bool mirror_look(bool is_stopping)
{
	struct db *db;

	if (is_stopping)
		return true;
	if (fleet_reader(&db) < 0)
		return false;
	if (mirror.fetching && !is_wanted(db))
		drop();
	if (mirror_has_ended()) {
		int r = writer_do(fleet_writer(), end_op, mirror.fetching, NULL);

		if (r < 0) {
			log_warn("what became of firmware could not be kept",
				 LOG_S("file", mirror.fetching->row->name), LOG_E(r));
			return false;
		}
		drop();
	}
	if (!mirror.fetching)
		begin(db);
	/* It may have come to an end already. */
	return !mirror_has_ended();
}

void mirror_setup(CURLM *multi)
{
	mirror.multi = multi;
	fleet_firmware_setup(progress);
}

void mirror_done(void)
{
	fleet_firmware_setup(NULL);
	drop();
}
