"""What is measured of the log, and beside what. Each answers with what it saw by name."""

import os
import statistics

import peers

BATCH = 1000
OUTSTANDING = 4
APPENDERS = 64
DAYS = 30


def race(title, rounds, contenders):
    """Runs all of them in turn, so many times: a machine that slows down does so for all."""
    print(title)
    entries = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        turn = number % len(names)
        # Each is first in its turn.
        for name in names[turn:] + names[:turn]:
            # Nobody pays for what another has left to be written.
            os.sync()
            entries[name].append(contenders[name]())
            print(f"  round {number + 1}, {name}: {entries[name][-1]['per_second']:,.0f}/s")
    return {name: summary(found) for name, found in entries.items()}


def summary(entries):
    medians = {
        key: statistics.median(entry[key] for entry in entries)
        for key in entries[0] if key != "peak"
    }
    return medians | {"peak": max(entry.get("peak", 0) for entry in entries), "rounds": entries}


def cooled(path, contender):
    def measure():
        peers.cool(path)
        return contender()

    return measure


class Races:
    def __init__(self, log_bench, folder, options):
        self.log_bench = os.path.abspath(log_bench)
        self.folder = folder
        self.options = options
        self.raw = peers.compile_program("raw_lmdb", folder, "lmdb", "crypto")
        self.sqlite = peers.compile_program("sqlite_events", folder, "sqlite3")

    def race(self, title, contenders):
        return race(title, self.options.rounds, contenders)

    def log(self, command, name, **options):
        """Lets log-bench measure one thing of the log of that name."""
        arguments = [f"--{key}={value}" for key, value in options.items()]
        return peers.run(self.log_bench, command, self.path(name), *arguments)

    def path(self, name):
        return f"{self.folder}/{name}"

    # --- Appending -----------------------------------------------------------------------------

    def append_batches(self, name, events):
        return self.log("append", name, events=events, batch=BATCH, outstanding=OUTSTANDING)

    def append_raw(self, name, events, batch=BATCH):
        return peers.run(
            self.raw, "append", self.path(name), events, batch, peers.VALUE_BYTES)

    def append_sqlite(self, name, events):
        return peers.run(
            self.sqlite, "append", self.path(name), events, BATCH, peers.VALUE_BYTES)

    def anew(self, contender, *arguments):
        """A round that begins with nothing there."""
        def measure():
            peers.remove(self.path("new"))
            return contender("new", *arguments)

        return measure

    def batches_into_empty(self, postgres):
        events = self.options.append_events
        found = self.race(f"batches of {BATCH:,} into an empty log", {
            "log": self.anew(self.append_batches, events),
            "raw": self.anew(self.append_raw, events),
            # As many as the log can have in one commit here.
            "raw, whole": self.anew(self.append_raw, events, BATCH * OUTSTANDING),
            "sqlite": self.anew(self.append_sqlite, events),
            "postgres": lambda: postgres.insert(OUTSTANDING, self.options.seconds, BATCH),
        })
        peers.remove(self.path("new"))
        return found

    def batches_into_large(self):
        before, events = self.options.events, self.options.append_events
        print(f"two logs of {before:,} events, to append to")
        self.append_batches("large", before)
        self.append_raw("large-raw", before)
        found = self.race(f"batches of {BATCH:,} into a log of {before:,}", {
            "log": lambda: self.append_batches("large", events),
            "raw": lambda: self.append_raw("large-raw", events),
            "raw, whole": lambda: self.append_raw("large-raw", events, BATCH * OUTSTANDING),
        })
        peers.remove(self.path("large"), self.path("large-raw"))
        return found

    def singles(self, postgres):
        seconds = self.options.seconds

        def appenders(count):
            return lambda: self.log("singles", "singles", appenders=count, duration=seconds)

        found = self.race("single appends", {
            "log, 1": appenders(1),
            f"log, {APPENDERS}": appenders(APPENDERS),
            f"postgres, {APPENDERS}": lambda: postgres.insert(APPENDERS, seconds),
            "postgres, 1": lambda: postgres.insert(1, seconds),
            "sqlite, 1": lambda: peers.run(
                self.sqlite, "singles", self.path("singles.sqlite"), seconds, peers.VALUE_BYTES),
            "raw, 1": lambda: self.append_raw("singles-raw", 1000 * seconds, 1),
        })
        peers.remove(*map(self.path, ["singles", "singles-raw", "singles.sqlite"]))
        return found

    def once(self):
        events = self.options.once_events // 10
        print(f"a log of {self.options.once_events:,} ids that are unique in it")
        self.log("once", "once", events=self.options.once_events)
        found = self.race("appends of ids that are unique in the whole log", {
            "once": lambda: self.log("once", "once", events=events),
            "plain": lambda: self.log("append", "once", events=events, outstanding=1),
        })
        peers.remove(self.path("once"))
        return found

    # --- Reading -------------------------------------------------------------------------------

    def make_histories(self):
        events = self.options.events
        for name, count, days in [("month", events, DAYS), ("day", events // DAYS, 1)]:
            print(f"a history of {count:,} events in {days} day(s)")
            self.log("corpus", name, events=count, days=days)
            peers.warm(self.data(name))

    def data(self, name):
        return f"{self.path(name)}/log/data.mdb"

    def scan(self):
        return peers.run(self.raw, "scan", f"{self.path('month')}/log")

    def replay(self):
        return self.race("replay, warm", {
            "log": lambda: self.log("replay", "month"), "raw": self.scan,
        })

    def replay_cold(self):
        path = self.data("month")
        found = self.race("replay, cold", {
            "log": cooled(path, lambda: self.log("replay", "month")),
            "raw": cooled(path, self.scan),
        })
        peers.warm(path)
        return found

    def day(self):
        return self.race("one day", {
            "month": lambda: self.log("day", "month"), "day": lambda: self.log("day", "day"),
        })

    def verify(self):
        return self.race("verify", {
            "log": lambda: self.log("verify", "month"),
            "raw": lambda: peers.run(self.raw, "verify", f"{self.path('month')}/log"),
        })

    def rebuild(self):
        self.log("corpus", "history", events=self.options.rebuild_events, days=DAYS)

        def from_nothing():
            peers.remove(self.path("history/views"))
            return self.log("rebuild", "history")

        return self.race("rebuild all views", {"log": from_nothing})

    def rebuild_large(self):
        """Once: what is asked of it is memory."""
        found = race("rebuild all views of the long history", 1, {
            "log": lambda: self.log("rebuild", "month"),
        })
        peers.remove(self.path("month"), self.path("day"), self.path("history"))
        return found
