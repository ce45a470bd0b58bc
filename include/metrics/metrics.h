/* SPDX-License-Identifier: MIT */
#pragma once

struct http;

/* What /readyz asks; once, before requests. */
void metrics_setup(struct http *http);
