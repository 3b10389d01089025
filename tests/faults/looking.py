"""What the tests of both engines look at."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tests.faults.bugs import BUGS
from tests.faults.kills import kill_everywhere
from tests.faults.oracle import look
from tests.faults.seeds import Schedule, Schedules
from tests.faults.states import states_of
from tests.faults.story import Story
from tests.faults.trial import Strike, attempt

MOST_SEEDS = 200
FEWEST_POINTS = (
    500  # of both engines together, at which a kill leaves one of the states
)


def look_at_kills(story: Story, shares: Mapping[str, str], *, least: int) -> None:
    """Killed at its points, each step comes to its end all the same."""
    killed = kill_everywhere(story, shares)
    killed.report()

    assert not killed.wrong
    assert killed.total >= least
    assert sum(killed.covered.values()) >= FEWEST_POINTS


def look_at_real_kills(story: Story, name: str, count: int) -> None:
    """A process that is killed leaves what was seen while one stood at that point."""
    step = story.steps[name]
    watched = states_of(story, step)
    for state in watched.states[:: len(watched.states) // count]:
        number = state.points[0]
        state.left.put_back(story.site)
        seen = look(story.site)
        step.before.put_back(story.site)
        ended = attempt(story, step, Strike(number, "kill"))
        left = look(story.site)

        assert ended.killed == signal.SIGKILL
        assert left.differences(seen) == seen.differences(seen), watched.points[number]


def look_at_seeds(schedules: Schedules, seeds: Iterable[int]) -> None:
    """Whatever else strikes, in attempt after attempt, too."""
    found = {
        f"python -m tests.faults --engine {schedules.story.engine} --seed {seed}": wrong
        for seed in seeds
        if (wrong := schedules.run(schedules.of(seed)).wrong)
    }

    assert not found, found


def look_at_shrinking(story: Story, bug: str, *, first: int) -> None:
    """A seed that fails says the same again; what it needs of it is left."""
    seed, schedule, schedules = found_by_seed(story, bug, first=first)
    nothing = Strike(0, "kill")  # before anything was done
    strikes = (nothing, *schedule.strikes, nothing)
    with BUGS[bug].planted():
        smallest = schedules.shrunk(replace(schedule, strikes=strikes))
        again = schedules.run(smallest)

    assert schedules.of(seed) == schedule
    assert again.wrong
    assert len(smallest.strikes) == 1
    assert smallest.strikes[0] != nothing
    assert not schedules.run(smallest).wrong


def found_by_seed(
    story: Story, bug: str, *, first: int = 0
) -> tuple[int, Schedule, Schedules]:
    """The first seed from *first* on that fails with the planted *bug* alone."""
    schedules = Schedules(story, BUGS[bug].steps)
    for seed in range(first, MOST_SEEDS):
        schedule = schedules.of(seed)
        with BUGS[bug].planted():
            wrong = schedules.run(schedule).wrong
        if wrong and not schedules.run(schedule).wrong:
            print(f"{bug}: found by seed {seed} ({schedule}): {wrong[0]}", flush=True)
            return seed, schedule, schedules
    raise AssertionError(f"{bug}: not found by {MOST_SEEDS} seeds")
