/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What tests of properties share: fleets that are made up from a seed, texts that
 * formats mind, and the settings of a fleet as a model that knows nothing of
 * counters.  PROPERTY_SEED=N makes one fleet again, PROPERTY_FLEETS=N more of them.
 */
#include "fleet_help.h"

#include <libxml/parser.h>

enum { SETTINGS_MAX = 200 };

struct model_setting {
	char *scope, *name, *value;
	bool is_secret;
};

struct property {
	struct fixture *f;
	uint64_t random;
	unsigned serial; /* of values, so that no two are the same */
	const char **secrets;
	size_t secret_count;
	struct model_setting settings[SETTINGS_MAX];
	size_t setting_count;
};

static inline unsigned dice(struct property *p, unsigned sides)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (unsigned)((p->random >> 20) % sides);
}

static inline struct property *property_new(struct fixture *f, uint64_t seed)
{
	struct property *p = mem_new(f, struct property);

	p->f = f;
	p->random = seed * 2654435769u + 88172645463325252u;
	for (int i = 0; i < 8; i++)
		dice(p, 2);
	return p;
}

/* A text that is unlike any other, with something in it that XML minds. */
static inline char *text(struct property *p)
{
	static const char *const pieces[] = {"",  "\"",	      "<&>",   "'", "]]>", "Ä ö",
					     "🎉", "</param>", "&amp;", " ", "x x", "-->"};
	const char *piece = pieces[dice(p, COUNT_OF(pieces))];

	return mem_printf(p->f, "v%u.%s", p->serial++, piece);
}

static inline char *long_text(struct property *p)
{
	return dice(p, 20) ? text(p) : mem_printf(p->f, "v%u.%0*d", p->serial++, 3000, 0);
}

static inline const struct secret *secret(struct property *p)
{
	char *clear = mem_printf(p->f, "geh3im%u-%u", p->serial++, dice(p, 1000000));

	*mem_push(p->f, &p->secrets, &p->secret_count) = clear;
	return secret_new(p->f, clear);
}

/* --- the model of settings */

static inline struct model_setting *model_find(struct property *p, const char *scope,
					       const char *name)
{
	for (size_t i = 0; i < p->setting_count; i++)
		if (strcmp(p->settings[i].scope, scope) == 0 &&
		    strcmp(p->settings[i].name, name) == 0)
			return &p->settings[i];
	return NULL;
}

/* Without a value when it is new. */
static inline struct model_setting *model_add(struct property *p, const char *scope,
					      const char *name)
{
	struct model_setting *known = model_find(p, scope, name);

	if (known)
		return known;
	assert_true(p->setting_count < SETTINGS_MAX);
	known = &p->settings[p->setting_count++];
	*known = (struct model_setting){mem_strdup(p->f, scope), mem_strdup(p->f, name), NULL};
	return known;
}

static inline void model_remove(struct property *p, struct model_setting *setting)
{
	*setting = p->settings[--p->setting_count];
}

/* What a device's settings come to; "" for nothing.  No group, no handset: NULL. */
static inline const char *model_value(struct property *p, const char *handset, const char *device,
				      const char *group, const char *product, const char *name)
{
	const char *scopes[] = {
		handset ? mem_printf(p->f, "handset:%s", handset) : "",
		mem_printf(p->f, "device:%s", device),
		mem_printf(p->f, "group:%s", group ? group : ""),
		mem_printf(p->f, "product:%s", product),
		"fleet",
	};

	for (size_t i = 0; i < COUNT_OF(scopes); i++) {
		const struct model_setting *setting = model_find(p, scopes[i], name);

		if (setting)
			return setting->value;
	}
	return "";
}

/* --- what holds of documents of any format */

static inline void assert_no_secret_shows(const struct property *p, const char *preview)
{
	for (size_t i = 0; i < p->secret_count; i++)
		if (strstr(preview, p->secrets[i]))
			fail_msg("%s shows in\n%s", p->secrets[i], preview);
}

/* --- running it */

static uint64_t property_seed;

static inline void property_run(uint64_t seed, uint64_t fleets,
				void (*run)(struct fixture *f, uint64_t seed))
{
	const char *given = getenv("PROPERTY_SEED");
	const char *many = getenv("PROPERTY_FLEETS");
	uint64_t first = given ? strtoull(given, NULL, 10) : seed;
	uint64_t count = given ? 1 : many ? strtoull(many, NULL, 10) : fleets;

	for (property_seed = first; property_seed < first + count; property_seed++) {
		void *fixture = NULL;

		assert_int_equal(fleet_begin(&fixture), 0);
		run(fixture, property_seed); /* a failure leaves by a long jump */
		assert_int_equal(fleet_end(&fixture), 0);
	}
}

/* The program's exit. */
static inline int property_result(int failed)
{
	if (failed)
		fprintf(stderr, "to see it again: PROPERTY_SEED=%llu\n",
			(unsigned long long)property_seed);
	return failed;
}
