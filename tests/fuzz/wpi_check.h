/* SPDX-License-Identifier: MIT */
#pragma once

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "wpi/flow.h"

/* What always holds, whatever a phone has said. */

static inline void demand(int condition)
{
	if (!condition)
		abort();
}

static inline void ignore(void *arg, xmlErrorPtr error)
{
	(void)arg, (void)error;
}

static inline void answer_check(const struct secret *body, const struct wpi_policy *policy)
{
	xmlDoc *document;

	demand(secret_len(body) <= policy->message_bytes);
	document = xmlReadMemory(secret_reveal(body), (int)secret_len(body), NULL, NULL,
				 XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	demand(document != NULL);
	demand(strcmp((const char *)xmlDocGetRootElement(document)->name, "DLSMessage") == 0);
	xmlFreeDoc(document);
}

static inline void message_check(const struct wpi_message *message)
{
	demand(wpi_nonce_is_valid(message->nonce));
	for (size_t i = 0; i < message->item_count; i++) {
		const struct wpi_item *item = &message->items[i];

		demand(wpi_name_is_valid(item->name));
		demand(!item->value == !!item->secret);
		demand(!!item->secret == wpi_name_is_secret(item->name));
		demand(item->index >= WPI_NO_INDEX && item->index <= WPI_INDEX_MAX);
		demand(!item->value || text_check(item->value, strlen(item->value), NULL) == 0);
	}
}

static inline void records_check(const struct wpi_turn *turn)
{
	for (size_t i = 0; i < turn->record_count; i++) {
		const struct wpi_record *record = &turn->records[i];

		demand(record->kind < WPI_RECORD_COUNT);
		demand(!record->item || wpi_name_is_valid(record->item->name) ||
		       record->kind == WPI_RECORD_UNSENDABLE);
		demand(!record->words ||
		       text_check(record->words, strlen(record->words), NULL) == 0);
	}
}
