/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_image.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "fleet/version.h"

enum { HEAD_AT = 0x20, HEAD_BYTES = 256, TAIL_BYTES = 0x128 };

/* Text that a person can read; "" for anything else. */
static void text_take(const char *from, size_t len, char out[WPI_IMAGE_TEXT_MAX + 1])
{
	out[0] = '\0';
	if (len == 0 || len > WPI_IMAGE_TEXT_MAX)
		return;
	for (size_t i = 0; i < len; i++)
		if (from[i] < ' ' || from[i] > '~')
			return;
	memcpy(out, from, len);
	out[len] = '\0';
}

/* The second of two texts with NULs between them. */
static void second_text(const char *data, size_t len, char out[WPI_IMAGE_TEXT_MAX + 1])
{
	size_t first = strnlen(data, len), at = first;

	while (at < len && !data[at])
		at++;
	out[0] = '\0';
	if (first > 0 && at < len && memchr(data + at, '\0', len - at))
		text_take(data + at, strnlen(data + at, len - at), out);
}

void wpi_image_read(int fd, uint64_t size, struct wpi_image *ret)
{
	char data[TAIL_BYTES];
	ssize_t len;

	memset(ret, 0, sizeof(*ret));
	if (size < HEAD_AT + HEAD_BYTES + TAIL_BYTES)
		return;
	len = pread(fd, data, HEAD_BYTES, HEAD_AT);
	if (len == HEAD_BYTES)
		second_text(data, HEAD_BYTES, ret->version);
	if (!version_is(ret->version))
		ret->version[0] = '\0';
	len = pread(fd, data, TAIL_BYTES, (off_t)(size - TAIL_BYTES));
	if (len == TAIL_BYTES)
		second_text(data, TAIL_BYTES, ret->type);
}

char *wpi_image_words(void *mem, const struct wpi_image *image, const char *version)
{
	if (!*image->version)
		return mem_printf(mem, "the file does not say that it is firmware of a desk phone");
	if (version && version_compare(version, image->version) != 0)
		return mem_printf(mem,
				  "the file says that it is version %s; a phone that loads it as "
				  "%s would be told to load it again",
				  image->version, version);
	if (*image->type && strcmp(image->type, "Siemens SIP") != 0)
		return mem_printf(mem, "the file says that it is firmware for %s, not SIP",
				  image->type);
	return NULL;
}
