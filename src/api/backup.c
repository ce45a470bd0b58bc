/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/backup: both databases, each in a file of its own.
 *
 * Who asks over the control socket is root or the daemon's own user and names
 * any path that the daemon may write; who asks over HTTP gets a name in
 * backup_dir.  Nothing is ever written over.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/write.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "db/db.h"
#include "fleet/audit.h"
#include "fleet/fleet.h"
#include "http/handlers.h"
#include "http/request.h"

enum { FILE_BYTES_MAX = 1024 };

struct backup {
	struct request *req;
	const char *file;
	const char *seen_file;
	int64_t bytes;
	int64_t seen_bytes;
};

static const struct api_field fields[] = {
	API_FIELD("file", TEXT, MUST, struct backup, file),
};

/* A plain name is one in backup_dir, which is made when it is needed. */
static int place_name(struct backup *backup, struct diag *reterr)
{
	void *mem = request_mem(backup->req);
	const char *folder = config_backup_dir(mem, request_config(backup->req));

	if (strcmp(backup->file, ".") == 0 || strcmp(backup->file, "..") == 0)
		return diag_set(reterr, -E_BACKUP, "'%s' is no name of a file", backup->file);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return diag_set(reterr, -E_BACKUP, "%s: %s", folder, strerror(errno));
	backup->file = mem_printf(mem, "%s/%s", folder, backup->file);
	return 0;
}

static int place_find(struct backup *backup, struct diag *reterr)
{
	bool is_remote = request_plane(backup->req) != PLANE_CONTROL;
	int r = text_check_line(backup->file, FILE_BYTES_MAX);

	if (r < 0)
		return diag_set(reterr, r, "file %s", error_text(r));
	if (!strchr(backup->file, '/'))
		return place_name(backup, reterr);
	if (is_remote)
		return diag_set(
			reterr, -E_BACKUP,
			"over HTTP, file is a name without a slash: it is written into "
			"backup_dir, %s",
			config_backup_dir(request_mem(backup->req), request_config(backup->req)));
	if (backup->file[0] != '/')
		return diag_set(reterr, -E_BACKUP, "file is a name, or an absolute path");
	return 0;
}

static int stepped(void *arg)
{
	request_prolong(arg);
	return 0;
}

static int copy(struct backup *backup, int reader(struct db **ret), const char *file, int64_t *ret,
		struct diag *reterr)
{
	struct db *db;
	int r = reader(&db);

	if (r < 0)
		return r;
	*ret = db_backup(db, file, stepped, backup->req, reterr);
	if (*ret >= 0)
		return 0;
	/* An errno: of the place, not of the database. */
	return *ret > -1000 && *ret != -ENOSPC ? -E_BACKUP
	       : *ret == -ENOSPC	       ? -E_DB_FULL
					       : (int)*ret;
}

/* Both, or none. */
static int copy_both(struct backup *backup, struct diag *reterr)
{
	int r = copy(backup, fleet_reader, backup->file, &backup->bytes, reterr);

	if (r < 0)
		return r;
	r = copy(backup, fleet_seen_reader, backup->seen_file, &backup->seen_bytes, reterr);
	if (r < 0)
		unlink(backup->file);
	return r;
}

static int audit_op(struct request *req, struct change *change, void *arg)
{
	const struct backup *backup = arg;
	int r = fleet_audit(change, "backup", "fleet", NULL,
			    json_pack("{s:o, s:I}", "file", api_text(backup->file), "bytes",
				      (json_int_t)backup->bytes));

	return r < 0 ? r
		     : api_answer(req, 201,
				  json_pack("{s:o, s:I, s:o, s:I}", "file", api_text(backup->file),
					    "bytes", (json_int_t)backup->bytes, "seen_file",
					    api_text(backup->seen_file), "seen_bytes",
					    (json_int_t)backup->seen_bytes));
}

int api_backup(struct request *req)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	struct backup *backup = mem_new(request_mem(req), struct backup);
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), backup, &diag);

	backup->req = req;
	if (r == 0)
		r = place_find(backup, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	backup->seen_file = mem_printf(request_mem(req), "%s.seen", backup->file);
	if (pthread_mutex_trylock(&one) != 0)
		return -E_BUSY;
	r = copy_both(backup, &diag);
	pthread_mutex_unlock(&one);
	if (r < 0) {
		log_warn("a backup failed", LOG_S("words", diag_text(&diag, r)), LOG_E(r));
		return api_refuse(req, r, &diag);
	}
	log_info("a backup was written", LOG_S("file", backup->file),
		 LOG_I("bytes", backup->bytes));
	return api_write(req, audit_op, backup);
}
