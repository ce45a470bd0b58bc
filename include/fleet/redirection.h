/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/macros.h"

struct activation;
struct config;
struct db;
struct registration_fetch;

/*
 * Where a phone is sent: the registered URL with its placeholders filled in.
 * -E_URL_SCHEME, -E_URL_CHARACTER, -E_TEXT_LONG for a URL that cannot be given.
 */
int redirection_of_device(void *mem, struct db *db, const struct config *config,
			  const struct registration_fetch *fetch, char **ret) MUST_CHECK;
int redirection_of_code(void *mem, const struct config *config, const struct activation *activation,
			char **ret) MUST_CHECK;
