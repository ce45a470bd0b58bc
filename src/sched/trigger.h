/* SPDX-License-Identifier: MIT */
#pragma once

#include "sched/step.h"

/* Devices are told by src/outbound, which takes orders through fleet. */
extern const struct step_trigger trigger;
