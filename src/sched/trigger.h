/* SPDX-License-Identifier: MIT */
#pragma once

#include "sched/turn.h"

/* Devices are told by src/outbound, which takes orders through fleet. */
extern const struct turn_trigger sched_trigger;
