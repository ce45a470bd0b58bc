/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/error.h"

/*
 * Templates: files that are given as they are, but for placeholders.
 *
 *	%MACD %MACC     the device's MAC, plain and with colons
 *	%DVID           its product's device id
 *	%%              a percent sign: placeholders that the phone is to see
 *	%{NAME}         a setting of the device
 *	%{line.N.X}     of its line N: user, auth, password, display, and of the
 *	                line's SIP server: server (its name), domain, proxy,
 *	                proxy_port, registrar, registrar_port, transport
 *
 * What is filled into XML (by the content type) is escaped.
 */

/* -E_TEMPLATE_PLACEHOLDER, -E_TEXT_ENCODING, -E_TEXT_CHARACTER with line and column. */
int raw_check(const char *text, size_t len, struct diag *reterr) MUST_CHECK;
