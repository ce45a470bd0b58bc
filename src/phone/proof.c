/* SPDX-License-Identifier: MIT */
#include "phone/proof.h"

#include <pthread.h>
#include <string.h>

#include "base/counter.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/admission.h"
#include "http/digest.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/device.h"

/* Stands in for the secret of a device that is not there, so that time does not tell. */
#define NOBODY "0123456789abcdef0123456789abcdef"

bool proof_is_open(const struct request *req)
{
	return admission_is_open(request_config(req), request_address(req));
}

int proof_read(struct request *req, struct digest **ret)
{
	const char *header = request_header(req, "Authorization");

	if (!header)
		return -E_SECRET_MISSING;
	return digest_parse(request_mem(req), header, ret);
}

int proof_password(struct request *req, const struct digest *digest, const char *password)
{
	const struct config *config = request_config(req);
	const char *realm = config->provisioning.realm;
	struct digest_ha1 ha1;
	int r;

	digest_ha1(digest->algorithm, digest->username, realm, password ? password : NOBODY, &ha1);
	r = digest_check(digest, &ha1, realm, request_method_name(req), request_path(req),
			 request_target(req), config->limits.nonce_seconds);
	return !password || r == -E_CREDENTIALS ? -E_SECRET_WRONG : r;
}

/* One password may be there twice, for two readings of a URL; it is tried once. */
static bool is_tried(const struct admission_pairs *pairs, size_t i, const char *user)
{
	for (size_t k = 0; k < i; k++)
		if (admission_is_user(pairs, k, user) &&
		    strcmp(pairs->pairs[k].password, pairs->pairs[i].password) == 0)
			return true;
	return false;
}

int proof_pairs(struct request *req, const struct digest *digest,
		const struct admission_pairs *pairs)
{
	const char *user = digest->username;
	bool any = false;
	int r = -E_SECRET_WRONG;

	for (size_t i = 0; i < pairs->count && r == -E_SECRET_WRONG; i++) {
		if (!admission_is_user(pairs, i, user) || is_tried(pairs, i, user))
			continue;
		r = proof_password(req, digest, pairs->pairs[i].password);
		any = true;
	}
	return any ? r : proof_password(req, digest, NULL);
}

int proof_check(struct request *req, const struct device_fetch *fetch)
{
	struct admission_pairs pairs;
	struct digest *digest;
	int r;

	if (proof_is_open(req))
		return admission_judge_device(fetch, 0);
	r = proof_read(req, &digest);
	if (r < 0)
		return r;
	admission_of_device(request_mem(req), request_config(req), fetch, &pairs);
	return admission_judge_device(fetch, proof_pairs(req, digest, &pairs));
}

static uint8_t *nobody_sealed;
static size_t nobody_len;

static void nobody_seal(void)
{
	secret_seal(NULL, "proof.nobody", NOBODY, strlen(NOBODY), &nobody_sealed, &nobody_len);
}

void proof_pretend(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CLEANUP(mem_freep) void *scratch = mem_root("proof_pretend");
	char *text;
	size_t len;
	int r;

	pthread_once(&once, nobody_seal);
	r = secret_unseal(scratch, "proof.nobody", nobody_sealed, nobody_len, &text, &len);
	(void)r;
}

void proof_answer(struct request *req, int reason, bool is_open)
{
	int face = admission_face(is_open);

	request_set_reason(req, reason);
	if (face == -E_UNAUTHORIZED)
		reply_challenge_device(req, reason == -E_NONCE_STALE);
	else
		reply_error(req, face, NULL);
}

int proof_deny(struct request *req, int reason)
{
	counter_add(M_FETCH_DENIED, 1);
	proof_answer(req, reason, proof_is_open(req));
	return 0;
}
