"""Asks a server when schedules come that the next clock changes concern, and says where it is wrong.

    schedule_zones.py URL TOKEN

What is right is found out with Python's zoneinfo, which has nothing of ours: a time that the clocks
leave out comes at the moment they jump, and one that they show twice comes the first time.
"""

import datetime
import json
import sys
import urllib.request
import zoneinfo

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "America/Havana",
]
UTC = datetime.timezone.utc
STEP = datetime.timedelta(minutes=15)


def changes(zone):
    """The next moments at which its clocks change, with what they are ahead before and after."""
    moment = datetime.datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    before = moment.astimezone(zone).utcoffset()
    for _ in range(366 * 24 * 4):
        moment += STEP
        after = moment.astimezone(zone).utcoffset()
        if after != before:
            yield moment, before, after
        before = after


def ask(url, token, row):
    request = urllib.request.Request(
        f"{url}/api/testing/schedule",
        data=json.dumps(row).encode(),
        headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["data"]["next_run"]


def main(url, token):
    for name in ZONES:
        found = list(changes(zoneinfo.ZoneInfo(name)))
        assert len(found) >= 2, f"the clocks of {name} do not change any more"
        for number, (moment, before, after) in enumerate(found[:2]):
            # In the middle of what is left out or shown twice, as those clocks show it.
            shown = (moment + (before + after) / 2).replace(tzinfo=None)
            first = moment if after > before else (shown - before).replace(tzinfo=UTC)
            row = {
                "scenario_id": 1,
                "schedule_name": f"{name} {number}",
                "cron_expression": f"{shown.minute} {shown.hour} {shown.day} {shown.month} *",
                "time_zone": name,
            }
            expected = first.strftime("%Y-%m-%dT%H:%M:00.000Z")
            answer = ask(url, token, row)
            word = "right" if answer == expected else f"wrong, expected {expected}"
            print(f"{name} {row['cron_expression']}: {answer}, {word}")


main(*sys.argv[1:])
