"""How many requests a second a server answers, and how long one takes after something new."""

import os
import statistics
import time

import servers
import wrk

PAGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pages.lua")


def routes(server):
    return {
        "stats": "/api/testing/stats",
        "history": "/api/testing/history?limit=50",
        "test": f"/api/testing/tests/{server.test}",
    }


def stored(server):
    """For each route two others of the same server, with a stored body of the same length."""
    bodies = {name: server.ask(path) for name, path in routes(server).items()}
    files = server.store_report(bodies)
    rows = {name: server.store_row(name, len(body)) for name, body in bodies.items()}
    for name, path in routes(server).items():
        lengths = [len(server.ask(other)) for other in (path, files[name], rows[name])]
        if len(set(lengths)) > 1:
            raise SystemExit(f"{name}: the bodies have {lengths} bytes, and are not to differ")
    return files, rows, {name: len(body) for name, body in bodies.items()}


def measure(large, small, options):
    """Requests a second of each route in a long history, beside those that `bounds` names."""
    files, rows, lengths = stored(large)
    contenders = {}

    def enter(name, server, path, script=()):
        contenders[name] = lambda: wrk.ask(
            server.url(path), options.seconds, options.connections, server.token, script)

    for name in routes(large):
        enter(f"{name}, large", large, routes(large)[name])
        enter(f"{name}, small", small, routes(small)[name])
        enter(f"{name}, file", large, files[name])
        enter(f"{name}, row", large, rows[name])
    for name, server in [("large", large), ("small", small)]:
        enter(f"pages, {name}", server, "/", (PAGES, server.head))
    return {"lengths": lengths} | wrk.race(contenders, options.rounds)


def measure_fresh(server, options):
    """Milliseconds of the first answer of each route after an event, and of the next one."""
    times = {name: {"first": [], "next": []} for name in routes(server)}
    with servers.Ticker(server) as ticker:
        for _ in range(options.events):
            for name, path in routes(server).items():
                ticker.tick()
                times[name]["first"].append(duration(server, path))
                times[name]["next"].append(duration(server, path))
    return {
        name: {key: statistics.median(values) for key, values in found.items()}
        for name, found in times.items()
    }


def duration(server, path):
    start = time.monotonic()
    server.ask(path)
    return (time.monotonic() - start) * 1000
