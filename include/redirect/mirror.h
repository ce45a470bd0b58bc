/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/macros.h"

struct config;
struct config_upstream;
struct db;
struct registration;

/*
 * Registrations that other servers are told of: rows of the outbox, written
 * inside the operation that registers or deregisters, one for each upstream
 * that mirrors the registration's provider.  src/outbound sends them.
 */

/* The provider's name there; NULL when the upstream does not mirror it. */
const char *mirror_provider(const struct config_upstream *upstream, const char *provider);

/* `mac_id` is the suffix, NULL when it is not known.  `config` may be NULL. */
int mirror_register(struct db *db, const struct config *config,
		    const struct registration *registration, const char *mac_id) MUST_CHECK;
int mirror_deregister(struct db *db, const struct config *config,
		      const struct registration *registration) MUST_CHECK;

/* The same for one upstream, whether or not it mirrors the provider. */
int mirror_one(struct db *db, const struct config_upstream *upstream, const char *action,
	       const struct registration *registration, const char *mac_id) MUST_CHECK;
