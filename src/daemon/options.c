/* SPDX-License-Identifier: MIT */
#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/version.h"

#define CONFIG_FILE "/etc/gigaprovd/gigaprovd.ini"

static const char usage[] =
	"usage: gigaprovd [-c FILE] [--check | --print-config | --print-sample]\n"
	"\n"
	"  -c, --config FILE   ini file; " CONFIG_FILE " without it\n"
	"      --check         say whether the file is good, and exit\n"
	"      --print-config  print what the file means, defaults included, and exit\n"
	"      --print-sample  print an annotated sample, and exit\n"
	"      --version       print the version, and exit\n"
	"  -h, --help          print this, and exit\n"
	"\n"
	"Exit status: 0 done, 1 could not start or run, 2 wrong usage, 3 the ini file has errors.\n"
	"SIGHUP reloads the ini file; SIGTERM answers what is in flight and ends.\n";

int options_parse(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"print-config", no_argument, NULL, 'p'},
		{"print-sample", no_argument, NULL, 's'},
		{"version", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	*ret = (struct options){.config_file = CONFIG_FILE};
	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			ret->config_file = optarg;
			break;
		case 'k':
			ret->check = true;
			break;
		case 'p':
			ret->print_config = true;
			break;
		case 's':
			ret->print_sample = true;
			break;
		case 'v':
			puts("gigaprovd " GIGAPROV_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "gigaprovd: '%s' is not understood\n%s", argv[optind], usage);
		return EXIT_USAGE;
	}
	return -1;
}
