/* SPDX-License-Identifier: MIT */
#include "ctl/help.h"

#include <string.h>

#include "base/buf.h"
#include "ctl/options.h"
#include "ctl/verb.h"

enum { LINE_MAX_WIDTH = 80, NAME_WIDTH = 24 };

static const struct {
	int code;
	const char *what;
} exits[] = {
#define EXIT(id, code, what) {code, what},
#include "ctl/exits.def"
#undef EXIT
};

static const struct {
	const char *name;
	const char *what;
} asks[] = {
#define ASK(name, what) {#name, what},
#include "ctl/asks.def"
#undef ASK
};

/* "  NAME        what it is"; a long name has a line of its own. */
static void add_item(struct buf *out, const char *name, const char *what)
{
	size_t len = strlen(name);

	buf_printf(out, "  %s", name);
	if (len >= NAME_WIDTH) {
		buf_addc(out, '\n');
		len = 0;
		buf_adds(out, "  ");
	}
	for (; len < NAME_WIDTH; len++)
		buf_addc(out, ' ');
	buf_printf(out, "%s\n", what);
}

static void add_options(struct buf *out, enum ctl_program program)
{
	const struct ctl_option *option = NULL;

	while ((option = ctl_option_next(program, option)) != NULL) {
		struct buf *name = buf_new(out);

		if (option->shortened)
			buf_printf(name, "-%c, ", option->shortened);
		buf_adds(name, option->spelling);
		add_item(out, name->data, option->what);
	}
}

static void add_exits(struct buf *out)
{
	buf_adds(out, "\nExit codes:\n");
	for (size_t i = 0; i < COUNT_OF(exits); i++)
		buf_printf(out, "  %d  %s\n", exits[i].code, exits[i].what);
}

/* "MAC", "--role ROLE", "[--group GROUP]", "(VALUE | --secret-stdin)", wrapped. */
static void add_usage(struct buf *out, const struct ctl_verb *verb)
{
	const struct ctl_arg *arg = NULL;
	size_t line;
	unsigned ones = 0;

	line = out->len;
	buf_printf(out, "usage: gigaprovctl %s", verb->words);
	while ((arg = ctl_arg_next(verb, arg)) != NULL) {
		struct buf *word = buf_new(out);

		if (arg->need == CTL_FIXED)
			continue;
		if (arg->need == CTL_ONE)
			buf_printf(word, ones++ ? "| %s)" : "(%s", arg->spelling);
		else if (arg->need == CTL_MUST)
			buf_adds(word, arg->spelling);
		else
			buf_printf(word, arg->type == CTL_MANY ? "[%s]..." : "[%s]", arg->spelling);
		if (out->len - line + 1 + word->len > LINE_MAX_WIDTH) {
			buf_adds(out, "\n      ");
			line = out->len - 6;
		}
		buf_printf(out, " %s", word->data);
	}
	buf_addc(out, '\n');
}

static void add_notes(struct buf *out, const struct ctl_verb *verb)
{
	for (enum ctl_type type = 0; type < CTL_TYPES; type++) {
		const struct ctl_arg *arg = NULL;

		while ((arg = ctl_arg_next(verb, arg)) != NULL && arg->type != type)
			;
		if (arg && *ctl_type_note(type))
			buf_printf(out, "\n%s", ctl_type_note(type));
	}
}

/* What a verb that asks no server answers by itself. */
static void add_asks(struct buf *out)
{
	buf_adds(out,
		 "\nEach line is a question, {\"ask\": …} with the fields of a schedule as in\n"
		 "the ini file (tz for timezone), and is answered with a line.  Questions:\n\n");
	for (size_t i = 0; i < COUNT_OF(asks); i++)
		add_item(out, asks[i].name, asks[i].what);
}

static void help_verb(struct buf *out, const struct ctl_verb *verb)
{
	const struct ctl_arg *arg = NULL;
	bool any = false;

	add_usage(out, verb);
	buf_printf(out, "\n%s\n", verb->what);
	while ((arg = ctl_arg_next(verb, arg)) != NULL) {
		if (arg->need == CTL_FIXED)
			continue;
		if (!any)
			buf_addc(out, '\n');
		any = true;
		add_item(out, arg->spelling, arg->what);
	}
	add_notes(out, verb);
	if (verb->output == CTL_LOCAL)
		add_asks(out);
	buf_adds(out, "\nOptions that every command takes: gigaprovctl --help\n");
}

static void help_all(struct buf *out)
{
	const struct ctl_verb *verb = NULL;

	buf_adds(out, "usage: gigaprovctl [OPTION]... COMMAND [ARGUMENT]...\n"
		      "\n"
		      "The command line of gigaprovd, for phones and their handsets.\n"
		      "\n"
		      "Commands:\n");
	while ((verb = ctl_verb_next("", verb)) != NULL)
		add_item(out, verb->words, verb->what);
	buf_adds(out, "\nOptions, before or after the command:\n");
	add_options(out, CTL_PROGRAM_CTL);
	add_exits(out);
	buf_adds(out, "\nWith a USER in --url, the password comes from --password-file, from the\n"
		      "environment's GIGAPROV_PASSWORD, or is asked for at the terminal.\n"
		      "Lists go on for as many pages as there are.  NO_COLOR turns bold off.\n"
		      "After -- nothing is an option.\n"
		      "\n"
		      "gigaprovctl COMMAND --help tells a command's arguments.\n");
}

void ctl_help(struct buf *out, const char *topic)
{
	const struct ctl_verb *verb = ctl_verb_find(topic);

	if (!*topic) {
		help_all(out);
		return;
	}
	if (verb) {
		help_verb(out, verb);
		return;
	}
	buf_printf(out, "usage: gigaprovctl %s COMMAND [ARGUMENT]...\n\n", topic);
	while ((verb = ctl_verb_next(topic, verb)) != NULL)
		add_item(out, verb->words, verb->what);
	buf_printf(out, "\ngigaprovctl %s COMMAND --help tells a command's arguments.\n", topic);
}

void ctl_help_client(struct buf *out)
{
	buf_adds(out,
		 "usage: ap-client [OPTION]... AUTH-NAME AUTH-PASS HOST METHOD [ARGUMENT]...\n"
		 "\n"
		 "Calls an XML-RPC method of a redirection server.\n"
		 "\n"
		 "  HOST is [http[s]://]HOST[:PORT]; alone it means http, port 80.\n"
		 "  METHOD is such as autoprov.registerDevice.\n"
		 "  ARGUMENT is s:STRING, or sl:A,B,C for an array of strings.\n"
		 "\n"
		 "  ap-client NAME PASS prov.example.net autoprov.registerDevice \\\n"
		 "      s:7C2F80820EC0-55DF s:http://prov.example.net/xml/%MACD.xml s:Provider\n"
		 "\n"
		 "Name and password are sent with the first request (Basic); a server that asks\n"
		 "for Digest gets that.  The answer is printed a line for each member, with tabs\n"
		 "in rows: first 1 or 0, then OK or what was wrong.  A comma after a URL that\n"
		 "another argument follows is dropped.\n"
		 "\n"
		 "Options, before AUTH-NAME:\n");
	add_options(out, CTL_PROGRAM_CLIENT);
	add_exits(out);
}
