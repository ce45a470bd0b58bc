/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_trust.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/wpi_authority.h"
#include "fleet/wpi_secure.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"

enum { MINUTES_MAX = 43200 };

struct input {
	int64_t mac;
	int64_t minutes;
	int64_t seconds;
	struct wpi_client_cert cert;
};

static const struct api_field none[] = {{NULL}};
static const struct api_field fields[] = {
	API_FIELD("minutes", NUMBER, MAY, struct input, minutes),
};

static const char *mode_of(const struct wpi_trust *trust)
{
	if (trust->fingerprint)
		return trust->next_fingerprint ? "renewing" : "secure";
	return trust->next_fingerprint ? "ordered" : "default";
}

static json_t *trust_json(const struct wpi_trust *trust)
{
	return json_pack(
		"{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"mac", api_mac_text(trust->mac), "mode", mode_of(trust), "address",
		api_text(trust->address), "bound_at", api_time(trust->bound_at), "enrolled_until",
		api_time(trust->enrolled_until), "told_to", api_text(trust->told_to), "told_at",
		api_time(trust->told_at), "taken_at", api_time(trust->taken_at), "certificate",
		api_text(trust->fingerprint), "certificate_until",
		api_time(trust->certificate_until), "secured_at", api_time(trust->secured_at),
		"next_certificate", api_text(trust->next_fingerprint), "give_until",
		api_time(trust->next_give_until), "given_to", api_text(trust->next_told_to),
		"given_at", api_time(trust->next_told_at));
}

int api_wpi_trust_show(struct request *req)
{
	struct wpi_trust *trust = mem_new(request_mem(req), struct wpi_trust);
	struct device *device;
	struct db *db;
	int r = api_device(req, &db, &device);

	if (r < 0)
		return r;
	trust->mac = device->mac;
	r = wpi_trust_find(request_mem(req), db, device->mac, &trust);
	return r < 0 ? r : api_answer(req, 200, trust_json(trust));
}

/* How long something may be done, which a POST may say. */
static int timed(struct request *req, struct input *input, struct diag *reterr)
{
	int r = api_mac(req, &input->mac);

	input->minutes = -1;
	if (r == 0)
		r = api_input(req, fields, COUNT_OF(fields), input, reterr);
	if (r < 0)
		return r;
	input->seconds = input->minutes * 60;
	if (input->minutes < 0)
		input->seconds = request_config(req)->wpi.enrolment_seconds;
	return input->seconds >= 0 && input->minutes <= MINUTES_MAX
		       ? 0
		       : diag_set(reterr, -E_VALUE, "minutes is a number from 0 to %d",
				  MINUTES_MAX);
}

static int answered(struct request *req, int r, const struct wpi_trust *trust)
{
	return r < 0 ? r : api_answer(req, 200, trust_json(trust));
}

static int release_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct wpi_trust trust;

	return answered(req, fleet_wpi_release(change, input->mac, &trust), &trust);
}

static int enrol_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct wpi_trust trust;

	return answered(req, fleet_wpi_enrol(change, input->mac, input->seconds, &trust), &trust);
}

static int secure_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct wpi_trust trust;

	return answered(req,
			fleet_wpi_secure(change, input->mac, &input->cert, input->seconds, &trust),
			&trust);
}

static int insecure_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct wpi_trust trust;

	return answered(req, fleet_wpi_insecure(change, input->mac, &trust), &trust);
}

/* What takes no time that could be said. */
static int at_once(struct request *req, api_op *op)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, none, 0, input, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, op, input);
}

int api_wpi_trust_release(struct request *req)
{
	return at_once(req, release_op);
}

int api_wpi_trust_enrol(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = timed(req, input, &diag);

	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, enrol_op, input);
}

int api_wpi_trust_secure(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	struct device *device;
	struct db *db;
	int r = timed(req, input, &diag);

	/* Before a key is made for nobody. */
	if (r == 0)
		r = api_device(req, &db, &device);
	if (r == 0 && !wpi_secure())
		r = diag_set(
			&diag, -E_WPI_NO_SECURE,
			"no listener serves wpi to phones with certificates; add one to the "
			"ini: port = 18444, serves = wpi, tls_cert = own, tls_client_ca = own");
	if (r == 0)
		r = wpi_authority_issue(request_mem(req), input->mac,
					request_config(req)->wpi.certificate_days, &input->cert,
					&diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, secure_op, input);
}

int api_wpi_trust_insecure(struct request *req)
{
	return at_once(req, insecure_op);
}
