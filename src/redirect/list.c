/* SPDX-License-Identifier: MIT */
#include "redirect/list.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

enum { AUDITED_MAX = 64, MEMORY = 64 * 1024 };

struct redirect_list *redirect_list_new(void *mem)
{
	struct redirect_list *list = mem_new(mem, struct redirect_list);

	list->mem = mem_pool(list, MEMORY);
	list->audited = buf_new(list);
	list->now = clock_now();
	return list;
}

static int store(struct db *db, struct redirect_list *list)
{
	int r = device_insert_registered(db, list->devices, list->count);

	if (r == 0)
		r = registration_insert_series(db, &list->registration, list->macs, list->count);
	list->count = 0;
	mem_empty(list->mem);
	return r;
}

int list_room(struct db *db, struct redirect_list *list, void **ret_mem)
{
	*ret_mem = list->mem;
	return list->count == 0 || list->count == DB_SERIES ? store(db, list) : 0;
}

int list_add(struct redirect_list *list, const struct registration *registration,
	     const struct device *device)
{
	list->registration = *registration;
	list->macs[list->count] = registration->mac;
	list->devices[list->count++] = device;
	return 0;
}

static int audit(struct db *db, const struct redirect_caller *caller,
		 const struct redirect_target *target)
{
	struct redirect_list *list = target->list;
	int r = audit_insert(db, caller->who, "registration.add", list->audited->data, NULL,
			     target->audit);

	buf_cut(list->audited, 0);
	list->audited_count = 0;
	return r;
}

int list_audit(struct db *db, const struct redirect_caller *caller,
	       const struct redirect_target *target, int64_t mac)
{
	struct redirect_list *list = target->list;
	char text[MAC_LEN + 1];

	mac_format(mac, text);
	if (list->audited_count++ > 0)
		buf_addc(list->audited, ' ');
	buf_adds(list->audited, "device:");
	buf_add(list->audited, text, MAC_LEN);
	return list->audited_count < AUDITED_MAX ? 0 : audit(db, caller, target);
}

int redirect_list_end(struct db *db, const struct redirect_caller *caller,
		      const struct redirect_target *target)
{
	int r = store(db, target->list);

	return r < 0 || target->list->audited_count == 0 ? r : audit(db, caller, target);
}
