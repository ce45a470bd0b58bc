/* SPDX-License-Identifier: MIT */
/* Firmware: the file that a phone asks for, and what its document says of firmware. */
#include "base/error.h"
#include "base/mem.h"
#include "base/net.h"
#include "config/config.h"
#include "fleet/admission.h"
#include "fleet/explain.h"
#include "fleet/firmware.h"
#include "fleet/firmware_gate.h"
#include "fleet/view.h"
#include "render/document.h"

static const struct net_address nowhere;

static void say_file(struct explain *explain, const char *name)
{
	struct firmware *firmware = NULL;
	int r = firmware_judge_file(explain->mem, explain->db, name, &firmware);

	if (r < 0) {
		explain_refuse(explain, "file", r, "%s: %s", name,
			       firmware && firmware->error ? firmware->error : error_text(r));
		return;
	}
	explain_say(explain, "file", EXPLAIN_OK, 0,
		    json_pack("{s:s, s:I}", "sha256", firmware->sha256, "bytes",
			      (json_int_t)firmware->size),
		    "%s, %lld bytes, version %s", name, (long long)firmware->size,
		    firmware->version ? firmware->version : "not known");
	explain->status = 200;
}

/* Is it the time for it?  Whoever is not known has the fleet's schedule. */
static int judge_time(struct explain *explain, const char *name)
{
	struct firmware_pass pass = {0};
	int r = firmware_judge_time(explain->mem, explain->db, explain->config, explain->mac, name,
				    explain->at, false, &pass);

	if (r < 0 && r == pass.gate.reason) {
		explain_refuse(explain, "schedule", r, "%s; firmware is not there",
			       gate_words(explain->mem, explain->config, &pass.gate));
		if (explain->reason == r)
			explain->face = -E_NO_ROUTE;
		return 0;
	}
	return r;
}

static void say_link(struct explain *explain, int r, const char *name, const char *file)
{
	if (r == -E_FIRMWARE_TOKEN)
		explain_refuse(explain, "token", r,
			       "the token is not one that this server makes for this MAC: neither "
			       "for this file nor for the device's directory");
	else if (r == -E_FIRMWARE_NOT_ITS)
		explain_refuse(explain, "firmware", r,
			       "the token is that of the device's directory, in which there is "
			       "no %s now",
			       name);
	else if (r < 0)
		explain_refuse(explain, "device", r,
			       "the token is right, and yet the device gets nothing: %s",
			       error_text(r));
	else if (file != name)
		explain_say(explain, "firmware", EXPLAIN_OK, 0, json_pack("{s:s}", "file", file),
			    "in the device's directory %s is %s", name, file);
}

int explain_firmware_link(struct explain *explain, const char *token, const char *name)
{
	const char *file = name;
	int r = firmware_follow(explain->mem, explain->db, explain->config, explain->mac, token,
				name, explain->at, &file);

	say_link(explain, r, name, file);
	if (r < 0) {
		explain_deny(explain, r, true);
		return 0;
	}
	r = judge_time(explain, file);
	if (r == 0 && !explain->reason)
		say_file(explain, file);
	return r;
}

/* Whoever it is proves it, or not. */
static void say_anybody(struct explain *explain)
{
	int r = explain_proof_of(explain, false, true);

	if (r < 0) {
		explain_refuse(explain, "proof", r, "Digest is asked; here: %s", error_text(r));
		explain_deny(explain, r, false);
		return;
	}
	explain_say(explain, "proof", EXPLAIN_NOTE, 0, NULL,
		    "Digest is asked, with a device's MAC as the user and its secret; say --as "
		    "MAC to see it decided for one device");
}

int explain_firmware(struct explain *explain, const char *name)
{
	bool is_open = admission_is_open(explain->config, explain->from ? explain->from : &nowhere);
	struct device_fetch *fetch;
	int r = 0;

	if (is_open) {
		explain->mac = -1;
		explain_say(explain, "proof", EXPLAIN_OK, 0, NULL, "no proof is asked of it");
	} else if (explain->mac >= 0) {
		r = explain_proven(explain, false, &fetch);
	} else {
		say_anybody(explain);
	}
	if (r == 0)
		r = judge_time(explain, name);
	if (r < 0)
		return explain->reason ? 0 : r;
	if (!explain->reason)
		say_file(explain, name);
	return 0;
}

void explain_choice(struct explain *explain, const struct view *view)
{
	const struct firmware_choice *choice = &view->firmware;

	if (choice->firmware)
		explain_say(explain, "firmware", EXPLAIN_OK, 0,
			    json_pack("{s:s, s:s, s:s}", "wanted", choice->wanted, "file",
				      choice->name, "version", choice->firmware->version),
			    "firmware.version is %s: it is told of %s, %s", choice->wanted,
			    choice->firmware->version, choice->name);
	else if (choice->notice)
		explain_say(explain, "firmware", EXPLAIN_OK, 0,
			    json_pack("{s:s}", "wanted", choice->wanted), "%s", choice->notice);
}
