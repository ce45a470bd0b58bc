/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Forms of parameters' names: which format a setting of a wide scope can be for. */

/* "custom.Redirect" is a step of a Maxwell's document, no parameter. */
#define PARAM_CUSTOM "custom."

/* "BS_IP_Data1.ucB_USE_DHCP", of the N510 and N720. */
bool param_is_symbol(const char *name);
/* "S_SIP_SERVER_1", "B_…", "I_…": an element of its own in older documents. */
bool param_is_element(const char *name);
/* "P25020", a code of Htek's and XSTIM phones: 1 to 99999 without leading zeros; 0: it is none. */
unsigned param_code(const char *name);
/*
 * "realm", "function-key-def[1]", an item of a desk phone: letters, digits, - and _,
 * perhaps an index in brackets; nothing of the above.
 */
bool param_is_item(const char *name);
/* "Telephony.0.ToneScheme": none of those, no step, and not in the form that only items have. */
bool param_is_dotted(const char *name);

/*
 * What no document of any device can have, by the form of the name: a text in
 * double quotes that holds one (-E_VALUE), a step without a type (-E_SETTING_NAME).
 */
int param_check(const char *name, const char *value, struct diag *reterr) MUST_CHECK;
