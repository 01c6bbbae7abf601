#!/usr/bin/env python3
"""Measures dr-server over a long history: its answers, and its event streams.

    run.py .build/release/dr-server Benchmarks/.build/release/log-bench [--json FILE] [--quick]
    run.py --from FILE --markdown

Exit code 1 if a bound is missed. `Benchmarks/README.md` says what each line means. The second form
prints what an earlier run has measured, as a table for that page.
"""

import argparse
import os
import resource
import sys
import tempfile

# What the benchmarks share lies one folder up.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import bounds
import rates
import servers
import streams
import tables

FULL = {
    "rounds": 5, "seconds": 4, "many": 200_000, "few": 2000, "events": 50, "clients": 1000,
    "ticks": 100,
}
QUICK = {
    "rounds": 1, "seconds": 1, "many": 2000, "few": 200, "events": 5, "clients": 100, "ticks": 10,
}
# Of the server and of this, beside the streams.
OTHER_DESCRIPTORS = 500


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", help="dr-server, as a release build, with dr-runner")
    parser.add_argument("log_bench", nargs="?", help="log-bench, as a release build")
    parser.add_argument("--json", help="where to write all that was measured")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--from", dest="earlier", metavar="FILE", help="print what is in this")
    parser.add_argument("--folder", help="on the disk to use", default=tempfile.gettempdir())
    parser.add_argument("--quick", action="store_true", help="a short try: its ratios say little")
    parser.add_argument("--connections", type=int, default=32, help="of wrk")
    parser.add_argument("--tick-seconds", type=float, default=0.2, help="from event to event")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int, help="of each round")
    parser.add_argument("--many", type=int, help="tests in the long history")
    parser.add_argument("--few", type=int, help="tests in the short history")
    parser.add_argument("--events", type=int, help="after which each route is asked first")
    parser.add_argument("--clients", type=int, help="of event streams")
    parser.add_argument("--ticks", type=int, help="events that the clients wait for")
    options = parser.parse_args()
    if (options.log_bench is None) == (options.earlier is None):
        parser.error("say either the two programs or --from")
    for name, value in (QUICK if options.quick else FULL).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def raise_limit(clients):
    """The server, which is started from here, and this may both have so many open files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = clients + OTHER_DESCRIPTORS
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SystemExit(f"at most {hard} open files are allowed, and {needed} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def measure(options, folder):
    raise_limit(options.clients)
    program, log_bench = os.path.abspath(options.program), os.path.abspath(options.log_bench)
    found = {
        "machine": tables.machine(), "sizes": {name: getattr(options, name) for name in FULL},
    }
    with (
        servers.server(program, log_bench, f"{folder}/few", options.few) as small,
        servers.server(program, log_bench, f"{folder}/many", options.many) as large,
    ):
        for server in (small, large):
            for path in rates.routes(server).values():
                server.ask(path)
            server.wait_until_quiet()
        print("requests a second")
        found["rates"] = rates.measure(large, small, options)
        print("the first answer after an event")
        found["fresh"] = {
            "large": rates.measure_fresh(large, options),
            "small": rates.measure_fresh(small, options),
        }
        print("event streams")
        found["streams"] = streams.measure(large, options)
    return found


if __name__ == "__main__":
    tables.measure_and_judge(parse(), measure, bounds)
