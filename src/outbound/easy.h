/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>

/* What requests of ours have in common, whatever they are for. */

/* HTTP with or without TLS to this URL, which is copied, under our name. */
void easy_setup(CURL *easy, const char *url);

/* It goes to where the URL says and to nobody else, over a connection of its own. */
void easy_go_straight(CURL *easy);
