/* SPDX-License-Identifier: MIT */
/*
 * Refusals.  What is said depends on the plane: programs get JSON, people a
 * line, phones the same bytes whatever the reason was.
 */
#include <jansson.h>
#include <string.h>

#include "base/mem.h"
#include "exchange.h"
#include "http/reply.h"

static const char text_type[] = "text/plain; charset=utf-8";
static const char not_found[] = "not found\n";
static const char not_available[] = "try again later\n";
static const char credentials_needed[] = "credentials are required\n";

static struct MHD_Response *make_static(const char *text)
{
	return reply_make(text, strlen(text), MHD_RESPMEM_PERSISTENT, text_type);
}

/* What is sent to everybody, for ever: set once, before there are requests. */
static struct {
	const char *type;
	const char *data;
	size_t len;
} face;

void reply_face(const char *type, const char *data, size_t len)
{
	face.type = type;
	face.data = data;
	face.len = len;
}

int reply_status_of(enum plane plane, int r)
{
	int status = error_status(r);

	if (plane != PLANE_PHONES && plane != PLANE_WPI)
		return status;
	return status >= 500 ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_NOT_FOUND;
}

static struct MHD_Response *make_line(const char *text)
{
	char *line = mem_printf(NULL, "%s\n", text);
	struct MHD_Response *response;

	response = reply_make(line, strlen(line), MHD_RESPMEM_MUST_COPY, text_type);
	mem_free(line);
	return response;
}

static struct MHD_Response *make_json(const struct request *req, int r, const char *text)
{
	json_t *json;
	char *dump;

	json = json_pack("{s:{s:s, s:s, s:s}}", "error", "reason", error_name(r), "text", text,
			 "request", req->id);
	dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	/* A text that is no UTF-8 is our bug; the client still gets the reason. */
	if (!dump)
		return make_line(error_name(r));
	return reply_make(dump, strlen(dump), MHD_RESPMEM_MUST_FREE, "application/json");
}

struct MHD_Response *reply_make_error(const struct request *req, int r, const char *text,
				      int *ret_status)
{
	*ret_status = reply_status_of(req->plane, r);
	if (req->plane == PLANE_WPI && req->route && req->route->method == HTTP_POST && face.data) {
		*ret_status = MHD_HTTP_OK;
		return reply_make(face.data, face.len, MHD_RESPMEM_PERSISTENT, face.type);
	}
	if (!text)
		text = error_text(r);
	if (req->plane == PLANE_PHONES || req->plane == PLANE_WPI)
		return make_static(*ret_status >= 500 ? not_available : not_found);
	if (req->plane == PLANE_API || req->plane == PLANE_CONTROL)
		return make_json(req, r, text);
	return make_line(text);
}

static void challenge(struct request *req, enum digest_algorithm algorithm, const char *nonce,
		      bool stale)
{
	const char *name = algorithm == DIGEST_MD5 ? "MD5" : "SHA-256";
	const char *realm = req->config->provisioning.realm;

	reply_header(req, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
		     mem_printf(req,
				"Digest realm=\"%s\", qop=\"auth\", algorithm=%s, nonce=\"%s\"%s",
				realm, name, nonce, stale ? ", stale=true" : ""));
}

static void challenges_add(struct request *req, bool stale)
{
	char nonce[DIGEST_NONCE_MAX];

	digest_nonce(req->config->provisioning.realm, nonce);
	challenge(req, DIGEST_MD5, nonce, stale);
	challenge(req, DIGEST_SHA256, nonce, stale);
	if (request_takes_basic(req))
		reply_header(req, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
			     mem_printf(req, "Basic realm=\"%s\", charset=\"UTF-8\"",
					req->config->provisioning.realm));
}

static void reason_note(struct request *req, int reason)
{
	if (!req->reason)
		req->reason = reason;
}

void reply_error(struct request *req, int r, const char *text)
{
	struct MHD_Response *response;
	int status;

	reason_note(req, r);
	response = reply_make_error(req, r, text, &status);
	reply_set(req, status, response);
	if (req->retry_after)
		reply_header(req, MHD_HTTP_HEADER_RETRY_AFTER,
			     mem_printf(req, "%u", req->retry_after));
	if (status == MHD_HTTP_UNAUTHORIZED && req->plane != PLANE_CONTROL)
		challenges_add(req, r == -E_NONCE_STALE);
}

void reply_challenge_account(struct request *req, bool stale)
{
	reply_error(req, stale ? -E_NONCE_STALE : -E_UNAUTHORIZED, NULL);
}

void reply_challenge_device(struct request *req, bool stale)
{
	char nonce[DIGEST_NONCE_MAX];

	reason_note(req, stale ? -E_NONCE_STALE : -E_UNAUTHORIZED);
	reply_set(req, MHD_HTTP_UNAUTHORIZED, make_static(credentials_needed));
	digest_nonce(req->config->provisioning.realm, nonce);
	challenge(req, DIGEST_MD5, nonce, stale);
}
