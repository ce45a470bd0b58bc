/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

struct buf;
struct config_redirect;

/*
 * Files by which old IP-DECT phones (N510, N720, C610) find their URL.
 *
 *     <data server>/<DVID>/master.bin -> sifs/sifsroot.bin -> sih_4xx.bin ->
 *     sit_44x.bin -> siu_444.bin -> the URL
 *
 * for the auto-provisioning code 444: hundreds, tens, units.  They are the same
 * for every phone; placeholders in the URL are for the phone to fill in.
 */

/* Appends master.bin. */
void chain_master(struct buf *out);

/*
 * Appends the file of this name from the sifs folder; false when there is none.
 * `code` has three digits, `url` at most 250 bytes.
 */
bool chain_node(struct buf *out, const char *name, const char *code, const char *url);

/*
 * The file of a request: master.bin where `file` is NULL, `dvid` and `part` the
 * numbers in its path (NULL: not in it).  -E_NO_ROUTE when there is none, or no
 * chain at all.
 */
int chain_file(struct buf *out, const struct config_redirect *config, const char *dvid,
	       const char *part, const char *file) MUST_CHECK;
