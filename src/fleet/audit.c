/* SPDX-License-Identifier: MIT */
#include "fleet/audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"

const struct audit_who audit_daemon = {"gigaprovd", "", ""};

static char *text_of(json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	json_decref(json);
	return text;
}

int fleet_audit(struct change *change, const char *action, const char *object, json_t *before_steal,
		json_t *after_steal)
{
	char *before, *after;
	int r;

	if (change->is_part) {
		json_decref(before_steal);
		json_decref(after_steal);
		return 0;
	}
	before = text_of(before_steal);
	after = text_of(after_steal);
	r = audit_insert(change->db, change->who, action, object, before, after);

	free(before);
	free(after);
	return r;
}

json_t *audit_string(const char *s)
{
	return s ? json_string(s) : json_null();
}

json_t *audit_secret(const struct secret *secret)
{
	char fingerprint[SECRET_FINGERPRINT_LEN + 1];
	char text[SECRET_FINGERPRINT_LEN + 8];

	if (!secret)
		return json_null();
	secret_fingerprint(secret, fingerprint);
	snprintf(text, sizeof(text), "secret:%s", fingerprint);
	return json_string(text);
}
