/* SPDX-License-Identifier: MIT */
#pragma once

#include "db/db.h"

/*
 * A reading connection for each thread that asks, opened on first use and
 * closed when the thread ends.
 */

struct readers;

/* The database must be there already (writer_start() makes it). */
int readers_open(void *mem, const char *url, struct readers **ret, struct diag *reterr) MUST_CHECK;

/* This thread's connection.  Not to be closed. */
int readers_get(struct readers *readers, struct db **ret) MUST_CHECK;

/* After every thread that used it has ended. */
void readers_close(struct readers *readers);
