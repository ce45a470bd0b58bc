/* SPDX-License-Identifier: MIT */
#pragma once

struct buf;

/* What --help prints, made of the tables. */

/* `topic` are the words of a verb, or as many of them as were given; "": everything. */
void ctl_help(struct buf *out, const char *topic);

/* For ap-client. */
void ctl_help_client(struct buf *out);
