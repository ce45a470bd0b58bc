/* SPDX-License-Identifier: MIT */
#include "render/read_bytes.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

enum { NAME_MAX_SHOWN = 32 };

static const char bom[] = "\xef\xbb\xbf";

void read_mend_note(void *mem, struct read_mends *mends, unsigned line, unsigned column,
		    const char *what)
{
	if (mends->found++ < READ_MENDS_MAX)
		*mem_push(mem, &mends->mends, &mends->count) =
			(struct read_mend){line, column, what};
}

/* The offset of the first byte that is not of UTF-8; `len` when there is none. */
static size_t foreign_byte(const char *data, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t bad = 0;
		int r = text_check(data + at, len - at, &bad);

		if (r == 0)
			return len;
		at += bad;
		if (r == -E_TEXT_ENCODING)
			return at;
		/* A character that XML does not have: a control, or U+FFFE and U+FFFF. */
		at += (unsigned char)data[at] < 0x80 ? 1 : 3;
	}
	return len;
}

static void add_1252(struct buf *out, unsigned char c)
{
	static const uint16_t high[32] = {
		0x20ac, 0x81,	0x201a, 0x192,	0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6,	0x2030, 0x160,	0x2039, 0x152,	0x8d,	0x17d,	0x8f,
		0x90,	0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x2dc,	0x2122, 0x161,	0x203a, 0x153,	0x9d,	0x17e,	0x178,
	};
	unsigned point = c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c;

	if (point >= 0x800) {
		buf_addc(out, (char)(0xe0 | point >> 12));
		buf_addc(out, (char)(0x80 | (point >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (point & 0x3f)));
	} else {
		buf_addc(out, (char)(0xc0 | point >> 6));
		buf_addc(out, (char)(0x80 | (point & 0x3f)));
	}
}

static struct buf *from_1252(void *mem, const char *data, size_t len)
{
	struct buf *out = buf_new(mem);

	buf_reserve(out, len + len / 8);
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)data[i] < 0x80)
			buf_addc(out, data[i]);
		else
			add_1252(out, (unsigned char)data[i]);
	}
	return out;
}

/* The encoding that the XML declaration names, cut to `out`; false when it names none. */
static bool declared(const char *data, size_t len, char out[NAME_MAX_SHOWN + 1])
{
	const char *start, *end, *at;
	size_t name;

	while (len && strchr(" \t\r\n", *data)) {
		data++;
		len--;
	}
	if (len < 5 || memcmp(data, "<?xml", 5) != 0)
		return false;
	end = memmem(data, len, "?>", 2);
	if (!end)
		return false;
	at = memmem(data, (size_t)(end - data), "encoding", 8);
	if (!at)
		return false;
	start = at + 8;
	while (start < end && strchr(" \t\r\n=", *start))
		start++;
	if (start == end || (*start != '"' && *start != '\''))
		return false;
	at = memchr(start + 1, *start, (size_t)(end - start - 1));
	if (!at)
		return false;
	name = (size_t)(at - start - 1);
	name = name > NAME_MAX_SHOWN ? NAME_MAX_SHOWN : name;
	for (size_t i = 0; i < name; i++) {
		unsigned char c = (unsigned char)start[1 + i];

		out[i] = c > 0x20 && c < 0x7f ? (char)c : '?';
	}
	out[name] = '\0';
	return name > 0;
}

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(name, list[i]) == 0)
			return true;
	return false;
}

static bool is_utf16(const char *data, size_t len)
{
	return len >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0 ||
			    (data[0] == '<' && !data[1]) || (!data[0] && data[1] == '<'));
}

static int refuse(struct diag *reterr, const char *data, size_t at)
{
	if (reterr)
		text_place(data, data + at, &reterr->line, &reterr->column);
	return diag_set(reterr, -E_XML,
			"a byte that is not UTF-8, which the file declares; save it as UTF-8, or "
			"let it say encoding=\"ISO-8859-1\"");
}

int read_bytes(void *mem, void *notes_mem, const char *data, size_t len, const char **ret,
	       size_t *ret_len, struct read_mends *mends, struct diag *reterr)
{
	static const char *const utf8[] = {"UTF-8", "UTF8", "US-ASCII", "ASCII"};
	static const char *const latin[] = {"ISO-8859-1", "ISO8859-1",	  "ISO_8859-1",
					    "latin1",	  "windows-1252", "cp1252"};
	char name[NAME_MAX_SHOWN + 1];
	bool marked = len >= 3 && memcmp(data, bom, 3) == 0;
	bool says;
	struct buf *converted;
	unsigned line, column;
	size_t bad;

	if (is_utf16(data, len))
		return diag_set(reterr, -E_XML, "the file is UTF-16; save it as UTF-8");
	if (marked) {
		data += 3;
		len -= 3;
	}
	*ret = data;
	*ret_len = len;
	says = declared(data, len, name);
	if (says && !marked && is_one_of(name, latin, COUNT_OF(latin))) {
		converted = from_1252(mem, data, len);
		*ret = converted->data;
		*ret_len = converted->len;
		return 0;
	}
	if (says && !is_one_of(name, utf8, COUNT_OF(utf8)) && !marked)
		return diag_set(reterr, -E_XML,
				"the file says that its encoding is '%s'; save it as UTF-8", name);
	bad = foreign_byte(data, len);
	if (bad == len)
		return 0;
	if (says || marked)
		return refuse(reterr, data, bad);
	text_place(data, data + bad, &line, &column);
	read_mend_note(notes_mem, mends, line, column,
		       "a byte that is not UTF-8: the file was read as ISO-8859-1");
	converted = from_1252(mem, data, len);
	*ret = converted->data;
	*ret_len = converted->len;
	return 0;
}
