/* SPDX-License-Identifier: MIT */
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/secret.h"
#include "render/item.h"
#include "wpi/flow.h"

static const char *const reasons[] = {
	"",
#define REASON(id, word, kind, what, source) word,
#include "wpi/reasons.def"
#undef REASON
};

static const enum wpi_reason_kind kinds[] = {
	WPI_KIND_STRANGE,
#define REASON(id, word, kind, what, source) WPI_KIND_##kind,
#include "wpi/reasons.def"
#undef REASON
};

static const char *const actions[] = {
	"",
#define ACTION(id, word, then, order, what, source) word,
#include "wpi/actions.def"
#undef ACTION
};

static const char *const replies[] = {
	"",
#define REPLY(id, word, what, source) word,
#include "wpi/replies.def"
#undef REPLY
};

static const char *const item_statuses[] = {
	"",
#define ITEM_STATUS(id, word, what, source) word,
#include "wpi/item_statuses.def"
#undef ITEM_STATUS
};

static const char *const basic_items[] = {
#define BASIC_ITEM(pattern) pattern,
#include "wpi/basic_items.def"
#undef BASIC_ITEM
};

/* The first word of a table is that of no row. */
static size_t row_of(const char *const *words, size_t count, const char *word, size_t otherwise)
{
	for (size_t i = 1; i < count; i++)
		if (strcasecmp(words[i], word) == 0)
			return i;
	return otherwise;
}

enum wpi_reason wpi_reason_of(const char *word)
{
	return (enum wpi_reason)row_of(reasons, COUNT_OF(reasons), word, WPI_REASON_UNKNOWN);
}

enum wpi_action wpi_action_of(const char *word)
{
	return (enum wpi_action)row_of(actions, COUNT_OF(actions), word, WPI_ACTION_NONE);
}

enum wpi_reply wpi_reply_of(const char *word)
{
	return (enum wpi_reply)row_of(replies, COUNT_OF(replies), word, WPI_REPLY_OTHER);
}

enum wpi_item_status wpi_item_status_of(const char *word)
{
	if (!*word)
		return WPI_ITEM_FINE;
	return (enum wpi_item_status)row_of(item_statuses, COUNT_OF(item_statuses), word,
					    WPI_ITEM_OTHER);
}

const char *wpi_reason_word(enum wpi_reason reason)
{
	return reasons[reason];
}

const char *wpi_action_word(enum wpi_action action)
{
	return actions[action];
}

const char *wpi_reply_word(enum wpi_reply reply)
{
	return replies[reply];
}

const char *wpi_item_status_word(enum wpi_item_status status)
{
	return item_statuses[status];
}

enum wpi_reason_kind wpi_reason_kind(enum wpi_reason reason)
{
	return kinds[reason];
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_made_of(const char *s, size_t max, const char *others)
{
	size_t len = 0;

	for (; s[len]; len++)
		if (len == max || (!is_alnum(s[len]) && !strchr(others, s[len])))
			return false;
	return len > 0;
}

bool wpi_name_is_valid(const char *name)
{
	return is_made_of(name, WPI_NAME_MAX, "-_*");
}

bool wpi_nonce_is_valid(const char *nonce)
{
	return is_made_of(nonce, WPI_NONCE_MAX, "");
}

static bool matches(const char *const *patterns, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (fnmatch(patterns[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

bool wpi_name_is_secret(const char *name)
{
	return item_is_secret(name);
}

bool wpi_name_is_basic(const char *name)
{
	return matches(basic_items, COUNT_OF(basic_items), name);
}

const struct wpi_item *wpi_item_find(const struct wpi_item *items, size_t count, const char *name,
				     int index)
{
	for (size_t i = count; i > 0; i--)
		if (items[i - 1].index == index && strcmp(items[i - 1].name, name) == 0)
			return &items[i - 1];
	return NULL;
}

const char *wpi_message_text(const struct wpi_message *message, const char *name)
{
	const struct wpi_item *item =
		wpi_item_find(message->items, message->item_count, name, WPI_NO_INDEX);

	return item && item->status == WPI_ITEM_FINE ? item->value : NULL;
}

void wpi_item_copy(void *mem, const struct wpi_item *item, struct wpi_item *ret)
{
	*ret = *item;
	ret->name = mem_strdup(mem, item->name);
	ret->value = item->value ? mem_strdup(mem, item->value) : NULL;
	ret->secret = secret_copy(mem, item->secret);
	ret->status_word = item->status_word ? mem_strdup(mem, item->status_word) : NULL;
}

static const struct {
	const char *name, *text;
	enum { GOES, ENDS } end;
} records[] = {
#define RECORD(id, end, what) {#id, what, end},
#include "wpi/records.def"
#undef RECORD
};

static const struct {
	const char *name, *text;
} states[] = {
#define STATE(id, what) {#id, what},
#include "wpi/states.def"
#undef STATE
};

const char *wpi_record_name(enum wpi_record_kind kind)
{
	return records[kind].name;
}

const char *wpi_record_text(enum wpi_record_kind kind)
{
	return records[kind].text;
}

bool wpi_record_ends(enum wpi_record_kind kind)
{
	return records[kind].end == ENDS;
}

const char *wpi_state_name(enum wpi_state state)
{
	return states[state].name;
}

const char *wpi_state_text(enum wpi_state state)
{
	return states[state].text;
}
