/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "frame.h"
#include "render/format.h"

static const struct trigger triggers[] = {
#define TRIGGER(id, how, fetch, reboot, words) {#id, TRIGGER_##how, fetch, reboot, words},
#include "render/triggers.def"
#undef TRIGGER
};

enum trigger_index {
#define TRIGGER(id, how, fetch, reboot, words) TRIGGER_AT_##id,
#include "render/triggers.def"
#undef TRIGGER
};

#define FORMAT(id, type, told_by, words)                                                           \
	static const struct format format_##id = {                                                 \
		.name = #id,                                                                       \
		.content_type = type,                                                              \
		.trigger = &triggers[TRIGGER_AT_##told_by],                                        \
		.what = words,                                                                     \
		.render = id##_render,                                                             \
		.reserves = id##_reserves,                                                         \
		.per_handset = id##_per_handset,                                                   \
		.takes = id##_takes,                                                               \
	};
#include "render/formats.def"
#undef FORMAT

static const struct format *const formats[] = {
#define FORMAT(id, type, told_by, words) &format_##id,
#include "render/formats.def"
#undef FORMAT
};

static const struct product products[] = {
#define PRODUCT(id, takes, dvid, handsets, lines, servers, words)                                  \
	{#id, &format_##takes, dvid, handsets, lines, servers, words},
#include "render/products.def"
#undef PRODUCT
};

const struct product *product_find(const char *name)
{
	for (size_t i = 0; name && i < COUNT_OF(products); i++)
		if (strcmp(products[i].name, name) == 0)
			return &products[i];
	return NULL;
}

const struct product *product_next(const struct product *last)
{
	const struct product *next = last ? last + 1 : products;

	return next < products + COUNT_OF(products) ? next : NULL;
}

bool product_is_desk_phone(const struct product *product)
{
	return product && product->format->render == wpi_render;
}

bool product_reserves(const struct product *product, const char *setting_name)
{
	if (product)
		return product->format->reserves(setting_name);
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (formats[i]->reserves(setting_name))
			return true;
	return false;
}

bool product_per_handset(const struct product *product, const char *setting_name)
{
	if (product)
		return product->format->per_handset(setting_name);
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (formats[i]->per_handset(setting_name))
			return true;
	return false;
}

bool product_takes(const struct product *product, const char *setting_name)
{
	return product->format->takes(setting_name);
}

bool product_takes_text(const struct product *product, const char *text)
{
	return product->format->render != provider_frame_render ||
	       frame_takes_text(product->name, text);
}

int product_slot_of(const struct product *product, const char *name, const char *value)
{
	if (product->format->render != provider_frame_render)
		return 0;
	return frame_slot_of_mask(product->name, name, value);
}
