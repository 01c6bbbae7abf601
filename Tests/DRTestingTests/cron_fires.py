"""Writes cron-fires.json: 200 cron expressions, and when each fires 50 times in UTC, as croniter says.

    python3 -m pip install croniter==7.0.0
    python3 cron_fires.py > cron-fires.json

A row is the expression, the minute since 1970 after which it is asked, and the minutes from each
fire to the next. A day field that begins with a star does not free the other one, as in crontab(5):
croniter calls that `implement_cron_bug`.
"""

import datetime
import json
import random

import croniter

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = "sun mon tue wed thu fri sat".split()
FIXED = [
    "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually",
    "0 2 * * 1", "0 3 * * *", "0 */6 * * *", "0 1 * * 0", "0 4 * * *", "* * * * *",
    "0 0 29 2 *", "0 0 31 * *", "0 0 13 * 5", "0 0 */2 * 2", "30 4 1,15 * 5", "0 22 * * 1-5",
    "23 0-20/2 * * *", "5 4 * * sun", "0 0 1 jan *", "59 23 31 12 *", "0 0 * * 7",
]  # fmt: skip


def item(random, low, high):
    kind = random.random()
    first, last = sorted(random.sample(range(low, high + 1), 2))
    if kind < 0.5:
        return str(first)
    if kind < 0.8:
        return f"{first}-{last}"
    return f"{first}-{last}/{random.randint(1, last - first)}"


def field(random, low, high, names=None):
    kind = random.random()
    if kind < 0.3:
        return "*"
    if kind < 0.5:
        return f"*/{random.randint(1, high - low)}"
    if names and kind < 0.65:
        return random.choice([random.choice(names), random.choice(names).upper()])
    return ",".join(item(random, low, high) for _ in range(random.choice([1, 1, 2, 3])))


def expression(random):
    return " ".join([
        field(random, 0, 59), field(random, 0, 23), field(random, 1, 31),
        field(random, 1, 12, MONTHS), field(random, 0, 6, DAYS),
    ])  # fmt: skip


def fires(text, start):
    fires = croniter.croniter(
        text, datetime.datetime.fromtimestamp(start * 60, datetime.timezone.utc),
        implement_cron_bug=True,
    )  # fmt: skip
    return [int(fires.get_next(float)) // 60 for _ in range(50)]


def main():
    chance = random.Random(20261123)
    rows = []
    texts = list(FIXED)
    while len(rows) < 200:
        text = texts.pop(0) if texts else expression(chance)
        # From 2024 to 2030.
        start = chance.randint(28_401_120, 31_556_160)
        try:
            moments = fires(text, start)
        except croniter.CroniterBadDateError:
            # No day there is fits, or not 50 within the years that croniter looks at.
            continue
        steps = [later - earlier for earlier, later in zip([start] + moments, moments)]
        rows.append(json.dumps([text, start, steps], separators=(",", ":")))
    print("[\n" + ",\n".join(rows) + "\n]")


if __name__ == "__main__":
    main()
