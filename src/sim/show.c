/* SPDX-License-Identifier: MIT */
#include "sim/show.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"

static const struct {
	const char *sign;
	const char *key;
} signs[] = {
	[SIM_SAYS] = {">", "says"},
	[SIM_HEARS] = {"<", "hears"},
	[SIM_DOES] = {"*", "does"},
	[SIM_COMPLAINS] = {"!", "complains"},
};

static void print(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	puts(text ? text : "{}");
	free(text);
	json_decref(object);
}

static void line(const struct sim_show *show, const struct sim_phone *phone, const char *sign,
		 const char *key, const char *words)
{
	if (show->is_json)
		print(json_pack("{s:s, s:s}", "mac", phone->mac, key, words));
	else
		printf("%s %s %s\n", phone->mac, sign, words);
}

void sim_show_event(void *arg, const struct sim_phone *phone, enum sim_event event,
		    const char *words)
{
	const struct sim_show *show = arg;

	if (show->is_quiet && event != SIM_COMPLAINS)
		return;
	line(show, phone, signs[event].sign, signs[event].key, words);
}

void sim_show_xml(const struct sim_show *show, const struct sim_phone *phone, enum sim_event event,
		  const char *xml, size_t len)
{
	CLEANUP(mem_freep) void *mem = mem_root("xml");
	struct buf *out = buf_new(mem);

	if (!show->dumps)
		return;
	if (show->reveals)
		buf_add(out, xml, len);
	else
		sim_message_redact(out, xml, len);
	if (show->is_json)
		print(json_pack("{s:s, s:s, s:s}", "mac", phone->mac, "of", signs[event].key, "xml",
				out->data));
	else
		printf("%s\n", out->data);
}

void sim_show_end(const struct sim_show *show, const struct sim_phone *phone, const char *why)
{
	CLEANUP(mem_freep) void *mem = mem_root("end");

	if (show->is_quiet && !why)
		return;
	line(show, phone, "=", "ends",
	     why ? mem_printf(mem, "failed: %s", why)
		 : mem_printf(mem, "configured: %u written, %u refused, %u messages",
			      phone->written, phone->refused, phone->messages));
}

void sim_show_summary(const struct sim_show *show, const struct sim_summary *sum)
{
	double seconds = (double)sum->took_ms / 1000;

	if (show->is_json)
		print(json_pack("{s:i, s:i, s:i, s:I, s:I, s:I, s:f}", "phones", (int)sum->phones,
				"configured", (int)sum->configured, "failed", (int)sum->failed,
				"messages", (json_int_t)sum->messages, "written",
				(json_int_t)sum->written, "refused", (json_int_t)sum->refused,
				"seconds", seconds));
	else
		printf("%u phone%s: %u configured, %u failed; %llu messages, %llu items written, "
		       "%llu refused in %.2f s\n",
		       sum->phones, sum->phones == 1 ? "" : "s", sum->configured, sum->failed,
		       (unsigned long long)sum->messages, (unsigned long long)sum->written,
		       (unsigned long long)sum->refused, seconds);
}
