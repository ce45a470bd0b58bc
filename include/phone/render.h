/* SPDX-License-Identifier: MIT */
#pragma once

#include "http/route.h"
#include "phone/profile.h"

struct rendition;

/* Makes the document of the request's device on a worker, keeps it, gives it. */
request_handler phone_render;

/* The device's MAC from the route or the query; -E_BARE_NAME. */
int phone_mac(const struct request *req, int64_t *ret) MUST_CHECK;

/* Sends a profile to somebody who has proved that it is his, and keeps record of it. */
void phone_give(struct request *req, struct profile *profile);

/* A rendition as a reply, in the content type of the device's format. */
struct prepared *phone_prepare(const struct device_fetch *fetch, const struct rendition *rendition);

/* Denials get the one answer of proof_deny(); other errors are returned as they are. */
int phone_refuse(struct request *req, int r) MUST_CHECK;
