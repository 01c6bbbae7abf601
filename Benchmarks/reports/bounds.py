"""What must be reached."""

from tables import Row

HEADINGS = ["what", "the log of a year", "beside it", "seen", "bound", ""]


def judge(found):
    return weekly_rows(found) + yearly_rows(found) + reading_rows(found)


def weekly_rows(found):
    year, week = found["weekly"]["year"], found["weekly"]["week"]
    return [
        Row("weekly report", f"{year['seconds']:.2f} s",
            f"a log of that week alone {week['seconds']:.2f} s", year["seconds"] / week["seconds"],
            most=1.3),
        Row("memory, weekly report", events(found, "year"), "", year["peak"], "memory",
            most=150e6),
        Row("memory, weekly report of that week alone", events(found, "week"), "", week["peak"],
            "memory"),
    ]


def yearly_rows(found):
    report = found["yearly"]["year"]
    drills = f"{found['logs']['year']['drills']:,} drills"
    return [
        Row("compliance report of the year", drills, "", report["seconds"], "seconds", most=60),
        Row("memory, compliance report of the year", events(found, "year"), "", report["peak"],
            "memory", most=300e6),
    ]


def reading_rows(found):
    meanwhile = found["meanwhile"]
    rate = f"{found['sizes']['rate']:,} events/s"
    return [
        Row("what the log's file grew by while it was read", "", "", found["growth"], "bytes",
            most=0),
        Row(f"weekly reports made while {rate} are recorded, and the same afterwards",
            f"{meanwhile['same']:,} the same",
            f"{meanwhile['made']:,} made, of {meanwhile['heads']:,} heads",
            meanwhile["same"] / meanwhile["made"], least=1),
        Row("events recorded meanwhile", "", "", meanwhile["per_second"], "rate",
            least=0.95 * found["sizes"]["rate"]),
        Row("what the log's file grew by for each event", f"{meanwhile['bytes']:,.0f} bytes",
            f"without reports {meanwhile['bytes_alone']:,.0f} bytes",
            meanwhile["bytes"] / max(meanwhile["bytes_alone"], 1), most=1.1),
    ]


def events(found, log):
    return f"{found['logs'][log]['events']:,} events"
