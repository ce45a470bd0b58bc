/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "ctl/rpc.h"

/* Control characters would break the line or the row. */
static void add_text(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_addc(out, (unsigned char)*s < 0x20 || *s == 0x7f ? ' ' : *s);
}

static void add_leaf(struct buf *out, const json_t *value, char between)
{
	const char *name;
	json_t *member;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_STRING:
		add_text(out, json_string_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		buf_addc(out, json_is_true(value) ? '1' : '0');
		break;
	case JSON_INTEGER:
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		buf_printf(out, "%.17g", json_real_value(value));
		break;
	case JSON_ARRAY:
		json_array_foreach(value, i, member)
		{
			if (i > 0)
				buf_addc(out, between);
			add_leaf(out, member, ',');
		}
		break;
	case JSON_OBJECT:
		json_object_foreach((json_t *)value, name, member)
		{
			if (member != json_object_iter_value(json_object_iter((json_t *)value)))
				buf_addc(out, between);
			add_text(out, name);
			buf_addc(out, '=');
			add_leaf(out, member, ',');
		}
		break;
	case JSON_NULL:
		break;
	}
}

void ctl_rpc_show(const json_t *value, struct buf *out)
{
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach(value, i, member)
		{
			add_leaf(out, member, '\t');
			buf_addc(out, '\n');
		}
	} else if (json_is_object(value)) {
		json_object_foreach((json_t *)value, name, member)
		{
			add_text(out, name);
			buf_addc(out, '\t');
			add_leaf(out, member, '\t');
			buf_addc(out, '\n');
		}
	} else {
		add_leaf(out, value, '\t');
		buf_addc(out, '\n');
	}
}

bool ctl_rpc_is_refusal(const json_t *value)
{
	return json_is_false(json_array_get(value, 0));
}
