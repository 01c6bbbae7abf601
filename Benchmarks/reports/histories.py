"""What is measured of the reports. Each answers with what it saw by name."""

import os
import statistics
import time

import programs


# A report of a week is short, and what else a machine does shows in it.
WEEKLY_TURNS = 3


class Histories:
    """A year in one log, and its last week alone in another."""

    def __init__(self, options, folder):
        self.weekly, self.compliance, log_bench = map(
            os.path.abspath, [options.weekly, options.compliance, options.log_bench])
        self.options = options
        year = [f"--events={options.events}", f"--weeks={options.weeks}"]
        print("a year, and its last week alone")
        self.year = programs.Log(log_bench, f"{folder}/year", *year)
        self.week = programs.Log(log_bench, f"{folder}/week", *year, "--last=1")
        for log in (self.year, self.week):
            log.warm()

    def weekly_report(self, log, *arguments):
        return log.report(self.weekly, "--week", log.content["week"], *arguments)

    def yearly_report(self):
        content = self.year.content
        return self.year.report(
            self.compliance, "--framework=soc2", "--from", content["firstDay"], "--to",
            content["lastDay"], "--format=html,json,oscal,csv")

    # --- Time and memory -----------------------------------------------------------------------

    def measure_weekly(self):
        return self.race("weekly report", WEEKLY_TURNS * self.options.rounds, {
            "year": lambda: self.weekly_report(self.year),
            "week": lambda: self.weekly_report(self.week),
        })

    def measure_yearly(self):
        return self.race(
            "compliance report of a year", self.options.rounds, {"year": self.yearly_report})

    def race(self, title, count, contenders):
        """All of them in turn, so many times: a machine that slows down does so for all.

        The first time of each does not count.
        """
        print(title)
        for contender in contenders.values():
            contender()
        rounds = {name: [] for name in contenders}
        names = list(contenders)
        for number in range(count):
            turn = number % len(names)
            # Each is first in its turn.
            for name in names[turn:] + names[:turn]:
                # Nobody pays for what another has left to be written.
                os.sync()
                found = contenders[name]()
                rounds[name].append(found)
                print(f"  round {number + 1}, {name}: {found['seconds']:.2f} s, "
                      f"{found['peak'] / 1e6:.0f} MB")
        return {name: summary(entries) for name, entries in rounds.items()}

    # --- While others write --------------------------------------------------------------------

    def measure_meanwhile(self):
        """Reports of a week that goes on, and afterwards the same ones as of their heads."""
        print(f"a weekly report while {self.options.rate:,} events a second are recorded")
        # What was free in the file before is used up first.
        self.record()
        alone = [self.record() for _ in range(self.options.rounds)]
        reports, read = [], []
        for number in range(self.options.rounds):
            read.append(self.record(lambda: reports.append(self.weekly_report(self.year))))
            print(f"  round {number + 1}: {len(reports)} reports, "
                  f"{read[-1]['per_second']:,.0f} events/s")
        # Pages that were not free because of a reader are used by whoever writes after it.
        after = self.record()
        again = [
            self.weekly_report(self.year, "--as-of", str(report["head"])) for report in reports
        ]
        return {
            "made": len(reports), "heads": len({report["head"] for report in reports}),
            "same": sum(first["digests"] == second["digests"]
                        for first, second in zip(reports, again)),
            "seconds": statistics.median(report["seconds"] for report in reports),
            "per_second": min(entry["per_second"] for entry in read),
            "bytes": bytes_an_event(read + [after]), "bytes_alone": bytes_an_event(alone),
            "rounds": {"alone": alone, "read": read},
        }

    def record(self, meanwhile=lambda: time.sleep(0.1)):
        """Has drills recorded in the last week of the year, and does something over and over."""
        before = self.year.size
        with programs.Writer(self.year, self.options.rate, self.options.seconds) as writer:
            while writer.is_running:
                meanwhile()
            answer = writer.answer()
        return {
            "events": answer["events"], "bytes": self.year.size - before,
            "per_second": answer["events"] / answer["seconds"],
        }


def summary(entries):
    return {
        "seconds": statistics.median(entry["seconds"] for entry in entries),
        "peak": max(entry["peak"] for entry in entries), "rounds": entries,
    }


def bytes_an_event(entries):
    return sum(entry["bytes"] for entry in entries) / sum(entry["events"] for entry in entries)
