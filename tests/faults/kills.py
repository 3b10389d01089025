"""A kill at every point of every step: what it leaves is resumed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, cycle

from tests.faults.states import states_of
from tests.faults.story import Story
from tests.faults.trial import resumed

ALL = "1"


@dataclass
class Killed:
    """
    Attributes:
        points: step -> points of it.
        states: step -> different states that kills at them leave.
        resumed: step -> how many of these it was resumed from.
        covered: step -> points at which a kill leaves one of those.
        wrong: step, point and what is there -> what was wrong.
    """

    engine: str
    points: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    resumed: dict[str, int] = field(default_factory=dict)
    covered: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Different states that were resumed from."""
        return sum(self.resumed.values())

    def report(self) -> int:
        """Print it; how many were wrong."""
        parts = (self.points, self.states, self.resumed, self.covered)
        print(f"{self.engine}: step, points, states, resumed from, points of these")
        for name in self.points:
            print(f"  {name:16}", *(f"{part[name]:6}" for part in parts))
        print(f"  {'all':16}", *(f"{sum(part.values()):6}" for part in parts))
        for words, found in self.wrong.items():
            print(f"  WRONG {words}", *found, sep="\n    ", flush=True)
        return len(self.wrong)


def kill_everywhere(
    story: Story, shares: Mapping[str, str] | None = None, *, steps: Sequence[str] = ()
) -> Killed:
    """
    Each step resumed from what kills at its points leave.

    Args:
        shares: step, or "" for all others -> which states in turn, as ones and noughts:
            "110" is two of three.
    """
    killed, shares = Killed(story.engine), shares or {}
    for name in steps or story.steps:
        step = story.steps[name]
        found = states_of(story, step)
        share = map(int, cycle(shares.get(name) or shares.get("") or ALL))
        chosen = list(compress(found.states, share))
        killed.points[name] = len(found.points)
        killed.states[name] = len(found.states)
        killed.resumed[name] = len(chosen)
        killed.covered[name] = sum(len(state.points) for state in chosen)
        for state in chosen:
            if wrong := resumed(story, step, state.left):
                number = state.points[0]
                what = found.points[number].what
                killed.wrong[f"--step {name} --strikes {number}:kill, {what}"] = wrong
    return killed
