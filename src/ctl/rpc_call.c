/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "ctl/rpc.h"

static void add_string(struct buf *out, const char *s, size_t len)
{
	for (; len; s++, len--) {
		char one[2] = {*s, '\0'};

		buf_add_xml(out, one);
	}
}

/* Split at every comma: an empty piece is an empty string.  "sl:" is an empty array. */
static void add_list(struct buf *out, const char *s)
{
	buf_adds(out, "<array><data>");
	while (*s) {
		size_t len = strcspn(s, ",");

		buf_adds(out, "<value><string>");
		add_string(out, s, len);
		buf_adds(out, "</string></value>");
		s += len + (s[len] == ',');
	}
	buf_adds(out, "</data></array>");
}

static int add_integer(struct buf *out, const char *s, struct diag *reterr)
{
	uint64_t n;

	if (!text_to_uint(s[0] == '-' ? s + 1 : s, INT32_MAX, &n))
		return diag_set(reterr, -EINVAL, "i:%s is not a whole number of 32 bits", s);
	buf_printf(out, "<i4>%s</i4>", s);
	return 0;
}

static int add_boolean(struct buf *out, const char *s, struct diag *reterr)
{
	if (strcmp(s, "0") != 0 && strcmp(s, "1") != 0)
		return diag_set(reterr, -EINVAL, "b:%s is neither b:0 nor b:1", s);
	buf_printf(out, "<boolean>%s</boolean>", s);
	return 0;
}

static int add_word(struct buf *out, const char *word, struct diag *reterr)
{
	if (text_check(word, strlen(word), NULL) < 0)
		return diag_set(reterr, -EINVAL, "'%s' is not text that XML can carry", word);
	if (strncmp(word, "i:", 2) == 0)
		return add_integer(out, word + 2, reterr);
	if (strncmp(word, "b:", 2) == 0)
		return add_boolean(out, word + 2, reterr);
	if (strncmp(word, "sl:", 3) == 0) {
		add_list(out, word + 3);
		return 0;
	}
	if (strncmp(word, "s:", 2) == 0) {
		buf_adds(out, "<string>");
		buf_add_xml(out, word + 2);
		buf_adds(out, "</string>");
		return 0;
	}
	return diag_set(reterr, -EINVAL,
			"'%s' does not begin with s: (a string), sl: (a list), i: or b:", word);
}

int ctl_rpc_call(struct buf *out, const char *method, const char *const *words, size_t count,
		 struct diag *reterr)
{
	int r;

	if (text_check_line(method, 200) < 0)
		return diag_set(reterr, -EINVAL, "'%s' is not the name of a method", method);
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodCall><methodName>");
	buf_add_xml(out, method);
	buf_adds(out, "</methodName><params>");
	for (size_t i = 0; i < count; i++) {
		buf_adds(out, "<param><value>");
		r = add_word(out, words[i], reterr);
		if (r < 0)
			return r;
		buf_adds(out, "</value></param>");
	}
	buf_adds(out, "</params></methodCall>\n");
	return 0;
}
