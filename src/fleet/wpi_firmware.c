/* SPDX-License-Identifier: MIT */
/*
 * Firmware of desk phones: which one, and whether another attempt may be made.
 * A phone that is told to load a version and boots with another one would do so for
 * ever, so attempts are counted for each phone and version, and bounded.
 */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/firmware.h"
#include "fleet/firmware_gate.h"
#include "fleet/scope.h"
#include "fleet/version.h"
#include "render/document.h"
#include "store/device.h"
#include "wpi_payload.h"

int wpi_firmware_guard(struct db *db, const struct config *config, int64_t mac, const char *version,
		       int64_t now, struct diag *reterr)
{
	int64_t tries, last_at;
	int r = wpi_firmware_try_find(db, mac, version, &tries, &last_at);

	if (r < 0)
		return r;
	if (tries >= (int64_t)config->wpi.firmware_tries)
		return diag_set(reterr, -E_WPI_FIRMWARE_LOOP,
				"the phone was told to load %s %lld times and runs something else; "
				"see why, then say it again with --force",
				version, (long long)tries);
	if (tries > 0 && now < last_at + (int64_t)config->wpi.order_seconds)
		return diag_set(reterr, -E_WPI_FIRMWARE_LOOP,
				"the phone was told to load %s a while ago; it is told again after "
				"[wpi] order_seconds",
				version);
	return 0;
}

static int settings_choose(void *mem, struct db *db, const struct config *config, int64_t mac,
			   const char *version, struct firmware_choice *ret)
{
	struct setting *settings;
	struct device_fetch *fetch;
	struct device *device;
	size_t count;
	int r = device_get(mem, db, mac, &device);

	if (r == 0)
		r = scope_resolve(mem, db, device, &settings, &count);
	if (r == 0)
		r = device_fetch_find(mem, db, mac, &fetch);
	if (r <= 0)
		return r < 0 ? r : -E_MAC_UNKNOWN;
	if (version)
		fetch->firmware = version;
	return firmware_choose(mem, db, config, fetch, settings, count, ret);
}

int wpi_firmware_choose(void *mem, struct db *db, const struct config *config, int64_t mac,
			const char *version, int64_t now, struct wpi_choice *ret)
{
	struct firmware_choice choice;
	struct firmware_pass pass;
	struct diag diag = {0};
	int r = settings_choose(mem, db, config, mac, version, &choice);

	*ret = (struct wpi_choice){0};
	if (r < 0)
		return r;
	ret->words = choice.notice;
	if (!choice.firmware || !choice.name)
		return 0;
	ret->version = choice.firmware->version;
	ret->file = choice.name;
	r = firmware_judge_time(mem, db, config, mac, choice.name, now, false, &pass);
	if (r == 0)
		r = wpi_firmware_guard(db, config, mac, ret->version, now, &diag);
	switch (-r) {
	case 0:
		return 1;
	case E_OUTSIDE_WINDOW:
	case E_BLACKOUT:
	case E_SCHEDULE_UNKNOWN:
	case E_WPI_FIRMWARE_LOOP:
		ret->words = mem_strdup(mem, diag_text(&diag, r));
		return 0;
	default:
		return r;
	}
}

static int file_of(struct change *change, const struct device *device, const char *version,
		   struct wpi_payload *payload)
{
	struct firmware *files;
	size_t count;
	int r = firmware_of_product(change->mem, change->db, device->product, &files, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		if (!version_is(files[i].version) ||
		    version_compare(files[i].version, version) != 0)
			continue;
		payload->firmware = files[i].name;
		payload->version = files[i].version;
	}
	if (r < 0 || payload->firmware)
		return r;
	return diag_set(change->diag, -E_FIRMWARE_UNKNOWN, "no firmware for %s has version %.64s",
			device->product, version);
}

int wpi_firmware_take(struct change *change, int64_t mac, const struct device *device,
		      const struct wpi_order_new *new, struct wpi_payload *payload)
{
	int r;

	if (!new->version || !version_is(new->version))
		return diag_set(change->diag, -E_FIRMWARE_VERSION,
				"say which version, such as V3 R5.12.0");
	r = file_of(change, device, new->version, payload);
	if (r < 0)
		return r;
	if (!new->downgrade && version_is(device->firmware) &&
	    version_compare(device->firmware, payload->version) > 0)
		return diag_set(change->diag, -E_FIRMWARE_OLDER,
				"the phone runs %s, which is newer than %s; --downgrade gives it "
				"the older one",
				device->firmware, payload->version);
	if (new->force)
		return wpi_firmware_try_delete(change->db, mac, payload->version);
	return wpi_firmware_guard(change->db, change->config, mac, payload->version, clock_now(),
				  change->diag);
}
