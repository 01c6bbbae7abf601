"""What must be reached."""

import races
from tables import Row, compared, rate

HEADINGS = ["what", "the log", "beside it", "seen", "bound", ""]


def judge(found):
    return append_rows(found) + single_rows(found) + read_rows(found) + memory_rows(found)


def append_rows(found):
    empty, large, sizes = found["empty"], found["large"], found["sizes"]
    what = f"sealed batches of {races.BATCH:,}, {races.OUTSTANDING} outstanding"
    at_large = f"{what}, log of {sizes['events']:,}"
    whole = f"LMDB in C, {races.BATCH * races.OUTSTANDING:,} a commit"
    connections = f"PostgreSQL, {races.OUTSTANDING} connections"
    return [
        compared(f"{what}, empty log", empty["log"], empty["raw"], "LMDB in C", least=0.75),
        compared(at_large, large["log"], large["raw"], "LMDB in C", least=0.6),
        compared(f"{what}, empty log", empty["log"], empty["raw, whole"], whole),
        compared(at_large, large["log"], large["raw, whole"], whole),
        compared(f"{what}, empty log", empty["log"], empty["sqlite"], "SQLite"),
        compared(f"{what}, empty log", empty["log"], empty["postgres"], connections),
        compared(
            f"`.once` appends beside {sizes['once_events']:,} ids", found["once"]["once"],
            found["once"]["plain"], "other appends"),
    ]


def single_rows(found):
    singles, many = found["singles"], races.APPENDERS
    one, all_of_them = singles["log, 1"], singles[f"log, {many}"]
    what = f"single appends, {many} at once"
    return [
        compared(what, all_of_them, one, "one alone", least=15),
        compared(
            what, all_of_them, singles[f"postgres, {many}"], f"PostgreSQL, {many} connections",
            least=3),
        compared("single appends, one alone", one, singles["postgres, 1"], "PostgreSQL"),
        compared("single appends, one alone", one, singles["sqlite, 1"], "SQLite"),
        compared("single appends, one alone", one, singles["raw, 1"], "LMDB in C"),
        Row(
            f"p99 of {many} appenders", f"{all_of_them['p99']:.1f} ms",
            f"median of one alone {one['p50']:.2f} ms", all_of_them["p99"] / one["p50"]),
    ]


def read_rows(found):
    warm, cold, day, verify = (found[name] for name in ["replay", "replay cold", "day", "verify"])
    day_time = day["day"]["per_second"] / day["month"]["per_second"]
    rebuilt, rebuilt_large = found["rebuild"]["log"], found["rebuild large"]["log"]
    pageless = without_pages(verify["log"])
    hashes = "leaf and node hashes in C, one thread"
    return [
        Row("replay, warm", rate(warm["log"]["per_second"]), "", warm["log"]["per_second"],
            "rate", least=1_500_000),
        compared("replay, warm", warm["log"], warm["raw"], "scan in C", least=0.15),
        compared("replay, cold", cold["log"], cold["raw"], "scan in C"),
        Row("rebuild of all views", rate(rebuilt["per_second"]), "", rebuilt["per_second"],
            "rate", least=300_000),
        compared("rebuild of all views, long log", rebuilt_large, rebuilt, "short log"),
        compared("verify", pageless, verify["raw"], hashes, least=1.5),
        compared("verify, with the walk over the pages", verify["log"], verify["raw"], hashes),
        Row(f"time for an event of one day, {races.DAYS} days in the log",
            rate(day["month"]["per_second"]), f"one day in it {rate(day['day']['per_second'])}",
            day_time, most=1.2),
    ]


def without_pages(verified):
    seconds = verified["seconds"] - verified["pageSeconds"]
    return {"per_second": verified["events"] / seconds}


def memory_rows(found):
    readers = {
        "replay": found["replay"]["log"], "events of a day": found["day"]["month"],
        "verify": found["verify"]["log"], "rebuild of all views": found["rebuild large"]["log"],
    }
    return [
        Row(f"memory, {name}", f"{found['sizes']['events']:,} events", "", reader["peak"], "memory",
            most=100e6)
        for name, reader in readers.items()
    ]
