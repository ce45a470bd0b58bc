/* SPDX-License-Identifier: MIT */
#include "rpc/multipart.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { BOUNDARY_MAX = 70 }; /* RFC 2046 */

/* The boundary with its two leading dashes. */
static int boundary_find(const char *content_type, char out[BOUNDARY_MAX + 3], struct diag *reterr)
{
	const char *at;
	size_t len;

	if (!content_type || strncasecmp(content_type, "multipart/form-data", 19) != 0)
		return diag_set(reterr, -E_BAD_TYPE,
				"the upload must be multipart/form-data, as a form sends it");
	at = strcasestr(content_type, "boundary=");
	if (at) {
		at += 9;
		len = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; \t");
		if (len >= 1 && len <= BOUNDARY_MAX) {
			memcpy(out, "--", 2);
			memcpy(out + 2, at, len);
			out[2 + len] = '\0';
			return 0;
		}
	}
	return diag_set(reterr, -E_BAD_REQUEST, "the upload's Content-Type has no boundary");
}

struct part {
	const char *content;
	size_t len;
};

/* Does a delimiter's line end here, and how? */
static const char *line_end(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	return end - s >= 2 && s[0] == '\r' && s[1] == '\n' ? s + 2 : NULL;
}

static bool is_blank(const struct part *part)
{
	for (size_t i = 0; i < part->len; i++)
		if (!strchr(" \t\r\n", part->content[i]))
			return false;
	return true;
}

/*
 * Takes the part that begins behind a delimiter's line; 1 a part, 0 the
 * closing delimiter stood there.  `*at` moves behind the next delimiter.
 */
static int part_take(const char **at, const char *end, const char *delimiter, struct part *ret,
		     struct diag *reterr)
{
	size_t delimiter_len = strlen(delimiter);
	const char *start = *at;
	const char *head, *next;

	if (end - start >= 2 && memcmp(start, "--", 2) == 0)
		return 0;
	start = line_end(start, end);
	if (!start)
		return diag_set(
			reterr, -E_BAD_REQUEST,
			"the upload is malformed: a boundary is not followed by a new line");
	/* Without headers the blank line is the first. */
	head = end - start >= 2 && memcmp(start, "\r\n", 2) == 0
		       ? start - 2
		       : memmem(start, (size_t)(end - start), "\r\n\r\n", 4);
	if (!head)
		return diag_set(reterr, -E_BAD_REQUEST,
				"the upload is cut off: a part has no end of its headers");
	ret->content = head + 4;
	next = head + 2;
	for (;;) {
		next = memmem(next, (size_t)(end - next), delimiter, delimiter_len);
		if (!next)
			return diag_set(reterr, -E_BAD_REQUEST,
					"the upload is cut off: the closing boundary is missing");
		if (next - 2 >= head + 2 && memcmp(next - 2, "\r\n", 2) == 0)
			break;
		next += delimiter_len;
	}
	ret->len = next - 2 > ret->content ? (size_t)(next - 2 - ret->content) : 0;
	*at = next + delimiter_len;
	return 1;
}

int multipart_document(const char *content_type, const char *body, size_t len, const char **ret,
		       size_t *ret_len, struct diag *reterr)
{
	char delimiter[BOUNDARY_MAX + 3];
	const char *end = body + len;
	const char *at;
	struct part part = {0};
	unsigned documents = 0;
	int r = boundary_find(content_type, delimiter, reterr);

	if (r < 0)
		return r;
	at = memmem(body, len, delimiter, strlen(delimiter));
	if (!at)
		return diag_set(reterr, -E_BAD_REQUEST, "the upload has no part");
	at += strlen(delimiter);
	while ((r = part_take(&at, end, delimiter, &part, reterr)) > 0) {
		if (is_blank(&part))
			continue;
		documents++;
		*ret = part.content;
		*ret_len = part.len;
	}
	if (r < 0)
		return r;
	if (documents != 1)
		return diag_set(reterr, -E_BAD_REQUEST,
				"the upload has %u documents; one is expected", documents);
	return 0;
}
