/* SPDX-License-Identifier: MIT */
#include "fleet/activation.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "redirect/url.h"
#include "store/activation.h"
#include "store/provider.h"

enum { CODE_MAX = 64, PASSWORD_MAX = 128 };

static json_t *shown(struct change *change, const struct activation *activation,
		     const char *provider)
{
	return json_pack("{s:s, s:s, s:o}", "url", url_redact(change->mem, activation->url),
			 "provider", provider, "password", audit_secret(activation->password));
}

static int code_check(struct change *change, const char *code)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_~";
	size_t len = strlen(code);

	if (len >= 1 && len <= CODE_MAX && strspn(code, letters) == len && strcmp(code, ".") != 0 &&
	    strcmp(code, "..") != 0)
		return 0;
	return diag_set(change->diag, -E_ACTIVATION_CODE, "%s", error_text(-E_ACTIVATION_CODE));
}

static int input_check(struct change *change, const struct activation_input *in)
{
	int r = url_check(in->url, in->url_schemes, change->diag);

	if (r < 0)
		return r;
	r = text_check_line(secret_reveal(in->password), PASSWORD_MAX);
	return r < 0 ? diag_set(change->diag, r, "the password %s", error_text(r)) : 0;
}

int fleet_activation_add(struct change *change, const char *code, const struct activation_input *in)
{
	struct activation activation = {
		.code = code,
		.password = in->password,
		.url = in->url,
		.created_at = clock_now(),
	};
	struct provider *provider;
	int r = code_check(change, code);

	if (r == 0)
		r = input_check(change, in);
	if (r < 0)
		return r;
	r = provider_find(change->mem, change->db, in->provider, &provider);
	if (r <= 0)
		return r < 0 ? r : -E_PROVIDER_UNKNOWN;
	activation.provider_id = provider->id;
	r = activation_insert(change->db, &activation);
	if (r < 0)
		return r == -E_DB_CONSTRAINT ? -E_ACTIVATION_EXISTS : r;
	return fleet_audit(change, "activation.add", mem_printf(change->mem, "activation:%s", code),
			   NULL, shown(change, &activation, in->provider));
}

int fleet_activation_remove(struct change *change, const char *code)
{
	struct activation *activation;
	int r = activation_find(change->mem, change->db, code, &activation);

	if (r == 0)
		return -E_ACTIVATION_UNKNOWN;
	if (r > 0)
		r = activation_delete(change->db, code);
	if (r < 0)
		return r;
	return fleet_audit(change, "activation.remove",
			   mem_printf(change->mem, "activation:%s", code),
			   shown(change, activation, activation->provider), NULL);
}
