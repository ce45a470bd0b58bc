/* SPDX-License-Identifier: MIT */
/*
 * Firmware by a name of the phone's own, below the directory that its document
 * names.  Which file that is, or none, is decided anew with each request: by the
 * same choice that says what other phones are told of, or by an operation.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "fleet/admission.h"
#include "fleet/firmware.h"
#include "fleet/operation.h"
#include "fleet/scope.h"
#include "fleet/view.h"
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

const char *firmware_file_of_link(void *mem, int64_t mac, const char *url)
{
	const char *slash = url ? strrchr(url, '/') : NULL;
	char token[FIRMWARE_TOKEN_LEN + 1];
	char *name, *to;

	if (!slash)
		return NULL;
	to = name = mem_strdup(mem, slash + 1);
	for (const char *s = slash + 1; *s; s++) {
		bool is_encoded = *s == '%' && hex_digit(s[1]) >= 0 && hex_digit(s[2]) >= 0;

		*to++ = is_encoded ? (char)(hex_digit(s[1]) << 4 | hex_digit(s[2])) : *s;
		s += is_encoded ? 2 : 0;
	}
	*to = '\0';
	firmware_token(mac, name, token);
	return strstr(url, token) ? name : NULL;
}

int firmware_operation_lost(void *mem, struct db *db, const struct operation *operation,
			    const char **ret_name)
{
	struct firmware *firmware;
	int r;

	*ret_name = operation->kind == OPERATION_FIRMWARE
			    ? firmware_file_of_link(mem, operation->mac, operation->url)
			    : NULL;
	if (!*ret_name)
		return 0;
	r = firmware_judge_file(mem, db, *ret_name, &firmware);
	return r == -E_FIRMWARE_UNKNOWN || r == -E_FIRMWARE_CHANGED ? 1 : r;
}

/* What an operation orders, from the time on at which it begins; 1 with the file, 0 none. */
static int ordered(void *mem, struct db *db, int64_t mac, const char *asked, int64_t at,
		   const char **ret)
{
	struct operation *operations;
	size_t count;
	int r = operation_list(mem, db, mac, &operations, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		const char *file = operations[i].kind == OPERATION_FIRMWARE &&
						   operation_is_written(&operations[i], at) &&
						   operations[i].start_at <= at
					   ? firmware_file_of_link(mem, mac, operations[i].url)
					   : NULL;

		if (file && is_name_of(asked, file)) {
			*ret = file;
			return 1;
		}
	}
	return r;
}

void firmware_point_operations(void *mem, const struct config *config, struct view *view)
{
	struct document *document = &view->document;
	char *url;

	if (!firmware_uses_directory(product_find(document->product)))
		return;
	for (size_t i = 0; i < document->operation_count; i++) {
		struct operation *operation = &document->operations[i];

		if (operation->kind != OPERATION_FIRMWARE || !operation->url)
			continue;
		operation->url = NULL;
		if (firmware_directory(mem, config, view->fetch, &url, NULL) == 0)
			operation->url = url;
	}
}

int firmware_judge_directory(void *mem, struct db *db, const struct config *config, int64_t mac,
			     const char *token, const char *name, int64_t at, const char **ret)
{
	struct device_fetch *fetch = NULL;
	struct firmware_choice choice = {0};
	int r;

	if (!firmware_token_is(mac, "", token))
		return -E_FIRMWARE_TOKEN;
	r = device_fetch_find(mem, db, mac, &fetch);
	if (r >= 0)
		r = admission_judge_device(r ? fetch : NULL, 0);
	if (r == 0 && !(fetch->product && firmware_uses_directory(product_find(fetch->product))))
		r = -E_FIRMWARE_TOKEN;
	if (r == 0)
		r = ordered(mem, db, mac, name, at, ret);
	if (r == 0)
		r = choose(mem, db, config, fetch, &choice);
	else if (r > 0)
		return 0;
	if (r < 0)
		return r;
	if (!choice.firmware || !is_name_of(name, choice.name))
		return -E_FIRMWARE_NOT_ITS;
	*ret = choice.name;
	return 0;
}

int firmware_follow(void *mem, struct db *db, const struct config *config, int64_t mac,
		    const char *token, const char *name, int64_t at, const char **ret)
{
	int r = firmware_judge_link(mem, db, mac, token, name);

	*ret = name;
	if (r == -E_FIRMWARE_TOKEN)
		r = firmware_judge_directory(mem, db, config, mac, token, name, at, ret);
	return r;
}
