/* SPDX-License-Identifier: MIT */
/*
 * Authorization: Digest name=value, name="value", …
 *
 * Phones quote what need not be quoted and leave quotes out where they belong.
 * So any value may be either; what is not understood is passed over, but a
 * field that comes twice is refused, since two readers would disagree on it.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "http/digest.h"

enum field {
	USERNAME,
	REALM,
	NONCE,
	URI,
	RESPONSE,
	ALGORITHM,
	CNONCE,
	NC,
	QOP,
	USERHASH,
	FIELD_COUNT,
};

static const char *const field_names[FIELD_COUNT] = {
	"username",  "realm",  "nonce", "uri", "response",
	"algorithm", "cnonce", "nc",	"qop", "userhash",
};

struct reader {
	char *at;
	char *fields[FIELD_COUNT];
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip(struct reader *reader, const char *what)
{
	reader->at += strspn(reader->at, what);
}

/* Cuts and unescapes in place, from behind the opening quote. */
static char *read_quoted(struct reader *reader)
{
	char *start = reader->at;
	char *out = start;

	for (; *reader->at && *reader->at != '"'; reader->at++) {
		if (*reader->at == '\\' && reader->at[1])
			reader->at++;
		*out++ = *reader->at;
	}
	if (*reader->at != '"')
		return NULL;
	reader->at++;
	*out = '\0';
	return start;
}

/* The end is marked by the caller, who still needs the byte there. */
static char *read_token(struct reader *reader, char **ret_end)
{
	char *start = reader->at;
	char *end;

	reader->at += strcspn(start, ",");
	end = reader->at;
	while (end > start && is_blank(end[-1]))
		end--;
	*ret_end = end;
	return start;
}

static int field_set(struct reader *reader, const char *name, size_t len, char *value)
{
	for (int i = 0; i < FIELD_COUNT; i++) {
		if (strncasecmp(name, field_names[i], len) != 0 || field_names[i][len])
			continue;
		if (reader->fields[i])
			return -E_BAD_REQUEST;
		reader->fields[i] = value;
	}
	return 0;
}

static int read_field(struct reader *reader)
{
	char *name = reader->at;
	size_t len = strcspn(name, "=, \t\r\n\"");
	char *end = NULL;
	char *value;

	reader->at += len;
	skip(reader, " \t\r\n");
	if (len == 0 || *reader->at != '=')
		return -E_BAD_REQUEST;
	reader->at++;
	skip(reader, " \t\r\n");
	if (*reader->at == '"') {
		reader->at++;
		value = read_quoted(reader);
		if (!value)
			return -E_BAD_REQUEST;
	} else {
		value = read_token(reader, &end);
	}
	skip(reader, " \t\r\n");
	if (*reader->at && *reader->at != ',')
		return -E_BAD_REQUEST;
	skip(reader, ", \t\r\n");
	if (end)
		*end = '\0';
	return field_set(reader, name, len, value);
}

static int algorithm_set(struct digest *digest, const char *name)
{
	if (!name || strcasecmp(name, "MD5") == 0)
		digest->algorithm = DIGEST_MD5;
	else if (strcasecmp(name, "SHA-256") == 0)
		digest->algorithm = DIGEST_SHA256;
	else
		return -E_BAD_REQUEST;
	return 0;
}

static int nc_set(struct digest *digest, const char *nc)
{
	uint32_t n = 0;
	size_t len = strlen(nc);

	if (len == 0 || len > 8)
		return -E_BAD_REQUEST;
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(nc[i]);

		if (digit < 0)
			return -E_BAD_REQUEST;
		n = n << 4 | (uint32_t)digit;
	}
	digest->nc = nc;
	digest->nc_value = n;
	return 0;
}

static int fields_set(struct digest *digest, char *const *fields)
{
	int r;

	for (int i = USERNAME; i <= RESPONSE; i++)
		if (!fields[i])
			return -E_BAD_REQUEST;
	if (fields[USERHASH] && strcasecmp(fields[USERHASH], "false") != 0)
		return -E_BAD_REQUEST;
	digest->username = fields[USERNAME];
	digest->realm = fields[REALM];
	digest->nonce = fields[NONCE];
	digest->uri = fields[URI];
	digest->response = fields[RESPONSE];
	r = algorithm_set(digest, fields[ALGORITHM]);
	if (r < 0 || !fields[QOP])
		return r;
	if (strcasecmp(fields[QOP], "auth") != 0 || !fields[CNONCE] || !fields[NC])
		return -E_BAD_REQUEST;
	digest->cnonce = fields[CNONCE];
	return nc_set(digest, fields[NC]);
}

int digest_parse(void *mem, const char *header, struct digest **ret)
{
	struct reader reader = {.at = NULL};
	struct digest *digest;
	size_t len;
	int r = 0;

	header += strspn(header, " \t");
	if (strncasecmp(header, "Digest", 6) != 0 || !is_blank(header[6]))
		return -E_UNAUTHORIZED;
	header += 7;
	len = strnlen(header, DIGEST_HEADER_MAX + 1);
	if (len > DIGEST_HEADER_MAX)
		return -E_BAD_REQUEST;
	digest = mem_zalloc(mem, sizeof(*digest) + len + 1);
	reader.at = (char *)(digest + 1);
	memcpy(reader.at, header, len);
	skip(&reader, ", \t\r\n");
	while (r == 0 && *reader.at)
		r = read_field(&reader);
	if (r == 0)
		r = fields_set(digest, reader.fields);
	if (r < 0) {
		mem_free(digest);
		return r;
	}
	*ret = digest;
	return 0;
}
