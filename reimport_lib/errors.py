"""Every error a person can meet, in one tree; each carries the next step as its hint.

ReimportError
├── UsageError            a word, parameter, run or phase that does not exist
├── SettingsError         a setting that is missing or cannot be read
├── SourceError           an export, a listing or a server answer that cannot be trusted
├── Refused               a condition was not met; the phase wrote nothing
│   ├── GateFailed        a limit that the run's gates set
│   ├── PlanDiffers       the plan is not the one that was reviewed
│   ├── Drifted           people have changed rows since the rehearsal
│   └── FenceLost         another run has come to write to the database since
├── TargetError           the database cannot be reached, or is another one
│   ├── Unavailable       it cannot be used now; later it can
│   └── BackupError       a backup that could not be made, or did not prove itself
├── PhaseFailed           a phase ended in an error; what it had not committed is gone
│   └── CutOff            what it runs on gave way: connection, kernel, disk, memory
├── ValidationFailed      everything was applied, and a check afterwards did not hold
└── Interrupted           a person or a signal stopped the run

Messages say what, where and how many. They never quote a field's value. Each place that
raises one has an id of its own, such as R041, by which ``docs/errors.md`` and
``reimport explain`` know it: ``python -m tools.ids`` gives the next free one.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable
from difflib import get_close_matches

from reimport_lib.plain import one_line

_HINT = " Hint: "
_WITH_ID = re.compile(r"(.*) \[(R\d{3})\]", re.DOTALL)


class ReimportError(Exception):
    """
    The root of all that are raised on purpose.

    Args:
        message: what happened, where, how many.
        hint: the next command or step.
        id: of this kind of failure; it never comes to mean another.
    """

    exit_code = 4
    passes = False
    """What stopped the run is not of it: a run goes on after it, and is not undone."""

    def __init__(self, message: str, *, hint: str = "", id: str) -> None:
        # A message is one line, whatever the names in it hold.
        self.message = one_line(message)
        self.hint = one_line(hint)
        self.id = id
        super().__init__(self.message)

    @property
    def with_id(self) -> str:
        """``patients.csv: holds no records. [R041]``."""
        return f"{self.message} [{self.id}]"

    def __str__(self) -> str:
        return f"{self.with_id}{_HINT}{self.hint}" if self.hint else self.with_id

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the message and the hint, no lines of the program."""
        hint = [f"Hint: {self.hint}"] if self.hint else []
        return [f"{type(self).__name__}: {self.with_id}", *hint]


class UsageError(ReimportError):
    """A word that means nothing here; the message names the nearest one that does."""

    exit_code = 2


class SettingsError(ReimportError):
    """A setting is missing, empty or of the wrong kind; the message names it."""

    exit_code = 3


class SourceError(ReimportError):
    """The source is incomplete, damaged or not what it should be."""

    exit_code = 3


class Refused(ReimportError):
    """A precondition does not hold; the phase wrote nothing."""

    exit_code = 3


class GateFailed(Refused):
    """A plan is outside the limits of its gates."""


class PlanDiffers(Refused):
    """A plan's digest is not the reviewed one."""


class Drifted(Refused):
    """
    Managed rows are no longer what the rehearsal saw, or what a plan was made for.

    Attributes:
        table: whose rows they are; rows: names of those that are known by name.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        id: str,
        table: str = "",
        rows: Iterable[object] = (),
    ) -> None:
        super().__init__(message, hint=hint, id=id)
        self.table = table
        self.rows = tuple(map(str, rows))


class FenceLost(Refused):
    """Another run has taken the database over; this one can commit nothing more."""


class TargetError(ReimportError):
    """The database cannot be used as it is."""

    exit_code = 3


class Unavailable(TargetError):
    """The database cannot be used now: it is away, or others are at work on it."""

    passes = True


class BackupError(TargetError):
    """A backup could not be made or did not prove itself."""


class PhaseFailed(ReimportError):
    """A phase ended in an error; its transaction was rolled back."""

    exit_code = 4


class CutOff(PhaseFailed):
    """What the phase runs on gave way; once that is mended, the run goes on."""

    passes = True


class ValidationFailed(ReimportError):
    """Everything was applied and a check afterwards did not hold."""

    exit_code = 5


class Moved(ReimportError):
    """Hours after an import something is no longer so, and people did not change it."""

    exit_code = 6


class Interrupted(ReimportError):
    """A person or a signal stopped the run."""

    exit_code = 130
    passes = True


def told_again(name: str, text: str) -> ReimportError | None:
    """
    The error of this tree that another process told by its class *name* and *text*.

    None for one of another tree: its text may quote a value.
    """
    kind = globals().get(name)
    if not (isinstance(kind, type) and issubclass(kind, ReimportError)):
        return None
    message, hint = message_and_hint(text)
    parts = _WITH_ID.fullmatch(message)
    if parts is None:
        return None
    return kind(parts[1], hint=hint, id=parts[2])


def message_and_hint(text: str) -> tuple[str, str]:
    """The two parts of an error that was recorded as one text; the first has its id."""
    message, _, hint = text.partition(_HINT)
    return message, hint


def place_of(error: BaseException) -> str:
    """The kind of *error* and where it was raised, never its text: it may quote."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "reimport_lib" in frame.filename]
    where = (own or frames)[-1]
    file = where.filename.rpartition("reimport_lib/")[2]
    return f"{type(error).__name__} at {file}:{where.lineno} in {where.name}"


def did_you_mean(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """A question that names the nearest of *known*, after a blank; "" where none is."""
    near = get_close_matches(word[:200], list(known), n=1, cutoff=cutoff)
    return f" Did you mean {near[0]}?" if near else ""
