/* SPDX-License-Identifier: MIT */
#include "store/param.h"

#include "base/secret.h"
#include "db/db.h"

int param_from(void *mem, struct db_rows *rows, int first, const char *place, struct param *ret)
{
	struct secret *secret;
	int r = db_secret(mem, rows, first + 2, place, &secret);

	if (r < 0)
		return r;
	ret->name = db_text_copy(mem, rows, first);
	ret->value = db_text_copy(mem, rows, first + 1);
	ret->secret = secret;
	return 0;
}

const char *param_text(const struct param *param)
{
	return param->secret ? secret_reveal(param->secret) : param->value;
}
