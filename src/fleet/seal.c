/* SPDX-License-Identifier: MIT */
/*
 * Values that were written before their names were known for secrets.
 *
 * Which names are is in tables, and a newer version may know more of them than
 * the one that wrote the database.  What it calls secret is sealed at the next
 * start, once for each set of rules.
 */
#include "fleet/seal.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/audit.h"
#include "fleet/notify.h"
#include "fleet/scope.h"
#include "fleet/secrecy.h"
#include "render/parameter.h"
#include "store/meta.h"
#include "store/setting.h"

/* RULES grows when secrecy_of() comes to call more values secret. */
enum { RULES = 1, PAGE = 500 };

/* The rules, as far as they are data. */
static void rules_mark(void *mem, char mark[SECRET_FINGERPRINT_LEN + 1])
{
	struct buf *buf = buf_new(mem);

	buf_printf(buf, "%d", RULES);
	for (const struct parameter *row = parameter_next(NULL); row; row = parameter_next(row))
		buf_printf(buf, " %s%s", row->name, parameter_is_secret(row->name) ? "!" : "");
	secret_fingerprint(secret_new(mem, buf->data), mark);
}

/* A scope of something that has gone is left with nobody to tell. */
static int seal_one(struct db *db, void *mem, struct setting *setting, struct diag *diag)
{
	struct change change = {.db = db, .mem = mem, .who = &audit_daemon};
	int r;

	setting->secret = secret_new(mem, setting->value);
	setting->value = NULL;
	r = setting_put(db, setting);
	if (r < 0)
		return r;
	r = fleet_scope_touch(&change, setting->scope);
	if (r < 0 && error_status(r) >= 500)
		return r;
	change.diag = diag;
	return fleet_audit(&change, "setting.seal",
			   mem_printf(mem, "%s %s", setting->scope, setting->name), NULL,
			   audit_secret(setting->secret));
}

static bool is_secret(const struct setting *setting)
{
	return secrecy_of(setting->name, setting->value) || notify_setting_is_secret(setting->name);
}

/* The number of those that were sealed. */
static int seal_all(struct db *db, struct diag *diag)
{
	CLEANUP(mem_freep) void *page = mem_root("seal");
	const char *scope = "", *name = "";
	size_t count;
	int sealed = 0;

	do {
		void *next = mem_root("seal");
		struct setting *settings;
		int r = setting_list_clear(next, db, scope, name, PAGE, &settings, &count);

		for (size_t i = 0; i < count && r >= 0; i++) {
			scope = settings[i].scope;
			name = settings[i].name;
			if (!is_secret(&settings[i]))
				continue;
			r = seal_one(db, next, &settings[i], diag);
			sealed++;
		}
		mem_free(page);
		page = next;
		if (r < 0)
			return r;
	} while (count == PAGE);
	return sealed;
}

int fleet_seal(struct db *db, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("seal mark");
	char mark[SECRET_FINGERPRINT_LEN + 1];
	char *stored = NULL;
	int sealed, r = meta_find(scratch, db, "secrecy_mark", &stored);

	rules_mark(scratch, mark);
	if (r < 0 || (r > 0 && strcmp(stored, mark) == 0))
		return r < 0 ? r : 0;
	sealed = seal_all(db, reterr);
	r = sealed < 0 ? sealed : meta_put(db, "secrecy_mark", mark);
	return r < 0 ? r : sealed;
}
