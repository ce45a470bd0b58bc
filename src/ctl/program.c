/* SPDX-License-Identifier: MIT */
#include "ctl/program.h"

#include <curl/curl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/standard.h"
#include "base/version.h"
#include "ctl/ask.h"
#include "ctl/eval.h"
#include "ctl/help.h"
#include "ctl/run.h"
#include "ctl/table.h"

static const char program[] = "gigaprovctl";

int ctl_complain(enum ctl_exit code, const char *name, const char *format, ...)
{
	CLEANUP(mem_freep) void *mem = mem_root("complaint");
	va_list args;
	char *text;

	va_start(args, format);
	text = mem_vprintf(mem, format, args);
	va_end(args);
	/* words of the server: on one line, and nothing that a terminal would obey */
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	ctl_defuse(text);
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", name, text);
	return (int)code;
}

static int usage(const struct ctl_line *line, const char *text)
{
	const char *words = line->topic;

	ctl_complain(CTL_USAGE, program, "%s%s%s", line->verb ? words : "", line->verb ? ": " : "",
		     text);
	fprintf(stderr, "Try '%s %s%s--help'.\n", program, words, *words ? " " : "");
	return CTL_USAGE;
}

static int run(void *mem, struct ctl_line *line)
{
	struct ctl_run run = {.program = program, .line = line};
	struct ctl_target target;
	struct diag diag = {0};
	int r;

	if (line->verb->output == CTL_LOCAL)
		return ctl_eval(mem, stdin, stdout);
	r = ctl_ask_secrets(line, stdin, &diag);
	if (r >= 0)
		r = ctl_request_build(mem, line, &run.request, &diag);
	if (r >= 0)
		r = ctl_target_of(mem, &line->options, &target, &diag);
	if (r < 0)
		return usage(line, diag_text(&diag, r));
	run.connection = ctl_connection_open(mem, &target);
	switch (line->verb->output) {
	case CTL_LIST:
		return ctl_run_list(mem, &run);
	case CTL_DOCUMENT:
		return ctl_run_document(mem, &run);
	case CTL_SEND:
		return ctl_run_sent(mem, &run);
	case CTL_STEPS:
		return ctl_run_steps(mem, &run);
	case CTL_RPC:
		return ctl_run_rpc(mem, &run);
	case CTL_OBJECT:
	case CTL_LOCAL:
		break;
	}
	return ctl_run_object(mem, &run);
}

static int gigaprovctl_main(void *mem, int argc, char **argv)
{
	struct ctl_line *line = NULL;
	struct diag diag = {0};
	struct buf *help = buf_new(mem);
	int r;

	if (argc < 2) {
		ctl_help(help, "");
		fputs(help->data, stderr);
		return CTL_USAGE;
	}
	r = ctl_line_parse(mem, argc, argv, &line, &diag);
	if (line->options.version) {
		printf("gigaprovctl " GIGAPROV_VERSION "\n");
		return CTL_DONE;
	}
	if (r < 0)
		return usage(line, diag_text(&diag, r));
	if (!line->help)
		return run(mem, line);
	ctl_help(help, line->topic);
	ctl_run_print(help, false);
	return CTL_DONE;
}

int ctl_main(int argc, char **argv)
{
	CLEANUP(mem_freep) void *mem = mem_root("gigaprovctl");
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc > 0 ? argv[0] : program;
	int code;

	standard_hold();
	setlocale(LC_CTYPE, "");
	tzset();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (strcmp(name, "ap-client") == 0)
		code = ap_client_main(mem, argc, argv);
	else
		code = gigaprovctl_main(mem, argc, argv);
	if (!standard_is_written())
		code = ctl_complain(CTL_REFUSED, name, "standard output cannot be written: %m");
	mem_free(mem);
	mem = NULL;
	curl_global_cleanup();
	return code;
}
