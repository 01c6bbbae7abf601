"""Runs `wrk`, and reads what it says."""

import os
import re
import shutil
import statistics
import subprocess


def ask(url, seconds, connections, token=None, script=()):
    """Requests, requests a second, and latencies in milliseconds.

    A script is its path, and what is passed to it.
    """
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed: .ci/setup.sh bench")
    threads = min(2, os.cpu_count(), connections)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if token:
        command += ["-H", f"Authorization: Bearer {token}"]
    if script:
        command += ["-s", script[0]]
    command += [url, "--", *map(str, script[1:])]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    errors = re.search(r"Socket errors:.*|Non-2xx or 3xx responses:.*", text)
    if errors:
        raise SystemExit(f"{url}: {errors[0]}")
    return {
        "requests": int(re.search(r"(\d+) requests in", text)[1]),
        "per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        "p50_ms": latency(text, "50"),
        "p99_ms": latency(text, "99"),
    }


def latency(text, percentile):
    number, unit = re.search(rf"^\s+{percentile}%\s+([\d.]+)(us|ms|s)", text, re.M).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def race(contenders, count):
    """All of them in turn, so many times: a machine that slows down does so for all.

    The first time of each does not count.
    """
    for contender in contenders.values():
        contender()
    rounds = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(count):
        turn = number % len(names)
        # Each is first in its turn.
        for name in names[turn:] + names[:turn]:
            rounds[name].append(contenders[name]())
            print(f"  round {number + 1}, {name}: {rounds[name][-1]['per_second']:,.0f}/s")
    return {
        name: {
            key: statistics.median(entry[key] for entry in entries)
            for key in ["per_second", "p50_ms", "p99_ms"]
        } | {"rounds": entries}
        for name, entries in rounds.items()
    }
