/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "ctl/verb.h"

struct buf;
struct ctl_table;

/* Answers of the API, for people. */

/* The zone in which times are shown: the server's, as its answers name it.  NULL, and one unknown here: UTC. */
void ctl_show_use_zone(const char *name);

/* A field's value on one line, as fields.def says.  "" for null and for what is not there. */
const char *ctl_show_field(void *mem, const char *name, const json_t *value);

/* One line for each field, those of objects inside by their path: "registration.url". */
void ctl_show_object(void *mem, const json_t *object, struct buf *out);

/* A table with the list's columns; the heads are its first row. */
struct ctl_table *ctl_show_list_head(void *mem, const struct ctl_list *list, bool bold);
void ctl_show_list_row(struct ctl_table *table, const struct ctl_list *list, const json_t *row);
