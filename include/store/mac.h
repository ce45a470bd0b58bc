/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/macros.h"

/*
 * MACs, MAC-IDs and IPUIs, as people write them and as they are kept.
 *
 * A MAC is a 48-bit integer inside and twelve upper-case hex digits outside;
 * an IPUI is ten lower-case hex digits on both sides.
 */

enum { MAC_LEN = 12, MAC_COLONS_LEN = 17, MAC_ID_LEN = 4, IPUI_LEN = 10 };

/* Either case, bare or in pairs with `:` or `-`.  -E_MAC_MALFORMED. */
int mac_parse(const char *s, int64_t *ret) MUST_CHECK;

/*
 * A MAC, or a MAC-ID: a MAC, a dash and four letters or digits.  `suffix`
 * gets them in upper case, or "".  -E_MAC_MALFORMED; -E_MAC_ID_MALFORMED: the MAC
 * is in `ret` all the same.
 */
int mac_id_parse(const char *s, int64_t *ret, char suffix[MAC_ID_LEN + 1]) MUST_CHECK;

/* 7C2F80E0D605 */
void mac_format(int64_t mac, char out[MAC_LEN + 1]);
/* 7C:2F:80:E0:D6:05 */
void mac_format_colons(int64_t mac, char out[MAC_COLONS_LEN + 1]);

/* Either case; the result is lower case.  -E_IPUI_MALFORMED. */
int ipui_parse(const char *s, char ipui[IPUI_LEN + 1]) MUST_CHECK;
