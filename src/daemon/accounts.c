/* SPDX-License-Identifier: MIT */
#include "daemon/accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/account.h"
#include "fleet/audit.h"
#include "http/password.h"
#include "store/account.h"

static enum role role_of(const char *name)
{
	if (strcmp(name, "admin") == 0)
		return ROLE_ADMIN;
	return strcmp(name, "integrator") == 0 ? ROLE_INTEGRATOR : ROLE_VIEWER;
}

/*
 * Another one after every change of the row.  A row that was removed and made
 * again counts from 1 again, but its password's hash has another salt.
 */
static int64_t version_of(const struct account *account)
{
	return (int64_t)(hash_text(account->password_hash) + (uint64_t)account->version);
}

int accounts_find(void *arg, const char *name, struct credential *ret)
{
	CLEANUP(mem_freep) void *scratch = mem_root("accounts_find");
	struct account *account;
	struct db *db;
	int r = fleet_reader(&db);

	(void)arg;
	if (r == 0)
		r = account_find(scratch, db, name, &account);
	if (r <= 0)
		return r;
	memset(ret, 0, sizeof(*ret));
	ret->principal.account_id = account->id;
	ret->principal.role = role_of(account->role);
	snprintf(ret->principal.name, sizeof(ret->principal.name), "%s", account->name);
	ret->version = version_of(account);
	snprintf(ret->password_hash, sizeof(ret->password_hash), "%s", account->password_hash);
	memcpy(ret->ha1_md5.bytes, secret_reveal(account->ha1_md5), 16);
	memcpy(ret->ha1_sha256.bytes, secret_reveal(account->ha1_sha256), 32);
	return 1;
}

static int add_op(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("accounts_first");
	struct change change = {db, scratch, &audit_daemon, diag};

	return fleet_account_add(&change, "admin", arg);
}

static int password_keep(const char *path, const char *password, struct diag *reterr)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || fchmod(fd, 0600) < 0 || dprintf(fd, "%s\n", password) < 0 || fsync(fd) < 0) {
		int r = -errno;

		if (fd >= 0)
			close(fd);
		return diag_set(reterr, r, "%s: %s", path, strerror(-r));
	}
	close(fd);
	return 0;
}

static int admin_make(void *mem, const struct config *config, struct diag *reterr)
{
	const struct secret *password = secret_generate(mem);
	char *path = mem_printf(mem, "%s/admin.password", config->daemon.state_dir);
	struct account_input input = {.role = "admin"};
	struct password made;
	int r = password_make("admin", config->provisioning.realm, secret_reveal(password), &made);

	if (r < 0)
		return r;
	input.password_hash = made.hash;
	input.ha1_md5 = secret_new_bytes(mem, made.ha1_md5.bytes, 16);
	input.ha1_sha256 = secret_new_bytes(mem, made.ha1_sha256.bytes, 32);
	r = password_keep(path, secret_reveal(password), reterr);
	if (r == 0)
		r = writer_do(fleet_writer(), add_op, &input, reterr);
	if (r < 0)
		return r;
	fprintf(stderr,
		"\nThis is the first start.  There is one account now:\n"
		"    name      admin\n"
		"    password  %s\n"
		"The password is also in %s; remove that file when you have changed it.\n\n",
		secret_reveal(password), path);
	return 0;
}

int accounts_first(const struct config *config, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("accounts_first");
	struct db *db;
	int64_t count = 0;
	int r = fleet_reader(&db);

	if (r == 0)
		r = account_count(db, NULL, &count);
	if (r < 0 || count > 0)
		return r < 0 ? r : 0;
	return admin_make(scratch, config, reterr);
}
