/* SPDX-License-Identifier: MIT */
#include "tell.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "window/sentence.h"

/* Of more schedules than a person wrote by hand nobody wants to read. */
enum { SCHEDULES_TOLD = 20 };

void tell_config(const struct config *config)
{
	CLEANUP(mem_freep) struct buf *sentence = buf_new(NULL);

	for (size_t i = 0; i < config->warnings.count; i++)
		log_warn("configuration", LOG_S("warning", config->warnings.words[i]));
	for (size_t i = 0; i < config->schedule_count && i < SCHEDULES_TOLD; i++) {
		buf_cut(sentence, 0);
		sentence_schedule(&config->schedules[i].schedule, sentence);
		log_info("schedule", LOG_S("name", config->schedules[i].name),
			 LOG_S("means", sentence->data));
	}
}
