/* SPDX-License-Identifier: MIT */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ctl/ask.h"
#include "ctl/request.h"

/* The arguments of gigaprovctl, as a parameter: ARGS("device", "list"). */
#define ARGS(...) ((char **)(const char *[]){"gigaprovctl", __VA_ARGS__, NULL})

static inline int args_count(char **args)
{
	int n = 0;

	while (args[n])
		n++;
	return n;
}

/* What the words of a refusal are; "" when there is none. */
static inline const char *line_refusal(void *mem, char **args)
{
	struct ctl_line *line;
	struct diag diag = {0};
	int r = ctl_line_parse(mem, args_count(args), args, &line, &diag);

	assert_int_equal(r < 0, diag.text[0] != '\0');
	return mem_strdup(mem, diag.text);
}

/* Parses and builds; `secrets` is standard input, "" where nothing is read. */
static inline int request_of(void *mem, char **args, const char *secrets, struct ctl_request *ret,
			     struct diag *reterr)
{
	struct ctl_line *line;
	FILE *in =
		fmemopen((void *)(*secrets ? secrets : " "), *secrets ? strlen(secrets) : 1, "r");
	int r = ctl_line_parse(mem, args_count(args), args, &line, reterr);

	assert_non_null(in);
	if (r >= 0)
		r = ctl_ask_secrets(line, in, reterr);
	if (r >= 0)
		r = ctl_request_build(mem, line, ret, reterr);
	fclose(in);
	return r;
}

/* "POST /path {body}" */
static inline const char *sent(void *mem, char **args, const char *secrets)
{
	struct ctl_request request;
	struct diag diag = {0};
	int r = request_of(mem, args, secrets, &request, &diag);

	assert_string_equal(diag.text, "");
	assert_int_equal(r, 0);
	return mem_printf(mem, "%s %s%s%s", request.method, request.path, request.body ? " " : "",
			  request.body ? request.body : "");
}

static inline int setup(void **state)
{
	*state = mem_root("test");
	return 0;
}

static inline int teardown(void **state)
{
	mem_free(*state);
	return 0;
}
