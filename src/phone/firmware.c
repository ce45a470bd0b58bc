/* SPDX-License-Identifier: MIT */
/*
 * GET of a firmware file.
 *
 * Documents carry /firmware/{MAC}/{token}/{file}: the token is proof enough,
 * since phones fetch firmware without credentials.  It is looked at first, so
 * that who has none learns nothing, not even from how long it takes: a wrong
 * token, a device that is not there any more or is locked, and a file that is
 * not there are one and the same 404.
 *
 * Documents of phones that know only a name of their own carry the same without
 * the file, and its token is of the MAC alone.
 *
 * /firmware/{file} is for those that prove who they are as for a document, with
 * their MAC as the user; where no proof is asked, for everybody.
 *
 * Outside of the windows of schedule.firmware there is none (firmware_gate.h).
 *
 * A file that does not look as it was added is hashed before anything of it is
 * given, on a worker, by one request at a time.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/admission.h"
#include "fleet/audit.h"
#include "fleet/firmware.h"
#include "fleet/firmware_file.h"
#include "fleet/firmware_gate.h"
#include "fleet/seen.h"
#include "http/digest.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "phone/firmware.h"
#include "phone/proof.h"
#include "phone/render.h"
#include "http/scan.h"
#include "store/device.h"

enum { NANOSECONDS = 1000000000 };

static const char content_type[] = "application/octet-stream";

/* The one answer. */
static int deny(struct request *req, int reason)
{
	counter_add(M_FETCH_DENIED, 1);
	request_set_reason(req, reason);
	reply_error(req, -E_NO_ROUTE, NULL);
	return 0;
}

static bool is_as_added(const struct firmware_file *file, const struct firmware *firmware)
{
	return (int64_t)file->size == firmware->size && file->modified_ns == firmware->modified_ns;
}

static int give(struct request *req, int64_t mac, struct firmware_file *file,
		const struct firmware *firmware)
{
	struct reply_file reply = {
		.fd = file->fd,
		.size = file->size,
		.modified_at = file->modified_ns / NANOSECONDS,
		.etag = mem_printf(request_mem(req), "\"%s\"", firmware->sha256),
		.type = content_type,
		.whose = mac,
	};

	return reply_file(req, &reply);
}

struct look {
	const char *name;
	const struct firmware_file *file; /* NULL: there is none */
	const char *error;
};

static int look_op(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("firmware look");
	struct change change = {.db = db, .mem = scratch, .who = &audit_daemon, .diag = diag};
	const struct look *look = arg;

	return fleet_firmware_look(&change, look->name, look->file, look->error);
}

/* Hashes what is there, and writes down what came of it. */
static int examine(struct request *req, const char *name)
{
	struct firmware_file file = {.fd = -1};
	struct look look = {.name = name};
	struct diag diag = {0};
	int r = firmware_file_open(request_config(req), name, &file, &diag);

	if (r == 0)
		r = firmware_file_hash(&file, request_prolong_arg, req, &diag);
	if (file.fd >= 0)
		firmware_file_close(&file);
	if (r == -E_BUSY)
		return r;
	look.file = r == 0 ? &file : NULL;
	look.error = r == 0 ? NULL : diag_text(&diag, r);
	if (r < 0)
		log_warn("firmware cannot be given any more", LOG_S("file", name),
			 LOG_S("words", look.error));
	return writer_do(fleet_writer(), look_op, &look, &diag);
}

/* The file as it was added, open; 0 with a file, 1 when it has to be looked at. */
static int open_known(struct request *req, const char *name, struct firmware **ret,
		      struct firmware_file *ret_file)
{
	struct firmware *firmware;
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = firmware_judge_file(request_mem(req), db, name, &firmware);
	if (r < 0)
		return r;
	r = firmware_file_open(request_config(req), name, ret_file, NULL);
	if (r < 0)
		return r == -E_BUSY ? r : 1;
	*ret = firmware;
	if (is_as_added(ret_file, firmware))
		return 0;
	firmware_file_close(ret_file);
	return 1;
}

static int serve(struct request *req, int64_t mac, const char *name, request_handler *otherwise)
{
	struct firmware *firmware;
	struct firmware_file file;
	int r = open_known(req, name, &firmware, &file);

	if (r > 0)
		return otherwise ? request_defer(req, otherwise) : -E_FIRMWARE_CHANGED;
	switch (-r) {
	case 0:
		return give(req, mac, &file, firmware);
	case E_FIRMWARE_UNKNOWN:
	case E_FIRMWARE_CHANGED:
		return deny(req, r);
	default:
		return r;
	}
}

static int follow(struct request *req, int64_t mac, const char **ret_name)
{
	const char *token = request_param(req, "token");
	const char *name = request_param(req, "file");
	struct db *db;
	int r = fleet_reader(&db);

	return r < 0 ? r
		     : firmware_follow(request_mem(req), db, request_config(req), mac, token, name,
				       clock_now(), ret_name);
}

static bool is_refusal(int r)
{
	return r == -E_FIRMWARE_TOKEN || r == -E_FIRMWARE_NOT_ITS || admission_is_denial(r);
}

/* The same, of a request that may have no link. */
static int name_of(struct request *req, const char **ret, int64_t *ret_mac)
{
	int64_t mac;
	int r;

	*ret = request_param(req, "file");
	*ret_mac = -1;
	if (!request_param(req, "token"))
		return 0;
	r = phone_mac(req, &mac);
	if (r < 0)
		return r;
	*ret_mac = mac;
	return follow(req, mac, ret);
}

/* On a worker.  Who asks meanwhile is told to come again: it takes seconds, and there are few workers. */
static int examine_and_serve(struct request *req)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	const char *name;
	int64_t mac;
	int r = name_of(req, &name, &mac);

	if (r < 0)
		return is_refusal(r) ? deny(req, r) : r;
	if (pthread_mutex_trylock(&one) != 0)
		return -E_BUSY;
	r = examine(req, name);
	pthread_mutex_unlock(&one);
	if (r < 0)
		return r;
	r = serve(req, mac, name, NULL);
	return r == -E_FIRMWARE_CHANGED ? deny(req, r) : r;
}

/* A Range that does not begin with the first byte: what is left of a download. */
static bool is_rest(const struct request *req)
{
	const char *range = request_header(req, "Range");

	return range && strncmp(range, "bytes=", 6) == 0 && strtoull(range + 6, NULL, 10) > 0 &&
	       range[6] != '-';
}

/* `mac` -1: nobody knows whose. */
static int check_time(struct request *req, int64_t mac, const char *name)
{
	int64_t now = clock_now();
	struct firmware_pass pass = {.begins = false};
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = firmware_judge_time(request_mem(req), db, request_config(req), mac, name, now,
					is_rest(req), &pass);
	if (r == 0 && pass.begins && strcmp(request_method_name(req), "HEAD") != 0)
		firmware_begin(mac, name, now);
	return r;
}

int firmware_serve(struct request *req, int64_t mac, const char *name)
{
	int r = check_time(req, mac, name);

	switch (-r) {
	case 0:
		return serve(req, mac, name, examine_and_serve);
	case E_OUTSIDE_WINDOW:
	case E_BLACKOUT:
	case E_SCHEDULE_UNKNOWN:
		return deny(req, r);
	default:
		return r;
	}
}

int phone_firmware_link(struct request *req)
{
	const char *name;
	int64_t mac;
	int r = phone_mac(req, &mac);

	if (r < 0)
		return deny(req, r);
	r = follow(req, mac, &name);
	if (r < 0)
		return is_refusal(r) ? deny(req, r) : r;
	seen_note(mac, clock_now(), request_address(req), request_header(req, "User-Agent"));
	return firmware_serve(req, mac, name);
}

/* Whose credentials these are: the user is a MAC. */
static int prove(struct request *req, int64_t *ret_mac)
{
	struct device_fetch *fetch = NULL;
	struct digest *digest;
	struct db *db;
	int r = proof_read(req, &digest);

	if (r < 0)
		return r;
	if (mac_parse(digest->username, ret_mac) < 0)
		return -E_MAC_UNKNOWN;
	r = fleet_reader(&db);
	if (r == 0)
		r = device_fetch_find(request_mem(req), db, *ret_mac, &fetch);
	if (r < 0)
		return r;
	if (!fetch) {
		proof_pretend();
		scan_note(req, *ret_mac);
	}
	return proof_check(req, fetch);
}

int phone_firmware(struct request *req)
{
	const char *name = request_param(req, "file");
	int64_t mac = -1;
	int r;

	if (proof_is_open(req))
		return firmware_serve(req, mac, name);
	r = prove(req, &mac);
	if (r < 0)
		return phone_refuse(req, r);
	seen_note(mac, clock_now(), request_address(req), request_header(req, "User-Agent"));
	return firmware_serve(req, mac, name);
}
