"""What the benchmark of the reports runs: the two report programs, and log-bench beside them."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time

import processes

SAMPLE_SECONDS = 0.02


class MemoryWatch:
    """Sees the most memory that a process has meanwhile, and that belongs to no file."""

    def __init__(self, pid):
        self.pid, self.peak, self.ended = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while True:
            self.peak = max(self.peak, processes.anonymous_bytes(self.pid))
            if self.ended.wait(SAMPLE_SECONDS):
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def run(command, environment):
    """Seconds, peak of memory and what was printed last, of a program that must end well."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=errors, env=environment)
        with MemoryWatch(process.pid) as memory:
            # `wait` with a limit would look at the end only now and then.
            _, status = os.waitpid(process.pid, 0)
            seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise SystemExit(f"{command} ended with {process.returncode}:\n{errors.read()[-2000:]}")
        answer = json.loads(output.read().splitlines()[-1])
    return {"seconds": seconds, "peak": memory.peak, "answer": answer}


class Log:
    """A data directory, and what of it there is to report on."""

    def __init__(self, log_bench, folder, *options):
        self.log_bench, self.data, self.output = log_bench, f"{folder}/data", f"{folder}/reports"
        os.mkdir(folder)
        # Nothing of whoever runs this takes part.
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DR_")
        } | {"HOME": folder, "DR_CHECKPOINT_DIR": f"{folder}/checkpoints"}
        written = run([log_bench, "seed-reports", self.data, *options], self.environment)
        self.content = written["answer"]
        print(f"  {self.content['events']:,} events of {self.content['drills']:,} drills written "
              f"in {written['seconds']:.0f} s")

    @property
    def file(self):
        return f"{self.data}/log/data.mdb"

    @property
    def size(self):
        return os.stat(self.file).st_size

    def warm(self):
        """Reads the file into the system's cache."""
        with open(self.file, "rb", buffering=0) as file:
            while file.read(1 << 22):
                pass

    def report(self, *command):
        """What making a report took, and the digest of each of its files."""
        made = run(
            [*command, "--data", self.data, "--output", self.output, "--json"], self.environment)
        names = sorted(os.listdir(self.output))
        digests = {name: digest(f"{self.output}/{name}") for name in names}
        shutil.rmtree(self.output)
        return made | {"head": made.pop("answer")["head"], "digests": digests}


class Writer:
    """log-bench, which records drills in a log for a while."""

    def __init__(self, log, rate, seconds):
        self.process = subprocess.Popen(
            [log.log_bench, "record-drills", log.data, f"--rate={rate}", f"--duration={seconds}"],
            stdout=subprocess.PIPE, text=True, env=log.environment)

    @property
    def is_running(self):
        return self.process.poll() is None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def answer(self):
        """How many events it recorded, and in how many seconds."""
        text, _ = self.process.communicate()
        if self.process.returncode != 0:
            raise SystemExit(f"log-bench record-drills ended with {self.process.returncode}")
        return json.loads(text.splitlines()[-1])


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
