/* SPDX-License-Identifier: MIT */
#include "import_found.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

const char *import_fate_name(enum import_fate fate)
{
	static const char *const names[] = {"recognised", "kept raw", "refused", "mended"};

	return names[fate];
}

static void note(struct found *found, unsigned line, enum import_fate fate, const char *name,
		 const char *text)
{
	struct import_document *import = found->import;

	import->found[fate]++;
	if (import->note_count < IMPORT_NOTES_MAX)
		*mem_push(found->mem, &import->notes, &import->note_count) =
			(struct import_note){line, fate, name, text};
}

void import_note(struct found *found, unsigned line, enum import_fate fate, const char *name,
		 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(found, line, fate, name, mem_vprintf(found->mem, format, args));
	va_end(args);
}

void import_refuse(struct found *found, struct found_value *value, const char *format, ...)
{
	va_list args;

	value->is_refused = true;
	va_start(args, format);
	note(found, value->line, IMPORT_REFUSED, value->name,
	     mem_vprintf(found->mem, format, args));
	va_end(args);
}

struct found_account *found_account(struct found *found, const char *ipui, int slot, unsigned line)
{
	const char *name =
		*ipui ? mem_strdup(found->mem, ipui) : mem_printf(found->mem, "slot %d", slot);
	struct found_account *account;
	size_t at;

	if (import_names_put(found->mem, &found->account_names, name, found->account_count, &at))
		return &found->accounts[at];
	account = mem_push(found->mem, &found->accounts, &found->account_count);
	memcpy(account->ipui, ipui, strnlen(ipui, IPUI_LEN));
	account->slot = slot;
	account->line = line;
	return account;
}

void found_put(struct found *found, struct found_value *value, const struct read_item *item,
	       const char *text)
{
	/* Some say a thing under two names. */
	if (value->name && strcmp(value->name, item->name) != 0 && strcmp(value->text, text) == 0)
		import_note(found, value->line, IMPORT_RECOGNISED, value->name, "as %s",
			    item->name);
	else if (value->name)
		import_note(found, value->line, IMPORT_REFUSED, value->name,
			    "line %u says it again, and the last one counts", item->line);
	*value = (struct found_value){item->name, text, item->line, false};
}

void found_setting(struct found *found, struct found_account *account, const char *name,
		   const struct read_item *item)
{
	struct found_value **settings = account ? &account->settings : &found->settings;
	size_t *count = account ? &account->setting_count : &found->setting_count;
	struct import_names *names = account ? &account->setting_names : &found->setting_names;
	struct found_value *value;
	size_t at;

	if (import_names_put(found->mem, names, name, *count, &at)) {
		value = &(*settings)[at];
		import_note(found, value->line, IMPORT_REFUSED, item->name,
			    "line %u says it again, and the last one counts", item->line);
		value->text = item->value;
		value->line = item->line;
		return;
	}
	value = mem_push(found->mem, settings, count);
	*value = (struct found_value){name, item->value, item->line, false};
}
