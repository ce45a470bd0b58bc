/* SPDX-License-Identifier: MIT */
/* Commands on firmware that comes from other servers; src/outbound does it. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "firmware_row.h"
#include "fleet/firmware_file.h"

static firmware_progress *progress_of;

void fleet_firmware_setup(firmware_progress *progress)
{
	progress_of = progress;
}

bool fleet_firmware_progress(const char *name, int64_t *ret_bytes, int64_t *ret_total)
{
	return progress_of && progress_of(name, ret_bytes, ret_total);
}

static int sha256_check(struct change *change, const char *sha256)
{
	uint8_t bytes[FIRMWARE_SHA256_LEN / 2];

	if (hex_decode(bytes, sizeof(bytes), sha256, strlen(sha256)))
		return 0;
	return diag_set(change->diag, -E_MIRROR_SHA256, "sha256 is 64 hex digits");
}

static const char *lower(void *mem, const char *hex)
{
	char *copy = mem_strdup(mem, hex);

	for (char *s = copy; *s; s++)
		*s = (char)(*s >= 'A' && *s <= 'F' ? *s - 'A' + 'a' : *s);
	return copy;
}

int fleet_firmware_fetch(struct change *change, const struct firmware_new *new)
{
	struct firmware_new wanted = *new;
	struct firmware *before = NULL;
	struct firmware firmware;
	json_t *was;
	int r = firmware_new_check(new, change->diag);

	if (r == 0)
		r = sha256_check(change, new->sha256);
	if (r == 0)
		r = firmware_find(change->mem, change->db, new->name, &before);
	if (r < 0)
		return r;
	/* A failed one may be asked for anew, from elsewhere or as something else. */
	if (before && before->state != FIRMWARE_FAILED)
		return diag_set(change->diag, -E_FIRMWARE_EXISTS,
				before->state == FIRMWARE_FETCHING
					? "%s is just being fetched"
					: "there is firmware of the name %s already",
				new->name);
	was = before ? firmware_shown(change, before) : NULL;
	wanted.sha256 = lower(change->mem, new->sha256);
	firmware_fill(change, &wanted, before, &firmware);
	firmware.state = FIRMWARE_FETCHING;
	r = firmware_write(change, &wanted, &firmware, before);
	if (r < 0) {
		json_decref(was);
		return r;
	}
	writer_wake(change->db);
	return firmware_audit(change, "firmware.fetch", new->name, was,
			      firmware_shown(change, &firmware));
}

int fleet_firmware_retry(struct change *change, const char *name)
{
	struct firmware *before;
	struct firmware again;
	int r = firmware_find(change->mem, change->db, name, &before);

	if (r <= 0)
		return r < 0 ? r : -E_FIRMWARE_UNKNOWN;
	if (before->state != FIRMWARE_FAILED)
		return diag_set(change->diag, -E_VALUE,
				"%s is %s; only what has failed is tried again", name,
				firmware_state_name(before->state));
	again = *before;
	again.state = FIRMWARE_FETCHING;
	again.error = NULL;
	r = firmware_update(change->db, &again);
	if (r < 0)
		return r;
	writer_wake(change->db);
	return firmware_audit(change, "firmware.retry", name, firmware_shown(change, before),
			      firmware_shown(change, &again));
}

int fleet_firmware_fetched(struct change *change, const char *name,
			   const struct firmware_file *file, const char *error)
{
	struct firmware *before;
	struct firmware after;
	int r = firmware_find(change->mem, change->db, name, &before);

	/* Removed meanwhile. */
	if (r <= 0 || before->state != FIRMWARE_FETCHING)
		return r < 0 ? r : 0;
	after = *before;
	after.state = file ? FIRMWARE_GOOD : FIRMWARE_FAILED;
	after.error = file ? NULL : error;
	if (file) {
		after.size = (int64_t)file->size;
		after.modified_ns = file->modified_ns;
	}
	r = firmware_update(change->db, &after);
	if (r == 0)
		r = firmware_touch(change, name);
	if (r < 0)
		return r;
	return firmware_audit(change, file ? "firmware.fetched" : "firmware.failed", name,
			      firmware_shown(change, before), firmware_shown(change, &after));
}
