/* SPDX-License-Identifier: MIT */
#pragma once

struct config;
struct view;

/*
 * DeleteNotProvisionedHS is a loaded gun: a document that lost its handsets by
 * mistake would wipe the site.  Decides whether the document carries it:
 *
 *   never   not at all;
 *   auto    from the second document on, when the first has been fetched;
 *   always  on the first one, too;
 *
 * in no case without a handset in the document, and in no case when more
 * handsets than the shrink guard allows are missing that the device was given
 * before (`handsets_given`, keys in order, separated by blanks).  A slot whose
 * IPUI has been told since is not missing.
 */
void interlock_apply(void *mem, const struct config *config, struct view *view,
		     const char *handsets_given);
