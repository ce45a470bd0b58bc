/* SPDX-License-Identifier: MIT */
/*
 * What real files have and XML does not.
 *
 * This walks over tags, values, comments and text as a parser would, without
 * understanding them, and copies.  A thing is set right only where it can mean
 * nothing else; a quote or a tag that does not end could mean much, so it is
 * refused where it begins, which a parser would notice hundreds of lines later.
 * Every line end is copied, whatever stands around it is not: lines stay lines.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/read_bytes.h"

/* Bytes by which any file may grow; small ones may consist of what has to be set right. */
enum { GROWTH_FREE = 65536 };

struct mending {
	void *mem;
	const char *at, *end;
	const char *line_start;
	unsigned line;
	const char *counted; /* on the line of `counted_start`, to which columns are counted */
	const char *counted_start;
	unsigned columns;
	size_t begun; /* bytes in `out` before all of it */
	size_t most;  /* bytes in `out` */
	struct buf *out;
	struct read_mends *mends;
	struct diag *reterr;
};

/* A place to come back to; its column is only counted when somebody wants to know. */
struct place {
	const char *at;
	const char *line_start;
	unsigned line;
};

static struct place here(const struct mending *m)
{
	return (struct place){m->at, m->line_start, m->line};
}

/* Goes on from the place before where that is on the same line, which may be the whole file. */
static unsigned column_of(struct mending *m, struct place place)
{
	if (m->counted_start != place.line_start || m->counted > place.at) {
		m->counted = m->counted_start = place.line_start;
		m->columns = 1;
	}
	for (; m->counted < place.at; m->counted++)
		m->columns += ((unsigned char)*m->counted & 0xc0) != 0x80;
	return m->columns;
}

static void note_at(struct mending *m, struct place place, const char *what)
{
	bool kept = m->mends->found < READ_MENDS_MAX;

	read_mend_note(m->mem, m->mends, place.line, kept ? column_of(m, place) : 0, what);
}

static void note(struct mending *m, const char *what)
{
	note_at(m, here(m), what);
}

static bool begins(const struct mending *m, const char *s)
{
	size_t len = strlen(s);

	return (size_t)(m->end - m->at) >= len && memcmp(m->at, s, len) == 0;
}

static const char *find(const struct mending *m, size_t skip, const char *s)
{
	if ((size_t)(m->end - m->at) < skip)
		return NULL;
	return memmem(m->at + skip, (size_t)(m->end - m->at) - skip, s, strlen(s));
}

static int refuse_at(struct mending *m, struct place place, int r, const char *what)
{
	if (m->reterr) {
		m->reterr->line = place.line;
		m->reterr->column = column_of(m, place);
	}
	return diag_set(m->reterr, r, "%s", what);
}

/* Each raw & becomes five bytes: a file of nothing else is not one that was meant to be XML. */
static int check_growth(struct mending *m)
{
	if (m->out->len <= m->most)
		return 0;
	return refuse_at(m, here(m), -E_XML,
			 "so much has to be set right up to here that this is no XML; export the "
			 "file again, or write & as &amp; and < as &lt; in it");
}

/* Goes on to `to`; of what is passed only line ends are copied. */
static void drop_to(struct mending *m, const char *to)
{
	for (; m->at < to; m->at++) {
		if (*m->at != '\n')
			continue;
		buf_addc(m->out, '\n');
		m->line++;
		m->line_start = m->at + 1;
	}
}

/* U+FFFE and U+FFFF. */
static bool is_noncharacter(const char *s, const char *end)
{
	return end - s >= 3 &&
	       (memcmp(s, "\xef\xbf\xbe", 3) == 0 || memcmp(s, "\xef\xbf\xbf", 3) == 0);
}

/* One byte; controls, which XML does not have, are dropped. */
static void copy(struct mending *m)
{
	unsigned char c = (unsigned char)*m->at;

	if (c < 0x20 && !strchr("\t\r\n", c ? c : 1)) {
		note(m, "a control character, left out");
		m->at++;
		return;
	}
	if (is_noncharacter(m->at, m->end)) {
		note(m, "a character that XML does not have, left out");
		m->at += 3;
		return;
	}
	buf_addc(m->out, *m->at++);
	if (c == '\n') {
		m->line++;
		m->line_start = m->at;
	}
}

/* The code point of "&#38;" or "&#x26;" with its length; 0 when it is none. */
static size_t reference(const char *s, const char *end, uint32_t *ret)
{
	const char *at = s + 2;
	unsigned base = 10;

	*ret = 0;
	if (end - s < 4 || s[1] != '#')
		return 0;
	if (*at == 'x') {
		base = 16;
		at++;
	}
	for (; at < end && *at != ';' && at - s < 12; at++) {
		int digit = *at >= '0' && *at <= '9'   ? *at - '0'
			    : *at >= 'a' && *at <= 'f' ? *at - 'a' + 10
			    : *at >= 'A' && *at <= 'F' ? *at - 'A' + 10
						       : 99;

		if ((unsigned)digit >= base)
			return 0;
		*ret = *ret > 0x110000 ? *ret : *ret * base + (unsigned)digit;
	}
	if (at == end || *at != ';' || at == s + 2 || (base == 16 && at == s + 3))
		return 0;
	return (size_t)(at + 1 - s);
}

static bool is_xml_char(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) ||
	       (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

static void ampersand(struct mending *m)
{
	static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
	uint32_t point;
	size_t len = reference(m->at, m->end, &point);

	if (len && !is_xml_char(point)) {
		note(m, "a reference to a character that XML does not have, left out");
		m->at += len;
		return;
	}
	for (size_t i = 0; i < COUNT_OF(known) && !len; i++)
		if (begins(m, known[i]))
			len = strlen(known[i]);
	if (len) {
		buf_add(m->out, m->at, len);
		m->at += len;
		return;
	}
	note(m, "a raw & (it should be &amp;)");
	buf_adds(m->out, "&amp;");
	m->at++;
}

static int value(struct mending *m)
{
	struct place start = here(m);
	char quote = *m->at;
	int r = 0;

	copy(m);
	while (m->at < m->end && *m->at != quote && (r = check_growth(m)) == 0) {
		if (*m->at == '&') {
			ampersand(m);
		} else if (*m->at == '<') {
			if (m->line != start.line)
				break;
			note(m, "a raw < in a value (it should be &lt;)");
			buf_adds(m->out, "&lt;");
			m->at++;
		} else {
			copy(m);
		}
	}
	if (r < 0)
		return r;
	if (m->at == m->end || *m->at != quote)
		return refuse_at(m, start, -E_XML, "the quote that begins here is not closed");
	copy(m);
	/* A NUL, which will be left out, is no blank. */
	if (m->at < m->end && (!*m->at || !strchr(" \t\r\n/>?", *m->at))) {
		note(m, "no blank before an attribute");
		buf_addc(m->out, ' ');
	}
	return 0;
}

/* Before the parser sees them: it holds every attribute of a tag against all others. */
static int refuse_many(struct mending *m, struct place start)
{
	char words[80];

	snprintf(words, sizeof(words), "the tag that begins here has more than %d attributes",
		 READ_ATTRIBUTES_MAX);
	return refuse_at(m, start, -E_XML, words);
}

static int tag(struct mending *m)
{
	struct place start = here(m);
	unsigned values = 0;
	int r = 0;

	copy(m);
	while (r == 0 && m->at < m->end && *m->at != '>' && *m->at != '<') {
		if (*m->at == '"' || *m->at == '\'')
			r = values++ < READ_ATTRIBUTES_MAX ? value(m) : refuse_many(m, start);
		else
			copy(m);
	}
	if (r == 0 && (m->at == m->end || *m->at != '>'))
		r = refuse_at(m, start, -E_XML, "the tag that begins here does not end");
	if (r == 0)
		copy(m);
	return r;
}

static int comment(struct mending *m)
{
	const char *close = find(m, 4, "-->");

	if (!close)
		return refuse_at(m, here(m), -E_XML, "the comment that begins here does not end");
	if (memmem(m->at + 4, (size_t)(close - m->at) - 4, "--", 2))
		note(m, "-- within a comment");
	drop_to(m, close + 3);
	return 0;
}

static bool ends(const struct mending *m, const char *s)
{
	size_t len = strlen(s);

	return m->out->len - m->begun >= len &&
	       memcmp(m->out->data + m->out->len - len, s, len) == 0;
}

static int declaration(struct mending *m)
{
	const char *close;
	int r = 0;

	if (begins(m, "<!--"))
		return comment(m);
	if (!begins(m, "<![CDATA["))
		return refuse_at(m, here(m), -E_XML_DOCTYPE,
				 "a document type declaration is not allowed; take it out");
	close = find(m, 9, "]]>");
	if (!close)
		return refuse_at(m, here(m), -E_XML, "the CDATA that begins here does not end");
	while (m->at < close && r == 0) {
		/* What was left out must not make an end of it. */
		if (*m->at == '>' && ends(m, "]]"))
			buf_adds(m->out, "]]><![CDATA[");
		copy(m);
		r = check_growth(m);
	}
	buf_adds(m->out, "]]>");
	m->at = close + 3;
	return r;
}

/* <?xml …?> and its like; the first has been seen by read_bytes(). */
static int instruction(struct mending *m)
{
	const char *close = find(m, 2, "?>");

	if (!close)
		return refuse_at(m, here(m), -E_XML, "the <? that begins here does not end");
	drop_to(m, close + 2);
	return 0;
}

static bool is_name_start(const struct mending *m)
{
	unsigned char c = m->end - m->at > 1 ? (unsigned char)m->at[1] : 0;

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
	       c == '/' || (c >= 0x80 && !is_noncharacter(m->at + 1, m->end));
}

static int markup(struct mending *m)
{
	if (begins(m, "<!"))
		return declaration(m);
	if (begins(m, "<?"))
		return instruction(m);
	if (is_name_start(m))
		return tag(m);
	note(m, "a raw < (it should be &lt;)");
	buf_adds(m->out, "&lt;");
	m->at++;
	return 0;
}

/*
 * Blanks and byte order marks in front of the first element: behind what is left
 * out there they would be the first of what remains.
 */
static void prologue(struct mending *m)
{
	bool blanks = false, marks = false;
	struct place start = here(m);
	const char *at = m->at;

	for (;; at++) {
		if (at < m->end && strchr(" \t\r\n", *at)) {
			blanks = true;
		} else if (m->end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
			marks = true;
			at += 2;
		} else {
			break;
		}
	}
	drop_to(m, at);
	if (marks || (blanks && begins(m, "<?xml")))
		note_at(m, start,
			marks ? "a byte order mark that is not the first, left out"
			      : "blanks before <?xml, left out");
}

static bool is_blank_so_far(const struct mending *m)
{
	return m->out->len == m->begun + (m->line - 1);
}

static void character(struct mending *m)
{
	if (*m->at == '>' && (ends(m, "--") || ends(m, "]]"))) {
		note(m, "a raw > (it should be &gt;)");
		buf_adds(m->out, "&gt;");
		m->at++;
	} else {
		copy(m);
	}
}

int read_mend(void *mem, const char *data, size_t len, struct buf *out, struct read_mends *mends,
	      struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("mend");
	struct mending m = {.mem = mem, .line = 1, .out = out, .mends = mends, .reterr = reterr};
	int r;

	if (len > READ_BYTES_MAX)
		return diag_set(reterr, -E_TOO_LARGE, "the file has more than %d MiB",
				READ_BYTES_MAX >> 20);
	r = read_bytes(scratch, mem, data, len, &data, &len, mends, reterr);

	if (r < 0)
		return r;
	m.at = m.line_start = data;
	m.end = data + len;
	m.begun = out->len;
	m.most = out->len + 2 * len + GROWTH_FREE;
	m.most = m.most < BUF_MAX - GROWTH_FREE ? m.most : BUF_MAX - GROWTH_FREE;
	buf_reserve(out, len + len / 16);
	for (; r == 0 && m.at < m.end; r = r ? r : check_growth(&m)) {
		if (is_blank_so_far(&m))
			prologue(&m);
		if (m.at == m.end)
			break;
		if (*m.at == '<') {
			r = markup(&m);
		} else if (*m.at == '&') {
			ampersand(&m);
		} else if (begins(&m, "-->")) {
			note(&m, "--> without <!--, left out");
			m.at += 3;
		} else {
			character(&m);
		}
	}
	return r;
}
