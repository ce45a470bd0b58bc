/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/*
 * What a firmware image of a desk phone says of itself.  The places are not the
 * manufacturer's word but where V3 images have been seen to have them (DLSIR), so
 * an image without them is a reason to say so, and none to refuse it.
 */

enum { WPI_IMAGE_TEXT_MAX = 64 };

struct wpi_image {
	char version[WPI_IMAGE_TEXT_MAX + 1]; /* "V3 R5.12.0"; "": not found */
	char type[WPI_IMAGE_TEXT_MAX + 1];    /* "Siemens SIP"; "": not found */
};

void wpi_image_read(int fd, uint64_t size, struct wpi_image *ret);

/* What is to be said of it, for firmware of that version (NULL: not said); NULL: nothing. */
char *wpi_image_words(void *mem, const struct wpi_image *image, const char *version);
