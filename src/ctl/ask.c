/* SPDX-License-Identifier: MIT */
#include "ctl/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/secret.h"

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	interrupted = number;
}

static int line_take(void *mem, char *line, ssize_t len, const char *name, struct secret **ret,
		     struct diag *reterr)
{
	if (len < 0)
		return diag_set(reterr, -EINVAL, "%s: there is no line to read", name);
	if (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	if (strlen(line) != (size_t)len)
		return diag_set(reterr, -EINVAL, "%s: the line holds a NUL", name);
	*ret = secret_new(mem, line);
	return 0;
}

int ctl_ask_line(void *mem, FILE *in, const char *name, struct secret **ret, struct diag *reterr)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len = getline(&line, &size, in);
	int r = line_take(mem, line, len, name, ret, reterr);

	if (line)
		explicit_bzero(line, size);
	free(line);
	return r;
}

/* Signals end the wait instead of the program, so that the echo comes back first. */
static int ask_without_echo(void *mem, FILE *terminal, struct secret **ret, struct diag *reterr)
{
	struct sigaction before[COUNT_OF(caught)];
	struct sigaction action = {.sa_handler = interrupt};
	struct termios shown;
	struct termios hidden;
	int r;

	if (tcgetattr(fileno(terminal), &shown) < 0)
		return diag_set(reterr, -errno, "the terminal: %s", strerror(errno));
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	interrupted = 0;
	for (size_t i = 0; i < COUNT_OF(caught); i++)
		sigaction(caught[i], &action, &before[i]);
	tcsetattr(fileno(terminal), TCSAFLUSH, &hidden);
	r = ctl_ask_line(mem, terminal, "the terminal", ret, reterr);
	tcsetattr(fileno(terminal), TCSAFLUSH, &shown);
	for (size_t i = 0; i < COUNT_OF(caught); i++)
		sigaction(caught[i], &before[i], NULL);
	if (interrupted)
		raise(interrupted);
	return r;
}

int ctl_ask_terminal(void *mem, const char *prompt, struct secret **ret, struct diag *reterr)
{
	FILE *terminal = fopen("/dev/tty", "r+e");
	int r;

	if (!terminal)
		return diag_set(reterr, -ENXIO, "there is no terminal to ask at");
	/* unbuffered: nothing of the secret stays in a buffer of stdio's */
	setvbuf(terminal, NULL, _IONBF, 0);
	fputs(prompt, terminal);
	r = ask_without_echo(mem, terminal, ret, reterr);
	fputc('\n', terminal);
	fclose(terminal);
	return r;
}

int ctl_ask_file(void *mem, const char *path, struct secret **ret, struct diag *reterr)
{
	FILE *file = fopen(path, "re");
	int r;

	if (!file)
		return diag_set(reterr, -errno, "%s: %s", path, strerror(errno));
	r = ctl_ask_line(mem, file, path, ret, reterr);
	fclose(file);
	return r;
}

int ctl_ask_secrets(struct ctl_line *line, FILE *in, struct diag *reterr)
{
	bool terminal = isatty(fileno(in));

	for (size_t i = 0; i < line->count; i++) {
		struct ctl_value *value = &line->values[i];
		struct secret *secret = NULL;
		int r;

		if (value->arg->type != CTL_SECRET)
			continue;
		if (terminal)
			r = ctl_ask_terminal(line, mem_printf(line, "%s: ", value->arg->field),
					     &secret, reterr);
		else
			r = ctl_ask_line(line, in, value->arg->spelling, &secret, reterr);
		if (r < 0)
			return r;
		value->secret = secret;
	}
	return 0;
}
