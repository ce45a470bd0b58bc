/* SPDX-License-Identifier: MIT */
#include "ctl/program.h"

int main(int argc, char **argv)
{
	return ctl_main(argc, argv);
}
