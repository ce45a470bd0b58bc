/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fleet/fleet.h"

/*
 * Another server in the place of one: every registered URL, every setting that
 * tells phones their provisioning server, and the URLs of providers and
 * activation codes that begin with `from` begin with `to` afterwards.
 * redirect/rehome.h tells what that means.
 */

enum { REHOME_SAMPLES_MAX = 20 };

struct rehome_sample {
	const char *object; /* "device:7C2F80E0D605", "provider:Daryna", "fleet NAME" */
	const char *before; /* both without passwords */
	const char *after;
};

struct rehome {
	int64_t registrations;
	int64_t settings;
	int64_t providers;
	int64_t activations;
	int64_t told; /* rows of the outbox: mirrors are told of registrations */
	struct rehome_sample samples[REHOME_SAMPLES_MAX];
	size_t sample_count;
};

/*
 * Looks for them, checks what they would become, and changes nothing.
 * -E_URL_*, -E_TEXT_LONG: the words name what it would make bad;
 * -E_REHOME_NOTHING.
 */
int rehome_find(void *mem, struct db *db, const struct config *config, const char *from,
		const char *to, struct rehome *ret, struct diag *reterr) MUST_CHECK;

/* The same, and changes them, all or nothing. */
int fleet_rehome(struct change *change, const char *from, const char *to,
		 struct rehome *ret) MUST_CHECK;
