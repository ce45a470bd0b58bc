/* SPDX-License-Identifier: MIT */
/* Whether a desk phone would be believed: wpi_trust_judge(), with words. */
#include "base/mem.h"
#include "base/net.h"
#include "config/config.h"
#include "fleet/explain.h"
#include "fleet/wpi_trust.h"

/* The certificate that it is taken to show, and with it the listener that it calls. */
static int read_proof(struct explain *explain, struct wpi_caller *caller)
{
	struct wpi_trust *trust;
	int r = wpi_trust_find(explain->mem, explain->db, explain->mac, &trust);

	if (r <= 0 || explain->proof == EXPLAIN_PROOF_NONE)
		return r;
	if (explain->proof == EXPLAIN_PROOF_GOOD) {
		caller->asks_certificate = trust->fingerprint != NULL;
		caller->fingerprint = trust->fingerprint;
		return 0;
	}
	caller->asks_certificate = true;
	return 0;
}

static const char *words_of(struct explain *explain, int r, const struct wpi_verdict *verdict)
{
	if (r == -E_WPI_NETWORK)
		return mem_printf(explain->mem,
				  "it calls from %s, which is in none of [wpi] networks",
				  verdict->address);
	if (r == -E_WPI_ADDRESS)
		return mem_printf(explain->mem, "it calls from %s, and is bound to %s since %s",
				  verdict->address, verdict->trust.address,
				  explain_when(explain, verdict->trust.bound_at));
	if (r == -E_WPI_WEAK)
		return mem_printf(
			explain->mem,
			"it is in secure mode since %s, and calls without its certificate",
			explain_when(explain, verdict->trust.secured_at));
	return "it does not show the certificate that it was given";
}

static void say_secrets(struct explain *explain, const struct wpi_verdict *verdict)
{
	const struct wpi_trust *trust = &verdict->trust;

	if (verdict->is_secure)
		explain_say(explain, "secrets", EXPLAIN_OK, 0, NULL,
			    "it shows its certificate, and may have its passwords");
	else if (explain->config->wpi.secrets == WPI_SECRETS_ALWAYS)
		explain_say(explain, "secrets", EXPLAIN_OK, 0, NULL,
			    "whoever claims the MAC may have its passwords");
	else if (verdict->is_enrolled)
		explain_say(explain, "secrets", EXPLAIN_OK, 0,
			    json_pack("{s:o}", "until", explain_time(trust->enrolled_until)),
			    "it may have its passwords once, until %s",
			    explain_when(explain, trust->enrolled_until));
	else if (trust->taken_at)
		explain_say(explain, "secrets", EXPLAIN_HELD, -E_WPI_WITHHELD, NULL,
			    "its passwords are withheld: it took them on %s, for good",
			    explain_when(explain, trust->taken_at));
	else if (explain->at < trust->enrolled_until)
		explain_say(explain, "secrets", EXPLAIN_HELD, -E_WPI_WITHHELD, NULL,
			    "its passwords are withheld: they went to %s, and to nobody else",
			    trust->told_to);
	else
		explain_say(
			explain, "secrets", EXPLAIN_HELD, -E_WPI_WITHHELD, NULL,
			"its passwords are withheld: nobody has enrolled it, or its time is over");
}

int explain_wpi_trust(struct explain *explain)
{
	struct wpi_caller caller = {
		.mac = explain->mac, .address = explain->from, .now = explain->at};
	struct wpi_verdict verdict;
	int r;

	if (!explain->from) {
		explain_say(
			explain, "trust", EXPLAIN_NOTE, 0, NULL,
			"from where it would call is not known, so whether it would be believed "
			"is not either: --from IP");
		return 0;
	}
	r = read_proof(explain, &caller);
	if (r < 0)
		return r;
	r = wpi_trust_judge(explain->mem, explain->db, &explain->config->wpi, &caller, &verdict);
	if (r < 0 && !wpi_trust_is_refusal(r))
		return r;
	if (r < 0) {
		explain_refuse(explain, "trust", r, "%s: whatever it says is answered by CleanUp",
			       words_of(explain, r, &verdict));
		return 0;
	}
	explain_say(
		explain, "trust", EXPLAIN_OK, 0,
		json_pack("{s:s, s:b}", "address", verdict.address, "secure", verdict.is_secure),
		verdict.binds ? "it may call from %s, and is bound to that address then"
			      : "it may call from %s",
		verdict.address);
	say_secrets(explain, &verdict);
	return 0;
}
