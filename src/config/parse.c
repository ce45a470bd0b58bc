/* SPDX-License-Identifier: MIT */
#include "parse.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/zone.h"
#include "config/config.h"
#include "shape.h"

/*
 * A value is taken as it stands: no quotes, no escapes, no comment behind it.
 * What looks as if its writer thought otherwise is refused, rather than kept
 * as a part of the value: `" #` and ` ;` would else end up in file names.
 * A # or ; inside of a word, as in a URL, is nothing special.
 */

enum {
	LIST_MAX = 64,	 /* members of a value that is a list */
	VALUE_LEN = 900, /* bytes, as config_print() writes it */
	WORD_LEN = 64,
	SOCKET_LEN = sizeof(((struct sockaddr_un *)0)->sun_path) - 1,
	GUARD_COUNT_MAX = 100000,
};

const char *config_quote(char out[QUOTE_MAX], const char *text)
{
	size_t len = strlen(text);
	size_t room = QUOTE_MAX - sizeof("\"…\"");

	if (len <= room) {
		snprintf(out, QUOTE_MAX, "\"%s\"", text);
		return out;
	}
	for (len = room; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
		len--;
	snprintf(out, QUOTE_MAX, "\"%.*s…\"", (int)len, text);
	return out;
}

static int wrong(struct diag *reterr, const char *value, const char *what)
{
	char quoted[QUOTE_MAX];

	return diag_set(reterr, -E_VALUE, "%s %s", config_quote(quoted, value), what);
}

static int plain_check(const char *value, struct diag *reterr)
{
	if (strstr(value, " #") || strstr(value, " ;"))
		return wrong(reterr, value,
			     "holds a comment, and comments stand on lines of their own");
	if (*value == '"' || *value == '\'')
		return wrong(reterr, value, "is in quotes, and they are not taken off");
	return 0;
}

static int parse_number(const struct config_type *type, const char *value, unsigned *field,
			struct diag *reterr)
{
	uint64_t n;

	if (!text_to_uint(value, UINT64_MAX, &n))
		return wrong(reterr, value, "is not a whole number");
	if (n < type->least || n > type->most)
		return wrong(reterr, value, "is out of range");
	*field = (unsigned)n;
	return 0;
}

static int parse_choice(const struct config_key *key, const char *value, void *field,
			struct diag *reterr)
{
	unsigned n = 0;

	while (key->type->words[n] && strcmp(key->type->words[n], value) != 0)
		n++;
	if (!key->type->words[n])
		return wrong(reterr, value, "is not a choice");
	if (key->size == sizeof(bool))
		*(bool *)field = n == 1;
	else
		*(unsigned *)field = n;
	return 0;
}

/* What is accepted must fit in a line when it is printed, where networks may be longer. */
static int length_check(void *mem, const struct config_key *key, const void *section,
			struct diag *reterr)
{
	struct buf *text = buf_new(mem);
	size_t len;

	config_unparse(key, section, text);
	len = text->len;
	mem_free(text);
	if (len > VALUE_LEN)
		return diag_set(
			reterr, -E_VALUE,
			"the value has %zu bytes when it is written out, and %d is the most", len,
			VALUE_LEN);
	return 0;
}

int config_parse(const struct config_origin *origin, const struct config_key *key,
		 const char *value, void *section, struct diag *reterr)
{
	void *field = (char *)section + key->offset;
	bool may_be_empty = key->fallback && !*key->fallback;
	int r;

	if (!*value && !may_be_empty)
		return diag_set(reterr, -E_VALUE, "the value is empty");
	r = plain_check(value, reterr);
	if (r < 0)
		return r;
	if (key->type->words)
		return parse_choice(key, value, field, reterr);
	if (!key->type->parse)
		return parse_number(key->type, value, field, reterr);
	r = key->type->parse(origin, value, field, reterr);
	if (r < 0)
		return r;
	return length_check(origin->mem, key, section, reterr);
}

void config_unparse(const struct config_key *key, const void *section, struct buf *buf)
{
	const void *field = (const char *)section + key->offset;

	if (key->type->print)
		key->type->print(field, buf);
	else if (!key->type->words)
		buf_printf(buf, "%u", *(const unsigned *)field);
	else if (key->size == sizeof(bool))
		buf_adds(buf, key->type->words[*(const bool *)field]);
	else
		buf_adds(buf, key->type->words[*(const unsigned *)field]);
}

void config_expected(const struct config_type *type, struct buf *buf)
{
	if (type->expected) {
		buf_adds(buf, type->expected);
		return;
	}
	for (size_t i = 0; type->words[i]; i++) {
		if (i > 0)
			buf_adds(buf, type->words[i + 1] ? ", " : " or ");
		buf_adds(buf, type->words[i]);
	}
}

/* The absolute path; `prefix` goes before it. */
static int path_join(const struct config_origin *origin, const char *prefix, const char *value,
		     size_t max, const char **field, struct diag *reterr)
{
	char *path;
	int r;

	while (strncmp(value, "./", 2) == 0)
		value += 2;
	if (!*value)
		return diag_set(reterr, -E_VALUE, "the path is empty");
	path = mem_printf(origin->mem, "%s%s%s%s", prefix, *value == '/' ? "" : origin->dir,
			  *value == '/' ? "" : "/", value);
	if (strlen(path) - strlen(prefix) > max) {
		r = diag_set(reterr, -E_VALUE, "the path has %zu bytes, and %zu is the most",
			     strlen(path) - strlen(prefix), max);
		mem_free(path);
		return r;
	}
	/* The ini file's directory was not looked at yet, and has to be printed, too. */
	r = text_check_line(path, SIZE_MAX);
	if (r < 0)
		return wrong(reterr, path, error_text(r));
	r = plain_check(path, reterr);
	if (r < 0)
		return r;
	*field = path;
	return 0;
}

int parse_path(const struct config_origin *origin, const char *value, void *field,
	       struct diag *reterr)
{
	return path_join(origin, "", value, VALUE_LEN, field, reterr);
}

int parse_socket(const struct config_origin *origin, const char *value, void *field,
		 struct diag *reterr)
{
	return path_join(origin, "", value, SOCKET_LEN, field, reterr);
}

int parse_database(const struct config_origin *origin, const char *value, void *field,
		   struct diag *reterr)
{
	static const char sqlite[] = "sqlite:";

	if (strncmp(value, sqlite, strlen(sqlite)) != 0)
		return wrong(reterr, value, "names no database");
	value += strlen(sqlite);
	if (strcmp(value, ":memory:") == 0)
		return diag_set(reterr, -E_VALUE, "a database in memory keeps nothing");
	return path_join(origin, sqlite, value, VALUE_LEN, field, reterr);
}

/* Whether the file can be read is asked as the user that the daemon is now. */
int parse_file(const struct config_origin *origin, const char *value, void *field,
	       struct diag *reterr)
{
	const char **path = field;
	char quoted[QUOTE_MAX];
	struct stat st;
	int r;

	if (!*value) {
		*path = NULL;
		return 0;
	}
	r = path_join(origin, "", value, VALUE_LEN, path, reterr);
	if (r < 0)
		return r;
	if (stat(*path, &st) < 0 || euidaccess(*path, R_OK) < 0)
		return diag_set(reterr, -E_VALUE, "%s: %m", config_quote(quoted, *path));
	if (!S_ISREG(st.st_mode))
		return wrong(reterr, *path, "is not a regular file");
	return 0;
}

int parse_own_file(const struct config_origin *origin, const char *value, void *field,
		   struct diag *reterr)
{
	if (strcmp(value, "own") != 0)
		return parse_file(origin, value, field, reterr);
	*(const char **)field = "own";
	return 0;
}

int parse_address(const struct config_origin *origin, const char *value, void *field,
		  struct diag *reterr)
{
	struct net_address address;
	char text[NET_TEXT_MAX];

	if (!net_address_parse(value, &address))
		return wrong(reterr, value, "is not an address");
	net_address_text(&address, text);
	*(const char **)field = mem_strdup(origin->mem, text);
	return 0;
}

int parse_zone(const struct config_origin *origin, const char *value, void *field,
	       struct diag *reterr)
{
	const struct zone *zone;

	if (*value && zone_find(value, &zone, NULL) < 0)
		return wrong(reterr, value, "is not a time zone that this machine has");
	*(const char **)field = mem_strdup(origin->mem, value);
	return 0;
}

int parse_word(const struct config_origin *origin, const char *value, void *field,
	       struct diag *reterr)
{
	if (strlen(value) > WORD_LEN)
		return wrong(reterr, value, "is too long");
	for (const char *s = value; *s; s++)
		if (*s < ' ' || *s > '~' || strchr("\"':\\", *s))
			return wrong(reterr, value, "holds another character");
	*(const char **)field = mem_strdup(origin->mem, value);
	return 0;
}

/* Words are cut out of a copy; count, or -E_VALUE when there are too many. */
static int split(void *mem, const char *value, const char *words[LIST_MAX], struct diag *reterr)
{
	char *save = NULL;
	int count = 0;

	for (char *s = mem_strdup(mem, value); (s = strtok_r(s, " ", &save)); s = NULL) {
		if (count == LIST_MAX)
			return diag_set(reterr, -E_VALUE, "more than %d words", LIST_MAX);
		words[count++] = s;
	}
	return count;
}

int parse_planes(const struct config_origin *origin, const char *value, void *field,
		 struct diag *reterr)
{
	const char *words[LIST_MAX];
	unsigned planes = 0;
	int count = split(origin->mem, value, words, reterr);

	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		size_t n = 0;

		while (n < config_plane_count && strcmp(config_planes[n].word, words[i]) != 0)
			n++;
		if (n == config_plane_count)
			return wrong(reterr, words[i], "is not a choice");
		if (planes & config_planes[n].bit)
			return wrong(reterr, words[i], "is there twice");
		planes |= config_planes[n].bit;
	}
	*(unsigned *)field = planes;
	return 0;
}

int parse_networks(const struct config_origin *origin, const char *value, void *field,
		   struct diag *reterr)
{
	struct config_networks *networks = field;
	const char *words[LIST_MAX];
	struct net_prefix *prefixes;
	int count = split(origin->mem, value, words, reterr);

	if (count < 0)
		return count;
	prefixes = mem_array(origin->mem, struct net_prefix, (size_t)count);
	for (int i = 0; i < count; i++)
		if (!net_prefix_parse(words[i], &prefixes[i]))
			return wrong(reterr, words[i],
				     "is not a network whose bits beyond the prefix are zero");
	networks->prefixes = prefixes;
	networks->count = (size_t)count;
	return 0;
}

/* Of interfaces for multicast, which IPv4 names by their addresses. */
int parse_addresses(const struct config_origin *origin, const char *value, void *field,
		    struct diag *reterr)
{
	struct config_words *addresses = field;
	const char *words[LIST_MAX];
	struct net_address address;
	int count = split(origin->mem, value, words, reterr);

	if (count < 0)
		return count;
	addresses->words = NULL;
	addresses->count = 0;
	for (int i = 0; i < count; i++) {
		if (!net_address_parse(words[i], &address) || address.len != 4)
			return wrong(reterr, words[i], "is not an IPv4 address");
		*mem_push(origin->mem, &addresses->words, &addresses->count) = words[i];
	}
	return 0;
}

static int pattern_check(const char *path, struct diag *reterr)
{
	unsigned macs = 0;

	if (*path != '/')
		return wrong(reterr, path, "does not begin with /");
	for (const char *s = path; *s; s++) {
		if (*s <= ' ' || *s > '~' || strchr("?#{}\\\"<>^`|", *s))
			return wrong(reterr, path, "holds a character that paths do not have");
		if (*s != '%')
			continue;
		if (strncmp(s, "%MACD", 5) == 0 || strncmp(s, "%MACC", 5) == 0)
			macs++;
		else if (strncmp(s, "%DVID", 5) != 0)
			return wrong(reterr, path, "holds another placeholder");
	}
	if (macs != 1)
		return wrong(reterr, path, macs ? "holds two MACs" : "holds no MAC");
	if (strstr(path, "//") || strstr(path, "/./") || strstr(path, "/../"))
		return wrong(reterr, path, "holds //, /./ or /../");
	return 0;
}

static bool scheme_is_good(const char *s)
{
	return *s >= 'a' && *s <= 'z' &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789+-.")] == '\0';
}

int parse_schemes(const struct config_origin *origin, const char *value, void *field,
		  struct diag *reterr)
{
	struct config_words *schemes = field;
	const char *words[LIST_MAX];
	int count = split(origin->mem, value, words, reterr);

	if (count < 0)
		return count;
	if (count == 0)
		return diag_set(reterr, -E_VALUE, "names no scheme");
	for (int i = 0; i < count; i++)
		if (!scheme_is_good(words[i]))
			return wrong(reterr, words[i], "is not a URL scheme in lower case");
	schemes->words = mem_memdup(origin->mem, words, (size_t)count * sizeof(words[0]));
	schemes->count = (size_t)count;
	return 0;
}

int parse_patterns(const struct config_origin *origin, const char *value, void *field,
		   struct diag *reterr)
{
	struct config_words *paths = field;
	const char *words[LIST_MAX];
	int count = split(origin->mem, value, words, reterr);

	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		int r = pattern_check(words[i], reterr);

		if (r < 0)
			return r;
		for (int n = 0; n < i; n++)
			if (strcmp(words[n], words[i]) == 0)
				return wrong(reterr, words[i], "is there twice");
	}
	paths->words = mem_memdup(origin->mem, words, (size_t)count * sizeof(words[0]));
	paths->count = (size_t)count;
	return 0;
}

int parse_guard(const struct config_origin *origin, const char *value, void *field,
		struct diag *reterr)
{
	struct config_guard *guard = field;
	const char *words[LIST_MAX];
	char percent[8];
	uint64_t share;
	uint64_t number;
	int count = split(origin->mem, value, words, reterr);
	size_t len;

	if (count != 2)
		return count < 0 ? count : wrong(reterr, value, "is not two words");
	len = strlen(words[0]);
	if (len < 2 || len > sizeof(percent) || words[0][len - 1] != '%')
		return wrong(reterr, words[0], "is not a percentage");
	memcpy(percent, words[0], len - 1);
	percent[len - 1] = '\0';
	if (!text_to_uint(percent, 100, &share))
		return wrong(reterr, words[0], "is not a percentage");
	if (!text_to_uint(words[1], GUARD_COUNT_MAX, &number))
		return wrong(reterr, words[1], "is not a count");
	guard->percent = (unsigned)share;
	guard->count = (unsigned)number;
	return 0;
}

int parse_bytes(const struct config_origin *origin, const char *value, void *field,
		struct diag *reterr)
{
	static const uint64_t least = 1 << 10;
	static const uint64_t most = UINT64_C(2) << 30;
	static const char units[] = "KMG";
	size_t digits = strspn(value, "0123456789");
	const char *unit = value[digits] ? strchr(units, value[digits]) : NULL;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	uint64_t n;

	if (digits == 0 || (value[digits] && (!unit || value[digits + 1])))
		return wrong(reterr, value, "is not a number of bytes");
	if (!text_to_uint(mem_strndup(origin->mem, value, digits), most, &n) || n << shift > most ||
	    n << shift < least)
		return wrong(reterr, value, "is out of range");
	*(unsigned *)field = (unsigned)(n << shift);
	return 0;
}
