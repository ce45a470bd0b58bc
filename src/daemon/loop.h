/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

struct http;

/*
 * The main thread's loop: signals, the watchdog, and what has to be done now
 * and then.  It never waits for a commit.
 */
struct loop;

int loop_new(struct http *http, const char *config_file, struct loop **ret) MUST_CHECK;

/* Until SIGTERM or SIGINT. */
int loop_run(struct loop *loop) MUST_CHECK;
void loop_free(struct loop *loop);
