/* SPDX-License-Identifier: MIT */
#include "import_xml.h"

int api_import_xml(struct api_import *import, struct diag *reterr)
{
	(void)import;
	return diag_set(reterr, -E_BAD_TYPE, "not yet");
}
