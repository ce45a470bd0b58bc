# SPDX-License-Identifier: MIT
"""The table of figures."""

HEAD = ("work", "ours", "theirs", "ratio", "floor", "goal", "met")


class Row:
    """One figure beside another.

    `at_least`: the ratio must reach floor and goal; otherwise it must not pass them.
    """

    def __init__(self, work, ours, theirs, ratio, floor=None, goal=None, at_least=True, unit="× "):
        self.work, self.ours, self.theirs = work, ours, theirs
        self.ratio, self.floor, self.goal = ratio, floor, goal
        self.at_least, self.unit = at_least, unit

    def reaches(self, bound):
        return self.ratio >= bound if self.at_least else self.ratio <= bound

    def met(self):
        if self.floor is None:
            return ""
        if self.reaches(self.goal):
            return "goal"
        return "floor" if self.reaches(self.floor) else "NO"

    def cells(self):
        def figure(x):
            if x is None:
                return ""
            return (f"{x:.0f}" if x >= 20 else f"{x:.2f}" if x < 10 else f"{x:.1f}") + \
                (" " + self.unit).rstrip()

        return (self.work, self.ours, self.theirs, figure(self.ratio), figure(self.floor),
                figure(self.goal), self.met())


def rate(x):
    return f"{x:,.0f}/s"


def micros(x):
    return f"{x:.1f} µs"


def millis(seconds):
    return f"{seconds * 1e3:,.{2 if seconds < 0.01 else 1}f} ms"


def mebibytes(x):
    return f"{x:,.1f} MiB"


def text(rows):
    table = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEAD))]
    lines = []
    for line in table:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:-1], widths[1:-1])]
        lines.append("  ".join([*cells, line[-1]]).rstrip())
    return "\n".join(lines)


def markdown(rows):
    lines = ["| " + " | ".join(HEAD) + " |", "|---" + "|---:" * (len(HEAD) - 2) + "|---|"]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in rows]
    return "\n".join(lines) + "\n"
