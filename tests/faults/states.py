"""What a kill leaves at every point of a step: seen in one run that stops at each.

A killed process loses what no other process can see: the transaction that it was in,
its locks. What others see then, they see while it stands still at the same point: files
as they are in the folders, rows as they are committed. So a step runs once; at each of
its points it waits while its files are read, and whatever the server has committed.
Points between which nothing of that changes leave the same; the step is resumed from
each different state once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from reimport_lib.write import bind
from tests.faults.folders import FolderReader
from tests.faults.kept import Database, Kept, read_files, read_server
from tests.faults.points import Here, Hits, Point
from tests.faults.story import Step, Story
from tests.faults.trial import live

SECONDS = 600  # for a step that waits at each of its points


@dataclass(frozen=True)
class State:
    """
    Attributes:
        left: what a kill leaves.
        points: numbers of the points at which it leaves this.
    """

    left: Kept
    points: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class States:
    """
    Attributes:
        points: of the step, in order.
        states: all that kills at them leave, in the order in which they were met.
    """

    points: tuple[Point, ...]
    states: tuple[State, ...]


def states_of(story: Story, step: Step) -> States:
    """Every state that a kill of *step* leaves."""
    step.before.put_back(story.site)
    story.put_back_source()
    bind.close()
    met: dict[str, State] = {}
    points: list[Point] = []
    files = FolderReader(story.site.settings.runs)
    with _database(story) as read:
        for number, point in enumerate(_stops(story, step)):
            points.append(point)
            left = Kept(read(), files.read())
            mark = f"{left.database.mark} {left.runs.mark}"
            met.setdefault(mark, State(left)).points.append(number)
    story.settle()
    return States(tuple(points), tuple(met.values()))


def _stops(story: Story, step: Step) -> Iterator[Point]:
    """Each point of *step*, in a process that waits there until it is asked for more.

    Raises:
        AssertionError: the step did not come to its end.
    """
    said, say = os.pipe()
    asked, ask = os.pipe()
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            for end in (said, ask, read):
                os.close(end)
            hits = _waiting(say, asked)
            live(step.do, story.site.settings, hits, write, seconds=SECONDS)
        finally:
            os._exit(1)
    for end in (say, asked, write):
        os.close(end)
    with os.fdopen(said) as lines, os.fdopen(ask, "wb", buffering=0) as more:
        for line in lines:
            yield Point(*json.loads(line))
            more.write(b".")
    with os.fdopen(read) as file:
        told = file.read()
    os.waitpid(child, 0)
    if not told or json.loads(told)["error"]:
        raise AssertionError(f"{step.name}, watched: {told or 'killed'}")


def _waiting(say: int, asked: int) -> Hits:
    def wait(here: Here) -> None:
        os.write(say, json.dumps([here.point.kind, here.point.what]).encode() + b"\n")
        os.read(asked, 1)

    return lambda _: wait


@contextmanager
def _database(story: Story) -> Iterator[Callable[[], Database]]:
    """What the database would be for everybody else, each time that it is called."""
    if not story.server:
        yield lambda: read_files(story.site)
        return
    with psycopg.connect(story.server, autocommit=True) as connection:
        yield _Server(story, connection).read


class _Server:
    """Reads its rows again where a transaction has ended since."""

    def __init__(self, story: Story, beside: psycopg.Connection) -> None:
        self._site = story.site
        self._beside = beside
        self._next, self._open = self._transactions()
        self._known = read_server(self._site)

    def read(self) -> Database:
        since = self._next, self._open
        self._next, self._open = self._transactions()
        new = set(range(since[0], self._next))
        if (since[1] | new) - self._open:
            # whoever locks a table away has not committed what it does to it
            self._known = read_server(self._site) or self._known
        return self._known

    def _transactions(self) -> tuple[int, set[int]]:
        """The number that the next one gets, and those that have not ended."""
        row = self._beside.execute("SELECT pg_current_snapshot()::text").fetchone()
        assert row
        _, following, running = row[0].split(":")
        return int(following), set(map(int, filter(None, running.split(","))))
