/* SPDX-License-Identifier: MIT */
#pragma once

#include "import.h"

/* A configuration as phones take it.  What a handler returns. */
int api_import_xml(struct api_import *import, struct diag *reterr) MUST_CHECK;
