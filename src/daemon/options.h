/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

/* The daemon's command line. */
struct options {
	const char *config_file;
	bool check;	   /* --check: say whether the file is good */
	bool print_config; /* --print-config: as read, defaults included */
	bool print_sample; /* --print-sample: the annotated sample */
};

/* Exit statuses: systemd does not restart after EXIT_CONFIG. */
enum { EXIT_USAGE = 2, EXIT_CONFIG = 3 };

/* -1: go on; otherwise the status to exit with, after words have been printed. */
int options_parse(int argc, char **argv, struct options *ret) MUST_CHECK;
