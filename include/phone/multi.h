/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct profile;
struct request;

/* A document of version 1.1 as the files of version 1.0 (render/multi.h). */

/* The file that the request's route is for; NULL: the document itself. */
const char *multi_file(const struct request *req);

/* Whether a device that has been given this has been given its configuration. */
bool multi_is_configuration(const char *file);

/* 404 for products that do not know version 1.0. */
void multi_reply(struct request *req, const struct profile *profile, const char *file);
