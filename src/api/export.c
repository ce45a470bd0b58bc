/* SPDX-License-Identifier: MIT */
/*
 * GET /api/v1/export/{kind}: a table, page by page.  Secrets are for admins,
 * after the audit row that says so is on disk.
 */
#include "fleet/export.h"

#include "api/answer.h"
#include "api/query.h"
#include "api/write.h"
#include "base/buf.h"
#include "base/mem.h"
#include "fleet/audit.h"
#include "http/auth.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/group.h"

static int page_next(void *arg, struct buf *out)
{
	struct db *db;
	int r = fleet_reader(&db);

	return r < 0 ? r : export_next(db, arg, out);
}

static int answer(struct request *req, struct export *export)
{
	reply_stream(req, 200, "text/csv; charset=utf-8", page_next, export);
	reply_header(req, "Content-Disposition",
		     mem_printf(request_mem(req), "attachment; filename=\"%s.csv\"",
				import_kind_name(export->kind)));
	return 0;
}

static int reveal_op(struct request *req, struct change *change, void *arg)
{
	struct export *export = arg;
	const char *action =
		mem_printf(change->mem, "export.%s.reveal", import_kind_name(export->kind));
	const char *group = request_query(req, "group");
	int r = fleet_audit(change, action,
			    group ? mem_printf(change->mem, "group:%s", group) : "fleet", NULL,
			    NULL);

	return r < 0 ? r : answer(req, export);
}

static int group_take(struct request *req, struct export *export, struct diag *reterr)
{
	const char *name = request_query(req, "group");
	struct group *group;
	struct db *db;
	int r = fleet_reader(&db);

	if (r < 0 || !name)
		return r;
	r = group_find(request_mem(req), db, name, &group);
	if (r == 0)
		return diag_set(reterr, -E_GROUP_UNKNOWN, "there is no group '%s'", name);
	if (r > 0)
		export->group_id = group->id;
	return r < 0 ? r : 0;
}

int api_export(struct request *req)
{
	struct export *export = mem_new(request_mem(req), struct export);
	struct diag diag = {0};
	int r = 0;

	export->after = -1;
	if (!import_kind_find(request_param(req, "kind"), &export->kind))
		r = diag_set(&diag, -E_VALUE, "what is exported is devices, handsets or lines");
	if (r == 0)
		r = api_flag(req, "reveal", &export->reveal, &diag);
	if (r == 0 && export->reveal && request_principal(req)->role != ROLE_ADMIN)
		r = diag_set(&diag, -E_FORBIDDEN, "only admins may see secrets");
	if (r == 0)
		r = group_take(req, export, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return export->reveal ? api_write(req, reveal_op, export) : answer(req, export);
}
