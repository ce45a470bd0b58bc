/* SPDX-License-Identifier: MIT */
#include "read.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "config/config.h"
#include "parse.h"

static void required(struct reading *reading, const struct instance *instance)
{
	for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
		const struct config_key *key = &config_keys[i];
		struct buf *expected;

		if (key->section != instance->section || key->fallback || instance->keys[i].line)
			continue;
		expected = buf_new(reading->scratch);
		config_expected(key->type, expected);
		issue_add(reading, instance->line, "%s %s: missing, expected %s", instance->label,
			  key->name, expected->data);
	}
}

/* A file that is named and cannot be read was told already. */
static bool named(const struct instance *instance, size_t key, const char *file)
{
	return instance->keys[key].bad || file;
}

static void tls_pair(struct reading *reading, const struct instance *instance)
{
	const struct config_listener *listener = instance->data;
	bool cert = named(instance, CONFIG_KEY_listener_tls_cert, listener->tls_cert);
	bool key = named(instance, CONFIG_KEY_listener_tls_key, listener->tls_key);

	if (listener->tls_cert && config_is_own(listener->tls_cert)) {
		if (key)
			issue_add(reading, instance->keys[CONFIG_KEY_listener_tls_key].line,
				  "%s tls_key: given with tls_cert = own, which has a key of its "
				  "own, expected none",
				  instance->label);
		return;
	}
	if (cert && !key)
		issue_add(reading, instance->keys[CONFIG_KEY_listener_tls_cert].line,
			  "%s tls_cert: given without tls_key, expected both or neither",
			  instance->label);
	if (key && !cert)
		issue_add(reading, instance->keys[CONFIG_KEY_listener_tls_key].line,
			  "%s tls_key: given without tls_cert, expected both or neither",
			  instance->label);
}

/* What only counts under TLS, and what weakens more than it has to. */
static void tls_rest(struct reading *reading, const struct instance *instance)
{
	const struct config_listener *listener = instance->data;
	bool cert = named(instance, CONFIG_KEY_listener_tls_cert, listener->tls_cert);
	unsigned legacy = instance->keys[CONFIG_KEY_listener_tls_legacy].line;

	if (!cert && named(instance, CONFIG_KEY_listener_tls_client_ca, listener->tls_client_ca))
		issue_add(reading, instance->keys[CONFIG_KEY_listener_tls_client_ca].line,
			  "%s tls_client_ca: given without tls_cert, expected both",
			  instance->label);
	if (!cert && listener->tls_legacy)
		issue_add(reading, legacy, "%s tls_legacy: yes without tls_cert, expected both",
			  instance->label);
	if (cert && listener->tls_legacy && listener->planes & ~(unsigned)PLANE_WPI)
		warning_add(reading, legacy,
			    "%s tls_legacy: weakens all that the listener serves; give wpi a "
			    "listener of its own",
			    instance->label);
	if (!cert && listener->planes & PLANE_WPI)
		warning_add(reading, instance->line,
			    "%s serves wpi without tls_cert: desk phones speak only TLS, so "
			    "something in front of it has to",
			    instance->label);
}

static bool is_any(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

/* Two sockets cannot have a port of the same address, nor of one and of all of its family. */
static bool collide(const struct instance *one, const struct instance *two)
{
	const struct config_listener *a = one->data;
	const struct config_listener *b = two->data;
	bool same_family;

	if (a->port != b->port || a->port == 0 || one->keys[CONFIG_KEY_listener_port].bad ||
	    two->keys[CONFIG_KEY_listener_port].bad || one->keys[CONFIG_KEY_listener_address].bad ||
	    two->keys[CONFIG_KEY_listener_address].bad)
		return false;
	same_family = !strchr(a->address, ':') == !strchr(b->address, ':');
	return strcmp(a->address, b->address) == 0 ||
	       (same_family && (is_any(a->address) || is_any(b->address)));
}

static void own_address(struct reading *reading, size_t n)
{
	const struct instance *instance = reading->instances[n];
	const struct config_listener *listener = instance->data;
	unsigned line = instance->keys[CONFIG_KEY_listener_port].line;

	for (size_t i = 0; i < n; i++) {
		const struct instance *other = reading->instances[i];

		if (other->section != instance->section || !collide(instance, other))
			continue;
		issue_add(reading, line ? line : instance->line,
			  "%s port: %u of %s is taken by %s in line %u, expected another",
			  instance->label, listener->port, listener->address, other->label,
			  other->line);
		return;
	}
}

static void retry_bounds(struct reading *reading, const struct instance *instance)
{
	const struct config_upstream *upstream = instance->data;
	unsigned line = instance->keys[CONFIG_KEY_upstream_retry_max_seconds].line;

	if (upstream->retry_seconds > upstream->retry_max_seconds)
		issue_add(
			reading, line ? line : instance->line,
			"%s retry_max_seconds: %u is less than retry_seconds, expected at least %u",
			instance->label, upstream->retry_max_seconds, upstream->retry_seconds);
}

/* Rows that are written in a second; bytes that one takes in memory, and in the file at least. */
enum { ROWS_A_SECOND = 25000, ROW_BYTES = 256, ROW_BYTES_LEAST = 14 };

/* All of an import is written in one piece, so that it can be taken back: everybody else waits. */
static void import_bounds(struct reading *reading, const struct instance *instance)
{
	const struct config_limits *limits = instance->data;
	uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES);
	uint64_t memory = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t rows = limits->max_import / ROW_BYTES_LEAST;
	uint64_t bytes;

	rows = rows < limits->max_import_rows ? rows : limits->max_import_rows;
	bytes = 2 * (uint64_t)limits->max_import + rows * ROW_BYTES;
	if (limits->max_import_rows > ROWS_A_SECOND)
		warning_add(reading, instance->keys[CONFIG_KEY_limits_max_import_rows].line,
			    "%s max_import_rows: while %u rows are written no registration is "
			    "answered, for about %u seconds; %d take one",
			    instance->label, limits->max_import_rows,
			    limits->max_import_rows / ROWS_A_SECOND, ROWS_A_SECOND);
	if (bytes > memory / 4)
		warning_add(reading, instance->keys[CONFIG_KEY_limits_max_import].line,
			    "%s max_import: with max_import_rows an import may take %llu MiB of "
			    "the %llu MiB that the machine has",
			    instance->label, (unsigned long long)(bytes >> 20),
			    (unsigned long long)(memory >> 20));
}

/* What tells people more than they have proved to know. */
static void openness(struct reading *reading, const struct instance *instance)
{
	const struct config *config = reading->config;
	const char *section = instance->section->name;

	if (strcmp(section, "provisioning") == 0 && config->provisioning.auth == PHONE_AUTH_OPEN)
		warning_add(reading, instance->keys[CONFIG_KEY_provisioning_auth].line,
			    "%s auth: open gives a device's passwords to whoever knows its MAC",
			    instance->label);
	if (strcmp(section, "provisioning") == 0 && config->provisioning.open_networks.count > 0)
		warning_add(reading, instance->keys[CONFIG_KEY_provisioning_open_networks].line,
			    "%s open_networks: whoever is there learns which MACs exist, and gets "
			    "their passwords",
			    instance->label);
	if (strcmp(section, "redirect") == 0 && config->redirect.auth == PHONE_AUTH_OPEN)
		warning_add(reading, instance->keys[CONFIG_KEY_redirect_auth].line,
			    "%s auth: open tells whoever asks which MACs are registered, and their "
			    "URLs with the passwords in them",
			    instance->label);
}

/* A password in clear, beyond this machine. */
static void basic_in_clear(struct reading *reading, const struct instance *instance)
{
	const struct config_listener *listener = instance->data;

	if (listener->basic_without_tls && !listener->tls_cert)
		warning_add(reading, instance->keys[CONFIG_KEY_listener_basic_without_tls].line,
			    "%s basic_without_tls: passwords of accounts come in clear, for "
			    "everybody on their way to read",
			    instance->label);
}

void check_all(struct reading *reading)
{
	const struct config_section *upstream = &config_sections[CONFIG_SECTION_upstream];
	const struct config_section *schedule = &config_sections[CONFIG_SECTION_schedule];
	const struct config_section *listener = &config_sections[CONFIG_SECTION_listener];
	const struct config_section *limits = &config_sections[CONFIG_SECTION_limits];
	size_t listeners = 0;

	for (size_t i = 0; i < reading->count; i++) {
		required(reading, reading->instances[i]);
		openness(reading, reading->instances[i]);
		if (reading->instances[i]->section == upstream)
			retry_bounds(reading, reading->instances[i]);
		if (reading->instances[i]->section == limits)
			import_bounds(reading, reading->instances[i]);
		if (reading->instances[i]->section == schedule)
			check_schedule(reading, reading->instances[i]);
		if (reading->instances[i]->section != listener)
			continue;
		listeners++;
		tls_pair(reading, reading->instances[i]);
		tls_rest(reading, reading->instances[i]);
		basic_in_clear(reading, reading->instances[i]);
		own_address(reading, i);
	}
	if (listeners == 0)
		issue_add(reading, 0, "[listener NAME]: there is none, expected at least one");
}
