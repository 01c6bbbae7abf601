"""The tables that say what was measured, and whether what must be reached is."""

import dataclasses
import json
import os
import platform
import re
import sys
import tempfile


@dataclasses.dataclass
class Row:
    """Something measured; with a bound if it has one: the least or the most that is good."""

    what: str
    here: str
    beside: str
    value: float
    unit: str = "ratio"
    least: float = None
    most: float = None

    @property
    def holds(self):
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most)

    @property
    def verdict(self):
        return "" if self.bound == "" else "reached" if self.holds else "MISSED"

    @property
    def bound(self):
        if self.least is not None:
            return f"at least {written(self.least, self.unit)}"
        return "" if self.most is None else f"at most {written(self.most, self.unit)}"

    @property
    def cells(self):
        seen = written(self.value, self.unit)
        return [self.what, self.here, self.beside, seen, self.bound, self.verdict]


def written(value, unit):
    return {
        "ratio": f"{value:.2f}", "rate": rate(value), "memory": f"{value / 1e6:.0f} MB",
        "time": f"{value:.1f} ms", "seconds": f"{value:.1f} s", "bytes": f"{value:,.0f} bytes",
    }[unit]


def rate(per_second):
    return f"{per_second:,.0f}/s"


def compared(what, here, beside, name, **bound):
    """Two rates, and the one in terms of the other."""
    ours, theirs = here["per_second"], beside["per_second"]
    return Row(what, rate(ours), f"{name} {rate(theirs)}", ours / theirs, **bound)


def print_table(headings, rows):
    table = [headings] + [row.cells for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(len(headings))]
    print()
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def print_markdown(headings, machine, rows):
    print("| " + " | ".join(headings) + " |")
    print("|---|---:|---:|---:|---:|---|")
    for row in rows:
        print("| " + " | ".join(row.cells) + " |")
    print("\n" + ", ".join(f"{key} {value}" for key, value in machine.items()) + ".")


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), re.M)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory": f"{memory / 2**30:.0f} GiB",
        "kernel": platform.release().split("-")[0],
    }


def save(options, found):
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=2)


def measure_and_judge(options, measure, bounds):
    """Measures in a folder of its own, or takes what was measured earlier; prints and keeps what it
    is worth, and ends the program: with 1 if a bound is missed."""
    sys.stdout.reconfigure(line_buffering=True)
    if options.earlier:
        with open(options.earlier, encoding="utf-8") as file:
            found = json.load(file)
    else:
        with tempfile.TemporaryDirectory(prefix="dr-bench-", dir=options.folder) as folder:
            found = measure(options, folder)
        save(options, found)
    rows = bounds.judge(found)
    save(options, found | {"rows": [row.cells for row in rows]})
    if options.markdown:
        print_markdown(bounds.HEADINGS, found["machine"], rows)
    else:
        print_table(bounds.HEADINGS, rows)
    sys.exit(0 if all(row.holds for row in rows) else 1)
