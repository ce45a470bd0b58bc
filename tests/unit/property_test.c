/* SPDX-License-Identifier: MIT */
/*
 * What holds for any fleet.  Fleets are made up from a seed, changed at random,
 * and after each change every device's document is held against the schema, the
 * rules of order, and a model of scopes that knows nothing of counters:
 *
 *	it validates, keeps its order, and has no empty value
 *	no secret shows in a preview
 *	DeleteNotProvisionedHS never comes without a handset
 *	a setting changes the documents of those devices whose resolution it
 *	changes (unless the shrink guard holds them back), and the revision of no
 *	device that it does not reach
 *
 * A failure tells the seed (property_help.h).
 */
#include "property_help.h"

#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>

#include "base/buf.h"
#include "fleet/oper.h"
#include "nx70_rules.h"
#include "render/parameter.h"

enum { SEED = 20180531, FLEETS = 40, EDITS = 30, DEVICES_MAX = 5 };

static const char *const products[] = {"n530", "n610", "n670", "n770", "n870", "n870e"};
static const char *const names[] = {
	"DmGlobal.0.TimeZone",	       "Telephony.0.ToneScheme", "XMLDir.1.ServerURL",
	"WebUIAccounts.1.Password",    "SipProvider.0.DnsQuery", "Not.Known.7",
	"schedule.firmware",	       "hs.DirectAccessDir",	 "hs.X",
	"SipAccount.VoiceMailMailbox",
};
enum { FIRST_SHORT = 7 };

struct model_device {
	int64_t mac;
	char text[MAC_LEN + 1];
	const char *product, *group;
	char *signature; /* what the model says that its settings come to */
	const char *revision, *etag;
	bool held;    /* by the shrink guard: it keeps what it has */
	bool reached; /* by the scope of the last setting */
};

struct world {
	struct fixture *f;
	struct property *p;
	struct model_device devices[DEVICES_MAX];
	size_t device_count;
	int64_t now;
};

static xmlSchema *schema;

static char *ipui_new(struct world *w)
{
	return mem_printf(w->f, "02%04x%04x", dice(w->p, 0x10000), w->p->serial++ & 0xffff);
}

static void add_handset(struct world *w, const struct model_device *device)
{
	bool has_line = dice(w->p, 4) > 0;
	struct handset_new new = {
		.ipui = dice(w->p, 5) ? ipui_new(w) : NULL,
		.name = dice(w->p, 2) ? text(w->p) : NULL,
		.origin = dice(w->p, 2) ? "import" : NULL,
		.user = has_line ? mem_printf(w->f, "u%u", w->p->serial++) : NULL,
		.password = has_line && dice(w->p, 4) ? secret(w->p) : NULL,
		.sip = has_line ? (dice(w->p, 2) ? "sip0" : "sip1") : NULL,
		.force = true,
	};
	struct handset *handset;

	if (!new.ipui || dice(w->p, 2))
		new.pin = secret_new(w->f, mem_printf(w->f, "%04u", 1000 + dice(w->p, 9000)));
	assert_int_equal(fleet_handset_add(&w->f->change, device->mac, &new, &handset), 0);
}

static struct handset *handsets_of(struct world *w, const struct model_device *device,
				   size_t *count)
{
	struct handset *handsets;

	assert_int_equal(handset_list(w->f, w->f->db, device->mac, &handsets, count), 0);
	return handsets;
}

static void add_oper(struct world *w, const struct model_device *device)
{
	struct param params[3] = {
		{"receive", mem_printf(w->f, "11, %u", 12 + dice(w->p, 88)), NULL},
		{"send", "11", NULL}};
	struct oper_new new = {.force = true, .params = params, .param_count = dice(w->p, 3)};
	const struct handset *handsets;
	const char *warning;
	size_t count;
	int64_t id;

	handsets = handsets_of(w, device, &count);
	new.name = dice(w->p, 2) ? "assign_handsets_to_trunk" : "made.up";
	if (strcmp(new.name, "made.up") != 0)
		new.value = mem_printf(w->f, "trunk_000%u", dice(w->p, 8));
	else if (dice(w->p, 2))
		params[1] = (struct param){"Password", NULL, secret(w->p)};
	else if (count > 0 && handsets[0].ipui[0]) {
		new.name = "assign_hs_to_trunk";
		params[0] = (struct param){"Ipui", handsets[0].ipui, NULL};
		params[1] = (struct param){"TrunkId", "trunk_0000", NULL};
		params[2] = (struct param){"Type", "1", NULL};
		new.param_count = 3;
	}
	assert_int_equal(fleet_oper_add(&w->f->change, device->mac, &new, &id, &warning), 0);
}

static void add_operation(struct world *w, const struct model_device *device)
{
	struct operation_new new = {
		.kind = dice(w->p, 2) ? OPERATION_FIRMWARE : OPERATION_OPEN_REGISTRATION,
		.dm = dice(w->p, 2) ? mem_printf(w->f, "<\"dm\" & %u>", dice(w->p, 5)) : NULL,
		.start_at = w->now + dice(w->p, 1000),
	};
	int64_t id;
	int r;

	if (new.kind == OPERATION_FIRMWARE) {
		new.url = mem_printf(w->f, "http://192.0.2.1/a&b=%u.bin", w->p->serial++);
	} else {
		new.duration = 1000 + dice(w->p, 1000);
		new.password = dice(w->p, 2) ? secret(w->p) : NULL;
	}
	r = fleet_operation_add(&w->f->change, device->mac, &new, &id);
	/* A manager has one window at a time. */
	assert_true(r == 0 || (r == -E_WINDOW && new.kind == OPERATION_OPEN_REGISTRATION));
}

static void make_fleet(struct world *w)
{
	struct fixture *f = w->f;

	f->config.provisioning.delete_not_provisioned = (int)dice(w->p, 3);
	f->config.provisioning.shrink_guard =
		dice(w->p, 2) ? (struct config_guard){20, 10} : (struct config_guard){10, 1};
	for (int i = 0; i < 2; i++) {
		struct sip_input input = {.domain = "pbx.example",
					  .transport = dice(w->p, 2) ? "tls" : "tcp"};

		assert_int_equal(fleet_group_add(&f->change, mem_printf(f, "group%d", i)), 0);
		assert_int_equal(fleet_sip_add(&f->change, mem_printf(f, "sip%d", i), &input), 0);
	}
	w->device_count = 2 + dice(w->p, DEVICES_MAX - 1);
	for (size_t i = 0; i < w->device_count; i++) {
		struct model_device *device = &w->devices[i];

		snprintf(device->text, sizeof(device->text), "7C2F80%06X", (unsigned)i + 1);
		device->product = products[dice(w->p, dice(w->p, 2) ? 2 : COUNT_OF(products))];
		device->group = dice(w->p, 3) ? mem_printf(f, "group%u", dice(w->p, 2)) : NULL;
		device->mac = device_make(f, device->text, device->product, device->group);
		for (unsigned n = dice(w->p, 7); n > 0; n--)
			add_handset(w, device);
		if (dice(w->p, 3) == 0)
			add_oper(w, device);
	}
}

static const char *value_in(struct world *w, const struct model_device *device, const char *handset,
			    const char *name)
{
	return model_value(w->p, handset, device->text, device->group, device->product, name);
}

static char *signature_of(struct world *w, const struct model_device *device)
{
	struct buf *buf = buf_new(w->f);
	struct handset *handsets;
	size_t count;

	handsets = handsets_of(w, device, &count);
	for (size_t i = 0; i < FIRST_SHORT; i++)
		if (strcmp(names[i], "schedule.firmware") != 0)
			buf_printf(buf, "%s=%s\n", names[i], value_in(w, device, NULL, names[i]));
	for (size_t h = 0; h < count; h++)
		for (size_t i = FIRST_SHORT; i < COUNT_OF(names); i++)
			buf_printf(buf, "%d %s=%s\n", handsets[h].slot, names[i],
				   value_in(w, device,
					    handsets[h].ipui[0] ? handsets[h].ipui : NULL,
					    names[i]));
	return buf->data;
}

/* --- what holds of each document */

static void assert_document(struct world *w, const struct rendition *rendition)
{
	xmlDoc *doc = xmlReadMemory(rendition->document, (int)rendition->document_len, "x.xml",
				    NULL, XML_PARSE_NONET);
	xmlSchemaValidCtxt *context = xmlSchemaNewValidCtxt(schema);
	const char *wrong;
	int r;

	assert_non_null(doc);
	r = xmlSchemaValidateDoc(context, doc);
	wrong = nx70_check(doc);
	if (r != 0 || wrong)
		fail_msg("%s\n%s", wrong ? wrong : "the schema refuses it", rendition->document);
	xmlSchemaFreeValidCtxt(context);
	xmlFreeDoc(doc);
	assert_null(strstr(rendition->document, "value=\"\""));
	(void)w;
}

static void assert_preview(struct world *w, const struct view *view)
{
	struct rendition *preview;

	assert_int_equal(rendition_make(w->f, view, false, &preview, &w->f->diag), 0);
	assert_no_secret_shows(w->p, preview->document);
}

static void look_at_all(struct world *w)
{
	for (size_t i = 0; i < w->device_count; i++) {
		struct model_device *device = &w->devices[i];
		struct view *view = view_at(w->f, device->mac, w->now);
		struct rendition *rendition;

		assert_int_equal(rendition_make(w->f, view, true, &rendition, &w->f->diag), 0);
		assert_document(w, rendition);
		assert_preview(w, view);
		device->held = view->held.at != 0;
		device->revision = view->revision;
		device->etag = rendition->etag;
		device->signature = signature_of(w, device);
	}
}

/* --- changes */

static const char *scope_pick(struct world *w, const char **name)
{
	const struct model_device *device = &w->devices[dice(w->p, (unsigned)w->device_count)];
	struct handset *handsets;
	size_t count, i;

	*name = names[dice(w->p, COUNT_OF(names))];
	for (i = 0; i < w->device_count; i++)
		w->devices[i].reached = false;
	switch (dice(w->p, 5)) {
	case 0:
		for (i = 0; i < w->device_count; i++)
			w->devices[i].reached = true;
		return "fleet";
	case 1:
		for (i = 0; i < w->device_count; i++)
			w->devices[i].reached = strcmp(w->devices[i].product, device->product) == 0;
		return mem_printf(w->f, "product:%s", device->product);
	case 2:
		if (!device->group)
			break;
		for (i = 0; i < w->device_count; i++)
			w->devices[i].reached = w->devices[i].group &&
						strcmp(w->devices[i].group, device->group) == 0;
		return mem_printf(w->f, "group:%s", device->group);
	case 3:
		handsets = handsets_of(w, device, &count);
		i = count ? dice(w->p, (unsigned)count) : 0;
		if (count == 0 || !handsets[i].ipui[0])
			break;
		*name = names[FIRST_SHORT + dice(w->p, COUNT_OF(names) - FIRST_SHORT)];
		w->devices[device - w->devices].reached = true;
		return mem_printf(w->f, "handset:%s", handsets[i].ipui);
	default:
		break;
	}
	w->devices[device - w->devices].reached = true;
	return mem_printf(w->f, "device:%s", device->text);
}

static void change_setting(struct world *w)
{
	const char *name;
	const char *scope = scope_pick(w, &name);
	struct model_setting *known = model_find(w->p, scope, name);
	struct setting_new new = {.scope = scope, .name = name};

	if (known && dice(w->p, 2)) {
		assert_int_equal(fleet_setting_unset(&w->f->change, scope, name), 0);
		model_remove(w->p, known);
		return;
	}
	known = model_add(w->p, scope, name);
	/* Now and then what it is already. */
	if (!known->value || dice(w->p, 4)) {
		known->is_secret =
			!setting_is_ours(name) && (dice(w->p, 4) == 0 || parameter_is_secret(name));
		known->value = known->is_secret ? mem_strdup(w->f, secret_reveal(secret(w->p)))
						: long_text(w->p);
	}
	/* A name that is known for secrets makes one of what is given as a plain value. */
	if (known->is_secret && (!parameter_is_secret(name) || dice(w->p, 2)))
		new.secret = secret_new(w->f, known->value);
	else
		new.value = known->value;
	assert_int_equal(fleet_setting_set(&w->f->change, &new), 0);
}

static void a_setting_reaches_those_it_should(struct world *w)
{
	struct model_device before[DEVICES_MAX];

	memcpy(before, w->devices, sizeof(before));
	change_setting(w);
	for (size_t i = 0; i < w->device_count; i++)
		before[i].reached = w->devices[i].reached;
	look_at_all(w);
	for (size_t i = 0; i < w->device_count; i++) {
		const struct model_device *device = &w->devices[i];
		bool resolved = strcmp(before[i].signature, device->signature) != 0;

		if (device->held)
			resolved = false;
		if ((strcmp(before[i].etag, device->etag) != 0) != resolved)
			fail_msg("%s: the resolution %s, the document does %s", device->text,
				 resolved ? "changes" : "stays", resolved ? "not" : "not stay");
		if ((strcmp(before[i].revision, device->revision) != 0) != before[i].reached)
			fail_msg("%s: a scope that %s it %s its revision", device->text,
				 before[i].reached ? "reaches" : "does not reach",
				 before[i].reached ? "leaves" : "changes");
	}
}

static void change_handsets(struct world *w)
{
	const struct model_device *device = &w->devices[dice(w->p, (unsigned)w->device_count)];
	struct handset *handsets;
	size_t count, i;

	handsets = handsets_of(w, device, &count);
	i = count ? dice(w->p, (unsigned)count) : 0;
	if (count == 0 || (count < 15 && dice(w->p, 3) == 0)) {
		add_handset(w, device);
	} else if (handsets[i].ipui[0]) {
		char *scope = mem_printf(w->f, "handset:%s", handsets[i].ipui);

		assert_int_equal(fleet_handset_remove(&w->f->change, device->mac, handsets[i].ipui,
						      dice(w->p, 2) ? OPERATION_DELETE
								    : OPERATION_DEREGISTER),
				 0);
		/* Its settings go with it. */
		for (size_t s = w->p->setting_count; s-- > 0;)
			if (strcmp(w->p->settings[s].scope, scope) == 0)
				model_remove(w->p, &w->p->settings[s]);
	}
	look_at_all(w);
}

static void run_fleet(struct fixture *f, uint64_t seed)
{
	struct world *w = mem_new(f, struct world);

	w->f = f;
	w->p = property_new(f, seed);
	w->now = NOW;
	make_fleet(w);
	look_at_all(w);
	for (int i = 0; i < EDITS; i++) {
		const struct model_device *device =
			&w->devices[dice(w->p, (unsigned)w->device_count)];

		switch (dice(w->p, 8)) {
		case 0:
			w->now += dice(w->p, 4000);
			clock_set(w->now);
			fetch_at(f, device->mac, w->now);
			look_at_all(w);
			break;
		case 1:
			if (dice(w->p, 2))
				add_operation(w, device);
			else
				add_oper(w, device);
			look_at_all(w);
			break;
		case 2:
		case 3:
			change_handsets(w);
			break;
		default:
			a_setting_reaches_those_it_should(w);
		}
	}
}

static void whatever_a_fleet_is_its_documents_keep_the_rules(void **state)
{
	(void)state;
	property_run(SEED, FLEETS, run_fleet);
}

static int setup(void **state)
{
	xmlSchemaParserCtxt *context;

	(void)state;
	xmlInitParser();
	context = xmlSchemaNewParserCtxt("tests/data/nx70-1.1.xsd");
	schema = xmlSchemaParse(context);
	xmlSchemaFreeParserCtxt(context);
	return schema ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	xmlSchemaFree(schema);
	xmlSchemaCleanupTypes();
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_a_fleet_is_its_documents_keep_the_rules),
	};

	return property_result(cmocka_run_group_tests_name("property", tests, setup, teardown));
}
