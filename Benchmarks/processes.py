"""Programs that run for as long as they are measured."""

import contextlib
import os
import re
import socket
import subprocess
import time


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(arguments, port, folder, environment=None, seconds=20):
    """Runs a program for as long as the block does, from when its port is open.

    That takes as many seconds at most.
    """
    name = os.path.basename(arguments[0])
    with open(f"{folder}/{name}.out", "wb") as output:
        process = subprocess.Popen(
            arguments, stdout=output, stderr=output, cwd=folder, env=environment)
    try:
        wait_until_open(process, port, f"{folder}/{name}.out", seconds)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_open(process, port, output, seconds):
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            with open(output, encoding="utf-8", errors="replace") as text:
                raise SystemExit(f"{process.args[0]} does not listen:\n{text.read()[-2000:]}")
        time.sleep(0.05)


def anonymous_bytes(pid):
    """Memory of a process that belongs to no file; 0 once it has ended."""
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            found = re.search(r"^RssAnon:\s+(\d+) kB", file.read(), re.M)
            return int(found[1]) * 1024 if found else 0
    return 0
