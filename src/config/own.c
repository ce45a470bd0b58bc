/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/mem.h"
#include "config/config.h"

bool config_is_own(const char *file)
{
	return strcmp(file, "own") == 0;
}

const char *config_own_cert(void *mem, const struct config *config,
			    const struct config_listener *listener)
{
	return mem_printf(mem, "%s/tls-%s.pem", config->daemon.state_dir, listener->name);
}

const char *config_own_authority(void *mem, const struct config *config)
{
	return mem_printf(mem, "%s/wpi-authority.pem", config->daemon.state_dir);
}
