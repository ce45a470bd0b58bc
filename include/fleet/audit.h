/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "fleet/fleet.h"

struct secret;

/* Audit rows of commands: before and after as JSON, taken over; NULL: nothing. */
int fleet_audit(struct change *change, const char *action, const char *object, json_t *before_steal,
		json_t *after_steal) MUST_CHECK;

/* The daemon, where nobody has asked. */
extern const struct audit_who audit_daemon;

/* JSON null for NULL. */
json_t *audit_string(const char *s);

/* "secret:3f2a…", a keyed fingerprint; JSON null for NULL. */
json_t *audit_secret(const struct secret *secret);
