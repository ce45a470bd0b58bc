/* SPDX-License-Identifier: MIT */
#include "sim/program.h"

#include <curl/curl.h>
#include <libxml/parser.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/standard.h"
#include "base/version.h"
#include "sim/help.h"
#include "sim/options.h"
#include "sim/run.h"

int sim_complain(enum sim_exit code, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("gigaprov-sim: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return (int)code;
}

static int help(void *mem, void (*fill)(struct buf *out))
{
	struct buf *out = buf_new(mem);

	fill(out);
	fputs(out->data, stdout);
	return SIM_DONE;
}

static int usage(const char *words)
{
	sim_complain(SIM_USAGE, "%s", words);
	fputs("Try 'gigaprov-sim --help'.\n", stderr);
	return SIM_USAGE;
}

static int wpi(void *mem, int argc, char **argv)
{
	struct sim_options options;
	struct diag diag = {0};

	if (sim_options_parse(mem, argc, argv, &options, &diag) < 0)
		return usage(diag.text);
	if (options.help)
		return help(mem, sim_help_wpi);
	if (options.version)
		return printf("gigaprov-sim %s\n", GIGAPROV_VERSION) < 0 ? SIM_FAILED : SIM_DONE;
	return sim_run(mem, &options);
}

static int program(void *mem, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (!*word) {
		help(mem, sim_help);
		return SIM_USAGE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return help(mem, sim_help);
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return printf("gigaprov-sim %s\n", GIGAPROV_VERSION) < 0 ? SIM_FAILED : SIM_DONE;
#define SIMULATION(name, what)                                                                     \
	if (strcmp(word, #name) == 0)                                                              \
		return name(mem, argc, argv);
#include "sim/simulations.def"
#undef SIMULATION
	return usage(mem_printf(mem, "there is no simulation '%s'", word));
}

int sim_main(int argc, char **argv)
{
	CLEANUP(mem_freep) void *mem = mem_root("gigaprov-sim");
	struct sigaction stop = {.sa_handler = sim_run_stop};
	int code;

	standard_hold();
	/* what --state keeps are passwords */
	umask(077);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (sodium_init() < 0)
		return sim_complain(SIM_FAILED, "libsodium does not start");
	xmlInitParser();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	code = program(mem, argc, argv);
	if (!standard_is_written())
		code = sim_complain(SIM_FAILED, "standard output cannot be written: %m");
	mem_free(mem);
	mem = NULL;
	curl_global_cleanup();
	xmlCleanupParser();
	return code;
}
