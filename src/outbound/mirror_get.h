/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct config;

/* One transfer into a file of firmware_dir that has no name yet. */

struct mirror_get;

/* Told now and then; `total` 0: not known. */
typedef void mirror_bytes(void *arg, uint64_t bytes, int64_t total);

/* -E_MIRROR_HOST when the URL's host may not be asked; `config` must live as long. */
int mirror_get_begin(void *mem, CURLM *multi, const struct config *config, const char *name,
		     const char *url, mirror_bytes *bytes, void *arg, struct mirror_get **ret,
		     struct diag *reterr) MUST_CHECK;

bool mirror_get_is(const struct mirror_get *get, const CURL *easy);

/* The transfer has ended: 1 all is there, 0 it goes on elsewhere on the same host, negative why not. */
int mirror_get_advance(struct mirror_get *get, CURLcode code, char sha256[65],
		       struct diag *reterr) MUST_CHECK;

void mirror_get_free(struct mirror_get *get);
