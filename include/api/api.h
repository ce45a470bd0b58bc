/* SPDX-License-Identifier: MIT */
#pragma once

/* Notes the time of the start, which the status tells; once, before requests. */
void api_setup(void);
