/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * What documents tell phones of the schedule that schedule.config attaches.
 *
 * XSTIM and Htek phones keep one themselves: all of it, or only the day or the
 * hour that is theirs by it ([schedule] pin).  Nx70 phones are told to ask
 * within its times, and Maxwells so often that one of their requests comes
 * within them ([schedule] native), unless settings say when they do.
 */

struct buf;
struct change;
struct config;
struct config_schedule;
struct document_schedule;
struct scope;
struct setting;
struct setting_new;
struct view;

/* What a device is told. */
void phone_schedule_of(const struct config_schedule *section, int64_t mac,
		       struct document_schedule *ret);

/* What of it is told, beside the times of its windows, to know a changed one by. */
void phone_schedule_words(const struct config_schedule *section, struct buf *buf);

/* Into the view's document, whose parameters are complete. */
void phone_schedule_apply(void *mem, const struct config *config, struct view *view,
			  const struct setting *settings, size_t count);

/* The codes of a schedule are not set where one is attached: -E_SETTING_RESERVED. */
int phone_schedule_setting_check(struct change *change, const struct scope *scope,
				 const struct setting_new *new) MUST_CHECK;
