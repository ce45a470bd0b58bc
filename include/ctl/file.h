/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

struct buf;

/* What is behind the last slash. */
const char *ctl_file_name(const char *path);

/* Appends what is in a file; "-" is standard input. */
int ctl_file_read(struct buf *out, const char *path, struct diag *reterr) MUST_CHECK;

/* The same of one that becomes a text in JSON: far smaller, since it may grow sixfold there. */
int ctl_file_read_text(struct buf *out, const char *path, struct diag *reterr) MUST_CHECK;
