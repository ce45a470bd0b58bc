/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "http/auth.h"

struct config;

/* Accounts as http asks for them (auth_find). */
int accounts_find(void *arg, const char *name, struct credential *ret) MUST_CHECK;

/*
 * Without any account there is nobody to make one: makes `admin` with a random
 * password, prints it once and keeps it in `state_dir`/admin.password, mode 0600.
 */
int accounts_first(const struct config *config, struct diag *reterr) MUST_CHECK;
