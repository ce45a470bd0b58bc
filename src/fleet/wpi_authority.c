/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_authority.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/net.h"
#include "base/secret.h"
#include "config/config.h"
#include "store/mac.h"

/* A clock that is a day off does not make a new certificate one of tomorrow. */
enum { DAY = 86400, YEAR = 365 * DAY, FILE_MAX = 1 << 16, HOST_MAX = 256 };
static const int64_t authority_life = 30LL * YEAR, server_life = 10LL * YEAR;

#define SEALED_FOR "wpi.authority"

static struct cert *authority;

/* 1 read, 0 there is no such file; a NUL follows what was read. */
static int file_read(void *mem, const char *path, char **ret, size_t *ret_len, struct diag *reterr)
{
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return diag_set(reterr, -errno, "%s: %m", path);
	*ret = mem_zalloc(mem, FILE_MAX);
	n = read(fd, *ret, FILE_MAX - 1);
	close(fd);
	if (n < 0)
		return diag_set(reterr, -EIO, "%s: cannot be read", path);
	*ret_len = (size_t)n;
	return 1;
}

static int file_fill(int fd, const void *data, size_t len)
{
	if (fchmod(fd, 0600) < 0 || write(fd, data, len) != (ssize_t)len || fsync(fd) < 0)
		return errno ? -errno : -EIO;
	return 0;
}

/* All of it or nothing, for the daemon's eyes only. */
static int file_write(const char *path, const void *data, size_t len, struct diag *reterr)
{
	CLEANUP(mem_freep) char *draft = mem_printf(NULL, "%s.new", path);
	int fd, r;

	fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return diag_set(reterr, -errno, "%s: %m", draft);
	r = file_fill(fd, data, len);
	close(fd);
	if (r == 0 && rename(draft, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(draft);
	return r < 0 ? diag_set(reterr, r, "%s: %s", path, strerror(-r)) : 0;
}

/* The text of both, certificate first. */
static struct secret *pair_text(void *mem, const struct cert *cert)
{
	char *text = mem_printf(mem, "%s%s", cert->pem, secret_reveal(cert->key));
	struct secret *pair = secret_new(mem, text);

	explicit_bzero(text, strlen(text));
	mem_free(text);
	return pair;
}

static int pair_read(void *mem, const char *text, struct cert **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) struct secret *pair = secret_new(NULL, text);

	return cert_read(mem, text, pair, ret, reterr);
}

static int authority_make(void *mem, const char *path, struct diag *reterr)
{
	int64_t now = clock_now();
	const struct cert_wish wish = {
		.use = CERT_AUTHORITY,
		.name = "gigaprovd desk phones",
		.from = now - DAY,
		.until = now + authority_life,
	};
	const struct secret *pair;
	uint8_t *sealed;
	size_t len;
	int r = cert_make(NULL, &wish, NULL, &authority, reterr);

	if (r < 0)
		return r;
	pair = pair_text(mem, authority);
	secret_seal(mem, SEALED_FOR, secret_reveal(pair), secret_len(pair), &sealed, &len);
	return file_write(path, sealed, len, reterr);
}

static int authority_open(void *mem, const struct config *config, struct diag *reterr)
{
	const char *path = mem_printf(mem, "%s/wpi-authority.sealed", config->daemon.state_dir);
	char *sealed, *text;
	size_t len;
	int r = file_read(mem, path, &sealed, &len, reterr);

	if (r == 0)
		r = authority_make(mem, path, reterr);
	else if (r > 0)
		r = secret_unseal(mem, SEALED_FOR, sealed, len, &text, &len);
	if (r == -E_SEAL)
		return diag_set(reterr, r, "%s: was sealed with another key than secret_key_file's",
				path);
	if (r == 0 && !authority) {
		r = pair_read(NULL, text, &authority, reterr);
		explicit_bzero(text, len);
	}
	return r < 0 ? r
		     : file_write(config_own_authority(mem, config), authority->pem,
				  strlen(authority->pem), reterr);
}

static int server_make(void *mem, const struct config_listener *listener, const char *path,
		       struct diag *reterr)
{
	struct net_address address;
	char host[HOST_MAX] = "localhost";
	int64_t now = clock_now();
	struct cert_wish wish = {
		.use = CERT_SERVER,
		.name = host,
		.host = host,
		.from = now - DAY,
		.until = now + server_life,
	};
	const struct secret *pair;
	struct cert *cert;
	int r;

	if (gethostname(host, sizeof(host) - 1) < 0 || !*host)
		snprintf(host, sizeof(host), "localhost");
	/* A common name has 64 characters. */
	host[64] = '\0';
	if (strcmp(listener->address, "0.0.0.0") != 0 && strcmp(listener->address, "::") != 0 &&
	    net_address_parse(listener->address, &address)) {
		wish.addresses = &address;
		wish.address_count = 1;
	}
	if (wish.until > authority->until)
		wish.until = authority->until;
	r = cert_make(mem, &wish, authority, &cert, reterr);
	if (r < 0)
		return r;
	pair = pair_text(mem, cert);
	return file_write(path, secret_reveal(pair), secret_len(pair), reterr);
}

static int server_setup(void *mem, const struct config *config,
			const struct config_listener *listener, struct diag *reterr)
{
	const char *path = config_own_cert(mem, config, listener);
	struct diag unread = {0};
	struct cert *cert;
	char *text;
	size_t len;
	int r = file_read(mem, path, &text, &len, reterr);

	if (r < 0)
		return r;
	if (r > 0 && pair_read(mem, text, &cert, &unread) == 0 && cert_is_of(cert, authority) &&
	    clock_now() < cert->until - YEAR)
		return 0;
	return server_make(mem, listener, path, reterr);
}

static bool is_own(const char *file)
{
	return file && config_is_own(file);
}

int wpi_authority_setup(const struct config *config, struct diag *reterr)
{
	CLEANUP(mem_freep) void *mem = mem_root("wpi_authority");
	int r = 0;

	for (size_t i = 0; i < config->listener_count && r == 0; i++) {
		const struct config_listener *listener = &config->listeners[i];

		if (!authority && (is_own(listener->tls_cert) || is_own(listener->tls_client_ca)))
			r = authority_open(mem, config, reterr);
		if (r == 0 && is_own(listener->tls_cert))
			r = server_setup(mem, config, listener, reterr);
	}
	return r;
}

void wpi_authority_done(void)
{
	mem_free(authority);
	authority = NULL;
}

int wpi_authority_issue(void *mem, int64_t mac, unsigned days, struct wpi_client_cert *ret,
			struct diag *reterr)
{
	int64_t now = clock_now();
	char name[MAC_LEN + 1];
	const struct cert_wish wish = {
		.use = CERT_CLIENT,
		.name = name,
		.from = now - DAY,
		.until = now + (int64_t)days * DAY,
	};
	struct secret *pkcs12;
	struct cert *cert;
	int r;

	if (!authority)
		return diag_set(reterr, -E_WPI_NO_SECURE,
				"there is no authority for certificates, expected a listener that "
				"serves wpi with tls_client_ca = own");
	mac_format(mac, name);
	r = cert_make(mem, &wish, authority, &cert, reterr);
	if (r == 0)
		r = cert_pkcs12(mem, cert, authority, name, &pkcs12, reterr);
	if (r < 0)
		return r;
	*ret = (struct wpi_client_cert){
		.fingerprint = mem_strdup(mem, cert->fingerprint),
		.until = cert->until,
		.pkcs12 = pkcs12,
	};
	return 0;
}
