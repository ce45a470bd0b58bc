/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct request;

/*
 * Somebody asks for MACs that are not there.  Different MACs are counted for
 * each address and minute; beyond unknown_macs_per_minute the log says so,
 * once a minute.  Nothing is refused: healthy phones look the same at first.
 */
void scan_note(struct request *req, int64_t mac);
