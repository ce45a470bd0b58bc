/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "render/document.h"

/* The parts of a ProviderFrame (provider_frame.c): single items, and accounts in their dialects. */

struct buf;

struct frame {
	void *mem;
	const struct document *document;
	struct buf *body; /* items, in ISO-8859-1 */
	bool reveal;
	struct diag *reterr;
};

/* `r`, in the words "NAME: what is wrong with it". */
int frame_refuse(struct frame *out, int r, const char *name);
int frame_check_name(struct frame *out, const char *name) MUST_CHECK;

/* <SYMB_ITEM ID="NAME" …/> with a text in double quotes, or a number as it stands. */
int frame_symbol_text(struct frame *out, const char *name, const char *text) MUST_CHECK;
int frame_symbol_secret(struct frame *out, const char *name,
			const struct secret *secret) MUST_CHECK;
void frame_symbol_number(struct frame *out, const char *name, unsigned number);
/* <S_… class="string"/>, <B_… class="boolean"/>, <I_… class="integer"/>. */
int frame_element(struct frame *out, const char *name, const char *value) MUST_CHECK;
int frame_element_secret(struct frame *out, const char *name,
			 const struct secret *secret) MUST_CHECK;
void frame_element_number(struct frame *out, const char *name, unsigned number);

/* A setting, in the form that its name and its value have. */
int frame_param(struct frame *out, const struct param *param) MUST_CHECK;

/* Whether a SYMB_ITEM of this name can be written with this value. */
bool frame_symbol_takes(const char *name, const char *value);
/* Whether accounts of a product of this format can have this text. */
bool frame_takes_text(const char *product, const char *text);
/* The slot of the line whose mask this is by itself; 0: of none. */
int frame_slot_of_mask(const char *product, const char *name, const char *value);

/* All lines, and the servers where these are separate; accounts without a line are switched off. */
int frame_accounts(struct frame *out) MUST_CHECK;
