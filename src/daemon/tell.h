/* SPDX-License-Identifier: MIT */
#pragma once

struct config;

/* Logs what is odd about a configuration that is about to be used, and what its schedules mean. */
void tell_config(const struct config *config);
