/* SPDX-License-Identifier: MIT */
#include "sim/help.h"

#include "base/buf.h"
#include "sim/message.h"
#include "sim/options.h"
#include "sim/phone.h"

enum { COLUMN = 20 };

static const struct {
	const char *name;
	const char *what;
} simulations[] = {
#define SIMULATION(name, what) {#name, what},
#include "sim/simulations.def"
#undef SIMULATION
};

static void add_item(struct buf *out, const char *name, const char *what)
{
	buf_printf(out, "  %-*s %s\n", COLUMN, name, what);
}

static void add_exits(struct buf *out)
{
	buf_adds(out, "\nExit codes:\n");
#define EXIT(id, code, what) buf_adds(out, "  " #code "  " what "\n");
#include "sim/exits.def"
#undef EXIT
}

void sim_help(struct buf *out)
{
	buf_adds(out, "usage: gigaprov-sim SIMULATION [OPTION]...\n"
		      "\n"
		      "Phones that are not there, for trying a service out and for loading it.\n"
		      "\n"
		      "Simulations:\n");
	for (size_t i = 0; i < COUNT_OF(simulations); i++)
		add_item(out, simulations[i].name, simulations[i].what);
	buf_adds(out, "\ngigaprov-sim SIMULATION --help tells a simulation's options.\n");
	add_exits(out);
}

void sim_help_wpi(struct buf *out)
{
	buf_adds(out,
		 "usage: gigaprov-sim wpi [OPTION]...\n"
		 "\n"
		 "OpenStage and OpenScape desk phones: each calls the service over TLS, tells its\n"
		 "items, takes what it is written, fetches files and firmware, boots.\n"
		 "\n"
		 "  gigaprov-sim wpi --url https://127.0.0.1:18443 --mac 00:01:E3:25:EA:13\n"
		 "  gigaprov-sim wpi --count 2000 --quiet --expect reg-addr=192.0.2.10\n"
		 "  gigaprov-sim wpi --flow start-up --flow listen --state phones\n"
		 "\n"
		 "A line begins with the phone's MAC, and > says, < hears, * does, ! complains,\n"
		 "= ends.  A phone complains of whatever the manufacturer's guide does not have.\n"
		 "\n"
		 "Options:\n");
	sim_options_help(out);
	buf_adds(out, "\nFlows:\n");
	for (enum sim_flow flow = 0; flow < SIM_FLOW_COUNT; flow++)
		add_item(out, sim_flow_name(flow), sim_flow_text(flow));
	buf_adds(out, "\nQuirks, with those who have them:\n");
	for (enum sim_quirk quirk = 0; quirk < SIM_QUIRK_COUNT; quirk++)
		add_item(out, sim_quirk_name(quirk), sim_quirk_text(quirk));
	add_exits(out);
}
