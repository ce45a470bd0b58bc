/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct buf;
struct schedule;

/* "Mon–Fri between 00:00 and 05:00 Europe/Berlin, each phone once a week" */
void sentence_schedule(const struct schedule *schedule, struct buf *buf);

/* "on Thursday at 00:53": a device's turn, where no clock is changed. */
void sentence_device(const struct schedule *schedule, uint64_t mac, struct buf *buf);
