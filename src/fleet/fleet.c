/* SPDX-License-Identifier: MIT */
#include "fleet/fleet.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/zone.h"
#include "config/config.h"
#include "db/reader.h"
#include "fleet/audit.h"
#include "fleet/phone_schedule.h"
#include "fleet/schedule.h"
#include "fleet/seal.h"
#include "store/account.h"
#include "store/meta.h"
#include "store/setting.h"

static struct {
	void *mem;
	struct writer *writer;
	struct readers *readers;
	struct writer *seen_writer;
	struct readers *seen_readers;
} fleet;

static int open_pair(const char *url, enum db_sync sync, const char *migrations,
		     struct writer **ret_writer, struct readers **ret_readers, struct diag *reterr)
{
	int r = writer_start(NULL, url, sync, migrations, ret_writer, reterr);

	if (r < 0)
		return r;
	return readers_open(fleet.mem, url, ret_readers, reterr);
}

/* Password hashes for Digest are made with the realm; a new one would void them all. */
static int realm_op(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("realm");
	const struct config *config = arg;
	const char *realm = config->provisioning.realm;
	char *stored;
	int64_t accounts;
	int r = meta_find(scratch, db, "realm", &stored);

	if (r < 0)
		return r;
	if (r > 0 && strcmp(stored, realm) != 0) {
		r = account_count(db, NULL, &accounts);
		if (r < 0)
			return r;
		if (accounts > 0)
			return diag_set(diag, -E_CONFIG,
					"[provisioning] realm is '%s', but the passwords in the "
					"database were hashed for '%s': put that back, or remove "
					"the accounts first",
					realm, stored);
	}
	return meta_put(db, "realm", realm);
}

/* With another key nothing that is sealed would open: better not to start than to fail each phone. */
static int key_op(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("key");
	const struct config *config = arg;
	char *stored;
	char mark[SECRET_FINGERPRINT_LEN + 1];
	int r = meta_find(scratch, db, "key_mark", &stored);

	if (r < 0)
		return r;
	secret_fingerprint(secret_new(scratch, "mark of the key"), mark);
	if (r == 0)
		return meta_put(db, "key_mark", mark);
	if (strcmp(stored, mark) != 0)
		return diag_set(diag, -E_SEAL_KEY,
				"%s is not the key that this database was sealed with: put that "
				"one back",
				config->daemon.secret_key_file);
	return 0;
}

static int seal_op(struct db *db, void *arg, struct diag *diag)
{
	(void)arg;
	return fleet_seal(db, diag);
}

int fleet_open(const struct config *config, struct diag *reterr)
{
	char *seen;
	int r;

	fleet.mem = mem_root("fleet");
	r = open_pair(config->daemon.database, DB_SYNC_FULL, "sql/sqlite/", &fleet.writer,
		      &fleet.readers, reterr);
	if (r < 0)
		return r;
	seen = mem_printf(fleet.mem, "sqlite:%s/seen.db", config->daemon.state_dir);
	r = open_pair(seen, DB_SYNC_NORMAL, "sql/sqlite/seen/", &fleet.seen_writer,
		      &fleet.seen_readers, reterr);
	if (r < 0)
		return r;
	r = writer_do(fleet.writer, key_op, (void *)config, reterr);
	if (r == 0)
		r = writer_do(fleet.writer, realm_op, (void *)config, reterr);
	if (r >= 0)
		r = writer_do(fleet.writer, seal_op, NULL, reterr);
	if (r < 0)
		return r;
	return fleet_apply_config(config);
}

void fleet_stop(void)
{
	writer_drain(fleet.writer);
	writer_drain(fleet.seen_writer);
}

void fleet_close(void)
{
	readers_close(fleet.readers);
	readers_close(fleet.seen_readers);
	writer_stop(fleet.writer);
	writer_stop(fleet.seen_writer);
	mem_free(fleet.mem);
	memset(&fleet, 0, sizeof(fleet));
}

int fleet_reader(struct db **ret)
{
	return readers_get(fleet.readers, ret);
}

int fleet_snapshot(struct db **ret)
{
	int r = fleet_reader(ret);

	return r < 0 ? r : db_snapshot_begin(*ret);
}

int fleet_seen_reader(struct db **ret)
{
	return readers_get(fleet.seen_readers, ret);
}

struct writer *fleet_writer(void)
{
	return fleet.writer;
}

struct writer *fleet_seen_writer(void)
{
	return fleet.seen_writer;
}

/* The only time at which schedules can go. */
static int schedules_warn(struct db *db, void *mem)
{
	const struct config *config = config_pin();
	const char **missing;
	size_t count = 0;
	int r = config ? schedule_missing(mem, db, config, &missing, &count) : 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		log_warn("a schedule is missing", LOG_S("what", missing[i]));
	if (config)
		config_release(config);
	return r;
}

static int apply_op(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("apply");
	struct change change = {db, scratch, &audit_daemon, diag};
	const char *now = arg;
	char *before = NULL;
	int r = schedules_warn(db, scratch);

	if (r < 0)
		return r;
	r = meta_find(scratch, db, "document_config", &before);

	if (r < 0 || (r > 0 && strcmp(before, now) == 0))
		return r < 0 ? r : 0;
	r = meta_put(db, "document_config", now);
	if (r == 0)
		r = scope_touch(db, "fleet");
	if (r == 0)
		r = fleet_audit(&change, "config.apply", "fleet", audit_string(before),
				audit_string(now));
	writer_touch(db);
	return r;
}

static void apply_done(void *arg, int result, const struct diag *diag)
{
	(void)diag;
	if (result < 0)
		log_error("the new configuration did not reach the documents", LOG_E(result));
	mem_free(arg);
}

/* Windows decide what is given, so another schedule makes documents anew. */
static void schedule_words(const struct config_schedule *row, struct buf *buf)
{
	const struct schedule *s = &row->schedule;

	buf_printf(buf, "%s=%s,%u,%u,%u,%u,%u,%lld,%u,%u", s->name, zone_name(s->zone), s->kind,
		   s->start, s->end, s->interval, s->days, (long long)s->anchor, s->equal,
		   s->grace);
	for (size_t i = 0; i < s->blackout_count; i++)
		buf_printf(buf, ",%lld-%lld", (long long)s->blackouts[i].from,
			   (long long)s->blackouts[i].until);
	phone_schedule_words(row, buf);
	buf_addc(buf, '\n');
}

/* A few bytes, however many there are; "" for none, as it was before there were any. */
static const char *schedules_hash(void *mem, const struct config *config)
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	char *hex = mem_alloc(mem, 2 * sizeof(hash) + 1);
	struct buf *buf = buf_new(mem);

	if (config->schedule_count == 0)
		return "";
	for (size_t i = 0; i < config->schedule_count; i++)
		schedule_words(&config->schedules[i], buf);
	crypto_generichash(hash, sizeof(hash), (const uint8_t *)buf->data, buf->len, NULL, 0);
	hex_encode(hex, hash, sizeof(hash));
	return mem_printf(mem, " schedules=%s", hex);
}

static char *document_config(const struct config *config)
{
	CLEANUP(mem_freep) void *scratch = mem_root("document_config");

	return mem_printf(NULL,
			  "delete_not_provisioned=%u shrink_guard=%u%%,%u public_url=%s "
			  "data_url=%s firmware_unidentified=%u%s",
			  config->provisioning.delete_not_provisioned,
			  config->provisioning.shrink_guard.percent,
			  config->provisioning.shrink_guard.count, config->provisioning.public_url,
			  config->redirect.data_url, config->provisioning.firmware_unidentified,
			  schedules_hash(scratch, config));
}

int fleet_apply_config(const struct config *config)
{
	char *text = document_config(config);
	int r;

	writer_limit(fleet.writer, config->limits.write_queue);
	r = writer_post(fleet.writer, WRITER_NORMAL, apply_op, apply_done, text);
	if (r < 0)
		mem_free(text);
	return r;
}
