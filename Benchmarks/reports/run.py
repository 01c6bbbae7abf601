#!/usr/bin/env python3
"""Measures the reports of a long log: their time and memory, and that they only read.

    run.py .build/release/dr-weekly-report .build/release/dr-compliance-report \\
        Benchmarks/.build/release/log-bench [--json FILE] [--quick]
    run.py --from FILE --markdown

Exit code 1 if a bound is missed. `Benchmarks/README.md` says what each line means. The second form
prints what an earlier run has measured, as a table for that page.
"""

import argparse
import os
import shutil
import sys
import tempfile

# What the benchmarks share lies one folder up.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import bounds
import histories
import tables

# Of both logs and the reports, for each event.
DISK_BYTES_AN_EVENT = 600
FULL = {"rounds": 5, "events": 10_000_000, "weeks": 53, "rate": 1000, "seconds": 10}
QUICK = {"rounds": 1, "events": 60_000, "weeks": 6, "rate": 1000, "seconds": 2}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("weekly", nargs="?", help="dr-weekly-report, as a release build")
    parser.add_argument("compliance", nargs="?", help="dr-compliance-report, as a release build")
    parser.add_argument("log_bench", nargs="?", help="log-bench, as a release build")
    parser.add_argument("--json", help="where to write all that was measured")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--from", dest="earlier", metavar="FILE", help="print what is in this")
    parser.add_argument("--folder", help="on the disk to use", default=tempfile.gettempdir())
    parser.add_argument("--quick", action="store_true", help="a short try: its ratios say little")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--events", type=int, help="in the log of a year")
    parser.add_argument("--weeks", type=int, help="of that year")
    parser.add_argument("--rate", type=int, help="events a second, recorded beside a report")
    parser.add_argument("--seconds", type=int, help="for which they are, in each round")
    options = parser.parse_args()
    if (options.log_bench is None) == (options.earlier is None):
        parser.error("say either the three programs or --from")
    for name, value in (QUICK if options.quick else FULL).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def check_disk(options):
    needed = options.events * DISK_BYTES_AN_EVENT
    free = shutil.disk_usage(options.folder).free
    if free < needed:
        raise SystemExit(
            f"{options.folder} has {free / 1e9:.1f} GB free, and {needed / 1e9:.1f} GB are needed: "
            "choose another with --folder, or fewer --events")


def measure(options, folder):
    check_disk(options)
    logs = histories.Histories(options, folder)
    before = logs.year.size
    found = {
        "machine": tables.machine(), "sizes": {name: getattr(options, name) for name in FULL},
        "logs": {"year": logs.year.content, "week": logs.week.content},
        "weekly": logs.measure_weekly(), "yearly": logs.measure_yearly(),
    }
    found["growth"] = logs.year.size - before
    # Last, since the log then holds more.
    found["meanwhile"] = logs.measure_meanwhile()
    return found


if __name__ == "__main__":
    tables.measure_and_judge(parse(), measure, bounds)
