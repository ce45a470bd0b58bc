/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "store/param.h"

struct db;

/*
 * Opers, as stored: <oper> elements of a device's document that gigaprovd does
 * not make from anything else.  They are written in the order of their
 * positions, which is that of adding; so are the parameters of each.
 */

struct oper {
	int64_t id;
	int64_t mac;
	int position;
	const char *name;
	const char *value; /* NULL: it has none */
	struct param *params;
	size_t param_count;
	int64_t created_at;
};

/* By position, with their parameters. */
int oper_list(void *mem, struct db *db, int64_t mac, struct oper **ret,
	      size_t *ret_count) MUST_CHECK;
/* Behind the device's last one; tells its id and position there. */
int oper_insert(struct db *db, struct oper *oper) MUST_CHECK;
/* 1 there was one, 0 not. */
int oper_delete(struct db *db, int64_t mac, int64_t id) MUST_CHECK;
