/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_secure.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/cert.h"
#include "base/mem.h"
#include "config/config.h"

enum { PEM_MAX = 1 << 20 };

static struct wpi_secure *_Atomic in_force;

const struct config_listener *wpi_secure_listener(const struct config *config)
{
	for (size_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *listener = &config->listeners[i];

		if (listener->planes & PLANE_WPI && listener->tls_client_ca &&
		    config_is_own(listener->tls_client_ca))
			return listener;
	}
	return NULL;
}

static int pem_read(void *mem, const char *path, char **ret, struct diag *reterr)
{
	FILE *file = fopen(path, "re");
	size_t len;

	if (!file)
		return diag_set(reterr, -E_CERT, "%s: %m", path);
	*ret = mem_zalloc(mem, PEM_MAX + 1);
	len = fread(*ret, 1, PEM_MAX, file);
	fclose(file);
	return len ? 0 : diag_set(reterr, -E_CERT, "%s: is empty", path);
}

int wpi_secure_setup(const struct config *config, unsigned port, struct diag *reterr)
{
	const struct config_listener *listener = wpi_secure_listener(config);
	const char *path;
	struct wpi_secure *secure;
	char *pem = NULL;
	int r;

	if (!listener)
		return 0;
	secure = mem_new(NULL, struct wpi_secure);
	secure->port = config->wpi.secure_port ? config->wpi.secure_port : port;
	path = config_is_own(listener->tls_cert) ? config_own_authority(secure, config)
						 : listener->tls_cert;
	r = pem_read(secure, path, &pem, reterr);
	if (r == 0)
		r = cert_trust(secure, pem, (const char ***)&secure->authorities,
			       &secure->authority_count, reterr);
	if (r < 0) {
		mem_free(secure);
		return r;
	}
	mem_free(pem);
	atomic_store(&in_force, secure);
	return 0;
}

void wpi_secure_done(void)
{
	mem_free(atomic_exchange(&in_force, NULL));
}

const struct wpi_secure *wpi_secure(void)
{
	return atomic_load(&in_force);
}
