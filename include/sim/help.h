/* SPDX-License-Identifier: MIT */
#pragma once

struct buf;

/* What --help prints, made of the tables. */
void sim_help(struct buf *out);
void sim_help_wpi(struct buf *out);
