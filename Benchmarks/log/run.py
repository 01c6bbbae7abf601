#!/usr/bin/env python3
"""Compares the event log with raw LMDB in C, SQLite and PostgreSQL, and watches its memory.

    run.py Benchmarks/.build/release/log-bench [--json FILE] [--quick]
    run.py --from FILE --markdown

Rounds of the log and of what it is compared with alternate; a rate is the median of its rounds.
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
import peers
import races
import tables

# Of the log, its copy in LMDB alone, a history and its views, for each event.
DISK_BYTES_AN_EVENT = 2500
# A commit there is no commit.
MEMORY_FILE_SYSTEMS = {"tmpfs", "ramfs"}
FULL = {
    "rounds": 5, "seconds": 3, "events": 10_000_000, "append_events": 1_000_000,
    "once_events": 1_000_000, "rebuild_events": 1_000_000,
}
QUICK = {
    "rounds": 1, "seconds": 1, "events": 300_000, "append_events": 100_000,
    "once_events": 100_000, "rebuild_events": 100_000,
}


def check_disk(folder, options):
    if peers.file_system(folder) in MEMORY_FILE_SYSTEMS:
        raise SystemExit(f"{folder} lies in memory: choose a disk with --folder")
    needed = options.events * DISK_BYTES_AN_EVENT
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SystemExit(
            f"{folder} has {free / 1e9:.1f} GB free, and {needed / 1e9:.1f} GB are needed: "
            "choose another with --folder, or fewer --events")


def measure(options, folder):
    check_disk(options.folder, options)
    # PostgreSQL is another user's if this is root.
    os.chmod(folder, 0o755)
    contest = races.Races(options.program, folder, options)
    found = {
        "machine": tables.machine() | {"file system": peers.file_system(folder)},
        "sizes": {name: getattr(options, name) for name in FULL},
    }
    with peers.postgres(f"{folder}/postgres") as postgres:
        found["empty"] = contest.batches_into_empty(postgres)
        found["singles"] = contest.singles(postgres)
    peers.remove(f"{folder}/postgres")
    found["once"] = contest.once()
    found["large"] = contest.batches_into_large()
    contest.make_histories()
    found["replay"] = contest.replay()
    found["replay cold"] = contest.replay_cold()
    found["day"] = contest.day()
    found["verify"] = contest.verify()
    found["rebuild"] = contest.rebuild()
    found["rebuild large"] = contest.rebuild_large()
    return found


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", help="log-bench, as a release build")
    parser.add_argument("--json", help="where to write all that was measured")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--from", dest="earlier", metavar="FILE", help="print what is in this")
    parser.add_argument("--folder", help="on the disk to measure", default=tempfile.gettempdir())
    parser.add_argument("--quick", action="store_true", help="a short try: its ratios say little")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int, help="of each round of single appends")
    parser.add_argument("--events", type=int, help="in the long logs")
    parser.add_argument("--append-events", type=int, help="in each round of batches")
    parser.add_argument("--once-events", type=int, help="in the log of unique ids")
    parser.add_argument("--rebuild-events", type=int, help="in the log whose views are rebuilt")
    options = parser.parse_args()
    if (options.program is None) == (options.earlier is None):
        parser.error("say either the program or --from")
    for name, value in (QUICK if options.quick else FULL).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


if __name__ == "__main__":
    tables.measure_and_judge(parse(), measure, bounds)
