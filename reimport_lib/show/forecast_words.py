"""How long a run will take, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from reimport_lib.record.forecast import Forecast, Span
from reimport_lib.show.words import duration, several


def lines(found: Forecast, latest: datetime | None = None) -> Iterator[str]:
    """
    What is expected of the run and of its undo, and what that rests on.

    Args:
        latest: until when it can be stopped and undone within the hours for it.
    """
    if found.whole is None:
        yield "How long it will take nobody knows: no run before had all of its phases."
    else:
        by = several(found.runs, "run")
        whose = "of the other mode" if found.of_other else "before it"
        yield f"Expected: {_span(found.whole)}, by {by} {whose}."
    if found.undo is not None:
        yield f"Undoing it: {_span(found.undo)}."
    if latest is not None:
        yield f"Until {latest:%H:%M} it can be stopped and undone in time."
    if found.off is not None:
        held, made = found.kept
        yield (
            f"Of {several(made, 'forecast')} before {held} held; in the middle they"
            f" were off by {found.off:.0%}."
        )


def left(seconds: float) -> str:
    """What ``status`` says of a run at work."""
    if seconds <= 0:
        return "later than expected"
    return f"about {duration(seconds)} left, by the runs before it"


def _span(span: Span) -> str:
    likely, long = duration(span.likely), duration(span.long)
    return f"about {likely}, no longer than {long} in nine of ten"
