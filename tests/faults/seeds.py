"""From a seed, a step and the faults that strike it; a failing one is made smaller."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tests.faults.kinds import FAULTS
from tests.faults.people import EDITS
from tests.faults.points import Point
from tests.faults.story import RESTORE, Story
from tests.faults.trial import OPERATOR, SWAPPED, Strike, Verdict, recorded, trial

MOST_TRIALS = 40  # to make one smaller
ATTEMPTS = (1, 1, 1, 2, 2, 3)
_EDGES = ("rename", "fsync", "INSERT")
_PEOPLE = ((OPERATOR, 3), (SWAPPED, 1), *((name, 3) for name in EDITS))


@dataclass(frozen=True, slots=True)
class Schedule:
    """A step of the story, and what strikes each attempt at it."""

    step: str
    strikes: tuple[Strike, ...]

    def __str__(self) -> str:
        return f"--step {self.step} --strikes {','.join(map(str, self.strikes))}"


class Schedules:
    """The schedules of a story; what a step passes is recorded once it is struck."""

    def __init__(self, story: Story, only: Sequence[str] = ()) -> None:
        self.story = story
        self._names = only or tuple(story.steps)
        self._recorded: dict[str, tuple[Point, ...]] = {}

    def points(self, step: str) -> tuple[Point, ...]:
        """The points of *step*, undisturbed, in order."""
        if step not in self._recorded:
            self._recorded[step] = recorded(self.story, self.story.steps[step])
        return self._recorded[step]

    def of(self, seed: int) -> Schedule:
        """The same for a seed on every machine, as long as the points are the same."""
        dice = random.Random(f"{self.story.engine} {seed}")
        step = dice.choice(self._names)
        count = dice.choice(ATTEMPTS)
        return Schedule(step, tuple(self._strike(dice, step) for _ in range(count)))

    def _strike(self, dice: random.Random, step: str) -> Strike:
        points = self.points(step)
        edges = [number for number, p in enumerate(points) if p.what.startswith(_EDGES)]
        number = dice.choice(edges if dice.random() < 0.5 else range(len(points)))
        names, weights = zip(*self._faults(points[number], step), strict=True)
        return Strike(number, dice.choices(names, weights)[0])

    def _faults(self, point: Point, step: str) -> Iterator[tuple[str, int]]:
        for fault in FAULTS.values():
            if fault.meets(point, self.story.engine):
                yield fault.name, fault.weight
        for name, weight in _PEOPLE:
            if step != RESTORE or name not in EDITS:  # what a restore is for
                yield name, weight

    def run(self, schedule: Schedule) -> Verdict:
        step = self.story.steps[schedule.step]
        return trial(self.story, step, schedule.strikes)

    def shrunk(self, schedule: Schedule) -> Schedule:
        """The same with fewer faults and at earlier points, as long as it fails."""
        trials = 0
        while True:
            for smaller in _smaller(schedule):
                trials += 1
                if self.run(smaller).wrong:
                    schedule = smaller
                    break
                if trials >= MOST_TRIALS:
                    return schedule
            else:
                return schedule


def _smaller(schedule: Schedule) -> Iterator[Schedule]:
    strikes = schedule.strikes
    for place in range(len(strikes)):
        if len(strikes) > 1:
            yield replace(schedule, strikes=strikes[:place] + strikes[place + 1 :])
    for place, strike in enumerate(strikes):
        for number in (strike.number // 2, strike.number * 7 // 8):
            if number == strike.number:
                continue
            earlier = replace(strike, number=number)
            changed = (*strikes[:place], earlier, *strikes[place + 1 :])
            yield replace(schedule, strikes=changed)
