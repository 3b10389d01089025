"""Faults by seed, over night: ``make faults``; and one of them once more.

python -m tests.faults --seeds 10000
python -m tests.faults --engine sqlite --seed 4711
python -m tests.faults --engine sqlite --step delete --strikes 34:kill,12:no-space
python -m tests.faults --kills
python -m tests.faults --bugs
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable

from tests.conftest import NO_ACCOUNT
from tests.faults.bugs import BUGS
from tests.faults.kills import kill_everywhere
from tests.faults.looking import found_by_seed
from tests.faults.seeds import Schedule, Schedules
from tests.faults.story import ENGINES, told
from tests.faults.trial import Strike

SECONDS_BETWEEN = 30


def main(words: list[str]) -> int:
    """The exit code is 1 where something was wrong."""
    given = _parsed(words)
    os.environ.update(NO_ACCOUNT)
    wrong = 0
    for engine in given.engine or ENGINES:
        with told(engine) as story:
            if given.kills:
                steps = [given.step] if given.step else ()
                wrong += kill_everywhere(story, steps=steps).report()
                continue
            if given.bugs:
                for bug in BUGS:
                    found_by_seed(story, bug)
                continue
            schedules = Schedules(story, [given.step] if given.step else ())
            if given.strikes:
                strikes = tuple(map(_strike, given.strikes.split(",")))
                wrong += _tell(schedules, "", Schedule(given.step, strikes))
                continue
            seeds = range(given.first, given.first + given.seeds)
            wrong += _run(schedules, [given.seed] if given.seed is not None else seeds)
    return 1 if wrong else 0


def _parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--seeds", type=int, default=100, help="how many, each engine")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--step", default="", help="this step of the story alone")
    parser.add_argument("--strikes", default="", help="POINT:FAULT,..., one an attempt")
    parser.add_argument("--kills", action="store_true", help="kill at every point")
    parser.add_argument("--bugs", action="store_true", help="plant each known bug")
    return parser.parse_args(words)


def _run(schedules: Schedules, seeds: Iterable[int]) -> int:
    """Each of *seeds*; how many were wrong."""
    engine, wrong, done = schedules.story.engine, 0, 0
    met: Counter[str] = Counter()
    last = time.monotonic()
    for seed in seeds:
        schedule = schedules.of(seed)
        met.update(strike.fault for strike in schedule.strikes)
        wrong += _tell(schedules, f"--engine {engine} --seed {seed}", schedule)
        done += 1
        if time.monotonic() - last > SECONDS_BETWEEN:
            last = time.monotonic()
            print(f"{engine}: {done} seeds, {wrong} wrong", flush=True)
    print(f"{engine}: {done} seeds, {met.total()} faults, {wrong} wrong", flush=True)
    for name, count in sorted(met.items()):
        print(f"  {name:20} {count:6}")
    return wrong


def _tell(schedules: Schedules, words: str, schedule: Schedule) -> int:
    verdict = schedules.run(schedule)
    if not verdict.wrong:
        return 0
    print(f"WRONG {words}: {schedule}", *verdict.wrong, sep="\n  ", flush=True)
    smallest = schedules.shrunk(schedule)
    engine = schedules.story.engine
    print(f"  python -m tests.faults --engine {engine} {smallest}")
    for strike in smallest.strikes:
        points = schedules.points(smallest.step)
        if strike.number < len(points):
            print(f"    {strike}: {points[strike.number].what}")
    again = schedules.run(smallest)
    for line in (*again.wrong, *(each.error for each in again.ended if each.error)):
        print(f"    {line}", flush=True)
    return 1


def _strike(word: str) -> Strike:
    number, fault = word.split(":")
    return Strike(int(number), fault)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
