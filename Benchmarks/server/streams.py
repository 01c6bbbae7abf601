"""How long an event takes from the log to the clients of event streams, and what they cost."""

import datetime
import re
import selectors
import socket
import statistics
import time

import servers

FRAME = re.compile(rb"id: (\d+)\nevent: (\w+)\ndata: (\{.*?\})\n\n", re.S)
RECORDED = re.compile(rb'"recorded_at":"([^"]+)"')
MEMORY_SECONDS = 0.25
# For what is still on its way.
LAST_SECONDS = 15


class Client:
    """What came, and when: it is read when nothing is measured any more."""

    def __init__(self, server):
        self.parts = []
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        self.socket.sendall(
            b"GET /api/testing/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Authorization: Bearer " + server.token.encode() + b"\r\n\r\n")

    def wait_until_begun(self):
        head = b""
        while b"retry:" not in head:
            part = self.socket.recv(65536)
            if not part or (head + part)[:15] != b"HTTP/1.1 200 OK"[: len(head + part)]:
                raise SystemExit(f"an event stream does not begin: {(head + part)[:500]!r}")
            head += part
        self.socket.setblocking(False)

    def read(self):
        part = self.socket.recv(65536)
        self.parts.append((time.time(), part))
        if not part:
            raise SystemExit("an event stream has ended")

    def delays(self):
        """By position of the event of a tick: how many milliseconds after its recording it came."""
        found, pending = {}, b""
        for moment, part in self.parts:
            pending += part
            end = 0
            for frame in FRAME.finditer(pending):
                end = frame.end()
                if frame[2] == b"log_recorded":
                    found[int(frame[1])] = (moment - recorded(frame[3])) * 1000
            pending = pending[end:]
        return found


def recorded(data):
    text = RECORDED.search(data)[1].decode().replace("Z", "+00:00")
    return datetime.datetime.fromisoformat(text).timestamp()


def measure(server, options):
    clients = [Client(server) for _ in range(options.clients)]
    selector = selectors.DefaultSelector()
    for client in clients:
        client.wait_until_begun()
        selector.register(client.socket, selectors.EVENT_READ, client)
    with servers.Ticker(server) as ticker:
        memory = follow(server, selector, ticker, options)
        positions = {ticker.wait() for _ in range(options.ticks)}
    for client in clients:
        client.socket.close()
    delays = [client.delays() for client in clients]
    times = sorted(delay for found in delays for delay in found.values())
    return {
        "clients": len(clients), "ticks": options.ticks,
        "complete": sum(set(found) == positions for found in delays),
        "p50_ms": statistics.median(times) if times else float("inf"),
        "p99_ms": times[len(times) * 99 // 100] if times else float("inf"),
        "memory": memory,
    }


def follow(server, selector, ticker, options):
    """Reads all streams while events are recorded at a steady pace.

    Returns the most memory that the server was seen with.
    """
    start = time.monotonic()
    ticks, memory, memory_time = 0, 0, start
    end = start + options.ticks * options.tick_seconds + LAST_SECONDS
    while (now := time.monotonic()) < end:
        if ticks < options.ticks and now >= start + ticks * options.tick_seconds:
            ticker.begin()
            ticks += 1
        if now >= memory_time:
            memory, memory_time = max(memory, server.memory), now + MEMORY_SECONDS
        for key, _ in selector.select(0.005):
            key.data.read()
    return memory
