# SPDX-License-Identifier: MIT
"""Resident memory with many devices, after enough fetches to fill the caches."""

import fleet as fleets
from report import Row, mebibytes

FETCHED_MAX = 20000  # more than the default cache holds


def rows(run):
    fleet = fleets.Fleet(run.binary, f"{run.where}/memory")
    server = fleet.start()
    fleet.call(server, "listDevices")
    empty = server.memory()
    server.stop()
    fleet.fill(run.many)
    server = fleet.start()
    try:
        step = max(1, run.many // min(run.many, FETCHED_MAX))
        fleet.warm(run.tools, server, fleet.macs[::step])
        resident = server.memory()
    finally:
        server.stop()
    return [Row(f"memory with {run.many:,} devices, caches full (theirs: empty)",
                mebibytes(resident), mebibytes(empty), resident, 256, 64, at_least=False,
                unit="MiB")]
