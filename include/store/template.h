/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/* Files kept for phones, as stored: at most one for a scope. */

struct template
{
	const char *scope; /* "product:dx800", "group:ward", "device:7C2F80E0D605" */
	const char *content_type;
	const struct secret *text; /* NULL from template_list() */
	int64_t updated_at;
};

/* 1 found, 0 not; -E_SEAL. */
int template_find(void *mem, struct db *db, const char *scope, struct template **ret) MUST_CHECK;
/* By scope, after `after` (NULL: from the first), at most `limit`; without their texts. */
int template_list(void *mem, struct db *db, const char *after, int limit, struct template **ret,
		  size_t *ret_count) MUST_CHECK;
/* Sets or replaces. */
int template_put(struct db *db, const struct template *template) MUST_CHECK;
/* 1 there was one, 0 not. */
int template_delete(struct db *db, const char *scope) MUST_CHECK;
