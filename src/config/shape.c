/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include "base/buf.h"

const struct config_plane config_planes[] = {
	{"phones", PLANE_PHONES},   {"rpc", PLANE_RPC}, {"api", PLANE_API},
	{"metrics", PLANE_METRICS}, {"wpi", PLANE_WPI},
};
const size_t config_plane_count = COUNT_OF(config_planes);

void print_text(const void *field, struct buf *buf)
{
	const char *const *text = field;

	if (*text)
		buf_adds(buf, *text);
}

void print_planes(const void *field, struct buf *buf)
{
	const unsigned *planes = field;
	const char *blank = "";

	for (size_t i = 0; i < config_plane_count; i++) {
		if (!(*planes & config_planes[i].bit))
			continue;
		buf_printf(buf, "%s%s", blank, config_planes[i].word);
		blank = " ";
	}
}

void print_bytes(const void *field, struct buf *buf)
{
	const unsigned *bytes = field;

	if (*bytes % (1u << 30) == 0)
		buf_printf(buf, "%uG", *bytes >> 30);
	else if (*bytes % (1u << 20) == 0)
		buf_printf(buf, "%uM", *bytes >> 20);
	else if (*bytes % (1u << 10) == 0)
		buf_printf(buf, "%uK", *bytes >> 10);
	else
		buf_printf(buf, "%u", *bytes);
}

void print_networks(const void *field, struct buf *buf)
{
	const struct config_networks *networks = field;
	char text[NET_TEXT_MAX];

	for (size_t i = 0; i < networks->count; i++) {
		const struct net_prefix *prefix = &networks->prefixes[i];

		net_address_text(&prefix->address, text);
		buf_printf(buf, "%s%s", i ? " " : "", text);
		if (prefix->bits != prefix->address.len * 8u)
			buf_printf(buf, "/%u", prefix->bits);
	}
}

void print_words(const void *field, struct buf *buf)
{
	const struct config_words *words = field;

	for (size_t i = 0; i < words->count; i++)
		buf_printf(buf, "%s%s", i ? " " : "", words->words[i]);
}

void print_names(const void *field, struct buf *buf)
{
	const struct config_words *words = field;

	for (size_t i = 0; i < words->count; i++)
		buf_printf(buf, "%s%s", i ? ", " : "", words->words[i]);
}

void print_guard(const void *field, struct buf *buf)
{
	const struct config_guard *guard = field;

	buf_printf(buf, "%u%% %u", guard->percent, guard->count);
}
