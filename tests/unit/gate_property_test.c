/* SPDX-License-Identifier: MIT */
/*
 * A device's life under a schedule and the shrink guard, made up from a seed:
 * handsets come and go, settings change, people acknowledge and release,
 * records of fetches get lost, and whenever the device asks
 *
 *	in a window it gets all there is, else nothing that it has not had
 *	nothing that was removed or revoked is in it
 *	it is asked to lose no more than the guard and people allow
 *	the same bytes come while nothing has changed that may
 *	DeleteNotProvisionedHS comes neither alone nor with what is held
 *
 * GATE_SEED=N makes a failure again.
 */
#include "gate_help.h"

#include "fleet/acknowledge.h"
#include "fleet/interlock.h"
#include "fleet/release.h"

#define TONE "Telephony.0.ToneScheme"
#define SECRET "WebUIAccounts.1.Password"

enum { LIVES = 60, EVENTS = 60, HANDSETS = 24 };

struct life {
	struct fixture *f;
	uint64_t random;
	int64_t mac;
	int64_t now;
	bool is_there[HANDSETS];
	unsigned tone, secret; /* what was set last; 0: unset */
	bool is_released;      /* since the device asked */
	/* What the device was given last. */
	const struct rendition *last;
	const struct document *last_document;
	bool last_held;
};

static unsigned long seed_now;

static unsigned dice(struct life *life, unsigned sides)
{
	life->random ^= life->random << 13;
	life->random ^= life->random >> 7;
	life->random ^= life->random << 17;
	return (unsigned)((life->random >> 20) % sides);
}

static const char *handset_name(struct life *life, unsigned n)
{
	return mem_printf(life->f, "0290000%03x", n);
}

static void toggle(struct life *life, unsigned n)
{
	struct fixture *f = life->f;

	if (life->is_there[n])
		assert_int_equal(fleet_handset_remove(&f->change, life->mac, handset_name(life, n),
						      OPERATION_DELETE),
				 0);
	else
		handset_make(f, life->mac, handset_name(life, n));
	life->is_there[n] = !life->is_there[n];
}

static void change_secret(struct life *life)
{
	struct setting_new new = {.scope = "fleet", .name = SECRET};
	struct fixture *f = life->f;

	if (life->secret && dice(life, 2)) {
		assert_int_equal(fleet_setting_unset(&f->change, "fleet", SECRET), 0);
		life->secret = 0;
		return;
	}
	life->secret = 1 + dice(life, 1000000);
	new.secret = secret_new(f, mem_printf(f, "geheim%u", life->secret));
	assert_int_equal(fleet_setting_set(&f->change, &new), 0);
}

static bool has(const struct document *document, const char *ipui)
{
	for (size_t i = 0; document && i < document->handset_count; i++)
		if (strcmp(document->handsets[i].handset->ipui, ipui) == 0)
			return true;
	return false;
}

static const char *value_of(const struct document *document, const char *name)
{
	for (size_t i = 0; document && i < document->param_count; i++)
		if (strcmp(document->params[i].name, name) == 0)
			return document->params[i].secret
				       ? secret_reveal(document->params[i].secret)
				       : document->params[i].value;
	return "";
}

static void wrong(const struct life *life, const char *what)
{
	fail_msg("GATE_SEED=%lu at %lld: %s", seed_now, (long long)(life->now - NOW), what);
}

static void demand(const struct life *life, bool what, const char *words)
{
	if (!what)
		wrong(life, words);
}

static void look_at_handsets(struct life *life, const struct view *view, bool waits)
{
	for (unsigned n = 0; n < HANDSETS; n++) {
		bool given = has(&view->document, handset_name(life, n));
		bool had = has(life->last_document, handset_name(life, n));

		demand(life, !given || life->is_there[n], "a removed handset is in it");
		demand(life, !waits || !given || had, "an added handset did not wait");
		demand(life, !had || given || !life->is_there[n], "a handset is missing");
		demand(life, waits || given == life->is_there[n], "an added handset waits");
	}
}

static void look_at_settings(struct life *life, const struct view *view, bool waits)
{
	struct fixture *f = life->f;
	const char *tone = life->tone ? mem_printf(f, "T%u", life->tone) : "";
	const char *secret = life->secret ? mem_printf(f, "geheim%u", life->secret) : "";
	const char *given = value_of(&view->document, SECRET);

	if (waits) {
		tone = value_of(life->last_document, TONE);
		secret = life->secret ? value_of(life->last_document, SECRET) : "";
	}
	demand(life, strcmp(value_of(&view->document, TONE), tone) == 0, "another setting");
	demand(life, strcmp(given, secret) == 0, "another secret");
}

static bool has_operations(const struct rendition *rendition)
{
	return *rendition->operations;
}

static void look(struct life *life, const struct view *view, const struct rendition *now)
{
	bool held = view->held.at != 0;
	bool waits = view->gate.reason && life->last && !life->is_released;

	demand(life,
	       !strstr(now->document, "DeleteNotProvisionedHS") ||
		       (!held && view->document.handset_count > 0),
	       "DeleteNotProvisionedHS");
	if (held)
		return;
	look_at_handsets(life, view, waits);
	look_at_settings(life, view, waits);
	if (waits && !life->last_held && !has_operations(now) && !has_operations(life->last) &&
	    view->document.handset_count == life->last_document->handset_count &&
	    !*value_of(&view->document, SECRET) == !*value_of(life->last_document, SECRET))
		demand(life, strcmp(now->etag, life->last->etag) == 0, "other bytes");
}

/* What it is asked to lose, beyond what somebody has let go. */
static void look_at_loss(struct life *life, const struct view *view)
{
	const struct released *released = view->released;
	struct shrink shrink;

	if (!released || !released->given)
		return;
	shrink_count(life->f, released->given, &view->document, released->acknowledged, &shrink);
	demand(life, !shrink_trips(&life->f->config.provisioning.shrink_guard, &shrink),
	       "more is lost than the guard allows");
}

static void ask(struct life *life)
{
	struct fixture *f = life->f;
	struct view *view = view_at(f, life->mac, life->now);
	struct rendition *now;
	int64_t operations;

	assert_int_equal(rendition_make(f, view, true, &now, &f->diag), 0);
	look(life, view, now);
	look_at_loss(life, view);
	assert_int_equal(rendition_put(f->db, now), 0);
	/* The first one is recorded: who never had a document may have any. */
	if (!life->last || dice(life, 5))
		assert_true(rendition_evidence(f->db, life->mac, now->etag, life->now,
					       &operations) >= 0);
	life->last = now;
	life->last_document = &view->document;
	life->last_held = view->held.at != 0;
	life->is_released = false;
}

static void release(struct life *life)
{
	int r = fleet_release(&life->f->change, life->mac);

	if (r == -E_SHRINK_HELD)
		return;
	assert_true(r >= 0);
	/* From now on nothing waits, until something changes: the device asks at once. */
	if (r > 0 && life->last) {
		life->is_released = true;
		ask(life);
	}
}

static void happen(struct life *life)
{
	struct rendition_held *held;
	unsigned first;

	switch (dice(life, 10)) {
	case 0:
	case 1:
		toggle(life, dice(life, HANDSETS));
		break;
	case 2:
		first = dice(life, HANDSETS);
		for (unsigned n = first; n < HANDSETS; n++)
			toggle(life, n);
		break;
	case 3:
		life->tone = 1 + dice(life, 1000000);
		setting_make(life->f, "fleet", TONE, mem_printf(life->f, "T%u", life->tone));
		break;
	case 4:
		change_secret(life);
		break;
	case 5:
		if (rendition_held_find(life->f, life->f->db, life->mac, &held) == 1)
			assert_int_equal(fleet_acknowledge(&life->f->change, life->mac, 0, &held),
					 0);
		break;
	case 6:
		release(life);
		break;
	default:
		ask(life);
	}
}

static void live(struct fixture *f, unsigned long seed)
{
	struct life life = {.f = f, .random = 88172645463325252u ^ seed * 0x9e3779b97f4a7c15u};
	char mac[MAC_LEN + 1];

	seed_now = seed;
	f->config.provisioning.shrink_guard = (struct config_guard){20, 3};
	f->config.provisioning.delete_not_provisioned = seed % 3;
	mac_format(0x7c2f80000000 + (int64_t)seed, mac);
	life.mac = device_make(f, mac, "n870", NULL);
	life.now = NOW;
	for (unsigned i = 0; i < EVENTS; i++) {
		life.now += dice(&life, 4) ? dice(&life, HOUR) : dice(&life, 12 * HOUR);
		clock_set(life.now);
		happen(&life);
	}
	assert_int_equal(fleet_device_remove(&f->change, life.mac, true), 0);
	if (life.tone)
		assert_int_equal(fleet_setting_unset(&f->change, "fleet", TONE), 0);
	if (life.secret)
		assert_int_equal(fleet_setting_unset(&f->change, "fleet", SECRET), 0);
}

static void whatever_happens_changes_come_in_windows_and_removals_at_once(void **state)
{
	const char *seed = getenv("GATE_SEED");
	struct fixture *f = *state;

	setting_make(f, "fleet", "schedule.config", "night");
	if (seed)
		live(f, strtoul(seed, NULL, 10));
	for (unsigned long i = 0; !seed && i < LIVES; i++)
		live(f, i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			whatever_happens_changes_come_in_windows_and_removals_at_once, gate_begin,
			fleet_end),
	};

	return cmocka_run_group_tests_name("gate_property", tests, NULL, NULL);
}
