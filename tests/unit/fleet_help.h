/* SPDX-License-Identifier: MIT */
#pragma once

/* An empty fleet in memory, a clock that stands, and commands on it that must work. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/catalogue.h"
#include "fleet/device.h"
#include "fleet/handset.h"
#include "fleet/operation.h"
#include "fleet/rendition.h"
#include "fleet/scope.h"
#include "fleet/view.h"
#include "store/mac.h"

enum { NOW = 1527771540 };

struct fixture {
	void *mem;
	struct db *db;
	struct diag diag;
	struct config config;
	struct change change;
};

static inline int fleet_begin(void **state)
{
	static const struct audit_who who = {"tester", "", ""};
	char key[] = "/tmp/fleet-test-key-XXXXXX";
	struct fixture *f = mem_new(NULL, struct fixture);
	int fd = mkstemp(key);

	close(fd);
	unlink(key);
	assert_int_equal(secret_setup(key, true, &f->diag), 0);
	unlink(key);
	f->mem = f;
	assert_int_equal(
		db_open(NULL, "sqlite::memory:", DB_WRITE, DB_SYNC_NORMAL, &f->db, &f->diag), 0);
	assert_int_equal(db_migrate(f->db, "sql/sqlite/", &f->diag), 0);
	f->config.provisioning.shrink_guard = (struct config_guard){20, 10};
	f->change = (struct change){f->db, f, &who, &f->diag};
	clock_set(NOW);
	*state = f;
	return 0;
}

static inline int fleet_end(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	mem_free(f);
	clock_set(0);
	return 0;
}

static inline int64_t mac_of(const char *text)
{
	int64_t mac;

	assert_int_equal(mac_parse(text, &mac), 0);
	return mac;
}

static inline int64_t device_make(struct fixture *f, const char *mac, const char *product,
				  const char *group)
{
	struct device_input input = {
		.has_product = true, .product = product, .has_group = true, .group = group};

	assert_int_equal(fleet_device_add(&f->change, mac_of(mac), &input), 0);
	return mac_of(mac);
}

static inline void handset_make(struct fixture *f, int64_t mac, const char *ipui)
{
	struct handset_new new = {.ipui = ipui};
	struct handset *handset;

	assert_int_equal(fleet_handset_add(&f->change, mac, &new, &handset), 0);
}

static inline void setting_make(struct fixture *f, const char *scope, const char *name,
				const char *value)
{
	struct setting_new new = {.scope = scope, .name = name, .value = value};

	assert_int_equal(fleet_setting_set(&f->change, &new), 0);
}

static inline struct view *view_at(struct fixture *f, int64_t mac, int64_t at)
{
	struct view *view;

	assert_int_equal(view_read(f->mem, f->db, &f->config, mac, at, &view), 0);
	return view;
}

static inline struct rendition *rendition_at(struct fixture *f, int64_t mac, int64_t at)
{
	struct rendition *rendition;

	assert_int_equal(rendition_make(f->mem, view_at(f, mac, at), true, &rendition, &f->diag),
			 0);
	return rendition;
}

/* As the daemon does: made, kept, fetched. */
static inline struct rendition *fetch_at(struct fixture *f, int64_t mac, int64_t at)
{
	struct rendition *rendition = rendition_at(f, mac, at);
	int64_t operations;

	assert_int_equal(rendition_put(f->db, rendition), 0);
	assert_true(rendition_evidence(f->db, mac, rendition->etag, at, &operations) >= 0);
	return rendition;
}

/* The value of a parameter in a view; NULL when it is not there. */
static inline const char *param_of(const struct view *view, const char *name)
{
	for (size_t i = 0; i < view->document.param_count; i++)
		if (strcmp(view->document.params[i].name, name) == 0)
			return view->document.params[i].value;
	return NULL;
}

/* What takes handsets away that a device is not told of. */
#define DNP "DeleteNotProvisionedHS"

static inline bool holds(const struct rendition *rendition, const char *text)
{
	return strstr(rendition->document, text) != NULL;
}

static inline unsigned count_of(const struct rendition *rendition, const char *text)
{
	unsigned count = 0;

	for (const char *at = rendition->document; (at = strstr(at, text)); at++)
		count++;
	return count;
}

/* IPUIs that differ. */
static inline const char *ipui_of(struct fixture *f, int n)
{
	return mem_printf(f, "0290000%03x", (unsigned)n);
}

static inline void remove_from(struct fixture *f, int64_t mac, int first, int end)
{
	for (int i = first; i < end; i++)
		assert_int_equal(
			fleet_handset_remove(&f->change, mac, ipui_of(f, i), OPERATION_DELETE), 0);
}

/* Fifty handsets, from ipui_of(f, 0) on, which their device has been given. */
static inline int64_t fifty_make(struct fixture *f, const char *name)
{
	int64_t mac = device_make(f, name, "n870", NULL);

	for (int i = 0; i < 50; i++)
		handset_make(f, mac, ipui_of(f, i));
	fetch_at(f, mac, NOW);
	return mac;
}
