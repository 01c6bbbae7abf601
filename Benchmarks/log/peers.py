"""What the benchmark of the log runs: programs that measure themselves, and PostgreSQL."""

import contextlib
import glob
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

import processes

HERE = os.path.dirname(os.path.abspath(__file__))
POSTGRES = "/usr/lib/postgresql/15/bin"
VALUE_BYTES = 256
SAMPLE_SECONDS = 0.05

# The peer at its best: no checkpoint within a round, and memory for all that it writes.
SETTINGS = [
    "listen_addresses=", "fsync=on", "synchronous_commit=on", "shared_buffers=1GB",
    "max_wal_size=16GB", "checkpoint_timeout=1h",
]
SCHEMA = """
CREATE TABLE events (
    position bigserial PRIMARY KEY, stream text NOT NULL, revision bigint NOT NULL,
    payload bytea NOT NULL, UNIQUE (stream, revision)
)
"""
# Each client of each run has a stream of its own, and counts its revisions.
STREAM = "concat('bench/', :run::bigint, '/', :client_id::bigint)"
PAYLOAD = rf"'\x{bytes((index * 31 + 7) % 256 for index in range(VALUE_BYTES)).hex()}'::bytea"
SCRIPTS = {
    1: rf"""
\set revision :revision + 1
INSERT INTO events (stream, revision, payload)
VALUES ({STREAM}, :revision::bigint, {PAYLOAD});
""",
    1000: rf"""
\set first :revision + 1
\set revision :revision + 1000
INSERT INTO events (stream, revision, payload)
SELECT {STREAM}, revision, {PAYLOAD}
FROM generate_series(:first::bigint, :revision::bigint) AS revision;
""",
}


# --- Programs that measure themselves ----------------------------------------------------------


def compile_program(name, folder, *libraries):
    """Compiles a C program that lies beside this file."""
    if shutil.which("cc") is None:
        raise SystemExit("cc is not installed: .ci/setup.sh bench")
    program = f"{folder}/{name}"
    options = ["-O2", "-Wall", "-o", program, f"{HERE}/{name}.c"]
    subprocess.run(["cc", *options, *[f"-l{library}" for library in libraries]], check=True)
    return program


def run(*command):
    """What the program says it measured, and the most memory it was seen with: `peak`, in bytes."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [str(part) for part in command], stdout=output, stderr=errors, text=True)
        peak = 0
        while process.poll() is None:
            peak = max(peak, processes.anonymous_bytes(process.pid))
            time.sleep(SAMPLE_SECONDS)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise SystemExit(f"{command} ended with {process.returncode}:\n{errors.read()[-2000:]}")
        result = json.loads(output.read().splitlines()[-1])
    return result | {
        "per_second": result["events"] / result["seconds"],
        "peak": max(peak, result.get("memory", 0)),
    }


# --- Files -------------------------------------------------------------------------------------


def warm(path):
    """Reads a file into the system's cache."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 22):
            pass


def cool(path):
    """Takes a file out of the system's cache."""
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
            file.write("3\n")
    except OSError:
        # Only root may drop all, but anybody a file of his own.
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def remove(*paths):
    for path in paths:
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            for file in glob.glob(f"{glob.escape(path)}*"):
                os.remove(file)


def file_system(folder):
    """Its kind, as the system calls it."""
    command = ["df", "--output=fstype", folder]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return text.split()[-1]


# --- PostgreSQL --------------------------------------------------------------------------------


class Postgres:
    """A cluster of its own, reached by a socket in its folder."""

    def __init__(self, folder):
        self.folder = folder
        self.user = server_user()
        self.runs = 0
        self.environment = os.environ | {
            "PGHOST": folder, "PGUSER": "bench", "PGDATABASE": "postgres", "HOME": folder,
        }

    def command(self, program, *arguments):
        return {
            "args": [f"{POSTGRES}/{program}", *[str(argument) for argument in arguments]],
            "cwd": self.folder, "env": self.environment, "text": True,
        } | self.user

    def call(self, program, *arguments):
        done = subprocess.run(**self.command(program, *arguments), capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"{program} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        return done.stdout

    def insert(self, clients, seconds, batch=1):
        """Clients that each wait for their one statement of so many rows to be durable."""
        self.runs += 1
        script, prefix = f"{self.folder}/insert-{batch}.sql", f"{self.folder}/times"
        output = self.call(
            "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={clients}",
            f"--jobs={min(clients, os.cpu_count())}", f"--time={seconds}", f"--file={script}",
            f"--define=run={self.runs}", "--define=revision=0", "--log", f"--log-prefix={prefix}")
        times = []
        for path in glob.glob(f"{prefix}.*"):
            with open(path, encoding="ascii") as file:
                times += [int(line.split()[2]) / 1000 for line in file]
            os.remove(path)
        times.sort()
        rate = float(re.search(r"^tps = ([\d.]+)", output, re.M)[1])
        return {
            "per_second": rate * batch,
            "p50": times[len(times) // 2],
            "p99": times[len(times) * 99 // 100],
        }


def server_user():
    """PostgreSQL refuses to run as root: then it, and what talks to it, are another user's."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def postgres(folder):
    if not os.path.exists(f"{POSTGRES}/pgbench"):
        raise SystemExit(f"{POSTGRES} holds no PostgreSQL: .ci/setup.sh bench")
    os.mkdir(folder, 0o700)
    for batch, text in SCRIPTS.items():
        with open(f"{folder}/insert-{batch}.sql", "w", encoding="ascii") as file:
            file.write(text)
    cluster = Postgres(folder)
    if cluster.user:
        os.chown(folder, cluster.user["user"], cluster.user["group"])
    data = f"{folder}/data"
    cluster.call("initdb", "--auth=trust", "--username=bench", "--locale=C", "-D", data)
    settings = [part for setting in SETTINGS for part in ("-c", setting)]
    with open(f"{folder}/server.log", "wb") as log:
        server = subprocess.Popen(
            **cluster.command("postgres", "-D", data, "-k", folder, *settings),
            stdout=log, stderr=log)
    try:
        wait_until_ready(cluster, server)
        cluster.call("psql", "--quiet", "--command", SCHEMA)
        yield cluster
    finally:
        # A quick end: those who are still connected are told to go.
        server.send_signal(signal.SIGINT)
        server.wait(60)


def wait_until_ready(cluster, server):
    deadline = time.monotonic() + 30
    while True:
        asked = subprocess.run(**cluster.command("pg_isready", "--quiet"))
        if asked.returncode == 0:
            return
        if server.poll() is not None or time.monotonic() > deadline:
            with open(f"{cluster.folder}/server.log", encoding="utf-8", errors="replace") as log:
                raise SystemExit(f"PostgreSQL does not start:\n{log.read()[-2000:]}")
        time.sleep(0.1)
