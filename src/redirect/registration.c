/* SPDX-License-Identifier: MIT */
#include "redirect/registration.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "db/writer.h"
#include "redirect/list.h"
#include "redirect/mirror.h"
#include "redirect/possession.h"
#include "redirect/url.h"
#include "store/account.h"
#include "store/device.h"
#include "store/provider.h"

enum { OFFENDER_MAX = 64 };

static const char *const codes[] = {
#define OUTCOME(id, code, offender) [id] = code,
#include "redirect/outcomes.def"
#undef OUTCOME
};

char *redirect_answer_text(void *mem, const struct redirect_answer *answer)
{
	if (answer->outcome != REDIRECT_OK)
		return mem_printf(mem, "%s:%s", codes[answer->outcome], answer->offender);
	if (answer->secret) {
		/* Lists have thousands of these: nothing of printf(). */
		size_t len = secret_len(answer->secret);
		char *text = mem_alloc(mem, strlen("OK: ") + len + 1);

		memcpy(text, "OK: ", strlen("OK: "));
		memcpy(text + strlen("OK: "), secret_reveal(answer->secret), len + 1);
		return text;
	}
	return mem_strdup(mem, "OK");
}

static int refuse(struct redirect_answer *answer, enum redirect_outcome outcome,
		  const char *offender, int reason)
{
	answer->outcome = outcome;
	answer->offender = offender;
	answer->reason = reason;
	return 0;
}

/* At most so many bytes, and no character cut in two. */
static const char *cut(void *mem, const char *s)
{
	size_t len = strnlen(s, OFFENDER_MAX);

	while (s[len] && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	return mem_strndup(mem, s, len);
}

/* The MAC without its suffix, as clients compare it; what is none comes back as it was, cut. */
static const char *offender_of(void *mem, const char *mac_id)
{
	char text[MAC_LEN + 1];
	char suffix[MAC_ID_LEN + 1];
	int64_t mac;
	int r = mac_id_parse(mac_id, &mac, suffix);

	if (r < 0 && r != -E_MAC_ID_MALFORMED)
		return cut(mem, mac_id);
	mac_format(mac, text);
	return mem_strdup(mem, text);
}

static char *audit_text(void *mem, const char *url, int64_t provider_id)
{
	json_t *json = json_pack("{s:s, s:I}", "url", url_redact(mem, url), "provider",
				 (json_int_t)provider_id);
	char *text = json_dumps(json, JSON_COMPACT);
	char *copy = mem_strdup(mem, text);

	free(text);
	json_decref(json);
	return copy;
}

int redirect_target_check(void *mem, struct db *db, const struct redirect_caller *caller,
			  const char *url, const char *provider_name, struct redirect_target *ret,
			  struct redirect_answer *answer)
{
	struct provider *provider;
	int r = url_check(url, &caller->rules->url_schemes, NULL);

	answer->outcome = REDIRECT_OK;
	if (r < 0)
		return refuse(answer, REDIRECT_URL_INVALID, url, r);
	r = provider_find(mem, db, provider_name, &provider);
	if (r > 0 && !caller->every_provider)
		r = account_owns(db, caller->account_id, provider->id);
	if (r < 0)
		return r;
	if (r == 0)
		return refuse(answer, REDIRECT_NAME_INVALID, provider_name, -E_PROVIDER_UNKNOWN);
	*ret = (struct redirect_target){
		.url = url,
		.provider_id = provider->id,
		.provider = provider->name,
		.audit = audit_text(mem, url, provider->id),
	};
	return 0;
}

static int audit(struct db *db, const struct redirect_caller *caller, const char *action,
		 int64_t mac, const char *before, const char *after)
{
	char object[sizeof("device:") + MAC_LEN] = "device:";

	mac_format(mac, object + strlen(object));
	return audit_insert(db, caller->who, action, object, before, after);
}

/*
 * What the inventory has is the device's own secret; one that a person gave
 * stays all the same.  A secret that was made for somebody else is not handed on.
 */
static bool secret_choose(void *mem, struct device *device, const struct inventory *item,
			  const struct redirect_caller *caller)
{
	bool is_made = device->secret && strcmp(device->secret_origin, "made") == 0;

	if (device->secret && !is_made)
		return false;
	if (item && item->secret) {
		device->secret = item->secret;
		device->secret_origin = "given";
		device->secret_account_id = 0;
		return true;
	}
	if (is_made && device->secret_account_id == caller->account_id)
		return false;
	device->secret = secret_generate(mem);
	device->secret_origin = "made";
	device->secret_account_id = caller->account_id;
	return true;
}

/* 1 the device is new, and not stored yet; 0 it is. */
static int device_prepare(void *mem, struct db *db, const struct redirect_caller *caller,
			  const struct possession *possession, int64_t now, struct device **ret)
{
	struct device *device = possession->device;
	bool known = device != NULL;
	bool changed;

	if (!known) {
		device = mem_new(mem, struct device);
		device->mac = possession->mac;
		device->created_at = now;
	}
	changed = secret_choose(mem, device, possession->item, caller);
	/* It has been judged; one that the inventory knows better replaces what was told first. */
	if (*possession->suffix &&
	    (!device->mac_id || strcmp(device->mac_id, possession->suffix) != 0)) {
		device->mac_id = mem_strdup(mem, possession->suffix);
		changed = true;
	}
	*ret = device;
	if (!known)
		return 1;
	/* What a phone may prove itself with has changed: the secret, or the URL's password. */
	writer_touch(db);
	if (changed)
		return device_update(db, device);
	/* Its document may hold links that begin as its URL does. */
	return device->product ? device_touch(db, device->mac) : 0;
}

/* 1 registered by the caller's own, 0 not at all, REGISTERED_FOREIGN by somebody else. */
enum { REGISTERED_FOREIGN = 2 };
static int registered(void *mem, struct db *db, const struct redirect_caller *caller, int64_t mac,
		      struct registration **ret)
{
	int r = registration_find(mem, db, mac, ret);

	if (r <= 0 || caller->every_provider)
		return r;
	r = account_owns(db, caller->account_id, (*ret)->provider_id);
	return r == 0 ? REGISTERED_FOREIGN : r;
}

static int registration_remove(void *mem, struct db *db, const struct redirect_caller *caller,
			       const struct registration *registration)
{
	int r = registration_delete(db, registration->mac);

	if (r >= 0)
		r = device_touch(db, registration->mac);
	if (r >= 0)
		r = mirror_deregister(db, caller->config, registration);
	if (r < 0)
		return r;
	writer_touch(db);
	return audit(db, caller, "registration.remove", registration->mac,
		     audit_text(mem, registration->url, registration->provider_id), NULL);
}

/*
 * 1 the MAC may be registered, in place of `ret_present` (NULL: none), 0 refused.
 * That it is in use comes before its suffix, which is nobody else's to try.
 */
static int register_check(void *mem, struct db *db, const struct redirect_caller *caller,
			  const char *mac_id, const struct redirect_target *target,
			  struct possession *possession, struct registration **ret_present,
			  struct redirect_answer *answer)
{
	int r = possession_parse(mac_id, possession);
	int is_there;

	*ret_present = NULL;
	*answer = (struct redirect_answer){REDIRECT_OK, offender_of(mem, mac_id), 0, NULL};
	if (r == 0 && !*possession->suffix && caller->require_mac_id)
		r = -E_MAC_ID_MALFORMED;
	if (r < 0)
		return refuse(answer, REDIRECT_MAC_INVALID, answer->offender, r);
	r = possession_device(mem, db, target->list, possession);
	if (r < 0)
		return r;
	/* Without a device there is no registration either. */
	is_there =
		possession->device ? registered(mem, db, caller, possession->mac, ret_present) : 0;
	if (is_there < 0)
		return is_there;
	if (is_there == REGISTERED_FOREIGN || (is_there && !target->replace))
		return refuse(answer, REDIRECT_MAC_ALREADY_IN_USE, answer->offender, -E_MAC_EXISTS);
	r = possession_read(mem, db, target->list, possession);
	if (r < 0)
		return r;
	if (!is_there && !possession->item && caller->rules->require_inventory)
		return refuse(answer, REDIRECT_MAC_NOT_EXIST, answer->offender,
			      -E_INVENTORY_UNKNOWN);
	return possession_count(db, possession, caller, answer);
}

int redirect_register_check(void *mem, struct db *db, const struct redirect_caller *caller,
			    const char *mac_id, const struct redirect_target *target,
			    struct redirect_answer *answer)
{
	struct possession possession;
	struct registration *present;
	int r = register_check(mem, db, caller, mac_id, target, &possession, &present, answer);

	return r < 0 ? r : 0;
}

static int audit_add(struct db *db, const struct redirect_caller *caller, int64_t mac,
		     const struct redirect_target *target)
{
	if (target->list)
		return list_audit(db, caller, target, mac);
	return audit(db, caller, "registration.add", mac, NULL, target->audit);
}

static int registration_store(struct db *db, const struct redirect_target *target,
			      const struct registration *registration,
			      const struct device *new_device)
{
	int r = 0;

	if (new_device && target->list)
		return list_add(target->list, registration, new_device);
	if (new_device)
		r = device_insert_registered(db, &new_device, 1);
	return r < 0 ? r : registration_insert(db, registration);
}

int redirect_register(void *mem, struct db *db, const struct redirect_caller *caller,
		      const char *mac_id, const struct redirect_target *target,
		      struct redirect_answer *answer)
{
	struct registration registration = {
		.provider_id = target->provider_id,
		.provider = target->provider,
		.account_id = caller->account_id,
		.url = target->url,
		.created_at = target->list ? target->list->now : clock_now(),
	};
	struct possession possession;
	struct registration *present;
	struct device *device = NULL;
	int r = target->list ? list_room(db, target->list, &mem) : 0;

	if (r == 0)
		r = register_check(mem, db, caller, mac_id, target, &possession, &present, answer);
	if (r <= 0)
		return r;
	registration.mac = possession.mac;
	r = present ? registration_remove(mem, db, caller, present) : 0;
	if (r == 0)
		r = device_prepare(mem, db, caller, &possession, registration.created_at, &device);
	if (r >= 0)
		r = registration_store(db, target, &registration, r > 0 ? device : NULL);
	if (r == 0)
		r = mirror_register(db, caller->config, &registration,
				    device->mac_id ? device->mac_id : possession.expected);
	if (r < 0)
		return r;
	answer->secret = device->secret;
	return audit_add(db, caller, registration.mac, target);
}

/* 1 as possession_judge() has it. */
static int look(void *mem, struct db *db, const struct redirect_caller *caller, const char *mac_id,
		struct possession *possession, struct registration **ret,
		struct redirect_answer *answer)
{
	int r = possession_parse(mac_id, possession);

	*answer = (struct redirect_answer){REDIRECT_OK, offender_of(mem, mac_id), 0, NULL};
	if (r < 0)
		return refuse(answer, REDIRECT_MAC_INVALID, answer->offender, r);
	/* Whose it is comes first: about a foreign MAC not even the suffix is told. */
	r = registered(mem, db, caller, possession->mac, ret);
	if (r < 0)
		return r;
	if (r != 1)
		return refuse(answer, REDIRECT_MAC_NOT_FOUND, answer->offender, -E_NOT_REGISTERED);
	if (!*possession->suffix)
		return 1;
	r = possession_read(mem, db, NULL, possession);
	return r < 0 ? r : possession_judge(possession, answer);
}

int redirect_look(void *mem, struct db *db, const struct redirect_caller *caller,
		  const char *mac_id, struct registration **ret, struct redirect_answer *answer)
{
	struct possession possession;
	int r = look(mem, db, caller, mac_id, &possession, ret, answer);

	if (r < 0)
		return r;
	return r == POSSESSION_COUNT ? REDIRECT_WRITE : 0;
}

int redirect_check(void *mem, struct db *db, const struct redirect_caller *caller,
		   const char *mac_id, struct registration **ret, struct redirect_answer *answer)
{
	struct possession possession;
	int r = look(mem, db, caller, mac_id, &possession, ret, answer);

	if (r == POSSESSION_COUNT)
		r = possession_count(db, &possession, caller, answer);
	return r < 0 ? r : 0;
}

int redirect_deregister(void *mem, struct db *db, const struct redirect_caller *caller,
			const char *mac_id, struct redirect_answer *answer)
{
	struct registration *registration;
	int r = redirect_check(mem, db, caller, mac_id, &registration, answer);

	if (r < 0 || answer->outcome != REDIRECT_OK)
		return r;
	return registration_remove(mem, db, caller, registration);
}
