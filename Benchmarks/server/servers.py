"""What the benchmark of the server runs: dr-server over a history, and log-bench beside it."""

import contextlib
import glob
import hashlib
import http.client
import json
import os
import subprocess
import time

import processes

# A history of many tests is read once before the port is open.
START_SECONDS = 300
# What the server does by itself at its start, it looks at the whole log among it, is over.
QUIET_SECONDS = 120
QUIET_SHARE = 0.05
# The server closes a connection some time after that.
IDLE_SECONDS = 30

# An event of the log holds little more.
LONGEST_REASON = 60_000


class Server:
    def __init__(self, pid, port, data, token, log_bench, test):
        self.pid, self.port, self.data, self.token = pid, port, data, token
        self.log_bench = log_bench
        # The test that is looked at.
        self.test = test
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.asked = time.monotonic()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, path, method="GET", fields=None):
        """The body of the answer, which must be a good one."""
        body = None if fields is None else json.dumps(fields)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if time.monotonic() - self.asked > IDLE_SECONDS:
            self.connection.close()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        answer = response.read()
        self.asked = time.monotonic()
        if response.status not in (200, 201):
            raise SystemExit(f"{method} {path}: {response.status} {answer[:500]!r}")
        return answer

    @property
    def head(self):
        return json.loads(self.ask("/api/testing/audit/head"))["data"]["position"]

    @property
    def memory(self):
        return processes.anonymous_bytes(self.pid)

    def wait_until_quiet(self):
        deadline = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < deadline:
            before = processor_seconds(self.pid)
            time.sleep(2)
            used = processor_seconds(self.pid) - before
            if used < 2 * QUIET_SHARE and not has_children(self.pid):
                return
        raise SystemExit("dr-server is busy with itself, and does not get quiet")

    def store_report(self, bodies):
        """Files of a report, each with the bytes of another answer; their paths by name."""
        files = []
        for name, body in bodies.items():
            with open(f"{self.data}/reports/{name}.json", "wb") as file:
                file.write(body)
            files.append(f"{name}.json:{len(body)}:{hashlib.sha256(body).hexdigest()}")
        report = log_bench(self.log_bench, "record-report", self.data, *files)
        return {name: f"/api/testing/reports/{report}/files/{name}.json" for name in bodies}

    def store_row(self, name, length):
        """Rows so long that the answer with them has this length; the path of that answer."""
        path = f"/api/testing/excuses?scenario={name}"
        for day in range(1, 29):
            row = {
                "scenario": name, "target": "benchmark", "due_at": f"2026-01-{day:02}T00:00:00Z",
                "reason": "x", "executor": "nobody", "approver": "somebody",
            }
            created = json.loads(self.ask("/api/testing/excuses", "POST", row))["data"]["id"]
            missing = length - len(self.ask(path))
            if missing < 0:
                raise SystemExit(f"an answer of {length} bytes is shorter than any row")
            # What is left is room enough for another row.
            reason = "x" * (min(missing, LONGEST_REASON) + 1)
            self.ask(f"/api/testing/excuses/{created}", "PUT", {"reason": reason})
            if missing <= LONGEST_REASON:
                return path
        raise SystemExit(f"an answer of {length} bytes has more rows than a month has days")


def log_bench(program, *arguments):
    """The last line that it prints."""
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"log-bench {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout.splitlines()[-1]


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def has_children(pid):
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as file:
            if file.read().strip():
                return True
    return False


@contextlib.contextmanager
def server(program, log_bench_program, folder, tests):
    """dr-server over a history of so many tests."""
    data = f"{folder}/data"
    os.mkdir(folder)
    start = time.monotonic()
    test = int(log_bench(log_bench_program, "seed-history", data, f"--tests={tests}"))
    print(f"  {tests:,} tests written in {time.monotonic() - start:.0f} s")
    # Nothing of whoever runs this takes part.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("DR_")
    } | {
        "HOME": folder, "DR_DATA": data, "DR_CHECKPOINT_DIR": f"{folder}/checkpoints",
        # One client asks for all that can be asked for.
        "DR_RATE_LIMIT": "0",
    }
    port = processes.free_port()
    command = [program, "serve", f"--port={port}"]
    with processes.running(command, port, folder, environment, START_SECONDS) as process:
        made = subprocess.run(
            [program, "token", "--role=admin", "--subject=benchmark"], env=environment,
            capture_output=True, text=True, check=True)
        yield Server(process.pid, port, data, made.stdout.strip(), log_bench_program, test)


class Ticker:
    """A run in the log of a server, which another process adds to."""

    def __init__(self, server):
        self.process = subprocess.Popen(
            [server.log_bench, "tick", server.data], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        self.wait()

    def wait(self):
        """The position of what was recorded last. It is durable."""
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("log-bench tick has ended")
        return int(line)

    def begin(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def tick(self):
        self.begin()
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.wait(30)
