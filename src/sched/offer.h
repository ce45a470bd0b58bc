/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/job.h"

struct device;
struct wpi_order_new;

/*
 * An offer to one device, in the file of its kind: what has to be in the
 * device's document, so that its next fetch does what the job is for.
 *
 * 0: it is made.  1: there is nothing to do, `words` say why.  -E_BUSY: not now.
 * Another error is a reason why this device cannot have it, with words in change->diag.
 */
struct offer {
	struct change *change;
	const struct job *job;
	struct job_device *row;
	const struct device *device;
	bool reaches; /* it can be told to fetch */
	int64_t now;
	const char *words;
};

#define JOB(id, evidence, restarts, setting, wait_s, what)                                         \
	int offer_##id(struct offer *offer) MUST_CHECK;
#include "fleet/jobs.def"
#undef JOB

/* Whether the device is one that is given orders, and one of them. */
bool offer_is_order(const struct offer *offer);
int offer_order(struct offer *offer, const struct wpi_order_new *new) MUST_CHECK;

/* The device's document is made again, so that its next fetch is evidence. */
int offer_touch(struct offer *offer) MUST_CHECK;
