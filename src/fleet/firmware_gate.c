/* SPDX-License-Identifier: MIT */
#include "fleet/firmware_gate.h"

#include <string.h>

#include "base/mem.h"
#include "fleet/firmware.h"
#include "fleet/fleet.h"
#include "fleet/operation.h"
#include "fleet/schedule.h"
#include "store/device.h"
#include "store/wpi_order.h"

/* Its name; NULL: none is attached. */
static int schedule_of(void *mem, struct db *db, const struct config *config, int64_t mac,
		       const char **ret)
{
	struct device nobody = {.mac = mac};
	struct device *device = &nobody;
	struct planned planned;
	int r = mac < 0 ? 0 : device_get(mem, db, mac, &device);

	if (r == 0)
		r = planned_find(mem, db, config, device, schedule_firmware_name, &planned);
	if (r == 0)
		*ret = planned.name;
	return r;
}

/* An operation that is written names the file by the device's own link; an order by its name. */
static int is_ordered(void *mem, struct db *db, int64_t mac, const char *name, int64_t at)
{
	char token[FIRMWARE_TOKEN_LEN + 1];
	struct operation *operations;
	bool ordered = false;
	size_t count;
	int r = operation_list(mem, db, mac, &operations, &count);

	firmware_token(mac, name, token);
	for (size_t i = 0; i < count && r == 0; i++)
		if (operations[i].kind == OPERATION_FIRMWARE &&
		    operation_is_written(&operations[i], at) && operations[i].url &&
		    strstr(operations[i].url, token))
			return 1;
	if (r == 0)
		r = wpi_order_has_file(db, mac, name, &ordered);
	return r < 0 ? r : ordered;
}

static int is_begun(struct db *db, int64_t mac, const char *name, int64_t at)
{
	int64_t begun_at;
	int r = firmware_begun_find(db, mac, name, &begun_at);

	return r <= 0 ? r : at >= begun_at && at < begun_at + FIRMWARE_FINISH;
}

/* What was noted already need not be noted with every piece. */
static int begins(struct db *db, int64_t mac, const char *name, int64_t at, bool is_rest, bool *ret)
{
	int r = is_rest ? is_begun(db, mac, name, at) : 0;

	*ret = r == 0;
	return r < 0 ? r : 0;
}

int firmware_judge_time(void *mem, struct db *db, const struct config *config, int64_t mac,
			const char *name, int64_t at, bool is_rest, struct firmware_pass *ret)
{
	const char *schedule = NULL;
	int r = schedule_of(mem, db, config, mac, &schedule);

	*ret = (struct firmware_pass){0};
	if (r < 0 || !schedule)
		return r;
	ret->gate = gate_judge(config, schedule, at, 0);
	if (!ret->gate.reason)
		return mac < 0 ? 0 : begins(db, mac, name, at, is_rest, &ret->begins);
	if (mac < 0)
		return ret->gate.reason;
	r = is_rest ? is_begun(db, mac, name, at) : 0;
	if (r == 0)
		r = is_ordered(mem, db, mac, name, at);
	if (r == 0)
		r = ret->gate.reason;
	return r < 0 ? r : 0;
}

struct begun {
	int64_t mac;
	int64_t at;
	const char *name;
};

static int begin_op(struct db *db, void *arg, struct diag *diag)
{
	const struct begun *begun = arg;

	(void)diag;
	return firmware_begun_put(db, begun->mac, begun->name, begun->at);
}

static void begin_done(void *arg, int result, const struct diag *diag)
{
	(void)result;
	(void)diag;
	mem_free(arg);
}

void firmware_begin(int64_t mac, const char *name, int64_t at)
{
	struct begun *begun = mem_new(NULL, struct begun);

	begun->mac = mac;
	begun->at = at;
	begun->name = mem_strdup(begun, name);
	if (writer_post(fleet_writer(), WRITER_NORMAL, begin_op, begin_done, begun) < 0)
		mem_free(begun);
}
