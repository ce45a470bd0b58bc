/* SPDX-License-Identifier: MIT */
/* <oper name="update_dm">: what is still to come is planned here, what is over is only told. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/operation.h"
#include "import_found.h"

static const char *param_of(const struct read_item *item, const char *name)
{
	for (size_t i = 0; i < item->param_count; i++)
		if (strcmp(item->params[i].name, name) == 0)
			return item->params[i].value;
	return NULL;
}

static int64_t number_of(const struct read_item *item, const char *name)
{
	const char *text = param_of(item, name);
	uint64_t n = 0;

	return text && text_to_uint(text, INT32_MAX * (uint64_t)2, &n) ? (int64_t)n : 0;
}

static void take(void *mem, const struct read_item *item, struct operation_new *new)
{
	const char *password = param_of(item, "DMPpasswd");

	new->dm = item->value;
	new->url = param_of(item, "FwUpdateUrl");
	new->kind = new->url ? OPERATION_FIRMWARE : OPERATION_OPEN_REGISTRATION;
	new->start_at = number_of(item, new->url ? "FwUpdateStart" : "RegStart");
	new->duration = new->url ? 0 : number_of(item, "RegDuration");
	new->password = password &&*password ? secret_new(mem, password) : NULL;
}

static int known(struct found *found, struct change *change, const struct operation_new *new)
{
	struct operation *operations;
	size_t count;
	int r = operation_list(found->mem, change->db, found->import->mac, &operations, &count);

	for (size_t i = 0; i < count && r == 0; i++)
		r = operations[i].kind == new->kind &&operations[i].start_at ==
		    new->start_at &&operations[i].duration == new->duration;
	return r;
}

int import_operation_put(struct found *found, struct change *change, const struct read_item *item,
			 bool force)
{
	struct operation_new new = {.force = force};
	int64_t id;
	int r;

	take(found->mem, item, &new);
	if (new.start_at + new.duration <= clock_now()) {
		import_note(found, item->line, IMPORT_REFUSED, item->name,
			    new.start_at == 1
				    ? "would open DECT registration at each fetch; say when: "
				      "gigaprovctl operation add"
				    : "its time is over");
		return 0;
	}
	r = known(found, change, &new);
	if (r == 0)
		r = fleet_operation_add(change, found->import->mac, &new, &id);
	if (r == -E_DB || r == -E_DB_FULL)
		return r;
	if (r < 0)
		import_note(found, item->line, IMPORT_REFUSED, item->name, "%s",
			    diag_text(change->diag, r));
	else
		import_note(found, item->line, IMPORT_RECOGNISED, item->name, "operation");
	if (r < 0 && change->diag)
		*change->diag = (struct diag){0};
	return 0;
}
