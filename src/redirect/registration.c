/* SPDX-License-Identifier: MIT */
#include "redirect/registration.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "db/writer.h"
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
	if (answer->secret)
		return mem_printf(mem, "OK: %s", secret_reveal(answer->secret));
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
	int r = url_check(url, caller->url_schemes, NULL);

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
	ret->url = url;
	ret->provider_id = provider->id;
	ret->audit = audit_text(mem, url, provider->id);
	return 0;
}

static int audit(struct db *db, const struct redirect_caller *caller, const char *action,
		 int64_t mac, const char *before, const char *after)
{
	char object[sizeof("device:") + MAC_LEN] = "device:";

	mac_format(mac, object + strlen(object));
	return audit_insert(db, caller->who, action, object, before, after);
}

/* A secret that was made for somebody else is not handed on. */
static bool needs_secret(const struct device *device, const struct redirect_caller *caller)
{
	if (!device->secret)
		return true;
	return strcmp(device->secret_origin, "made") == 0 &&
	       device->secret_account_id != caller->account_id;
}

static int device_prepare(void *mem, struct db *db, const struct redirect_caller *caller,
			  int64_t mac, const char *suffix, struct device **ret)
{
	struct device *device;
	bool changed = false;
	int r = device_find(mem, db, mac, &device);
	bool known = r > 0;

	if (r < 0)
		return r;
	if (!known) {
		device = mem_new(mem, struct device);
		device->mac = mac;
		device->created_at = clock_now();
	}
	if (needs_secret(device, caller)) {
		device->secret = secret_generate(mem);
		device->secret_origin = "made";
		device->secret_account_id = caller->account_id;
		changed = true;
	}
	if (*suffix && !device->mac_id) {
		device->mac_id = suffix;
		changed = true;
	}
	*ret = device;
	if (!known)
		return device_insert(db, device);
	/* What a phone may prove itself with has changed: the secret, or the URL's password. */
	writer_touch(db);
	return changed ? device_update(db, device) : 0;
}

/* Refuses a suffix that is not the device's; none at all is in order. */
static int suffix_check(void *mem, struct db *db, int64_t mac, const char *suffix,
			struct redirect_answer *answer)
{
	struct device *device;
	int r;

	if (!*suffix)
		return 0;
	r = device_find(mem, db, mac, &device);
	if (r > 0 && device->mac_id && strcmp(device->mac_id, suffix) != 0)
		return refuse(answer, REDIRECT_MAC_INVALID, answer->offender, -E_SECRET_WRONG);
	return r < 0 ? r : 0;
}

/* Reads the MAC-ID; `answer` has its MAC as the offender, whatever comes. */
static int mac_id_check(void *mem, const char *mac_id, bool bare_is_refused, int64_t *ret_mac,
			char suffix[MAC_ID_LEN + 1], struct redirect_answer *answer)
{
	int r = mac_id_parse(mac_id, ret_mac, suffix);

	*answer = (struct redirect_answer){REDIRECT_OK, offender_of(mem, mac_id), 0, NULL};
	if (r == 0 && !*suffix && bare_is_refused)
		r = -E_MAC_ID_MALFORMED;
	return r < 0 ? refuse(answer, REDIRECT_MAC_INVALID, answer->offender, r) : 0;
}

/* That the MAC is in use comes before its suffix, which could be guessed at otherwise. */
static int register_check(void *mem, struct db *db, const struct redirect_caller *caller,
			  const char *mac_id, int64_t *ret_mac, char suffix[MAC_ID_LEN + 1],
			  struct redirect_answer *answer)
{
	struct registration *present;
	int r = mac_id_check(mem, mac_id, caller->require_mac_id, ret_mac, suffix, answer);

	if (r < 0 || answer->outcome != REDIRECT_OK)
		return r;
	r = registration_find(mem, db, *ret_mac, &present);
	if (r > 0)
		return refuse(answer, REDIRECT_MAC_ALREADY_IN_USE, answer->offender, -E_MAC_EXISTS);
	return r < 0 ? r : suffix_check(mem, db, *ret_mac, suffix, answer);
}

int redirect_register_check(void *mem, struct db *db, const struct redirect_caller *caller,
			    const char *mac_id, struct redirect_answer *answer)
{
	char suffix[MAC_ID_LEN + 1];
	int64_t mac;

	return register_check(mem, db, caller, mac_id, &mac, suffix, answer);
}

int redirect_register(void *mem, struct db *db, const struct redirect_caller *caller,
		      const char *mac_id, const struct redirect_target *target,
		      struct redirect_answer *answer)
{
	struct registration registration = {
		.provider_id = target->provider_id,
		.account_id = caller->account_id,
		.url = target->url,
		.created_at = clock_now(),
	};
	struct device *device;
	char suffix[MAC_ID_LEN + 1];
	int r = register_check(mem, db, caller, mac_id, &registration.mac, suffix, answer);

	if (r < 0 || answer->outcome != REDIRECT_OK)
		return r;
	r = device_prepare(mem, db, caller, registration.mac, suffix, &device);
	if (r == 0)
		r = registration_insert(db, &registration);
	if (r < 0)
		return r;
	answer->secret = device->secret;
	return audit(db, caller, "registration.add", registration.mac, NULL, target->audit);
}

int redirect_check(void *mem, struct db *db, const struct redirect_caller *caller,
		   const char *mac_id, struct registration **ret, struct redirect_answer *answer)
{
	char suffix[MAC_ID_LEN + 1];
	int64_t mac;
	int r = mac_id_check(mem, mac_id, false, &mac, suffix, answer);

	if (r < 0 || answer->outcome != REDIRECT_OK)
		return r;
	r = registration_find(mem, db, mac, ret);
	/* Whose it is comes first: about a foreign MAC not even the suffix is told. */
	if (r > 0 && !caller->every_provider)
		r = account_owns(db, caller->account_id, (*ret)->provider_id);
	if (r < 0)
		return r;
	if (r == 0)
		return refuse(answer, REDIRECT_MAC_NOT_FOUND, answer->offender, -E_NOT_REGISTERED);
	return suffix_check(mem, db, mac, suffix, answer);
}

int redirect_deregister(void *mem, struct db *db, const struct redirect_caller *caller,
			const char *mac_id, struct redirect_answer *answer)
{
	struct registration *registration;
	int r = redirect_check(mem, db, caller, mac_id, &registration, answer);

	if (r < 0 || answer->outcome != REDIRECT_OK)
		return r;
	r = registration_delete(db, registration->mac);
	if (r < 0)
		return r;
	writer_touch(db);
	return audit(db, caller, "registration.remove", registration->mac,
		     audit_text(mem, registration->url, registration->provider_id), NULL);
}
