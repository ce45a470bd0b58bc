/* SPDX-License-Identifier: MIT */
/*
 * 20,000 handsets over 80 devices: each document is made, whole and by the rules,
 * and the bytes that it always was.
 */
#include "fleet_help.h"

#include <libxml/parser.h>
#include <time.h>

#include "golden_file.h"
#include "nx70_rules.h"

#define GOLDEN "tests/golden/twenty-thousand.txt"

enum { DEVICES = 80, HANDSETS = 250, LINES = 5 };

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void handsets_make(struct fixture *f, int64_t mac, int device)
{
	for (int i = 0; i < HANDSETS; i++) {
		/* What a command leaves behind goes at once. */
		void *mem = mem_new(NULL, char);
		struct change change = f->change;
		char *user = mem_printf(mem, "%d", 100000 + device * HANDSETS + i);
		struct handset_new new = {
			.ipui = mem_printf(mem, "02%08x", (unsigned)(device * HANDSETS + i)),
			.name = mem_printf(mem, "Zimmer <%d> & \"Flur\" 🏥", i),
			.user = user,
			.password = secret_new(mem, user),
			.sip = "pbx",
		};
		struct handset *handset;

		change.mem = mem;
		assert_int_equal(fleet_handset_add(&change, mac, &new, &handset), 0);
		mem_free(mem);
	}
}

/* So that a changed ETag can be told from a changed form: how a document begins and ends. */
static void add_lines(struct buf *buf, const struct rendition *rendition)
{
	const char *head = rendition->document, *tail = head + rendition->document_len;

	for (int i = 0; i < LINES; i++)
		head += strcspn(head, "\n") + 1;
	buf_add(buf, rendition->document, (size_t)(head - rendition->document));
	buf_adds(buf, "...\n");
	tail--; /* the last line's own end */
	for (int i = 0; i < LINES; i++)
		while (*--tail != '\n')
			;
	buf_adds(buf, tail + 1);
}

static void add_device(struct buf *buf, const struct rendition *rendition)
{
	char text[MAC_LEN + 1];

	mac_format(rendition->mac, text);
	buf_printf(buf, "%s %zu %s\n", text, rendition->document_len, rendition->etag);
}

static void twenty_thousand_handsets_over_eighty_devices(void **state)
{
	struct sip_input pbx = {.domain = "pbx.example"};
	struct fixture *f = *state;
	double before = seconds(), made, rendered = 0;
	struct buf *golden = buf_new(f);
	size_t bytes = 0;

	f->config.provisioning.delete_not_provisioned = DNP_ALWAYS;
	assert_int_equal(fleet_sip_add(&f->change, "pbx", &pbx), 0);
	assert_int_equal(db_begin(f->db), 0);
	for (int i = 0; i < DEVICES; i++) {
		char text[MAC_LEN + 1];

		snprintf(text, sizeof(text), "7C2F80%06X", (unsigned)i);
		handsets_make(f, device_make(f, text, "n870", NULL), i);
	}
	assert_int_equal(db_commit(f->db), 0);
	made = seconds() - before;
	setting_make(f, "fleet", "hs.DirectAccessDir", "0");
	for (int i = 0; i < DEVICES; i++) {
		CLEANUP(mem_freep) void *mem = mem_root("device");
		struct rendition *rendition;
		struct view *view;
		const char *wrong;
		xmlDoc *doc;

		before = seconds();
		assert_int_equal(view_read(mem, f->db, &f->config, 0x7C2F80000000 + i, NOW, &view),
				 0);
		assert_int_equal(rendition_make(mem, view, true, &rendition, &f->diag), 0);
		rendered += seconds() - before;
		bytes += rendition->document_len;
		if (i == 0)
			add_lines(golden, rendition);
		add_device(golden, rendition);
		assert_int_equal(count_of(rendition, "name=\"add_hs\""), HANDSETS);
		assert_int_equal(count_of(rendition, ".AuthPassword\""), HANDSETS);
		assert_int_equal(count_of(rendition, ".DirectAccessDir\""), HANDSETS);
		doc = xmlReadMemory(rendition->document, (int)rendition->document_len, "x.xml",
				    NULL, XML_PARSE_NONET);
		wrong = doc ? nx70_check(doc) : "no XML";
		xmlFreeDoc(doc);
		if (wrong)
			fail_msg("device %d: %s", i, wrong);
	}
	printf("20,000 handsets: made in %.2f s, %.1f MB of documents rendered in %.2f s\n", made,
	       (double)bytes / 1e6, rendered);
	assert_golden(f, GOLDEN, golden);
	/* Far from what it costs (half a second), but a square of it would be found. */
	assert_true(rendered < 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(twenty_thousand_handsets_over_eighty_devices,
						fleet_begin, fleet_end),
	};

	return cmocka_run_group_tests_name("fleet_large", tests, NULL, NULL);
}
