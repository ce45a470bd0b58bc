/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct activation;
struct config;
struct device_fetch;
struct net_address;
struct registration_fetch;

/*
 * What a phone must prove to get an answer, and what becomes of its request:
 * the decisions, without the request.  src/phone makes them for whoever asks,
 * `explain` for whoever wants to know.
 */

/* No proof is asked for a document: [provisioning] auth = open, or open_networks. */
bool admission_is_open(const struct config *config, const struct net_address *address);

/*
 * Pairs of user and password that prove a device.  Three kinds are good: its
 * MAC and its secret, the user and password configured for it, and the
 * user:password@ of its registered URL with placeholders filled in, as it
 * stands there or percent-decoded (to one pair, where both are the same).
 */
enum credential_kind { CREDENTIAL_SECRET, CREDENTIAL_USER, CREDENTIAL_URL };

struct admission_pair {
	enum credential_kind kind;
	const char *user;     /* NULL: the MAC, however it is written */
	const char *password; /* never "", which everybody could prove */
};

struct admission_pairs {
	int64_t mac;
	struct admission_pair pairs[4];
	size_t count;
};

/* `fetch` may be NULL: nobody can prove it.  What is made of the URL belongs to `mem`. */
void admission_of_device(void *mem, const struct config *config, const struct device_fetch *fetch,
			 struct admission_pairs *ret);

/* For being told where to go only the secret counts: the URL is not known yet. */
void admission_of_registration(const struct registration_fetch *fetch, struct admission_pairs *ret);

bool admission_is_user(const struct admission_pairs *pairs, size_t i, const char *user);

/*
 * What becomes of a request whose proof is `proof`: 0 or why it is none.
 * -E_MAC_UNKNOWN (-E_NOT_REGISTERED, -E_ACTIVATION_UNKNOWN) where there is
 * nothing, -E_MAC_LOCKED, else the proof itself.
 */
int admission_judge_device(const struct device_fetch *fetch, int proof) MUST_CHECK;
int admission_judge_registration(const struct registration_fetch *fetch, int proof) MUST_CHECK;
int admission_judge_activation(const struct activation *activation, int proof) MUST_CHECK;

/*
 * A device that is admitted has a document only with a product: 0, -E_NO_PRODUCT;
 * -E_WPI_DIALOGUE of desk phones, which are told theirs in another way.
 */
int admission_document(const struct device_fetch *fetch) MUST_CHECK;

/* Whether a document that cannot be made, for this reason, leaves the device the one it has. */
bool admission_keeps_last(int reason);

/* Reasons that get the one answer, which tells nobody which MACs exist. */
bool admission_is_denial(int reason);

/* What that answer looks like: -E_NO_ROUTE where no proof is asked, else -E_UNAUTHORIZED. */
int admission_face(bool is_open);
