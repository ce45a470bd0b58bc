/* SPDX-License-Identifier: MIT */
#include "sim/program.h"

int main(int argc, char **argv)
{
	return sim_main(argc, argv);
}
