"""The first value in which two records differ, by its path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def differences(now: Any, sealed: Any) -> list[str]:
    """What was sealed and is another now; what was added since is none."""
    old, new = flat(sealed), flat(now)
    return list(all_differences({n: v for n, v in new.items() if n in old}, old))


def first_difference(now: Any, sealed: Any) -> str:
    """One line for the first value that differs, with how many others do."""
    found = list(all_differences(flat(now), flat(sealed)))
    more = f", and {len(found) - 1:,} more" if len(found) > 1 else ""
    return f"{found[0]}{more}" if found else "not in the form that it was written in"


def all_differences(now: dict[str, Any], sealed: dict[str, Any]) -> Iterator[str]:
    for path, value in sealed.items():
        if path not in now:
            yield f"{path}: gone, sealed {shown(value)}"
        elif now[path] != value or type(now[path]) is not type(value):
            yield f"{path}: {shown(now[path])}, sealed {shown(value)}"
    for path in now:
        if path not in sealed:
            yield f"{path}: {shown(now[path])}, and it was not there"


def flat(value: object, path: str = "") -> dict[str, Any]:
    """Path -> value of everything in *value*: ``phases[3].tables.patients.created``."""
    inner: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        dot = "." if path else ""
        inner = [(f"{path}{dot}{name}", value[name]) for name in value]
    elif isinstance(value, list):
        inner = [(f"{path}[{at}]", each) for at, each in enumerate(value)]
    found: dict[str, Any] = {}
    for place, each in inner:
        found.update(flat(each, place))
    return found or {path: value}


def shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 70 else f"{text[:66]} ..."
