"""What must be reached."""

from tables import Row, compared

HEADINGS = ["what", "the server", "beside it", "seen", "bound", ""]
PATHS = {"stats": "/stats", "history": "/history?limit=50", "test": "/tests/{id}"}


def judge(found):
    return stored_rows(found) + history_rows(found) + fresh_rows(found) + stream_rows(found)


def title(name, found):
    return f"GET {PATHS[name]}, {found['rates']['lengths'][name]:,} bytes"


def stored_rows(found):
    """The bound is on the faster of the two that return a stored body."""
    rows, rates = [], found["rates"]
    for name in rates["lengths"]:
        kinds = [("a report's file", rates[f"{name}, file"]), ("a row", rates[f"{name}, row"])]
        kinds.sort(key=lambda kind: kind[1]["per_second"], reverse=True)
        for (kind, beside), bound in zip(kinds, [{"least": 0.5}, {}]):
            what, here = title(name, found), rates[f"{name}, large"]
            rows.append(compared(what, here, beside, f"{kind} of that length", **bound))
    return rows


def history_rows(found):
    rates, sizes = found["rates"], found["sizes"]
    beside = f"{sizes['few']:,} tests"
    rows = [
        compared(
            f"{title(name, found)}, {sizes['many']:,} tests", rates[f"{name}, large"],
            rates[f"{name}, small"], beside, least=0.9)
        for name in rates["lengths"]
    ]
    what = f"pages from anywhere, {sizes['many']:,} tests"
    return rows + [compared(what, rates["pages, large"], rates["pages, small"], beside)]


def fresh_rows(found):
    few = f"{found['sizes']['few']:,} tests"
    rows = []
    for name, large in found["fresh"]["large"].items():
        small = found["fresh"]["small"][name]
        rows.append(Row(
            f"GET {PATHS[name]}, the first after an event", f"{large['first']:.1f} ms",
            f"{few} {small['first']:.1f} ms", large["first"] / small["first"]))
    return rows


def stream_rows(found):
    streams = found["streams"]
    clients, ticks = streams["clients"], streams["ticks"]
    return [
        Row(f"from the log to {clients:,} event streams, median", f"{ticks} events",
            f"p99 {streams['p99_ms']:.1f} ms", streams["p50_ms"], "time", most=200),
        Row("streams to which every event came", f"{streams['complete']:,}", f"{clients:,} opened",
            streams["complete"] / clients, least=1),
        Row(f"memory with {clients:,} event streams", "", "", streams["memory"], "memory",
            most=300e6),
    ]
