/* SPDX-License-Identifier: MIT */
#include "ctl/line.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"

struct parser {
	struct ctl_line *line;
	struct ctl_words words;
	bool only_values; /* after -- */
	struct diag *reterr;
};

const struct ctl_value *ctl_line_value(const struct ctl_line *line, const char *field)
{
	for (size_t i = 0; i < line->count; i++)
		if (strcmp(line->values[i].arg->field, field) == 0)
			return &line->values[i];
	return NULL;
}

static const struct ctl_value *value_of(const struct ctl_line *line, const struct ctl_arg *arg)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->values[i].arg == arg)
			return &line->values[i];
	return NULL;
}

static void value_add(struct ctl_line *line, const struct ctl_arg *arg, const char *text)
{
	line->values = mem_grow(line, line->values, sizeof(*line->values), line->count + 1);
	line->values[line->count++] = (struct ctl_value){.arg = arg, .text = text};
}

static int unknown_option(const struct parser *p, const char *word)
{
	struct nearest nearest = {.word = word};
	const struct ctl_arg *arg = NULL;
	const struct ctl_option *option = NULL;

	while (p->line->verb && (arg = ctl_arg_next(p->line->verb, arg)) != NULL)
		if (ctl_arg_is_option(arg))
			nearest_offer(&nearest, mem_strndup(p->line, arg->spelling,
							    strcspn(arg->spelling, " ")));
	while ((option = ctl_option_next(CTL_PROGRAM_CTL, option)) != NULL)
		nearest_offer(&nearest, mem_strndup(p->line, option->spelling,
						    strcspn(option->spelling, " ")));
	if (nearest.best)
		return diag_set(p->reterr, -EINVAL, "unknown option %s; did you mean %s?", word,
				nearest.best);
	return diag_set(p->reterr, -EINVAL, "unknown option %s", word);
}

/* One value for each field, unless the type collects them. */
static int check_repeated(const struct parser *p, const struct ctl_arg *arg)
{
	const struct ctl_value *other = ctl_line_value(p->line, arg->field);

	if (!other || (other->arg == arg && arg->type == CTL_MANY))
		return 0;
	if (other->arg == arg)
		return diag_set(p->reterr, -EINVAL, "%.*s is given twice",
				(int)strcspn(arg->spelling, " "), arg->spelling);
	return diag_set(p->reterr, -EINVAL, "%.*s and %.*s contradict each other",
			(int)strcspn(other->arg->spelling, " "), other->arg->spelling,
			(int)strcspn(arg->spelling, " "), arg->spelling);
}

static int parse_option(struct parser *p)
{
	const char *word = p->words.words[p->words.at];
	const struct ctl_arg *arg = NULL;
	const char *text;
	int r;

	while (p->line->verb && (arg = ctl_arg_next(p->line->verb, arg)) != NULL) {
		if (!ctl_arg_is_option(arg) || !ctl_spelling_matches(arg->spelling, word))
			continue;
		r = check_repeated(p, arg);
		if (r < 0)
			return r;
		r = ctl_spelling_take(arg->spelling, &p->words, &text, p->reterr);
		if (r < 0)
			return r;
		value_add(p->line, arg, text);
		return 0;
	}
	r = ctl_option_take(CTL_PROGRAM_CTL, &p->words, &p->line->options, p->reterr);
	if (r == 0)
		return unknown_option(p, word);
	return r;
}

static int parse_verb(struct parser *p)
{
	const char *word = p->words.words[p->words.at++];
	const char *topic =
		*p->line->topic ? mem_printf(p->line, "%s %s", p->line->topic, word) : word;
	const char *nearest;

	if (!*p->line->topic && strcmp(word, "help") == 0) {
		p->line->options.help = "";
		return 0;
	}
	if (*word && ctl_verb_next(topic, NULL)) {
		p->line->topic = topic;
		p->line->verb = ctl_verb_find(topic);
		return 0;
	}
	nearest = ctl_verb_nearest(p->line, topic);
	if (nearest)
		return diag_set(p->reterr, -EINVAL, "unknown command '%s'; did you mean '%s'?",
				topic, nearest);
	return diag_set(p->reterr, -EINVAL, "unknown command '%s'", topic);
}

static int parse_position(struct parser *p)
{
	const char *word = p->words.words[p->words.at];
	const struct ctl_arg *arg = NULL;

	while ((arg = ctl_arg_next(p->line->verb, arg)) != NULL) {
		if (ctl_arg_is_option(arg) || arg->need == CTL_FIXED)
			continue;
		if (value_of(p->line, arg) && arg->type != CTL_WORDS)
			continue;
		if (!*word && arg->where == CTL_PATH)
			return diag_set(p->reterr, -EINVAL, "%s is empty", arg->spelling);
		value_add(p->line, arg, word);
		p->words.at++;
		return 0;
	}
	return diag_set(p->reterr, -EINVAL, "'%s' is one argument too many", word);
}

static int parse_word(struct parser *p)
{
	const char *word = p->words.words[p->words.at];
	bool number = word[0] == '-' && word[1] >= '0' && word[1] <= '9';

	if (!p->only_values && strcmp(word, "--") == 0) {
		p->only_values = true;
		p->words.at++;
		return 0;
	}
	if (!p->only_values && word[0] == '-' && word[1] && !number)
		return parse_option(p);
	return p->line->verb ? parse_position(p) : parse_verb(p);
}

static int check_complete(const struct parser *p)
{
	const struct ctl_line *line = p->line;
	const struct ctl_arg *arg = NULL;
	const struct ctl_arg *one[2] = {0};
	size_t ones = 0;
	size_t given = 0;

	while ((arg = ctl_arg_next(line->verb, arg)) != NULL) {
		bool here = value_of(line, arg) != NULL;

		if (arg->need == CTL_MUST && !here)
			return diag_set(p->reterr, -EINVAL, "%s is missing", arg->spelling);
		if (arg->need != CTL_ONE)
			continue;
		if (ones < COUNT_OF(one))
			one[ones++] = arg;
		given += here;
	}
	if (ones == COUNT_OF(one) && given != 1)
		return diag_set(p->reterr, -EINVAL, "give either %s or %s", one[0]->spelling,
				one[1]->spelling);
	return 0;
}

int ctl_line_parse(void *mem, int argc, char **argv, struct ctl_line **ret, struct diag *reterr)
{
	struct ctl_line *line = mem_new(mem, struct ctl_line);
	struct parser p = {.line = line, .words = {.words = argv, .at = 1}, .reterr = reterr};
	int r;

	*ret = line;
	line->topic = "";
	while (p.words.at < argc) {
		int at = p.words.at;

		r = parse_word(&p);
		/* someone who asks for help gets it, whatever else is wrong */
		if (r < 0 && !line->options.help)
			return r;
		if (p.words.at == at)
			p.words.at++;
	}
	line->help = line->options.help != NULL;
	if (line->help)
		return 0;
	if (!line->verb && *line->topic)
		return diag_set(reterr, -EINVAL, "a word is missing after '%s'", line->topic);
	if (!line->verb)
		return diag_set(reterr, -EINVAL, "a command is missing");
	return check_complete(&p);
}
