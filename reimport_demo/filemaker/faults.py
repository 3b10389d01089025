"""What can be made to go wrong, and the count of what has.

Pure. Every fault is off until it is asked for; "every" is a number of requests of its
kind: 3 spoils the third, the sixth, and so on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from threading import Lock
from typing import Any, Literal, get_args, get_type_hints

from reimport_lib.errors import UsageError

Edit = Literal["", "delete", "insert", "change"]


@dataclass(frozen=True, slots=True)
class Faults:
    """
    The faults that are switched on.

    Attributes:
        token_dies_after: a token answers 952 after so many calls.
        sessions_full: so many logins are answered 812 before one succeeds.
        bad_gateway_every: a page of HTML with status 502 instead of an answer.
        slow_seconds: every answer waits.
        truncated_every: the body of a list of records breaks off half way.
        short_page_every: a list of records holds half of what was asked for.
        container_401_every: a container's bytes are refused, at random as it seems.
        container_url_calls: a streaming URL is dead after so many later calls of its
            session.
        invalid_json: an answer of OData holds a bare ``?``, and every text its raw
            control signs.
        odata_ignores_paging: $top and $skip do nothing.
        odata_page_rows: the most records in one answer of OData, before it gives a
            link to the next; 0: as many as by the server's own limit.
        edit: what happens to the records while somebody reads them: the first one of
            the list is deleted, another is put before it, or it is changed.
        edit_after: after so many lists; the edit happens once for each setting of it.
        no_access: every record of the Data API has a field that nobody may see.
        repeated_portal: a portal's name occurs twice in every record.
    """

    token_dies_after: int = 0
    sessions_full: int = 0
    bad_gateway_every: int = 0
    slow_seconds: float = 0.0
    truncated_every: int = 0
    short_page_every: int = 0
    container_401_every: int = 0
    container_url_calls: int = 0
    invalid_json: bool = False
    odata_ignores_paging: bool = False
    odata_page_rows: int = 0
    edit: Edit = ""
    edit_after: int = 1
    no_access: bool = False
    repeated_portal: bool = False


def changed(faults: Faults, changes: Mapping[str, Any]) -> Faults:
    """
    *faults* with other values.

    Raises:
        UsageError: a name that is none, or a value of another type.
    """
    known = {each.name for each in fields(Faults)}
    hints = get_type_hints(Faults)
    for name, value in changes.items():
        if name not in known:
            raise UsageError(
                f"{name} is no fault.",
                hint=f"one of: {', '.join(sorted(known))}",
                id="R276",
            )
        if not _fits(value, hints[name]):
            raise UsageError(f"{name}: not a value that this fault takes.", id="R277")
    return replace(faults, **changes)


def _fits(value: object, hint: Any) -> bool:
    if hint is bool or isinstance(value, bool):
        return hint is bool and isinstance(value, bool)
    if hint in (int, float):
        return isinstance(value, int | (float if hint is float else int)) and value >= 0
    return value in get_args(hint)


class Switchboard:
    """The faults in force, and how often each kind of request came since they were.

    Attributes:
        faults: those in force.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def set(self, faults: Faults) -> None:
        """Put others in force and count anew."""
        with self._lock:
            self.faults = faults
            self._counts.clear()

    def falls(self, kind: str, every: int) -> bool:
        """Count a request of *kind*; whether it is one of those that go wrong."""
        with self._lock:
            self._counts[kind] += 1
            return every > 0 and self._counts[kind] % every == 0

    def within(self, kind: str, first: int) -> bool:
        """Count a request of *kind*; whether it is one of the first so many."""
        with self._lock:
            self._counts[kind] += 1
            return self._counts[kind] <= first

    def reaches(self, kind: str, number: int) -> bool:
        """Count a request of *kind*; whether it is exactly that one."""
        with self._lock:
            self._counts[kind] += 1
            return self._counts[kind] == number

    def as_json(self) -> dict[str, Any]:
        """The faults, and the counts by kind of request."""
        with self._lock:
            return {"faults": asdict(self.faults), "counts": dict(self._counts)}
