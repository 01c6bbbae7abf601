"""A small object service over S3, as a team writes it before its first drill.

    PUT, GET, DELETE /objects/KEY     201, 200 and 204 from the storage; 202: queued; 503: refused
    GET /status                       {"breaker": ..., "queued": ..., "health": ...}

It retries, has a circuit breaker, queues writes while the storage is away, and posts notices to
its users. Headers named x-amz-meta-... go to the storage with their object. Its code looks right,
and every test of its team passes. For readers of the drills, this is what is wrong with it, and
where each mistake shows:

  A  When half-open, the breaker lets everybody through, not two trials. A storage that has just
     come back gets the full load at once. Breaker scenario, "Test half-open state".
  B  One success closes the breaker, whatever else fails beside it. The same step.
  C  An answer that takes almost as long as the time-out counts as a good one, so a storage that
     crawls never opens the breaker. Breaker scenario, "Test multiple failure scenarios".
  D  The queue is a list that grows at its end and is emptied from its end: the newest write of a
     key goes out first, and older ones then replace it. Outage scenario, "Process queued
     operations"; the ledger of the breaker scenario too.
  E  As soon as the breaker is closed, new writes go past those of the same key that still wait,
     which then replace them; and nothing keeps two writes of one key in their order. The same
     steps.
  F  Each failure of a call that was under way when the breaker opened tells the users again: one
     outage, dozens of notices. Outage scenario, "Test user notifications".

With --fixed all of them are mended. The queue is in memory either way: what it holds is lost with
the process, which no scenario can put right.
"""

import argparse
import collections
import contextlib
import dataclasses
import datetime
import hashlib
import hmac
import http.client
import json
import sys
import threading
import time
import urllib.parse
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ATTEMPTS = 3
PAUSE_BETWEEN_ATTEMPTS = 0.05
TRIALS = 2


@dataclasses.dataclass(frozen=True)
class Write:
    """A PUT or a DELETE."""

    method: str
    key: str
    body: bytes = b""
    metadata: dict = dataclasses.field(default_factory=dict)


class StorageError(Exception):
    """The storage gave no answer, or one that says that it is in trouble."""


class BreakerOpen(Exception):
    """Nobody asked the storage: the breaker is open."""


# --- The storage -------------------------------------------------------------------------------


class Storage:
    """One bucket, with requests signed by AWS Signature Version 4."""

    def __init__(self, options):
        self.address = options.storage
        self.host = options.host_header or options.storage
        self.bucket = options.bucket
        self.region = options.region
        self.access_key = options.access_key
        self.secret_key = options.secret_key
        self.timeout = options.timeout

    def read(self, key):
        """The object's bytes; None if there is none."""
        status, body = self.request("GET", key)
        return None if status == 404 else body

    def write(self, write):
        self.request(write.method, write.key, write.body, write.metadata)

    def request(self, method, key, body=b"", metadata=None):
        path = "/" + urllib.parse.quote(f"{self.bucket}/{key}", safe="/-_.~")
        connection = http.client.HTTPConnection(self.address, timeout=self.timeout)
        try:
            headers = self.signed_headers(method, path, body, metadata or {})
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise StorageError(f"{method} {key}: {error!r}") from error
        finally:
            connection.close()
        if response.status >= 300 and response.status != 404:
            raise StorageError(f"{method} {key}: {response.status} {answer[:300]!r}")
        return response.status, answer

    def signed_headers(self, method, path, body, metadata):
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        digest = hashlib.sha256(body).hexdigest()
        headers = {"host": self.host, "x-amz-content-sha256": digest, "x-amz-date": stamp}
        headers = dict(sorted((headers | metadata).items()))
        names = ";".join(headers)
        lines = [f"{name}:{value}" for name, value in headers.items()]
        request = "\n".join([method, path, "", *lines, "", names, digest])
        scope = f"{day}/{self.region}/s3/aws4_request"
        text = "\n".join(
            ["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()]
        )
        secret = ("AWS4" + self.secret_key).encode()
        for part in [day, self.region, "s3", "aws4_request", text]:
            secret = hmac.digest(secret, part.encode(), "sha256")
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={secret.hex()}"
        )
        return headers


# --- The breaker -------------------------------------------------------------------------------


class Breaker:
    """Opens after so many failures in a row; tries again after a while."""

    def __init__(self, failures, open_seconds, notify):
        self.threshold = failures
        self.open_seconds = open_seconds
        self.notify = notify
        self.lock = threading.Lock()
        self.state = "closed"
        self.failures = 0
        self.opened = 0.0

    def enter(self):
        """Asks to call the storage."""
        with self.lock:
            if self.state == "open":
                if time.monotonic() - self.opened < self.open_seconds:
                    raise BreakerOpen()
                self.state = "half-open"

    def succeeded(self, _entry, _seconds):
        with self.lock:
            if self.state != "closed":
                self.notify("recovered")
            self.state = "closed"
            self.failures = 0

    def failed(self, _entry):
        with self.lock:
            self.failures += 1
            if self.state == "half-open" or self.failures >= self.threshold:
                self.state = "open"
                self.opened = time.monotonic()
                self.notify("degraded")


class FixedBreaker(Breaker):
    """Lets two trials through when half-open, and closes when both have succeeded in time.

    A result counts only in the phase in which its call was let through.
    """

    def __init__(self, failures, open_seconds, notify, slow_seconds):
        super().__init__(failures, open_seconds, notify)
        self.slow_seconds = slow_seconds
        self.phase = 0
        self.trials = 0
        self.successes = 0

    def enter(self):
        with self.lock:
            if self.state == "open" and time.monotonic() - self.opened >= self.open_seconds:
                self.change("half-open")
            if self.state == "open":
                raise BreakerOpen()
            if self.state == "half-open":
                if self.trials == TRIALS:
                    raise BreakerOpen()
                self.trials += 1
            return self.phase

    def succeeded(self, entry, seconds):
        if seconds > self.slow_seconds:
            self.failed(entry)
            return
        with self.lock:
            if entry != self.phase:
                return
            self.failures = 0
            if self.state == "half-open":
                self.successes += 1
                if self.successes == TRIALS:
                    self.change("closed")

    def failed(self, entry):
        with self.lock:
            if entry != self.phase:
                return
            self.failures += 1
            if self.state == "half-open" or self.failures >= self.threshold:
                self.change("open")

    def change(self, state):
        if self.state == "closed":
            self.notify("degraded")
        if state == "closed":
            self.notify("recovered")
        self.state = state
        self.phase += 1
        self.failures = self.trials = self.successes = 0
        self.opened = time.monotonic()


# --- The queue ---------------------------------------------------------------------------------


class WriteQueue:
    """Writes that wait for the storage, in memory."""

    def __init__(self):
        self.lock = threading.Lock()
        self.items = []

    def __len__(self):
        return len(self.items)

    def add(self, write):
        with self.lock:
            self.items.append(write)

    def drain(self, deliver):
        """Delivers what waits, until there is no more or one fails."""
        while self.items:
            with self.lock:
                write = self.items.pop()
            try:
                deliver(write)
            except Exception:
                self.add(write)
                raise

    def holds(self, _key):
        return False

    def turn(self, _key):
        """What a write of a key holds until it is stored or queued."""
        return contextlib.nullcontext()


class FixedWriteQueue(WriteQueue):
    """First in, first out. A write leaves when it has been delivered, and not before."""

    def __init__(self):
        super().__init__()
        self.items = collections.deque()
        self.waiting = collections.Counter()
        self.turns = [threading.Lock() for _ in range(256)]

    def add(self, write):
        with self.lock:
            self.items.append(write)
            self.waiting[write.key] += 1

    def drain(self, deliver):
        while self.items:
            write = self.items[0]
            deliver(write)
            with self.lock:
                self.items.popleft()
                self.waiting[write.key] -= 1

    def holds(self, key):
        with self.lock:
            return self.waiting[key] > 0

    def turn(self, key):
        return self.turns[hash(key) % len(self.turns)]


# --- Notices to users --------------------------------------------------------------------------


class Notices:
    """Posts what users are to know, on a thread of its own."""

    def __init__(self, url):
        self.url = url
        self.incident = None
        self.waiting = collections.deque()
        self.is_one_waiting = threading.Semaphore(0)
        if url:
            threading.Thread(target=self.keep_posting, daemon=True).start()

    def post(self, kind):
        if not self.url:
            return
        if kind == "degraded":
            self.incident = self.incident or str(uuid.uuid4())
        notice = {
            "incident": self.incident,
            "kind": kind,
            "message": f"storage is {kind}",
            "time": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if kind == "recovered":
            self.incident = None
        self.waiting.append(notice)
        self.is_one_waiting.release()

    def keep_posting(self):
        while True:
            self.is_one_waiting.acquire()
            body = json.dumps(self.waiting.popleft()).encode()
            request = urllib.request.Request(
                self.url, body, {"Content-Type": "application/json"}, method="POST"
            )
            # Users who cannot be reached are not told.
            with contextlib.suppress(OSError):
                urllib.request.urlopen(request, timeout=2).close()


# --- The service -------------------------------------------------------------------------------


class Service:
    """What the handlers of requests call."""

    def __init__(self, options):
        self.storage = Storage(options)
        settings = [
            options.breaker_failures, options.breaker_open_seconds, Notices(options.notices).post
        ]
        if options.fixed:
            self.breaker = FixedBreaker(*settings, options.slow_seconds)
            self.queue = FixedWriteQueue()
        else:
            self.breaker = Breaker(*settings)
            self.queue = WriteQueue()
        threading.Thread(target=self.keep_draining, daemon=True).start()

    def call(self, operation, *arguments):
        """Calls the storage through the breaker, up to three times."""
        for attempt in range(1, ATTEMPTS + 1):
            entry = self.breaker.enter()
            start = time.monotonic()
            try:
                answer = operation(*arguments)
            except StorageError:
                self.breaker.failed(entry)
                if attempt == ATTEMPTS:
                    raise
                time.sleep(PAUSE_BETWEEN_ATTEMPTS)
            else:
                self.breaker.succeeded(entry, time.monotonic() - start)
                return answer

    def read(self, key):
        return self.call(self.storage.read, key)

    def write(self, write):
        """True: stored; False: queued."""
        with self.queue.turn(write.key):
            if not self.queue.holds(write.key):
                try:
                    self.call(self.storage.write, write)
                    return True
                except (StorageError, BreakerOpen):
                    pass
            self.queue.add(write)
            return False

    def keep_draining(self):
        while True:
            time.sleep(0.1)
            try:
                self.queue.drain(lambda write: self.call(self.storage.write, write))
            except (StorageError, BreakerOpen):
                pass

    def status(self):
        state = self.breaker.state
        return {
            "breaker": state,
            "queued": len(self.queue),
            "health": "ok" if state == "closed" else "degraded",
        }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The head of an answer and its body are two writes: the second must not wait.
    disable_nagle_algorithm = True
    service = None

    def do_GET(self):
        if self.path == "/status":
            self.answer_json(200, self.service.status())
            return
        self.with_key(self.get)

    def do_PUT(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        metadata = {
            name.lower(): value.strip()
            for name, value in self.headers.items()
            if name.lower().startswith("x-amz-meta-")
        }
        self.with_key(lambda key: self.write(Write("PUT", key, body, metadata), 201))

    def do_DELETE(self):
        self.with_key(lambda key: self.write(Write("DELETE", key), 204))

    def with_key(self, serve):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        if not path.startswith("/objects/") or path == "/objects/":
            self.answer_json(404, {"error": "no such path"})
            return
        try:
            serve(path.removeprefix("/objects/"))
        except BreakerOpen:
            self.answer_json(503, {"error": "the storage is away"}, {"Retry-After": "1"})
        except StorageError as error:
            self.answer_json(502, {"error": str(error)})

    def get(self, key):
        body = self.service.read(key)
        if body is None:
            self.answer_json(404, {"error": "no such object"})
        else:
            self.answer(200, body, {"Content-Type": "application/octet-stream"})

    def write(self, write, status_when_stored):
        is_stored = self.service.write(write)
        self.answer(status_when_stored if is_stored else 202)

    def answer_json(self, status, value, headers=None):
        body = json.dumps(value).encode()
        self.answer(status, body, {"Content-Type": "application/json", **(headers or {})})

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # With five, as is usual, connections wait for each other when many come at once.
    request_queue_size = 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--storage", required=True, help="HOST:PORT to connect to")
    parser.add_argument("--host-header", help="the storage's own HOST:PORT, which is signed")
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--region", default="auto")
    parser.add_argument("--access-key", required=True)
    parser.add_argument("--secret-key", required=True)
    parser.add_argument("--breaker-failures", type=int, default=3)
    parser.add_argument("--breaker-open-seconds", type=float, default=3)
    parser.add_argument("--timeout", type=float, default=2)
    parser.add_argument("--slow-seconds", type=float, default=0.7)
    parser.add_argument("--notices", help="the URL that notices are posted to")
    parser.add_argument("--fixed", action="store_true")
    options = parser.parse_args()

    Handler.service = Service(options)
    server = Server(("127.0.0.1", options.port), Handler)
    print(f"listening on {server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
