#!/usr/bin/env python3
"""Compares fault-proxy with HAProxy, and watches its memory.

    run.py .build/release/fault-proxy [--json FILE]

One nginx with one worker answers all. `wrk` asks it directly, through HAProxy in TCP mode with as
many threads as there are cores, and through fault-proxy in both of its modes, in turn, so that a
machine that slows down does so for all. Exit code 1 if a bound is missed:

    requests a second through fault-proxy in TCP mode    at least 0.7 of HAProxy's
    memory after a million requests                      less than 8 MiB over its second half
    open connections                                     10,000 are held and answered
    connections in turn                                  100,000 are answered, none leaves anything
"""

import argparse
import contextlib
import json
import os
import platform
import re
import resource
import socket
import statistics
import sys
import tempfile
import threading
import time

# What the benchmarks share lies one folder up.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import servers
import wrk

LEAST_RATIO = 0.7
MOST_GROWTH = 8 * 1024 * 1024
# Descriptors that come and go by themselves.
MOST_DESCRIPTORS_LEFT = 5
# Of a program beside its connections.
OTHER_DESCRIPTORS = 500
LAST_REQUEST = b"GET / HTTP/1.1\r\nHost: benchmark\r\nConnection: close\r\n\r\n"


# --- Throughput --------------------------------------------------------------------------------


def load(port, seconds, connections):
    return wrk.ask(f"http://127.0.0.1:{port}/", seconds, connections)


def measure_throughput(ports, options):
    def contender(port):
        return lambda: load(port, options.seconds, options.connections)

    contenders = {name: contender(port) for name, port in ports.items()}
    return wrk.race(contenders, options.rounds)


# --- Memory ------------------------------------------------------------------------------------


class MemoryWatch:
    """Samples the resident memory of fault-proxy while the block runs."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.samples = []
        self.is_over = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def watch(self):
        while not self.is_over.wait(0.1):
            self.samples.append(self.proxy.resident_bytes)

    @property
    def growth(self):
        """From the beginning of the second half to its end, each told by a tenth of it."""
        half = self.samples[len(self.samples) // 2:]
        tenth = max(1, len(half) // 10)
        return statistics.median(half[-tenth:]) - statistics.median(half[:tenth])


def measure_memory(proxy, port, options):
    done = 0
    with MemoryWatch(proxy) as memory:
        while done < options.requests:
            done += load(port, options.seconds, options.connections)["requests"]
    return {
        "requests": done,
        "resident_bytes": memory.samples[-1],
        "growth_bytes": memory.growth,
        "samples": memory.samples[:: max(1, len(memory.samples) // 200)],
    }


# --- Connections -------------------------------------------------------------------------------


def answer(connection):
    """Whether one whole good answer comes."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return False
        data += part
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            return False
        body += part
    return head.startswith(b"HTTP/1.1 200 ") and len(body) == length


def ask(connection):
    """Sends a request, the last of its connection."""
    try:
        connection.sendall(LAST_REQUEST)
        return answer(connection)
    except OSError:
        return False


def hold_connections(proxy, options):
    """Most of them in TCP mode, where each takes two descriptors of fault-proxy. Where so many are
    not allowed, the others wait for their first request in the mode that speaks HTTP.
    """
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    tunnels = min(options.held, most - options.held - OTHER_DESCRIPTORS)
    ports = [proxy.tcp] * tunnels + [proxy.http] * (options.held - tunnels)
    connections = []
    with contextlib.ExitStack() as stack:
        for port in ports:
            with contextlib.suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", port), timeout=30)
                connections.append(stack.enter_context(connection))
        time.sleep(options.hold_seconds)
        resident, descriptors = proxy.resident_bytes, proxy.descriptors
        answered = 0
        for connection in connections:
            answered += ask(connection)
    return {
        "wanted": options.held,
        "in_tcp_mode": tunnels,
        "answered": answered,
        "resident_bytes": resident,
        "descriptors": descriptors - proxy.descriptors_at_rest,
        "descriptors_left": descriptors_left(proxy),
    }


def descriptors_left(proxy):
    """How many more there are than at rest, once all have had time to go."""
    deadline = time.monotonic() + 20
    while proxy.descriptors > proxy.descriptors_at_rest and time.monotonic() < deadline:
        time.sleep(0.1)
    return proxy.descriptors - proxy.descriptors_at_rest


def connect_in_turn(proxy, port, options):
    answered = 0
    start = time.monotonic()
    with MemoryWatch(proxy) as memory:
        for _ in range(options.in_turn):
            with contextlib.suppress(OSError):
                with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                    answered += ask(connection)
    return {
        "wanted": options.in_turn,
        "answered": answered,
        "per_second": options.in_turn / (time.monotonic() - start),
        "growth_bytes": memory.growth,
        "descriptors_left": descriptors_left(proxy),
    }


# --- Judgement ---------------------------------------------------------------------------------


def judge(result):
    """The bounds, each with what was seen and whether it holds."""
    ratio, held = result["ratio"], result["held"]
    bounds = [
        (f"{ratio:.2f} of HAProxy's requests a second", ratio >= LEAST_RATIO),
        (
            f"{held['answered']:,} of {held['wanted']:,} held connections answered in the end, "
            f"{held['in_tcp_mode']:,} in TCP mode",
            held["answered"] == held["wanted"],
        ),
        left_over("held connections", held),
    ]
    for mode in ["tcp", "http"]:
        memory, turn = result["memory"][mode], result["in_turn"][mode]
        bounds += [
            grown(f"{mode}: {memory['requests']:,} requests", memory),
            grown(f"{mode}: {turn['wanted']:,} connections in turn", turn),
            (
                f"{mode}: {turn['answered']:,} of {turn['wanted']:,} in turn answered",
                turn["answered"] == turn["wanted"],
            ),
            left_over(f"{mode}: connections in turn", turn),
        ]
    return [{"seen": text, "holds": holds} for text, holds in bounds]


def grown(what, measured):
    growth = measured["growth_bytes"]
    return f"{what}: {growth / 2**20:.1f} MiB more after the second half", growth < MOST_GROWTH


def left_over(what, measured):
    left = measured["descriptors_left"]
    return f"{what}: {left} descriptors left", left <= MOST_DESCRIPTORS_LEFT


def print_table(throughput):
    print(f"\n{'':18}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'of HAProxy':>12}")
    base = throughput["haproxy"]["per_second"]
    for name, row in throughput.items():
        print(
            f"{name:18}{row['per_second']:12.0f}{row['p50_ms']:10.2f}{row['p99_ms']:10.2f}"
            f"{row['per_second'] / base:12.2f}"
        )
    print()


def raise_limit(options):
    """What is started from here may have as many open files as are allowed at all."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = 2 * options.held + OTHER_DESCRIPTORS
    if hard <= options.held + OTHER_DESCRIPTORS:
        raise SystemExit(f"at most {hard} open files are allowed: too few for {options.held}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def measure(options, folder):
    threads = os.cpu_count()
    with contextlib.ExitStack() as stack:
        nginx = stack.enter_context(servers.nginx(folder))
        haproxy = stack.enter_context(servers.haproxy(folder, nginx, threads))
        program = os.path.abspath(options.program)
        proxy = stack.enter_context(servers.fault_proxy(program, folder, nginx))
        ports = {
            "direct": nginx, "haproxy": haproxy, "fault-proxy tcp": proxy.tcp,
            "fault-proxy http": proxy.http,
        }
        throughput = measure_throughput(ports, options)
        result = {
            "machine": {"cores": threads, "kernel": platform.release()},
            "throughput": throughput,
            "ratio": throughput["fault-proxy tcp"]["per_second"]
            / throughput["haproxy"]["per_second"],
        }
        for name, step in [("memory", measure_memory), ("in_turn", connect_in_turn)]:
            result[name] = {}
            for mode, port in [("tcp", proxy.tcp), ("http", proxy.http)]:
                print(f"  {name.replace('_', ' ')}, {mode}")
                result[name][mode] = step(proxy, port, options)
        print("  held connections")
        result["held"] = hold_connections(proxy, options)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", help="fault-proxy, as a release build")
    parser.add_argument("--json", help="where to write all that was measured")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of each round")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--held", type=int, default=10_000)
    parser.add_argument("--hold-seconds", type=float, default=10)
    parser.add_argument("--in-turn", type=int, default=100_000)
    options = parser.parse_args()

    sys.stdout.reconfigure(line_buffering=True)
    raise_limit(options)
    with tempfile.TemporaryDirectory(prefix="dr-bench-") as folder:
        # The workers of nginx are another user's if this is root.
        os.chmod(folder, 0o755)
        result = measure(options, folder)
    result["bounds"] = judge(result)
    print_table(result["throughput"])
    for bound in result["bounds"]:
        print("ok    " if bound["holds"] else "MISSED", bound["seen"])
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)
    sys.exit(0 if all(bound["holds"] for bound in result["bounds"]) else 1)


if __name__ == "__main__":
    main()
