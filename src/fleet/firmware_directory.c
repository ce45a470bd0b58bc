/* SPDX-License-Identifier: MIT */
/*
 * Firmware by a name of the phone's own, below the directory that its document
 * names.  Which file that is, or none, is decided anew with each request: by the
 * same choice that says what other phones are told of.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "fleet/admission.h"
#include "fleet/firmware.h"
#include "fleet/scope.h"
#include "render/format.h"
#include "store/device.h"
#include "store/setting.h"

bool firmware_uses_directory(const struct product *product)
{
	return product && strcmp(product->format->name, "xstim") == 0;
}

/* "fw926.rom" is its own name, and that of fw926-2.42.6.rom, but not of fw9260.rom. */
static bool is_name_of(const char *asked, const char *file)
{
	const char *asked_end = strrchr(asked, '.');
	const char *file_end = strrchr(file, '.');
	size_t stem;

	if (strcasecmp(asked, file) == 0)
		return true;
	if (!asked_end || !file_end || strcasecmp(asked_end, file_end) != 0)
		return false;
	stem = (size_t)(asked_end - asked);
	return stem > 0 && strncasecmp(asked, file, stem) == 0 && strchr("-_.", file[stem]);
}

static int choose(void *mem, struct db *db, const struct config *config,
		  const struct device_fetch *fetch, struct firmware_choice *ret)
{
	struct setting *settings;
	struct device *device;
	size_t count;
	int r = device_get(mem, db, fetch->mac, &device);

	if (r == 0)
		r = scope_resolve(mem, db, device, &settings, &count);
	if (r < 0)
		return r;
	return firmware_choose(mem, db, config, fetch, settings, count, ret);
}

int firmware_judge_directory(void *mem, struct db *db, const struct config *config, int64_t mac,
			     const char *token, const char *name, const char **ret)
{
	struct device_fetch *fetch = NULL;
	struct firmware_choice choice;
	int r;

	if (!firmware_token_is(mac, "", token))
		return -E_FIRMWARE_TOKEN;
	r = device_fetch_find(mem, db, mac, &fetch);
	if (r >= 0)
		r = admission_judge_device(r ? fetch : NULL, 0);
	if (r == 0 && !(fetch->product && firmware_uses_directory(product_find(fetch->product))))
		r = -E_FIRMWARE_TOKEN;
	if (r == 0)
		r = choose(mem, db, config, fetch, &choice);
	if (r < 0)
		return r;
	if (!choice.firmware || !is_name_of(name, choice.name))
		return -E_FIRMWARE_NOT_ITS;
	*ret = choice.name;
	return 0;
}
