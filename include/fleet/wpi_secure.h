/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/error.h"

struct config;
struct config_listener;

/* Where phones in secure mode call, and by which certificates they know that it is us. */
struct wpi_secure {
	unsigned port;
	const char *const *authorities; /* PEM */
	size_t authority_count;
};

/* The first listener that serves wpi to phones with certificates of ours; NULL: none does. */
const struct config_listener *wpi_secure_listener(const struct config *config);

/* After http_start(), which has told what its port is; nothing where there is no such listener. */
int wpi_secure_setup(const struct config *config, unsigned port, struct diag *reterr) MUST_CHECK;
void wpi_secure_done(void);

/* NULL: there is no such listener, or it is not there yet.  From any thread. */
const struct wpi_secure *wpi_secure(void);
