/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* Waits for sockets.  One thread: thousands of phones mostly wait. */

typedef void sim_ready(void *arg, int fd, uint32_t events);

struct sim_loop;

int sim_loop_new(void *mem, struct sim_loop **ret) MUST_CHECK;

/* EPOLLIN and EPOLLOUT; again for another set of them. */
void sim_loop_watch(struct sim_loop *loop, int fd, uint32_t events, sim_ready *ready, void *arg);
void sim_loop_unwatch(struct sim_loop *loop, int fd);

/* Waits no longer than that (-1: as long as it takes), and serves what is ready. */
void sim_loop_turn(struct sim_loop *loop, int timeout_ms);

/* The sooner of two moments, of which -1 is none. */
int64_t sim_sooner(int64_t a, int64_t b);
